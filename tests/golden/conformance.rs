//! `tests/conformance/TOPIC.md`, the language by example: each `wudi` block yields exactly what its lines announce,
//! `// error: CODE` or `// warning: CODE` at their end. A block `wudi part` is not compiled.

use std::fmt::Write as _;
use std::path::Path;

use crate::explain::blocks;
use crate::support::{codes, findings, open_text};

pub fn blocks_hold(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let mut complaints = String::new();
    for (index, (kind, program)) in blocks(&text).into_iter().enumerate() {
        if kind != "wudi" {
            continue;
        }
        let session = open_text(&program);
        let mut found = codes(&session);
        found.sort();
        found.dedup();
        let announced = announced(&program);
        if found != announced {
            let number = index + 1;
            let shown = findings(&session);
            let _ = writeln!(
                complaints,
                "block {number} announces {announced:?} and yields {found:?}\n{program}\n{shown}"
            );
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
    Ok(())
}

/// Line, severity and code, as the comments say.
fn announced(program: &str) -> Vec<(usize, String, String)> {
    let mut all = Vec::new();
    for (index, line) in program.lines().enumerate() {
        for severity in ["error", "warning", "note"] {
            let mark = format!("// {severity}: ");
            let Some((_, codes)) = line.split_once(&mark) else {
                continue;
            };
            let codes = codes.split_whitespace().next().unwrap_or_default();
            let one = |code: &str| (index + 1, severity.to_owned(), code.to_owned());
            all.extend(codes.split(',').map(one));
        }
    }
    all.sort();
    all
}
