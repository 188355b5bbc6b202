//! Hides secrets in whatever leaves a run: as they are, line by line, and in the encodings that tools like.

use std::path::Path;

use indexmap::IndexMap;

use crate::base::Name;
use crate::host::keep;
use crate::value::Value;

/// What stands where a secret stood.
const STARS: &str = "***";

/// Shorter values would hide half of every log and are no secrets.
const SHORTEST: usize = 4;

/// The texts to hide.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    /// Each with what it is called where it must be found again: the name of the secret, and which of its forms.
    texts: IndexMap<String, String>,
}

/// What a secret is replaced by where it must be found again; between the two stands its name.
const SEALED: (char, char) = ('\u{1}', '\u{2}');

impl Mask {
    /// From now on this value is hidden.
    pub(crate) fn add(&mut self, name: &str, secret: &str) {
        let trimmed = secret.trim();
        let lines = secret.lines().enumerate();
        let lines = lines.map(|(at, it)| (format!("line {at}"), it.trim_end_matches('\r')));
        self.add_text(name, "whole", secret.trim_end_matches('\r'));
        self.add_text(name, "trimmed", trimmed);
        for (form, line) in lines {
            self.add_text(name, &form, line);
        }
        for shift in 0..3 {
            for (text, of) in [(trimmed, "trimmed"), (secret, "whole")] {
                let within = base64_within(text.as_bytes(), shift);
                self.add_text(name, &format!("base64 {of} {shift}"), &within);
                let at_the_end = base64_at_the_end(text.as_bytes(), shift);
                self.add_text(name, &format!("base64 end {of} {shift}"), &at_the_end);
            }
        }
        self.add_text(name, "json", &json(trimmed));
        self.add_text(name, "url", &percent(trimmed));
        self.add_text(name, "form", &percent(trimmed).replace("%20", "+"));
    }

    fn add_text(&mut self, name: &str, form: &str, text: &str) {
        if text.trim().len() >= SHORTEST {
            let label = || format!("{name} {form}");
            self.texts.entry(text.to_owned()).or_insert_with(label);
        }
    }

    /// The text with secrets replaced by their names, so that it can be kept and whoever knows the secrets gets it back. `None` where
    /// two of them overlap.
    fn sealed_text(&self, text: &str) -> Option<String> {
        if self.hide(text) == text && !text.contains(SEALED.0) {
            return Some(text.to_owned());
        }
        let mut found: Vec<(usize, usize, &str)> = Vec::new();
        for (secret, label) in &self.texts {
            let places = text.match_indices(secret.as_str());
            found.extend(places.map(|(at, it)| (at, at + it.len(), label.as_str())));
        }
        let own = text.match_indices(SEALED.0);
        found.extend(own.map(|(at, it)| (at, at + it.len(), "")));
        // Of those that begin together the longest counts.
        found.sort_by_key(|it| (it.0, std::cmp::Reverse(it.1)));
        let (mut sealed, mut done) = (String::new(), 0);
        for (from, to, label) in found {
            if from < done && to > done {
                return None;
            }
            if from >= done {
                sealed += text.get(done..from)?;
                sealed.push(SEALED.0);
                sealed += label;
                sealed.push(SEALED.1);
                done = to;
            }
        }
        sealed += text.get(done..)?;
        Some(sealed)
    }

    /// The text as it was. `None` where it names a secret that is not known.
    fn unsealed_text(&self, sealed: &str) -> Option<String> {
        let mut pieces = sealed.split(SEALED.0);
        let mut text = pieces.next()?.to_owned();
        for piece in pieces {
            let (label, rest) = piece.split_once(SEALED.1)?;
            match label {
                "" => text.push(SEALED.0),
                _ => text += self.texts.iter().find(|(_, it)| *it == label)?.0,
            }
            text += rest;
        }
        Some(text)
    }

    /// The value with secrets replaced by their names.
    pub(crate) fn sealed(&self, value: &Value) -> Option<Value> {
        changed(value, &|it| self.sealed_text(it))
    }

    /// The value as it was before it was sealed.
    pub(crate) fn unsealed(&self, value: &Value) -> Option<Value> {
        changed(value, &|it| self.unsealed_text(it))
    }

