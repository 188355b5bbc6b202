//! Durations, as Go writes and compares them.

use crate::admit::admission::{Admission, field, place_of};
use crate::admit::decode::text::duration;
use crate::admit::errors::timeout as errors;
use crate::base::Span;
use crate::yaml::Node;

/// In ns. Zero is no end.
pub(crate) type Duration = i64;

const MINUTE: Duration = 60_000_000_000;

/// A field that holds a duration, with the place of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) span: Span,
    pub(crate) time: Duration,
}

/// The duration of a field; `None` where there is none, or none that can be read.
pub(crate) fn read(node: &Node, key: &str) -> Option<Limit> {
    let node = field(node, key)?;
    let time = duration(node.text()?)?;
    let span = node.span;
    Some(Limit { span, time })
}

pub(crate) fn is_negative(node: Option<&Node>) -> bool {
    let text = node.and_then(Node::text);
    text.and_then(duration).is_some_and(|it| it < 0)
}

/// `timeouts` of a run: none below zero, none longer than the whole, and together no longer either.
pub(crate) fn of_run(cx: &mut Admission<'_>, timeouts: &Node) {
    for key in ["tasks", "finally", "pipeline"] {
        if let Some(limit) = read(timeouts, key).filter(|it| it.time < 0) {
            cx.say(errors::negative(limit.span));
        }
    }
    let whole = match read(timeouts, "pipeline") {
        Some(whole) => whole.time,
        // Tekton forgets the unit of its default here.
        None => cx.tekton.default_timeout_minutes(),
    };
    let tasks = read(timeouts, "tasks");
    let finally = read(timeouts, "finally");
    for (key, limit) in [("tasks", tasks), ("finally", finally)] {
        if let Some(limit) = limit.filter(|it| exceeds(it.time, whole)) {
            cx.say(errors::longer_than_whole(
                limit.span, key, limit.time, whole,
            ));
        }
    }
    let (Some(tasks), Some(finally)) = (tasks, finally) else {
        return;
    };
    // Without an end, too: Tekton compares with its zero.
    if tasks.time.wrapping_add(finally.time) > whole {
        cx.say(errors::together_longer_than_whole(tasks.span, whole));
    }
}

/// A part that ends later than a whole that has an end.
fn exceeds(part: Duration, whole: Duration) -> bool {
    whole != 0 && (part > whole || part == 0)
}

/// The timeout of one task of a run against the run's own.
pub(crate) fn of_task(cx: &mut Admission<'_>, spec: &Node, timeouts: Option<&Node>) {
    let Some(limit) = read(spec, "timeout") else {
        return;
    };
    if limit.time < 0 {
        cx.say(errors::negative(limit.span));
        return;
    }
    let tasks = timeouts.and_then(|it| read(it, "tasks"));
    let pipeline = timeouts.and_then(|it| read(it, "pipeline"));
    let (key, whole) = match (tasks, pipeline) {
        (Some(it), _) => ("timeouts.tasks", it.time),
        (None, Some(it)) => ("timeouts.pipeline", it.time),
        (None, None) => {
            let minutes = cx.tekton.default_timeout_minutes();
            ("the default timeout", minutes.wrapping_mul(MINUTE))
        }
    };
    // A negative limit is said where it stands.
    if whole > 0 && limit.time > whole {
        cx.say(errors::task_longer_than_run(limit.span, key, whole));
    }
}

/// A timeout of its own below zero.
pub(crate) fn not_negative(cx: &mut Admission<'_>, node: &Node) {
    if is_negative(node.get("timeout")) {
        cx.say(errors::negative(place_of(node, "timeout")));
    }
}
