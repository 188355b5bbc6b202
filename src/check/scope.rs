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
    pub(crate) span: Option<Span>,
    /// Another thing of this place has the name too, so that the bare name is refused.
    pub(crate) ambiguous: bool,
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
            Some(before) => before.ambiguous = true,
            None => {
                scope.insert(name, bound);
            }
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Bound> {
        self.scopes.iter().rev().find_map(|it| it.get(name))
    }

    /// All names, the innermost first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.scopes
            .iter()
            .rev()
            .flat_map(|it| it.keys().map(Name::as_str))
    }
}
