//! Packages that are read by name, from texts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use std::sync::Arc;

use crate::base::{FileId, Name};
use crate::diag::Sink;
use crate::resolve::{Program, resolve};
use crate::schema::kinds::Namespace;
use crate::syntax::{self, ast};

/// A program whose root and packages are one text each.
fn program(root: &str, packages: &[(&str, &str)]) -> (Program, Vec<String>) {
    let mut sink = Sink::default();
    let mut cache = syntax::Cache::default();
    let mut parse = |file: u32, text: &str, sink: &mut Sink| -> Vec<Arc<ast::Tree>> {
        vec![Arc::new(syntax::parse(
            FileId(file),
            text,
            &mut cache,
            sink,
        ))]
    };
    let root = parse(0, root, &mut sink);
    let mut load = |name: &Name, sink: &mut Sink| {
        let at = packages.iter().position(|it| it.0 == name)?;
        Some(parse(u32::try_from(at).unwrap() + 1, packages[at].1, sink))
    };
    let program = resolve(root, &mut load, &mut sink);
    let said = sink
        .all()
        .iter()
        .map(|it| format!("{}: {}", it.code.name, it.message));
    (program, said.collect())
}

#[test]
fn packages_that_import_each_other_are_a_cycle() {
    let left = "import { b } from \"right\"\nlet a = b\n";
    let right = "import { a } from \"left\"\nlet b = a\n";
    let (_, said) = program(
        "import { a } from \"left\"\n",
        &[("left", left), ("right", right)],
    );
    assert_eq!(
        said,
        ["cycle: the package `left` is imported by what it imports"]
    );
}

#[test]
fn a_package_hands_on_what_it_declares_and_not_what_it_imports() {
    let left = "import { b } from \"right\"\nlet a = b\n";
    let root = "import { a, b } from \"left\"\n";
    let (_, said) = program(root, &[("left", left), ("right", "let b = 1\n")]);
    assert_eq!(said, ["import: `left` has no `b`"]);
}

#[test]
fn the_prelude_is_seen_everywhere_below_a_package_s_own_names() {
    let prelude = "let shared = 1\nlet own = 1\n";
    let (program, said) = program("let own = 2\n", &[("prelude", prelude)]);
    let find = |name| program.find(program.root, Namespace::Value, name);
    let package = |name| program.item(find(name).unwrap()).unwrap().package;
    assert!(said.is_empty());
    assert_eq!(package("shared"), program.prelude);
    assert_eq!(package("own"), program.root);
}

#[test]
fn a_package_is_read_once() {
    let lib = "let a = 1\nlet b = 2\n";
    let root = "import { a } from \"lib\"\nimport { b } from \"lib\"\n";
    let (program, said) = program(root, &[("lib", lib)]);
    assert!(said.is_empty());
    assert_eq!(program.packages.len(), 3);
}
