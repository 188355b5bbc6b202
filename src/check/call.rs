//! Arguments of calls.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::{Body, Callable, Stage, errors};
use crate::syntax::ast::{Arg, Expr, ExprKind, NodeId, Param, Word};
use crate::types::{FnType, ParamType, RecordType, Type, assignable, bind, substitute};

/// A call whose arguments are being matched with parameters.
struct Call<'a> {
    /// `` task `git-clone` ``
    what: &'a str,
    params: &'a [ParamType],
    /// Parameters that no argument fills: `self`.
    skipped: usize,
    /// By parameter, the argument that fills it.
    map: Vec<Option<usize>>,
    /// Some argument gives fields that are not known, so that nothing is missing for certain.
    open: bool,
}

impl Body<'_, '_> {
    /// Checks the arguments of a call and records which parameter each fills, at the node of the call (or base).
    /// `what` names the callee: `` task `git-clone` ``; `at` is where a missing argument is reported. Answers the result's type.
    pub(crate) fn arguments(
        &mut self,
        call: NodeId,
        at: Span,
        what: &str,
        function: &FnType,
        args: &[Arg],
    ) -> Type {
        let mut bound = IndexMap::new();
        let matched = self.match_arguments(what, &function.params, 0, args, &mut bound);
        self.report_missing(at, &matched);
        self.record_args(call, matched.map);
        result_of(function, &bound)
    }

    /// The same for a node of a pipeline, where `each list` may stand.
    pub(crate) fn arguments_of_node(
        &mut self,
        call: NodeId,
        at: Span,
        what: &str,
        function: &FnType,
        args: &[Arg],
    ) -> Type {
        let before = std::mem::replace(&mut self.each, true);
        let result = self.arguments(call, at, what, function, args);
        self.each = before;
        result
    }

    /// The same where an instance is laid over a base that has its arguments: `run b = a(to: staging)`; nothing is missing.
    pub(crate) fn arguments_over(
        &mut self,
        call: NodeId,
        what: &str,
        function: &FnType,
        args: &[Arg],
    ) {
        let mut bound = IndexMap::new();
        let matched = self.match_arguments(what, &function.params, 0, args, &mut bound);
        self.record_args(call, matched.map);
    }

    /// The same for `receiver.method(args)`; the receiver, typed before, is the first parameter.
    pub(crate) fn method_arguments(
        &mut self,
        call: NodeId,
        receiver: &Expr,
        of: &Type,
        word: &Word,
        method: &Callable,
        args: &[Arg],
    ) -> Type {
        let function = &method.function;
        let mut bound = IndexMap::new();
        if let Some(first) = function.params.first()
            && !bind(&first.ty, of, &mut bound)
        {
            let expected = &first.ty;
            match of {
                Type::Secret(_) => self.report(errors::secret_leak(receiver.span)),
                Type::Optional(_) => self.report(errors::may_be_none(word.span, "this", of)),
                _ => self.report(errors::no_method_of(word, expected, of)),
            }
        }
        let what = format!("`{}`", word.name);
        let matched = self.match_arguments(&what, &function.params, 1, args, &mut bound);
        self.report_missing(word.span, &matched);
        self.record_args(call, matched.map);
        result_of(function, &bound)
    }

