//! Timeouts.

use crate::base::Span;
use crate::diag::Diagnostic;

/// A timeout is not below zero.
pub(crate) fn negative(span: Span) -> Diagnostic {
    Diagnostic::new("bad-timeout", span, "a timeout below zero").note("`0s` is no timeout")
}

/// `timeouts.tasks` and `timeouts.finally` end with `timeouts.pipeline` at the latest.
pub(crate) fn longer_than_whole(span: Span, key: &str, part: i64, whole: i64) -> Diagnostic {
    let whole = shown(whole);
    let message = match part {
        0 => format!("`timeouts.{key}` never ends, and the run does after {whole}"),
        _ => format!(
            "`timeouts.{key}` is {}, and the run ends after {whole}",
            shown(part)
        ),
    };
    Diagnostic::new("bad-timeout", span, message)
        .note("a run without `timeouts.pipeline` ends after the default timeout")
        .help("raise `timeouts.pipeline`")
}

/// `timeouts.tasks` and `timeouts.finally` together are no longer than `timeouts.pipeline`, even where that is `0`.
pub(crate) fn together_longer_than_whole(span: Span, whole: i64) -> Diagnostic {
    let message = match whole {
        0 => "`timeouts.tasks` and `timeouts.finally` beside a run that never ends".to_owned(),
        _ => {
            let whole = shown(whole);
            format!("`timeouts.tasks` and `timeouts.finally` are together more than {whole}")
        }
    };
    let finding = Diagnostic::new("bad-timeout", span, message);
    match whole {
        0 => finding
            .note("the webhook compares their sum with zero")
            .help("leave one of them out: the other is what remains"),
        _ => finding
            .note("the run ends with `timeouts.pipeline`, or else with the default timeout")
            .help("leave one of them out: it is what remains of the other"),
    }
}

/// The timeout of one task in `taskRunSpecs` is no longer than that of the tasks, of the run, or the default.
pub(crate) fn task_longer_than_run(span: Span, key: &str, whole: i64) -> Diagnostic {
    let message = format!("this is more than {key}, {}", shown(whole));
    Diagnostic::new("bad-timeout", span, message).note("the run would end before its task")
}

/// As Go writes it, without what is zero.
fn shown(time: i64) -> String {
    let (hours, minutes) = (time / 3_600_000_000_000, time / 60_000_000_000 % 60);
    let seconds = time / 1_000_000_000 % 60;
    let parts = [(hours, "h"), (minutes, "m"), (seconds, "s")].into_iter();
    let parts: String = parts
        .filter(|it| it.0 != 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if parts.is_empty() {
        return format!("{time}ns");
    }
    parts
}
