//! Calls: functions are inlined, constructors made, built-ins computed where their arguments are known.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::Meaning;
use crate::check::tables::{Callable, Signature};
use crate::lower::things::Workspace;
use crate::lower::{Lowerer, Scope, errors, fold, thing};
use crate::plan::{Expr, ExprKind, Ref};
use crate::resolve::ItemId;
use crate::syntax::ast::{self, NodeId};
use crate::types::{ParamType, Type};
use crate::value::Value;

/// Arguments by the names of the parameters, in their order; those that were not given and have no default are absent.
pub(crate) type Args = IndexMap<Name, Expr>;

impl<'a> Lowerer<'a> {
    /// `f(a, x: b)` and `a.f(b)`
    pub(crate) fn call(
        &mut self,
        expr: &'a ast::Expr,
        callee: &'a ast::Expr,
        args: &'a [ast::Arg],
        scope: &Scope<'a>,
    ) -> Expr {
        let callee = callee.peeled();
        let meaning = self.checked.tables(scope.item).meanings.get(&callee.id);
        let mut subject = None;
        if let ast::ExprKind::Field(of, word) = &callee.kind {
            let receiver = self.expr(of, scope);
            if let Some(workspace) = Workspace::of(&receiver)
                && word.name == "sub"
            {
                return self.sub_path(expr.span, workspace, args, scope);
            }
            subject = Some(receiver);
        }
        match meaning {
            Some(Meaning::Item(id)) => {
                self.call_item(expr.span, expr.id, *id, (subject, args), scope)
            }
            Some(Meaning::Group(name)) if name == "exactly" => {
                let Some(value) = args.first() else {
                    return Expr::error(expr.span);
                };
                let value = self.expr(&value.value, scope);
                let args = Args::from([(Name::new_static("value"), value)]);
                fold::make(expr.span, name, args)
            }
            Some(Meaning::Bound(..) | Meaning::Group(_)) | None => {
                self.not_supported(expr.span, "a call of a function that is a value")
            }
        }
    }

    fn sub_path(
        &mut self,
        span: Span,
        workspace: Workspace,
        args: &'a [ast::Arg],
        scope: &Scope<'a>,
    ) -> Expr {
        let Some(path) = args.first() else {
            return Expr::error(span);
        };
        let path = self.expr(&path.value, scope);
        self.folded(workspace.sub(span, path))
    }

    /// `name = provider(arguments)`, `name = base(arguments)`: what the call gives, as an expression.
    pub(crate) fn base_call(&mut self, base: &'a ast::Base, scope: &Scope<'a>) -> Expr {
        let args = base.args.as_deref().unwrap_or_default();
        match self.checked.tables(scope.item).meanings.get(&base.id) {
            Some(Meaning::Item(id)) => self.call_item(base.span, base.id, *id, (None, args), scope),
            Some(Meaning::Bound(..) | Meaning::Group(_)) | None => {
                self.sink
                    .push(errors::internal(base.span, "a callee without a meaning"));
                Expr::error(base.span)
            }
        }
    }

