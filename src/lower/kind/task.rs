//! Tasks: parameters, results, workspaces, steps; those of other packages as they are used.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::lower::kind::action::on_error;
use crate::lower::kind::callable::{Written, declared};
use crate::lower::kind::pipeline::block_named;
use crate::lower::{Fields, Layer, Lowerer, Scope, amend, errors, fold, thing};
use crate::plan::{Cache, EnvValue, Expr, ExprKind, Ref, Step, Task};
use crate::resolve::{Item, ItemId};
use crate::syntax::ast::{self, Block, Decl};
use crate::types::RecordType;
use crate::value::Value;

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a Decl) {
    let task = lowerer.task_item(item, decl);
    let (name, span) = (task.meta.name.clone(), task.meta.span);
    if let Some(first) = lowerer.plan.tasks.insert(name.clone(), task) {
        let found = errors::same_object(span, "task", &name, first.meta.span);
        lowerer.sink.push(found);
    }
}

impl<'a> Lowerer<'a> {
    /// The name in the plan of a task that is used; one of another package is lowered at its first use.
    pub(crate) fn used_task(&mut self, id: ItemId) -> Option<Name> {
        let (item, decl) = self.decl(id)?;
        let name = self.object_name_of(id, &decl.head.name.name);
        if item.package != self.program.root && self.used.insert(id) {
            let task = self.task_item(item, decl);
            self.plan.tasks.insert(name.clone(), task);
        }
        Some(name)
    }

    fn task_item(&mut self, item: &'a Item, decl: &'a Decl) -> Task {
        if let Some(ast::Init::Base(base)) = &decl.init {
            self.not_supported(base.span, "a task made from another");
        }
        let mut scope = Scope::of(item.id);
        let written = Written::of(&item.tree.docs, decl);
        let types = self.result_types(item.id);
        let mut task = self.task(&written, &types, &mut scope, None);
        task.own = item.package == self.program.root;
        if decl.is_extern {
            task.external = Some(task.extra.shift_remove("from"));
        }
        task
    }

    /// A task, as an item or embedded. `fields` are those of its block where they were computed already.
    pub(crate) fn task(
        &mut self,
        written: &Written<'a>,
        results: &RecordType,
        scope: &mut Scope<'a>,
        fields: Option<Fields>,
    ) -> Task {
        let params = self.params(written.params, scope);
        let workspaces = self.workspaces(written, scope);
        self.bind_steps(written.block, scope);
        let mut fields = match (fields, written.block) {
            (Some(fields), _) => fields,
            (None, Some(block)) => {
                let layer = Layer {
                    scope: scope.clone(),
                    block,
                };
                self.fields(written.name.span, &layer)
            }
            (None, None) => Fields::new(written.name.span),
        };
        if let Some(block) = written.block {
            *scope = self.with_lets(scope, block);
        }
        let meta = self.meta(written.name, written.docs, &mut fields);
        let values = fields.take_map("results");
        if let Some((template, span)) = fields.take_spanned("stepTemplate") {
            let template = self.container(template);
            let name = Name::new_static("stepTemplate");
            fields.values.insert(name, (template, span));
        }
        let host = host_block(written.block);
        let cache = fields.take("cache").and_then(|it| cache(&it));
        let mut task = Task {
            meta,
            embedded: false,
            external: None,
            own: true,
            params,
            results: self.results(written.results, results, &values),
            workspaces,
            steps: self.steps(written.block, scope),
            host_steps: host.map(|it| self.host_steps(it, scope)),
            cache,
            extra: fields.rest(),
        };
        let sidecars = self.sidecars(written.block, scope);
        if let Some(sidecars) = sidecars {
            task.extra.insert(Name::new_static("sidecars"), sidecars);
        }
        task
    }

    pub(crate) fn bind_steps(&mut self, block: Option<&'a Block>, scope: &mut Scope<'a>) {
        for (step, _) in declared(block, "step") {
            let name = &step.head.name;
            scope.bind(
                name.id,
                Expr::constant(name.span, thing("step", &name.name)),
            );
        }
    }

    fn host_steps(&mut self, block: &'a Block, scope: &Scope<'a>) -> Vec<Step> {
        let mut scope = scope.clone();
        self.bind_steps(Some(block), &mut scope);
        let scope = self.with_lets(&scope, block);
        self.steps(Some(block), &scope)
    }

    fn steps(&mut self, block: Option<&'a Block>, scope: &Scope<'a>) -> Vec<Step> {
        let all: Vec<_> = declared(block, "step").collect();
        let steps = all.into_iter();
        steps
            .map(|(decl, docs)| self.step(decl, docs, scope))
            .collect()
    }

