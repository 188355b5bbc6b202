//! Blocks of declarations: their layers (`x = base { … }`, what an environment amends), their fields computed, and the metadata that every object may have.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::Meaning;
use crate::check::tables::Signature;
use crate::lower::{Lowerer, Scope, amend, errors, shape};
use crate::plan::{Expr, Meta};
use crate::resolve::{Item, ItemId};
use crate::syntax::ast::{self, MemberKind};
use crate::types::Type;

/// The environment for which things are lowered.
#[derive(Clone, Debug)]
pub(crate) struct Environment<'a> {
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) name: Name,
    /// What `env` is: a record with `name`, `namespace`, `cluster`, `vars`.
    pub(crate) value: Expr,
    /// What the environment lays over things declared elsewhere, by their name, in order.
    pub(crate) amends: IndexMap<Name, Vec<Layer<'a>>>,
}

/// A block with the scope in which its expressions are computed.
#[derive(Clone, Debug)]
pub(crate) struct Layer<'a> {
    pub(crate) scope: Scope<'a>,
    pub(crate) block: &'a ast::Block,
}

/// Fields of an app that are parts of objects of Kubernetes.
const OBJECTS: &[&str] = &["pod", "patch"];

/// The computed fields of a block, in the order of the text. `none` is never among them: a field that is `none` is absent.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    /// The name of what they are fields of.
    pub(crate) span: Span,
    pub(crate) values: IndexMap<Name, (Expr, Span)>,
}

