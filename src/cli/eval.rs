//! `wudi eval`

use std::io::IsTerminal as _;
use std::path::Path;

use indexmap::IndexMap;

use crate::base::Name;
use crate::cli::Outcome;
use crate::cli::args::{self, Format, TierName};
use crate::cli::report::{Printer, data};
use crate::diag::Diagnostic;
use crate::eval::table::{self, Layout, Table};
use crate::eval::tier::Tier;
use crate::eval::{to_json, to_text};
use crate::host::{Host as _, OsHost, reason};
use crate::session::Session;
use crate::session::dialog::Dialog;
use crate::session::expression::{Answers, Expression};
use crate::value::Value;

pub(crate) fn eval(arguments: &args::Eval, printer: &Printer) -> anyhow::Result<Outcome> {
    let Some(text) = &arguments.expression else {
        return ask(arguments, printer);
    };
    let rows = arguments.rows.as_deref();
    let mut table: Table = rows.map(read_rows).transpose()?.unwrap_or_default();
    let mut session = Session::new(Box::new(OsHost));
    let inputs = match inputs(arguments, &mut table) {
        Ok(inputs) => inputs,
        Err(message) => return Ok(usage(&message)),
    };
    let named: Vec<(Name, String)> = inputs
        .iter()
        .map(|it| (it.0.clone(), it.1.clone()))
        .collect();
    let made = session.expression(arguments.program.as_deref(), text, &named);
    let expression = match made {
        Ok(expression) => expression,
        Err(found) => {
            printer.answer(&found, session.sources());
            return Ok(Outcome::Findings);
        }
    };
    if let Err(message) = fill(&expression, &inputs, &mut table, arguments.rows.is_none()) {
        return Ok(usage(&message));
    }
    let tier = match arguments.tier {
        TierName::Auto => Tier::Auto,
        TierName::Interpreter => Tier::Interpreter,
        TierName::Jit => Tier::Jit,
        TierName::Batch => Tier::Batch,
    };
    let answers = match expression.answers(&table, tier, arguments.limit) {
        Ok(answers) => answers,
        Err(refusal) => return Ok(usage(&refusal)),
    };
    if arguments.rows.is_none() {
        return Ok(one(answers, printer, &session));
    }
    if arguments.count {
        return Ok(count(&answers, printer));
    }
    Ok(each(&answers, printer))
}

/// Without an expression: asks for one after the other, where there is somebody to ask.
fn ask(arguments: &args::Eval, printer: &Printer) -> anyhow::Result<Outcome> {
    if arguments.rows.is_some() || !std::io::stdin().is_terminal() {
        return Ok(usage("there is no expression; write it in quotes"));
    }
    let inputs = match inputs(arguments, &mut Table::default()) {
        Ok(inputs) => inputs,
        Err(message) => return Ok(usage(&message)),
    };
    let program = arguments.program.as_deref();
    match Dialog::new(Box::new(OsHost), program, inputs, arguments.limit) {
        Ok(dialog) => crate::cli::dialog::dialog(dialog, printer),
        Err(failed) => {
            let (session, found) = *failed;
            printer.answer(&found, session.sources());
            Ok(Outcome::Findings)
        }
    }
}

fn usage(message: &str) -> Outcome {
    anstream::eprintln!("error: {message}");
    Outcome::Usage
}

fn read_rows(path: &Path) -> anyhow::Result<Table> {
    let shown = path.display();
    let extension = path.extension().and_then(|it| it.to_str());
    let Some(layout) = extension.and_then(Layout::of) else {
        anyhow::bail!("`{shown}` is none of .json, .jsonl, .csv{MORE}");
    };
    let bytes = OsHost.read(path);
    let bytes = bytes.map_err(|it| anyhow::anyhow!("cannot read `{shown}`: {}", reason(&it)))?;
    table::read(layout, bytes).map_err(|it| anyhow::anyhow!("`{shown}`, {it}"))
}

/// A layout that is there only where its feature is.
const MORE: &str = if cfg!(feature = "parquet") {
    " and .parquet"
} else {
    ""
};

/// An input: its name, its type as text, and the value that `--set` gives it.
type Given = (Name, String, Option<Value>);

/// The inputs by the command line and the columns of the table.
fn inputs(arguments: &args::Eval, table: &mut Table) -> Result<Vec<Given>, String> {
    let mut found: Vec<Given> = Vec::new();
    let stated = |name: &str| {
        let all = arguments.types.iter();
        let mut all = all.filter(|it| it.0 == name).map(|it| it.1.clone());
        all.next()
    };
    for (name, text) in &arguments.set {
        let (value, guessed) = match stated(name) {
            // What its type says it is read as is decided where the type is known.
            Some(ty) => (Value::str(text), ty),
            None => table::given(text),
        };
        found.push((Name::new(name), guessed, Some(value)));
    }
    let columns: Vec<Name> = table.columns.keys().cloned().collect();
    for name in columns {
        let is_new = !found.iter().any(|it| it.0 == name);
        if is_new && crate::base::names::is_word(&name) {
            let ty = stated(&name).unwrap_or_else(|| table.type_of(&name));
            found.push((name, ty, None));
        }
    }
    for (name, ty) in &arguments.types {
        if !found.iter().any(|it| it.0 == name.as_str()) {
            found.push((Name::new(name), ty.clone(), None));
        }
    }
    let odd = found.iter().find(|it| !crate::base::names::is_word(&it.0));
    match odd {
        Some((name, ..)) => Err(format!("`{name}` is no name")),
        None => Ok(found),
    }
}

