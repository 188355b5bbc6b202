//! Names that are bound within an item.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::{Meaning, Stage};
use crate::types::Type;

/// What a bound name is.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) ty: Type,
    pub(crate) stage: Stage,
    pub(crate) meaning: Meaning,
    /// Where it is bound; `None` for a group such as `params`.
    #[expect(
        dead_code,
        reason = "for editors, which ask where and how a thing is written"
    )]
    pub(crate) span: Option<Span>,
    /// The groups of all things of this place that have the name, where there are several: then the bare name is refused.
    pub(crate) rivals: Vec<&'static str>,
    /// The group among the rivals, where it came later.
    pub(crate) hidden: Option<Box<Bound>>,
}

impl Bound {
    /// The group by which it is named in full; empty for a group itself.
    fn group(&self) -> &'static str {
        if let Meaning::Group(_) = self.meaning {
            return "";
        }
        let Type::Thing(thing) = &self.ty else {
            return "params";
        };
        match thing.kind.as_str() {
            "workspace" => "workspaces",
            "step" => "steps",
            "node" => "tasks",
            _ => "params",
        }
    }
}

/// Scopes, the innermost last.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    scopes: Vec<IndexMap<Name, Bound>>,
}

impl Scopes {
    pub(crate) fn push(&mut self) {
        self.scopes.push(IndexMap::new());
    }

    pub(crate) fn pop(&mut self) {
        self.scopes.pop();
    }

    /// Binds a name in the innermost scope. Where that scope holds it already, the bare name becomes ambiguous.
    pub(crate) fn bind(&mut self, name: Name, bound: Bound) {
        if self.scopes.is_empty() {
            self.push();
        }
        let Some(scope) = self.scopes.last_mut() else {
            return;
        };
        match scope.get_mut(&name) {
            Some(before) => {
                if before.rivals.is_empty() {
                    before.rivals.push(before.group());
                }
                before.rivals.push(bound.group());
                if let Meaning::Group(_) = bound.meaning {
                    before.hidden = Some(Box::new(bound));
                }
            }
            None => {
                scope.insert(name, bound);
            }
        }
    }

    /// Binds a name in the innermost scope in place of what it was.
    pub(crate) fn rebind(&mut self, name: Name, bound: Bound) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, bound);
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Bound> {
        self.scopes.iter().rev().find_map(|it| it.get(name))
    }

    /// The group of that name, whatever hides it.
    pub(crate) fn group(&self, name: &str) -> Option<&Bound> {
        let mut scopes = self.scopes.iter().rev().filter_map(|it| it.get(name));
        scopes.find_map(|it| match (&it.meaning, &it.hidden) {
            (Meaning::Group(_), _) => Some(it),
            (Meaning::Item(_) | Meaning::Bound(..), hidden) => hidden.as_deref(),
        })
    }

    /// Whether something declared has a longer name: `params.context`.
    pub(crate) fn has_long_name(&self, name: &str) -> bool {
        let groups = ["params", "workspaces", "steps", "tasks"];
        let mut groups = groups.iter().filter_map(|it| self.group(it));
        groups.any(|it| {
            if let Type::Record(record) = &it.ty {
                record.fields.contains_key(name)
            } else {
                matches!(&it.ty, Type::Thing(thing) if thing.fields.contains_key(name))
            }
        })
    }

    /// All names, the innermost first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.scopes
            .iter()
            .rev()
            .flat_map(|it| it.keys().map(Name::as_str))
    }
}
