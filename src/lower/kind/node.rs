//! Nodes of a pipeline: calls of tasks and pipelines, embedded tasks, their options.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::tables::Callable;
use crate::lower::call::Args;
use crate::lower::kind::action::on_error;
use crate::lower::kind::callable::{Written, allowed};
use crate::lower::kind::pipeline::fans_out;
use crate::lower::kind::task::is_true;
use crate::lower::things::Workspace;
use crate::lower::{Fields, Lowerer, Scope, amend, errors, fold};
use crate::plan::{Callee, Expr, ExprKind, Node, WorkspaceUse};
use crate::syntax::ast::{self, Binding, Doc};
use crate::types::{RecordType, Type};

/// The words of a node's options; all else in the block of an embedded task is the task's.
const OPTIONS: &[&str] = &[
    "after",
    "displayName",
    "from",
    "if-absent",
    "include",
    "onError",
    "params",
    "retries",
    "timeout",
    "when",
    "workspaces",
];

impl<'a> Lowerer<'a> {
    /// A node; `None` where it cannot be lowered, which is reported.
    pub(crate) fn node(
        &mut self,
        binding: &'a Binding,
        docs: &'a [Doc],
        scope: &Scope<'a>,
    ) -> Option<Node> {
        match &binding.init {
            ast::Init::Base(base) => self.call_node(binding, docs, base, scope),
            ast::Init::Literal(literal) => self.embedded_node(binding, docs, literal, scope),
        }
    }

    fn call_node(
        &mut self,
        binding: &'a Binding,
        docs: &'a [Doc],
        base: &'a ast::Base,
        scope: &Scope<'a>,
    ) -> Option<Node> {
        let (id, callable) = self.callee(base, scope)?;
        let callee = match callable.kind.as_str() {
            "task" => Callee::Task(self.used_task(id)?),
            "pipeline" => Callee::Pipeline(self.used_pipeline(id)?),
            _ => {
                self.not_supported(base.span, "this call in a pipeline");
                return None;
            }
        };
        let mut node = self.empty_node(binding, docs, scope, callee);
        let given = self.node_arguments(base, callable, scope);
        let mut orders = Vec::new();
        let mut fields = self.option_fields(binding, scope);
        // Those that share their names with parameters stand in the block.
        for (name, value) in fields.take_map("workspaces") {
            let write = callable.workspaces.get(&name).is_none_or(|it| it.write);
            let used = self.workspace_use(&value, write, &mut orders);
            node.workspaces.extend(used.map(|it| (name, it)));
        }
        for (name, value) in given {
            let is_param = callable.plain_params().any(|it| it.name == name);
            match callable.workspaces.get(&name).filter(|_| !is_param) {
                Some(access) => {
                    let used = self.workspace_use(&value, access.write, &mut orders);
                    node.workspaces.extend(used.map(|it| (name, it)));
                }
                None => put_argument(&mut node, callable, name, value),
            }
        }
        let rank = |name: &Name| callable.workspaces.get_index_of(name);
        { &mut node.workspaces }.sort_by(|a, _, b, _| rank(a).cmp(&rank(b)));
        node.from = fields.take("from");
        self.options(&mut node, &mut fields, orders);
        Some(node)
    }

    /// The arguments of a node by parameter, those of workspaces included.
    pub(crate) fn node_arguments(
        &mut self,
        base: &'a ast::Base,
        callable: &'a Callable,
        scope: &Scope<'a>,
    ) -> Args {
        let args = base.args.as_deref().unwrap_or_default();
        self.given(callable, base.id, (None, args), scope)
    }

    /// A workspace as a node uses it; the node before it comes into `orders`. `None` where it gets none.
    pub(crate) fn workspace_use(
        &mut self,
        value: &Expr,
        write: bool,
        orders: &mut Vec<(Name, Span)>,
    ) -> Option<WorkspaceUse> {
        let Some(workspace) = Workspace::of(value) else {
            if !amend::is_none(value) && !matches!(value.kind, ExprKind::Error) {
                let what = "a workspace that is none of the pipeline's";
                self.sink.push(errors::not_supported(value.span, what));
            }
            return None;
        };
        let before = workspace.after.into_iter();
        orders.extend(before.map(|it| (it, value.span)));
        Some(WorkspaceUse {
            workspace: workspace.name,
            span: value.span,
            sub_path: workspace.sub_path,
            writes: write && !workspace.read_only,
        })
    }

