//! The layout for kustomize: what environments share in `base/`, the rest of each in `envs/NAME/`, and clusters beside them.
//!
//! Names, labels, hashes and references are written final, since kustomize knows none of those of a Rollout.

pub(crate) mod objects;
mod patch;
mod shared;
#[cfg(test)]
mod tests;

use indexmap::{IndexMap, IndexSet};
use serde_json::json;

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::emit::Files;
use crate::emit::core::Place;
use crate::emit::core::data::Fields;
use crate::plan::Plan;
use crate::plan::env::Environment;
use crate::yaml::{self, Tree};

use objects::Piece;

type Key = (String, String, String);

/// An environment with its objects.
struct Overlay<'a> {
    environment: &'a Environment,
    pieces: IndexMap<Key, Piece>,
}

pub(crate) fn emit(plan: &Plan, files: &mut Files, _sink: &mut Sink) {
    if plan.environments.is_empty() {
        let place = Place {
            plan,
            environment: None,
        };
        base(&objects::of(place), files);
    } else {
        overlays(plan, files);
    }
    for (cluster, pieces) in objects::of_clusters(plan) {
        let directory = format!("clusters/{cluster}");
        let resources = write(&directory, &pieces, files);
        let mut fields = Fields::default();
        fields.put("resources", resources);
        kustomization(&directory, fields, span_of(&pieces), files);
    }
}

fn overlays(plan: &Plan, files: &mut Files) {
    let overlay = |environment| {
        let place = Place {
            plan,
            environment: Some(environment),
        };
        let pieces = objects::of(place).into_iter();
        let pieces = pieces.map(|it| (it.key(), it)).collect();
        Overlay {
            environment,
            pieces,
        }
    };
    let all = plan.environments.values().map(overlay);
    // An environment without objects is only a name, and kustomize refuses a directory of nothing.
    let all: Vec<Overlay<'_>> = all.filter(|it| !it.pieces.is_empty()).collect();
    let shared = shared_objects(&all, plan);
    let pieces: Vec<Piece> = shared.values().cloned().collect();
    base(&pieces, files);
    for it in &all {
        write_overlay(it, &shared, plan, files);
    }
}

/// `base/`; nothing where there is nothing.
fn base(pieces: &[Piece], files: &mut Files) {
    if pieces.is_empty() {
        return;
    }
    let resources = write("base", pieces, files);
    let mut fields = Fields::default();
    fields.put("resources", resources);
    kustomization("base", fields, span_of(pieces), files);
}

/// The objects that every environment has, as they stand in `base/`.
fn shared_objects(all: &[Overlay<'_>], plan: &Plan) -> IndexMap<Key, Piece> {
    let in_all = |key: &Key| all.iter().all(|it| it.pieces.contains_key(key));
    let keys: IndexSet<&Key> = all.iter().flat_map(|it| it.pieces.keys()).collect();
    let (common, alone): (Vec<&Key>, Vec<&Key>) = keys.into_iter().partition(|it| in_all(it));
    let names = |keys: &[&Key]| -> IndexSet<String> {
        let names = keys.iter().map(|(_, _, name)| name.clone());
        names.collect()
    };
    let (common_names, alone) = (names(&common), names(&alone));
    let own = |text: &str| alone.contains(text) && !common_names.contains(text);
    let declared = repositories(plan);
    let piece = |key: &Key| {
        let same: Vec<&Piece> = all.iter().filter_map(|it| it.pieces.get(key)).collect();
        let first = *same.first()?;
        let trees: Vec<&Tree> = same.iter().map(|it| &it.tree).collect();
        let tree = shared::common(&trees, &own)?;
        let operations = trees.iter().flat_map(|it| patch::between(&tree, it));
        let fits = !operations
            .into_iter()
            .any(|it| sets_version(&it, &declared));
        let worth = fits && has_content(&tree, &first.tree);
        let piece = Piece {
            tree,
            ..first.clone()
        };
        worth.then_some((key.clone(), piece))
    };
    common.into_iter().filter_map(piece).collect()
}

/// Whether what is common is worth a file in `base/`, and not the mere shell of an object.
fn has_content(common: &Tree, whole: &Tree) -> bool {
    let shell = ["apiVersion", "kind", "metadata"];
    let content = |it: &Tree| {
        let fields = it.as_object().into_iter().flatten();
        fields
            .filter(|(key, _)| !shell.contains(&key.as_str()))
            .count()
    };
    content(common) > 0 || content(whole) == 0
}

/// Whether a patch would touch an image whose version the release file sets.
///
/// Patches come after it, so they would take the version away; such objects are written whole.
fn sets_version(operation: &Tree, declared: &IndexSet<&str>) -> bool {
    let path = operation.get("path").and_then(Tree::as_str);
    let at_image = path.is_some_and(|it| it.ends_with("/image"));
    let value = operation.get("value");
    let text = value.and_then(Tree::as_str).filter(|_| at_image);
    let whole = text.is_some_and(|it| declared.contains(it));
    whole || value.is_some_and(|it| !images(it, declared).is_empty())
}

/// The repositories of the images that the program declares.
fn repositories(plan: &Plan) -> IndexSet<&str> {
    plan.images
        .values()
        .map(|it| it.repository.as_str())
        .collect()
}

/// The declared images that containers within run, by their repositories.
fn images<'a>(tree: &Tree, declared: &IndexSet<&'a str>) -> Vec<&'a str> {
    match tree {
        Tree::Object(fields) => {
            let own = fields.get("image").and_then(Tree::as_str);
            let own = own.and_then(|it| declared.get(it).copied());
            let inner = fields.values().flat_map(|it| images(it, declared));
            own.into_iter().chain(inner).collect()
        }
        Tree::Array(items) => items.iter().flat_map(|it| images(it, declared)).collect(),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => Vec::new(),
    }
}

