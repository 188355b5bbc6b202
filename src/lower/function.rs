//! The body of one function with its arguments, for who evaluates an expression by itself.

use crate::check::Checked;
use crate::diag::Sink;
use crate::lower::{Lowerer, Scope};
use crate::plan::{Expr, Profile};
use crate::resolve::{ItemId, Program};
use crate::syntax::ast;

/// The body of a function of a program that was checked, with an argument for each parameter; `None` where it is no function.
pub(crate) fn function(
    program: &Program,
    checked: &Checked,
    id: ItemId,
    arguments: &[Expr],
    sink: &mut Sink,
) -> Option<Expr> {
    let ast::ItemKind::Fn(function) = &program.item(id)?.tree.kind else {
        return None;
    };
    let body = function.body.as_ref()?;
    let mut lowerer = Lowerer::new(program, checked, Profile::default(), sink);
    lowerer.budget.renew(Some(body.span));
    let mut scope = Scope::of(id);
    for (param, value) in function.params.iter().zip(arguments) {
        scope.bind(param.name.id, value.clone());
    }
    Some(lowerer.expr(body, &scope))
}
