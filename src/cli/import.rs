//! `wudi import`

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::Outcome;
use crate::cli::args;
use crate::cli::check;
use crate::cli::report::{Printer, counted, data};
use crate::host::{Host as _, OsHost, reason};
use crate::session::Session;
use crate::session::import::Proof;

pub(crate) fn import(arguments: &args::Import, printer: &Printer) -> anyhow::Result<Outcome> {
    let mut session = Session::new(Box::new(OsHost));
    let given = check::split(&session, &arguments.paths);
    let (manifests, stdin) = (given.manifests, given.stdin);
    let texts = match stdin {
        true => vec![(PathBuf::from("stdin"), check::read_stdin()?)],
        false => Vec::new(),
    };
    if manifests.is_empty() && texts.is_empty() {
        printer.note("there is no YAML here");
        return Ok(Outcome::Usage);
    }
    let target = (&arguments.target).into();
    let program = session.import(&manifests, texts, &target, arguments.rewrite_scripts);
    printer.talk(session.diagnostics(), session.sources());
    let Some(program) = program else {
        return Ok(Outcome::Findings);
    };
    if program.proof.is_empty() {
        let files = arguments.paths.iter().map(|it| it.display().to_string());
        let files = files.collect::<Vec<_>>().join(", ");
        printer.note(&format!(
            "there is no object in {files}: nothing there has `apiVersion` and `kind`"
        ));
        return Ok(Outcome::Usage);
    }
    let to_stdout = arguments.output == Path::new("-");
    if to_stdout {
        data(&program.text);
    } else {
        let shown = arguments.output.display();
        let written = OsHost.write(&arguments.output, program.text.as_bytes());
        written
            .map_err(|it| anyhow::anyhow!("{}", reason(&it)))
            .with_context(|| format!("cannot write `{shown}`"))?;
    }
    let differ = program
        .proof
        .iter()
        .filter(|it| !it.differences.is_empty())
        .count();
    if arguments.certify {
        let report: String = program.proof.iter().map(certified).collect();
        match to_stdout {
            true => printer.note(report.trim_end()),
            false => data(&report),
        }
    }
    let all = counted(program.proof.len(), "object");
    if differ == 0 {
        printer.note(&format!("{all}: the program compiles to the same"));
        return Ok(Outcome::Fine);
    }
    let other = counted(differ, "object");
    let of = program.proof.len();
    if arguments.rewrite_scripts {
        // That scripts differ is what was asked for.
        printer.note(&format!("{other} of {of} rewritten; --certify shows where"));
        return Ok(Outcome::Fine);
    }
    printer.note(&format!(
        "{other} of {of} would become something else; see --certify"
    ));
    Ok(Outcome::Findings)
}

/// `Task/build: equal`, or a line for each difference.
fn certified(proof: &Proof) -> String {
    if proof.differences.is_empty() {
        return format!("{}: equal\n", proof.object);
    }
    let lines = proof
        .differences
        .iter()
        .map(|it| format!("{}: {it}\n", proof.object));
    lines.collect()
}
