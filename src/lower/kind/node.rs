//! Nodes of a pipeline: calls of tasks and pipelines, embedded tasks, their options.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::tables::Callable;
use crate::lower::call::Args;
use crate::lower::kind::callable::{Written, allowed, continues};
use crate::lower::kind::task::{is_true, record_of_thing};
use crate::lower::things::Workspace;
use crate::lower::{Fields, Lowerer, Scope, amend, errors, fold};
use crate::plan::{Callee, Expr, ExprKind, Node, WorkspaceUse};
use crate::syntax::ast::{self, Binding, Doc, MemberKind};

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
        for (name, value) in given {
            match callable.workspaces.get(&name) {
                Some(access) => {
                    let used = self.workspace_use(&value, access.write, &mut orders);
                    node.workspaces.extend(used.map(|it| (name, it)));
                }
                None => put_argument(&mut node, callable, name, value),
            }
        }
        let mut fields = self.option_fields(binding, scope);
        self.reference(&mut fields, &node);
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
        if literal.kind.name != "task" {
            self.not_supported(literal.span, "a pipeline written in the place of a task");
            return None;
        }
        let mut options = self.option_fields(binding, scope);
        let task = self.embedded_task(binding, literal, scope);
        let mut orders = Vec::new();
        let mut workspaces = IndexMap::new();
        for (name, value) in options.take_map("workspaces") {
            let declared = task.workspaces.get(&name);
            let write = declared.is_none_or(|it| !it.read_only);
            let used = self.workspace_use(&value, write, &mut orders);
            workspaces.extend(used.map(|it| (name, it)));
        }
        let mut node = self.empty_node(binding, docs, scope, Callee::Embedded(Box::new(task)));
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
        let results = record_of_thing(ty.without_none());
        let mut probe = inner.clone();
        self.params(written.params, &mut probe);
        self.workspaces(&written, &mut probe);
        self.bind_steps(written.block, &mut probe);
        let mut fields = Fields::new(binding.name.span);
        if let Some(block) = written.block {
            let scope = self.with_lets(&probe, block);
            self.lay_some(&mut fields, block, &scope, |it| !OPTIONS.contains(&it));
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
            self.lay_some(&mut fields, block, &scope, |it| {
                all || OPTIONS.contains(&it)
            });
        }
        fields
    }

    fn lay_some(
        &mut self,
        fields: &mut Fields,
        block: &'a ast::Block,
        scope: &Scope<'a>,
        wanted: impl Fn(&str) -> bool,
    ) {
        for member in &block.members {
            if let MemberKind::Field(field) = &member.kind
                && wanted(&field.key.name)
            {
                let value = self.expr(&field.value, scope);
                fields.amend(&field.key.name, field.key.span, value);
            }
        }
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
        node.continue_on_error = continues(fields.take("onError").as_ref());
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

    /// `from:` among the options says where an `extern` task is that does not say it itself.
    fn reference(&mut self, fields: &mut Fields, node: &Node) {
        let Some(from) = fields.take("from") else {
            return;
        };
        let external = match &node.callee {
            Callee::Task(name) => self.plan.tasks.get_mut(name).map(|it| &mut it.external),
            Callee::Pipeline(name) => self.plan.pipelines.get_mut(name).map(|it| &mut it.external),
            Callee::Embedded(_) => None,
        };
        match external {
            Some(Some(slot)) if slot.is_none() || slot.as_ref() == Some(&from) => {
                *slot = Some(from)
            }
            Some(_) | None => {
                self.not_supported(from.span, "a reference for one call alone");
            }
        }
    }
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
