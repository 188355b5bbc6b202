//! A typed language for the whole way of a change to production.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stderr,
        clippy::wildcard_enum_match_arm,
        reason = "tests may"
    )
)]

// Its rules land one by one.
#[allow(dead_code, reason = "what the rules stand on lands before them")]
mod admit;
mod base;
mod check;
mod cli;
mod diag;
mod emit;
mod eval;
mod format;
mod host;
mod import;
mod lower;
mod plan;
mod resolve;
mod run;
mod schema;
mod session;
mod stdlib;
mod store;
mod syntax;
mod types;
mod value;
mod verify;
mod yaml;

pub use base::source::{FileId, SourceMap};
pub use base::span::Span;
pub use diag::render::{Style, render};
pub use diag::{Code, Diagnostic, Edit, Fix, Gate, Label, Severity};

pub use emit::Manifest;
pub use host::{Entry, EntryKind, Host, MemoryHost, OsHost};
pub use plan::Plan;
pub use run::{
    Cancel, Canceller, Engine, Engines, Event, Outcome, Pull, Reused, RunError, RunOptions,
    Scenario, Status, StepEnd, Stream, TaskId, TaskOutcome, Urgency, cancellation, run,
};
pub use session::{Session, Target};

#[doc(hidden)]
pub use cli::main as cli_main;

#[doc(hidden)]
pub use session::agree::tiers_agree;

#[doc(hidden)]
pub use session::measure::{Measured, Rows as MeasuredRows, Sample};

/// An event of a run as `wudi run --format json` prints it, for tests.
#[doc(hidden)]
pub fn event_line(event: &Event) -> String {
    cli::event_line(event)
}

/// How many items a text has: a parse and nothing else, for benchmarks.
#[doc(hidden)]
pub fn count_items(text: &str) -> usize {
    let mut sources = SourceMap::default();
    let file = sources.add(std::path::Path::new("main.wudi"), text.into());
    let mut sink = diag::Sink::default();
    let mut cache = syntax::Cache::default();
    syntax::parse(file, text, &mut cache, &mut sink).items.len()
}