    fn step(&mut self, decl: &'a Decl, docs: &'a [ast::Doc], scope: &Scope<'a>) -> Step {
        let name = &decl.head.name;
        let mut scope = scope.clone();
        scope.step = Some(name.name.clone());
        if let Some(ast::Init::Base(base)) = &decl.init {
            return self.step_of_action(decl, base, docs, &scope);
        }
        let mut fields = self.member_fields(decl, &scope);
        let image = fields.take("image").map(|it| self.image_reference(it));
        let results = decl.results.as_deref().unwrap_or_default();
        let types = self.step_results(decl, &scope);
        let (continue_on_error, on_error) = on_error(&mut fields);
        Step {
            name: (name.name != "_").then(|| name.name.clone()),
            span: name.span,
            description: ast::doc_text(docs),
            image,
            command: fields.take_list("command"),
            args: fields.take_list("args"),
            script: fields.take("script"),
            working_dir: fields.take("workingDir"),
            env: take_env(&mut fields),
            when: fields.take("when").filter(|it| !is_true(it)),
            timeout: fields.take_duration("timeout"),
            continue_on_error,
            on_error,
            action: None,
            results: self.results(results, &types, &IndexMap::new()),
            extra: fields.rest(),
        }
    }

    /// The types of a step's results are the fields of the step as a thing.
    fn step_results(&self, decl: &Decl, scope: &Scope<'a>) -> RecordType {
        let ty = self
            .checked
            .tables(scope.item)
            .type_of(decl.head.name.id)
            .without_none();
        record_of_thing(ty)
    }

    /// The fields of a declaration within a block.
    pub(crate) fn member_fields(&mut self, decl: &'a Decl, scope: &Scope<'a>) -> Fields {
        let span = decl.head.name.span;
        match &decl.block {
            Some(block) => {
                let scope = scope.clone();
                self.fields(span, &Layer { scope, block })
            }
            None => Fields::new(span),
        }
    }

    /// Sidecars in the form of the API: a list, each with its name and the variables as a list.
    fn sidecars(&mut self, block: Option<&'a Block>, scope: &Scope<'a>) -> Option<Expr> {
        let all: Vec<_> = declared(block, "sidecar").collect();
        let first = all.first()?.0.span;
        let mut found = Vec::new();
        for (decl, _) in all {
            let name = &decl.head.name;
            let fields = self.member_fields(decl, scope);
            let mut record = IndexMap::new();
            if name.name != "_" {
                let own = Expr::constant(name.span, Value::Str(name.name.clone()));
                record.insert(Name::new_static("name"), own);
            }
            record.extend(self.container_fields(fields.rest()));
            found.push(fold::record(name.span, record));
        }
        Some(fold::list(first, found))
    }

    /// A container's fields in the form of the API.
    fn container(&mut self, container: Expr) -> Expr {
        let span = container.span;
        match amend::record(&container) {
            Some(fields) => fold::record(span, self.container_fields(fields)),
            None => container,
        }
    }

    fn container_fields(&mut self, fields: IndexMap<Name, Expr>) -> IndexMap<Name, Expr> {
        let fields = fields.into_iter().filter(|(_, it)| !amend::is_none(it));
        let field = |(key, value): (Name, Expr)| {
            let value = match key.as_str() {
                "image" => self.image_reference(value),
                "env" => env_list(value),
                _ => value,
            };
            (key, value)
        };
        fields.map(field).collect()
    }
}

/// The fields of a thing's type as a record.
pub(crate) fn record_of_thing(ty: &crate::types::Type) -> RecordType {
    let fields = if let crate::types::Type::Thing(it) = ty {
        it.fields.clone()
    } else {
        IndexMap::new()
    };
    RecordType { name: None, fields }
}

/// `host { … }`
fn host_block(block: Option<&Block>) -> Option<&Block> {
    let mut members = block.into_iter().flat_map(|it| &it.members);
    members.find_map(|it| block_named(it, "host"))
}

/// `cache: { … }`
fn cache(expr: &Expr) -> Option<Cache> {
    let fields = amend::record(expr)?;
    let list = |it: &Expr| match amend::is_none(it) {
        true => Vec::new(),
        false => fold::elements(it).unwrap_or_default(),
    };
    let patterns = |name: &str| {
        let by_workspace = fields.get(name).and_then(amend::record);
        let by_workspace = by_workspace.unwrap_or_default().into_iter();
        by_workspace.map(|(name, it)| (name, list(&it))).collect()
    };
    Some(Cache {
        inputs: patterns("inputs"),
        outputs: patterns("outputs"),
        programs: fields.get("programs").map(list).unwrap_or_default(),
    })
}

pub(crate) fn is_true(expr: &Expr) -> bool {
    expr.value() == Some(&Value::Bool(true))
}

/// The variables of a container, as the plan has them. Used by steps and by apps.
pub(crate) fn env_values(env: Option<Expr>) -> IndexMap<Name, EnvValue> {
    env.as_ref()
        .map_or_else(Vec::new, env_entries)
        .into_iter()
        .collect()
}

