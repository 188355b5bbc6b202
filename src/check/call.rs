//! Arguments of calls.

use crate::base::Span;
use crate::check::Body;
use crate::syntax::ast::{Arg, NodeId, Param};
use crate::types::{FnType, ParamType, Type};

impl Body<'_, '_> {
    /// Checks the arguments of a call and records which parameter each fills, at the node of the call (or base).
    /// `what` names the callee: `` task `git-clone` ``; `at` is where a missing argument is reported. Answers the result's type.
    pub(crate) fn arguments(
        &mut self,
        _call: NodeId,
        _at: Span,
        _what: &str,
        function: &FnType,
        _args: &[Arg],
    ) -> Type {
        function.result.clone()
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
        _call: NodeId,
        _what: &str,
        _function: &FnType,
        _args: &[Arg],
    ) {
    }

    /// Binds the parameters of a declaration and checks their defaults, each of which may use those before it.
    pub(crate) fn bind_params(
        &mut self,
        _params: &[Param],
        _types: &[ParamType],
        _stage: crate::check::Stage,
    ) {
    }
}