    fn match_arguments<'a>(
        &mut self,
        what: &'a str,
        params: &'a [ParamType],
        skipped: usize,
        args: &[Arg],
        bound: &mut IndexMap<Name, Type>,
    ) -> Call<'a> {
        let mut call = Call {
            what,
            params,
            skipped,
            map: vec![None; params.len()],
            open: false,
        };
        let mut next = skipped;
        for (index, arg) in args.iter().enumerate() {
            if arg.spread {
                self.spread_argument(&mut call, index, arg);
                continue;
            }
            let place = match &arg.label {
                Some(label) => self.labelled(&call, label),
                None => {
                    next += 1;
                    self.positional(&call, arg, next - 1)
                }
            };
            match place {
                Some(place) => self.argument(&mut call, place, index, arg, args, bound),
                None => {
                    call.open |= arg.label.is_some();
                    self.check(&arg.value, &Type::Error);
                }
            }
        }
        call
    }

    fn labelled(&mut self, call: &Call<'_>, label: &Word) -> Option<usize> {
        let place = call.params.iter().position(|it| it.name == label.name);
        if let Some(place) = place.filter(|it| *it >= call.skipped) {
            return Some(place);
        }
        let known: Vec<&str> = call
            .params
            .iter()
            .skip(call.skipped)
            .map(|it| it.name.as_str())
            .collect();
        self.report(errors::unknown_label(label, call.what, &known));
        None
    }

    fn positional(&mut self, call: &Call<'_>, arg: &Arg, place: usize) -> Option<usize> {
        if place < call.params.len() {
            return Some(place);
        }
        let most = call.params.len() - call.skipped.min(call.params.len());
        self.report(errors::too_many(arg.span, call.what, most));
        None
    }

    fn argument(
        &mut self,
        call: &mut Call<'_>,
        place: usize,
        index: usize,
        arg: &Arg,
        args: &[Arg],
        bound: &mut IndexMap<Name, Type>,
    ) {
        let Some(param) = call.params.get(place) else {
            return;
        };
        let before = call.map.get(place).copied().flatten();
        if let Some(first) = before.and_then(|it| args.get(it))
            && !first.spread
        {
            self.report(errors::given_twice(arg.span, &param.name, first.span));
        }
        if let Some(slot) = call.map.get_mut(place) {
            *slot = Some(index);
        }
        if !has_variable(&param.ty) {
            self.check(&arg.value, &param.ty);
            return;
        }
        let found = self.infer(&arg.value);
        if !bind(&param.ty, &found, bound) {
            self.report(errors::mismatch(arg.value.span, &param.ty, &found));
        }
    }

    /// `..record`: its fields are arguments by their names.
    fn spread_argument(&mut self, call: &mut Call<'_>, index: usize, arg: &Arg) {
        let ty = self.infer(&arg.value);
        let Type::Record(record) = &ty else {
            if !ty.is_error() {
                self.report(errors::no_record(arg.value.span, &ty));
            }
            call.open = true;
            return;
        };
        for (name, field) in &record.fields {
            let place = call.params.iter().position(|it| it.name == *name);
            let Some((place, param)) = place.and_then(|it| Some((it, call.params.get(it)?))) else {
                self.report(errors::spread_unknown(arg.value.span, name, call.what));
                continue;
            };
            if !assignable(&field.ty, &param.ty) {
                self.report(errors::spread_mismatch(
                    arg.value.span,
                    name,
                    &param.ty,
                    &field.ty,
                ));
            }
            if let Some(slot) = call.map.get_mut(place) {
                *slot = Some(index);
            }
        }
    }

    fn report_missing(&mut self, at: Span, call: &Call<'_>) {
        if call.open {
            return;
        }
        let needed = call.params.iter().zip(&call.map).skip(call.skipped);
        let missing = needed.filter(|(param, given)| given.is_none() && !may_be_absent(param));
        let missing: Vec<&ParamType> = missing.map(|it| it.0).collect();
        if !missing.is_empty() {
            self.report(errors::missing_argument(at, call.what, &missing));
        }
    }

    /// Of an object that travels to a task only the keys that are written go along: the task has the others by default.
    pub(crate) fn as_written<'e>(&mut self, arguments: impl Iterator<Item = &'e Expr>) {
        for argument in arguments.map(Expr::peeled) {
            let ExprKind::Record(_) = &argument.kind else {
                continue;
            };
            if let Type::Record(record) = self.type_of(argument.id) {
                let mut record = RecordType::clone(&record);
                for field in record.fields.values_mut() {
                    field.default = None;
                }
                let stage = self.stage_of(argument.id);
                self.record(argument.id, Type::Record(Arc::new(record)), stage);
            }
        }
    }

    /// Binds the parameters of a declaration and checks their defaults, each of which may use those before it.
    pub(crate) fn bind_params(&mut self, params: &[Param], types: &[ParamType], stage: Stage) {
        for (param, ty) in params.iter().zip(types) {
            self.check_default(param, &ty.ty);
            self.check_type_defaults(&param.ty);
            self.bind(&param.name, ty.ty.clone(), stage);
        }
    }
}

/// Whether a call may leave the parameter out.
fn may_be_absent(param: &ParamType) -> bool {
    param.default.is_some()
        || param.ty.has_all_defaults()
        || matches!(param.ty, Type::Optional(_) | Type::Error)
}

fn result_of(function: &FnType, bound: &IndexMap<Name, Type>) -> Type {
    if has_variable(&function.result) {
        substitute(&function.result, bound)
    } else {
        function.result.clone()
    }
}

fn has_variable(ty: &Type) -> bool {
    match ty {
        Type::Variable(_) => true,
        Type::List(of)
        | Type::Map(of)
        | Type::Optional(of)
        | Type::Secret(of)
        | Type::Range(of) => has_variable(of),
        Type::Record(record) => record.fields.values().any(|it| has_variable(&it.ty)),
        Type::Function(function) => {
            function.params.iter().any(|it| has_variable(&it.ty)) || has_variable(&function.result)
        }
        Type::Union(all) => all.iter().any(has_variable),
        Type::Error
        | Type::Json
        | Type::None
        | Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::String(_)
        | Type::Opaque(_)
        | Type::Object(_)
        | Type::Thing(_) => false,
    }
}
