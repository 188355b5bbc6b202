//! The `wudi` command.

fn main() -> std::process::ExitCode {
    wudi::cli_main()
}
