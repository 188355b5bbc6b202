//! What a name in an expression means: what is bound within the item, then the items, then the prelude.

use std::sync::Arc;

use crate::base::Name;
use crate::check::expr::Typed;
use crate::check::{Body, Callable, Meaning, Signature, Stage, errors};
use crate::resolve::ItemId;
use crate::schema::kinds::Namespace;
use crate::syntax::ast::{Block, Expr, ItemKind, NodeId, Word};
use crate::types::Type;

impl Body<'_, '_> {
    pub(crate) fn name(&mut self, expr: &Expr, name: &Name) -> Typed {
        if let Some(bound) = self.scopes.find(name).cloned() {
            self.record_meaning(expr.id, bound.meaning);
            if !bound.rivals.is_empty() {
                self.report(errors::ambiguous(expr.span, name, &bound.rivals));
                return (Type::Error, bound.stage);
            }
            return (bound.ty, bound.stage);
        }
        let Some(id) = self
            .checker
            .program
            .find(self.package, Namespace::Value, name)
        else {
            self.unknown_name(expr, name);
            return (Type::Error, Stage::Compile);
        };
        self.record_meaning(expr.id, Meaning::Item(id));
        match self.checker.signature(id) {
            Signature::Value(ty, stage) => (ty, stage),
            Signature::Thing(thing) => (Type::Thing(thing), Stage::Compile),
            Signature::None | Signature::Callable(_) | Signature::Type(_) => {
                (Type::Error, Stage::Compile)
            }
        }
    }

    /// Whether the name may be declared by what did not parse or could not be imported: that was reported.
    pub(crate) fn may_be_lost(&self, name: &str) -> bool {
        let program = self.checker.program;
        let within = program
            .item(self.item)
            .is_some_and(|it| match &it.tree.kind {
                ItemKind::Decl(it) => it.block.as_ref().is_some_and(Block::is_broken),
                ItemKind::Import(_)
                | ItemKind::Let(_)
                | ItemKind::Fn(_)
                | ItemKind::Type(_)
                | ItemKind::Error => false,
            });
        within || program.is_broken(self.package, name)
    }

    fn unknown_name(&mut self, expr: &Expr, name: &Name) {
        if self.may_be_lost(name) {
            return;
        }
        let program = self.checker.program;
        let callable = program.find(self.package, Namespace::Callable, name);
        if let Some(item) = callable.and_then(|it| program.item(it)) {
            self.report(errors::not_a_value(expr.span, name, errors::kind_of(item)));
            return;
        }
        if program.find_type(self.package, name).is_some() {
            self.report(errors::not_a_value(expr.span, name, "type"));
            return;
        }
        let package = program.package(self.package);
        let prelude = program.package(program.prelude);
        let items = package
            .into_iter()
            .chain(prelude)
            .flat_map(|it| it.values.keys());
        let known: Vec<&str> = self.scopes.names().chain(items.map(Name::as_str)).collect();
        let found = errors::unknown_name(expr.span, name, &known);
        self.report(found);
    }

    /// `each.os`: the argument of the one instance.
    pub(crate) fn each_ref(&mut self, expr: &Expr, word: &Word) -> Typed {
        let Some(bound) = self.scopes.find("each").cloned() else {
            self.report(errors::no_each(expr.span));
            return (Type::Error, Stage::Run);
        };
        self.record_meaning(expr.id, bound.meaning);
        (self.member(&bound.ty, "`each`", word), bound.stage)
    }

    /// What is called by that path (`success-rate`); records its meaning at `node`, reports what cannot be called.
    pub(crate) fn callable(
        &mut self,
        node: NodeId,
        path: &[Word],
    ) -> Option<(ItemId, Arc<Callable>)> {
        let (word, more) = path.split_first()?;
        if let Some(further) = more.first() {
            self.report(errors::no_path(further.span, &word.name));
            return None;
        }
        let Some(id) = self
            .checker
            .program
            .find(self.package, Namespace::Callable, &word.name)
        else {
            self.unknown_callable(word);
            return None;
        };
        self.record_meaning(node, Meaning::Item(id));
        match self.checker.signature(id) {
            Signature::Callable(callable) => Some((id, callable)),
            Signature::None | Signature::Value(..) | Signature::Type(_) | Signature::Thing(_) => {
                None
            }
        }
    }

    fn unknown_callable(&mut self, word: &Word) {
        if self.may_be_lost(&word.name) {
            return;
        }
        let program = self.checker.program;
        let bound = self.scopes.find(&word.name).map(|it| it.ty.clone());
        if bound.as_ref().is_some_and(Type::is_error) {
            return;
        }
        let value = program.find(self.package, Namespace::Value, &word.name);
        if bound.is_some() || value.is_some() {
            let kind = value
                .and_then(|it| program.item(it))
                .map_or("value", errors::kind_of);
            self.report(errors::not_callable(word, kind));
            return;
        }
        let package = program.package(self.package);
        let prelude = program.package(program.prelude);
        let items = package
            .into_iter()
            .chain(prelude)
            .flat_map(|it| it.callables.keys());
        let known: Vec<&str> = items.map(Name::as_str).collect();
        self.report(errors::unknown_callable(word, &known));
    }
}
