//! How commands speak: findings in the format asked for, a last line that counts them, failures of the world.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::base::SourceMap;
use crate::cli::Outcome;
use crate::cli::args::Format;
use crate::diag::render::{Style, render};
use crate::diag::{Diagnostic, Severity};

/// Writes findings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    format: Format,
}

/// How many findings of each kind there were.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}

impl Printer {
    pub(crate) fn new(format: Format) -> Self {
        Self { format }
    }

    pub(crate) fn format(self) -> Format {
        self.format
    }

    /// Findings that are what the command is for: for machines they are data, for people talk.
    pub(crate) fn answer(self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        match self.format {
            Format::Human => self.talk(diagnostics, sources),
            Format::Json => data(&render(diagnostics, sources, Style::Json)),
        }
    }

    /// Findings beside the data that the command writes.
    pub(crate) fn talk(self, diagnostics: &[Diagnostic], sources: &SourceMap) {
        let style = match self.format {
            Format::Human => Style::Colour,
            Format::Json => Style::Json,
        };
        anstream::eprint!("{}", render(diagnostics, sources, style));
    }

    /// A line for people; machines do without.
    pub(crate) fn note(self, line: &str) {
        if self.format == Format::Human {
            anstream::eprintln!("{line}");
        }
    }
}

impl Count {
    pub(crate) fn add(&mut self, diagnostics: &[Diagnostic]) {
        for it in diagnostics {
            match it.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => {}
            }
        }
    }

    pub(crate) fn outcome(self) -> Outcome {
        if self.errors == 0 {
            Outcome::Fine
        } else {
            Outcome::Findings
        }
    }

    /// `2 errors, 1 warning`
    pub(crate) fn words(self) -> String {
        let mut words = counted(self.errors, "error");
        if self.warnings > 0 {
            let _ = write!(words, ", {}", counted(self.warnings, "warning"));
        }
        words
    }
}

/// `no errors`, `1 file`, `2 files`
pub(crate) fn counted(count: usize, thing: &str) -> String {
    match count {
        0 => format!("no {thing}s"),
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

/// Data for stdout; a reader that went away is no failure.
pub(crate) fn data(text: &str) {
    use std::io::Write as _;
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// A failure of the outside world that no place of the program is to blame for.
pub(crate) fn failure(error: &anyhow::Error) -> ExitCode {
    anstream::eprintln!("error: {error:#}");
    Outcome::Findings.into()
}