    fn embedded_node(
        &mut self,
        binding: &'a Binding,
        docs: &'a [Doc],
        literal: &'a ast::Literal,
        scope: &Scope<'a>,
    ) -> Option<Node> {
        let mut options = self.option_fields(binding, scope);
        let (callee, access) = match literal.kind.name.as_str() {
            "pipeline" => self.embedded_pipeline(binding, literal, scope),
            _ => {
                let task = self.embedded_task(binding, literal, scope);
                let access = reads_only(&task.workspaces);
                (Callee::Embedded(Box::new(task)), access)
            }
        };
        let mut orders = Vec::new();
        let mut workspaces = IndexMap::new();
        for (name, value) in options.take_map("workspaces") {
            let write = !access.contains(&name);
            let used = self.workspace_use(&value, write, &mut orders);
            workspaces.extend(used.map(|it| (name, it)));
        }
        let mut node = self.empty_node(binding, docs, scope, callee);
        node.workspaces = workspaces;
        for (name, value) in options.take_map("params") {
            if let ExprKind::Each(list) = &value.kind {
                node.matrix.insert(name, (**list).clone());
            } else {
                node.args.insert(name, fold::erased(value));
            }
        }
        self.options(&mut node, &mut options, orders);
        Some(node)
    }

    /// A pipeline in the place of a task: in the plan it is one of the pipelines, under a name of its own.
    fn embedded_pipeline(
        &mut self,
        binding: &'a Binding,
        literal: &'a ast::Literal,
        scope: &Scope<'a>,
    ) -> (Callee, Vec<Name>) {
        let written = Written {
            name: &binding.name,
            docs: &[],
            params: literal.params.as_deref().unwrap_or_default(),
            results: literal.results.as_deref().unwrap_or_default(),
            block: binding.block.as_ref(),
        };
        let ty = self.checked.tables(scope.item).type_of(binding.name.id);
        let results = results_of_node(ty, binding);
        let pipeline = self.pipeline(&written, &results, Scope::of(scope.item), &|it| {
            !OPTIONS.contains(&it)
        });
        let access = reads_only(&pipeline.workspaces);
        let around = self
            .decl(scope.item)
            .map(|(_, it)| it.head.name.name.clone());
        let around = around.unwrap_or_default();
        let mut key = Name::new(format!("{around}/{}{}", scope.prefix, binding.name.name));
        while self.plan.pipelines.contains_key(&key) {
            key = Name::new(format!("{key}/"));
        }
        self.plan.pipelines.insert(key.clone(), pipeline);
        (Callee::Pipeline(key), access)
    }

    fn embedded_task(
        &mut self,
        binding: &'a Binding,
        literal: &'a ast::Literal,
        scope: &Scope<'a>,
    ) -> crate::plan::Task {
        let written = Written {
            name: &binding.name,
            docs: &[],
            params: literal.params.as_deref().unwrap_or_default(),
            results: literal.results.as_deref().unwrap_or_default(),
            block: binding.block.as_ref(),
        };
        let mut inner = scope.clone();
        let ty = self.checked.tables(scope.item).type_of(binding.name.id);
        let results = results_of_node(ty, binding);
        let mut probe = inner.clone();
        self.params(written.params, &mut probe);
        self.workspaces(&written, &mut probe);
        self.bind_steps(written.block, &mut probe);
        let mut fields = Fields::new(binding.name.span);
        if let Some(block) = written.block {
            let scope = self.with_lets(&probe, block);
            self.lay_some(&mut fields, block, &scope, &|it| !OPTIONS.contains(&it));
            if let Some(spec) = fields.take("spec") {
                for (key, value) in amend::record(&spec).unwrap_or_default() {
                    let span = value.span;
                    fields.values.insert(key, (value, span));
                }
            }
        }
        self.task(&written, &results, &mut inner, Some(fields))
    }

