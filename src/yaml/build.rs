//! The events of a YAML parser to nodes: anchors, aliases, merges, keys.

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, StrInput};
use indexmap::IndexMap;

use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, Sink};
use crate::yaml::node::{Data, Entry};
use crate::yaml::place::{Layout, Style};
use crate::yaml::scalar::{self, Refusal, Tag};
use crate::yaml::{Node, errors, number, template};

/// What ends the reading of a document.
pub(crate) type Flaw = Box<Diagnostic>;

/// How deep a document may be once its aliases are followed.
const MAX_DEPTH: usize = 600;

/// What `!!` stands for.
const CORE: &str = "tag:yaml.org,2002:";

/// Reads one document of a section of a file.
pub(crate) struct Builder<'a, 's> {
    parser: Parser<'a, StrInput<'a>>,
    file: FileId,
    /// The section, and where it starts in its file.
    text: &'a str,
    /// The same with its templates.
    original: &'a str,
    base: usize,
    /// By the parser's number; without a node while it is being read.
    anchors: IndexMap<usize, Option<Anchored>>,
    count: Count,
    sink: &'s mut Sink,
}

/// A node with an anchor.
#[derive(Clone)]
struct Anchored {
    node: Node,
    /// How many nodes it has, and how deep they are.
    nodes: usize,
    depth: usize,
}

/// How many nodes there are, and how many of them come from aliases.
#[derive(Default)]
struct Count {
    nodes: usize,
    aliased: usize,
}

/// A map while it is being read.
#[derive(Default)]
struct Map {
    entries: Vec<Entry>,
    /// Where a key stands in `entries`, and whether it was merged; never iterated.
    known: HashMap<String, (usize, bool)>,
}

type Read<'a> = (Event<'a>, granit_parser::Span);

