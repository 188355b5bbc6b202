//! Behaviour as files: one test per file of each suite, see README.md beside this.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "tests may"
)]

#[path = "golden/cli.rs"]
mod cli;
#[path = "golden/compile.rs"]
mod compile;
#[path = "golden/conformance.rs"]
mod conformance;
#[path = "golden/explain.rs"]
mod explain;
#[path = "golden/format.rs"]
mod format;
#[path = "golden/import.rs"]
mod import;
#[path = "golden/run.rs"]
mod run;
#[path = "golden/support.rs"]
mod support;
#[path = "golden/ui.rs"]
mod ui;
#[path = "golden/yaml.rs"]
mod yaml;

datatest_stable::harness! {
    { test = ui::findings, root = "tests/ui", pattern = r"(\.wudi|/wudi\.toml)$" },
    { test = yaml::findings, root = "tests/yaml", pattern = r"\.yaml$" },
    { test = import::program, root = "tests/import", pattern = r"\.yaml$" },
    { test = format::layout, root = "tests/format", pattern = r"\.wudi$" },
    { test = format::nothing_is_lost, root = "tests", pattern = r"\.wudi$" },
    { test = format::nothing_is_lost, root = "stdlib", pattern = r"\.wudi$" },
    { test = format::nothing_is_lost, root = "examples", pattern = r"\.wudi$" },
    { test = explain::page, root = "src/diag/explain", pattern = r"\.md$" },
    { test = compile::case, root = "tests/compile", pattern = r"/main\.wudi$" },
    { test = compile::example, root = "examples", pattern = r"/main\.wudi$" },
    { test = conformance::blocks_hold, root = "tests/conformance", pattern = r"\.md$" },
    { test = run::case, root = "tests/run", pattern = r"\.wudi$" },
    { test = cli::transcript, root = "tests/cli", pattern = r"\.md$" },
}
