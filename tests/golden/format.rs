//! `tests/format/TOPIC.wudi`: the one layout of a program; and what it must keep of every program there is.

use std::path::Path;

use wudi::{MemoryHost, Session};

use crate::support::compare;

pub fn layout(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read(path)?;
    let formatted = format(text).expect("it parses");
    compare(path, &formatted);
    Ok(())
}

/// Formatting again changes nothing, and comments and words stand as they were; a text that does not parse is refused.
pub fn nothing_is_lost(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read(path)?;
    let Some(once) = format(text.clone()) else {
        return Ok(());
    };
    let again = format(once.clone().into_bytes()).expect("what is formatted parses");
    assert_eq!(once, again, "formatting again changes it");
    assert_eq!(words(&String::from_utf8(text)?), words(&once));
    Ok(())
}

/// The text without blanks and separators.
fn words(text: &str) -> String {
    let kept = text.chars().filter(|it| !it.is_whitespace() && *it != ',');
    kept.collect()
}

fn format(text: Vec<u8>) -> Option<String> {
    let mut session = Session::new(Box::new(MemoryHost::new()));
    session.format(Path::new("main.wudi"), text).ok()
}
