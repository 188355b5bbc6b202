//! Actions, and steps that are made from them.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::lower::kind::callable::continues;
use crate::lower::kind::task::{is_true, take_env};
use crate::lower::{Fields, Layer, Lowerer, Scope, errors, fold};
use crate::plan::{Action, ActionUse, Expr, Step};
use crate::resolve::{Item, ItemId};
use crate::syntax::ast::{self, Decl};

/// A declaration of this kind at the top level.
pub(crate) fn lower<'a>(lowerer: &mut Lowerer<'a>, item: &'a Item, decl: &'a Decl) {
    let action = lowerer.action_item(item, decl);
    let (name, span) = (action.meta.name.clone(), action.meta.span);
    if let Some(first) = lowerer.plan.actions.insert(name.clone(), action) {
        let found = errors::same_object(span, "action", &name, first.meta.span);
        lowerer.sink.push(found);
    }
}

impl<'a> Lowerer<'a> {
    /// The name in the plan of an action that is used; one of another package is lowered at its first use.
    fn used_action(&mut self, id: ItemId) -> Option<Name> {
        let (item, decl) = self.decl(id)?;
        let name = self.object_name_of(id, &decl.head.name.name);
        if item.package != self.program.root && self.used.insert(id) {
            let action = self.action_item(item, decl);
            self.plan.actions.insert(name.clone(), action);
        }
        Some(name)
    }

    fn action_item(&mut self, item: &'a Item, decl: &'a Decl) -> Action {
        let mut scope = Scope::of(item.id);
        let params = decl.head.params.as_deref().unwrap_or_default();
        let params = self.params(params, &mut scope);
        let mut fields = self.action_fields(decl, &scope);
        let meta = self.meta(&decl.head.name, &item.tree.docs, &mut fields);
        let external = decl.is_extern.then(|| fields.take("from"));
        Action {
            meta,
            external,
            params,
            step: self.action_step(item.id, decl, fields),
        }
    }

    fn action_fields(&mut self, decl: &'a Decl, scope: &Scope<'a>) -> Fields {
        let span = decl.head.name.span;
        match &decl.block {
            Some(block) => {
                let scope = scope.clone();
                self.fields(span, &Layer { scope, block })
            }
            None => Fields::new(span),
        }
    }

    /// What an action runs.
    fn action_step(&mut self, item: ItemId, decl: &'a Decl, mut fields: Fields) -> Step {
        let results = decl.results.as_deref().unwrap_or_default();
        let types = self.result_types(item);
        let image = fields.take("image").map(|it| self.image_reference(it));
        let env = take_env(&mut fields);
        let mut step = Step::container(decl.head.name.span, fields.rest());
        (step.image, step.env) = (image, env);
        step.results = self.results(results, &types, &IndexMap::new());
        step
    }

    /// `step x = action(arguments) { options }`
    pub(crate) fn step_of_action(
        &mut self,
        decl: &'a Decl,
        base: &'a ast::Base,
        docs: &'a [ast::Doc],
        scope: &Scope<'a>,
    ) -> Step {
        let name = &decl.head.name;
        let mut step = Step::empty(name.span);
        if let Some((id, callable)) = self.callee(base, scope) {
            let args = base.args.as_deref().unwrap_or_default();
            let mut given = self.given(callable, base.id, (None, args), scope);
            for param in &callable.function.params {
                if let Some(value) = given.get_mut(&param.name) {
                    *value = fold::erased_for(&param.ty, value.clone());
                }
            }
            step = self.filled_step(id, &name.name, base.span, &given);
            let action = self.used_action(id);
            step.action = action.map(|action| ActionUse {
                action,
                args: given,
                from: None,
            });
        }
        let mut fields = self.member_fields(decl, scope);
        step.name = (name.name != "_").then(|| name.name.clone());
        step.span = name.span;
        step.description = ast::doc_text(docs);
        step.when = fields.take("when").filter(|it| !is_true(it));
        step.timeout = fields.take_duration("timeout");
        (step.continue_on_error, step.on_error) = on_error(&mut fields);
        if let Some(action) = &mut step.action {
            action.from = fields.take("from");
        }
        step.extra = fields.rest();
        step
    }

    /// What the action runs with the arguments in the place of its parameters.
    fn filled_step(
        &mut self,
        id: ItemId,
        step: &Name,
        span: Span,
        given: &IndexMap<Name, Expr>,
    ) -> Step {
        let Some((_, decl)) = self.decl(id).filter(|_| self.spend(100, span)) else {
            return Step::empty(span);
        };
        let mut inner = Scope::of(id);
        inner.step = Some(step.clone());
        for param in decl.head.params.as_deref().unwrap_or_default() {
            let ty = self.checked.tables(id).type_of(param.name.id);
            let value = match (given.get(&param.name.name), &param.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => self.expr(default, &inner),
                (None, None) => Expr::error(span),
            };
            inner.bind(param.name.id, fold::erased_for(ty, value));
        }
        let fields = self.action_fields(decl, &inner);
        self.action_step(id, decl, fields)
    }
}

/// `onError`: whether it is known to be `"continue"`, and what says it where a parameter does.
pub(crate) fn on_error(fields: &mut Fields) -> (bool, Option<Expr>) {
    let said = fields.take("onError");
    let continues = continues(said.as_ref());
    (continues, said.filter(|it| it.text() != Some("continue")))
}
