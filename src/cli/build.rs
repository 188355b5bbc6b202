//! `wudi build`

use std::path::Path;

use anyhow::Context as _;

use crate::cli::Outcome;
use crate::cli::args::{self, Format};
use crate::cli::report::{Printer, counted, data};
use crate::emit::Manifest;
use crate::host::OsHost;
use crate::session::Session;
use crate::session::output::Drift;

pub(crate) fn build(arguments: &args::Build, printer: &Printer) -> anyhow::Result<Outcome> {
    let mut session = Session::new(Box::new(OsHost));
    session.open(&arguments.path);
    printer.talk(session.diagnostics(), session.sources());
    if session.has_errors() {
        return Ok(Outcome::Findings);
    }
    if arguments.output == Path::new("-") {
        data(&stream(&session.manifests()));
        return Ok(Outcome::Fine);
    }
    let shown = arguments.output.display();
    let changes = match session.changes(&arguments.path, &arguments.output) {
        Ok(changes) => changes,
        Err(conflicts) => {
            printer.talk(&conflicts, session.sources());
            return Ok(Outcome::Findings);
        }
    };
    let drifts = changes.drifts();
    if arguments.check {
        data(&list(&drifts, printer.format()));
        if drifts.is_empty() {
            printer.note(&format!("`{shown}` is what the program gives"));
            return Ok(Outcome::Fine);
        }
        let differ = counted(drifts.len(), "file");
        printer.note(&format!("{differ} in `{shown}` to write or remove"));
        return Ok(Outcome::Findings);
    }
    let applied = changes.apply(session.host());
    applied
        .map_err(|(path, error)| anyhow::anyhow!("{path}: {}", crate::host::reason(&error)))
        .with_context(|| format!("cannot write into `{shown}`"))?;
    let all = counted(session.manifests().len(), "file");
    let removed = drifts.iter().filter(|(_, it)| *it == Drift::Stale).count();
    let removed = match removed {
        0 => String::new(),
        count => format!(", {} removed", counted(count, "file")),
    };
    printer.note(&format!("{all} in `{shown}`{removed}"));
    Ok(Outcome::Fine)
}

/// All files as one stream of documents, each with its path.
fn stream(manifests: &[Manifest]) -> String {
    let mut stream = String::new();
    for it in manifests {
        let text = it.text.strip_prefix("---\n").unwrap_or(&it.text);
        stream += &format!("---\n# {}\n{text}", it.path);
    }
    stream
}

fn list(drifts: &[(&str, Drift)], format: Format) -> String {
    let line = |(path, drift): &(&str, Drift)| {
        let word = match drift {
            Drift::Missing => "missing",
            Drift::Differs => "differs",
            Drift::Stale => "stale",
        };
        match format {
            Format::Human => format!("{word} {path}\n"),
            Format::Json => format!("{}\n", serde_json::json!({ "path": path, "drift": word })),
        }
    };
    drifts.iter().map(line).collect()
}
