//! Runs: a pipeline or task with arguments, laid over another run or not; what starts them, and what their workspaces are bound to.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::Meaning;
use crate::check::tables::Signature;
use crate::lower::call::Args;
use crate::lower::kind::callable::Written;
use crate::lower::kind::task::{is_true, nested};
use crate::lower::{Fields, Layer, Lowerer, Scope, amend, errors, fold, things};
use crate::plan::{Expr, Run, Target, Trigger};
use crate::resolve::{Item, ItemId};
use crate::syntax::ast::{self, Decl};
use crate::value::Value;

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a Decl) {
    let Some(parts) = lowerer.run_parts(item.id, 0) else {
        return;
    };
    let Parts {
        target,
        args,
        mut fields,
    } = parts;
    let Some(target) = lowerer.run_target(target) else {
        return;
    };
    let meta = lowerer.item_meta(item, decl, &mut fields);
    let run = Run {
        generate_name: fields.take_text("generateName"),
        target,
        args,
        workspaces: lowerer.run_workspaces(&mut fields),
        on: lowerer.triggers(&mut fields),
        condition: fields.take("if").filter(|it| !is_true(it)),
        max_keep_runs: fields.take_int("max-keep-runs"),
        cancel_in_progress: fields.take_bool("cancel-in-progress"),
        timeouts: timeouts(&mut fields),
        meta,
        extra: fields.rest(),
        allowed: crate::lower::kind::callable::allowed(decl.block.as_ref()),
    };
    let mut key = run.meta.name.clone();
    if let Some(first) = lowerer.plan.runs.get(&key) {
        // Those of tasks and of pipelines are objects of two kinds; what the API server names is no object yet.
        let is_task = |it: &Run| matches!(it.target, Target::Task(_));
        let is_other = is_task(first) != is_task(&run)
            || first.meta.namespace != run.meta.namespace
            || first.generate_name.is_some()
            || run.generate_name.is_some();
        if !is_other {
            let found = errors::same_object(run.meta.span, "run", &key, first.meta.span);
            lowerer.sink.push(found);
        }
        key = decl.head.name.name.clone();
    }
    while lowerer.plan.runs.contains_key(&key) {
        key = Name::new(format!("{key}/"));
    }
    lowerer.plan.runs.insert(key, run);
}

/// The fields in the block of a run with a literal that are the literal's.
const OF_LITERAL: &[&str] = &[
    "description",
    "displayName",
    "results",
    "stepTemplate",
    "volumes",
];

/// A run as written, everything that it is laid over included.
struct Parts {
    /// The task or pipeline.
    target: ItemId,
    args: Args,
    fields: Fields,
}

impl<'a> Lowerer<'a> {
    fn run_parts(&mut self, id: ItemId, depth: usize) -> Option<Parts> {
        let (_, decl) = self.decl(id)?;
        let base = match decl.init.as_ref()? {
            ast::Init::Base(it) => it,
            ast::Init::Literal(_) => return Some(self.literal_parts(id, decl)),
        };
        let Some(Meaning::Item(callee)) = self.checked.tables(id).meanings.get(&base.id) else {
            return None;
        };
        let callee = *callee;
        let (_, called) = self.decl(callee)?;
        // The checker reports a run that is laid over itself.
        if depth > 256 {
            return None;
        }
        let mut parts = match called.kind.name.as_str() {
            "run" => self.run_parts(callee, depth + 1)?,
            _ => Parts {
                target: callee,
                args: Args::new(),
                fields: Fields::new(decl.head.name.span),
            },
        };
        self.lay_arguments(&mut parts, base, id);
        if let Some(block) = &decl.block {
            let scope = Scope::of(id);
            self.lay(&mut parts.fields, &Layer { scope, block });
        }
        Some(parts)
    }

    /// A run with a literal: what of its block is the run's, and the arguments.
    fn literal_parts(&mut self, id: ItemId, decl: &'a Decl) -> Parts {
        let mut fields = Fields::new(decl.head.name.span);
        if let Some(block) = &decl.block {
            let scope = Scope::of(id);
            self.lay_some(&mut fields, block, &scope, &|it| !OF_LITERAL.contains(&it));
        }
        let mut args = Args::new();
        for (name, value) in fields.take_map("params") {
            let value = match self.checked.signature(id) {
                Signature::Callable(callable) => {
                    let mut params = callable.function.params.iter();
                    let ty = params.find(|it| it.name == name).map(|it| &it.ty);
                    match ty {
                        Some(ty) => fold::erased_for(ty, value),
                        None => fold::erased(value),
                    }
                }
                Signature::None
                | Signature::Value(..)
                | Signature::Type(_)
                | Signature::Thing(_) => value,
            };
            args.insert(name, value);
        }
        Parts {
            target: id,
            args,
            fields,
        }
    }

