//! What the API server, a webhook and the controllers say to an object, before they see it.
//!
//! The rules act on objects as the targets have them, whether they stand in a YAML file or were made from a program, so that
//! both are judged by the same words. An object is read strictly and laid into its canonical form (`decode`: canonical keys, the
//! types of the API), gets its defaults as the webhook sets them (`defaults`), and is judged alone (`admission`: what the
//! validating webhook refuses) and together with the others (`controller`: what only a controller sees, and what nobody does).
//! Tekton's words are in `tekton-oracle` form in the tests; here each rule has a code and says it in our own.

pub(crate) mod admission;
pub(crate) mod controller;
pub(crate) mod convert;
pub(crate) mod decode;
mod defaults;
pub(crate) mod equal;
pub(crate) mod errors;
mod pac;
pub(crate) mod substitution;

use std::collections::HashMap;

use crate::base::Span;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::schema::Profile;
use crate::yaml::Node;

/// An object in its canonical form: every key as the API spells it, every value of the type that the API gives its field.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) kind: Kind,
    /// `v1`, `v1beta1`, …
    pub(crate) version: Version,
    /// Decoding found errors: that it exists, and its name, is all that can be relied on.
    pub(crate) broken: bool,
    /// The whole object with its defaults; what a default added stands where its parent does.
    pub(crate) root: Node,
}

/// The kinds that rules know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Task,
    Pipeline,
    TaskRun,
    PipelineRun,
    StepAction,
    CustomRun,
    /// Of Pipelines as Code.
    Repository,
    /// Judged by its schema alone, or not at all.
    Other,
}

/// Versions of Tekton's API; an object of another group is `V1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V1alpha1,
    V1beta1,
    V1,
}

impl Object {
    /// `metadata.name`; empty where there is none.
    pub(crate) fn name(&self) -> &str {
        self.root
            .at("metadata.name")
            .and_then(Node::text)
            .unwrap_or("")
    }

    /// Where a finding about the whole object stands: its name, else its kind, else itself.
    pub(crate) fn span(&self) -> Span {
        let mut named = ["metadata.name", "metadata.generateName", "kind"].into_iter();
        let named = named.find_map(|it| self.root.at(it));
        named.map_or(self.root.span, |it| it.span)
    }

    /// `spec`; `None` where it is missing or null.
    pub(crate) fn spec(&self) -> Option<&Node> {
        self.root.get("spec").filter(|it| !it.is_null())
    }
}

/// What rules look at beside the object: all objects that stand together, and the target.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) profile: &'a Profile,
    names: &'a Names<'a>,
}

/// The objects of each kind and name, in the order in which they stand; never iterated.
type Names<'a> = HashMap<(Kind, &'a str), Vec<&'a Object>>;

impl<'a> Context<'a> {
    /// The objects of that kind and name among those that stand together.
    pub(crate) fn named(&self, kind: Kind, name: &'a str) -> &'a [&'a Object] {
        self.names.get(&(kind, name)).map_or(&[], Vec::as_slice)
    }
}

/// Judges objects that stand together: each by the webhook's rules, then all of them as the controllers would.
///
/// A controller never sees what the webhook refused. Who mends that object wants to hear all the same what comes next, so it is
/// judged as if it had been accepted, and what may follow from a refusal is left out.
pub(crate) fn admit(mut objects: Vec<Object>, profile: &Profile, sink: &mut Sink) {
    pac::names(&objects, sink);
    let embedded = pac::inline::runs(&mut objects);
    for object in &mut objects {
        defaults::set(object, profile);
    }
    pac::projects(&objects, sink);
    let params = pac::params(&objects);
    let params = params.as_deref();
    let alone = Context {
        profile,
        names: &Names::default(),
    };
    let whole: Vec<&Object> = objects.iter().filter(|it| !it.broken).collect();
    // What stands in a run is judged there, and never by itself.
    let alive = objects.iter().enumerate();
    let alive = alive.filter(|(at, it)| !it.broken && !embedded.contains(at));
    let alive: Vec<&Object> = alive.map(|(_, it)| it).collect();
    let refusals: Vec<Vec<Span>> = { alive.iter() }
        .map(|it| refusals(&alone, it, params, sink))
        .collect();
    let mut names = Names::default();
    for object in &whole {
        let known = names.entry((object.kind, object.name())).or_default();
        known.push(object);
    }
    let names = &names;
    let ctx = Context { profile, names };
    for (object, refusals) in alive.into_iter().zip(refusals) {
        if refusals.is_empty() {
            controller::object(&ctx, object, sink);
        } else {
            let mut found = Sink::default();
            controller::object(&ctx, object, &mut found);
            let found = found.into_sorted().into_iter();
            found
                .filter(|it| is_of_itself(it, &refusals))
                .for_each(|it| sink.push(it));
        }
    }
}

/// Judges an object alone, and gives the places at which it is refused.
fn refusals(
    ctx: &Context<'_>,
    object: &Object,
    params: Option<&[&str]>,
    sink: &mut Sink,
) -> Vec<Span> {
    let mut found = Sink::default();
    admission::object(ctx, object, &mut found);
    if found.errors() == 0 {
        as_v1(ctx, object, &mut found);
    }
    pac::object(object, params, &mut found);
    let found = found.into_sorted();
    let errors = found.iter().filter(|it| it.severity == Severity::Error);
    let refusals = errors.map(|it| it.span).collect();
    found.into_iter().for_each(|it| sink.push(it));
    refusals
}

/// Whether a finding about a refused object stands on its own: an error that is not about a place where it is refused.
fn is_of_itself(it: &Diagnostic, refusals: &[Span]) -> bool {
    let meets = |span: &Span| {
        span.file == it.span.file && span.start <= it.span.end && it.span.start <= span.end
    };
    it.severity == Severity::Error && !refusals.iter().any(meets)
}

/// What the controller would see is the object as `v1`, whose rules are stricter in places.
fn as_v1(ctx: &Context<'_>, object: &Object, sink: &mut Sink) {
    if object.version != Version::V1beta1 {
        return;
    }
    let converted = convert::to_v1(object);
    if converted.version == Version::V1 {
        let mut found = Sink::default();
        admission::object(ctx, &converted, &mut found);
        let found = found.into_sorted().into_iter();
        let note = match runs_pipelines(object) {
            true => {
                "the object is accepted as `v1beta1`, and loses `pipelineRef` and `pipelineSpec` of tasks when it becomes `v1`"
            }
            false => "the object is accepted as `v1beta1`, and converted to `v1`",
        };
        for it in found.filter(|it| it.severity == Severity::Error) {
            sink.push(it.note(note));
        }
    }
}

/// Whether a task of the pipeline runs a pipeline.
fn runs_pipelines(object: &Object) -> bool {
    let spec = object.spec();
    let specs = [spec, spec.and_then(|it| it.get("pipelineSpec"))];
    let mut tasks = specs.into_iter().flatten().flat_map(|it| it.list("tasks"));
    tasks.any(|it| it.get("pipelineRef").is_some() || it.get("pipelineSpec").is_some())
}
