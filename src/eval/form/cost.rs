//! What nodes cost, roughly in instructions, and whether they can fail.

use crate::eval::form::{Answer, BoolExpr, FloatExpr, IntExpr, TextExpr};

/// A call, or a comparison of texts: worth a branch around it.
const CALL: u32 = 20;

impl Answer {
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Bool(it) => it.cost(),
            Self::Int(it) => it.cost(),
            Self::Float(it) => it.cost(),
            Self::Text(it) => it.cost(),
        }
    }
}

impl BoolExpr {
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Const(_) => 0,
            Self::Input(_) | Self::Present(_) => 1,
            Self::Not(it) => 1 + it.cost(),
            Self::And(two) | Self::Or(two) | Self::Same(two) => 1 + two.0.cost() + two.1.cost(),
            Self::Ints(_, two) => 1 + two.0.cost() + two.1.cost(),
            Self::Floats(_, two) => 1 + two.0.cost() + two.1.cost(),
            Self::Texts(_, two) | Self::Find(_, two) => CALL + two.0.cost() + two.1.cost(),
            Self::Matches(text, _) => CALL + text.cost(),
            Self::If(three) => 1 + three.0.cost() + three.1.cost() + three.2.cost(),
            Self::Else(_, other) => 2 + other.cost(),
        }
    }

    pub(crate) fn can_fail(&self) -> bool {
        match self {
            Self::Const(_) | Self::Input(_) | Self::Present(_) => false,
            Self::Not(it) | Self::Else(_, it) => it.can_fail(),
            Self::And(two) | Self::Or(two) | Self::Same(two) => {
                two.0.can_fail() || two.1.can_fail()
            }
            Self::Ints(_, two) => two.0.can_fail() || two.1.can_fail(),
            Self::Floats(_, two) => two.0.can_fail() || two.1.can_fail(),
            Self::Texts(_, two) | Self::Find(_, two) => two.0.can_fail() || two.1.can_fail(),
            Self::Matches(text, _) => text.can_fail(),
            Self::If(three) => three.0.can_fail() || three.1.can_fail() || three.2.can_fail(),
        }
    }
}

impl IntExpr {
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Const(_) => 0,
            Self::Input(_) => 1,
            Self::Neg(it, _) | Self::Abs(it, _) => 2 + it.cost(),
            Self::Arithmetic(_, two, _) | Self::Min(two) | Self::Max(two) => {
                2 + two.0.cost() + two.1.cost()
            }
            Self::Div(two, ..) | Self::Rem(two, _) => {
                let by = if matches!(two.1, Self::Const(_)) {
                    3
                } else {
                    CALL
                };
                by + two.0.cost() + two.1.cost()
            }
            Self::Length(text) => CALL + text.cost(),
            Self::If(three) => 1 + three.0.cost() + three.1.cost() + three.2.cost(),
            Self::Else(_, other) => 2 + other.cost(),
        }
    }

    pub(crate) fn can_fail(&self) -> bool {
        match self {
            Self::Const(_) | Self::Input(_) => false,
            Self::Neg(..) | Self::Abs(..) | Self::Arithmetic(..) => true,
            Self::Div(..) | Self::Rem(..) => true,
            Self::Min(two) | Self::Max(two) => two.0.can_fail() || two.1.can_fail(),
            Self::Length(text) => text.can_fail(),
            Self::If(three) => three.0.can_fail() || three.1.can_fail() || three.2.can_fail(),
            Self::Else(_, other) => other.can_fail(),
        }
    }
}

impl FloatExpr {
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Const(_) => 0,
            Self::Input(_) => 1,
            Self::Neg(it) => 1 + it.cost(),
            Self::Arithmetic(_, two) => 1 + two.0.cost() + two.1.cost(),
            Self::Div(two, _) => 3 + two.0.cost() + two.1.cost(),
            Self::Ratio(two, _) => 5 + two.0.cost() + two.1.cost(),
            Self::If(three) => 1 + three.0.cost() + three.1.cost() + three.2.cost(),
            Self::Else(_, other) => 2 + other.cost(),
        }
    }

    pub(crate) fn can_fail(&self) -> bool {
        match self {
            Self::Const(_) | Self::Input(_) => false,
            Self::Neg(it) | Self::Else(_, it) => it.can_fail(),
            Self::Arithmetic(_, two) => two.0.can_fail() || two.1.can_fail(),
            Self::Div(..) | Self::Ratio(..) => true,
            Self::If(three) => three.0.can_fail() || three.1.can_fail() || three.2.can_fail(),
        }
    }
}

impl TextExpr {
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Const(_) => 0,
            Self::Input(_) => 2,
            Self::If(three) => 2 + three.0.cost() + three.1.cost() + three.2.cost(),
            Self::Else(_, other) => 3 + other.cost(),
        }
    }

    pub(crate) fn can_fail(&self) -> bool {
        match self {
            Self::Const(_) | Self::Input(_) => false,
            Self::If(three) => three.0.can_fail() || three.1.can_fail() || three.2.can_fail(),
            Self::Else(_, other) => other.can_fail(),
        }
    }
}
