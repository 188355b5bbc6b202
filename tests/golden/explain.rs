//! `src/diag/explain/CODE.md`: its `wudi wrong` program yields the code, its `wudi right` program yields nothing; so do its
//! `yaml wrong` and `yaml right` objects, where only plain YAML can be wrong in this way.

use std::path::Path;

use crate::support::{codes, findings, open_text, open_yaml_text};

pub fn page(path: &Path) -> datatest_stable::Result<()> {
    let code = path.file_stem().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(path)?;
    let title = format!("# {code}\n");
    assert!(text.starts_with(&title), "the page begins with its code");
    for (kind, program) in blocks(&text) {
        let Some((language, side)) = kind.split_once(' ') else {
            continue;
        };
        let session = match language {
            "wudi" => open_text(&program),
            "yaml" => open_yaml_text(&program),
            _ => continue,
        };
        let found = codes(&session);
        match side {
            "wrong" => assert!(
                found.iter().any(|it| it.2 == code),
                "the wrong program does not yield `{code}` but:\n{}",
                findings(&session)
            ),
            "right" => assert!(
                found.is_empty(),
                "the right program yields:\n{}",
                findings(&session)
            ),
            _ => (),
        }
    }
    Ok(())
}

/// The fenced blocks of a Markdown text: what stands behind the fence, and the text.
pub fn blocks(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => open = Some((kind.trim().to_owned(), String::new())),
            (None, None) => (),
            (Some(_), Some(_)) => all.extend(open.take()),
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a fence is left open");
    all
}
