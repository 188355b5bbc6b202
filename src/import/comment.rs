//! Comments of YAML, which no reader keeps: those that stand right above an object or an element of a list.

/// The comment lines above the line of a place, without their marks. Above an object, blank lines and its `---` may stand between.
pub(crate) fn above(text: &str, at: usize, is_object: bool) -> Vec<&str> {
    let Some(before) = text.get(..at) else {
        return Vec::new();
    };
    let start = before.rfind('\n').map_or(0, |it| it + 1);
    let indent = indent_of(text.get(start..).unwrap_or_default());
    let mut found = Vec::new();
    let mut rest = before.get(..start).unwrap_or_default();
    while let Some(line) = rest.strip_suffix('\n') {
        let begin = line.rfind('\n').map_or(0, |it| it + 1);
        let line = line.get(begin..).unwrap_or_default();
        rest = rest.get(..begin).unwrap_or_default();
        match line.trim_start().strip_prefix('#') {
            // What stands deeper is of the text of a block before.
            Some(comment) if indent_of(line) <= indent => {
                found.push(comment.trim_start_matches('#').trim());
            }
            None if is_object && line.trim().is_empty() => found.push(""),
            // The mark of the first object may stand below what is said of the file.
            None if is_object && line.trim_end() == "---" && is_head(rest) => found.push(""),
            Some(_) | None => break,
        }
    }
    found.reverse();
    let first = found.iter().position(|it| !it.is_empty());
    let last = found.iter().rposition(|it| !it.is_empty());
    let mut found = match (first, last) {
        (Some(first), Some(last)) => found.get(first..=last).unwrap_or_default().to_vec(),
        _ => Vec::new(),
    };
    found.dedup_by(|later, earlier| later.is_empty() && earlier.is_empty());
    found
}

/// Whether nothing but comments stands in the text.
fn is_head(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.all(|it| it.is_empty() || it.starts_with('#'))
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::above;

    #[test]
    fn comments_stand_right_above() {
        let text = "# of the file\n---\n\n# of the object\nkind: Task\nsteps:\n# not\n\n# of it\n- name: a\n";
        let at = |what: &str| text.find(what).unwrap_or_default();
        assert_eq!(
            above(text, at("kind"), true),
            ["of the file", "", "of the object"]
        );
        assert_eq!(above(text, at("name: a"), false), ["of it"]);
        assert_eq!(above(text, at("steps"), false), [""; 0]);
    }

    #[test]
    fn the_last_line_of_a_script_is_no_comment() {
        let text = "- script: |\n    x\n    # done\n- name: b\n";
        assert_eq!(
            above(text, text.find("name").unwrap_or_default(), false),
            [""; 0]
        );
    }
}
