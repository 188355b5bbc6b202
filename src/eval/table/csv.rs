//! Rows between commas.

use crate::base::Name;
use crate::eval::table::Table;
use crate::value::Value;

pub(super) fn read(text: &str) -> Result<Table, (usize, String)> {
    let mut records = Vec::new();
    let mut reader = Csv {
        rest: text.strip_prefix('\u{FEFF}').unwrap_or(text),
        line: 1,
    };
    while !reader.rest.is_empty() {
        let at = reader.line;
        let record = reader.record()?;
        if record.len() > 1 || record.first().is_some_and(|it| !it.is_empty()) {
            records.push((at, record));
        }
    }
    let mut records = records.into_iter();
    let Some((_, names)) = records.next() else {
        return Ok(Table::default());
    };
    let mut columns = vec![Vec::new(); names.len()];
    let mut rows = 0;
    for (at, record) in records {
        if record.len() != names.len() {
            let (has, wants) = (record.len(), names.len());
            return Err((
                at,
                format!("it has {has} fields, and the first line {wants}"),
            ));
        }
        rows += 1;
        for (column, cell) in columns.iter_mut().zip(record) {
            column.push(match cell.is_empty() {
                true => Value::None,
                false => Value::Str(cell.into()),
            });
        }
    }
    Ok(Table {
        columns: names.into_iter().map(Name::from).zip(columns).collect(),
        rows,
        is_text: true,
        ..Table::default()
    })
}

/// What is left of a text of records.
struct Csv<'a> {
    rest: &'a str,
    line: usize,
}

impl Csv<'_> {
    fn record(&mut self) -> Result<Vec<String>, (usize, String)> {
        let mut fields = Vec::new();
        loop {
            fields.push(match self.rest.strip_prefix('"') {
                Some(rest) => {
                    self.rest = rest;
                    self.quoted()?
                }
                None => {
                    let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
                    let (field, rest) = self.rest.split_at(end);
                    self.rest = rest;
                    field.trim_end_matches('\r').to_owned()
                }
            });
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            let rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
            if !rest.is_empty() && !rest.starts_with('\n') {
                return Err((self.line, "text stands behind a closing quote".to_owned()));
            }
            self.rest = rest.strip_prefix('\n').unwrap_or(rest);
            self.line += 1;
            return Ok(fields);
        }
    }

    /// A field in quotes, in which two stand for one.
    fn quoted(&mut self) -> Result<String, (usize, String)> {
        let mut field = String::new();
        let begin = self.line;
        loop {
            let Some((part, rest)) = self.rest.split_once('"') else {
                return Err((begin, "a quote is not closed".to_owned()));
            };
            field += part;
            self.line += part.matches('\n').count();
            match rest.strip_prefix('"') {
                Some(more) => {
                    field.push('"');
                    self.rest = more;
                }
                None => {
                    self.rest = rest;
                    return Ok(field);
                }
            }
        }
    }
}
