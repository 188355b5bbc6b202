//! What the target must have switched on.

use crate::base::Span;
use crate::diag::Sink;
use crate::plan::{Callee, Expr, ExprKind, Node, Part, Plan, Run, Step, Task};
use crate::schema::profile::{ApiFields, Tekton, TektonApi};
use crate::verify::{errors, walk};

pub(crate) fn check(plan: &Plan, sink: &mut Sink) {
    let mut gate = Gate {
        target: &plan.profile.tekton,
        sink,
    };
    for task in walk::tasks(plan) {
        gate.task(task);
    }
    for action in plan.actions.values() {
        gate.reference(action.external.as_ref().and_then(Option::as_ref));
        gate.script(&action.step);
    }
    for pipeline in plan.pipelines.values() {
        gate.reference(pipeline.external.as_ref().and_then(Option::as_ref));
        for node in walk::nodes(pipeline) {
            gate.node(node);
        }
    }
    for run in plan.runs.values() {
        gate.run(run);
    }
}

struct Gate<'a> {
    target: &'a Tekton,
    sink: &'a mut Sink,
}

impl Gate<'_> {
    fn needs(&mut self, level: ApiFields, span: Span, what: &str) {
        if self.target.api_fields() < level {
            let flag = match level {
                ApiFields::Alpha => "enable-api-fields=alpha",
                ApiFields::Beta | ApiFields::Stable => "enable-api-fields=beta",
            };
            self.sink.push(errors::no_flag(span, what, flag));
        }
    }

    fn task(&mut self, task: &Task) {
        self.reference(task.external.as_ref().and_then(Option::as_ref));
        for step in &task.steps {
            self.step(step);
        }
        for sidecar in task
            .extra
            .get("sidecars")
            .iter()
            .flat_map(|it| it.elements())
        {
            if let Some(listed) = sidecar.get("workspaces") {
                self.needs(ApiFields::Beta, listed.span, "`workspaces` of a sidecar");
            }
        }
    }

    fn step(&mut self, step: &Step) {
        for field in ["stdoutConfig", "stderrConfig"] {
            if let Some(config) = step.extra.get(field) {
                self.needs(ApiFields::Alpha, config.span, &format!("`{field}`"));
            }
        }
        if let Some(listed) = step.extra.get("workspaces") {
            self.needs(ApiFields::Beta, listed.span, "`workspaces` of a step");
        }
        self.reference(step.action.as_ref().and_then(|it| it.from.as_ref()));
        self.script(step);
    }

    /// A script for Windows.
    fn script(&mut self, step: &Step) {
        let Some(script) = &step.script else {
            return;
        };
        let first = if let ExprKind::Text(parts) = &script.kind
            && let Some(Part::Text(text)) = parts.first()
        {
            Some(text.as_str())
        } else {
            script.text()
        };
        if first.is_some_and(|it| it.starts_with("#!win")) {
            self.needs(
                ApiFields::Alpha,
                script.span,
                "a script for Windows, `#!win`,",
            );
        }
    }

    fn node(&mut self, node: &Node) {
        if let Some(list) = node.matrix.values().next() {
            self.needs(ApiFields::Beta, list.span, "`each`");
        } else if !node.include.is_empty() {
            self.needs(ApiFields::Beta, node.span, "`include`");
        }
        if node.continue_on_error || node.on_error.is_some() {
            self.needs(ApiFields::Beta, node.span, "`onError` of a node");
        }
        if let Callee::Pipeline(_) = &node.callee {
            let what = "a pipeline within a pipeline";
            match self.target.api {
                TektonApi::V1 => self.needs(ApiFields::Alpha, node.span, what),
                TektonApi::V1beta1 => self.sink.push(errors::lost_in_v1beta1(node.span, what)),
            }
        }
        self.reference(node.from.as_ref());
    }

    fn reference(&mut self, from: Option<&Expr>) {
        let said = |field: &str| from.and_then(|it| it.get(field)).filter(is_said);
        let Some(resolver) = said("resolver") else {
            return;
        };
        self.needs(ApiFields::Beta, resolver.span, "a `resolver`");
        let flag = "enable-concise-resolver-syntax";
        if let Some(name) = said("name").filter(|_| !self.target.has(flag)) {
            self.sink.push(errors::no_flag(
                name.span,
                "a `name` beside a `resolver`",
                flag,
            ));
        }
    }

    fn run(&mut self, run: &Run) {
        if let Some(debug) = run.extra.get("debug") {
            self.needs(ApiFields::Alpha, debug.span, "`debug`");
        }
        for field in ["stepSpecs", "sidecarSpecs", "computeResources"] {
            if let Some(specs) = run.extra.get(field) {
                self.needs(ApiFields::Beta, specs.span, &format!("`{field}` of a run"));
            }
            for (_, spec) in run
                .extra
                .get("taskRunSpecs")
                .iter()
                .flat_map(|it| it.fields())
            {
                if let Some(specs) = spec.get(field).filter(is_said) {
                    self.needs(ApiFields::Beta, specs.span, &format!("`{field}` of a run"));
                }
            }
        }
    }
}

fn is_said(expr: &Expr) -> bool {
    !expr.value().is_some_and(crate::value::Value::is_none)
}
