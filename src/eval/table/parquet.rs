//! Rows of a Parquet file. Types are those of its schema: what has no type here is text, or open data.

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use ::parquet::record::{Field, Row};
use ::parquet::schema::types::Type as Schema;
use bytes::Bytes;
use indexmap::IndexMap;

use crate::base::Name;
use crate::eval::builtin::date_time;
use crate::eval::table::Table;
use crate::value::Value;

/// What the values of a column are.
#[derive(Clone, Copy)]
struct Column {
    word: &'static str,
    /// Whole numbers are nanoseconds since 1970, of which the reader of rows knows nothing.
    is_nanos: bool,
}

pub(super) fn read(bytes: Vec<u8>) -> Result<Table, String> {
    let refused = |it: ::parquet::errors::ParquetError| it.to_string();
    let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(refused)?;
    let schema = reader.metadata().file_metadata().schema();
    let columns: Vec<Column> = schema.get_fields().iter().map(|it| column(it)).collect();
    let names: Vec<Name> = schema
        .get_fields()
        .iter()
        .map(|it| Name::new(it.name()))
        .collect();
    let mut values: Vec<Vec<Value>> = vec![Vec::new(); columns.len()];
    let mut rows = 0;
    for row in reader.get_row_iter(None).map_err(refused)? {
        let row = row.map_err(refused)?;
        rows += 1;
        let cells = row.get_column_iter().zip(&columns).zip(&mut values);
        for (((name, cell), column), values) in cells {
            let value = value(cell, column.is_nanos);
            let value = value.map_err(|it| format!("row {rows}, `{name}`: {it}"))?;
            values.push(value);
        }
    }
    let words = columns.iter().map(|it| it.word);
    Ok(Table {
        stated: names.iter().cloned().zip(words).collect(),
        columns: names.into_iter().zip(values).collect(),
        rows,
        ..Table::default()
    })
}

fn column(schema: &Schema) -> Column {
    let info = schema.get_basic_info();
    let is_nanos = matches!(
        info.logical_type_ref(),
        Some(LogicalType::Timestamp(it)) if it.unit == TimeUnit::NANOS
    );
    let is_list =
        info.has_repetition() && info.repetition() == ::parquet::basic::Repetition::REPEATED;
    let word = match info.converted_type() {
        _ if schema.is_group() || is_list => "Json",
        _ if is_nanos => "String",
        ConvertedType::UTF8
        | ConvertedType::ENUM
        | ConvertedType::JSON
        | ConvertedType::DATE
        | ConvertedType::TIMESTAMP_MILLIS
        | ConvertedType::TIMESTAMP_MICROS => "String",
        ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => "Duration",
        ConvertedType::DECIMAL => "Float",
        _ => match schema.get_physical_type() {
            Physical::BOOLEAN => "Bool",
            Physical::INT32 | Physical::INT64 => "Int",
            Physical::FLOAT | Physical::DOUBLE => "Float",
            // The old way to write a time, which is read as one.
            Physical::INT96 | Physical::BYTE_ARRAY => "String",
            Physical::FIXED_LEN_BYTE_ARRAY if is_half(schema) => "Float",
            Physical::FIXED_LEN_BYTE_ARRAY => "String",
        },
    };
    Column { word, is_nanos }
}

fn is_half(schema: &Schema) -> bool {
    let logical = schema.get_basic_info().logical_type_ref();
    matches!(logical, Some(LogicalType::Float16))
}

fn value(field: &Field, is_nanos: bool) -> Result<Value, String> {
    let day = 24 * 60 * 60;
    Ok(match field {
        Field::Null => Value::None,
        Field::Bool(it) => Value::Bool(*it),
        Field::Byte(it) => Value::Int(i64::from(*it)),
        Field::Short(it) => Value::Int(i64::from(*it)),
        Field::Int(it) => Value::Int(i64::from(*it)),
        Field::Long(it) if is_nanos => {
            time(it.div_euclid(1_000_000_000), it.rem_euclid(1_000_000_000))
        }
        Field::Long(it) => Value::Int(*it),
        Field::UByte(it) => Value::Int(i64::from(*it)),
        Field::UShort(it) => Value::Int(i64::from(*it)),
        Field::UInt(it) => Value::Int(i64::from(*it)),
        Field::ULong(it) => {
            let number = i64::try_from(*it);
            Value::Int(number.map_err(|_| format!("{it} does not fit into 64 bits with a sign"))?)
        }
        Field::Float16(it) => Value::Float(it.to_f64()),
        Field::Float(it) => Value::Float(f64::from(*it)),
        Field::Double(it) => Value::Float(*it),
        Field::Decimal(_) => {
            let text = field.to_string();
            let number: Result<f64, _> = text.parse();
            Value::Float(number.map_err(|_| format!("`{text}` is no number"))?)
        }
        Field::Str(it) => Value::str(it),
        Field::Bytes(it) => {
            let text = std::str::from_utf8(it.data());
            Value::str(text.map_err(|_| "it is not UTF-8".to_owned())?)
        }
        Field::Date(it) => Value::str(date_time(i64::from(*it) * day, 0).split_at(10).0),
        Field::TimeMillis(it) => Value::Duration(i64::from(*it) * 1_000_000),
        Field::TimeMicros(it) => {
            let nanos = it.checked_mul(1000);
            Value::Duration(nanos.ok_or_else(|| format!("{it} is no time of a day"))?)
        }
        Field::TimestampMillis(it) => time(it.div_euclid(1000), it.rem_euclid(1000) * 1_000_000),
        Field::TimestampMicros(it) => {
            time(it.div_euclid(1_000_000), it.rem_euclid(1_000_000) * 1000)
        }
        Field::Group(row) => record(row)?,
        Field::ListInternal(all) => {
            let all = all.elements().iter().map(|it| value(it, false));
            Value::list(all.collect::<Result<_, _>>()?)
        }
        Field::MapInternal(all) => {
            let mut fields = IndexMap::new();
            for (key, it) in all.entries() {
                let key = match value(key, false)? {
                    Value::Str(text) => text.to_string(),
                    other => crate::eval::to_text(&other).unwrap_or_default(),
                };
                fields.insert(Name::from(key), value(it, false)?);
            }
            Value::record(fields)
        }
    })
}