    /// Whether a file holds a secret.
    pub(crate) fn is_in(&self, path: &Path) -> std::io::Result<bool> {
        let Some(longest) = self.texts.keys().map(String::len).max() else {
            return Ok(false);
        };
        let texts: Vec<String> = self.texts.keys().map(|it| regex::escape(it)).collect();
        let any = regex::bytes::RegexBuilder::new(&texts.join("|"));
        let any = { any }.unicode(false).size_limit(64 << 20).build();
        let Ok(any) = any else { return Ok(true) };
        let (mut found, mut window) = (false, Vec::new());
        keep::pieces(path, &mut |piece| {
            window.extend_from_slice(piece);
            found |= any.is_match(&window);
            // One that lies across two pieces is found in the next.
            window.drain(..window.len().saturating_sub(longest));
        })?;
        Ok(found)
    }

    /// The text without secrets.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.hide_up_to(text, text.len())
    }

    /// The first `end` bytes of the text without secrets; one that reaches over the end is hidden as well.
    pub(crate) fn hide_up_to(&self, text: &str, end: usize) -> String {
        let end = text.floor_char_boundary(end);
        let mut found: Vec<(usize, usize)> = Vec::new();
        for secret in self.texts.keys() {
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
        // Every text has a hidden form, so that there always is a value.
        changed(value, &|text| Some(self.hide(text))).unwrap_or(Value::None)
    }

    /// The values without secrets.
    pub(crate) fn values(&self, values: &IndexMap<Name, Value>) -> IndexMap<Name, Value> {
        let hidden = values
            .iter()
            .map(|(name, it)| (name.clone(), self.value(it)));
        hidden.collect()
    }
}

/// The value with all of its texts changed; `None` where one of them cannot be.
fn changed(value: &Value, change: &dyn Fn(&str) -> Option<String>) -> Option<Value> {
    match value {
        Value::Str(text) => change(text).map(Value::str),
        Value::List(all) => {
            let all = all.iter().map(|it| changed(it, change));
            all.collect::<Option<_>>().map(Value::list)
        }
        Value::Record(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, it)| Some((name.clone(), changed(it, change)?)));
            fields.collect::<Option<_>>().map(Value::record)
        }
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
        | Value::Thing(_) => Some(value.clone()),
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
    use crate::host::scratch;
    use crate::value::Value;

    fn mask(secret: &str) -> Mask {
        let mut mask = Mask::default();
        mask.add("s", secret);
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
        mask.add("t", "defghi");
        assert_eq!(mask.hide("xabcdefghix"), "x***x");
    }

    #[test]
    fn a_secret_that_is_cut_off_is_hidden() {
        assert_eq!(mask("hunter2").hide_up_to("a hunter2 b", 5), "a ***");
    }

    #[test]
    fn what_is_sealed_holds_no_secret_and_comes_back() {
        let mask = mask("correct horse");
        for text in [
            "plain",
            "a correct horse b",
            "OmNvcnJlY3QgaG9yc2U=",
            "\u{1}\u{2} correct%20horse, correct+horse",
        ] {
            let value = Value::list(vec![Value::str(text)]);
            let sealed = mask.sealed(&value).unwrap();
            assert_eq!(mask.value(&sealed), sealed);
            assert_eq!(mask.unsealed(&sealed), Some(value));
        }
        let sealed = mask.sealed(&Value::str("correct horse")).unwrap();
        assert_eq!(Mask::default().unsealed(&sealed), None);
    }

    #[test]
    fn secrets_are_found_in_files_wherever_they_begin() {
        let mask = mask("correct horse");
        let directory = scratch::fresh().unwrap();
        let path = directory.join("file");
        for at in [0, 5, (256 << 10) - 3, (512 << 10) - 12] {
            let mut bytes = vec![b'x'; at];
            bytes.extend_from_slice(b"correct horse, and more");
            scratch::write(&path, &bytes).unwrap();
            assert!(mask.is_in(&path).unwrap());
        }
        scratch::write(&path, b"correct \xffhorse").unwrap();
        assert!(!mask.is_in(&path).unwrap());
        scratch::remove(&directory).unwrap();
    }
}
