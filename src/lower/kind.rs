//! One file per kind of declaration, and which word means which.

pub(crate) mod action;
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

use crate::base::Span;
use crate::lower::{Fields, Layer, Lowerer};
use crate::resolve::{Item, Program};
use crate::syntax::ast::{self, MemberKind};

type Lower = for<'a> fn(&mut Lowerer<'a>, &'a Item, &'a ast::Decl);

/// By the kind's word. Kinds that are not carried are reported by the checker.
const KINDS: &[(&str, Lower)] = &[
    ("action", action::lower),
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

/// A declaration within a block, with its doc lines.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) decl: &'a ast::Decl,
    pub(crate) docs: &'a [ast::Doc],
}

/// The declarations of a kind in these blocks, each with the layer that it stands in.
pub(crate) fn members<'a, 'l>(
    layers: &'l [Layer<'a>],
    kind: &str,
) -> Vec<(Member<'a>, &'l Layer<'a>)> {
    let mut found = Vec::new();
    for layer in layers {
        for member in &layer.block.members {
            if let MemberKind::Decl(decl) = &member.kind
                && decl.kind.name == kind
            {
                let docs = &member.docs;
                found.push((Member { decl, docs }, layer));
            }
        }
    }
    found
}

/// The declarations of a kind in the user's own package, in the order of the text.
pub(crate) fn items_of<'a>(program: &'a Program, kind: &str) -> Vec<(&'a Item, &'a ast::Decl)> {
    let decl = |item: &'a Item| {
        let ast::ItemKind::Decl(decl) = &item.tree.kind else {
            return None;
        };
        (decl.kind.name == kind).then_some((item, decl))
    };
    program.own_items().filter_map(decl).collect()
}

/// Whether the program says where things run. If not, they are lowered once, for no environment.
pub(crate) fn has_environments(program: &Program) -> bool {
    !items_of(program, "env").is_empty()
}

impl<'a> Lowerer<'a> {
    /// Computes what environments share, and answers whether it asked for `env`: then it is different in each. Without
    /// environments, to ask for `env` is reported.
    pub(crate) fn shared<T>(&mut self, action: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        if !has_environments(self.program) {
            return (action(self), false);
        }
        let outer = (self.probing, self.probed_env);
        (self.probing, self.probed_env) = (true, false);
        let result = action(self);
        let needs_env = self.probed_env;
        (self.probing, self.probed_env) = outer;
        if needs_env {
            self.lets.clear();
        }
        (result, needs_env)
    }

    /// Computes something as if no environment were set.
    pub(crate) fn outside<T>(&mut self, action: impl FnOnce(&mut Self) -> T) -> T {
        let environment = self.environment.take();
        let lets = std::mem::take(&mut self.lets);
        let result = action(self);
        self.environment = environment;
        self.lets = lets;
        result
    }

    /// The fields of blocks laid over each other.
    pub(crate) fn laid(&mut self, name: Span, layers: &[Layer<'a>]) -> Fields {
        let mut fields = Fields::new(name);
        for layer in layers {
            self.lay(&mut fields, layer);
        }
        fields
    }
}
