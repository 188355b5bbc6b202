//! What a scalar is: YAML 1.1 as Kubernetes reads it, whose `yes` is a truth value, whose `0755` is octal, and whose dates and
//! sexagesimal numbers are text.

use serde_json::Number;

use crate::yaml::node::Data;
use crate::yaml::number;

/// A tag that says what a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag<'a> {
    /// None: a plain scalar is what it looks like.
    None,
    /// Of YAML: `!!str`, by its last part.
    Core(&'a str),
    /// Any other: the scalar is text.
    Other,
}

/// Why a scalar has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is not what its tag says.
    NotOfTag,
    /// JSON has neither infinity nor NaN.
    NotFinite,
    /// `!!binary` without base64.
    NotBase64,
}

/// What a scalar is once its tag is seen; `plain` if no quotes stand about it and it is no block.
pub(crate) fn resolve(text: &str, plain: bool, tag: Tag<'_>) -> Result<Data, Refusal> {
    match tag {
        Tag::None if !plain => Ok(Data::String(text.to_owned())),
        Tag::None => finite(look(text).unwrap_or(Look::Text(text))),
        Tag::Other => Ok(Data::String(text.to_owned())),
        Tag::Core("binary") => decode_base64(text).map(Data::String),
        Tag::Core("str" | "timestamp") => Ok(Data::String(text.to_owned())),
        Tag::Core(kind @ ("bool" | "int" | "float" | "null")) => {
            let look = look(text).unwrap_or(Look::Text(text));
            match (kind, &look) {
                ("bool", Look::Bool(_))
                | ("int" | "float", Look::Integer(_))
                | ("float", Look::Float(_))
                | ("null", Look::Null) => finite(look),
                _ => Err(Refusal::NotOfTag),
            }
        }
        Tag::Core(_) => Ok(Data::String(text.to_owned())),
    }
}

/// What a plain scalar looks like.
enum Look<'a> {
    Null,
    Bool(bool),
    Integer(Number),
    Float(f64),
    Text(&'a str),
}

fn finite(look: Look<'_>) -> Result<Data, Refusal> {
    Ok(match look {
        Look::Null => Data::Null,
        Look::Bool(it) => Data::Bool(it),
        Look::Integer(it) => Data::Number(it),
        Look::Float(it) if it.is_finite() => {
            Data::Number(number::from_float(it).ok_or(Refusal::NotFinite)?)
        }
        Look::Float(_) => return Err(Refusal::NotFinite),
        Look::Text(it) => Data::String(it.to_owned()),
    })
}

fn look(text: &str) -> Option<Look<'_>> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Look::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Some(Look::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Some(Look::Bool(false));
        }
        ".nan" | ".NaN" | ".NAN" => return Some(Look::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Some(Look::Float(f64::INFINITY));
        }
        _ => {}
    }
    match text.bytes().next()? {
        b'.' => decimal(text).map(Look::Float),
        b'0'..=b'9' | b'+' | b'-' => {
            if is_date(text) {
                return None;
            }
            let text: String = text.chars().filter(|it| *it != '_').collect();
            let whole = integer(&text).map(Look::Integer);
            whole.or_else(|| decimal(&text).map(Look::Float))
        }
        _ => None,
    }
}

/// An integer in any base that its prefix says: `0755`, `0o755`, `0x1F`, `0b11`.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let signed = digits.len() < text.len();
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = u64::from_str_radix(digits, base).ok()?;
    if negative {
        return i64::try_from(-i128::from(value)).ok().map(Number::from);
    }
    // What is too large for a signed integer may have no sign.
    let fits = i64::try_from(value).is_ok() || !signed;
    fits.then(|| Number::from(value))
}

/// `1.5`, `1.`, `.5`, `1e3`, with a sign or without.
fn decimal(text: &str) -> Option<f64> {
    let digits = |it: &str| it.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = digits(rest);
    let mut rest = rest.get(whole..)?;
    let mut part = 0;
    if let Some(behind) = rest.strip_prefix('.') {
        part = digits(behind);
        rest = behind.get(part..)?;
    }
    if whole + part == 0 {
        return None;
    }
    if let Some(behind) = rest.strip_prefix(['e', 'E']) {
        let behind = behind.strip_prefix(['+', '-']).unwrap_or(behind);
        if behind.is_empty() || digits(behind) < behind.len() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    text.parse::<f64>().ok().filter(|it| it.is_finite())
}

/// Whether it is a date, or a date and a time: those stay text.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().take_while(|it| it.is_ascii_digit()).count() == 4
        && bytes.get(4) == Some(&b'-')
        && bytes.get(5).is_some_and(u8::is_ascii_digit)
}

/// Bytes that are no text are replaced, as JSON does with them.
fn decode_base64(text: &str) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held, mut count, mut padding) = (0_u32, 0_u32, 0_usize, 0_usize);
    for byte in text.bytes().filter(|it| !matches!(it, b'\n' | b'\r')) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                count += 1;
                continue;
            }
            _ => return Err(Refusal::NotBase64),
        };
        if padding > 0 {
            return Err(Refusal::NotBase64);
        }
        count += 1;
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap_or(0));
        }
    }
    if !count.is_multiple_of(4) || padding > 2 {
        return Err(Refusal::NotBase64);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
