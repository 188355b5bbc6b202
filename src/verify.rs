//! Rules on the plan: what no type says and a webhook, a controller or an attacker would find. One file per family.

mod analysis;
mod delivery;
mod embedded;
mod errors;
mod event;
mod feature;
mod glob;
mod graph;
mod name;
mod race;
mod rollout;
mod script;
mod secret;
mod shape;
mod size;
mod target_syntax;
mod walk;
mod workspace;

use crate::diag::Sink;
use crate::plan::Plan;

type Rule = fn(&Plan, &mut Sink);

/// All rules. Their findings are sorted by place, so their order says nothing.
static RULES: &[Rule] = &[
    analysis::verify,
    delivery::verify,
    embedded::check,
    event::check,
    feature::check,
    graph::check,
    name::check,
    race::check,
    rollout::verify,
    script::check,
    secret::check,
    shape::check,
    size::check,
    target_syntax::check,
    workspace::check,
];

/// Applies every rule.
pub(crate) fn verify(plan: &Plan, sink: &mut Sink) {
    for rule in RULES {
        rule(plan, sink);
    }
}
