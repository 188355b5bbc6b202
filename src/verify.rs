//! Rules on the plan: what no type says and a webhook, a controller or an attacker would find. One file per family.

mod analysis;
mod delivery;
mod rollout;

use crate::diag::Sink;
use crate::plan::Plan;

/// Applies every rule.
pub(crate) fn verify(plan: &Plan, sink: &mut Sink) {
    rollout::verify(plan, sink);
    analysis::verify(plan, sink);
    delivery::verify(plan, sink);
}
