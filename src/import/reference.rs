//! `$(…)` and `{{ … }}` to expressions, by the names that stand around.

use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use crate::admit::substitution;
use crate::base::names;
use crate::import::callee::shape_of_value;
use crate::import::comment::Comments;
use crate::import::event;
use crate::import::segment::{Segment, segments};
use crate::import::write::{Piece, name};
use crate::yaml::Node;

/// What a parameter or result holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    String,
    Array,
    Object,
}

/// The names that an expression can use, and where it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Nothing is put in the place of a reference.
    pub(crate) is_blank: bool,
    pub(crate) params: IndexMap<String, Shape>,
    /// Parameters that hold the reference of an image.
    pub(crate) images: IndexSet<String>,
    pub(crate) workspaces: IndexSet<String>,
    /// Parameters and workspaces of the run around, which are seen by their long names alone.
    pub(crate) far_params: IndexSet<String>,
    pub(crate) far_workspaces: IndexSet<String>,
    /// Nodes, not steps: what a workspace is there is not known but whether it is bound.
    pub(crate) in_pipeline: bool,
    /// It stands within a task or pipeline, which know where they run.
    pub(crate) is_within: bool,
    /// A pipeline that is an object of its own is around.
    pub(crate) in_object: bool,
    /// Results of the task itself.
    pub(crate) results: IndexSet<String>,
    /// Steps of the task, with their results.
    pub(crate) steps: IndexMap<String, IndexMap<String, Shape>>,
    /// Results of the step itself.
    pub(crate) step_results: IndexSet<String>,
    /// Arguments over which the node fans out, as its options see them.
    pub(crate) each: IndexSet<String>,
    /// Nodes of the pipeline that may be skipped.
    pub(crate) skipped: Rc<IndexSet<String>>,
    /// Nodes of the pipeline, with the results that are known of them.
    pub(crate) nodes: IndexMap<String, IndexMap<String, Shape>>,
    /// Pipelines as Code writes into the text.
    pub(crate) event: bool,
    /// Fields of the event that not every trigger has.
    pub(crate) lacking: Vec<&'static str>,
    /// The keys of objects, by what refers to them: `params.repository`.
    pub(crate) keys: IndexMap<String, Vec<String>>,
    /// The values that the target takes for a parameter.
    pub(crate) options: IndexMap<String, Vec<String>>,
    /// What is said beside the objects.
    pub(crate) comments: Rc<Comments>,
}

/// What an expression is to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The target makes it: a path, a name, a count.
    Target,
    /// Somebody gives it.
    Outside,
}

/// What every node has beside its results.
const OF_NODES: &[&str] = &["status", "reason", "length", "results"];

/// Words that stand for what is around; a name that hides one is written in its long form.
const AROUND: &[&str] = &[
    "params",
    "workspaces",
    "results",
    "steps",
    "step",
    "tasks",
    "context",
    "event",
    "each",
];

