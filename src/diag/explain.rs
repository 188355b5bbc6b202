//! The long text of each code: `src/diag/explain/NAME.md`, with a wrong and a right program.

use include_dir::{Dir, include_dir};

static PAGES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/diag/explain");

/// The page of a code, as Markdown; `None` for a code that has none.
pub(crate) fn page(code: &str) -> Option<&'static str> {
    PAGES.get_file(format!("{code}.md"))?.contents_utf8()
}
