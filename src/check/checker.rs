//! The state of one check: signatures found on demand, tables under construction, which item uses which.

use std::sync::Arc;

use indexmap::IndexSet;

use crate::base::{Name, graph::Dag};
use crate::check::tables::{Checked, Signature, Stage, Tables};
use crate::check::{Body, errors, item};
use crate::diag::{Diagnostic, Sink};
use crate::resolve::{Item, ItemId, Program};
use crate::syntax::ast::{self, ItemKind, NodeId};
use crate::types::{DefaultId, RecordType, Type};

/// The state of one check.
pub(crate) struct Checker<'p> {
    pub(crate) program: &'p Program,
    pub(crate) sink: &'p mut Sink,
    tables: Vec<Tables>,
    signatures: Vec<State>,
    /// How many expressions and signatures are being typed within each other.
    pub(crate) depth: usize,
    defaults: Vec<(ItemId, Arc<ast::Expr>)>,
    /// What is used by whom, of items that must not need themselves.
    uses: IndexSet<(ItemId, ItemId)>,
    /// See [`Checked`].
    lacking: bool,
}

/// So deep may items need each other, one by way of the next: what the stack holds, with room to spare.
const MAX_DEPTH: usize = 15_000;

/// How far the signature of an item is.
enum State {
    Unknown,
    /// Being found: whoever asks now needs itself.
    Open,
    Known(Signature),
}

impl<'p> Checker<'p> {
    pub(crate) fn new(program: &'p Program, sink: &'p mut Sink) -> Self {
        let blank = |item: &Item| Tables {
            types: vec![Type::Error; item.tree.nodes as usize],
            stages: vec![Stage::Compile; item.tree.nodes as usize],
            ..Tables::default()
        };
        Self {
            program,
            sink,
            tables: program.items.iter().map(blank).collect(),
            signatures: program.items.iter().map(|_| State::Unknown).collect(),
            depth: 0,
            defaults: Vec::new(),
            uses: IndexSet::new(),
            lacking: false,
        }
    }

    pub(crate) fn finish(self) -> Checked {
        let known = |state: State| match state {
            State::Known(signature) => signature,
            State::Unknown | State::Open => Signature::None,
        };
        Checked {
            tables: self.tables,
            signatures: self.signatures.into_iter().map(known).collect(),
            defaults: self.defaults,
            lacking: self.lacking,
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// What an item is, seen from outside. An item that needs itself for that is [`Signature::None`] to itself;
    /// the circle is reported from the recorded uses.
    pub(crate) fn signature(&mut self, id: ItemId) -> Signature {
        if self.depth > MAX_DEPTH && !self.is_known(id) {
            let name = self.item(id).and_then(|it| it.tree.name());
            if let Some(found) = name.map(|it| errors::too_deep(it.span, &it.name)) {
                self.report(found);
            }
            return Signature::None;
        }
        match self.signatures.get_mut(id.0 as usize) {
            None | Some(State::Open) => return Signature::None,
            Some(State::Known(signature)) => return signature.clone(),
            Some(state @ State::Unknown) => *state = State::Open,
        }
        self.depth += 1;
        let found = item::signature(self, id);
        self.depth -= 1;
        if let Some(state) = self.signatures.get_mut(id.0 as usize) {
            *state = State::Known(found.clone());
        }
        found
    }

    fn is_known(&self, id: ItemId) -> bool {
        matches!(self.signatures.get(id.0 as usize), Some(State::Known(_)))
    }

    /// The context in which the insides of an item are checked.
    pub(crate) fn body_of(&mut self, id: ItemId) -> Body<'_, 'p> {
        Body::new(self, id)
    }

    pub(crate) fn item(&self, id: ItemId) -> Option<&'p Item> {
        let program: &'p Program = self.program;
        program.item(id)
    }

    /// A record type of the prelude, by name: the fields of a kind's block. Empty where there is none.
    pub(crate) fn prelude_record(&mut self, name: &str) -> Arc<RecordType> {
        match self.prelude_type(name) {
            Type::Record(record) => record,
            _ => Arc::default(),
        }
    }

    /// A type of the prelude, by name.
    pub(crate) fn prelude_type(&mut self, name: &str) -> Type {
        let prelude = self.program.prelude;
        let Some(id) = self.program.find_type(prelude, name) else {
            self.lacking = true;
            return Type::Error;
        };
        match self.signature(id) {
            Signature::Type(ty) => ty,
            Signature::None
            | Signature::Value(..)
            | Signature::Callable(_)
            | Signature::Thing(_) => Type::Error,
        }
    }

    /// Keeps the default of a field or parameter; `item` is the one in whose tables its nodes are.
    pub(crate) fn add_default(&mut self, item: ItemId, expr: &ast::Expr) -> DefaultId {
        let id = DefaultId(u32::try_from(self.defaults.len()).unwrap_or(u32::MAX));
        self.defaults.push((item, Arc::new(expr.clone())));
        id
    }

    pub(crate) fn tables(&self, item: ItemId) -> Option<&Tables> {
        self.tables.get(item.0 as usize)
    }

    pub(crate) fn tables_mut(&mut self, item: ItemId) -> Option<&mut Tables> {
        self.tables.get_mut(item.0 as usize)
    }

    pub(crate) fn record(&mut self, item: ItemId, node: NodeId, ty: Type, stage: Stage) {
        let Some(tables) = self.tables_mut(item) else {
            return;
        };
        if let Some(slot) = tables.types.get_mut(node.0 as usize) {
            *slot = ty;
        }
        if let Some(slot) = tables.stages.get_mut(node.0 as usize) {
            *slot = stage;
        }
    }

    /// Notes that `user` cannot be without `used`.
    pub(crate) fn note_use(&mut self, user: ItemId, used: ItemId) {
        if self.needs_order(user) && self.needs_order(used) {
            self.uses.insert((user, used));
        }
    }

    /// Notes that `user` is made from `base`: whatever it is, it cannot be made from itself.
    pub(crate) fn note_base(&mut self, user: ItemId, base: ItemId) {
        self.uses.insert((user, base));
    }

    /// Things may name each other; what is computed from other things may not.
    fn needs_order(&self, id: ItemId) -> bool {
        let Some(item) = self.item(id) else {
            return false;
        };
        match &item.tree.kind {
            ItemKind::Let(_) | ItemKind::Fn(_) | ItemKind::Type(_) => true,
            ItemKind::Decl(decl) => {
                let computed = [
                    "pipeline",
                    "run",
                    "analysis",
                    "image",
                    "repository",
                    "cluster",
                ];
                computed.contains(&decl.kind.name.as_str())
            }
            ItemKind::Import(_) | ItemKind::Error => false,
        }
    }

    /// Reports every circle among the items once, at the item on it that stands first.
    pub(crate) fn report_cycles(&mut self) {
        let key = |id: ItemId| Name::new(id.0.to_string());
        let mut graph = Dag::default();
        for (user, used) in &self.uses {
            graph.add_edge(&key(*user), &key(*used));
        }
        for cycle in graph.cycles() {
            let mut ids: Vec<ItemId> = cycle
                .iter()
                .filter_map(|it| it.parse().ok())
                .map(ItemId)
                .collect();
            ids.sort();
            let program = self.program;
            let items: Vec<&Item> = ids.iter().filter_map(|it| program.item(*it)).collect();
            if let Some(found) = errors::cycle(&items) {
                self.report(found);
            }
        }
    }
}