impl<'a, 's> Builder<'a, 's> {
    pub(crate) fn new(
        file: FileId,
        text: &'a str,
        original: &'a str,
        base: usize,
        sink: &'s mut Sink,
    ) -> Self {
        let mut options = Options::default();
        options.set_emit_comments(false);
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            file,
            text,
            original,
            base,
            anchors: IndexMap::new(),
            count: Count::default(),
            sink,
        }
    }

    /// The document, if there is one.
    pub(crate) fn document(&mut self) -> Result<Option<Node>, Flaw> {
        let mut read = None;
        while let Some((event, span)) = self.next()? {
            if event == Event::StreamEnd {
                return Ok(read);
            }
            if event == Event::DocumentEnd {
                break;
            }
            if !matches!(event, Event::StreamStart | Event::DocumentStart(..)) {
                read = Some(self.node((event, span), 0)?);
            }
        }
        if let Some((Event::DocumentStart(..), span)) = self.next().ok().flatten() {
            let at = self.span(&span);
            self.sink.push(errors::ignored_document(at));
        }
        Ok(read)
    }

    fn next(&mut self) -> Result<Option<Read<'a>>, Flaw> {
        match self.parser.next_event() {
            Some(Ok(read)) => Ok(Some(read)),
            Some(Err(error)) => {
                let end = self.text.len();
                let at = error.marker().byte_offset().unwrap_or(end).min(end);
                let before = self.text.get(..at).unwrap_or("");
                // What is missing at the start of a line is missing behind the line before.
                let at = match before.ends_with('\n') {
                    true => before.trim_end().len(),
                    false => at,
                };
                let at = Span::new(self.file, self.base + at, self.base + at);
                Err(Box::new(errors::syntax(at, error.info().trim())))
            }
            None => Ok(None),
        }
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        Span::new(self.file, self.base + range.start, self.base + range.end)
    }

    /// The node that begins with an event.
    fn node(&mut self, (event, span): Read<'a>, depth: usize) -> Result<Node, Flaw> {
        let at = self.span(&span);
        if depth > MAX_DEPTH {
            return Err(Box::new(errors::too_deep(at)));
        }
        let before = self.count.nodes;
        self.count.nodes += 1;
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "what else the parser tells is no node"
        )]
        let (anchor, node) = match event {
            Event::Alias(id) => return self.alias(id, at, depth),
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, self.scalar(&text, style, tag.as_deref(), &span)?)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open(anchor);
                (anchor, self.list(at, depth)?)
            }
            Event::MappingStart(_, anchor, _) => {
                self.open(anchor);
                (anchor, self.map(at, depth)?)
            }
            _ => (0, Node::new(at, Data::Null)),
        };
        if anchor != 0 {
            let depth = depth_of(&node);
            let nodes = self.count.nodes - before;
            let node = node.clone();
            self.anchors
                .insert(anchor, Some(Anchored { node, nodes, depth }));
        }
        Ok(node)
    }

    fn open(&mut self, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
    }

    fn alias(&mut self, id: usize, at: Span, depth: usize) -> Result<Node, Flaw> {
        let Some(Some(anchored)) = self.anchors.get(&id) else {
            return Err(Box::new(errors::endless_alias(at)));
        };
        if depth + anchored.depth > MAX_DEPTH {
            return Err(Box::new(errors::too_deep(at)));
        }
        self.count.nodes += anchored.nodes;
        self.count.aliased += anchored.nodes;
        if self.count.is_excessive() {
            return Err(Box::new(errors::too_many_aliases(at)));
        }
        Ok(anchored.node.clone())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&granit_parser::Tag>,
        span: &granit_parser::Span,
    ) -> Result<Node, Flaw> {
        let at = self.span(span);
        let plain = style == ScalarStyle::Plain;
        let source = span.slice(self.text).unwrap_or("");
        // The parser makes `~` of a value that is not there.
        let text = if plain && source.is_empty() { "" } else { text };
        let core = tag.and_then(|it| it.suffix_in_namespace(CORE));
        let tag = match (tag, core.as_deref()) {
            (None, _) => Tag::None,
            (Some(_), Some(core)) => Tag::Core(core),
            (Some(_), None) => Tag::Other,
        };
        let data = scalar::resolve(text, plain, tag).map_err(|refusal| {
            Box::new(match refusal {
                Refusal::NotFinite => errors::not_finite(at),
                Refusal::NotOfTag | Refusal::NotBase64 => match tag {
                    Tag::Core(tag) => errors::not_of_tag(at, tag),
                    Tag::None | Tag::Other => errors::not_of_tag(at, ""),
                },
            })
        })?;
        let layout = match &data {
            Data::String(value) => Layout::of(value, source, at.start as usize, style_of(style)),
            Data::Number(it) if number::go_number(it) != text => Layout::Retyped,
            Data::Bool(it) if it.to_string() != text => Layout::Retyped,
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::List(_) | Data::Map(_) => {
                Layout::Opaque
            }
        };
        let masked = match &data {
            Data::String(value) if value.contains(template::MARK) => {
                let source = span.slice(self.original).unwrap_or("");
                Some(Data::String(template::restore(value, source)))
            }
            Data::Null
            | Data::Bool(_)
            | Data::Number(_)
            | Data::String(_)
            | Data::List(_)
            | Data::Map(_) => None,
        };
        let data = masked.unwrap_or(data);
        let shown = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => source.trim_end().len(),
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                source.len()
            }
        };
        let span = Span::new(self.file, at.start as usize, at.start as usize + shown);
        Ok(Node { span, data, layout })
    }

    fn list(&mut self, at: Span, depth: usize) -> Result<Node, Flaw> {
        let mut items: Vec<Node> = Vec::new();
        let mut end = at;
        while let Some((event, span)) = self.next()? {
            if event == Event::SequenceEnd {
                end = self.end(end, &span);
                break;
            }
            let item = self.node((event, span), depth + 1)?;
            // What an alias stands for is elsewhere.
            if item.span.start >= at.start {
                end = end.to(item.span);
            }
            items.push(item);
        }
        Ok(Node::new(at.to(end), Data::List(items)))
    }

    fn map(&mut self, at: Span, depth: usize) -> Result<Node, Flaw> {
        let mut map = Map::default();
        let mut end = at;
        while let Some((event, span)) = self.next()? {
            if event == Event::MappingEnd {
                end = self.end(end, &span);
                break;
            }
            let merges = is_merge(&event);
            let place = self.span(&span);
            let key = self.node((event, span), depth + 1)?;
            let Some(next) = self.next()? else { break };
            let value = self.node(next, depth + 1)?;
            end = end.to(place);
            if value.span.start >= place.start {
                end = end.to(value.span);
            }
            if merges {
                self.merge(&mut map, value)?;
            } else {
                let key = self.key(&key, place)?;
                self.insert(&mut map, place, key, value);
            }
        }
        Ok(Node::new(at.to(end), Data::Map(map.entries)))
    }

    /// A flow collection ends with its bracket, a block with what stands last in it.
    fn end(&self, end: Span, span: &granit_parser::Span) -> Span {
        if span.slice(self.text).is_some_and(|it| !it.is_empty()) {
            end.to(self.span(span))
        } else {
            end
        }
    }

    /// The text of a key: JSON has no others.
    fn key(&self, key: &Node, at: Span) -> Result<String, Flaw> {
        let bad = |is: &str| Err(Box::new(errors::bad_key(at, is)));
        match &key.data {
            Data::String(it) => Ok(it.clone()),
            Data::Bool(it) => Ok(it.to_string()),
            Data::Number(it) if it.is_u64() && !it.is_i64() => bad("a number this large"),
            Data::Number(it) => Ok(number::go_number(it)),
            Data::Null => bad("null"),
            Data::List(_) => bad("a list"),
            Data::Map(_) => {
                let start = (at.start as usize).saturating_sub(1);
                let text = self
                    .text
                    .get(start.saturating_sub(self.base)..)
                    .unwrap_or("");
                if text.starts_with("{{") {
                    let end = text.find("}}").map_or(2, |it| it + 2);
                    let whole = Span::new(self.file, start, start + end);
                    return Err(Box::new(errors::template(whole)));
                }
                bad("a map")
            }
        }
    }

    /// A map stands in for its entries, the first of several maps before the others; it wins over what stands before it.
    fn merge(&mut self, map: &mut Map, value: Node) -> Result<(), Flaw> {
        let maps = match value.data {
            Data::Map(_) => vec![value],
            Data::List(items) => items,
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                return Err(Box::new(errors::merge_of_no_map(value.span)));
            }
        };
        for merged in maps.into_iter().rev() {
            let Data::Map(entries) = merged.data else {
                return Err(Box::new(errors::merge_of_no_map(merged.span)));
            };
            for entry in entries {
                map.put(entry, true);
            }
        }
        Ok(())
    }

    fn insert(&mut self, map: &mut Map, at: Span, key: String, value: Node) {
        let first = map.known.get(&key).filter(|(_, merged)| !merged);
        if let Some(first) = first.and_then(|(place, _)| map.entries.get(*place)) {
            self.sink.push(errors::repeated_key(at, &key, first.at));
        }
        map.put(Entry { at, key, value }, false);
    }
}

