//! What can be said on the command line.

mod kept;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::schema::settings::{self, DEFAULTS, FLAGS, Flaw, Setting};

pub(crate) use kept::{Cache, Keeping, Logs, OnFailure, Runs, Show, Why};

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
    New(New),
    Check(Check),
    Build(Build),
    Run(Box<Run>),
    Runs(Runs),
    Show(Show),
    Logs(Logs),
    Why(Why),
    Cache(Cache),
    Eval(Eval),
    Import(Import),
    Fmt(Fmt),
    Explain(Explain),
    Completions(Completions),
}

/// Make a directory with a first program
#[derive(Args, Debug)]
pub(crate) struct New {
    /// The directory; its last part names the package
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
}

/// Check programs and plain YAML
///
/// YAML is judged as its target would judge it: Kubernetes decodes it, Tekton's webhook validates it, its controllers
/// run it. All files together are one set of objects.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files, packages (a directory with a wudi.toml), or directories of them; `-` reads YAML from stdin
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Put the fixes that findings come with into the files
    #[arg(long)]
    pub(crate) fix: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// What YAML is for, beside what a `wudi.toml` says.
#[derive(Args, Debug)]
pub(crate) struct Target {
    /// For YAML: the version of a target, tekton=1.15
    #[arg(long = "target", value_name = "NAME=VERSION", value_parser = version)]
    versions: Vec<(String, String)>,
    /// For YAML: a flag of Tekton's ConfigMap feature-flags
    #[arg(long = "flag", value_name = "NAME=VALUE", value_parser = flag)]
    flags: Vec<(String, String)>,
    /// For YAML: an entry of Tekton's ConfigMap config-defaults
    #[arg(long = "default", value_name = "NAME=VALUE", value_parser = default)]
    defaults: Vec<(String, String)>,
}

impl Target {
    /// Written down.
    pub(crate) fn written(&self) -> serde_json::Value {
        serde_json::json!([self.versions, self.flags, self.defaults])
    }

    /// Fills in what was written down.
    pub(crate) fn fill(&mut self, written: &serde_json::Value) {
        let parts = [&mut self.versions, &mut self.flags, &mut self.defaults];
        for (at, part) in parts.into_iter().enumerate() {
            let known = written.get(at).cloned().unwrap_or_default();
            part.extend(serde_json::from_value::<Vec<(String, String)>>(known).unwrap_or_default());
        }
    }
}

impl From<&Target> for crate::session::Target {
    fn from(it: &Target) -> Self {
        Self {
            versions: it.versions.clone(),
            flags: it.flags.clone(),
            defaults: it.defaults.clone(),
        }
    }
}

/// Make a program of plain Tekton YAML
///
/// The program compiles to the same objects. What they refer to and do not hold becomes `extern`; text that is spliced
/// into a script is marked `unsafe`.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// YAML files, or directories of them; `-` reads stdin
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Where the program is written; `-` is stdout
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
    /// Compile the program again and say of each object whether it is the same, or how it differs
    #[arg(long)]
    pub(crate) certify: bool,
    /// Let scripts of a shell read from their environment what was spliced into them
    #[arg(long)]
    pub(crate) rewrite_scripts: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// Compile a program to the YAML that controllers take
///
/// Writes DIRECTORY/.tekton, tekton, base, envs, clusters and argocd, as far as the program asks for them, and lists
/// what it wrote in DIRECTORY/.wudi-NAME. Files in that list are wudi's: they are overwritten, and removed when the
/// program no longer asks for them. No other file is touched.
#[derive(Args, Debug)]
pub(crate) struct Build {
    /// A file, or a package (a directory with a wudi.toml)
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Where to write; `-` writes one stream of documents to stdout
    #[arg(short, long, value_name = "DIRECTORY")]
    pub(crate) output: PathBuf,
    /// Write nothing; fail where the files are not what the program gives
    #[arg(long)]
    pub(crate) check: bool,
}

