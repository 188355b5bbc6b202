//! A shell where a step failed, so that one can look around: the same directory, variables and mounts.

use std::time::Duration;

use crate::base::Name;
use crate::plan::{Expr, Step};
use crate::run::event::{Event, TaskId};
use crate::run::process;
use crate::run::shared::Shared;
use crate::run::start::Start;
use crate::run::step;
use crate::value::Value;

/// Whoever shows the run gives up the terminal within this time.
const HANDOVER: Duration = Duration::from_millis(100);

/// Opens a shell in place of the step, and waits until it is left. One at a time has the terminal.
pub(crate) async fn open(
    shared: &Shared,
    task: &TaskId,
    (step, index): (&Step, usize),
    place: step::Place<'_>,
) {
    let Some(turn) = &shared.shell else { return };
    if place.vessel.is_some() {
        let text = "a shell is opened where steps run as processes: this container is gone";
        return shared.note(&task.name, text);
    }
    let name = Name::new(format!("shell-{index}"));
    let place = step::Place {
        name: &name,
        ..place
    };
    let mut shell = step.clone();
    shell.script = None;
    shell.args = Vec::new();
    shell.extra.shift_remove("stdoutConfig");
    shell.extra.shift_remove("stderrConfig");
    let program = ["bash", "sh"].into_iter();
    let mut known = program.filter(|it| step::find(it, &shared.environment).is_some());
    let program = known.next().unwrap_or("/bin/sh");
    shell.command = vec![Expr::constant(step.span, Value::str(program))];
    let launch = match step::prepare(&shell, &place) {
        Ok(Start::Process(launch)) => launch,
        Ok(Start::Container(_)) => return,
        Err(lack) => return shared.note(&task.name, &format!("no shell: {lack}")),
    };
    let _turn = turn.acquire().await;
    let told = |opens: bool| Event::Shell {
        task: task.clone(),
        step: step::name(step, index),
        opens,
    };
    shared.tell(told(true));
    tokio::time::sleep(HANDOVER).await;
    if let Err(error) = process::interactive(&launch).await {
        let reason = process::not_started(&launch, &error);
        shared.note(&task.name, &reason);
    }
    shared.tell(told(false));
}