fn record(row: &Row) -> Result<Value, String> {
    let fields = row.get_column_iter();
    let fields = fields.map(|(name, it)| Ok((Name::new(name), value(it, false)?)));
    Ok(Value::record(fields.collect::<Result<_, String>>()?))
}

fn time(seconds: i64, nanos: i64) -> Value {
    Value::str(date_time(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::data_type::{
        BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type,
    };
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;

    use crate::eval::table::{Layout, read};
    use crate::value::Value;

    const SCHEMA: &str = "message rows {
        required int64 n; required double x; optional binary branch (UTF8); required boolean ok;
        required int32 small (INT_8); required int64 at (TIMESTAMP(MILLIS, true));
        required int64 exact (TIMESTAMP(NANOS, true)); required int32 day (DATE);
        required int64 large (INTEGER(64, false));
    }";

    fn file(large: i64) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let mut file = Vec::new();
        let options = Arc::new(WriterProperties::default());
        let mut writer = SerializedFileWriter::new(&mut file, schema, options).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut at = 0;
        while let Some(mut column) = group.next_column().unwrap() {
            match at {
                0 => column
                    .typed::<Int64Type>()
                    .write_batch(&[1, 1 << 60], None, None),
                1 => column
                    .typed::<DoubleType>()
                    .write_batch(&[0.5, f64::NAN], None, None),
                2 => {
                    let text = [ByteArray::from("漢")];
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(&text, Some(&[1, 0]), None)
                }
                3 => column
                    .typed::<BoolType>()
                    .write_batch(&[true, false], None, None),
                4 => column
                    .typed::<Int32Type>()
                    .write_batch(&[-1, 2], None, None),
                5 => column
                    .typed::<Int64Type>()
                    .write_batch(&[-1, 86_400_500], None, None),
                6 => column
                    .typed::<Int64Type>()
                    .write_batch(&[1, -1], None, None),
                7 => column
                    .typed::<Int32Type>()
                    .write_batch(&[0, 19_782], None, None),
                _ => column
                    .typed::<Int64Type>()
                    .write_batch(&[7, large], None, None),
            }
            .unwrap();
            column.close().unwrap();
            at += 1;
        }
        group.close().unwrap();
        writer.close().unwrap();
        file
    }

    #[test]
    fn columns_have_the_types_of_the_file() {
        let table = read(Layout::Parquet, file(8)).unwrap();
        assert_eq!(table.rows, 2);
        let types = [
            ("n", "Int"),
            ("x", "Float"),
            ("branch", "String?"),
            ("ok", "Bool"),
            ("small", "Int"),
            ("at", "String"),
            ("exact", "String"),
            ("day", "String"),
            ("large", "Int"),
        ];
        for (name, ty) in types {
            assert_eq!(table.type_of(name), ty, "{name}");
        }
        let column = |name: &str| table.columns.get(name).unwrap().clone();
        assert_eq!(column("n"), [Value::Int(1), Value::Int(1 << 60)]);
        assert_eq!(column("branch"), [Value::str("漢"), Value::None]);
        assert_eq!(column("small"), [Value::Int(-1), Value::Int(2)]);
        let times = ["1969-12-31T23:59:59.999Z", "1970-01-02T00:00:00.5Z"];
        assert_eq!(column("at"), times.map(Value::str));
        let times = [
            "1970-01-01T00:00:00.000000001Z",
            "1969-12-31T23:59:59.999999999Z",
        ];
        assert_eq!(column("exact"), times.map(Value::str));
        assert_eq!(column("day"), ["1970-01-01", "2024-02-29"].map(Value::str));
    }

    #[test]
    fn what_does_not_fit_or_is_no_file_is_refused() {
        let refusal = read(Layout::Parquet, file(-1)).unwrap_err();
        assert!(refusal.starts_with("row 2, `large`: "), "{refusal}");
        let mut broken = file(8);
        let middle = broken.len() / 2;
        broken.drain(middle..middle + 20);
        assert!(read(Layout::Parquet, broken).is_err());
        assert!(read(Layout::Parquet, Vec::new()).is_err());
    }
}
