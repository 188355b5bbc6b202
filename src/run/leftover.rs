//! Processes of a run whose own process was killed: they are found by what they carry, and killed before the run goes on.

/// The variable that every process of a run that is kept carries: the run's identifier.
pub(crate) const VARIABLE: &str = "WUDI_RUN";

/// Kills what is left of a run, with the groups that its steps led, and waits until it is gone.
#[cfg(target_os = "linux")]
pub(crate) fn kill(uid: &str) {
    use std::time::Duration;

    use rustix::process::{Pid, Signal, getpgrp, kill_process, kill_process_group};

    let own = getpgrp().as_raw_nonzero().get();
    for _ in 0..ROUNDS {
        let found = found(uid);
        if found.is_empty() {
            return;
        }
        for process in found {
            if let Some(pid) = Pid::from_raw(process.id) {
                let _ = kill_process(pid, Signal::KILL);
            }
            // A step leads a group of its own; what has another leader is not ours alone.
            if process.group == process.id
                && process.group != own
                && let Some(group) = Pid::from_raw(process.group)
            {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Elsewhere processes do not tell what they carry.
#[cfg(not(target_os = "linux"))]
pub(crate) fn kill(_uid: &str) {}

/// So often it is looked, for what starts others while it is killed.
#[cfg(target_os = "linux")]
const ROUNDS: usize = 300;

#[cfg(target_os = "linux")]
struct Process {
    id: i32,
    parent: i32,
    group: i32,
    carries: bool,
}

/// The processes that carry the run's identifier, without those that this one was started by.
#[cfg(target_os = "linux")]
fn found(uid: &str) -> Vec<Process> {
    use indexmap::IndexMap;

    use crate::host::keep;

    let names = keep::names(std::path::Path::new("/proc")).unwrap_or_default();
    let ids = names.iter().filter_map(|it| it.parse::<i32>().ok());
    let mut all: IndexMap<i32, Process> = IndexMap::new();
    all.extend(ids.filter_map(|id| Some((id, process(id, uid)?))));
    let mut above = i32::try_from(std::process::id()).ok();
    while let Some(process) = above.and_then(|it| all.swap_remove(&it)) {
        above = Some(process.parent);
    }
    all.into_values().filter(|it| it.carries).collect()
}

/// What is known of a process that runs.
#[cfg(target_os = "linux")]
fn process(id: i32, uid: &str) -> Option<Process> {
    use crate::host::keep;

    let of = std::path::Path::new("/proc").join(id.to_string());
    let stat = keep::read(&of.join("stat")).ok()??;
    let stat = String::from_utf8_lossy(&stat).into_owned();
    // After the name, which may hold anything, stand the state, the parent and the group.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let is_gone = matches!(fields.next(), Some("Z" | "X"));
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let environment = keep::read(&of.join("environ")).ok().flatten();
    let environment = environment.unwrap_or_default();
    let mark = format!("{VARIABLE}={uid}");
    let mut variables = environment.split(|it| *it == 0);
    Some(Process {
        id,
        parent,
        group,
        carries: !is_gone && variables.any(|it| it == mark.as_bytes()),
    })
}