/// `envs/NAME/`.
fn write_overlay(
    overlay: &Overlay<'_>,
    shared: &IndexMap<Key, Piece>,
    plan: &Plan,
    files: &mut Files,
) {
    let environment = overlay.environment;
    let directory = format!("envs/{}", environment.name);
    let mut resources: Vec<String> = Vec::new();
    if !shared.is_empty() {
        resources.push("../../base".to_owned());
    }
    let own = overlay.pieces.iter();
    let own = own.filter(|(key, _)| !shared.contains_key(*key));
    let own: Vec<Piece> = own.map(|(_, it)| it.clone()).collect();
    resources.extend(write(&directory, &own, files));
    let mut fields = Fields::default();
    fields.put("namespace", environment.namespace.as_str());
    fields.put_filled("resources", resources);
    let declared = repositories(plan);
    let used = overlay.pieces.values();
    let used = used.flat_map(|it| images(&it.tree, &declared));
    let used: IndexSet<&str> = used.collect();
    if !used.is_empty() {
        fields.put("components", json!(["release"]));
        release(&directory, &used, environment.span, files);
    }
    fields.put_filled("patches", patches(overlay, shared, &directory, files));
    fields.put_filled("images", renamed(environment, &used, plan));
    kustomization(&directory, fields, Some(environment.span), files);
}

/// The file that says which version runs; pipelines write it.
fn release(directory: &str, images: &IndexSet<&str>, span: Span, files: &mut Files) {
    let image = |it: &&str| json!({ "name": it, "newTag": "unreleased" });
    let images: Tree = images.iter().map(image).collect();
    let component = json!({
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "images": images,
    });
    files.add_kept(
        format!("{directory}/release/kustomization.yaml"),
        span,
        &component,
    );
}

/// Images that the environment takes from elsewhere; the version stays as released.
fn renamed(environment: &Environment, used: &IndexSet<&str>, plan: &Plan) -> Tree {
    let entry = |name: &Name, it: &crate::plan::env::Image| {
        let own = environment.images.get(name)?;
        let differs = own.repository != it.repository && used.contains(it.repository.as_str());
        let entry =
            || json!({ "name": it.repository.as_str(), "newName": own.repository.as_str() });
        differs.then(entry)
    };
    plan.images
        .iter()
        .filter_map(|(name, it)| entry(name, it))
        .collect()
}

/// Writes `patches/`, one file for each object that differs from its base.
fn patches(
    overlay: &Overlay<'_>,
    shared: &IndexMap<Key, Piece>,
    directory: &str,
    files: &mut Files,
) -> Vec<Tree> {
    let mut taken: IndexSet<String> = IndexSet::new();
    let mut entries = Vec::new();
    for (key, base) in shared {
        let Some(piece) = overlay.pieces.get(key) else {
            continue;
        };
        let operations = patch::between(&base.tree, &piece.tree);
        if operations.is_empty() {
            continue;
        }
        let mut name = base.file.to_string();
        if !taken.insert(name.clone()) {
            name = format!("{}-{}", key.2, key.1.to_lowercase());
            taken.insert(name.clone());
        }
        let path = format!("patches/{name}.yaml");
        files.add(
            format!("{directory}/{path}"),
            piece.span,
            &Tree::Array(operations),
        );
        entries.push(json!({ "path": path, "target": target(key) }));
    }
    entries
}

/// The object that a patch is for; kustomize reads its fields as regular expressions.
fn target((api_version, kind, name): &Key) -> Tree {
    let mut fields = Fields::default();
    match api_version.split_once('/') {
        Some((group, version)) => {
            fields.put("group", group.replace('.', "\\."));
            fields.put("version", version);
        }
        None => fields.put("version", api_version.as_str()),
    }
    fields.put("kind", kind.as_str());
    fields.put("name", name.replace('.', "\\."));
    fields.into()
}

/// Writes the objects, those of one item in one file, and says the files' names.
fn write(directory: &str, pieces: &[Piece], files: &mut Files) -> Vec<String> {
    let mut by_file: IndexMap<&Name, Vec<&Piece>> = IndexMap::new();
    for piece in pieces {
        by_file.entry(&piece.file).or_default().push(piece);
    }
    let mut names = Vec::new();
    for (file, pieces) in by_file {
        let trees: Vec<Tree> = pieces.iter().map(|it| it.tree.clone()).collect();
        let span = pieces.first().map(|it| it.span);
        if let Some(span) = span {
            let path = format!("{directory}/{file}.yaml");
            files.add_text(path, span, yaml::write_all(&trees));
            names.push(format!("{file}.yaml"));
        }
    }
    names
}

/// `kustomization.yaml` with its two first lines.
fn kustomization(directory: &str, fields: Fields, span: Option<Span>, files: &mut Files) {
    let mut tree = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
    });
    crate::emit::core::data::merge(&mut tree, &fields.into());
    if let Some(span) = span {
        files.add(format!("{directory}/kustomization.yaml"), span, &tree);
    }
}

fn span_of(pieces: &[Piece]) -> Option<Span> {
    pieces.first().map(|it| it.span)
}
