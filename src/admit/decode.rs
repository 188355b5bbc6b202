//! A node of YAML to an object of the API, as the API server and the webhook decode it.

use crate::admit::{Kind, Object, Version};
use crate::diag::Sink;
use crate::yaml::Node;

/// The object that a document is; `None` where it is none, or where what is wrong with it was reported.
pub(crate) fn object(node: &Node, _sink: &mut Sink) -> Option<Object> {
    let (kind, version) = kind_of(node)?;
    Some(Object {
        kind,
        version,
        root: node.clone(),
    })
}

/// What an object says it is; `None` where it says nothing, so that it is no object of Kubernetes.
fn kind_of(node: &Node) -> Option<(Kind, Version)> {
    let api = node.get("apiVersion")?.text()?;
    let kind = node.get("kind")?.text()?;
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    let version = match version {
        "v1alpha1" => Version::V1alpha1,
        "v1beta1" => Version::V1beta1,
        _ => Version::V1,
    };
    let kind = match (group, kind, version) {
        ("tekton.dev", "Task", Version::V1 | Version::V1beta1) => Kind::Task,
        ("tekton.dev", "Pipeline", Version::V1 | Version::V1beta1) => Kind::Pipeline,
        ("tekton.dev", "TaskRun", Version::V1 | Version::V1beta1) => Kind::TaskRun,
        ("tekton.dev", "PipelineRun", Version::V1 | Version::V1beta1) => Kind::PipelineRun,
        ("tekton.dev", "StepAction", Version::V1alpha1 | Version::V1beta1) => Kind::StepAction,
        ("tekton.dev", "CustomRun", Version::V1beta1) => Kind::CustomRun,
        ("pipelinesascode.tekton.dev", "Repository", Version::V1alpha1) => Kind::Repository,
        _ => Kind::Other,
    };
    Some((kind, version))
}
