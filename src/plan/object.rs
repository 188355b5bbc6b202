//! What every object has, and objects that wudi passes on as they are.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::plan::Expr;

/// Name, labels and the rest of `metadata`, and where the object is to be written.
#[derive(Clone, Debug)]
pub(crate) struct Meta {
    /// The object's name: the item's, or what `name:` says.
    pub(crate) name: Name,
    /// Where it is declared; its name.
    pub(crate) span: Span,
    pub(crate) namespace: Option<Name>,
    pub(crate) labels: IndexMap<Name, Expr>,
    pub(crate) annotations: IndexMap<Name, Expr>,
    pub(crate) display_name: Option<Expr>,
    /// From the doc comment.
    pub(crate) description: Option<String>,
    /// `metadata: { … }`: any other field of it.
    pub(crate) metadata: Option<Expr>,
    /// `file: "…"`, relative to the directory of its kind.
    pub(crate) file: Option<Name>,
}

/// `resource Kind name { … }`
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) meta: Meta,
    pub(crate) api_version: Name,
    pub(crate) kind: Name,
    /// Everything but `apiVersion`, `kind` and what `meta` holds.
    pub(crate) body: IndexMap<Name, Expr>,
}

impl Meta {
    pub(crate) fn new(name: Name, span: Span) -> Self {
        Self {
            name,
            span,
            namespace: None,
            labels: IndexMap::new(),
            annotations: IndexMap::new(),
            display_name: None,
            description: None,
            metadata: None,
            file: None,
        }
    }
}