    /// The options of a node, computed where the node stands.
    fn option_fields(&mut self, binding: &'a Binding, scope: &Scope<'a>) -> Fields {
        let mut fields = Fields::new(binding.name.span);
        if let Some(block) = &binding.block {
            let scope = match &binding.init {
                ast::Init::Base(_) => self.with_lets(scope, block),
                ast::Init::Literal(_) => scope.clone(),
            };
            let all = matches!(binding.init, ast::Init::Base(_));
            self.lay_some(&mut fields, block, &scope, &|it| {
                all || OPTIONS.contains(&it)
            });
        }
        fields
    }

    fn empty_node(
        &mut self,
        binding: &'a Binding,
        docs: &'a [Doc],
        scope: &Scope<'a>,
        callee: Callee,
    ) -> Node {
        Node {
            name: Name::new(format!("{}{}", scope.prefix, binding.name.name)),
            span: binding.name.span,
            description: ast::doc_text(docs),
            display_name: None,
            callee,
            args: IndexMap::new(),
            matrix: IndexMap::new(),
            include: Vec::new(),
            workspaces: IndexMap::new(),
            after: Vec::new(),
            when: None,
            retries: 0,
            timeout: None,
            continue_on_error: false,
            on_error: None,
            from: None,
            skip_if_absent: false,
            allowed: allowed(binding.block.as_ref()),
        }
    }

    fn options(&mut self, node: &mut Node, fields: &mut Fields, orders: Vec<(Name, Span)>) {
        node.display_name = fields.take("displayName");
        node.when = fields.take("when").filter(|it| !is_true(it));
        let retries = fields.take_int("retries").unwrap_or_default();
        node.retries = u32::try_from(retries).unwrap_or_default();
        node.timeout = fields.take_duration("timeout");
        (node.continue_on_error, node.on_error) = on_error(fields);
        node.skip_if_absent = fields.take("if-absent").is_some();
        node.include = includes(fields.take_list("include"));
        for it in fields.take_list("after") {
            if let Some(before) = it.thing() {
                node.after.push((before.name.clone(), it.span));
            }
        }
        // A result that is used orders already.
        let producers = node.producers();
        for (before, span) in orders {
            let known = node.after.iter().any(|(it, _)| *it == before);
            if !known && !producers.contains_key(&before) {
                node.after.push((before, span));
            }
        }
    }
}

/// The types of the results of what is embedded, of which others see lists where it fans out.
fn results_of_node(ty: &Type, binding: &Binding) -> RecordType {
    let mut results = RecordType::default();
    if let Type::Thing(it) = ty.without_none()
        && let Some(Type::Record(all)) = it.fields.get("results").map(|it| &it.ty)
    {
        results = RecordType::clone(all);
    }
    if fans_out(binding) {
        for field in results.fields.values_mut() {
            if let Type::List(one) = &field.ty {
                field.ty = Type::clone(one);
            }
        }
    }
    results
}

/// The workspaces to which nothing is written.
fn reads_only(workspaces: &IndexMap<Name, crate::plan::Workspace>) -> Vec<Name> {
    let all = workspaces.values().filter(|it| it.read_only);
    all.map(|it| it.name.clone()).collect()
}

/// An argument as it travels, or the list over which it fans out.
fn put_argument(node: &mut Node, callable: &Callable, name: Name, value: Expr) {
    let params = &callable.function.params;
    let ty = params.iter().find(|it| it.name == name).map(|it| &it.ty);
    let travels = |it: Expr| match ty {
        Some(ty) => fold::erased_for(ty, it),
        None => it,
    };
    if let ExprKind::Each(list) = value.kind {
        node.matrix.insert(name, travels((*list).clone()));
    } else {
        node.args.insert(name, travels(value));
    }
}

/// `include: [{ name: "x", params: { … } }]`
fn includes(all: Vec<Expr>) -> Vec<(Option<Name>, IndexMap<Name, Expr>)> {
    let all = all.iter();
    all.map(|it| {
        let name = it.get("name").and_then(|it| it.text().map(Name::new));
        let params = it.get("params").and_then(|it| amend::record(&it));
        (name, params.unwrap_or_default())
    })
    .collect()
}
