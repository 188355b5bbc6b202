//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A typed language for the whole way of a change to production.
///
/// Data goes to stdout, talk to stderr. Exit codes: 0 fine, 1 findings or a failed run, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "wudi", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// How findings are written
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// Whether to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// One JSON object a line
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Where the terminal shows them
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(Check),
    Explain(Explain),
}

/// Check programs, write nothing
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files, packages (a directory with a wudi.toml), or directories of them
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
}

/// Explain a code, with a wrong and a right program
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The code, as it stands in brackets before a finding
    #[arg(required_unless_present = "list")]
    pub(crate) code: Option<String>,
    /// List all codes
    #[arg(long)]
    pub(crate) list: bool,
}

impl Color {
    /// From here on anstream writes colours, or strips them.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}
