//! Analyses and their metrics.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::tables::Signature;
use crate::lower::kind::has_environments;
use crate::lower::{Fields, Layer, Lowerer, Scope, errors};
use crate::plan::analysis::{Analysis, Metric};
use crate::plan::{Expr, Param, ParamShape, Ref};
use crate::resolve::{Item, ItemId};
use crate::syntax::ast::{self, MemberKind};
use crate::value::Value;

/// A metric while blocks are laid over it.
struct Draft {
    provider: Expr,
    fields: Fields,
}

/// A declaration of this kind at the top level. Environments have their own, but for those of the whole cluster.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a ast::Decl) {
    let (analysis, needs_env) = lowerer.shared(|it| it.analysis(item, decl));
    let everywhere = analysis.cluster_scoped || !has_environments(lowerer.program);
    if everywhere && !needs_env {
        let name = decl.head.name.name.clone();
        lowerer.plan.analyses.insert(name, analysis);
    }
}

impl<'a> Lowerer<'a> {
    /// An analysis as it is in the environment that is set.
    pub(crate) fn analysis(&mut self, item: &'a Item, decl: &'a ast::Decl) -> Analysis {
        let chain = self.chain(item.id);
        let params = self.analysis_params(item.id, &chain);
        let mut fields = Fields::new(decl.head.name.span);
        let mut drafts: IndexMap<Name, Draft> = IndexMap::new();
        for layer in self.layers(item.id) {
            let scope = self.with_params(&chain, &layer.scope);
            let scope = self.with_lets(&scope, layer.block);
            let block = layer.block;
            let layer = Layer { scope, block };
            self.lay(&mut fields, &layer);
            self.lay_metrics(&mut drafts, &layer);
        }
        self.fill_body(&mut fields, "AnalysisBody");
        let cluster_scoped = fields.take_text("scope").is_some_and(|it| it == "cluster");
        let drafts = drafts.into_iter();
        Analysis {
            external: decl.is_extern,
            cluster_scoped,
            params,
            metrics: drafts.map(|(name, draft)| metric(name, draft)).collect(),
            meta: self.item_meta(item, decl, &mut fields),
        }
    }

    /// The analysis that one is made from in the end, and all that were made of it on the way.
    fn chain(&self, item: ItemId) -> Vec<ItemId> {
        let mut chain = vec![item];
        let mut at = item;
        while let Some((_, decl)) = self.decl(at) {
            match self.base_of(at, decl) {
                Some(base) if !chain.contains(&base) => {
                    chain.insert(0, base);
                    at = base;
                }
                Some(_) | None => break,
            }
        }
        chain
    }

