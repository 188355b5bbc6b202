//! `wudi completions`

use clap::CommandFactory;

use crate::cli::Outcome;
use crate::cli::args::{self, Arguments};
use crate::cli::report::data;

pub(crate) fn completions(arguments: &args::Completions) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "wudi", &mut script);
    data(&String::from_utf8_lossy(&script));
    Ok(Outcome::Fine)
}
