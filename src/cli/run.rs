//! `wudi run`

use crate::cli::Outcome;
use crate::cli::args;
use crate::cli::report::Printer;

pub(crate) fn run(_arguments: &args::Run, _printer: &Printer) -> anyhow::Result<Outcome> {
    anyhow::bail!("this build cannot run anything yet")
}
