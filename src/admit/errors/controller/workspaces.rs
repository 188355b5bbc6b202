//! Messages about workspaces.

use crate::admit::controller::model::{self, Declared, Named};
use crate::admit::controller::variable::Variable;
use crate::base::Span;
use crate::diag::{Diagnostic, Severity};

/// A task of a pipeline leaves out what its task needs.
pub(crate) fn not_passed(task: &str, at: Span, declared: &Declared<'_>) -> Diagnostic {
    let name = declared.name;
    let message = format!("`{task}` binds no workspace `{name}`, which its task needs");
    Diagnostic::new("unbound-workspace", at, message)
        .label(declared.span(), "declared here, and not optional")
        .help(format!(
            "add `{name}` to `workspaces`, or say `optional: true` where it is declared"
        ))
}

/// A run leaves out what its pipeline or task needs.
pub(crate) fn not_bound(at: Span, declared: &Declared<'_>) -> Diagnostic {
    let name = declared.name;
    let message = format!("the run binds no workspace `{name}`");
    Diagnostic::new("unbound-workspace", at, message)
        .label(declared.span(), "declared here, and not optional")
        .help(format!("add `{name}` to `workspaces` of the run"))
}

/// What a task needs, and the pipeline does not declare or calls optional.
pub(crate) fn not_bound_for(span: Span, run: Span, task: &str, name: &str) -> Diagnostic {
    let message = format!("`{task}` needs the workspace `{name}`, which the run does not bind");
    Diagnostic::new("unbound-workspace", span, message)
        .label(run, "the run")
        .help(format!("add `{name}` to `workspaces` of the run"))
}

pub(crate) fn optional_outside(
    binding: &Named<'_>,
    outer: &Declared<'_>,
    inner: &Declared<'_>,
) -> Diagnostic {
    let message = format!(
        "`{}` may be left out of a run, and the task needs it",
        outer.name
    );
    Diagnostic::new("unbound-workspace", binding.at.span, message)
        .label(outer.span(), "optional in the pipeline")
        .label(inner.span(), "not optional in the task")
        .note("the controller refuses the pair even in runs that bind it")
        .help("make both optional, or neither")
}

/// A binding without `workspace`, of one that a run may leave out.
pub(crate) fn optional_by_name(
    binding: &Named<'_>,
    outer: &Declared<'_>,
    inner: &Declared<'_>,
) -> Diagnostic {
    let found = optional_outside(binding, outer, inner);
    Diagnostic {
        severity: Severity::Warning,
        notes: vec!["a run that leaves it out fails when the task is to start".into()],
        ..found
    }
}

/// A binding that the callee does not declare.
pub(crate) fn not_declared(binding: &Named<'_>, callee: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("the {callee} declares no workspace `{}`", binding.name);
    Diagnostic::new("refused-argument", binding.at.span, message)
        .note("a run of a task must bind the workspaces that it declares, and no others")
        .did_you_mean(binding.at.span, near)
}

/// A binding of a run under a name that is like the one of a workspace which it does not bind.
pub(crate) fn misspelt(binding: &Named<'_>, right: &str) -> Diagnostic {
    let name = binding.name;
    let message = format!("the run binds `{name}`, and the pipeline needs the workspace `{right}`");
    Diagnostic::new("unbound-workspace", binding.at.span, message)
        .did_you_mean(binding.at.span, Some(right))
}

/// A binding of a run that no task of its pipeline asks for.
pub(crate) fn extra(binding: &Named<'_>, near: Option<&str>) -> Diagnostic {
    let message = format!(
        "nothing in the pipeline uses the workspace `{}`",
        binding.name
    );
    let mut found = Diagnostic::new("extra-argument", binding.at.span, message)
        .note("the controller drops the binding without a word");
    found.severity = Severity::Warning;
    found.did_you_mean(binding.at.span, near)
}

pub(crate) fn unused(declared: &Declared<'_>) -> Diagnostic {
    let message = format!("no task uses the workspace `{}`", declared.name);
    let found = Diagnostic::new("unused", declared.span(), message);
    let found = if model::is_optional(declared.node) {
        found
    } else {
        found.note("every run must bind it all the same")
    };
    found.help("bind it to a task, or drop it")
}

pub(crate) fn only_from_a_run(it: &Variable<'_>, name: &str, near: Option<&str>) -> Diagnostic {
    let message = format!("neither the task nor the pipeline declares the workspace `{name}`");
    Diagnostic::new("undeclared-variable", it.span, message)
        .note(
            "the task fails unless every run happens to bind a workspace of that name, undeclared",
        )
        .did_you_mean(
            it.span,
            near.map(|near| format!("$({})", it.expression.replacen(name, near, 1)))
                .as_deref(),
        )
}

pub(crate) fn two_claims(
    task: &str,
    first: &Named<'_>,
    second: &Named<'_>,
    needed: Option<Span>,
) -> Diagnostic {
    let (one, other) = (first.name, second.name);
    let task = if task.starts_with("the ") {
        task.to_owned()
    } else {
        format!("`{task}`")
    };
    let message = format!("{task} mounts two volume claims: `{one}` and `{other}`");
    let mut found = Diagnostic::new("two-volumes", second.at.span, message)
        .label(first.at.span, "the first claim");
    if let Some(needed) = needed {
        found = found.label(needed, "mounted here");
    }
    found
        .note(
            "with `coschedule: workspaces` a pod can mount one claim, since each is tied to a node",
        )
        .help(
            "use one claim with a `subPath` for each workspace, or set `coschedule` to `disabled`",
        )
}