    /// The pipeline or task that a run embeds: in the plan it is one of them, under a name of its own.
    fn run_literal(&mut self, id: ItemId) -> Option<Target> {
        let (item, decl) = self.decl(id)?;
        let Some(ast::Init::Literal(literal)) = &decl.init else {
            return None;
        };
        let written = Written {
            name: &decl.head.name,
            docs: &item.tree.docs,
            params: literal.params.as_deref().unwrap_or_default(),
            results: literal.results.as_deref().unwrap_or_default(),
            block: decl.block.as_ref(),
        };
        let types = self.result_types(id);
        let mut scope = Scope::of(id);
        let key = Name::new(format!("{}/{}", decl.head.name.name, literal.kind.name));
        if literal.kind.name == "pipeline" {
            let pipeline = self.pipeline(&written, &types, scope, &|it| OF_LITERAL.contains(&it));
            self.plan.pipelines.insert(key.clone(), pipeline);
            return Some(Target::Pipeline(key));
        }
        let mut fields = Fields::new(written.name.span);
        if let Some(block) = written.block {
            let mut probe = scope.clone();
            self.params(written.params, &mut probe);
            self.workspaces(&written, &mut probe);
            self.bind_steps(written.block, &mut probe);
            let probe = self.with_lets(&probe, block);
            self.lay_some(&mut fields, block, &probe, &|it| OF_LITERAL.contains(&it));
        }
        let mut task = self.task(&written, &types, &mut scope, Some(fields));
        task.embedded = true;
        self.plan.tasks.insert(key.clone(), task);
        Some(Target::Task(key))
    }

    fn lay_arguments(&mut self, parts: &mut Parts, base: &'a ast::Base, id: ItemId) {
        let checked = self.checked;
        let Signature::Callable(callable) = checked.signature(parts.target) else {
            return;
        };
        let args = base.args.as_deref().unwrap_or_default();
        let given = self.given(callable, base.id, (None, args), &Scope::of(id));
        let params = &callable.function.params;
        let is_extra = |it: &Name| !params.iter().any(|param| param.name == *it);
        for (name, value) in given.iter().filter(|(it, _)| is_extra(it)) {
            parts.args.insert(name.clone(), fold::erased(value.clone()));
        }
        // An argument belongs to the parameter where a workspace has the same name.
        let plain = callable.plain_params().count();
        let mut met: Vec<&Name> = Vec::new();
        for (at, param) in params.iter().enumerate() {
            let Some(value) = given
                .get(&param.name)
                .filter(|_| !met.contains(&&param.name))
            else {
                continue;
            };
            met.push(&param.name);
            if at >= plain {
                let workspace = nested_named(value.span, &param.name, value.clone());
                let name = Name::new_static("workspaces");
                parts.fields.amend(&name, value.span, workspace);
            } else {
                let value = fold::erased_for(&param.ty, value.clone());
                parts.args.insert(param.name.clone(), value);
            }
        }
        let params = callable.function.params.iter();
        let order: Vec<&Name> = params.map(|it| &it.name).collect();
        let rank = |name: &Name| {
            order
                .iter()
                .position(|it| *it == name)
                .unwrap_or(usize::MAX)
        };
        parts.args.sort_by(|a, _, b, _| rank(a).cmp(&rank(b)));
    }

    fn run_target(&mut self, id: ItemId) -> Option<Target> {
        let (_, decl) = self.decl(id)?;
        match decl.kind.name.as_str() {
            "task" => self.used_task(id).map(Target::Task),
            "run" => self.run_literal(id),
            _ => self.used_pipeline(id).map(Target::Pipeline),
        }
    }

    fn run_workspaces(&mut self, fields: &mut Fields) -> IndexMap<Name, (Expr, Span)> {
        let all = fields.take_map("workspaces").into_iter();
        all.filter(|(_, it)| !amend::is_none(it))
            .map(|(name, it)| {
                let span = it.span;
                (name, (self.volume_source(it), span))
            })
            .collect()
    }

    /// A volume source as the API has it: of `volume(2Gi)`, a declared secret, or a record that has the form already.
    pub(crate) fn volume_source(&mut self, expr: Expr) -> Expr {
        let span = expr.span;
        if let Some(it) = expr.thing() {
            if it.kind == "secret" {
                let name = self.object_name("secret", &it.name);
                let name = Expr::constant(span, Value::Str(name));
                return nested(span, "secret", nested(span, "secretName", name));
            }
            if let Some(workspace) = things::Workspace::of(&expr) {
                return Expr::constant(span, Value::Str(workspace.name));
            }
        }
        match made(&expr) {
            Some(name) => of_constructor(span, &name, &expr),
            None => expr,
        }
    }

