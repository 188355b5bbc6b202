//! Checked tree to plan: defaults filled, amendments laid over, everything computed that is known when compiling.
//!
//! A [`Lowerer`] goes through the items in the order of the text; `kind/KIND.rs` turns the declarations of a kind into objects of
//! the plan. What is written in their blocks is read by [`fields`], and computed by [`expr`], a partial evaluator.

mod amend;
mod budget;
mod call;
mod errors;
mod expr;
pub(crate) mod fields;
mod fold;
mod function;
mod groups;
mod kind;
mod literal;
mod names;
mod places;
pub(crate) mod scope;
mod shape;
mod things;

use indexmap::{IndexMap, IndexSet};

use crate::base::{Name, Span};
use crate::check::Checked;
use crate::diag::Sink;
use crate::plan::{Expr, Plan, Profile};
use crate::resolve::{Item, ItemId, Program};
use crate::syntax::ast;

use budget::Budget;
use fields::Environment;
use places::Places;

pub(crate) use fields::{Fields, Layer};
pub(crate) use function::function;
pub(crate) use scope::Scope;

/// Lowers a program that was checked without an error.
pub(crate) fn lower(
    program: &Program,
    checked: &Checked,
    profile: Profile,
    sink: &mut Sink,
) -> Plan {
    let mut lowerer = Lowerer::new(program, checked, profile, sink);
    for item in program.own_items() {
        lowerer.budget.renew(item.tree.name().map(|it| it.span));
        lowerer.item(item);
    }
    lowerer.plan
}

/// What lowering knows and has made so far.
pub(crate) struct Lowerer<'a> {
    pub(crate) program: &'a Program,
    pub(crate) checked: &'a Checked,
    pub(crate) sink: &'a mut Sink,
    pub(crate) plan: Plan,
    /// While things are lowered for an environment: what `env.x` gives, and what it amends.
    pub(crate) environment: Option<Environment<'a>>,
    /// Declarations by kind and name.
    things: IndexMap<(Name, Name), ItemId>,
    budget: Budget,
    places: Places,
    /// Values of `let` items, for the environment that is set.
    lets: IndexMap<ItemId, Expr>,
    /// The calls of functions that are being inlined, the outermost first.
    calls: Vec<Span>,
    /// How many expressions the one being computed stands within.
    depth: usize,
    /// A `let` is computed although nothing asked for it: one that needs `env` is left alone.
    probing: bool,
    probed_env: bool,
    /// Tasks and pipelines of other packages that are in the plan.
    used: IndexSet<ItemId>,
}

impl<'a> Lowerer<'a> {
    fn new(
        program: &'a Program,
        checked: &'a Checked,
        profile: Profile,
        sink: &'a mut Sink,
    ) -> Self {
        Self {
            program,
            checked,
            sink,
            plan: Plan {
                profile,
                ..Plan::default()
            },
            environment: None,
            things: things(program),
            budget: Budget::default(),
            places: Places::default(),
            lets: IndexMap::new(),
            calls: Vec::new(),
            depth: 0,
            probing: false,
            probed_env: false,
            used: IndexSet::new(),
        }
    }

    /// Runs `action` with `environment` set: `env.x` is bound and what it amends is amended.
    pub(crate) fn within<T>(
        &mut self,
        environment: Environment<'a>,
        action: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.environment.replace(environment);
        let lets = std::mem::take(&mut self.lets);
        let result = action(self);
        self.environment = outer;
        self.lets = lets;
        result
    }

    fn item(&mut self, item: &'a Item) {
        match &item.tree.kind {
            ast::ItemKind::Decl(decl) => kind::lower(self, item, decl),
            ast::ItemKind::Let(_) => self.probe(item.id),
            ast::ItemKind::Import(_)
            | ast::ItemKind::Fn(_)
            | ast::ItemKind::Type(_)
            | ast::ItemKind::Error => {}
        }
    }

    /// Computes a `let` in the order of the text, so that what is wrong with it is said even if nothing uses it,
    /// and long chains of them do not nest.
    fn probe(&mut self, item: ItemId) {
        let Some(tree) = self.program.item(item) else {
            return;
        };
        self.probing = true;
        self.probed_env = false;
        self.let_value(tree.tree.span, item);
        if self.probed_env {
            self.lets.clear();
        }
        self.probing = false;
    }

    /// The declaration behind an item, if it is one.
    pub(crate) fn decl(&self, item: ItemId) -> Option<(&'a Item, &'a ast::Decl)> {
        let item = self.program.item(item)?;
        if let ast::ItemKind::Decl(decl) = &item.tree.kind {
            Some((item, decl))
        } else {
            None
        }
    }

    /// The item that declares a thing of that name; the user's own before those of other packages.
    pub(crate) fn find_thing(&self, kind: &str, name: &str) -> Option<ItemId> {
        let key = (Name::new(kind), Name::new(name));
        self.things.get(&key).copied()
    }
}

/// The declarations of the program by kind and name.
fn things(program: &Program) -> IndexMap<(Name, Name), ItemId> {
    let mut found = IndexMap::new();
    let own = program.items.iter().filter(|it| it.package == program.root);
    let others = program.items.iter().filter(|it| it.package != program.root);
    for item in own.chain(others) {
        if let ast::ItemKind::Decl(decl) = &item.tree.kind {
            let key = (decl.kind.name.clone(), decl.head.name.name.clone());
            found.entry(key).or_insert(item.id);
        }
    }
    found
}

/// The name of a declared thing as a value of the language.
pub(crate) fn thing(kind: &str, name: &Name) -> crate::value::Value {
    crate::value::Value::Thing(crate::value::Thing {
        kind: Name::new(kind),
        name: name.clone(),
    })
}
