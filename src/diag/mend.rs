//! Fixes put into the text.

use crate::base::FileId;
use crate::diag::{Diagnostic, Edit};

/// A text with the fixes of the findings put in, and how many there were; `None` where none can be.
///
/// A finding with several fixes leaves the choice to a person, and of fixes that touch the same place the first one counts.
pub(crate) fn mended(file: FileId, text: &str, found: &[Diagnostic]) -> Option<(String, usize)> {
    let mut taken: Vec<&Edit> = Vec::new();
    let mut count = 0;
    for diagnostic in found {
        let [fix] = diagnostic.fixes.as_slice() else {
            continue;
        };
        let fits = fix.edits.iter().all(|edit| {
            let sound = edit.span.file == file && text.get(edit.span.range()).is_some();
            sound && !taken.iter().any(|it| touch(it, edit))
        });
        if fits && !fix.edits.is_empty() {
            taken.extend(&fix.edits);
            count += 1;
        }
    }
    if count == 0 {
        return None;
    }
    taken.sort_by_key(|it| it.span.start);
    let mut done = String::with_capacity(text.len());
    let mut at = 0;
    for edit in taken {
        let range = edit.span.range();
        done.push_str(text.get(at..range.start)?);
        done.push_str(&edit.text);
        at = range.end;
    }
    done.push_str(text.get(at..)?);
    Some((done, count))
}

fn touch(one: &Edit, other: &Edit) -> bool {
    one.span.start <= other.span.end && other.span.start <= one.span.end
}

#[cfg(test)]
mod tests {
    use super::mended;
    use crate::base::{FileId, Span};
    use crate::diag::Diagnostic;

    #[test]
    fn fixes_are_put_in_where_they_do_not_touch() {
        let file = FileId(0);
        let at = |start, end| Span::new(file, start, end);
        let found = [
            Diagnostic::new("syntax", at(0, 1), "a").fix("", at(0, 1), "xx"),
            Diagnostic::new("syntax", at(0, 2), "b").fix("", at(1, 2), "never"),
            Diagnostic::new("syntax", at(3, 4), "c").fix("", at(4, 4), "!"),
            Diagnostic::new("syntax", at(2, 3), "d")
                .fix("", at(2, 3), "one")
                .fix("", at(2, 3), "other"),
        ];
        assert_eq!(mended(file, "abcd", &found), Some(("xxbcd!".to_owned(), 2)));
        assert_eq!(mended(FileId(1), "abcd", &found), None);
    }
}