    fn triggers(&mut self, fields: &mut Fields) -> Vec<(Trigger, Span)> {
        let mut found = Vec::new();
        for it in fields.take_list("on") {
            match trigger(&it) {
                Some(trigger) => found.push((trigger, it.span)),
                None => {
                    if !matches!(it.kind, crate::plan::ExprKind::Error) {
                        self.sink.push(errors::must_be_known(it.span, "a trigger"));
                    }
                }
            }
        }
        found
    }
}

/// The name of the constructor that made a value.
pub(crate) fn made(expr: &Expr) -> Option<Name> {
    if let crate::plan::ExprKind::Make(name, _) = &expr.kind {
        return Some(name.clone());
    }
    if let Some(Value::Make(make)) = expr.value() {
        return Some(make.name.clone());
    }
    None
}

fn trigger(expr: &Expr) -> Option<Trigger> {
    let list = |key: &str| texts(expr.get(key));
    let text = |key: &str| Some(Name::new(expr.get(key)?.text()?));
    match made(expr)?.as_str() {
        "push" => Some(Trigger::Push {
            to: list("to"),
            changing: list("changing"),
            ignoring: list("ignoring"),
        }),
        "pull-request" => Some(Trigger::PullRequest {
            to: list("to"),
            changing: list("changing"),
            ignoring: list("ignoring"),
            labels: list("labels"),
        }),
        "comment" => Some(Trigger::Comment {
            matching: text("matching")?,
        }),
        "tag" => Some(Trigger::Tag {
            matching: list("matching"),
        }),
        "incoming" => Some(Trigger::Incoming { to: list("to") }),
        "cel" => Some(Trigger::Cel(text("expression")?)),
        _ => None,
    }
}

fn texts(list: Option<Expr>) -> Vec<Name> {
    let all = list.and_then(|it| fold::elements(&it)).unwrap_or_default();
    all.iter()
        .filter_map(|it| it.text().map(Name::new))
        .collect()
}

fn of_constructor(span: Span, name: &str, expr: &Expr) -> Expr {
    match name {
        "volume" => fresh_volume(span, expr),
        "claim" => {
            let mut fields = IndexMap::new();
            let claim = expr.get("name").unwrap_or_else(|| Expr::error(span));
            let claim = nested(span, "claimName", claim);
            fields.insert(Name::new_static("persistentVolumeClaim"), claim);
            if let Some(path) = expr.get("sub-path") {
                fields.insert(Name::new_static("subPath"), path);
            }
            fold::record(span, fields)
        }
        "empty" => {
            let mut fields = IndexMap::new();
            if let Some(medium) = expr.get("medium").filter(|it| it.text() != Some("")) {
                fields.insert(Name::new_static("medium"), medium);
            }
            if let Some(size) = expr.get("size") {
                fields.insert(Name::new_static("sizeLimit"), size);
            }
            nested(span, "emptyDir", fold::record(span, fields))
        }
        "config-files" => {
            let name = expr.get("name").unwrap_or_else(|| Expr::error(span));
            nested(span, "configMap", nested(span, "name", name))
        }
        _ => expr.clone(),
    }
}

/// `volume(2Gi)`: a claim that lives as long as the run.
fn fresh_volume(span: Span, expr: &Expr) -> Expr {
    let mut spec = IndexMap::new();
    let access = expr.get("access");
    let access = access.unwrap_or_else(|| Expr::constant(span, Value::str("ReadWriteOnce")));
    let access = fold::list(span, vec![access]);
    spec.insert(Name::new_static("accessModes"), access);
    let size = expr.get("size").unwrap_or_else(|| Expr::error(span));
    let requests = nested(span, "requests", nested(span, "storage", size));
    spec.insert(Name::new_static("resources"), requests);
    if let Some(class) = expr.get("class") {
        spec.insert(Name::new_static("storageClassName"), class);
    }
    let spec = nested(span, "spec", fold::record(span, spec));
    nested(span, "volumeClaimTemplate", spec)
}

fn timeouts(fields: &mut Fields) -> IndexMap<Name, i64> {
    let all = fields.take_map("timeouts").into_iter();
    all.filter_map(|(name, it)| Some((name, crate::lower::fields::as_duration(&it)?)))
        .collect()
}

fn nested_named(span: Span, key: &Name, value: Expr) -> Expr {
    let mut fields = IndexMap::new();
    fields.insert(key.clone(), value);
    fold::record(span, fields)
}
