//! Values: what an expression is when it is known. Shared by the compiler, the evaluator and the runner.

pub(crate) mod ops;
pub(crate) mod text;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;

pub(crate) use ops::{BinaryOp, UnaryOp};

/// A value. Strings of any form are `Str`; records and maps are both `Record`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `none`
    None,
    /// `true`, `false`
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// A double.
    Float(f64),
    /// Text, also of any form (`Name`, `Image`, …).
    Str(Name),
    /// Nanoseconds.
    Duration(i64),
    /// Bytes.
    Bytes(i64),
    /// Thousandths of a CPU.
    Cpu(i64),
    /// Millionths of a percent: `20%` is 20 000 000.
    Percent(i64),
    /// `[a, b]`
    List(Arc<Vec<Value>>),
    /// `{ a: 1 }`, in the order of the text.
    Record(Arc<IndexMap<Name, Value>>),
    /// `a..=b`; either end may be `None`.
    Range(Arc<(Value, Value)>),
    /// What a constructor of the prelude made: `weight(20%)`, `canary(steps: …)`.
    Make(Arc<Make>),
    /// Something declared: an app, an image, an environment, a node, a workspace, …
    Thing(Thing),
}

/// A constructor of the prelude with its arguments by the names of its parameters, defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Make {
    /// The `extern fn`.
    pub name: Name,
    /// By parameter, in the order of the declaration.
    pub args: IndexMap<Name, Value>,
}

/// A reference to something declared, by the word of its kind and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Thing {
    /// `image`, `app`, `env`, `workspace`, `node`, `result`, …
    pub kind: Name,
    /// As declared.
    pub name: Name,
}

impl Value {
    /// A string value.
    pub(crate) fn str(text: impl AsRef<str>) -> Self {
        Self::Str(Name::new(text))
    }

    pub(crate) fn list(values: Vec<Self>) -> Self {
        Self::List(Arc::new(values))
    }

    pub(crate) fn record(fields: IndexMap<Name, Self>) -> Self {
        Self::Record(Arc::new(fields))
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self {
            Some(text)
        } else {
            None
        }
    }

    pub(crate) fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self {
            Some(*number)
        } else {
            None
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth) = self {
            Some(*truth)
        } else {
            None
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(values) = self {
            Some(values)
        } else {
            None
        }
    }

    pub(crate) fn as_record(&self) -> Option<&IndexMap<Name, Self>> {
        if let Self::Record(fields) = self {
            Some(fields)
        } else {
            None
        }
    }

    /// Field of a record or argument of a constructor.
    pub(crate) fn get(&self, field: &str) -> Option<&Self> {
        if let Self::Make(make) = self {
            return make.args.get(field);
        }
        self.as_record()?.get(field)
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}
