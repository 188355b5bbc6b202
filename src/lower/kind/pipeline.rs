//! Pipelines: their nodes, what each hands to its callee, and pipelines within pipelines.

use std::rc::Rc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::Meaning;
use crate::check::tables::{Callable, Signature};
use crate::lower::kind::callable::{Written, allowed};
use crate::lower::things::Nodes;
use crate::lower::{Fields, Lowerer, Scope, amend, errors, fold, thing};
use crate::plan::{Expr, ExprKind, Node, Pipeline, PipelineResult};
use crate::resolve::{Item, ItemId};
use crate::syntax::ast::{self, Binding, Block, Decl, Doc, MemberKind};
use crate::types::RecordType;

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a Decl) {
    let pipeline = lowerer.pipeline_item(item, decl);
    let (name, span) = (pipeline.meta.name.clone(), pipeline.meta.span);
    if let Some(first) = lowerer.plan.pipelines.insert(name.clone(), pipeline) {
        let found = errors::same_object(span, "pipeline", &name, first.meta.span);
        lowerer.sink.push(found);
    }
}

/// A node as written, with its doc lines.
pub(crate) type WrittenNode<'a> = (&'a Binding, &'a [Doc]);

/// The nodes of a pipeline's block, and those of its `finally`.
pub(crate) fn bindings(block: Option<&Block>) -> (Vec<WrittenNode<'_>>, Vec<WrittenNode<'_>>) {
    let mut members = block.into_iter().flat_map(|it| &it.members);
    let finally = members.find_map(|it| block_named(it, "finally"));
    (bindings_of(block), bindings_of(finally))
}

/// The block of `name { … }`.
pub(crate) fn block_named<'a>(member: &'a ast::Member, name: &str) -> Option<&'a Block> {
    let MemberKind::Amend(amend) = &member.kind else {
        return None;
    };
    (amend.name.name == name).then_some(&amend.block)
}

fn bindings_of(block: Option<&Block>) -> Vec<WrittenNode<'_>> {
    let members = block.into_iter().flat_map(|it| &it.members);
    let all = members.filter_map(|it| {
        let MemberKind::Binding(binding) = &it.kind else {
            return None;
        };
        Some((binding, &*it.docs))
    });
    all.collect()
}

impl<'a> Lowerer<'a> {
    /// The name in the plan of a pipeline that is used; one of another package is lowered at its first use.
    pub(crate) fn used_pipeline(&mut self, id: ItemId) -> Option<Name> {
        let (item, decl) = self.decl(id)?;
        let name = self.object_name_of(id, &decl.head.name.name);
        if item.package != self.program.root && self.used.insert(id) {
            let pipeline = self.pipeline_item(item, decl);
            self.plan.pipelines.insert(name.clone(), pipeline);
        }
        Some(name)
    }

    fn pipeline_item(&mut self, item: &'a Item, decl: &'a Decl) -> Pipeline {
        if let Some(ast::Init::Base(base)) = &decl.init {
            self.not_supported(base.span, "a pipeline made from another");
        }
        let written = Written::of(&item.tree.docs, decl);
        let types = self.result_types(item.id);
        let mut pipeline = self.pipeline(&written, &types, Scope::of(item.id), &|_| true);
        pipeline.embedded = false;
        pipeline.own = item.package == self.program.root;
        if decl.is_extern {
            pipeline.external.get_or_insert(None);
        }
        pipeline
    }

    /// A pipeline, as an item or embedded, with those fields of its block that are `wanted`.
    pub(crate) fn pipeline(
        &mut self,
        written: &Written<'a>,
        types: &RecordType,
        mut scope: Scope<'a>,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Pipeline {
        let params = self.params(written.params, &mut scope);
        let workspaces = self.workspaces(written, &mut scope);
        let (nodes, finally) = self.bind_nodes(written.block, &mut scope);
        let mut fields = self.pipeline_fields(written, &mut scope, wanted);
        let meta = self.meta(written.name, written.docs, &mut fields);
        let values = fields.take_map("results");
        let results = self.results(written.results, types, &values);
        let results = results.into_iter().map(|(name, it)| {
            let result = PipelineResult {
                name: it.name,
                span: it.span,
                shape: it.shape,
                ty: it.ty,
                description: it.description,
                value: it.value,
            };
            (name, result)
        });
        let results = results.collect();
        let mut groups = IndexMap::new();
        let nodes = self.nodes_of(&nodes, &scope, &mut groups);
        let finally = self.nodes_of(&finally, &scope, &mut groups);
        let mut pipeline = Pipeline {
            meta,
            embedded: true,
            external: fields.take("from").map(Some),
            own: true,
            params,
            workspaces,
            nodes,
            finally,
            results,
            allowed: allowed(written.block),
        };
        expand_groups(&mut pipeline, &groups);
        pipeline
    }

