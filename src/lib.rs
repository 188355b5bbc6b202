//! A typed language for the whole way of a change to production.
#![allow(dead_code, reason = "phases land one by one")]

mod base;
mod diag;
mod syntax;

/// Runs the command line and gives the process's exit code.
#[doc(hidden)]
pub fn cli_main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
