//! `wudi explain`

use std::fmt::Write as _;

use crate::base::spelling;
use crate::cli::Outcome;
use crate::cli::args;
use crate::cli::report::data;
use crate::diag::code::{self, CODES};
use crate::diag::explain;

pub(crate) fn explain(arguments: &args::Explain) -> anyhow::Result<Outcome> {
    if arguments.list {
        data(&list());
        return Ok(Outcome::Fine);
    }
    let name = arguments.code.as_deref().unwrap_or_default();
    let name = name.trim_matches(['[', ']']);
    let Some(code) = code::find(name) else {
        let near = spelling::nearest(name, CODES.iter().map(|it| it.name));
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`wudi explain --list` lists all codes".to_owned(),
        };
        anstream::eprintln!("error: there is no code `{name}`; {hint}");
        return Ok(Outcome::Usage);
    };
    data(explain::page(code.name).unwrap_or(code.summary));
    Ok(Outcome::Fine)
}

/// One code a line: name, severity, summary.
fn list() -> String {
    let width = CODES.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for code in CODES {
        let (name, severity) = (code.name, code.severity.name());
        let _ = writeln!(text, "{name:width$}  {severity:7}  {}", code.summary);
    }
    text
}
