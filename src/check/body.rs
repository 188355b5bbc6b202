//! The context while the inside of one item is checked: where it is, what is bound, what was found out.

use crate::base::Name;
use crate::check::scope::{Bound, Scopes};
use crate::check::tables::ArgMap;
use crate::check::{Checker, Meaning, Stage};
use crate::diag::Diagnostic;
use crate::resolve::{ItemId, PackageId};
use crate::syntax::ast::{Ident, NodeId};
use crate::types::Type;

/// The context while the inside of one item is checked. What it finds goes into the tables of that item.
pub(crate) struct Body<'c, 'p> {
    pub(crate) checker: &'c mut Checker<'p>,
    pub(crate) item: ItemId,
    pub(crate) package: PackageId,
    pub(crate) scopes: Scopes,
    /// The latest stage of values of fields, see [`Body::set_latest`].
    pub(crate) latest: Stage,
    /// Whether `each list` may stand: in the arguments of a node.
    pub(crate) each: bool,
    /// Whether one capital letter is a type variable: in `extern fn`.
    pub(crate) variables: bool,
}

impl<'c, 'p> Body<'c, 'p> {
    pub(crate) fn new(checker: &'c mut Checker<'p>, item: ItemId) -> Self {
        let package = checker
            .item(item)
            .map_or_else(PackageId::default, |it| it.scope);
        Self {
            checker,
            item,
            package,
            scopes: Scopes::default(),
            latest: Stage::Run,
            each: false,
            variables: false,
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.checker.report(diagnostic);
    }

    // ---- what was found out

    pub(crate) fn record(&mut self, node: NodeId, ty: Type, stage: Stage) {
        self.checker.record(self.item, node, ty, stage);
    }

    pub(crate) fn record_meaning(&mut self, node: NodeId, meaning: Meaning) {
        if let Meaning::Item(used) = &meaning {
            self.checker.note_use(self.item, *used);
        }
        if let Some(tables) = self.checker.tables_mut(self.item) {
            tables.meanings.insert(node, meaning);
        }
    }

    pub(crate) fn record_args(&mut self, call: NodeId, map: ArgMap) {
        if let Some(tables) = self.checker.tables_mut(self.item) {
            tables.args.insert(call, map);
        }
    }

    /// The type of a node that was checked before.
    pub(crate) fn type_of(&self, node: NodeId) -> Type {
        let tables = self.checker.tables(self.item);
        tables.map_or(Type::Error, |it| it.type_of(node).clone())
    }

    /// The stage of a node that was checked before.
    pub(crate) fn stage_of(&self, node: NodeId) -> Stage {
        let tables = self.checker.tables(self.item);
        tables.map_or(Stage::Compile, |it| it.stage_of(node))
    }

    // ---- scopes

    pub(crate) fn push_scope(&mut self) {
        self.scopes.push();
    }

    pub(crate) fn pop_scope(&mut self) {
        self.scopes.pop();
    }

    /// Binds a name in the innermost scope and records its type. For a thing, `stage` says when it is known *which* thing it is
    /// (a workspace, a node: `Compile`); when its fields are known follows from its kind.
    /// A name bound twice in one scope is ambiguous where it stands bare.
    pub(crate) fn bind(&mut self, ident: &Ident, ty: Type, stage: Stage) {
        self.record(ident.id, ty.clone(), stage);
        let meaning = Meaning::Bound(self.item, ident.id);
        let span = Some(ident.span);
        let bound = Bound {
            ty,
            stage,
            meaning,
            span,
            rivals: Vec::new(),
            hidden: None,
        };
        self.scopes.bind(ident.name.clone(), bound);
    }

    /// Binds a word that stands for a group in this place (`params`, `event`): a record, or a thing.
    pub(crate) fn bind_group(&mut self, name: &str, ty: Type, stage: Stage) {
        let name = Name::new(name);
        let meaning = Meaning::Group(name.clone());
        let bound = Bound {
            ty,
            stage,
            meaning,
            span: None,
            rivals: Vec::new(),
            hidden: None,
        };
        self.scopes.bind(name, bound);
    }
}
