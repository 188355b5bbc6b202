//! What names and fields give.

use crate::base::Name;
use crate::check::Meaning;
use crate::lower::{Lowerer, Scope, errors, fold, thing};
use crate::plan::Expr;
use crate::resolve::ItemId;
use crate::syntax::ast;

impl<'a> Lowerer<'a> {
    /// The value of a bare name.
    pub(crate) fn name(&mut self, expr: &'a ast::Expr, name: &Name, scope: &Scope<'a>) -> Expr {
        match self.checked.tables(scope.item).meanings.get(&expr.id) {
            Some(Meaning::Item(id)) => self.item_value(expr, *id),
            Some(Meaning::Bound(item, node)) => {
                let found = scope.get(*item, *node).or_else(|| scope.sibling(name));
                match found {
                    Some(value) => value.clone(),
                    None => self.group_or_lost(expr, name, scope),
                }
            }
            Some(Meaning::Group(group)) => self.group(expr, group, &[], scope),
            None => match scope.sibling(name) {
                Some(value) => value.clone(),
                None => self.lost(expr, name),
            },
        }
    }

    /// `value` and `values` of a metric are parameters of a function that is never written out.
    fn group_or_lost(&mut self, expr: &ast::Expr, name: &Name, scope: &Scope<'a>) -> Expr {
        match name.as_str() {
            "value" | "values" => self.group(expr, name, &[], scope),
            _ => self.lost(expr, name),
        }
    }

    fn lost(&mut self, expr: &ast::Expr, name: &Name) -> Expr {
        let what = format!("the name `{name}`, which is bound to nothing");
        self.sink.push(errors::internal(expr.span, &what));
        Expr::error(expr.span)
    }

    /// The value of an item that stands in an expression by its name.
    fn item_value(&mut self, expr: &ast::Expr, id: ItemId) -> Expr {
        let Some(item) = self.program.item(id) else {
            return Expr::error(expr.span);
        };
        match &item.tree.kind {
            ast::ItemKind::Let(_) => self.let_value(expr.span, id),
            ast::ItemKind::Decl(decl) => {
                let value = thing(&decl.kind.name, &decl.head.name.name);
                Expr::constant(expr.span, value)
            }
            ast::ItemKind::Fn(_) | ast::ItemKind::Type(_) | ast::ItemKind::Import(_) => {
                self.sink
                    .push(errors::not_supported(expr.span, "a function as a value"));
                Expr::error(expr.span)
            }
            ast::ItemKind::Error => Expr::error(expr.span),
        }
    }

    /// The value of a `let`, computed once for each environment.
    pub(crate) fn let_value(&mut self, span: crate::base::Span, id: ItemId) -> Expr {
        if let Some(known) = self.lets.get(&id) {
            return Expr {
                span,
                ..known.clone()
            };
        }
        let program = self.program;
        let Some(ast::ItemKind::Let(item)) = program.item(id).map(|it| &it.tree.kind) else {
            return Expr::error(span);
        };
        let value = self.expr(&item.value, &Scope::of(id));
        self.lets.insert(id, value.clone());
        Expr { span, ..value }
    }

    /// `a.b`
    pub(crate) fn field(
        &mut self,
        expr: &'a ast::Expr,
        of: &'a ast::Expr,
        word: &'a ast::Word,
        scope: &Scope<'a>,
    ) -> Expr {
        if let Some(found) = self.group_value(expr, scope) {
            return found;
        }
        let base = self.expr(of, scope);
        self.field_of(expr.span, base, &word.name, scope)
    }

    /// A field of a value: of a thing what its kind says, else of a record.
    pub(crate) fn field_of(
        &mut self,
        span: crate::base::Span,
        base: Expr,
        name: &Name,
        scope: &Scope<'a>,
    ) -> Expr {
        if let Some(workspace) = crate::lower::things::Workspace::of(&base) {
            return workspace.field(span, name);
        }
        if let Some(it) = base.thing() {
            let it = it.clone();
            return self.thing_field(span, &it, name, scope);
        }
        fold::field(span, base, name)
    }

    /// The value of `group.a.b`, `group["a"]`, and of the data of an event `event.body.a[0]`; `None` where the expression is no
    /// such path.
    pub(crate) fn group_value(&mut self, expr: &'a ast::Expr, scope: &Scope<'a>) -> Option<Expr> {
        let mut path = Vec::new();
        let mut has_number = false;
        let mut at = expr.peeled();
        loop {
            if let ast::ExprKind::Field(of, word) = &at.kind {
                path.push(word.name.clone());
                at = of.peeled();
            } else if let ast::ExprKind::Index(of, index) = &at.kind {
                has_number |= matches!(index.peeled().kind, ast::ExprKind::Quantity(_));
                path.push(index_text(index)?);
                at = of.peeled();
            } else if let ast::ExprKind::Name(_) = &at.kind {
                break;
            } else {
                return None;
            }
        }
        let meaning = self.checked.tables(scope.item).meanings.get(&at.id);
        let Some(Meaning::Group(group)) = meaning else {
            return None;
        };
        // Elsewhere the element of a list is that of a value.
        if has_number && group != "event" {
            return None;
        }
        path.reverse();
        Some(self.group(expr, group, &path, scope))
    }

    /// An object's name: the thing's own, or what its `name:` says.
    pub(crate) fn object_name(&mut self, kind: &str, name: &Name) -> Name {
        match self.find_thing(kind, name) {
            Some(item) => self.object_name_of(item, name),
            None => name.clone(),
        }
    }

    /// The same of an item.
    pub(crate) fn object_name_of(&mut self, item: ItemId, name: &Name) -> Name {
        let mut found = name.clone();
        for layer in self.layers(item) {
            for member in &layer.block.members {
                if let ast::MemberKind::Field(field) = &member.kind
                    && field.key.name == "name"
                {
                    let value = self.expr(&field.value, &layer.scope);
                    found = value.text().map_or(found, Name::new);
                }
            }
        }
        found
    }
}

/// `"a.b"` or `0` within square brackets.
fn index_text(index: &ast::Expr) -> Option<Name> {
    let index = index.peeled();
    if let ast::ExprKind::Quantity(digits) = &index.kind {
        return Some(digits.clone());
    }
    index.plain_text().map(Name::new)
}

/// The rest of a path, as fields.
pub(crate) fn rest_of(mut value: Expr, path: &[Name]) -> Expr {
    for name in path {
        let span = value.span;
        value = match (name.parse::<usize>().ok(), fold::length(&value)) {
            (Some(at), Some(_)) => fold::element(&value, at).unwrap_or_else(|| Expr::error(span)),
            _ => fold::field(span, value, name),
        };
    }
    value
}
