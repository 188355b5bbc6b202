//! Comments of YAML, which no reader keeps: each is of the key or the element that stands behind it, or before it on its line.

use std::cell::RefCell;

use indexmap::IndexSet;

use crate::admit::Object;
use crate::base::{FileId, SourceMap, Span};
use crate::yaml::Node;
use crate::yaml::node::Data;

/// A line of a comment.
#[derive(Clone, Debug)]
struct Comment {
    /// Where the key or element begins that it is of.
    of: (FileId, u32),
    text: String,
    /// Something stands between it and the comment before it, or what it is of.
    starts: bool,
    is_written: bool,
}

impl Comment {
    fn line(&self) -> String {
        format!("// {}", self.text).trim_end().to_owned()
    }
}

/// The comments of all files, each written once.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    /// By what they are of, in the order of the text.
    all: RefCell<Vec<Comment>>,
}

impl Comments {
    pub(crate) fn of(objects: &[Object], sources: &SourceMap) -> Self {
        let files: IndexSet<FileId> = objects.iter().map(|it| it.root.span.file).collect();
        let mut all = Vec::new();
        for file in files {
            let (mut starts, mut scalars) = (Vec::new(), Vec::new());
            for object in objects.iter().filter(|it| it.root.span.file == file) {
                visit(&object.root, &mut starts, &mut scalars);
            }
            starts.sort_unstable();
            scalars.sort_unstable();
            all.extend(in_text(file, sources.text(file), &starts, &scalars));
        }
        all.sort_by_key(|it| it.of);
        Self {
            all: RefCell::new(all),
        }
    }

    /// The lines of what is within a place and not written yet, a blank one between groups.
    pub(crate) fn take(&self, place: Span) -> Vec<String> {
        let mut all = self.all.borrow_mut();
        let (from, to) = ((place.file, place.start), (place.file, place.end));
        let first = all.partition_point(|it| it.of < from);
        let within = all.iter_mut().skip(first).take_while(|it| it.of < to);
        let mut found = Vec::new();
        for it in within.filter(|it| !it.is_written) {
            it.is_written = true;
            if it.starts && !found.is_empty() {
                found.push(String::new());
            }
            found.push(it.line());
        }
        found
    }

    /// The groups above an object but for the last, which may be of the file.
    pub(crate) fn take_head(&self, place: Span) -> Vec<String> {
        let last = {
            let all = self.all.borrow();
            let above = all
                .iter()
                .enumerate()
                .filter(|(_, it)| it.of == (place.file, place.start));
            above.filter(|(_, it)| it.starts).map(|it| it.0).next_back()
        };
        let Some(last) = last else {
            return Vec::new();
        };
        let kept = self.all.borrow_mut().split_off(last);
        let found = self.take(Span::new(
            place.file,
            place.start as usize,
            place.start as usize + 1,
        ));
        self.all.borrow_mut().extend(kept);
        found
    }

    /// The same as text before something at that depth.
    pub(crate) fn lead(&self, place: Span, level: usize) -> String {
        let margin = "  ".repeat(level);
        let lines = self.take(place).into_iter().filter(|it| !it.is_empty());
        lines.map(|it| format!("{it}\n{margin}")).collect()
    }

    /// What is of nothing, at the end of a file.
    pub(crate) fn rest(&self) -> Vec<String> {
        let mut all = self.all.borrow_mut();
        let rest = all.iter_mut().filter(|it| !it.is_written);
        rest.map(|it| {
            it.is_written = true;
            it.line()
        })
        .collect()
    }
}

/// Where keys and elements begin, and what scalars cover.
fn visit(node: &Node, starts: &mut Vec<u32>, scalars: &mut Vec<(u32, u32)>) {
    match &node.data {
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
            scalars.push((node.span.start, node.span.end));
        }
        Data::List(items) => {
            for it in items {
                starts.push(it.span.start);
                visit(it, starts, scalars);
            }
        }
        Data::Map(entries) => {
            for it in entries {
                starts.push(it.at.start);
                scalars.push((it.at.start, it.at.end));
                visit(&it.value, starts, scalars);
            }
        }
    }
}

