//! The standard library, embedded: `stdlib/prelude.wudi` and one file per package, `stdlib/git.wudi` for `std/git`.

use include_dir::{Dir, include_dir};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/stdlib");

/// The text of a package, `prelude` or `std/git`; `None` where there is none of that name.
pub(crate) fn package(name: &str) -> Option<&'static str> {
    let file = name.strip_prefix("std/").unwrap_or(name);
    FILES.get_file(format!("{file}.wudi"))?.contents_utf8()
}

/// The names by which programs import the packages, sorted.
pub(crate) fn packages() -> Vec<String> {
    let stems = FILES
        .files()
        .filter_map(|it| it.path().file_stem()?.to_str());
    let mut names: Vec<String> = stems
        .filter(|it| *it != "prelude")
        .map(|it| format!("std/{it}"))
        .collect();
    names.sort();
    names
}