/// Makes the values of the table those of the types, and fills in what `--set` says.
fn fill(
    expression: &Expression,
    inputs: &[Given],
    table: &mut Table,
    alone: bool,
) -> Result<(), String> {
    if alone {
        table.rows = 1;
    }
    for (name, ty) in &expression.inputs {
        let given = inputs.iter().find(|it| it.0 == *name);
        if let Some(value) = given.and_then(|it| it.2.as_ref()) {
            let value = table::given_as(value, ty).map_err(|it| format!("`{name}`: {it}"))?;
            table.columns.insert(name.clone(), vec![value; table.rows]);
            continue;
        }
        if !table.columns.contains_key(name) {
            let blank = vec![Value::None; table.rows];
            table.columns.insert(name.clone(), blank);
            continue;
        }
        let converted = table.convert(name, ty);
        converted.map_err(|(row, why)| format!("row {}, `{name}`: {why}", row + 1))?;
    }
    Ok(())
}

fn one(answers: Answers<'_>, printer: &Printer, session: &Session) -> Outcome {
    match answers.get(0) {
        Ok(value) => {
            data(&match printer.format() {
                Format::Human => spelled(&value) + "\n",
                Format::Json => json(&value).to_string() + "\n",
            });
            Outcome::Fine
        }
        Err(found) => {
            printer.answer(&[found], session.sources());
            Outcome::Findings
        }
    }
}

fn each(answers: &Answers<'_>, printer: &Printer) -> Outcome {
    use std::io::Write as _;
    let mut out = std::io::BufWriter::new(anstream::stdout().lock());
    let mut outcome = Outcome::Fine;
    for row in 0..answers.rows() {
        let line = match (answers.get(row), printer.format()) {
            (Ok(value), Format::Human) => spelled(&value),
            (Ok(value), Format::Json) => json(&value).to_string(),
            (Err(found), format) => {
                outcome = Outcome::Findings;
                refused(&found, format)
            }
        };
        if writeln!(out, "{line}").is_err() {
            break;
        }
    }
    outcome
}

fn refused(found: &Diagnostic, format: Format) -> String {
    let (code, message) = (found.code.name, &found.message);
    match format {
        Format::Human => format!("[{code}] error: {message}"),
        Format::Json => {
            serde_json::json!({ "error": { "code": code, "message": message } }).to_string()
        }
    }
}

/// How many rows gave what: conditions by their answer, others by having one.
fn count(answers: &Answers<'_>, printer: &Printer) -> Outcome {
    let (mut holds, mut fails, mut values, mut errors) = (0_usize, 0_usize, 0_usize, 0_usize);
    for row in 0..answers.rows() {
        match answers.get(row) {
            Ok(Value::Bool(true)) => holds += 1,
            Ok(Value::Bool(false)) => fails += 1,
            Ok(_) => values += 1,
            Err(_) => errors += 1,
        }
    }
    let rows = answers.rows();
    data(&match printer.format() {
        Format::Human if values == 0 => format!("true {holds}\nfalse {fails}\nerror {errors}\n"),
        Format::Human => format!("value {values}\nerror {errors}\n"),
        Format::Json => {
            let line = serde_json::json!({
                "rows": rows, "true": holds, "false": fails, "values": values, "errors": errors,
            });
            line.to_string() + "\n"
        }
    });
    if errors > 0 {
        Outcome::Findings
    } else {
        Outcome::Fine
    }
}

/// A value for people: as it would be written, texts bare.
pub(crate) fn spelled(value: &Value) -> String {
    match value {
        Value::None => "none".to_owned(),
        Value::List(_) | Value::Record(_) | Value::Range(_) | Value::Make(_) => {
            match to_json(value) {
                Some(json) => json.to_string(),
                None => written(value),
            }
        }
        Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Thing(_) => to_text(value).unwrap_or_default(),
    }
}

/// A value as a program writes it: for what JSON has no words for, and what that stands in.
fn written(value: &Value) -> String {
    let fields = |all: &IndexMap<Name, Value>| {
        let fields = all
            .iter()
            .map(|(name, it)| format!("{name}: {}", written(it)));
        fields.collect::<Vec<_>>().join(", ")
    };
    match value {
        Value::Range(ends) => {
            let end = |it: &Value| {
                if it.is_none() {
                    String::new()
                } else {
                    written(it)
                }
            };
            format!("{}..={}", end(&ends.0), end(&ends.1))
        }
        Value::List(all) => {
            let all: Vec<String> = all.iter().map(written).collect();
            format!("[{}]", all.join(", "))
        }
        Value::Record(all) => format!("{{ {} }}", fields(all)),
        Value::Make(make) => format!("{}({})", make.name, fields(&make.args)),
        Value::Str(_) => json(value).to_string(),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Thing(_) => spelled(value),
    }
}

/// A value for machines; what JSON has no words for is its text.
fn json(value: &Value) -> serde_json::Value {
    to_json(value).unwrap_or_else(|| serde_json::Value::String(written(value)))
}
