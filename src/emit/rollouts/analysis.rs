//! Analyses as AnalysisTemplates.

use serde_json::json;

use crate::base::Name;
use crate::emit::core::data::{self, Fields};
use crate::emit::core::{Place, envelope, metadata};
use crate::emit::rollouts::condition;
use crate::plan::analysis::{Analysis, Metric};
use crate::plan::{Expr, Param, Plan};
use crate::value::Value;
use crate::yaml::Tree;

/// The analysis of that name, as it is in the environment.
pub(crate) fn find<'a>(name: &str, place: Place<'a>) -> Option<&'a Analysis> {
    let own = place.environment.and_then(|it| it.analyses.get(name));
    own.or_else(|| place.plan.analyses.get(name))
}

/// The AnalysisTemplate, or ClusterAnalysisTemplate.
pub(crate) fn template(analysis: &Analysis, plan: &Plan) -> Tree {
    let kind = if analysis.cluster_scoped {
        "ClusterAnalysisTemplate"
    } else {
        "AnalysisTemplate"
    };
    let argument = |it: &Param| {
        let mut fields = Fields::default();
        fields.put("name", it.name.as_str());
        let default = it.default.as_ref();
        fields.put_some("value", default.map(|it| data::text(it, plan)));
        Tree::from(fields)
    };
    let mut spec = Fields::default();
    spec.put_filled(
        "args",
        analysis.params.values().map(argument).collect::<Tree>(),
    );
    let metrics = analysis.metrics.iter().map(|it| metric(it, analysis, plan));
    spec.put("metrics", metrics.collect::<Tree>());
    let mut body = Fields::default();
    body.put("spec", Tree::from(spec));
    envelope(
        "argoproj.io/v1alpha1",
        kind,
        metadata(&analysis.meta, plan),
        body,
    )
}

fn metric(metric: &Metric, analysis: &Analysis, plan: &Plan) -> Tree {
    let number = |it: &Option<Expr>| it.as_ref().map_or(Tree::Null, |it| data::tree(it, plan));
    let (success, failure) = condition::conditions(metric, &analysis.params, plan);
    let mut fields = Fields::default();
    fields.put("name", metric.name.as_str());
    fields.put_some("initialDelay", metric.initial_delay.map(data::duration));
    fields.put_some("interval", metric.every.map(data::duration));
    fields.put_filled("count", number(&metric.count));
    fields.put_some("successCondition", success);
    fields.put_some("failureCondition", failure);
    fields.put_filled("failureLimit", number(&metric.failure_limit));
    fields.put_filled("inconclusiveLimit", number(&metric.inconclusive_limit));
    let errors = number(&metric.consecutive_error_limit);
    fields.put_filled("consecutiveErrorLimit", errors);
    fields.put("provider", provider(&metric.provider, plan));
    fields.into()
}

fn provider(made: &Expr, plan: &Plan) -> Tree {
    let stated = |word: &str| {
        let found = made.get(word).map(|it| data::tree(&it, plan));
        found.filter(|it| !it.is_null())
    };
    let seconds = || match made.get("timeout").as_ref().and_then(Expr::value) {
        Some(Value::Duration(time)) => Some(data::seconds(*time)),
        _ => None,
    };
    let mut fields = Fields::default();
    match made.maker().map(Name::as_str) {
        Some("prometheus") => {
            fields.put_some("address", stated("address"));
            fields.put_some("query", stated("query"));
            fields.put_some("timeout", seconds());
            json!({ "prometheus": Tree::from(fields) })
        }
        Some("web") => {
            let method = stated("method").filter(|it| it != "GET");
            fields.put_some("method", method);
            fields.put_some("url", stated("url"));
            fields.put_filled("headers", headers(made, plan));
            fields.put_some("body", stated("body"));
            fields.put_some("timeoutSeconds", seconds());
            fields.put_some("jsonPath", stated("json-path"));
            json!({ "web": Tree::from(fields) })
        }
        Some("job" | "job-metric") => json!({ "job": { "spec": stated("spec") } }),
        _ => data::tree(made, plan),
    }
}

/// Headers as the list that the API wants.
fn headers(made: &Expr, plan: &Plan) -> Tree {
    let headers = made.get("headers").map(|it| data::tree(&it, plan));
    let headers = headers.as_ref().and_then(Tree::as_object);
    let header = |(key, value): (&String, &Tree)| json!({ "key": key, "value": value });
    headers.into_iter().flatten().map(header).collect()
}

/// Whether a parameter is text, so that its placeholder in a condition must stand in quotes.
pub(crate) fn is_text(param: Option<&Param>) -> bool {
    use crate::types::Type;
    param.is_some_and(|it| matches!(it.ty, Type::String(_) | Type::Thing(_)))
}
