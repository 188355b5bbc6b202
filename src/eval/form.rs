//! The compact form of an expression: typed families of nodes, inputs by number instead of by name, errors by number instead of by text.
//!
//! It holds what all fast tiers take alike: conditions and values over numbers, booleans, units and texts. What it does not
//! hold, the interpreter computes. Its meaning is that of [`crate::eval::interpret`], which tests hold.

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule speaks of few of the values, and refuses the others alike"
)]
pub(crate) mod build;
mod cost;
pub(crate) mod range;
pub(crate) mod row;
mod scalar;

use std::sync::Arc;

use crate::base::{Name, Span};
use crate::eval::EvalError;

pub(crate) use row::{Row, Text};

/// What an input or an answer is. What has units is a whole number inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Float,
    Text,
    Duration,
    Bytes,
    Cpu,
    Percent,
}

/// A name that gets its value with each row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Input {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    /// `T?`: it may be missing, and then is `none`.
    pub(crate) optional: bool,
}

/// Why an expression has no value, and where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) span: Span,
    pub(crate) error: EvalError,
}

/// A failure of a form: an index into [`Form::failures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) u32);

/// An input of a form: an index into [`Form::inputs`].
pub(crate) type Slot = usize;

/// So many inputs a form may have: one bit of a word says which are missing.
pub(crate) const MAX_INPUTS: usize = 64;

/// A compact expression.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) inputs: Vec<Input>,
    pub(crate) answer: Answer,
    pub(crate) kind: Kind,
    /// What can go wrong, in the order of the text.
    pub(crate) failures: Vec<Failure>,
    /// Inputs that are used and must be there: a bit for each, and the fault of its absence.
    pub(crate) needed: u64,
    pub(crate) absences: Vec<Fault>,
    /// One more than the highest input that is no text, and than the highest that is one.
    pub(crate) width: (usize, usize),
    /// How many nodes there are: no evaluation takes more steps.
    pub(crate) nodes: u64,
}

/// The expression by the family of its value.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Bool(BoolExpr),
    Int(IntExpr),
    Float(FloatExpr),
    Text(TextExpr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Sub,
    Mul,
}

/// What is asked of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Find {
    Prefix,
    Suffix,
    Part,
}

#[derive(Clone, Debug)]
pub(crate) enum BoolExpr {
    Const(bool),
    Input(Slot),
    /// `x != none`
    Present(Slot),
    Not(Box<BoolExpr>),
    And(Box<(BoolExpr, BoolExpr)>),
    Or(Box<(BoolExpr, BoolExpr)>),
    /// `a == b` of two conditions.
    Same(Box<(BoolExpr, BoolExpr)>),
    Ints(Compare, Box<(IntExpr, IntExpr)>),
    Floats(Compare, Box<(FloatExpr, FloatExpr)>),
    Texts(Compare, Box<(TextExpr, TextExpr)>),
    Find(Find, Box<(TextExpr, TextExpr)>),
    Matches(Box<TextExpr>, Arc<regex::Regex>),
    If(Box<(BoolExpr, BoolExpr, BoolExpr)>),
    /// `x ?? b`
    Else(Slot, Box<BoolExpr>),
}

#[derive(Clone, Debug)]
pub(crate) enum IntExpr {
    Const(i64),
    Input(Slot),
    Neg(Box<IntExpr>, Fault),
    Arithmetic(Arithmetic, Box<(IntExpr, IntExpr)>, Fault),
    /// The faults of a divisor of zero and of an overflow.
    Div(Box<(IntExpr, IntExpr)>, Fault, Fault),
    Rem(Box<(IntExpr, IntExpr)>, Fault),
    Abs(Box<IntExpr>, Fault),
    Min(Box<(IntExpr, IntExpr)>),
    Max(Box<(IntExpr, IntExpr)>),
    /// Characters of a text.
    Length(Box<TextExpr>),
    If(Box<(BoolExpr, IntExpr, IntExpr)>),
    Else(Slot, Box<IntExpr>),
}

#[derive(Clone, Debug)]
pub(crate) enum FloatExpr {
    Const(f64),
    Input(Slot),
    Neg(Box<FloatExpr>),
    Arithmetic(Arithmetic, Box<(FloatExpr, FloatExpr)>),
    Div(Box<(FloatExpr, FloatExpr)>, Fault),
    /// Of two amounts.
    Ratio(Box<(IntExpr, IntExpr)>, Fault),
    If(Box<(BoolExpr, FloatExpr, FloatExpr)>),
    Else(Slot, Box<FloatExpr>),
}

#[derive(Clone, Debug)]
pub(crate) enum TextExpr {
    Const(Arc<str>),
    Input(Slot),
    If(Box<(BoolExpr, TextExpr, TextExpr)>),
    Else(Slot, Box<TextExpr>),
}

impl Form {
    /// What a fault means.
    pub(crate) fn failure(&self, fault: Fault) -> Failure {
        let found = self.failures.get(fault.0 as usize).cloned();
        found.unwrap_or(Failure {
            span: Span::new(crate::base::FileId(0), 0, 0),
            error: EvalError::Reported,
        })
    }

    /// The fault of the first input, in the order of their declaration, that should be there and is not.
    pub(crate) fn absence(&self, absent: u64) -> Option<Fault> {
        let missing = absent & self.needed;
        if missing == 0 {
            return None;
        }
        self.absences
            .get(missing.trailing_zeros() as usize)
            .copied()
    }
}

impl Kind {
    pub(crate) fn family(self) -> Family {
        match self {
            Self::Bool => Family::Bool,
            Self::Float => Family::Float,
            Self::Text => Family::Text,
            Self::Int | Self::Duration | Self::Bytes | Self::Cpu | Self::Percent => Family::Int,
        }
    }
}

/// How a kind is represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Bool,
    Int,
    Float,
    Text,
}
