//! A pipeline called from a pipeline, where the target has no pipelines in pipelines: its nodes stand in the caller, their names
//! prefixed, with the arguments in the place of its parameters.

use crate::base::{Name, Span};
use crate::check::tables::Callable;
use crate::lower::kind::callable::Written;
use crate::lower::kind::pipeline::{Groups, both};
use crate::lower::kind::task::is_true;
use crate::lower::{Fields, Layer, Lowerer, Scope, errors, fold};
use crate::plan::{Expr, Node};
use crate::resolve::ItemId;
use crate::syntax::ast::{self, Binding, Block};
use crate::value::Value;

/// How deep pipelines may call each other; the checker reports those that call themselves.
const DEPTH: usize = 64;

impl<'a> Lowerer<'a> {
    /// The pipeline behind a node, where its call is to be inlined.
    pub(crate) fn inlined_call(
        &self,
        binding: &'a Binding,
        scope: &Scope<'a>,
    ) -> Option<(ItemId, &'a ast::Base)> {
        let ast::Init::Base(base) = &binding.init else {
            return None;
        };
        let (id, callable) = self.callee(base, scope)?;
        let (_, decl) = self.decl(id)?;
        let target = &self.plan.profile.tekton;
        let is_inlined =
            callable.kind == "pipeline" && !decl.is_extern && !target.runs_pipelines_in_pipelines();
        is_inlined.then_some((id, base))
    }

    /// The nodes of a called pipeline.
    pub(crate) fn inlined_nodes(
        &mut self,
        (block, name, pipeline, base): (Option<&'a Block>, &Name, ItemId, &'a ast::Base),
        scope: &Scope<'a>,
        groups: &mut Groups,
    ) -> Vec<Node> {
        let Some((item, decl)) = self.decl(pipeline) else {
            return Vec::new();
        };
        if scope.prefix.matches('-').count() > DEPTH || !self.spend(100, base.span) {
            return Vec::new();
        }
        let written = Written::of(&item.tree.docs, decl);
        let (mut inner, orders) = self.inlined_scope(name, pipeline, base, scope);
        let (nodes, finally) = self.bind_nodes(written.block, &mut inner);
        if !finally.is_empty() {
            let reason = "there its `finally` would wait for what comes after the call";
            self.sink.push(errors::not_inlined(
                base.span,
                "a call of a pipeline with `finally`",
                reason,
            ));
        }
        if let Some(block) = written.block {
            inner = self.with_lets(&inner, block);
        }
        let mut found = self.nodes_of(&nodes, &inner, groups);
        let prefix = inner.prefix.clone();
        let ends = ends(&found, &prefix);
        groups.insert(name.clone(), ends);
        let mut fields = match block {
            Some(block) => self.fields(
                base.span,
                &Layer {
                    scope: scope.clone(),
                    block,
                },
            ),
            None => Fields::new(base.span),
        };
        self.inlined_options(&mut found, &mut fields, &prefix, orders);
        found
    }

    /// What the options of the call mean for the nodes.
    fn inlined_options(
        &mut self,
        nodes: &mut [Node],
        fields: &mut Fields,
        prefix: &str,
        mut orders: Vec<(Name, Span)>,
    ) {
        let when = fields.take("when").filter(|it| !is_true(it));
        let after = fields.take_list("after");
        let before = after
            .iter()
            .filter_map(|it| Some((it.thing()?.name.clone(), it.span)));
        orders.extend(before);
        fields.take("displayName");
        for (name, (value, _)) in &fields.values {
            let what = format!("`{name}` of a call of a pipeline");
            let reason = "an option that is of the call as a whole has no place there";
            self.sink
                .push(errors::not_inlined(value.span, &what, reason));
        }
        for node in nodes {
            node.when = both(when.clone(), node.when.take());
            if is_first(node, prefix) {
                for order in &orders {
                    if !node.after.iter().any(|(it, _)| *it == order.0) {
                        node.after.push(order.clone());
                    }
                }
            }
        }
    }

    /// The scope within an inlined pipeline, and the nodes that its workspaces wait for.
    fn inlined_scope(
        &mut self,
        name: &Name,
        pipeline: ItemId,
        base: &'a ast::Base,
        scope: &Scope<'a>,
    ) -> (Scope<'a>, Vec<(Name, Span)>) {
        let mut inner = Scope::of(pipeline);
        inner.prefix = Name::new(format!("{name}-"));
        let (Some((_, decl)), Some((_, callable))) =
            (self.decl(pipeline), self.callee(base, scope))
        else {
            return (inner, Vec::new());
        };
        let callable: &'a Callable = callable;
        let given = self.node_arguments(base, callable, scope);
        for param in decl.head.params.as_deref().unwrap_or_default() {
            let ty = self.checked.tables(pipeline).type_of(param.name.id);
            let value = match (given.get(&param.name.name), &param.default) {
                (Some(value), _) => self.filled(value.clone(), ty),
                (None, Some(default)) => self.expr(default, &inner),
                (None, None) => Expr::error(base.span),
            };
            inner.bind(param.name.id, fold::erased_for(ty, value));
        }
        let mut orders = Vec::new();
        let written = Written::of(&[], decl);
        for (decl, _) in written.declared("workspace") {
            let value = given.get(&decl.head.name.name).cloned();
            let value = value.unwrap_or_else(|| Expr::constant(base.span, Value::None));
            if let Some(workspace) = crate::lower::things::Workspace::of(&value) {
                let before = workspace.after.iter();
                orders.extend(before.map(|it| (it.clone(), value.span)));
            }
            inner.bind(decl.head.name.id, value);
        }
        (inner, orders)
    }

    /// A result of a pipeline that is inlined: the expression that gives it.
    pub(crate) fn inlined_result(
        &mut self,
        span: Span,
        (node, name): (&Name, &Name),
        (pipeline, base): (ItemId, &'a ast::Base),
        scope: &Scope<'a>,
    ) -> Expr {
        let Some((_, decl)) = self.decl(pipeline) else {
            return Expr::error(span);
        };
        let (mut inner, _) = self.inlined_scope(node, pipeline, base, scope);
        self.bind_nodes(decl.block.as_ref(), &mut inner);
        let Some(block) = &decl.block else {
            return Expr::error(span);
        };
        let layer = Layer {
            scope: inner,
            block,
        };
        let mut fields = self.fields(span, &layer);
        let result = fields.take("results").and_then(|it| it.get(name));
        result.unwrap_or_else(|| Expr::error(span))
    }
}

/// The nodes after which no other of the group comes.
fn ends(nodes: &[Node], prefix: &str) -> Vec<Name> {
    let mut before: Vec<Name> = Vec::new();
    for node in nodes {
        before.extend(node.producers().into_keys());
        before.extend(node.after.iter().map(|(it, _)| it.clone()));
    }
    let all = nodes.iter().map(|it| &it.name);
    let all = all.filter(|it| it.starts_with(prefix) && !before.contains(it));
    all.cloned().collect()
}

/// Whether a node waits for no other of its group.
fn is_first(node: &Node, prefix: &str) -> bool {
    let mut after = node.after.iter();
    let producers = node.producers();
    !after.any(|(it, _)| it.starts_with(prefix))
        && !producers.keys().any(|it| it.starts_with(prefix))
}
