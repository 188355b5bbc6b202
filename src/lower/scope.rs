//! What names mean while an expression is computed: values of bound names, and where the expression stands.

use std::rc::Rc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::plan::Expr;
use crate::resolve::ItemId;
use crate::syntax::ast::NodeId;

/// Names in sight of an expression. Cheap to clone; binding a name makes a new scope around the old one.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    /// The item whose tables belong to the expression.
    pub(crate) item: ItemId,
    /// The step whose block it stands in, for `step.results.x.path`.
    pub(crate) step: Option<Name>,
    bound: Option<Rc<Binding>>,
    /// Fields or parameters before a default that may use them.
    siblings: Option<Rc<IndexMap<Name, Expr>>>,
    /// What stands before the names of nodes where a pipeline is inlined: `build-`.
    pub(crate) prefix: Name,
    /// The nodes of the pipeline it stands in.
    pub(crate) nodes: Option<Rc<crate::lower::things::Nodes<'a>>>,
}

#[derive(Debug)]
struct Binding {
    item: ItemId,
    node: NodeId,
    value: Expr,
    outer: Option<Rc<Binding>>,
}

impl<'a> Scope<'a> {
    /// The scope of an item, in which nothing is bound yet.
    pub(crate) fn of(item: ItemId) -> Self {
        Self {
            item,
            step: None,
            bound: None,
            siblings: None,
            prefix: Name::default(),
            nodes: None,
        }
    }

    /// Binds the name written at `node` of this scope's item.
    pub(crate) fn bind(&mut self, node: NodeId, value: Expr) {
        let outer = self.bound.take();
        self.bound = Some(Rc::new(Binding {
            item: self.item,
            node,
            value,
            outer,
        }));
    }

    /// This scope, and one more name in it.
    pub(crate) fn with(&self, node: NodeId, value: Expr) -> Self {
        let mut inner = self.clone();
        inner.bind(node, value);
        inner
    }

    /// This scope for the default of a field or parameter, which may use those before it.
    pub(crate) fn with_siblings(item: ItemId, siblings: IndexMap<Name, Expr>) -> Self {
        Self {
            siblings: Some(Rc::new(siblings)),
            ..Self::of(item)
        }
    }

    pub(crate) fn get(&self, item: ItemId, node: NodeId) -> Option<&Expr> {
        let mut at = self.bound.as_deref();
        while let Some(binding) = at {
            if binding.node == node && binding.item == item {
                return Some(&binding.value);
            }
            at = binding.outer.as_deref();
        }
        None
    }

    pub(crate) fn sibling(&self, name: &str) -> Option<&Expr> {
        self.siblings.as_ref()?.get(name)
    }
}

/// A long chain of bindings is dropped without recursion.
impl Drop for Binding {
    fn drop(&mut self) {
        let mut next = self.outer.take();
        while let Some(binding) = next {
            next = match Rc::try_unwrap(binding) {
                Ok(mut alone) => alone.outer.take(),
                Err(_) => None,
            };
        }
    }
}
