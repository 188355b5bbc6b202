//! Built-ins on encodings, hashes, JSON, and texts of a form: versions and images.

use std::cmp::Ordering;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::eval::builtin::{Outcome, one, one_text, text, two, two_texts};
use crate::eval::limit::check_text;
use crate::eval::{EvalError, from_json, to_json};
use crate::value::Value;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn base64(args: &[Value]) -> Outcome {
    let bytes = one_text(args)?.as_bytes();
    check_text(bytes.len().checked_mul(2))?;
    let mut encoded = String::new();
    for part in bytes.chunks(3) {
        let byte = |at: usize| u32::from(part.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let index = (bits >> (18 - 6 * place) & 63) as usize;
            let letter = BASE64.get(index).copied().unwrap_or(b'=');
            encoded.push(char::from(if place > part.len() { b'=' } else { letter }));
        }
    }
    Ok(Value::str(encoded))
}

/// `none` of what is not base64, or not of a text.
pub(super) fn from_base64(args: &[Value]) -> Outcome {
    let decoded = decode(one_text(args)?).and_then(|it| String::from_utf8(it).ok());
    Ok(decoded.map_or(Value::None, Value::str))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - letters.len() > 2 {
        return None;
    }
    let mut bytes = Vec::new();
    for part in letters.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for place in 0..4 {
            let letter = part.get(place);
            let index = match letter {
                Some(letter) => BASE64.iter().position(|it| it == letter)?,
                None => 0,
            };
            bits = bits << 6 | u32::try_from(index).ok()?;
        }
        let [_, all @ ..] = bits.to_be_bytes();
        bytes.extend(all.iter().take(part.len().saturating_sub(1)));
    }
    Some(bytes)
}

pub(super) fn url_encode(args: &[Value]) -> Outcome {
    let mut encoded = String::new();
    for byte in one_text(args)?.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        check_text(Some(encoded.len()))?;
    }
    Ok(Value::str(encoded))
}

pub(super) fn sha256(args: &[Value]) -> Outcome {
    let mut written = String::new();
    for byte in Sha256::digest(one_text(args)?.as_bytes()) {
        let _ = write!(written, "{byte:02x}");
    }
    Ok(Value::str(written))
}

pub(super) fn parse_json(args: &[Value]) -> Outcome {
    let parsed = serde_json::from_str::<serde_json::Value>(one_text(args)?);
    let parsed = parsed.map_err(|it| EvalError::Json(it.to_string()))?;
    Ok(from_json(&parsed))
}

/// A piece of a JSON path.
enum Piece {
    Key(String),
    Index(i64),
    All,
}

/// All values at a path; none where it leads nowhere.
pub(super) fn json_path(args: &[Value]) -> Outcome {
    let (value, path) = two(args)?;
    let path = text(path)?;
    let pieces = pieces(path).ok_or_else(|| EvalError::Path(path.to_owned()))?;
    let mut found = vec![value.clone()];
    for piece in pieces {
        let mut next = Vec::new();
        for value in &found {
            step(value, &piece, &mut next);
            check_text(Some(next.len()))?;
        }
        found = next;
    }
    Ok(Value::list(found))
}

fn step(value: &Value, piece: &Piece, next: &mut Vec<Value>) {
    match (piece, value) {
        (Piece::Key(key), value) => next.extend(value.get(key).cloned()),
        (Piece::All, Value::List(all)) => next.extend(all.iter().cloned()),
        (Piece::All, Value::Record(fields)) => next.extend(fields.values().cloned()),
        (Piece::Index(index), Value::List(all)) => {
            let length = i64::try_from(all.len()).unwrap_or(i64::MAX);
            let at = if *index < 0 { length + index } else { *index };
            let at = usize::try_from(at).ok();
            next.extend(at.and_then(|it| all.get(it)).cloned());
        }
        _ => {}
    }
}

/// `$.a.b[0]['c d'][*]`, with or without `$`, also in braces as kubectl takes it.
fn pieces(path: &str) -> Option<Vec<Piece>> {
    let path = path
        .strip_prefix('{')
        .map_or(Some(path), |it| it.strip_suffix('}'))?;
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let mut found = Vec::new();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (word, after) = match inner.strip_prefix('\'') {
                Some(quoted) => {
                    let (key, after) = quoted.split_once("']")?;
                    (Piece::Key(key.to_owned()), after)
                }
                None => {
                    let (word, after) = inner.split_once(']')?;
                    let index = || word.parse().ok().map(Piece::Index);
                    let piece = if word == "*" {
                        Some(Piece::All)
                    } else {
                        index()
                    };
                    (piece?, after)
                }
            };
            found.push(word);
            rest = after;
            continue;
        }
        let word = rest
            .strip_prefix('.')
            .or(found.is_empty().then_some(rest))?;
        let (word, after) = word.split_at(word.find(['.', '[']).unwrap_or(word.len()));
        if word.is_empty() {
            return None;
        }
        found.push(match word {
            "*" => Piece::All,
            key => Piece::Key(key.to_owned()),
        });
        rest = after;
    }
    Some(found)
}

/// Whether one version comes after another, by the rules of semantic versions; a leading `v` says nothing.
pub(super) fn newer(args: &[Value]) -> Outcome {
    let (a, b) = two_texts(args)?;
    Ok(Value::Bool(order(a, b) == Ordering::Greater))
}

fn order(a: &str, b: &str) -> Ordering {
    let parts = |it: &str| {
        let it = it.strip_prefix('v').unwrap_or(it).to_owned();
        let it = it.split('+').next().unwrap_or_default().to_owned();
        match it.split_once('-') {
            Some((numbers, before)) => (numbers.to_owned(), Some(before.to_owned())),
            None => (it, None),
        }
    };
    let ((a, a_before), (b, b_before)) = (parts(a), parts(b));
    let numbers = words(&a, &b);
    numbers.then_with(|| match (a_before, b_before) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => words(&a, &b),
    })
}

/// Word by word: numbers by value and before letters; who has more words comes later.
fn words(a: &str, b: &str) -> Ordering {
    let is_number = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let by_value = |a: &str, b: &str| {
        let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
        a.len().cmp(&b.len()).then_with(|| a.cmp(b))
    };
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (is_number(a), is_number(b)) {
                (true, true) => by_value(a, b),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => a.cmp(b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// An image taken apart: what stands before the tag, the tag, the digest.
fn image(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let last = rest.rfind('/').map_or(0, |it| it + 1);
    let colon = rest.get(last..).and_then(|it| it.find(':'));
    let Some((name, tag)) = colon.and_then(|it| rest.split_at_checked(last + it)) else {
        return (rest, None, digest);
    };
    (name, tag.strip_prefix(':'), digest)
}

pub(super) fn repository(args: &[Value]) -> Outcome {
    Ok(Value::str(image(one_text(args)?).0))
}

pub(super) fn tag_of(args: &[Value]) -> Outcome {
    let tag = image(one_text(args)?).1;
    Ok(tag.map_or(Value::None, Value::str))
}

pub(super) fn digest_of(args: &[Value]) -> Outcome {
    let digest = image(one_text(args)?).2;
    Ok(digest.map_or(Value::None, Value::str))
}

/// JSON of a value that is open data already.
pub(super) fn json_text(args: &[Value]) -> Outcome {
    let value = one(args)?;
    let json = to_json(value).ok_or_else(|| crate::eval::builtin::argument(value))?;
    Ok(Value::str(json.to_string()))
}