impl Fields {
    pub(crate) fn new(span: Span) -> Self {
        Self {
            span,
            values: IndexMap::new(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Expr> {
        self.values.get(name).map(|(it, _)| it)
    }

    /// Takes a field out, so that what is left at the end is what nobody took.
    pub(crate) fn take(&mut self, name: &str) -> Option<Expr> {
        self.take_spanned(name).map(|(it, _)| it)
    }

    /// Takes a field out, with the place of its key.
    pub(crate) fn take_spanned(&mut self, name: &str) -> Option<(Expr, Span)> {
        self.values.shift_remove(name)
    }

    /// Takes a text out that is known.
    pub(crate) fn take_text(&mut self, name: &str) -> Option<Name> {
        self.take(name)?.text().map(Name::new)
    }

    pub(crate) fn take_int(&mut self, name: &str) -> Option<i64> {
        self.take(name)?.value()?.as_int()
    }

    pub(crate) fn take_bool(&mut self, name: &str) -> Option<bool> {
        self.take(name)?.value()?.as_bool()
    }

    /// Takes a duration out, in nanoseconds.
    pub(crate) fn take_duration(&mut self, name: &str) -> Option<i64> {
        as_duration(&self.take(name)?)
    }

    /// Takes a record or map out; empty where there is none.
    pub(crate) fn take_map(&mut self, name: &str) -> IndexMap<Name, Expr> {
        let taken = self.take(name);
        taken.as_ref().and_then(amend::record).unwrap_or_default()
    }

    /// Takes a list out; empty where there is none, of one where it is no list.
    pub(crate) fn take_list(&mut self, name: &str) -> Vec<Expr> {
        self.take(name).map_or_else(Vec::new, |it| elements(&it))
    }

    /// Puts another form of a field in its place.
    pub(crate) fn reshape(&mut self, name: &str, change: impl Fn(&Expr) -> Expr) {
        if let Some((value, _)) = self.values.get_mut(name) {
            *value = change(value);
        }
    }

    /// What is left.
    pub(crate) fn rest(self) -> IndexMap<Name, Expr> {
        let values = self.values.into_iter();
        values.map(|(key, (it, _))| (key, it)).collect()
    }

    /// Sets a field that a schema types; `none` removes it, the rest merges as the schema says.
    pub(crate) fn amend_as(&mut self, name: &Name, span: Span, change: Expr, ty: &Type) {
        if amend::is_none(&change) {
            self.values.shift_remove(name);
            return;
        }
        let value = shape::laid(self.get(name), change, ty);
        self.values.insert(name.clone(), (value, span));
    }

    /// Sets a field; `none` removes it, records merge.
    pub(crate) fn amend(&mut self, name: &Name, span: Span, change: Expr) {
        if amend::is_none(&change) {
            self.values.shift_remove(name);
            return;
        }
        let value = match self.values.get(name) {
            Some((base, _)) if OBJECTS.contains(&name.as_str()) => {
                amend::amend_object(base, &change)
            }
            Some((base, _)) => amend::amend(base, &change),
            None => amend::alone(change),
        };
        self.values.insert(name.clone(), (value, span));
    }
}

/// Nanoseconds of a known duration.
pub(crate) fn as_duration(expr: &Expr) -> Option<i64> {
    if let Some(crate::value::Value::Duration(nanoseconds)) = expr.value() {
        Some(*nanoseconds)
    } else {
        None
    }
}

/// The elements of a list whose length is known; anything else is its own only element.
pub(crate) fn elements(expr: &Expr) -> Vec<Expr> {
    crate::lower::fold::elements(expr).unwrap_or_else(|| vec![expr.clone()])
}

impl<'a> Lowerer<'a> {
    /// The blocks that make up a declaration, in the order in which they are laid over each other: those of its base, its own,
    /// and what the environment that is set amends.
    pub(crate) fn layers(&mut self, item: ItemId) -> Vec<Layer<'a>> {
        let mut layers = self.own_layers(item, 0);
        if let (Some(environment), Some((_, decl))) = (&self.environment, self.decl(item)) {
            let amends = environment.amends.get(&decl.head.name.name);
            layers.extend(amends.into_iter().flatten().cloned());
        }
        layers
    }

    fn own_layers(&mut self, item: ItemId, depth: usize) -> Vec<Layer<'a>> {
        let Some((_, decl)) = self.decl(item) else {
            return Vec::new();
        };
        // The checker reports a base that is its own base.
        if depth > 64 {
            return Vec::new();
        }
        let mut layers = match self.base_of(item, decl) {
            Some(base) => self.own_layers(base, depth + 1),
            None => Vec::new(),
        };
        if let Some(block) = &decl.block {
            let scope = Scope::of(item);
            layers.push(Layer { scope, block });
        }
        layers
    }

    /// The item that `kind name = base { … }` is made from.
    pub(crate) fn base_of(&self, item: ItemId, decl: &ast::Decl) -> Option<ItemId> {
        let Some(ast::Init::Base(base)) = &decl.init else {
            return None;
        };
        match self.checked.tables(item).meanings.get(&base.id) {
            Some(Meaning::Item(id)) => Some(*id),
            Some(Meaning::Bound(..) | Meaning::Group(_)) | None => None,
        }
    }

    /// The fields of a declaration, all its layers laid over each other. Members that are no fields are left to its kind.
    pub(crate) fn declared_fields(&mut self, item: ItemId) -> Fields {
        let span = self.decl(item).map(|(_, decl)| decl.head.name.span);
        let mut fields = Fields::new(span.unwrap_or(Span::new(crate::base::FileId(0), 0, 0)));
        for layer in self.layers(item) {
            self.lay(&mut fields, &layer);
        }
        fields
    }

    /// Lays the fields of a block over `fields`.
    pub(crate) fn lay(&mut self, fields: &mut Fields, layer: &Layer<'a>) {
        let scope = self.with_lets(&layer.scope, layer.block);
        self.lay_some(fields, layer.block, &scope, &|_| true);
    }

    /// Lays those fields of a block over `fields` that are `wanted`; they are computed in `scope`.
    pub(crate) fn lay_some(
        &mut self,
        fields: &mut Fields,
        block: &'a ast::Block,
        scope: &Scope<'a>,
        wanted: &dyn Fn(&str) -> bool,
    ) {
        for member in &block.members {
            if let MemberKind::Field(field) = &member.kind
                && wanted(&field.key.name)
            {
                let value = self.expr(&field.value, scope);
                let Some(key) = self.key(field, scope) else {
                    continue;
                };
                let ty = self.type_of(&field.value, scope);
                if shape::has_schema(ty) {
                    fields.amend_as(&key, field.key.span, value, ty);
                    self.known_parts(fields.get(&key), ty);
                } else {
                    fields.amend(&key, field.key.span, value);
                }
            }
        }
    }

    /// Reports numbers and truth values of a schema that would only be text while running.
    fn known_parts(&mut self, value: Option<&Expr>, ty: &Type) {
        let mut found = Vec::new();
        if let Some(value) = value {
            shape::late(value, ty, &mut found);
        }
        for span in found {
            self.sink.push(errors::must_be_known(
                span,
                "a number or truth value of the API",
            ));
        }
    }

    /// The fields of one block alone.
    pub(crate) fn fields(&mut self, name: Span, layer: &Layer<'a>) -> Fields {
        let mut fields = Fields::new(name);
        self.lay(&mut fields, layer);
        fields
    }

    /// The scope within a block: its `let`s are bound.
    pub(crate) fn with_lets(&mut self, scope: &Scope<'a>, block: &'a ast::Block) -> Scope<'a> {
        let mut inner = scope.clone();
        for member in &block.members {
            if let MemberKind::Let(item) = &member.kind {
                let value = self.expr(&item.value, &inner);
                inner.bind(item.name.id, value);
            }
        }
        inner
    }

