//! One file per kind of declaration, and which word means which.

pub(crate) mod analysis;
pub(crate) mod app;
pub(crate) mod callable;
pub(crate) mod cluster;
pub(crate) mod env;
pub(crate) mod gitops;
pub(crate) mod image;
pub(crate) mod inline;
pub(crate) mod node;
pub(crate) mod pipeline;
pub(crate) mod repository;
pub(crate) mod resource;
pub(crate) mod rollout;
pub(crate) mod run;
pub(crate) mod secret;
pub(crate) mod task;

use crate::lower::Lowerer;
use crate::resolve::Item;
use crate::syntax::ast;

type Lower = for<'a> fn(&mut Lowerer<'a>, &'a Item, &'a ast::Decl);

/// By the kind's word. Kinds that are not carried are reported by the checker.
const KINDS: &[(&str, Lower)] = &[
    ("analysis", analysis::lower),
    ("app", app::lower),
    ("cluster", cluster::lower),
    ("env", env::lower),
    ("gitops", gitops::lower),
    ("image", image::lower),
    ("pipeline", pipeline::lower),
    ("repository", repository::lower),
    ("resource", resource::lower),
    ("run", run::lower),
    ("secret", secret::lower),
    ("task", task::lower),
];

/// Lowers a declaration of the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    let row = KINDS.iter().find(|(word, _)| *word == decl.kind.name);
    if let Some((_, lower)) = row {
        lower(lowerer, item, decl);
    }
}
