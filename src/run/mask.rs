//! Hides secrets in whatever leaves a run: as they are, line by line, and in the encodings that tools like.

use indexmap::{IndexMap, IndexSet};

use crate::base::Name;
use crate::value::Value;

/// What stands where a secret stood.
const STARS: &str = "***";

/// Shorter values would hide half of every log and are no secrets.
const SHORTEST: usize = 4;

/// The texts to hide.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    texts: IndexSet<String>,
}

impl Mask {
    /// From now on this value is hidden.
    pub(crate) fn add(&mut self, secret: &str) {
        let trimmed = secret.trim();
        for text in [secret, trimmed].into_iter().chain(secret.lines()) {
            self.add_text(text.trim_end_matches('\r'));
        }
        for shift in 0..3 {
            for text in [trimmed, secret] {
                self.add_text(&base64_within(text.as_bytes(), shift));
                self.add_text(&base64_at_the_end(text.as_bytes(), shift));
            }
        }
        self.add_text(&json(trimmed));
        self.add_text(&percent(trimmed));
    }

    fn add_text(&mut self, text: &str) {
        if text.trim().len() >= SHORTEST {
            self.texts.insert(text.to_owned());
        }
    }

    /// The text without secrets.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.hide_up_to(text, text.len())
    }

    /// The first `end` bytes of the text without secrets; one that reaches over the end is hidden as well.
    pub(crate) fn hide_up_to(&self, text: &str, end: usize) -> String {
        let end = text.floor_char_boundary(end);
        let mut found: Vec<(usize, usize)> = Vec::new();
        for secret in &self.texts {
            let places = text.match_indices(secret.as_str());
            let places = places.map(|(at, it)| (at, at + it.len()));
            found.extend(places.filter(|it| it.0 < end));
        }
        found.sort_unstable();
        let mut shown = String::with_capacity(end);
        let mut done = 0;
        for (from, to) in found {
            if from >= done {
                shown.push_str(text.get(done..from).unwrap_or_default());
                shown.push_str(STARS);
            }
            done = done.max(to);
        }
        shown.push_str(text.get(done..end).unwrap_or_default());
        shown
    }

    /// The value without secrets.
    pub(crate) fn value(&self, value: &Value) -> Value {
        match value {
            Value::Str(text) => Value::str(self.hide(text)),
            Value::List(all) => Value::list(all.iter().map(|it| self.value(it)).collect()),
            Value::Record(fields) => Value::record(self.values(fields)),
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Duration(_)
            | Value::Bytes(_)
            | Value::Cpu(_)
            | Value::Percent(_)
            | Value::Range(_)
            | Value::Make(_)
            | Value::Thing(_) => value.clone(),
        }
    }

    /// The values without secrets.
    pub(crate) fn values(&self, values: &IndexMap<Name, Value>) -> IndexMap<Name, Value> {
        let hidden = values
            .iter()
            .map(|(name, it)| (name.clone(), self.value(it)));
        hidden.collect()
    }
}

/// What is certain of the base64 text of a longer text in which `secret` begins `shift` bytes after a group of three.
fn base64_within(secret: &[u8], shift: usize) -> String {
    let whole = (shift + secret.len()) / 3 * 3;
    let known = secret.get(..whole.saturating_sub(shift));
    base64_at_the_end(known.unwrap_or_default(), shift)
}

/// The same where the text ends with the secret.
fn base64_at_the_end(secret: &[u8], shift: usize) -> String {
    let mut padded = vec![0; shift];
    padded.extend_from_slice(secret);
    let text = base64(&padded);
    // The first characters also hold bits of what stands before.
    let skip = [0, 2, 3].get(shift).copied().unwrap_or(0);
    text.get(skip..).unwrap_or_default().to_owned()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = DIGITS.get((bits >> shift & 63) as usize);
            let digit = digit.filter(|_| at <= group.len());
            text.push(digit.map_or('=', |it| char::from(*it)));
        }
    }
    text
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_matches('"').to_owned()
}

fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    let mut shown = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            shown.push(char::from(byte));
        } else {
            let _ = write!(shown, "%{byte:02X}");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::Mask;

    fn mask(secret: &str) -> Mask {
        let mut mask = Mask::default();
        mask.add(secret);
        mask
    }

    #[test]
    fn every_line_of_a_secret_is_hidden() {
        let mask = mask("-----BEGIN KEY-----\r\nabcdefgh\nij\n");
        assert_eq!(mask.hide("got abcdefgh, ij"), "got ***, ij");
        assert_eq!(mask.hide("-----BEGIN KEY-----"), "***");
    }

    #[test]
    fn base64_is_hidden_wherever_it_begins() {
        let mask = mask("correct horse");
        for text in [
            "Y29ycmVjdCBob3JzZQ==",
            "OmNvcnJlY3QgaG9yc2U=",
            "YTpjb3JyZWN0IGhvcnNl",
        ] {
            let hidden = mask.hide(text);
            assert!(hidden.ends_with("***") && hidden.len() < 10, "{hidden}");
        }
    }

    #[test]
    fn overlapping_secrets_are_hidden_together() {
        let mut mask = mask("abcdef");
        mask.add("defghi");
        assert_eq!(mask.hide("xabcdefghix"), "x***x");
    }

    #[test]
    fn a_secret_that_is_cut_off_is_hidden() {
        assert_eq!(mask("hunter2").hide_up_to("a hunter2 b", 5), "a ***");
    }
}