    /// The key of a field, also one with holes.
    pub(crate) fn key(&mut self, field: &'a ast::Field, scope: &Scope<'a>) -> Option<Name> {
        let Some(parts) = &field.computed else {
            return Some(field.key.name.clone());
        };
        let text = self.text(field.key.span, parts, scope);
        let key = text.text().map(Name::new);
        if key.is_none() && !matches!(text.kind, crate::plan::ExprKind::Error) {
            self.sink
                .push(errors::must_be_known(field.key.span, "a key"));
        }
        key
    }

    /// Fills the fields that are absent with the defaults of a record type of the prelude (`AppBody`), which may use the others.
    pub(crate) fn fill_body(&mut self, fields: &mut Fields, body: &str) {
        let Some(id) = self.program.find_type(self.program.prelude, body) else {
            return;
        };
        let Signature::Type(Type::Record(record)) = self.checked.signature(id) else {
            return;
        };
        for (name, field) in &record.fields {
            if let (Some(default), false) = (field.default, fields.values.contains_key(name)) {
                let known = fields.values.iter();
                let known = known.map(|(key, (it, _))| (key.clone(), it.clone()));
                let value = self.default(default, known.collect());
                fields.amend(name, fields.span, value);
            }
        }
    }

    /// Takes what every object may say of itself out of `fields`.
    pub(crate) fn meta(
        &mut self,
        name: &ast::Ident,
        docs: &[ast::Doc],
        fields: &mut Fields,
    ) -> Meta {
        let own = fields.take_text("name");
        Meta {
            name: own.unwrap_or_else(|| name.name.clone()),
            span: name.span,
            namespace: fields.take_text("namespace"),
            labels: fields.take_map("labels"),
            annotations: fields.take_map("annotations"),
            display_name: fields.take("displayName"),
            description: description(docs, fields),
            metadata: fields.take("metadata"),
            file: fields.take_text("file"),
        }
    }

    /// The metadata of a declaration that is an item.
    pub(crate) fn item_meta(&mut self, item: &Item, decl: &ast::Decl, fields: &mut Fields) -> Meta {
        self.meta(&decl.head.name, &item.tree.docs, fields)
    }
}

/// What `description:` says, else the doc comment.
pub(crate) fn description(docs: &[ast::Doc], fields: &mut Fields) -> Option<String> {
    let written = fields.take_text("description").map(|it| it.to_string());
    written.or_else(|| ast::doc_text(docs))
}
