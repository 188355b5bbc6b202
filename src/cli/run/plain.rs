//! A run as plain lines, and the table at its end.

use std::fmt::Write as _;
use std::time::Duration;

use indexmap::IndexMap;

use crate::base::Name;
use crate::cli::report::data;
use crate::eval::{to_json, to_text};
use crate::run::{Event, Outcome, Reused, Status};
use crate::value::Value;

/// Writes a run as lines: what steps say to stdout, what is said of them to stderr.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    results: Vec<(String, String)>,
}

impl Plain {
    pub(crate) fn show(&mut self, event: &Event) {
        if let Event::Log {
            task, step, line, ..
        } = event
        {
            data(&format!("[{task} : {step}] {}\n", clean(line)));
        }
        if let Event::RunFinished { results, .. } = event {
            self.results = shown(results);
        }
        if let Some(line) = talk(event) {
            anstream::eprintln!("{line}");
        }
    }

    pub(crate) fn results(&self) -> &[(String, String)] {
        &self.results
    }
}

/// What is said of an event besides what steps say.
pub(crate) fn talk(event: &Event) -> Option<String> {
    match event {
        Event::Note { task, text } => {
            let task = task.as_ref().map(|it| format!("[{it}] "));
            Some(format!("{}note: {text}", task.unwrap_or_default()))
        }
        Event::TaskSkipped { task, reason } => Some(format!("[{task}] skipped: {reason}")),
        Event::TaskFinished {
            task,
            status,
            reason,
            message,
            ..
        } => match status {
            Status::Succeeded | Status::Skipped => None,
            Status::Failed | Status::Cancelled => {
                let message = if message.is_empty() {
                    String::new()
                } else {
                    format!(": {message}")
                };
                Some(format!("[{task}] {reason}{message}"))
            }
        },
        Event::Pulling {
            task,
            image,
            total,
            over,
            ..
        } => match (over, total) {
            (true, 0) => Some(format!("[{task}] pulled {image}")),
            (true, _) => Some(format!("[{task}] pulled {image}, {}", size(*total))),
            (false, 0) => Some(format!("[{task}] pulling {image}")),
            (false, _) => None,
        },
        Event::RunStarted { .. }
        | Event::TaskStarted { .. }
        | Event::StepStarted { .. }
        | Event::Log { .. }
        | Event::StepFinished { .. }
        | Event::FinallyStarted { .. }
        | Event::RunFinished { .. } => None,
        Event::Shell { task, step, opens } => opens.then(|| {
            format!("[{task} : {step}] failed: this is a shell in its place, `exit` goes on")
        }),
    }
}

/// So many bytes, as people say it.
#[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
pub(crate) fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        ..1e3 => format!("{bytes} B"),
        ..1e6 => format!("{:.1} kB", bytes / 1e3),
        ..1e9 => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.1} GB", bytes / 1e9),
    }
}

/// The results as text.
pub(crate) fn shown(results: &IndexMap<Name, Value>) -> Vec<(String, String)> {
    let text = |it: &Value| to_text(it).or_else(|| to_json(it).map(|it| it.to_string()));
    let results = results.iter();
    let results = results.map(|(name, it)| (name.to_string(), text(it).unwrap_or_default()));
    results.collect()
}

/// The table at the end, without the last line break.
pub(crate) fn summary(outcome: &Outcome, results: &[(String, String)]) -> String {
    let mut rows = vec![["task", "status", "reason", "time"].map(str::to_owned)];
    for it in &outcome.tasks {
        let time = match it.attempts {
            0 => String::new(),
            1 => time(it.took),
            attempts => format!("{}, {attempts} attempts", time(it.took)),
        };
        let time = match it.reused {
            Some(Reused::Cache) => format!("{time}, from the cache"),
            Some(Reused::Resume) => format!("{time}, done before"),
            None => time,
        };
        let name = if it.finally {
            format!("{} (finally)", it.task)
        } else {
            it.task.to_string()
        };
        rows.push([
            name,
            it.status.word().to_owned(),
            it.reason.to_string(),
            time,
        ]);
    }
    let mut text = format!("\n{}\n", table(&rows));
    for (name, value) in results {
        let _ = writeln!(text, "{name} = {}", clean(value));
    }
    let (reason, message) = (&outcome.reason, &outcome.message);
    let _ = write!(text, "\n{reason} in {}: {message}", time(outcome.took));
    if let Some(kept) = &outcome.kept {
        let _ = write!(text, "\nits files are in {}", kept.display());
    }
    if outcome.can_resume && outcome.status != Status::Succeeded {
        let _ = write!(
            text,
            "\ngo on with it by `wudi run --resume {}`",
            outcome.name
        );
    }
    text
}

/// Rows whose columns stand below each other, without the last line break.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            let _ = write!(line, "{cell:width$}  ");
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `0.4s`, `2m05s`
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        return format!("{:.1}s", duration.as_secs_f64());
    }
    format!("{}m{:02}s", seconds / 60, seconds % 60)
}

/// The line without what would move the cursor or ring the bell; colours stay.
pub(crate) fn clean(line: &str) -> String {
    // Of a line that overwrites itself the last state is what one would see.
    let line = line
        .rsplit('\r')
        .find(|it| !it.is_empty())
        .unwrap_or_default();
    let mut clean = String::with_capacity(line.len());
    let mut coloured = false;
    let mut rest = line.chars();
    while let Some(it) = rest.next() {
        if it != '\u{1b}' {
            clean.extend((it == '\t' || !it.is_control()).then_some(it));
            continue;
        }
        let mut sequence = String::new();
        if rest.clone().next() != Some('[') {
            continue;
        }
        for it in rest.by_ref() {
            sequence.push(it);
            if it.is_ascii_alphabetic() {
                break;
            }
        }
        if sequence.ends_with('m') {
            clean.push('\u{1b}');
            clean += &sequence;
            coloured = true;
        }
    }
    if coloured {
        clean += "\u{1b}[0m";
    }
    clean
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{clean, time};

    #[test]
    fn lines_cannot_move_the_cursor() {
        assert_eq!(clean("10%\r50%\r100%"), "100%");
        assert_eq!(clean("a\u{1b}[2Jb\u{7}c"), "abc");
        assert_eq!(clean("\u{1b}[31mred"), "\u{1b}[31mred\u{1b}[0m");
    }

    #[test]
    fn times_are_short() {
        assert_eq!(time(Duration::from_millis(420)), "0.4s");
        assert_eq!(time(Duration::from_secs(125)), "2m05s");
    }
}