    fn pipeline_fields(
        &mut self,
        written: &Written<'a>,
        scope: &mut Scope<'a>,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Fields {
        let Some(block) = written.block else {
            return Fields::new(written.name.span);
        };
        *scope = self.with_lets(scope, block);
        let mut fields = Fields::new(written.name.span);
        self.lay_some(&mut fields, block, scope, wanted);
        if let Some(spec) = fields.take("spec") {
            for (key, value) in amend::record(&spec).unwrap_or_default() {
                let span = value.span;
                fields.values.insert(key, (value, span));
            }
        }
        fields
    }

    /// Binds the names of the nodes, and notes what they hand to their workspaces.
    pub(crate) fn bind_nodes(
        &mut self,
        block: Option<&'a Block>,
        scope: &mut Scope<'a>,
    ) -> (Vec<WrittenNode<'a>>, Vec<WrittenNode<'a>>) {
        let (nodes, finally) = bindings(block);
        let mut known = Nodes::default();
        for (binding, _) in nodes.iter().chain(&finally) {
            let name = Name::new(format!("{}{}", scope.prefix, binding.name.name));
            let value = Expr::constant(binding.name.span, thing("node", &name));
            scope.bind(binding.name.id, value);
            known
                .workspaces
                .insert(name.clone(), self.written_workspaces(binding, scope));
            known
                .results
                .insert(name.clone(), self.written_results(binding, scope));
            if fans_out(binding) {
                known.fanned.insert(name.clone());
            }
            if let Some(inlined) = self.inlined_call(binding, scope) {
                known.inlined.insert(name, inlined);
            }
        }
        scope.nodes = Some(Rc::new(known));
        (nodes, finally)
    }

    /// The callee of a node, where it is declared.
    pub(crate) fn callee(
        &self,
        base: &ast::Base,
        scope: &Scope<'a>,
    ) -> Option<(ItemId, &'a Callable)> {
        let meaning = self.checked.tables(scope.item).meanings.get(&base.id);
        let Some(Meaning::Item(id)) = meaning else {
            return None;
        };
        match self.checked.signature(*id) {
            Signature::Callable(callable) => Some((*id, callable)),
            Signature::None | Signature::Value(..) | Signature::Type(_) | Signature::Thing(_) => {
                None
            }
        }
    }

    fn written_workspaces(
        &self,
        binding: &'a Binding,
        scope: &Scope<'a>,
    ) -> IndexMap<Name, &'a ast::Expr> {
        let mut found = IndexMap::new();
        match &binding.init {
            ast::Init::Base(base) => {
                let Some((_, callable)) = self.callee(base, scope) else {
                    return found;
                };
                let map = self.checked.tables(scope.item).args.get(&base.id);
                let params = callable.function.params.iter().enumerate();
                for (index, param) in params {
                    let at = map.and_then(|it| it.get(index).copied().flatten());
                    let args = base.args.as_deref().unwrap_or_default();
                    if let Some(argument) = at.and_then(|it| args.get(it))
                        && index >= callable.plain_params().count()
                    {
                        found.insert(param.name.clone(), &argument.value);
                    }
                }
            }
            ast::Init::Literal(_) => {
                for entry in record_entries(binding.block.as_ref(), "workspaces") {
                    found.insert(entry.key.name.clone(), &entry.value);
                }
            }
        }
        found
    }

    fn written_results(&self, binding: &Binding, scope: &Scope<'a>) -> Vec<Name> {
        match &binding.init {
            ast::Init::Base(base) => {
                let callee = self.callee(base, scope);
                let names = callee
                    .into_iter()
                    .flat_map(|(_, it)| it.results.fields.keys());
                names.cloned().collect()
            }
            ast::Init::Literal(literal) => {
                let fields = literal.results.iter().flatten();
                let names = fields.filter_map(|it| match it {
                    ast::TypeField::Field(it) => Some(it.name.name.clone()),
                    ast::TypeField::Spread(_) => None,
                });
                names.collect()
            }
        }
    }

    pub(crate) fn nodes_of(
        &mut self,
        written: &[WrittenNode<'a>],
        scope: &Scope<'a>,
        groups: &mut Groups,
    ) -> Vec<Node> {
        let mut found = Vec::new();
        for (binding, docs) in written {
            let name = Name::new(format!("{}{}", scope.prefix, binding.name.name));
            let nodes = scope.nodes.clone();
            let inlined = nodes.as_ref().and_then(|it| it.inlined.get(&name));
            match inlined {
                Some((pipeline, base)) => {
                    let call = (binding.block.as_ref(), &name, *pipeline, *base);
                    found.extend(self.inlined_nodes(call, scope, groups));
                }
                None => found.extend(self.node(binding, docs, scope)),
            }
        }
        found
    }
}