    fn call_item(
        &mut self,
        span: Span,
        call: NodeId,
        id: ItemId,
        (subject, args): (Option<Expr>, &'a [ast::Arg]),
        scope: &Scope<'a>,
    ) -> Expr {
        let checked = self.checked;
        let (Some(item), Signature::Callable(callable)) =
            (self.program.item(id), checked.signature(id))
        else {
            self.sink.push(errors::internal(
                span,
                "a call of something without a signature",
            ));
            return Expr::error(span);
        };
        match &item.tree.kind {
            ast::ItemKind::Fn(function) => {
                let values = self.arguments(callable, call, (subject, args), scope);
                match &function.body {
                    Some(body) => self.inlined(span, id, (function, body), &values),
                    None => self.built_in(span, callable, values),
                }
            }
            ast::ItemKind::Decl(decl) => {
                let values = self.given(callable, call, (subject, args), scope);
                let of = Expr::constant(span, thing(&decl.kind.name, &decl.head.name.name));
                self.places.note_fields(span, &values);
                let args = fold::record(span, values);
                let all = [("of", of), ("args", args)];
                let all = all.map(|(key, it)| (Name::new_static(key), it));
                fold::make(span, &decl.kind.name, all.into_iter().collect())
            }
            ast::ItemKind::Let(_)
            | ast::ItemKind::Type(_)
            | ast::ItemKind::Import(_)
            | ast::ItemKind::Error => Expr::error(span),
        }
    }

    /// The arguments that were written, by parameter.
    pub(crate) fn given(
        &mut self,
        callable: &'a Callable,
        call: NodeId,
        (subject, args): (Option<Expr>, &'a [ast::Arg]),
        scope: &Scope<'a>,
    ) -> Args {
        let mut subject = subject;
        let params = &callable.function.params;
        let map = self.arg_map(params, call, subject.is_some(), args, scope);
        let mut found = Args::new();
        for (index, param) in params.iter().enumerate() {
            if index == 0
                && param.name == "self"
                && let Some(subject) = subject.take()
            {
                found.insert(param.name.clone(), subject);
                continue;
            }
            let argument = map
                .get(index)
                .copied()
                .flatten()
                .and_then(|it| args.get(it));
            if let Some(argument) = argument {
                let mut value = self.expr(&argument.value, scope);
                if argument.spread {
                    value = fold::field(argument.span, value, &param.name);
                }
                found.insert(param.name.clone(), value);
            }
        }
        // What nothing takes gets so far only where `allow` accepts that.
        for arg in args.iter().filter(|it| !it.spread) {
            if let Some(label) = &arg.label
                && !params.iter().any(|it| it.name == label.name)
            {
                found.insert(label.name.clone(), self.expr(&arg.value, scope));
            }
        }
        found
    }

    /// The arguments that were written, and the defaults of the others, which may use those before them.
    fn arguments(
        &mut self,
        callable: &'a Callable,
        call: NodeId,
        written: (Option<Expr>, &'a [ast::Arg]),
        scope: &Scope<'a>,
    ) -> Args {
        let mut given = self.given(callable, call, written, scope);
        let mut found = Args::new();
        for param in &callable.function.params {
            let value = match (given.shift_remove(&param.name), param.default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.default(default, found.clone()),
                (None, None) => continue,
            };
            found.insert(param.name.clone(), value);
        }
        found
    }

    /// For each parameter the index of its argument. The map of a method leaves its `self` out or has it empty.
    fn arg_map(
        &self,
        params: &[ParamType],
        call: NodeId,
        is_method: bool,
        args: &[ast::Arg],
        scope: &Scope<'a>,
    ) -> Vec<Option<usize>> {
        let Some(map) = self.checked.tables(scope.item).args.get(&call) else {
            return by_label(params, is_method, args);
        };
        let mut map = map.clone();
        if is_method && map.len() + 1 == params.len() {
            map.insert(0, None);
        }
        map
    }

    fn inlined(
        &mut self,
        span: Span,
        id: ItemId,
        (function, body): (&'a ast::FnItem, &'a ast::Expr),
        args: &Args,
    ) -> Expr {
        let mut inner = Scope::of(id);
        for param in &function.params {
            let value = args.get(&param.name.name).cloned();
            let value = value.unwrap_or_else(|| Expr::constant(span, Value::None));
            inner.bind(param.name.id, value);
        }
        self.calls.push(span);
        let value = self.expr(body, &inner);
        self.calls.pop();
        value
    }

    /// A function of the prelude.
    fn built_in(&mut self, span: Span, callable: &Callable, args: Args) -> Expr {
        let name = &callable.name;
        if let Some(found) = self.special(span, name, &args) {
            return found;
        }
        if matches!(callable.function.result.without_none(), Type::Opaque(_)) {
            self.places.note_fields(span, &args);
            let made = fold::make(span, name, args);
            return self.charged(made);
        }
        let params = callable.function.params.iter();
        let values: Vec<Expr> = params
            .map(|it| args.get(&it.name).cloned())
            .map(|it| it.unwrap_or_else(|| Expr::constant(span, Value::None)))
            .collect();
        self.computed(span, name, values)
    }

    fn computed(&mut self, span: Span, name: &Name, args: Vec<Expr>) -> Expr {
        if args.iter().any(|it| matches!(it.kind, ExprKind::Error)) {
            return Expr::error(span);
        }
        let known: Option<Vec<Value>> = args.iter().map(|it| it.value().cloned()).collect();
        let Some(known) = known else {
            return self.of_known_length(span, name, args);
        };
        let result = fold::call(span, name, &known);
        self.folded(result)
    }

    /// Functions of lists that need not know the elements: `[weight(w), analyze(..)].flatten()`.
    fn of_known_length(&mut self, span: Span, name: &Name, args: Vec<Expr>) -> Expr {
        let elements = args.first().and_then(fold::elements);
        let none = || Expr::constant(span, Value::None);
        match (name.as_str(), elements) {
            ("flatten", Some(lists)) => {
                let inner: Option<Vec<Vec<Expr>>> = lists.iter().map(fold::elements).collect();
                match inner {
                    Some(inner) => fold::list(span, inner.into_iter().flatten().collect()),
                    None => open_call(span, name, args),
                }
            }
            ("count", Some(all)) => {
                let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
                Expr::constant(span, Value::Int(count))
            }
            ("first", Some(all)) => all.into_iter().next().unwrap_or_else(none),
            ("last", Some(all)) => all.into_iter().next_back().unwrap_or_else(none),
            ("reverse", Some(all)) => fold::list(span, all.into_iter().rev().collect()),
            _ => open_call(span, name, args),
        }
    }

    /// Functions that stand for a form of the plan of their own.
    fn special(&mut self, span: Span, name: &Name, args: &Args) -> Option<Expr> {
        let text = |key: &str| args.get(key)?.text().map(Name::new);
        let reference = |it: Ref| Some(Expr::reference(span, it));
        match name.as_str() {
            "secret" => reference(Ref::SecretKey(text("name")?, text("key")?)),
            "config" => reference(Ref::ConfigKey(text("name")?, text("key")?)),
            "field" => reference(Ref::Field(text("path")?)),
            "at" => {
                let (image, tag) = (args.get("self")?, args.get("tag")?);
                Some(self.image_at(span, image, tag.clone()))
            }
            "exactly" => Some(fold::make(span, name, args.clone())),
            "unsafe" => {
                let value = args.values().next()?.clone();
                let known = value.value().is_some();
                Some(if known {
                    value
                } else {
                    open_call(span, name, vec![value])
                })
            }
            _ => None,
        }
    }
}

fn open_call(span: Span, name: &Name, args: Vec<Expr>) -> Expr {
    let kind = ExprKind::Call(name.clone(), args.into());
    Expr { span, kind }
}

/// Arguments by label, else by position.
fn by_label(params: &[ParamType], is_method: bool, args: &[ast::Arg]) -> Vec<Option<usize>> {
    let positional: Vec<usize> = (0..args.len())
        .filter(|it| args.get(*it).is_some_and(|it| it.label.is_none()))
        .collect();
    let mut positional = positional.into_iter();
    let find = |name: &Name| {
        let labelled = |it: &ast::Arg| it.label.as_ref().is_some_and(|it| it.name == *name);
        args.iter().position(labelled)
    };
    let mut map = Vec::new();
    for (index, param) in params.iter().enumerate() {
        if index == 0 && is_method {
            map.push(None);
            continue;
        }
        map.push(find(&param.name).or_else(|| positional.next()));
    }
    map
}
