//! Rows of values from CSV, JSON and Parquet, by columns; the types of columns where nobody says them.

mod csv;
#[cfg(feature = "parquet")]
mod parquet;

use indexmap::IndexMap;

use crate::base::Name;
use crate::eval::from_json;
use crate::types::{self, Type};
use crate::value::Value;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A list of records.
    Json,
    /// A record a line.
    JsonLines,
    /// Commas, a first line of names.
    Csv,
    /// Columns, compressed, with their types.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// Columns of equal length; `none` for what is missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) columns: IndexMap<Name, Vec<Value>>,
    pub(crate) rows: usize,
    /// Its cells are text whose type is still open.
    is_text: bool,
    /// What the file itself says of the types of its columns.
    stated: IndexMap<Name, &'static str>,
}

impl Layout {
    /// By the extension of a file.
    pub(crate) fn of(extension: &str) -> Option<Self> {
        match extension {
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "csv" => Some(Self::Csv),
            #[cfg(feature = "parquet")]
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Reads a table; otherwise what is wrong with it, and where.
pub(crate) fn read(layout: Layout, bytes: Vec<u8>) -> Result<Table, String> {
    #[cfg(feature = "parquet")]
    if layout == Layout::Parquet {
        return parquet::read(bytes);
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let table = match layout {
        Layout::Csv => csv::read(&text),
        Layout::Json => json(&text),
        Layout::JsonLines => json_lines(&text),
        #[cfg(feature = "parquet")]
        Layout::Parquet => Ok(Table::default()),
    };
    table.map_err(|(line, why)| format!("line {line}: {why}"))
}

fn json(text: &str) -> Result<Table, (usize, String)> {
    let all: Vec<serde_json::Value> =
        serde_json::from_str(text).map_err(|it| (it.line(), it.to_string()))?;
    let mut table = Table::default();
    for (index, row) in all.iter().enumerate() {
        let refused = |it| (1, format!("row {}: {it}", index + 1));
        table.push(row).map_err(refused)?;
    }
    Ok(table)
}

fn json_lines(text: &str) -> Result<Table, (usize, String)> {
    let mut table = Table::default();
    let lines = text.lines().enumerate();
    for (index, line) in lines.filter(|(_, it)| !it.trim().is_empty()) {
        let at = index + 1;
        let row = serde_json::from_str(line).map_err(|it| (at, it.to_string()))?;
        table.push(&row).map_err(|it| (at, it))?;
    }
    Ok(table)
}

impl Table {
    /// So many rows of which nothing is known yet.
    pub(crate) fn of_rows(rows: usize) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }

    fn push(&mut self, row: &serde_json::Value) -> Result<(), String> {
        let Some(fields) = row.as_object() else {
            return Err("a row is a record, `{ \"name\": value }`".to_owned());
        };
        for (name, value) in fields {
            let rows = self.rows;
            let column = self.columns.entry(Name::new(name));
            let column = column.or_insert_with(|| vec![Value::None; rows]);
            if column.len() == rows {
                column.push(from_json(value));
            }
        }
        self.rows += 1;
        for column in self.columns.values_mut() {
            column.resize(self.rows, Value::None);
        }
        Ok(())
    }

    /// The type of a column as it would be written: the narrowest that holds all its values.
    pub(crate) fn type_of(&self, column: &str) -> String {
        let all = self
            .columns
            .get(column)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut found: Option<&'static str> = None;
        let mut missing = false;
        for value in all {
            let Some(one) = self.word(value) else {
                missing = true;
                continue;
            };
            found = Some(match found {
                None => one,
                Some(it) if it == one => it,
                Some("Int" | "Float") if matches!(one, "Int" | "Float") => "Float",
                Some(_) if self.is_text => "String",
                Some(_) => "Json",
            });
        }
        let stated = self.stated.get(column).copied();
        let word = stated.or(found).unwrap_or("String");
        let mark = if missing && word != "Json" { "?" } else { "" };
        format!("{word}{mark}")
    }

    fn word(&self, value: &Value) -> Option<&'static str> {
        match value {
            Value::None => None,
            Value::Bool(_) => Some("Bool"),
            Value::Int(_) => Some("Int"),
            Value::Float(_) => Some("Float"),
            Value::Str(text) if self.is_text => Some(guess(text)),
            Value::Str(_) => Some("String"),
            Value::Duration(_)
            | Value::Bytes(_)
            | Value::Cpu(_)
            | Value::Percent(_)
            | Value::List(_)
            | Value::Record(_)
            | Value::Range(_)
            | Value::Make(_)
            | Value::Thing(_) => Some("Json"),
        }
    }

    /// Makes the values of a column those of a type; otherwise the row, from zero, of the first that is none.
    pub(crate) fn convert(&mut self, column: &str, ty: &Type) -> Result<(), (usize, String)> {
        let Some(values) = self.columns.get_mut(column) else {
            return Ok(());
        };
        for (row, value) in values.iter_mut().enumerate() {
            *value = convert(value, ty).map_err(|it| (row, it))?;
        }
        Ok(())
    }
}

/// What the text of a cell looks like.
fn guess(text: &str) -> &'static str {
    if matches!(text, "true" | "false") {
        "Bool"
    } else if text.parse::<i64>().is_ok() {
        "Int"
    } else if text.parse::<f64>().is_ok() {
        "Float"
    } else {
        "String"
    }
}

/// A value as one of a type: text is read as the type's literals are written.
pub(crate) fn convert(value: &Value, ty: &Type) -> Result<Value, String> {
    let refused = |found: &str| format!("`{found}` is no `{ty}`");
    let ty = ty.without_none();
    match (value, ty) {
        (Value::None, _) | (_, Type::Json) => Ok(value.clone()),
        // JSON and CSV know no difference between `2` and `2.0`.
        #[expect(
            clippy::cast_precision_loss,
            reason = "what is read as a double is one"
        )]
        (Value::Int(it), Type::Float) => Ok(Value::Float(*it as f64)),
        (Value::Str(text), Type::String(_)) => match types::misfit(value, ty) {
            Some((_, reason)) => Err(reason),
            None => Ok(Value::Str(text.clone())),
        },
        (Value::Str(text), Type::Bool) => match text.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            other => Err(refused(other)),
        },
        (Value::Str(text), Type::Float) => {
            text.parse().map(Value::Float).map_err(|_| refused(text))
        }
        (Value::Str(text), _) => types::literal(text, ty).map_err(|_| refused(text)),
        (Value::Int(it), Type::Cpu | Type::Bytes) => {
            let text = it.to_string();
            types::literal(&text, ty).map_err(|_| refused(&text))
        }
        (value, ty) => match types::misfit(value, ty) {
            Some((_, reason)) => Err(reason),
            None => Ok(value.clone()),
        },
    }
}

