//! The rules of the validating webhooks: what one object says by itself.
//!
//! They refuse what Tekton's webhook refuses and nothing else, quirks included, so that what passes here passes there. A rule is
//! a small function that looks at one part of the object; what it says stands in `crate::admit::errors`.

pub(crate) mod cel;
mod customrun;
mod dag;
mod inline;
mod matrix;
mod merge;
mod metadata;
pub(crate) mod param;
mod pipeline;
mod pipeline_task;
mod result;
mod run;
mod step;
mod stepaction;
mod target;
mod task;
mod taskrun;
mod timeout;
mod usage;
pub(crate) mod variable;
mod when;
mod workspace;

use crate::admit::errors::target as errors;
use crate::admit::{Context, Kind, Object, Version};
use crate::base::Span;
use crate::diag::{Diagnostic, Sink};
use crate::schema::profile::{ApiFields, Tekton};
use crate::yaml::Node;

/// Judges one object as its webhook would.
pub(crate) fn object(ctx: &Context<'_>, object: &Object, sink: &mut Sink) {
    let mut admission = Admission {
        tekton: &ctx.profile.tekton,
        version: object.version,
        sink,
    };
    let cx = &mut admission;
    match object.kind {
        Kind::Task => task::object(cx, object),
        Kind::Pipeline => pipeline::object(cx, object),
        Kind::TaskRun => taskrun::object(cx, object),
        Kind::PipelineRun => {
            run::object(cx, object);
        }
        Kind::StepAction => stepaction::object(cx, object),
        Kind::CustomRun => customrun::object(cx, object),
        Kind::Repository | Kind::Other => {}
    }
}

/// What every rule looks at, and where it says what it found.
pub(crate) struct Admission<'a> {
    tekton: &'a Tekton,
    version: Version,
    sink: &'a mut Sink,
}

impl Admission<'_> {
    fn say(&mut self, finding: Diagnostic) {
        self.sink.push(finding);
    }

    /// Whether the object is of the API before `v1`, whose rules differ in places.
    fn is_beta(&self) -> bool {
        self.version != Version::V1
    }

    /// Says so where `feature` needs more than `enable-api-fields` gives.
    fn needs(&mut self, fields: ApiFields, feature: &str, span: Span) {
        if self.tekton.api_fields() < fields {
            self.say(errors::needs_api_fields(span, feature, fields));
        }
    }

    /// Says so where `feature` needs a flag of its own that is off.
    fn needs_flag(&mut self, flag: &str, feature: &str, span: Span) {
        if !self.tekton.has(flag) {
            self.say(errors::needs_flag(span, feature, flag));
        }
    }
}

/// The field, unless it is null; as Go sees a pointer.
fn field<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|it| !it.is_null())
}

/// Where a finding about the whole map stands: its name, else its first key, else itself.
fn place(node: &Node) -> Span {
    let name = node.get("name").filter(|it| it.text().is_some());
    let first = node.entries().first().map(|it| it.at);
    name.map(|it| it.span).or(first).unwrap_or(node.span)
}

/// Where the field stands, else the whole map.
fn place_of(node: &Node, key: &str) -> Span {
    node.get(key).map_or_else(|| place(node), |it| it.span)
}

/// Where the field's key stands, else the whole map.
fn place_of_key(node: &Node, key: &str) -> Span {
    node.entry(key).map_or_else(|| place(node), |it| it.at)
}
