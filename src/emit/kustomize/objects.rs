//! Which objects there are in an environment, in a cluster beside the environments, or in a program without environments.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::emit::core::{self, Place, secret};
use crate::emit::rollouts::analysis;
use crate::plan::analysis::Analysis;
use crate::plan::app::App;
use crate::plan::env::Secret;
use crate::plan::{Meta, Object, Plan};
use crate::yaml::Tree;

/// The directory of a cluster that an environment does not name.
const UNNAMED_CLUSTER: &str = "in-cluster";

/// An object, and the item whose file it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// The file's name, without `.yaml`.
    pub(crate) file: Name,
    pub(crate) span: Span,
    pub(crate) tree: Tree,
}

impl Piece {
    fn new(meta: &Meta, tree: Tree) -> Self {
        let stated = meta.file.as_deref().map(|it| it.trim_end_matches(".yaml"));
        Self {
            file: stated.map_or_else(|| meta.name.clone(), Name::new),
            span: meta.span,
            tree,
        }
    }

    /// What tells objects apart.
    pub(crate) fn key(&self) -> (String, String, String) {
        let text = |it: Option<&Tree>| it.and_then(Tree::as_str).unwrap_or_default().to_owned();
        let name = self.tree.get("metadata").and_then(|it| it.get("name"));
        (
            text(self.tree.get("apiVersion")),
            text(self.tree.get("kind")),
            text(name),
        )
    }
}

/// All objects of an environment's namespace: apps, analyses that judge them, Secrets that they read, and what is written as it is.
pub(crate) fn of(place: Place<'_>) -> Vec<Piece> {
    let (plan, environment) = (place.plan, place.environment);
    let apps = environment.map_or(&plan.apps, |it| &it.apps);
    let own = |it: &&App| !it.external;
    let of_app = |app: &App| {
        let objects = core::app_objects(app, place);
        let piece = |it| Piece::new(&app.meta, it);
        objects.into_iter().map(piece).collect::<Vec<_>>()
    };
    let mut pieces: Vec<Piece> = apps.values().filter(own).flat_map(of_app).collect();
    let analyses = used_analyses(place).into_values();
    let namespaced = analyses.filter(|it| !it.external && !it.cluster_scoped);
    pieces.extend(namespaced.map(|it| Piece::new(&it.meta, analysis::template(it, plan))));
    let objects = environment.map_or(&[][..], |it| &it.objects);
    pieces.extend(objects.iter().map(|it| plain(it, plan)));
    let everywhere = plan.objects.iter().map(|it| plain(it, plan));
    let everywhere: Vec<Piece> = everywhere
        .filter(|it| pieces.iter().all(|own| own.key() != it.key()))
        .collect();
    pieces.extend(everywhere);
    let secrets = secrets(place, &pieces);
    pieces.extend(secrets);
    pieces
}

fn plain(object: &Object, plan: &Plan) -> Piece {
    Piece::new(&object.meta, core::plain_object(object, plan))
}

/// The analyses that rollouts of the environment name.
pub(crate) fn used_analyses(place: Place<'_>) -> IndexMap<Name, &Analysis> {
    let apps = place.environment.map_or(&place.plan.apps, |it| &it.apps);
    let mut found = IndexMap::new();
    for used in apps.values().flat_map(|it| it.rollout.analyses()) {
        if let Some(analysis) = analysis::find(&used.analysis, place) {
            found.insert(used.analysis.clone(), analysis);
        }
    }
    found
}

/// ExternalSecrets of the Secrets that something here reads.
fn secrets(place: Place<'_>, pieces: &[Piece]) -> Vec<Piece> {
    let declared = place
        .environment
        .map_or(&place.plan.secrets, |it| &it.secrets);
    let is_read = |it: &&Secret| {
        pieces
            .iter()
            .any(|piece| secret::is_read(&piece.tree, &it.name))
    };
    let made = |it: &Secret| {
        let tree = secret::external_secret(it, place)?;
        Some(Piece::new(&Meta::new(it.name.clone(), it.span), tree))
    };
    declared.values().filter(is_read).filter_map(made).collect()
}

/// The objects of no environment, by cluster: what a cluster declares, and cluster-wide analyses of the environments in it.
pub(crate) fn of_clusters(plan: &Plan) -> IndexMap<Name, Vec<Piece>> {
    let mut found: IndexMap<Name, Vec<Piece>> = IndexMap::new();
    for (name, cluster) in &plan.clusters {
        let objects = cluster.objects.iter().map(|it| plain(it, plan));
        found.entry(name.clone()).or_default().extend(objects);
    }
    let environments = plan.environments.values().map(Some);
    let none = plan.environments.is_empty().then_some(None);
    for environment in environments.chain(none) {
        let place = Place { plan, environment };
        let cluster = environment.and_then(|it| it.cluster.clone());
        let cluster = cluster.unwrap_or(Name::new_static(UNNAMED_CLUSTER));
        let pieces = found.entry(cluster).or_default();
        let wide = used_analyses(place).into_values();
        for analysis in wide.filter(|it| !it.external && it.cluster_scoped) {
            let piece = Piece::new(&analysis.meta, analysis::template(analysis, plan));
            if pieces.iter().all(|it| it.key() != piece.key()) {
                pieces.push(piece);
            }
        }
    }
    found.retain(|_, pieces| !pieces.is_empty());
    found
}
