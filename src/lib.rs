//! A typed language for the whole way of a change to production.
#![allow(dead_code, unused_imports, reason = "phases land one by one")]

mod base;
mod check;
mod diag;
mod plan;
mod resolve;
mod run;
mod schema;
mod syntax;
mod types;
mod value;
mod yaml;

pub use run::{
    Cancel, Canceller, Event, Outcome, RunError, RunOptions, Status, StepEnd, Stream, TaskOutcome,
    Urgency, cancellation, run,
};

/// Runs the command line and gives the process's exit code.
#[doc(hidden)]
pub fn cli_main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
