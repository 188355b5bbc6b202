//! What a program becomes is judged as plain YAML is, so that nothing which a webhook or a controller would refuse is emitted.

use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, Severity, Sink};
use crate::emit::Manifest;
use crate::plan::Plan;
use crate::session::{errors, locate, manifests};
use crate::{admit, yaml};

/// Judges the files of a program; what is found stands at the place of the program that it comes from.
/// What comes from no place in particular stands at the start of `main`.
pub(crate) fn judge(plan: &Plan, files: &[Manifest], main: FileId, sink: &mut Sink) {
    let main = Span::new(main, 0, 0);
    // Files of their own numbers, so that a finding says which one it is about.
    let number = |at: usize| FileId(u32::try_from(at).map_or(u32::MAX, |it| u32::MAX - it));
    let mut found = Sink::default();
    let mut documents: Vec<(&Manifest, yaml::Node)> = Vec::new();
    for (at, manifest) in files.iter().enumerate() {
        if manifest.path.ends_with(".yaml") {
            let nodes = yaml::read_nodes(number(at), &manifest.text, &mut found);
            let nodes = nodes.into_iter().filter(admit::decode::is_object);
            documents.extend(nodes.map(|it| (manifest, it)));
        }
    }
    let mut objects = Vec::new();
    for (manifest, node) in &documents {
        let read = admit::decode::objects(node, &mut found);
        // The same object may stand in the directories of several environments, and each is read by itself.
        let path = manifest.path.as_str();
        if path.starts_with(".tekton/") || path.starts_with("tekton/") {
            objects.extend(read);
        }
    }
    admit::admit(objects, &plan.profile, &mut found);
    let refusals = found.into_sorted().into_iter();
    for refusal in refusals.filter(matters) {
        let at = refusal.span;
        let mut numbered = files.iter().enumerate();
        let file = numbered.find(|(index, _)| number(*index) == at.file);
        if file.is_some_and(|(_, it)| manifests::is_template(&it.text, at)) {
            continue;
        }
        sink.push(at_its_place(plan, &documents, main, refusal));
    }
}

/// What is refused; and what is no mistake of the form, but of what it comes to, which only shows when all is put together.
fn matters(finding: &Diagnostic) -> bool {
    const OF_OUTCOME: &[&str] = &[
        "constant-condition",
        "matrix-include",
        "stranger-label",
        // Of objects whose fields the language leaves open.
        "unknown-field",
    ];
    finding.severity == Severity::Error || OF_OUTCOME.contains(&finding.code.name)
}

fn at_its_place(
    plan: &Plan,
    documents: &[(&Manifest, yaml::Node)],
    main: Span,
    refusal: Diagnostic,
) -> Diagnostic {
    let at = refusal.span;
    let within = |it: &Span| it.file == at.file && it.start <= at.start && at.end <= it.end;
    let mut documents = documents.iter();
    let Some((manifest, node)) = documents.find(|(_, it)| within(&it.span)) else {
        return Diagnostic {
            span: main,
            labels: Vec::new(),
            fixes: Vec::new(),
            ..refusal
        };
    };
    let way = locate::way(node, at);
    let place = locate::place(plan, node, &way);
    let place = place.unwrap_or(main);
    errors::refused(refusal, place, &manifest.path, &locate::path(&way))
}