impl Map {
    /// The last one of a key counts.
    fn put(&mut self, entry: Entry, merged: bool) {
        match self.known.get(&entry.key) {
            Some((place, _)) => {
                let place = *place;
                self.known.insert(entry.key.clone(), (place, merged));
                if let Some(old) = self.entries.get_mut(place) {
                    *old = entry;
                }
            }
            None => {
                self.known
                    .insert(entry.key.clone(), (self.entries.len(), merged));
                self.entries.push(entry);
            }
        }
    }
}

impl Count {
    /// Whether so much comes from aliases that Kubernetes refuses it: beyond a hundred of them, 99 % of a small document,
    /// less of a large one, down to a tenth.
    fn is_excessive(&self) -> bool {
        const LOW: usize = 400_000;
        const HIGH: usize = 4_000_000;
        if self.aliased <= 100 || self.nodes <= 1000 {
            return false;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
        let share = |part: usize, whole: usize| part as f64 / whole as f64;
        let allowed = match self.nodes {
            ..=LOW => 0.99,
            HIGH.. => 0.10,
            nodes => 0.99 - 0.89 * share(nodes - LOW, HIGH - LOW),
        };
        share(self.aliased, self.nodes) > allowed
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

/// Whether a key merges: `<<` without quotes, or with the tag for it.
fn is_merge(event: &Event<'_>) -> bool {
    let Event::Scalar(text, style, _, tag) = event else {
        return false;
    };
    let tagged = tag.as_ref().and_then(|it| it.suffix_in_namespace(CORE));
    text == "<<"
        && match tag {
            None => *style == ScalarStyle::Plain,
            Some(_) => tagged.as_deref() == Some("merge"),
        }
}

fn depth_of(node: &Node) -> usize {
    let items = node.items().iter();
    let below = items.chain(node.entries().iter().map(|it| &it.value));
    below.map(|it| depth_of(it) + 1).max().unwrap_or(0)
}