/// For each call of a pipeline that is inlined the nodes that end it, for whatever comes after it.
pub(crate) type Groups = IndexMap<Name, Vec<Name>>;

/// `after: [call]`, where the call is inlined, is after its last nodes.
fn expand_groups(pipeline: &mut Pipeline, groups: &Groups) {
    if groups.is_empty() {
        return;
    }
    for node in pipeline.nodes.iter_mut().chain(&mut pipeline.finally) {
        let mut after: Vec<(Name, Span)> = Vec::new();
        for (name, span) in std::mem::take(&mut node.after) {
            for name in ends_of(&name, groups, 0) {
                if !after.iter().any(|(it, _)| *it == name) {
                    after.push((name, span));
                }
            }
        }
        node.after = after;
    }
}

fn ends_of(name: &Name, groups: &Groups, depth: usize) -> Vec<Name> {
    match groups.get(name) {
        Some(ends) if depth < 64 => {
            let ends = ends.iter();
            ends.flat_map(|it| ends_of(it, groups, depth + 1)).collect()
        }
        Some(_) | None => vec![name.clone()],
    }
}

/// The entries of a field that is written as a record.
fn record_entries<'a>(
    block: Option<&'a Block>,
    key: &'static str,
) -> impl Iterator<Item = &'a ast::Field> {
    let members = block.into_iter().flat_map(|it| &it.members);
    let records = members.filter_map(move |it| {
        let MemberKind::Field(field) = &it.kind else {
            return None;
        };
        let ast::ExprKind::Record(entries) = &field.value.peeled().kind else {
            return None;
        };
        (field.key.name == key).then_some(entries)
    });
    records.flatten().filter_map(|it| match it {
        ast::Entry::Field(field) => Some(field),
        ast::Entry::Spread(..) => None,
    })
}

/// Whether a node has a list for one of its arguments, of which each instance has an element.
pub(crate) fn fans_out(binding: &Binding) -> bool {
    let is_each = |it: &ast::Expr| matches!(it.peeled().kind, ast::ExprKind::Each(_));
    let block = binding.block.as_ref();
    let given = match &binding.init {
        ast::Init::Base(base) => base.args.iter().flatten().any(|it| is_each(&it.value)),
        ast::Init::Literal(_) => record_entries(block, "params").any(|it| is_each(&it.value)),
    };
    let mut members = block.into_iter().flat_map(|it| &it.members);
    given || members.any(|it| matches!(&it.kind, MemberKind::Field(it) if it.key.name == "include"))
}

/// Both conditions, where there are two.
pub(crate) fn both(a: Option<Expr>, b: Option<Expr>) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let span = b.span;
            // What is said in CEL is nothing that is computed.
            if [&a, &b]
                .iter()
                .any(|it| it.conjuncts().iter().any(|it| it.is_cel()))
            {
                let kind = ExprKind::Binary(crate::value::BinaryOp::And, (a, b).into());
                return Some(Expr { span, kind });
            }
            let both = fold::binary(span, crate::value::BinaryOp::And, a, b);
            both.ok()
        }
        (one, other) => one.or(other),
    }
}
