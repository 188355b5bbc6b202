//! What the parser promises for any text: bounds, recovery, caching.

use std::fmt::Write as _;

use crate::base::FileId;
use crate::diag::{Diagnostic, Sink};
use crate::syntax::ast::{Block, ItemKind, MemberKind, Tree};
use crate::syntax::{Cache, parse};

fn parsed(text: &str) -> (Tree, Vec<Diagnostic>) {
    let mut sink = Sink::default();
    let tree = parse(FileId(0), text, &mut Cache::default(), &mut sink);
    (tree, sink.into_sorted())
}

fn codes(text: &str) -> Vec<&'static str> {
    let (_, found) = parsed(text);
    found.iter().map(|it| it.code.name).collect()
}

/// Runs on the stack of a main thread, in this debug build.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(8 << 20);
    thread.spawn(work).unwrap().join().unwrap();
}

#[test]
fn nesting_below_the_limit_parses_on_the_stack_of_a_main_thread() {
    on_a_small_stack(|| {
        let depth = 99;
        for (open, inner, close) in [
            ("[", "1", "]"),
            ("(", "1", ")"),
            ("{ a: ", "1", "}"),
            ("f(", "1", ")"),
            ("f(a: ", "1", ")"),
            ("x[", "1", "]"),
            ("if true then 1 else ", "1", ""),
            ("match x { _ => ", "1", "}"),
            ("\"#{", "1", "}\""),
        ] {
            let value = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(codes(&format!("let x = {value}\n")), [""; 0], "{open}");
        }
        let (open, close) = ("a { ".repeat(depth), "}".repeat(depth));
        assert_eq!(codes(&format!("env {open}{close}\n")), [""; 0]);
        let (open, close) = ("List<".repeat(depth), ">".repeat(depth));
        assert_eq!(codes(&format!("type T = {open}Int{close}\n")), [""; 0]);
        let arrows = "(a: Int) -> ".repeat(depth - 1);
        assert_eq!(codes(&format!("type T = {arrows}Int\n")), [""; 0]);
        let records = format!("{}Int{}", "{ a: ".repeat(depth), "}".repeat(depth));
        assert_eq!(codes(&format!("type T = {records}\n")), [""; 0]);
    });
}

#[test]
fn nesting_without_end_is_too_large() {
    on_a_small_stack(|| {
        for part in [
            "[",
            "(",
            "{",
            "f(",
            "x[",
            "{a:",
            "\"#{",
            "if ",
            "if a then ",
            "List<",
            "(a: B) ->",
            "match x { _ => ",
        ] {
            for head in ["let x = ", "type T = ", "env e { a: "] {
                let text = format!("{head}{}\n", part.repeat(100_000));
                assert_eq!(codes(&text), ["too-large"], "{head}{part}");
            }
        }
    });
}

#[test]
fn chains_without_end_are_too_large() {
    on_a_small_stack(|| {
        let text = format!("let x = a{}\n", " + a".repeat(20_000));
        assert_eq!(codes(&text), ["too-large"]);
        for part in [".a", "(a)", "[a]", " && a", " as B"] {
            let text = format!("let x = a{}\n", part.repeat(2_000));
            assert_eq!(codes(&text), ["too-large"], "{part}");
        }
        for part in ["!", "-"] {
            let text = format!("let x = {}a\n", part.repeat(2_000));
            assert!(!codes(&text).is_empty(), "{part}");
        }
    });
}

#[test]
fn long_lines_take_linear_time() {
    let members = "a: 1, ".repeat(10_000);
    assert_eq!(codes(&format!("env e {{ {members} }}\n")), [""; 0]);
    let breaks = "\n".repeat(100_000);
    assert_eq!(codes(&format!("let x = [{breaks}]\n")), [""; 0]);
    assert_eq!(codes(&"a".repeat(MILLION)), ["syntax"]);
    assert_eq!(codes(&"a ".repeat(MILLION / 20)), ["syntax"]);
    let elements = "1,".repeat(MILLION);
    assert_eq!(codes(&format!("let x = [{elements}]\n")), ["too-large"]);
    assert_eq!(codes(&"let x = 1\n".repeat(3 * MILLION)), ["too-large"]);
}

const MILLION: usize = 1_000_000;

#[test]
fn no_cut_of_a_program_panics() {
    let text = include_str!("../../stdlib/git.wudi");
    let bounds = (0..text.len()).filter(|it| text.is_char_boundary(*it));
    for at in bounds.step_by(71) {
        let (start, rest) = text.split_at(at);
        parsed(start);
        parsed(&format!("{start}\"{rest}"));
        parsed(&format!("{start}}}{rest}"));
    }
}

