//! `{{ name }}` of Pipelines as Code, which are replaced before the text is read as YAML: they may stand where YAML would see a
//! map. While the text is read, something as long that is plain text stands in for each.

/// Begins what stands in; no text of YAML has it.
pub(crate) const MARK: char = '\u{E000}';

/// The text with all templates stood in for; `None` where it has none.
pub(crate) fn mask(text: &str) -> Option<String> {
    let mut masked = String::new();
    let mut done = 0;
    while let Some((start, end)) = next(text, done) {
        if masked.is_empty() {
            masked.reserve(text.len());
        }
        masked.push_str(text.get(done..start)?);
        masked.push(MARK);
        masked.extend(std::iter::repeat_n('x', end - start - MARK.len_utf8()));
        done = end;
    }
    if done == 0 {
        return None;
    }
    masked.push_str(text.get(done..)?);
    Some(masked)
}

/// A scalar with its templates, which stand in `source` in the same order.
pub(crate) fn restore(value: &str, source: &str) -> String {
    let mut restored = String::with_capacity(value.len());
    let (mut rest, mut done) = (value, 0);
    while let Some((before, behind)) = rest.split_once(MARK) {
        let Some((start, end)) = next(source, done) else {
            break;
        };
        restored.push_str(before);
        restored.push_str(source.get(start..end).unwrap_or(""));
        rest = behind.get(end - start - MARK.len_utf8()..).unwrap_or("");
        done = end;
    }
    restored.push_str(rest);
    restored
}

/// The first template at or behind a byte.
fn next(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut from = from;
    loop {
        let start = from + text.get(from..)?.find("{{")?;
        let inner = text.get(start + 2..)?;
        let length = inner.find('}')?;
        if length >= 2 && inner.get(length..)?.starts_with("}}") {
            return Some((start, start + 2 + length + 2));
        }
        from = start + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{mask, restore};

    #[test]
    fn what_stands_in_is_as_long() {
        let text = "a: {{ b }}xx{{cd}} {{e}}";
        let masked = mask(text).unwrap();
        assert_eq!(masked.len(), text.len());
        assert!(masked.ends_with("{{e}}"));
        assert_eq!(restore(&masked, text), text);
        assert_eq!(mask("a: {b: {c: d}}"), None);
    }
}
