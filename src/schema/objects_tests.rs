//! Tests of the schemas and of their reader.

use crate::schema::objects::{ObjectId, find, kinds_called, names, object_called};
use crate::schema::{Node, Object, Text};

fn object(name: &str) -> &'static Object {
    object_called(name).unwrap().get()
}

fn field(object_name: &str, name: &str) -> &'static Node {
    &object(object_name).field(name).unwrap().node
}

fn reference(name: &str) -> Node {
    Node::Object(object_called(name).unwrap())
}

#[test]
fn every_line_is_read_whole() {
    let text = include_str!("objects.txt");
    let mut parts = text.split("\n\n").skip(1);
    let kinds = parts.next().unwrap();
    for line in kinds.lines() {
        let words: Vec<_> = line.split('\t').collect();
        assert!(
            find(words[1], words[0]).unwrap().object().is_some(),
            "{line}"
        );
    }
    let mut before = "";
    for line in parts.next().unwrap().lines() {
        let (name, fields) = line.split_once('\t').unwrap_or((line, ""));
        assert!(before < name, "{name} is not in order");
        before = name;
        let mut last = "";
        for field in fields
            .split('\t')
            .filter(|it| !it.is_empty() && *it != "!" && !it.starts_with('@'))
        {
            let (key, node) = field.split_once(':').unwrap();
            let key = key.trim_end_matches('*');
            assert!(last < key, "{name}.{key} is not in order");
            last = key;
            assert!(Node::parse(node).is_some(), "{name}.{field}");
        }
    }
    assert_eq!(parts.next(), None);
    assert!(names().count() > 700);
}

#[test]
fn fields_are_as_kubernetes_has_them() {
    let container = object("Container");
    assert!(container.field("name").unwrap().required);
    assert!(!container.field("image").unwrap().required);
    assert!(container.field("nam").is_none());
    assert!(!container.open);
    let Node::List { of, keys, unique } = field("Container", "volumeMounts") else {
        panic!("volumeMounts is a list");
    };
    assert_eq!(**of, reference("VolumeMount"));
    assert_eq!((keys.as_slice(), *unique), (["mountPath"].as_slice(), true));
    let quantities = Node::Map(Box::new(Node::Quantity));
    assert_eq!(*field("ResourceRequirements", "limits"), quantities);
    assert_eq!(*field("HTTPGetAction", "port"), Node::IntOrString);
    let int32 = Node::Int {
        min: i32::MIN.into(),
        max: i32::MAX.into(),
    };
    assert_eq!(*field("DeploymentSpec", "replicas"), int32);
    let policies = Node::Text(Text::Values {
        all: vec!["Always", "IfNotPresent", "Never"],
        strict: false,
    });
    assert_eq!(*field("Container", "imagePullPolicy"), policies);
}

/// Ports are merged by number, and told apart by number and protocol.
#[test]
fn the_merge_key_of_a_patch_comes_first() {
    let keys = |node: &Node| match node {
        Node::List { keys, .. } => keys.clone(),
        _ => Vec::new(),
    };
    assert_eq!(
        keys(field("Container", "ports")),
        ["containerPort", "protocol"]
    );
    assert_eq!(keys(field("ServiceSpec", "ports")), ["port", "protocol"]);
    assert_eq!(keys(field("PodSpec", "tolerations")), [""; 0]);
    assert_eq!(object("VolumeMount").keys, ["mountPath"]);
    assert_eq!(object("Toleration").keys, [""; 0]);
}

#[test]
fn custom_resources_embed_the_types_of_kubernetes() {
    assert_eq!(
        *field("Rollout.spec", "template"),
        reference("PodTemplateSpec")
    );
    assert_eq!(
        *field("Step", "securityContext"),
        reference("SecurityContext")
    );
    assert_eq!(
        *field("StepTemplate", "computeResources"),
        reference("ResourceRequirements")
    );
    assert_eq!(*field("TimeoutFields", "tasks"), Node::Text(Text::Duration));
    assert_eq!(
        *field("PipelineRunSpec", "pipelineSpec"),
        reference("PipelineSpec")
    );
    let Node::List { of, keys, unique } = field("TaskSpec", "volumes") else {
        panic!("volumes is a list");
    };
    assert_eq!(**of, reference("Volume"));
    assert_eq!((keys.as_slice(), *unique), (["name"].as_slice(), false));
    let limit = Node::Int {
        min: 1,
        max: i64::MAX,
    };
    assert_eq!(*field("Repository.spec", "concurrency_limit"), limit);
}

#[test]
fn definitions_may_hold_themselves() {
    let schema = reference("JSONSchemaProps");
    assert_eq!(*field("JSONSchemaProps", "not"), schema);
    assert_eq!(
        *field("PipelineTask", "pipelineSpec"),
        reference("PipelineSpec")
    );
}

#[test]
fn kinds_are_found_by_their_api() {
    let deployment = find("apps/v1", "Deployment").unwrap();
    assert!(deployment.namespaced);
    assert_eq!(deployment.group(), "apps");
    assert!(!find("v1", "Namespace").unwrap().namespaced);
    assert_eq!(find("v1", "Namespace").unwrap().group(), "");
    assert!(find("apps/v2", "Deployment").is_none());
    let versions =
        |kind: &str| -> Vec<_> { kinds_called(kind).iter().map(|it| it.api_version).collect() };
    assert_eq!(
        versions("HorizontalPodAutoscaler"),
        ["autoscaling/v2", "autoscaling/v1"]
    );
    assert_eq!(versions("Task"), ["tekton.dev/v1", "tekton.dev/v1beta1"]);
    assert_eq!(versions("Event"), ["v1", "events.k8s.io/v1"]);
    assert_eq!(versions("Nothing"), [""; 0]);
    assert_eq!(
        find("tekton.dev/v1beta1", "Task").unwrap().object(),
        object_called("v1beta1.Task")
    );
}

#[test]
fn what_no_schema_has_is_open() {
    assert!(ObjectId(u16::MAX).get().open);
    assert!(object_called("Nothing").is_none());
}