fn in_text(file: FileId, text: &str, starts: &[u32], scalars: &[(u32, u32)]) -> Vec<Comment> {
    let mut found: Vec<Comment> = Vec::new();
    let mut scalars = scalars.iter().peekable();
    let mut at = 0;
    // Whether nothing but blanks stood on the line, and on the one before it no comment.
    let (mut is_alone, mut starts_group) = (true, true);
    let mut line = 0;
    while let Some(it) = text.as_bytes().get(at) {
        while scalars.next_if(|(_, end)| *end as usize <= at).is_some() {}
        if let Some((start, end)) = scalars.peek().copied()
            && *start as usize <= at
        {
            let covered = text.get(at..*end as usize).unwrap_or_default();
            line = covered.rfind('\n').map_or(line, |it| at + it + 1);
            // The text of a block ends with its line.
            is_alone = covered.ends_with('\n');
            starts_group = true;
            at = *end as usize;
            continue;
        }
        let before = at.checked_sub(1).and_then(|it| text.as_bytes().get(it));
        if *it == b'#' && before.is_none_or(u8::is_ascii_whitespace) {
            let rest = text.get(at..).unwrap_or_default();
            let words = rest.lines().next().unwrap_or_default();
            let behind = starts.partition_point(|it| (*it as usize) < at);
            let here = behind.checked_sub(1).and_then(|it| starts.get(it));
            let here = here.filter(|it| !is_alone && **it as usize >= line);
            let of = here.or_else(|| starts.get(behind)).copied();
            found.push(Comment {
                of: (file, of.unwrap_or(u32::MAX)),
                text: said(words),
                starts: starts_group || !is_alone,
                is_written: false,
            });
            starts_group = false;
            at += words.len();
            continue;
        }
        if *it == b'\n' {
            starts_group |= text
                .get(line..at)
                .is_none_or(|it| !it.trim_start().starts_with('#'));
            is_alone = true;
            line = at + 1;
        } else if !it.is_ascii_whitespace() {
            is_alone = false;
        }
        at += 1;
    }
    without_rules(found)
}

/// A line of marks alone at either end of a group is a rule.
fn without_rules(all: Vec<Comment>) -> Vec<Comment> {
    let mut found: Vec<Comment> = Vec::new();
    let mut starts = false;
    let mut all = all.into_iter().peekable();
    while let Some(mut it) = all.next() {
        starts |= it.starts;
        let ends = all.peek().is_none_or(|it| it.starts);
        if it.text.is_empty() && (starts || ends) {
            continue;
        }
        it.starts = starts;
        starts = false;
        found.push(it);
    }
    found
}

/// A comment without its marks, indented as it was behind them.
fn said(text: &str) -> String {
    let text = text.trim_start_matches('#').trim_end();
    text.strip_prefix(' ').unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Comments;
    use crate::admit::decode;
    use crate::base::{SourceMap, Span};
    use crate::diag::Sink;
    use crate::yaml;

    #[test]
    fn comments_are_of_what_stands_behind_them_or_before_them_on_the_line() {
        let text = "# of the file\n---\n#\n# of the object\n#   more\napiVersion: tekton.dev/v1\nkind: Task\n\
            metadata: {name: a} # name\nspec:\n  # steps\n  steps:\n  # a step\n  - name: a # first\n    script: |\n      # no\n      x\n  \
            # another\n  - name: b\n    image: \"a #b\"\n# end\n";
        let mut sources = SourceMap::default();
        let file = sources.add(Path::new("a.yaml"), text.into());
        let mut objects = Vec::new();
        for node in yaml::read_nodes(file, text, &mut Sink::default()) {
            objects.extend(decode::objects(&node, &mut Sink::default()));
        }
        let comments = Comments::of(&objects, &sources);
        let root = &objects[0].root;
        assert_eq!(comments.take_head(root.span), ["// of the file"]);
        let steps = root.at("spec.steps").unwrap();
        let take = |it: Span| comments.take(it).join("|");
        assert_eq!(take(steps.items()[1].span), "// another");
        assert_eq!(take(steps.items()[0].span), "// a step||// first");
        assert_eq!(
            take(root.span),
            "// of the object|//   more||// name||// steps"
        );
        assert_eq!(comments.rest(), ["// end"]);
    }
}
