//! A part of the prelude is as good as the whole.

use std::path::Path;

use crate::diag::Sink;
use crate::host::OsHost;
use crate::lower::lower;
use crate::session::Session;
use crate::session::library::{PIECES, Reader, words};
use crate::syntax::Cache;

/// What passes beside a part of the prelude passes beside the whole, as the same plan.
#[test]
fn what_passes_with_a_part_passes_with_the_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut session = Session::new(Box::new(OsHost));
    let mut programs = Vec::new();
    for home in [
        "examples",
        "stdlib",
        "tests/compile",
        "tests/run",
        "tests/ui",
    ] {
        programs.extend(session.files(&root.join(home)));
    }
    let numbers = regex::Regex::new(r"DefaultId\(\d+\)").unwrap();
    let mut caches = (Cache::default(), Cache::default());
    let (mut passed, mut kept) = (0, 0);
    for path in &programs {
        let mut sink = Sink::default();
        let Some(input) = session.load(path, &mut sink) else {
            continue;
        };
        let mut reader = Reader {
            input: &input,
            sources: &mut session.sources,
            cache: std::mem::take(&mut caches.0),
        };
        let trees = reader.parse(&input.files, &mut sink);
        let needed = reader.needed(&trees, "");
        kept += needed.len();
        let (program, part) = reader.check_beside(&trees, needed, &mut sink);
        caches.0 = std::mem::replace(&mut reader.cache, std::mem::take(&mut caches.1));
        let mut beside_all = Sink::default();
        let (whole_program, whole) = reader.check_beside(&trees, PIECES.clone(), &mut beside_all);
        caches.1 = reader.cache;
        if sink.count() > 0 || part.lacking {
            continue;
        }
        passed += 1;
        let path = path.display();
        assert_eq!(beside_all.into_sorted(), [], "{path}");
        let plan = |program, checked| {
            let plan = lower(
                program,
                checked,
                input.profile.clone(),
                &mut Sink::default(),
            );
            // Defaults are numbered over the whole program.
            numbers.replace_all(&format!("{plan:?}"), "").into_owned()
        };
        let same = plan(&program, &part) == plan(&whole_program, &whole);
        assert!(same, "{path}");
    }
    assert!(passed > programs.len() / 3, "{passed}");
    assert!(kept < programs.len() * PIECES.len() / 2, "{kept}");
}

#[test]
fn words_are_found_wherever_they_stand() {
    let found: Vec<&str> = words("x.starts-with(\"a#{b-1}\") - Int? 漢字 --").collect();
    let wanted = ["x", "starts-with", "a", "b-1", "Int"];
    assert_eq!(
        found
            .iter()
            .filter(|it| !it.is_empty())
            .copied()
            .collect::<Vec<_>>(),
        wanted
    );
}
