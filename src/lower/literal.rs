//! Numbers with and without unit, read by the type that their place expects. The checker has refused those that do not fit.

use crate::types::Type;
use crate::value::Value;

/// The value of `text` where a value of `ty` is expected.
pub(crate) fn value(text: &str, ty: &Type) -> Value {
    let found = match ty {
        Type::Int { .. } => int(text).map(Value::Int),
        Type::Float => text.parse().ok().map(Value::Float),
        Type::Duration => duration(text).map(Value::Duration),
        Type::Bytes => bytes(text).map(Value::Bytes),
        Type::Cpu => cpu(text).map(Value::Cpu),
        Type::Percent { .. } => percent(text).map(Value::Percent),
        Type::Optional(inner) | Type::Secret(inner) | Type::Range(inner) => {
            return value(text, inner);
        }
        Type::Union(members) => members.iter().find_map(|it| of_member(text, it)),
        Type::Error
        | Type::Json
        | Type::None
        | Type::Bool
        | Type::String(_)
        | Type::List(_)
        | Type::Map(_)
        | Type::Record(_)
        | Type::Function(_)
        | Type::Variable(_)
        | Type::Opaque(_)
        | Type::Thing(_) => None,
    };
    found.unwrap_or_else(|| by_form(text))
}

fn of_member(text: &str, ty: &Type) -> Option<Value> {
    match ty {
        Type::Int { .. } => int(text).map(Value::Int),
        Type::Float => text.parse().ok().map(Value::Float),
        Type::Duration => duration(text).map(Value::Duration),
        Type::Bytes => bytes(text).map(Value::Bytes),
        Type::Cpu => cpu(text).map(Value::Cpu),
        Type::Percent { .. } => percent(text).map(Value::Percent),
        Type::Optional(inner) | Type::Secret(inner) | Type::Range(inner) => of_member(text, inner),
        Type::Union(members) => members.iter().find_map(|it| of_member(text, it)),
        Type::Error
        | Type::Json
        | Type::None
        | Type::Bool
        | Type::String(_)
        | Type::List(_)
        | Type::Map(_)
        | Type::Record(_)
        | Type::Function(_)
        | Type::Variable(_)
        | Type::Opaque(_)
        | Type::Thing(_) => None,
    }
}

/// What a number is by its own looks, where no type says.
fn by_form(text: &str) -> Value {
    let number = int(text).map(Value::Int);
    let number = number.or_else(|| text.parse().ok().map(Value::Float));
    let unit = || {
        let percent = percent(text).map(Value::Percent);
        let duration = || duration(text).map(Value::Duration);
        percent
            .or_else(duration)
            .or_else(|| bytes(text).map(Value::Bytes))
    };
    number.or_else(unit).unwrap_or_else(|| Value::str(text))
}

fn int(text: &str) -> Option<i64> {
    match text.strip_prefix("0o") {
        Some(digits) => i64::from_str_radix(digits, 8).ok(),
        None => text.parse().ok(),
    }
}

/// The number before a unit, times `scale`, where that is whole.
fn scaled(number: &str, scale: i128) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let divisor = 10i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let product = digits.checked_mul(scale)?;
    let exact = product % divisor == 0;
    exact.then(|| i64::try_from(product / divisor).ok())?
}

fn percent(text: &str) -> Option<i64> {
    scaled(text.strip_suffix('%')?, 1_000_000)
}

fn cpu(text: &str) -> Option<i64> {
    match text.strip_suffix('m') {
        Some(thousandths) => scaled(thousandths, 1),
        None => scaled(text, 1000),
    }
}

fn bytes(text: &str) -> Option<i64> {
    let at = text
        .find(|it: char| it.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let scale = match unit {
        "" => 1,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "P" => 1_000_000_000_000_000,
        "E" => 1_000_000_000_000_000_000,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        "Pi" => 1 << 50,
        "Ei" => 1 << 60,
        _ => return None,
    };
    scaled(number, scale)
}

fn duration(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let unit_at = rest.find(|it: char| it.is_ascii_alphabetic())?;
        let (number, after) = rest.split_at(unit_at);
        let end = after.find(|it: char| it.is_ascii_digit());
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        let scale = match unit {
            "ns" => 1,
            "us" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            _ => return None,
        };
        total = total.checked_add(scaled(number, scale)?)?;
        rest = after;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::value;
    use crate::types::Type;
    use crate::value::Value;

    #[test]
    fn a_literal_is_read_by_the_type_of_its_place() {
        assert_eq!(
            value("1h30m", &Type::Duration),
            Value::Duration(5_400_000_000_000)
        );
        assert_eq!(value("500m", &Type::Cpu), Value::Cpu(500));
        assert_eq!(value("2", &Type::Cpu), Value::Cpu(2000));
        assert_eq!(value("0.5%", &Type::PERCENT), Value::Percent(500_000));
        assert_eq!(value("512Mi", &Type::Bytes), Value::Bytes(512 << 20));
        assert_eq!(value("1", &Type::Float), Value::Float(1.0));
        assert_eq!(value("0o644", &Type::INT), Value::Int(420));
        let either = Type::Union(vec![Type::INT, Type::PERCENT]);
        assert_eq!(value("20%", &either), Value::Percent(20_000_000));
    }
}
