//! Fields, indexes, calls and casts.

use std::sync::Arc;

use crate::base::Name;
use crate::check::expr::{Typed, place};
use crate::check::{Body, Callable, Meaning, Signature, Stage, errors, stage};
use crate::schema::kinds::Namespace;
use crate::syntax::ast::{Arg, Expr, ExprKind, TypeExpr, Word};
use crate::types::fit::castable;
use crate::types::{FnType, Type, assignable};

impl Body<'_, '_> {
    pub(crate) fn field_access(&mut self, expr: &Expr, base: &Expr, word: &Word) -> Typed {
        let (of, known) = match self.group_with(base, &word.name) {
            Some(group) => group,
            None => self.typed(base, None),
        };
        let what = match &base.peeled().kind {
            ExprKind::Name(name) => format!("`{name}`"),
            _ => errors::a_type(&of),
        };
        if let (ExprKind::Name(name), Type::Record(_) | Type::Thing(_)) = (&base.kind, &of)
            && name == "event"
            && !has_field(&of, &word.name)
        {
            self.report(errors::unknown_event_field(word, &of));
            return (Type::Error, known);
        }
        let ty = self.member(&of, &what, word);
        let later = match &of {
            // Which thing it is, is known with its name; what it is like, when its kind says so.
            Type::Thing(thing) if !matches!(ty, Type::Thing(_)) => stage::of_fields(&thing.kind),
            _ => Stage::Compile,
        };
        let _ = expr;
        (ty, known.max(later))
    }

    /// A group that something declared shares its name with is meant where it has the field: what is declared has a longer
    /// name, the group has none.
    fn group_with(&mut self, base: &Expr, field: &Name) -> Option<Typed> {
        let ExprKind::Name(name) = &base.kind else {
            return None;
        };
        let group = self.scopes.group(name)?;
        if !has_field(&group.ty, field) || !self.scopes.has_long_name(name) {
            return None;
        }
        let (ty, stage, meaning) = (group.ty.clone(), group.stage, group.meaning.clone());
        self.record_meaning(base.id, meaning);
        self.record(base.id, ty.clone(), stage);
        Some((ty, stage))
    }

    /// What stands after the dot of a value of that type.
    pub(crate) fn member(&mut self, of: &Type, what: &str, word: &Word) -> Type {
        match of {
            Type::Error => Type::Error,
            Type::Json => Type::Json,
            Type::Map(of) => (**of).clone().optional(),
            Type::Record(_) | Type::Object(_) => {
                let record = of.record().unwrap_or_default();
                match record.fields.get(&word.name) {
                    Some(field) => field.ty.clone(),
                    None => self.no_member(word, what, record.fields.keys(), of),
                }
            }
            Type::Thing(thing) => match thing.fields.get(&word.name) {
                Some(field) => field.ty.clone(),
                None => self.no_member(word, what, thing.fields.keys(), of),
            },
            Type::Optional(_) => {
                self.report(errors::may_be_none(word.span, what, of));
                Type::Error
            }
            Type::None
            | Type::Bool
            | Type::Int { .. }
            | Type::Float
            | Type::Duration
            | Type::Bytes
            | Type::Cpu
            | Type::Percent { .. }
            | Type::String(_)
            | Type::List(_)
            | Type::Secret(_)
            | Type::Range(_)
            | Type::Function(_)
            | Type::Union(_)
            | Type::Opaque(_)
            | Type::Variable(_) => self.no_member(word, what, [].into_iter(), of),
        }
    }

