//! The command line: one file per command. The only home of clap and of printing.

mod args;
mod build;
mod cache;
mod check;
mod completions;
mod dialog;
mod eval;
mod explain;
mod fmt;
mod home;
mod import;
mod logs;
mod new;
mod report;
mod run;
mod runs;
mod show;
mod why;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Fine,
    /// Errors were found, the output drifted, a run failed.
    Findings,
    /// The command line asks for what cannot be.
    Usage,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fine => Self::SUCCESS,
            Outcome::Findings => Self::from(1),
            Outcome::Usage => Self::from(2),
        }
    }
}

/// An event of a run as a line of JSON, without its line break.
pub(crate) fn event_line(event: &crate::run::Event) -> String {
    run::json::line(event).trim_end().to_owned()
}

/// Runs the command line and gives the process's exit code.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.color.apply();
    let printer = report::Printer::new(arguments.format);
    let outcome = match arguments.command {
        Command::New(it) => new::new(&it, &printer),
        Command::Check(it) => check::check(&it, &printer),
        Command::Import(it) => import::import(&it, &printer),
        Command::Build(it) => build::build(&it, &printer),
        Command::Run(it) => run::run(*it, &printer),
        Command::Runs(it) => runs::runs(&it, &printer),
        Command::Show(it) => show::show(&it, &printer),
        Command::Logs(it) => logs::logs(&it, &printer),
        Command::Why(it) => why::why(&it, &printer),
        Command::Cache(it) => cache::cache(&it, &printer),
        Command::Eval(it) => eval::eval(&it, &printer),
        Command::Fmt(it) => fmt::fmt(&it, &printer),
        Command::Explain(it) => explain::explain(&it),
        Command::Completions(it) => completions::completions(&it),
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        Err(error) => report::failure(&error),
    }
}
