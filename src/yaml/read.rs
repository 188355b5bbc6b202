//! A text to its documents. Kubernetes cuts the text at lines that begin with `---` before it looks at anything else, and of
//! each section reads the first document; so an error in one section leaves the others alone.

use crate::base::{FileId, Span};
use crate::diag::Sink;
use crate::yaml::build::Builder;
use crate::yaml::{Node, errors, template};

/// Reads all documents of a text; empty ones and those that are no YAML are left out.
pub(crate) fn read_nodes(file: FileId, text: &str, sink: &mut Sink) -> Vec<Node> {
    let sections = sections(file, text, sink);
    let read = |range| document(file, text, text, range, sink);
    sections.into_iter().filter_map(read).collect()
}

/// Reads all documents of a text in which `{{ name }}` stands for text, quoted or not.
pub(crate) fn read_templates(file: FileId, text: &str, sink: &mut Sink) -> Vec<Node> {
    let Some(masked) = template::mask(text) else {
        return read_nodes(file, text, sink);
    };
    let sections = sections(file, &masked, sink);
    let read = |range| document(file, &masked, text, range, sink);
    sections.into_iter().filter_map(read).collect()
}

fn document(
    file: FileId,
    text: &str,
    original: &str,
    (start, end): (usize, usize),
    sink: &mut Sink,
) -> Option<Node> {
    let (section, original) = (text.get(start..end)?, original.get(start..end)?);
    let mut builder = Builder::new(file, section, original, start, sink);
    let read = builder.document();
    match read {
        Ok(node) => node.filter(|it| !it.is_null()),
        Err(flaw) => {
            sink.push(*flaw);
            None
        }
    }
}

/// The sections of a text, as ranges of bytes.
fn sections(file: FileId, text: &str, sink: &mut Sink) -> Vec<(usize, usize)> {
    let mut sections = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        if let Some(rest) = line.strip_prefix("---") {
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                sink.push(errors::separator(Span::new(
                    file,
                    at,
                    at + line.trim_end().len(),
                )));
            }
            sections.push((start, at));
            start = next;
        }
        at = next;
    }
    sections.push((start, at));
    sections.retain(|(start, end)| start < end);
    sections
}