/// Run a pipeline, task or run here and now
///
/// Of YAML, the PipelineRun or TaskRun runs, or the one Pipeline or Task; ConfigMaps and Secrets beside it are used.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// A file, a package (a directory with a wudi.toml), or YAML: a file, a directory, `-` for stdin
    #[arg(value_name = "PATH", required_unless_present = "resume")]
    pub(crate) path: Option<PathBuf>,
    /// What to run, where the program has more than one, then its parameters as name=value
    #[arg(value_name = "TARGET | NAME=VALUE")]
    pub(crate) rest: Vec<String>,
    /// For YAML: more files or directories of it, also of what resolvers would fetch
    #[arg(short, long = "file", value_name = "PATH")]
    pub(crate) files: Vec<PathBuf>,
    /// For YAML: where resolvers find what was fetched before: git/HOST/PATH, hub/KIND/NAME/VERSION.yaml, http/HOST/PATH
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) resolve: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) target: Target,
    /// Say what would run, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Run nothing: play what the tasks do, as a JSON file says, with a clock that jumps
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Write how each task ended in JUnit's form as well
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// What runs the steps: processes, podman, docker, or virtual, which only plays them; of one task with TASK=ENGINE
    #[arg(long = "engine", value_name = "[TASK=]ENGINE")]
    pub(crate) engines: Vec<String>,
    /// In containers, use another image: of one, of one without its tag, or of any with *
    #[arg(long = "image", value_name = "IMAGE=OTHER", value_parser = pair)]
    pub(crate) images: Vec<(String, String)>,
    /// When images are pulled where a step does not say: missing, always, never
    #[arg(long, value_name = "WHEN")]
    pub(crate) pull: Option<String>,
    /// Use a directory as a workspace; without one, leave an optional workspace out
    #[arg(short, long = "workspace", value_name = "NAME=DIRECTORY", value_parser = pair)]
    pub(crate) workspaces: Vec<(String, String)>,
    /// Say what a field of the event is: sha, target-branch, body.action
    #[arg(short, long = "event", value_name = "FIELD=VALUE", value_parser = pair)]
    pub(crate) event: Vec<(String, String)>,
    /// Give a key of a secret; a secret not given is looked up in the environment
    #[arg(long = "secret", value_name = "SECRET/KEY=VALUE", value_parser = pair)]
    pub(crate) secrets: Vec<(String, String)>,
    /// Give a key of a config map
    #[arg(long = "config", value_name = "NAME/KEY=VALUE", value_parser = pair)]
    pub(crate) configs: Vec<(String, String)>,
    /// Hand a variable of this process's environment on to the steps
    #[arg(long = "pass", value_name = "VARIABLE")]
    pub(crate) pass: Vec<String>,
    /// Where the run's files go, instead of the folder in which runs are kept
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
    /// Keep the run's files in any case, and not only where it fails
    #[arg(long)]
    pub(crate) keep: bool,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}

impl Run {
    /// What is run.
    pub(crate) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }
}

/// Compute an expression
///
/// A value of --set is JSON, a number with or without a unit (250ms, 20%, 512Mi), or else text; --type says otherwise.
/// Of a file of rows, columns are inputs of the same name. Without an expression, on a terminal, asks for one after the other.
#[derive(Args, Debug)]
pub(crate) struct Eval {
    /// The expression
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub(crate) expression: Option<String>,
    /// Give an input its value
    #[arg(short, long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) set: Vec<(String, String)>,
    /// Say the type of an input: Float, Duration, String?
    #[arg(short = 't', long = "type", value_name = "NAME=TYPE", value_parser = pair)]
    pub(crate) types: Vec<(String, String)>,
    /// Use the functions and values of a program
    #[arg(long = "in", value_name = "PATH")]
    pub(crate) program: Option<PathBuf>,
    /// Give one answer for each row of a file: .json, .jsonl, .csv or .parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,
    /// Only count the answers
    #[arg(long, requires = "rows")]
    pub(crate) count: bool,
    /// How to compute
    #[arg(long, value_name = "TIER", default_value = "auto")]
    pub(crate) tier: TierName,
    /// Steps that one evaluation may take
    #[arg(long, value_name = "STEPS", default_value_t = crate::eval::interpret::STEPS)]
    pub(crate) limit: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TierName {
    /// Whatever is fastest for so many rows
    Auto,
    /// The reference: node by node
    Interpreter,
    /// Machine code
    Jit,
    /// Column by column
    Batch,
}

/// Format programs
#[derive(Args, Debug)]
pub(crate) struct Fmt {
    /// Files, or directories of them; `-` formats stdin to stdout
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change, and fail where there is one
    #[arg(long)]
    pub(crate) check: bool,
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

/// Print what a shell needs to complete wudi's commands
#[derive(Args, Debug)]
pub(crate) struct Completions {
    pub(crate) shell: clap_complete::Shell,
}

/// `tekton=1.15`
fn version(text: &str) -> Result<(String, String), String> {
    let (name, version) = pair(text)?;
    let number = version.strip_prefix('v').unwrap_or(&version);
    let is_number = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit());
    match name.as_str() {
        "tekton" | "rollouts" if number.split('.').all(is_number) => Ok((name, number.to_owned())),
        "tekton" | "rollouts" => Err(format!("`{version}` is no version such as 1.15")),
        _ => Err("the targets are `tekton` and `rollouts`".to_owned()),
    }
}

/// A flag that Tekton has, with a value that it takes.
fn flag(text: &str) -> Result<(String, String), String> {
    let (name, value) = pair(text)?;
    setting(FLAGS, "flag", name, value)
}

/// An entry of `config-defaults` that Tekton reads, with a value that it takes.
fn default(text: &str) -> Result<(String, String), String> {
    let (name, value) = pair(text)?;
    setting(DEFAULTS, "default", name, value)
}

fn setting(
    table: &[Setting],
    what: &str,
    name: String,
    value: String,
) -> Result<(String, String), String> {
    match settings::flaw(table, &name, &value) {
        None => Ok((name, value)),
        Some(Flaw::Unknown(near)) => {
            let near = near.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
            Err(format!("Tekton has no {what} `{name}`{near}"))
        }
        Some(Flaw::Value(expected)) => Err(format!("`{name}` must be {expected}")),
    }
}

/// `name=value`
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
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