    fn no_member<'n>(
        &mut self,
        word: &Word,
        what: &str,
        known: impl Iterator<Item = &'n Name>,
        of: &Type,
    ) -> Type {
        let found = match self.method(&word.name) {
            Some(method) if fits_self(&method, of) => errors::method_not_called(word, what),
            Some(_) | None => errors::unknown_field(word, what, known),
        };
        self.report(found);
        Type::Error
    }

    /// The function of that name whose first parameter is `self`.
    fn method(&mut self, name: &Name) -> Option<Arc<Callable>> {
        let id = self
            .checker
            .program
            .find(self.package, Namespace::Callable, name)?;
        let Signature::Callable(callable) = self.checker.signature(id) else {
            return None;
        };
        is_method(&callable).then_some(callable)
    }

    pub(crate) fn index(&mut self, base: &Expr, index: &Expr) -> Typed {
        let name = index.plain_text().map(Name::new);
        let group = name.and_then(|it| self.group_with(base, &it));
        let (of, known) = group.unwrap_or_else(|| self.typed(base, None));
        let ty = match &of {
            Type::List(of) => {
                self.check(index, &Type::INT);
                (**of).clone()
            }
            Type::Map(of) => {
                self.check(index, &Type::string());
                (**of).clone().optional()
            }
            Type::Error | Type::Json => {
                self.infer(index);
                of.clone()
            }
            Type::Record(_) | Type::Thing(_) => return self.index_by_name(&of, known, index),
            other => {
                self.report(errors::no_index(base.span, other));
                self.infer(index);
                Type::Error
            }
        };
        (ty, known.max(self.stage_of(index.id)))
    }

    /// `params["a.b"]`: a field whose name is no word.
    fn index_by_name(&mut self, of: &Type, known: Stage, index: &Expr) -> Typed {
        self.infer(index);
        let Some(text) = index.plain_text() else {
            self.report(errors::no_index_name(index.span, of));
            return (Type::Error, known);
        };
        let word = Word {
            name: Name::new(text),
            span: index.span,
            quoted: true,
        };
        let ty = self.member(of, &errors::a_type(of), &word);
        let later = match of {
            Type::Thing(thing) if !matches!(ty, Type::Thing(_)) => stage::of_fields(&thing.kind),
            _ => Stage::Compile,
        };
        (ty, known.max(later))
    }

    /// `f(x)`, `x.f(y)`. The meaning of what is called is recorded at the callee; the receiver of a method has no argument,
    /// its parameter is `None` in the map.
    pub(crate) fn call(&mut self, expr: &Expr, callee: &Expr, args: &[Arg]) -> Typed {
        match &callee.kind {
            ExprKind::Name(name) => {
                let word = Word {
                    name: name.clone(),
                    span: callee.span,
                    quoted: false,
                };
                self.call_named(expr, callee, &word, args)
            }
            ExprKind::Field(base, word) => self.call_method(expr, callee, base, word, args),
            ExprKind::Error => (Type::Error, Stage::Compile),
            _ => match callee.plain_text() {
                Some(text) => {
                    let word = Word {
                        name: Name::new(text),
                        span: callee.span,
                        quoted: true,
                    };
                    self.call_named(expr, callee, &word, args)
                }
                None => {
                    let (ty, _) = self.typed(callee, None);
                    self.call_value(expr, callee, &ty, args)
                }
            },
        }
    }

    /// Whether a gate or guard is expected and nothing of that name can be called.
    pub(crate) fn is_missing_analysis(&self, callee: &Expr, want: Option<&Type>) -> bool {
        let ExprKind::Name(name) = &callee.kind else {
            return false;
        };
        let judges = |ty: &Type| matches!(ty, Type::Opaque(it) if it == "Gate" || it == "Guard");
        let expected = want.map(Type::without_none).is_some_and(|it| match it {
            Type::Union(all) => all.iter().any(judges),
            other => judges(other),
        });
        let program = self.checker.program;
        let known = program.find(self.package, Namespace::Callable, name);
        expected && known.is_none() && self.scopes.find(name).is_none()
    }

    /// An analysis that does not exist.
    pub(crate) fn missing_analysis(&mut self, callee: &Expr, args: &[Arg]) -> Typed {
        if let ExprKind::Name(name) = &callee.kind {
            let known = crate::check::kind::thing::names_of(self, "analysis");
            let known: Vec<&str> = known.iter().map(Name::as_str).collect();
            self.report(errors::unknown_analysis(callee.span, name, &known));
        }
        self.call_of_unknown(args)
    }

    fn call_named(&mut self, expr: &Expr, callee: &Expr, word: &Word, args: &[Arg]) -> Typed {
        if let Some(bound) = self.scopes.find(&word.name).cloned()
            && let Type::Function(_) = &bound.ty
        {
            self.record_meaning(callee.id, bound.meaning);
            return self.call_value(expr, callee, &bound.ty, args);
        }
        let Some((_, callable)) = self.callable(callee.id, std::slice::from_ref(word)) else {
            return self.call_of_unknown(args);
        };
        if is_method(&callable) {
            self.report(errors::method_alone(word));
            return self.call_of_unknown(args);
        }
        if matches!(
            callable.kind.as_str(),
            "task" | "pipeline" | "run" | "action" | "component"
        ) {
            self.report(errors::not_in_expression(word, &callable.kind));
            return self.call_of_unknown(args);
        }
        let what = format!("{} `{}`", shown_kind(&callable), callable.name);
        let ty = self.arguments(expr.id, callee.span, &what, &callable.function, args);
        (ty, self.stage_of_args(args))
    }

    fn call_method(
        &mut self,
        expr: &Expr,
        callee: &Expr,
        base: &Expr,
        word: &Word,
        args: &[Arg],
    ) -> Typed {
        let (of, known) = self.typed(base, None);
        if of.is_error() {
            return self.call_of_unknown(args);
        }
        let fields = match &of {
            Type::Record(record) => Some(&record.fields),
            Type::Thing(thing) => Some(&thing.fields),
            _ => None,
        };
        if let Some(field) = fields.and_then(|it| it.get(&word.name))
            && let Type::Function(_) = &field.ty
        {
            let function = field.ty.clone();
            return self.call_value(expr, callee, &function, args);
        }
        let Some(method) = self.method(&word.name) else {
            let known = self.methods_of(&of);
            self.report(errors::unknown_method(word, &of, &known));
            return self.call_of_unknown(args);
        };
        if let Some(id) = self
            .checker
            .program
            .find(self.package, Namespace::Callable, &word.name)
        {
            self.record_meaning(callee.id, Meaning::Item(id));
        }
        let ty = self.method_arguments(expr.id, base, &of, word, &method, args);
        (ty, known.max(self.stage_of_args(args)))
    }

    /// The names of the methods that a value of that type has.
    fn methods_of(&mut self, of: &Type) -> Vec<Name> {
        let program = self.checker.program;
        let Some(prelude) = program.package(program.prelude) else {
            return Vec::new();
        };
        let mut known = Vec::new();
        for name in prelude.callables.keys() {
            if self.method(name).is_some_and(|it| fits_self(&it, of)) {
                known.push(name.clone());
            }
        }
        known
    }

    fn call_value(&mut self, expr: &Expr, callee: &Expr, ty: &Type, args: &[Arg]) -> Typed {
        match ty {
            Type::Function(function) => {
                let function: FnType = (**function).clone();
                let result = self.arguments(expr.id, callee.span, "this function", &function, args);
                (
                    result,
                    self.stage_of_args(args).max(self.stage_of(callee.id)),
                )
            }
            Type::Error => self.call_of_unknown(args),
            other => {
                self.report(errors::value_not_callable(callee.span, other));
                self.call_of_unknown(args)
            }
        }
    }

    /// Types the arguments of a call whose callee is unknown, for their own mistakes.
    fn call_of_unknown(&mut self, args: &[Arg]) -> Typed {
        for arg in args {
            self.check(&arg.value, &Type::Error);
        }
        (Type::Error, self.stage_of_args(args))
    }

    fn stage_of_args(&self, args: &[Arg]) -> Stage {
        let stages = args.iter().map(|it| self.stage_of(it.value.id));
        stages.max().unwrap_or_default()
    }

    pub(crate) fn cast(&mut self, expr: &Expr, inner: &Expr, ty: &TypeExpr) -> Typed {
        let target = self.resolve_type(ty);
        if is_literal_of(inner, &target) {
            let (_, stage) = self.typed(inner, Some(&target));
            return (target, stage);
        }
        let (from, stage) = self.typed(inner, None);
        if let (Type::Secret(_), false) = (&from, matches!(target, Type::Secret(_))) {
            self.report(errors::secret_leak(inner.span));
            return (Type::Error, stage);
        }
        if !from.is_error() && !target.is_error() && !castable(&from, &target) {
            self.report(errors::cast(expr.span, &from, &target));
            return (Type::Error, stage);
        }
        (target, stage)
    }
}