/// What `--set` gives where nobody says its type: JSON, or a number with or without a unit, or text.
pub(crate) fn given(text: &str) -> (Value, String) {
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(text) {
        let value = from_json(&json);
        let word = match &value {
            Value::Bool(_) => "Bool",
            Value::Int(_) => "Int",
            Value::Float(_) => "Float",
            Value::Str(_) => "String",
            Value::List(all) => return (value.clone(), list_word(all)),
            _ => "Json",
        };
        return (value, word.to_owned());
    }
    if let Ok(value) = types::literal(text, &Type::Error) {
        let word = match &value {
            Value::Duration(_) => "Duration",
            Value::Bytes(_) => "Bytes",
            Value::Cpu(_) => "Cpu",
            Value::Percent(_) => "Percent",
            Value::Float(_) => "Float",
            _ => "Int",
        };
        return (value, word.to_owned());
    }
    (Value::str(text), "String".to_owned())
}

/// A value of `--set` as one of a type; lists and records are written as JSON.
pub(crate) fn given_as(value: &Value, ty: &Type) -> Result<Value, String> {
    let composed = matches!(
        ty.without_none(),
        Type::List(_) | Type::Map(_) | Type::Record(_) | Type::Json | Type::Union(_)
    );
    if let (true, Value::Str(text)) = (composed, value)
        && let Ok(json) = serde_json::from_str::<serde_json::Value>(text)
    {
        return convert(&from_json(&json), ty);
    }
    if let (Value::Str(text), Type::Optional(_)) = (value, ty)
        && text == "none"
    {
        return Ok(Value::None);
    }
    convert(value, ty)
}

/// `List<Int>`, where all elements are of one plain type.
fn list_word(all: &[Value]) -> String {
    let word = |it: &Value| match it {
        Value::Bool(_) => "Bool",
        Value::Int(_) => "Int",
        Value::Float(_) => "Float",
        Value::Str(_) => "String",
        _ => "Json",
    };
    let first = all.first().map_or("Json", word);
    let same = all.iter().all(|it| word(it) == first);
    format!("List<{}>", if same { first } else { "Json" })
}

#[cfg(test)]
mod tests {
    use crate::eval::table::{Layout, read};
    use crate::value::Value;

    #[test]
    fn quotes_hold_commas_quotes_and_breaks() {
        let text = "a,b\n\"1,\"\"2\n\",x\r\n,\n";
        let table = read(Layout::Csv, text.into()).unwrap();
        assert_eq!(table.rows, 2);
        let first = [Value::str("1,\"2\n"), Value::None];
        assert_eq!(table.columns.get("a").unwrap().as_slice(), first);
        assert_eq!(table.type_of("b"), "String?");
        let refusal = read(Layout::Csv, "a,b\n1,2\n3\n".into()).unwrap_err();
        assert!(refusal.starts_with("line 3: "), "{refusal}");
    }

    #[test]
    fn columns_take_the_narrowest_type() {
        let text = "{\"a\":1,\"b\":true}\n{\"a\":1.5}\n";
        let table = read(Layout::JsonLines, text.into()).unwrap();
        assert_eq!(table.type_of("a"), "Float");
        assert_eq!(table.type_of("b"), "Bool?");
    }
}
