//! What can be said of runs that are kept.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How a run goes on with an earlier one, and what is kept of it.
#[derive(Args, Debug, Default)]
pub(crate) struct Keeping {
    /// Go on with a run that failed or was killed, the last one unless it is named: what ended well is not done again
    #[arg(long, value_name = "RUN", num_args = 0..=1, default_missing_value = "last")]
    pub(crate) resume: Option<String>,
    /// Do these tasks of an earlier run again, and all that come after them
    #[arg(long, value_name = "TASK", value_delimiter = ',')]
    pub(crate) from: Vec<String>,
    /// Run only these tasks, with what an earlier run gave
    #[arg(long, value_name = "TASK", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Keep nothing of this run
    #[arg(long, conflicts_with_all = ["resume", "from"])]
    pub(crate) no_history: bool,
    /// Neither take from the cache nor put into it
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Say why each task that can be cached was or was not taken from the cache
    #[arg(long)]
    pub(crate) explain_cache: bool,
    /// So many tasks run at once at most
    #[arg(short, long, value_name = "COUNT")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// What happens where a step fails, on a terminal
    #[arg(long, value_name = "WHAT")]
    pub(crate) on_failure: Option<OnFailure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnFailure {
    /// A shell with the directory, variables and mounts of the step
    Shell,
}

/// List runs that are kept
#[derive(Args, Debug)]
pub(crate) struct Runs {
    /// Only those of this pipeline, task or run
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Only those that ended so, or did not end
    #[arg(long, value_name = "STATUS", value_parser = ["running", "interrupted", "succeeded", "failed", "cancelled"])]
    pub(crate) status: Option<String>,
    /// Only those of this program
    #[arg(long, value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,
    /// So many at most, the newest first
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
    pub(crate) limit: usize,
    /// Forget all but the newest runs
    #[arg(long)]
    pub(crate) prune: bool,
    /// How many runs stay, with their files
    #[arg(long, value_name = "COUNT", default_value_t = 20, requires = "prune")]
    pub(crate) keep: usize,
}

/// Show a run that is kept: its tasks, their steps, what they gave
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// Its name, or how it begins
    #[arg(value_name = "RUN", default_value = "last")]
    pub(crate) run: String,
}

/// Print what the steps of a run wrote
#[derive(Args, Debug)]
pub(crate) struct Logs {
    /// Its name, or how it begins
    #[arg(value_name = "RUN", default_value = "last")]
    pub(crate) run: String,
    /// Only this task
    #[arg(value_name = "TASK")]
    pub(crate) task: Option<String>,
    /// Go on until the run is over
    #[arg(short, long)]
    pub(crate) follow: bool,
}

/// Say why a task of a run was, or was not, taken from the cache
#[derive(Args, Debug)]
pub(crate) struct Why {
    /// The run, where it is not the last, and the task
    #[arg(value_name = "RUN | TASK", required = true, num_args = 1..=2)]
    pub(crate) what: Vec<String>,
}

/// Show how much the cache holds
#[derive(Args, Debug)]
pub(crate) struct Cache {
    /// Remove what was not used for longest until no more is left: 500Mi, 2Gi; 0 removes all
    #[arg(long, value_name = "SIZE", num_args = 0..=1, default_missing_value = "0")]
    pub(crate) prune: Option<String>,
}