fn has_field(ty: &Type, name: &Name) -> bool {
    match ty {
        Type::Record(record) => record.fields.contains_key(name),
        Type::Thing(thing) => thing.fields.contains_key(name),
        _ => false,
    }
}

/// Whether the expression is a literal that the type decides about; a number as a text is a cast like others.
fn is_literal_of(expr: &Expr, target: &Type) -> bool {
    let expr = expr.peeled();
    let members = place::members(target);
    match &expr.kind {
        ExprKind::Quantity(_) => members
            .iter()
            .any(|it| place::has_order(it) || place::is_open(it)),
        ExprKind::Record(_) | ExprKind::List { .. } => true,
        _ => expr.plain_text().is_some() && !place::strings(target).is_empty(),
    }
}

fn is_method(callable: &Callable) -> bool {
    callable
        .function
        .params
        .first()
        .is_some_and(|it| it.name == "self")
}

/// Whether the method can be called on a value of that type.
fn fits_self(method: &Callable, of: &Type) -> bool {
    let Some(first) = method.function.params.first() else {
        return false;
    };
    let mut bound = indexmap::IndexMap::new();
    crate::types::bind(&first.ty, of, &mut bound) || assignable(of, &first.ty)
}

fn shown_kind(callable: &Callable) -> &str {
    match callable.kind.as_str() {
        "fn" => "function",
        other => other,
    }
}