#[test]
fn line_endings_do_not_change_what_is_read() {
    let text = "let a = [\n  1\n  2\n]\n\nlet b = \"\"\"\n  x\n    y\n  \"\"\"\n";
    let (unix, found) = parsed(text);
    assert!(found.is_empty());
    let (windows, found) = parsed(&text.replace('\n', "\r\n"));
    assert!(found.is_empty());
    let value = |tree: &Tree| match &tree.items[1].kind {
        ItemKind::Let(it) => it.value.plain_text(),
        other => panic!("{other:?}"),
    };
    assert_eq!(value(&unix).as_deref(), Some("x\n  y\n"));
    assert_eq!(value(&unix), value(&windows));
    assert_eq!(codes("let a = 1\rlet b = 2\n"), ["encoding"]);
}

#[test]
fn text_loses_the_indent_its_lines_share() {
    for (written, read) in [
        ("\"\"\"\n  a\n\n    b\n  \"\"\"", "a\n\n  b\n"),
        ("\"\"\"\n    a\n  \"\"\"", "  a\n"),
        ("\"\"\"\n    a\n      b\"\"\"", "a\n  b"),
        ("\"\"\"\n  \"\"\"", ""),
        ("\"\"\"\"\n  \"\"\"\n  \"\"\"\"", "\"\"\"\n"),
        ("\"\"\"\n  a\n     \n  b\n  \"\"\"", "a\n   \nb\n"),
    ] {
        let (tree, found) = parsed(&format!("let x = {written}\n"));
        assert!(found.is_empty(), "{found:?}");
        let ItemKind::Let(it) = &tree.items[0].kind else {
            panic!("{tree:?}");
        };
        assert_eq!(it.value.plain_text().as_deref(), Some(read), "{written}");
    }
}

fn block(tree: &Tree, item: usize) -> &Block {
    match &tree.items[item].kind {
        ItemKind::Decl(it) => it.block.as_ref().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn shape(block: &Block) -> String {
    let mut shape = String::new();
    for member in &block.members {
        let inner = match &member.kind {
            MemberKind::Error => "!".to_owned(),
            MemberKind::Field(it) => it.key.name.to_string(),
            MemberKind::Binding(it) => it.name.name.to_string(),
            MemberKind::Let(it) => it.name.name.to_string(),
            MemberKind::Assert(_) => "assert".to_owned(),
            MemberKind::Amend(it) => format!("{}({})", it.name.name, self::shape(&it.block)),
            MemberKind::Decl(it) => match &it.block {
                Some(block) => format!("{}({})", it.head.name.name, self::shape(block)),
                None => it.head.name.name.to_string(),
            },
        };
        write!(shape, "{inner} ").unwrap();
    }
    shape.trim_end().to_owned()
}

#[test]
fn a_broken_member_leaves_the_others() {
    let text = "task t(a: String) {\n  a: 1 1\n  b: 2\n  step s {\n    c: ]\n    d: 4\n  }\n  step u { e: =, f: 6 }\n  g: \"\n  h: [\n}\nlet x = 1\n";
    let (tree, found) = parsed(text);
    assert_eq!(shape(block(&tree, 0)), "! b s(! d) u(! f) ! !");
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(tree.items.len(), 2);
}

#[test]
fn an_unclosed_block_keeps_its_members() {
    let text = "task t {\n  step a {\n    b: 1\n  step c {\n    d: 2\n  }\n}\n";
    let (tree, found) = parsed(text);
    assert_eq!(shape(block(&tree, 0)), "a(b) c(d)");
    assert_eq!(found.len(), 1);
    assert_eq!(&text[found[0].span.range()], "{");
    assert_eq!(found[0].span.start, 18);
}

#[test]
fn a_moved_item_is_read_from_the_cache_as_if_parsed_anew() {
    let item = include_str!("../../stdlib/git.wudi");
    let broken = "task t {\n  a: 1 1\n}\n";
    let (before, after) = (
        format!("{item}{broken}"),
        format!("let y = 1\n\n{item}{broken}"),
    );
    let mut cache = Cache::default();
    parse(FileId(0), &before, &mut cache, &mut Sink::default());
    let mut sink = Sink::default();
    let moved = parse(FileId(0), &after, &mut cache, &mut sink);
    let (fresh, found) = parsed(&after);
    assert_eq!(format!("{moved:?}"), format!("{fresh:?}"));
    assert_eq!(sink.into_sorted(), found);
    assert!(!found.is_empty());
}

#[test]
fn node_ids_count_from_zero_without_gaps() {
    let (tree, _) = parsed(include_str!("../../stdlib/git.wudi"));
    for item in &tree.items {
        let text = format!("{item:?}");
        let ids = text.split("NodeId(").skip(1);
        let ids = ids.map(|it| it.split(')').next().unwrap().parse::<u32>().unwrap());
        let mut ids: Vec<u32> = ids.collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..item.nodes).collect::<Vec<_>>());
    }
}
