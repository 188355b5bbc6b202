//! How the tasks of runs ended, in the form of JUnit that CI systems read: a suite for each run, a case for each task.

use std::fmt::Write as _;

use crate::run::{Outcome, Status, TaskOutcome};

/// The whole file.
pub(crate) fn report(suites: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{suites}</testsuites>\n")
}

/// A run.
pub(crate) fn suite(name: &str, outcome: &Outcome) -> String {
    let count =
        |fits: fn(Status) -> bool| outcome.tasks.iter().filter(|it| fits(it.status)).count();
    let mut text = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{:.3}\">\n",
        escaped(name),
        outcome.tasks.len(),
        count(|it| matches!(it, Status::Failed | Status::Cancelled)),
        count(|it| it == Status::Skipped),
        outcome.took.as_secs_f64(),
    );
    for it in &outcome.tasks {
        text += &case(name, it);
    }
    text + "  </testsuite>\n"
}

fn case(suite: &str, task: &TaskOutcome) -> String {
    let mut text = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
        escaped(suite),
        escaped(&task.task),
        task.took.as_secs_f64()
    );
    let (reason, message) = (escaped(&task.reason), escaped(&task.message));
    let _ = match task.status {
        Status::Succeeded => writeln!(text, "/>"),
        Status::Skipped => writeln!(text, "><skipped message=\"{reason}\"/></testcase>"),
        Status::Failed | Status::Cancelled => writeln!(
            text,
            "><failure type=\"{reason}\" message=\"{message}\"/></testcase>"
        ),
    };
    text
}

/// As the value of an attribute. What XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for it in text.chars() {
        match it {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            it if it.is_control() => {}
            it => escaped.push(it),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_a_step_says_stays_within_its_attribute() {
        assert_eq!(
            escaped("a<\"b\">\u{1b}\n&"),
            "a&lt;&quot;b&quot;&gt;&#10;&amp;"
        );
    }
}