    /// A scope in which the parameters of the analyses are what the controller substitutes.
    fn with_params(&self, chain: &[ItemId], scope: &Scope<'a>) -> Scope<'a> {
        let mut inner = scope.clone();
        for id in chain {
            let Some((_, decl)) = self.decl(*id) else {
                continue;
            };
            inner.item = *id;
            for param in decl.head.params.iter().flatten() {
                let reference = Ref::Param(param.name.name.clone());
                let value = Expr::reference(param.name.span, reference);
                inner.bind(param.name.id, value);
            }
        }
        inner.item = scope.item;
        inner
    }

    fn analysis_params(&mut self, item: ItemId, chain: &[ItemId]) -> IndexMap<Name, Param> {
        let checked = self.checked;
        let Signature::Callable(callable) = checked.signature(item) else {
            return IndexMap::new();
        };
        let mut params = IndexMap::new();
        let mut known: IndexMap<Name, Expr> = IndexMap::new();
        for param in &callable.function.params {
            let default = param.default.map(|it| self.default(it, known.clone()));
            let default = default.filter(|it| !it.value().is_some_and(Value::is_none));
            if let Some(default) = &default {
                known.insert(param.name.clone(), default.clone());
            }
            let found = Param {
                name: param.name.clone(),
                span: self.param_span(chain, &param.name),
                shape: ParamShape::String,
                ty: param.ty.clone(),
                default,
                description: param.doc.as_ref().map(|it| it.to_string()),
            };
            params.insert(param.name.clone(), found);
        }
        for id in chain {
            self.base_arguments(*id, &mut params);
        }
        params
    }

    /// `analysis a = b(at-least: 0.9)`: what is given to the base is the default from here on.
    fn base_arguments(&mut self, item: ItemId, params: &mut IndexMap<Name, Param>) {
        let Some((_, decl)) = self.decl(item) else {
            return;
        };
        let Some(ast::Init::Base(base)) = &decl.init else {
            return;
        };
        if base.args.is_none() || self.base_of(item, decl).is_none() {
            return;
        }
        let call = self.base_call(base, &Scope::of(item));
        let given = call.get("args");
        for (name, value) in given
            .as_ref()
            .and_then(crate::lower::amend::record)
            .unwrap_or_default()
        {
            if let Some(param) = params.get_mut(&name) {
                param.default = Some(value);
            }
        }
    }

    fn param_span(&self, chain: &[ItemId], name: &Name) -> Span {
        let params = chain.iter().filter_map(|id| self.decl(*id));
        let mut params = params.flat_map(|(_, decl)| decl.head.params.iter().flatten());
        let found = params.find(|it| it.name.name == *name);
        let own = chain.last().and_then(|id| self.decl(*id));
        let own = own.map(|(_, decl)| decl.head.name.span);
        let nowhere = Span::new(crate::base::FileId(0), 0, 0);
        found.map(|it| it.name.span).or(own).unwrap_or(nowhere)
    }

    /// `success = prometheus(…) { … }` adds a metric, `success { … }` amends it.
    fn lay_metrics(&mut self, drafts: &mut IndexMap<Name, Draft>, layer: &Layer<'a>) {
        for member in &layer.block.members {
            match &member.kind {
                MemberKind::Binding(binding) => {
                    if let Some(draft) = self.metric_draft(binding, layer) {
                        drafts.insert(binding.name.name.clone(), draft);
                    }
                }
                MemberKind::Amend(amend) => match drafts.get_mut(&amend.name.name) {
                    Some(draft) => {
                        let scope = layer.scope.clone();
                        let block = &amend.block;
                        self.lay(&mut draft.fields, &Layer { scope, block });
                    }
                    None => {
                        let names = drafts.keys().map(Name::as_str);
                        let near = crate::base::spelling::nearest(&amend.name.name, names);
                        let name = &amend.name;
                        let found = errors::override_unknown(name.span, &name.name, near);
                        self.sink.push(found);
                    }
                },
                MemberKind::Field(_)
                | MemberKind::Assert(_)
                | MemberKind::Let(_)
                | MemberKind::Decl(_)
                | MemberKind::Error => {}
            }
        }
    }

    fn metric_draft(&mut self, binding: &'a ast::Binding, layer: &Layer<'a>) -> Option<Draft> {
        let ast::Init::Base(base) = &binding.init else {
            return None;
        };
        let provider = self.base_call(base, &layer.scope);
        let mut fields = Fields::new(binding.name.span);
        if let Some(block) = &binding.block {
            let scope = layer.scope.clone();
            self.lay(&mut fields, &Layer { scope, block });
        }
        Some(Draft { provider, fields })
    }
}

fn metric(name: Name, draft: Draft) -> Metric {
    let Draft {
        provider,
        mut fields,
    } = draft;
    Metric {
        name,
        span: fields.span,
        provider,
        every: fields.take_duration("every"),
        initial_delay: fields.take_duration("initial-delay"),
        count: fields.take("count"),
        failure_limit: fields.take("failure-limit"),
        inconclusive_limit: fields.take("inconclusive-limit"),
        consecutive_error_limit: fields.take("consecutive-error-limit"),
        pass: fields.take("pass"),
        fail: fields.take("fail"),
        no_data: fields.take_text("no-data"),
    }
}