/// The variables in their order; in a list a name may repeat.
fn env_entries(env: &Expr) -> Vec<(Name, EnvValue)> {
    if let Some(fields) = amend::record(env) {
        let fields = fields.into_iter().filter(|(_, it)| !amend::is_none(it));
        return fields.map(|(name, it)| (name, env_value(it))).collect();
    }
    let entry = |it: &Expr| {
        let said = |key: &str| it.get(key).filter(|it| !amend::is_none(it));
        let name = said("name")?.text().map(Name::new)?;
        let value = said("valueFrom").or_else(|| said("value"));
        let value = value.unwrap_or_else(|| Expr::constant(it.span, Value::str("")));
        Some((name, env_value(value)))
    };
    fold::elements(env)
        .iter()
        .flatten()
        .filter_map(entry)
        .collect()
}

/// Takes the variables out; where a name repeats, what is to be written stays.
pub(crate) fn take_env(fields: &mut Fields) -> IndexMap<Name, EnvValue> {
    let Some((env, span)) = fields.take_spanned("env") else {
        return IndexMap::new();
    };
    let entries = env_entries(&env);
    let count = entries.len();
    let values: IndexMap<Name, EnvValue> = entries.into_iter().collect();
    if values.len() < count {
        fields
            .values
            .insert(Name::new_static("env"), (env_list(env), span));
    }
    values
}

/// What one variable holds.
pub(crate) fn env_value(expr: Expr) -> EnvValue {
    let span = expr.span;
    if let ExprKind::Ref(Ref::SecretKey(name, key)) = expr.kind {
        return EnvValue::Secret { name, key, span };
    }
    if let ExprKind::Ref(Ref::ConfigKey(name, key)) = expr.kind {
        return EnvValue::Config { name, key, span };
    }
    if let ExprKind::Ref(Ref::Field(path)) = expr.kind {
        return EnvValue::Field { path, span };
    }
    if amend::record(&expr).is_some() {
        return source_value(expr);
    }
    EnvValue::Text(expr)
}

/// A `valueFrom` in the API's form, as one of the plan's where it says no more.
fn source_value(expr: Expr) -> EnvValue {
    let span = expr.span;
    let known = |kind: &str, fields: [&str; 2], most: usize| {
        let of = expr.get(kind).as_ref().and_then(amend::record)?;
        let text = |it: &str| of.get(it).and_then(Expr::text).map(Name::new);
        let said = of.values().filter(|it| !amend::is_none(it)).count();
        let [first, second] = fields.map(text);
        let second = if most == 1 { Name::default() } else { second? };
        (said == most).then_some((first?, second))
    };
    if let Some((name, key)) = known("secretKeyRef", ["name", "key"], 2) {
        return EnvValue::Secret { name, key, span };
    }
    if let Some((name, key)) = known("configMapKeyRef", ["name", "key"], 2) {
        return EnvValue::Config { name, key, span };
    }
    if let Some((path, _)) = known("fieldRef", ["fieldPath", ""], 1) {
        return EnvValue::Field { path, span };
    }
    EnvValue::Source(expr)
}

/// The variables of a container in the API's form.
fn env_list(env: Expr) -> Expr {
    let span = env.span;
    let all = env_entries(&env).into_iter();
    let all = all.map(|(name, value)| {
        let mut record = IndexMap::new();
        let name = Expr::constant(span, Value::Str(name));
        record.insert(Name::new_static("name"), name);
        let (key, value) = variable(value);
        record.insert(Name::new_static(key), value);
        fold::record(span, record)
    });
    fold::list(span, all.collect())
}

/// The field of EnvVar that says what a variable holds.
pub(crate) fn variable(value: EnvValue) -> (&'static str, Expr) {
    match value {
        EnvValue::Text(expr) => ("value", expr),
        EnvValue::Source(expr) => ("valueFrom", expr),
        EnvValue::Secret { name, key, span } => {
            ("valueFrom", key_ref(span, "secretKeyRef", name, key))
        }
        EnvValue::Config { name, key, span } => {
            ("valueFrom", key_ref(span, "configMapKeyRef", name, key))
        }
        EnvValue::Field { path, span } => {
            let path = nested(span, "fieldPath", Expr::constant(span, Value::Str(path)));
            ("valueFrom", nested(span, "fieldRef", path))
        }
    }
}

fn key_ref(span: Span, kind: &'static str, name: Name, key: Name) -> Expr {
    let fields = [("name", name), ("key", key)];
    let fields = fields.map(|(word, it)| {
        let value = Expr::constant(span, Value::Str(it));
        (Name::new_static(word), value)
    });
    nested(span, kind, fold::record(span, fields.into_iter().collect()))
}

/// `{ key: value }`
pub(crate) fn nested(span: Span, key: &'static str, value: Expr) -> Expr {
    let mut fields = IndexMap::new();
    fields.insert(Name::new_static(key), value);
    fold::record(span, fields)
}