impl Scope {
    /// The string as pieces: what a target would put text for becomes a hole. In a script what somebody gives is `unsafe`.
    pub(crate) fn pieces(&self, text: &str, script: bool) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for found in substitution::references(text) {
            let Some((expression, origin)) = self.expression(found.expression) else {
                continue;
            };
            self.push_text(
                &mut pieces,
                text.get(at..found.start).unwrap_or_default(),
                script,
            );
            let is_number = is_number(&expression);
            pieces.push(Piece::Hole(match (script, origin) {
                (true, Origin::Outside) => format!("unsafe({expression})"),
                (true | false, Origin::Outside | Origin::Target) => expression,
            }));
            if is_number {
                // A number is text only between quotes.
                pieces.push(Piece::Text(String::new()));
            }
            at = found.start + "$()".len() + found.expression.len();
        }
        self.push_text(&mut pieces, text.get(at..).unwrap_or_default(), script);
        pieces
    }

    /// The expression of a reference, `params.x` without the `$( )` around it; `None` where nothing of that name is there.
    pub(crate) fn expression(&self, reference: &str) -> Option<(String, Origin)> {
        let segments = segments(reference).filter(|_| !self.is_blank)?;
        let segments = match segments.as_slice() {
            [Segment::Name("inputs"), rest @ ..] => rest,
            all => all,
        };
        match segments {
            [Segment::Name("params"), Segment::Name(it)] if self.each.contains(*it) => {
                Some((format!("each{}", member(it)), Origin::Outside))
            }
            [Segment::Name("params"), rest @ ..] => Some((self.param(rest)?, Origin::Outside)),
            [
                Segment::Name("workspaces"),
                Segment::Name(it),
                Segment::Name(field),
            ] => {
                let fields: &[&str] = match self.in_pipeline {
                    true => &["bound"],
                    false => &["path", "bound", "claim", "volume"],
                };
                let known = fields.contains(field) && self.workspaces.contains(*it);
                known.then(|| {
                    (
                        format!("{}.{field}", self.value(it, "workspaces")),
                        Origin::Target,
                    )
                })
            }
            [
                Segment::Name("results"),
                Segment::Name(it),
                Segment::Name("path"),
            ] => {
                let known = self.results.contains(*it);
                known.then(|| (format!("results{}.path", member(it)), Origin::Target))
            }
            [
                Segment::Name("step"),
                Segment::Name("results"),
                Segment::Name(it),
                Segment::Name("path"),
            ] => {
                let known = self.step_results.contains(*it);
                known.then(|| (format!("step.results{}.path", member(it)), Origin::Target))
            }
            [
                Segment::Name("steps"),
                Segment::Name(step),
                Segment::Name("exitCode"),
                Segment::Name("path"),
            ] => {
                // The step by the name of its container.
                let step = step.strip_prefix("step-")?;
                let known = self.steps.contains_key(step);
                known.then(|| {
                    (
                        format!("steps{}.exitCode.path", member(step)),
                        Origin::Target,
                    )
                })
            }
            [
                Segment::Name("steps"),
                Segment::Name(step),
                Segment::Name("results"),
                Segment::Name(it),
                rest @ ..,
            ] => {
                let shape = *self.steps.get(*step)?.get(*it)?;
                let base = format!("{}{}", self.value(step, "steps"), member(it));
                Some((indexed(base, shape, rest)?, Origin::Outside))
            }
            [
                Segment::Name("context"),
                Segment::Name(of),
                Segment::Name(field),
            ] => {
                let known = self.is_within
                    && match self.in_pipeline {
                        true => matches!(
                            (*of, *field),
                            ("pipelineRun", "name" | "namespace" | "uid")
                                | ("pipeline", "name")
                                | ("pipelineTask", "retries")
                        ),
                        false => matches!(
                            (*of, *field),
                            ("taskRun", "name" | "namespace" | "uid")
                                | ("task", "name" | "retry-count")
                        ),
                    };
                known.then(|| (format!("context.{of}.{field}"), Origin::Target))
            }
            [Segment::Name("tasks"), Segment::Name("status")] if self.in_pipeline => {
                Some(("tasks.status".to_owned(), Origin::Target))
            }
            [Segment::Name("tasks"), Segment::Name(node), rest @ ..] => self.node(node, rest),
            _ => None,
        }
    }

    /// The list that a text is nothing but a reference to: `$(params.args[*])`, and `$(params.args)` of a list.
    pub(crate) fn whole_list(&self, text: &str) -> Option<String> {
        let inner = text.strip_prefix("$(")?.strip_suffix(')')?;
        let base = inner.strip_suffix("[*]").unwrap_or(inner);
        let all = self.expression(&format!("{base}[*]"))?.0;
        // Only a list has elements.
        self.expression(&format!("{base}[0]")).map(|_| all)
    }

    /// Text in which Pipelines as Code may put fields of the event.
    fn push_text(&self, pieces: &mut Vec<Piece>, text: &str, script: bool) {
        let mut rest = text;
        while self.event
            && let Some((before, inside, after)) = event::placeholder(rest)
        {
            match self.event_field(inside.trim()) {
                Some(field) => {
                    push_plain(pieces, before);
                    let is_number = is_number(&field);
                    let trusted = !script || field == "event.sha";
                    pieces.push(Piece::Hole(match trusted {
                        true => field,
                        false => format!("unsafe({field})"),
                    }));
                    if is_number {
                        pieces.push(Piece::Text(String::new()));
                    }
                }
                None => {
                    let end = rest.len() - after.len();
                    push_plain(pieces, rest.get(..end).unwrap_or_default());
                }
            }
            rest = after;
        }
        push_plain(pieces, rest);
    }

    fn event_field(&self, variable: &str) -> Option<String> {
        let field = event::field(variable)?;
        let own = field.strip_prefix("event.");
        let lacking = self.lacking.iter().any(|it| own == Some(it));
        (!lacking).then_some(field)
    }

    fn node(&self, node: &str, rest: &[Segment<'_>]) -> Option<(String, Origin)> {
        let results = self.nodes.get(node)?;
        let base = self.value(node, "tasks");
        match rest {
            // What is written in a node sees its results alone.
            [Segment::Name("status")] if self.in_pipeline => {
                Some((format!("{base}.status"), Origin::Target))
            }
            [Segment::Name("reason")] if self.in_pipeline => {
                Some((format!("{base}.reason"), Origin::Target))
            }
            [Segment::Name("matrix"), Segment::Name("length")] if self.in_pipeline => {
                Some((format!("{base}.length"), Origin::Target))
            }
            [Segment::Name("results"), Segment::Name(result), rest @ ..] => {
                let shape = results.get(*result).copied().unwrap_or(match rest {
                    [] => Shape::String,
                    [Segment::Name(_)] => Shape::Object,
                    _ => Shape::Array,
                });
                let long = if OF_NODES.contains(result) {
                    ".results"
                } else {
                    ""
                };
                let base = format!("{base}{long}{}", member(result));
                Some((indexed(base, shape, rest)?, Origin::Outside))
            }
            _ => None,
        }
    }

    /// All values that a reference can have, where the language knows them.
    pub(crate) fn values_of(&self, text: &str) -> Option<Vec<&str>> {
        const OF_NODE: &[&str] = &["Succeeded", "Failed", "None"];
        const OF_ALL: &[&str] = &["Succeeded", "Failed", "Completed", "None"];
        let inner = text.strip_prefix("$(")?.strip_suffix(')')?;
        let segments = segments(inner)?;
        match segments.as_slice() {
            [Segment::Name("tasks"), Segment::Name("status")] => Some(OF_ALL.to_vec()),
            [Segment::Name("tasks"), _, Segment::Name("status")] => Some(OF_NODE.to_vec()),
            [Segment::Name("params"), Segment::Name(name)] => {
                let options = self.options.get(*name)?.iter();
                Some(options.map(String::as_str).collect())
            }
            _ => None,
        }
    }

    /// The keys of the object that a text is nothing but a reference to.
    pub(crate) fn keys_of(&self, text: &str) -> Option<&[String]> {
        let inner = text.strip_prefix("$(")?.strip_suffix(')')?;
        let base = inner.strip_suffix("[*]").unwrap_or(inner);
        self.keys.get(base).map(Vec::as_slice)
    }

    /// Whether a text is the same whatever runs.
    pub(crate) fn is_constant(&self, text: &str) -> bool {
        matches!(self.pieces(text, false).as_slice(), [] | [Piece::Text(_)])
    }

    /// Whether a node's field of that name is a workspace of its.
    pub(crate) fn is_workspace_of(&self, node: &str, name: &str) -> bool {
        let results = self.nodes.get(node);
        !OF_NODES.contains(&name) && !results.is_some_and(|it| it.contains_key(name))
    }

    fn param(&self, segments: &[Segment<'_>]) -> Option<String> {
        // A name may hold dots: the longest that is declared is meant.
        for taken in (1..=segments.len()).rev() {
            let (head, rest) = segments.split_at(taken);
            let words = head.iter().map(|it| match it {
                Segment::Name(it) => Some(*it),
                Segment::Index(_) | Segment::All => None,
            });
            let Some(words) = words.collect::<Option<Vec<&str>>>() else {
                continue;
            };
            let full = words.join(".");
            if let Some(shape) = self.params.get(&full) {
                return indexed(self.value(&full, "params"), *shape, rest);
            }
        }
        None
    }

    /// Whether a node's name means the node when it stands bare.
    pub(crate) fn is_plain(&self, node: &str) -> bool {
        self.value(node, "tasks") == node
    }

    /// What a run gives, which all that is written in it sees.
    pub(crate) fn see_from_afar(&mut self, spec: &Node) {
        for param in spec.list("params") {
            let name = param.text_of("name").to_owned();
            self.params
                .insert(name.clone(), shape_of_value(param.get("value")));
            self.far_params.insert(name);
        }
        for workspace in spec.list("workspaces") {
            let name = workspace.text_of("name").to_owned();
            self.workspaces.insert(name.clone());
            self.far_workspaces.insert(name);
        }
    }

    /// Declares workspaces, which from here on are near.
    pub(crate) fn declare_workspaces(&mut self, spec: &Node) {
        for workspace in spec.list("workspaces") {
            let name = workspace.text_of("name").to_owned();
            self.far_workspaces.shift_remove(&name);
            self.workspaces.insert(name);
        }
    }

    /// A node as a value.
    pub(crate) fn node_value(&self, node: &str) -> String {
        self.value(node, "tasks")
    }

    /// A workspace as a value.
    pub(crate) fn workspace_value(&self, workspace: &str) -> String {
        self.value(workspace, "workspaces")
    }

    /// A name as a value: bare where it is a word that means one thing here, else by its long form.
    fn value(&self, text: &str, family: &str) -> String {
        let holders = [
            self.params.contains_key(text),
            self.workspaces.contains(text),
            self.steps.contains_key(text),
            self.nodes.contains_key(text),
        ];
        let means_one = holders.iter().filter(|it| **it).count() == 1;
        let is_far = match family {
            "params" => self.far_params.contains(text),
            "workspaces" => self.far_workspaces.contains(text),
            _ => false,
        };
        if means_one && !is_far && name(text) == text && !AROUND.contains(&text) {
            return text.to_owned();
        }
        format!("{family}{}", member(text))
    }
}

/// `.name`, or `["na.me"]`.
pub(crate) fn member(text: &str) -> String {
    match names::is_word(text) {
        true => format!(".{text}"),
        false => format!("[{}]", name(text)),
    }
}

/// `[*]` is the whole, `[0]` an element, `.key` a field.
fn indexed(base: String, shape: Shape, rest: &[Segment<'_>]) -> Option<String> {
    match (shape, rest) {
        (_, []) | (Shape::Array | Shape::Object, [Segment::All]) => Some(base),
        (Shape::Array, [Segment::Index(at)]) => Some(format!("{base}[{at}]")),
        (Shape::Object, [Segment::Name(key)]) => Some(format!("{base}{}", member(key))),
        (Shape::String | Shape::Array | Shape::Object, _) => None,
    }
}

/// Whether the value is no text to the language.
fn is_number(expression: &str) -> bool {
    let counts = [
        ".bound",
        ".length",
        ".retries",
        ".retry-count",
        "event.number",
    ];
    counts.iter().any(|it| expression.ends_with(it))
}

fn push_plain(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        Some(Piece::Hole(_)) | None => pieces.push(Piece::Text(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Shape};
    use crate::import::write::string;

    fn scope() -> Scope {
        let params = [
            ("url", Shape::String),
            ("args", Shape::Array),
            ("o", Shape::Object),
        ];
        let mut params: indexmap::IndexMap<String, Shape> =
            params.map(|(name, shape)| (name.to_owned(), shape)).into();
        params.insert("a.b".to_owned(), Shape::String);
        params.insert("source".to_owned(), Shape::String);
        Scope {
            params,
            workspaces: ["source".to_owned()].into(),
            results: ["commit".to_owned()].into(),
            nodes: [("build".to_owned(), indexmap::IndexMap::new())].into(),
            event: true,
            ..Scope::default()
        }
    }

    #[test]
    fn references_become_expressions() {
        let cases = [
            ("$(params.url)", "url"),
            ("$(inputs.params.url)", "url"),
            ("$(params['url'])x", "\"#{url}x\""),
            ("$(params.args[*])", "args"),
            ("$(params.args[1])", "args[1]"),
            ("$(params.o.key)", "o.key"),
            ("$(params[\"a.b\"])", "params[\"a.b\"]"),
            ("$(params.source)", "params.source"),
            (
                "$(workspaces.source.path)/x",
                "\"#{workspaces.source.path}/x\"",
            ),
            ("$(results.commit.path)", "results.commit.path"),
            ("$(tasks.build.results.digest)", "build.digest"),
            ("$(date) $(params.nope)", "\"$(date) $(params.nope)\""),
            ("v-{{ revision }}", "\"v-#{event.sha}\""),
            ("{{ body.a.b }}", "event.body.a.b"),
            ("{{ .Names }}", "\"{{ .Names }}\""),
        ];
        for (text, expected) in cases {
            assert_eq!(string(&scope().pieces(text, false), 0), expected, "{text}");
        }
        let pipeline = Scope {
            in_pipeline: true,
            ..scope()
        };
        let pieces = pipeline.pieces("$(tasks.build.status)", false);
        assert_eq!(string(&pieces, 0), "build.status");
    }

    #[test]
    fn a_script_says_what_somebody_gives() {
        let pieces = scope().pieces("cd $(workspaces.source.path) $(params.url)", true);
        let expected = "\"cd #{workspaces.source.path} #{unsafe(url)}\"";
        assert_eq!(string(&pieces, 0), expected);
    }
}
