//! The parts of a reference.

/// A part of `params.a["b"][0]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    Name(&'a str),
    Index(&'a str),
    All,
}

/// The parts of a reference: names between dots, `["name"]`, `[0]`, `[*]`.
pub(crate) fn segments(text: &str) -> Option<Vec<Segment<'_>>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, after) = match inner.strip_prefix(['"', '\'']) {
                Some(quoted) => {
                    let quote = inner.chars().next()?;
                    let (inside, after) = quoted.split_once(quote)?;
                    found.push(Segment::Name(inside));
                    (None, after.strip_prefix(']')?)
                }
                None => {
                    let (inside, after) = inner.split_once(']')?;
                    (Some(inside), after)
                }
            };
            match inside {
                Some("*") => found.push(Segment::All),
                Some(digits)
                    if digits.bytes().all(|it| it.is_ascii_digit()) && !digits.is_empty() =>
                {
                    found.push(Segment::Index(digits));
                }
                Some(_) => return None,
                None => {}
            }
            rest = after;
        } else {
            let word = rest.strip_prefix('.').unwrap_or(rest);
            let end = word.find(['.', '[']).unwrap_or(word.len());
            let (word, after) = word.split_at(end);
            if word.is_empty() {
                return None;
            }
            found.push(Segment::Name(word));
            rest = after;
        }
    }
    Some(found)
}
