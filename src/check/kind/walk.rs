//! Walks over what is written, for questions that need no types: which nodes an argument names, which fields of `event`.

use crate::syntax::ast::{Arg, Block, Element, Entry, Expr, ExprKind, Member, MemberKind, StrPart};

/// Calls `visit` with the expression and everything within it, outermost first; where `visit` says `false` its parts are left out.
pub(crate) fn each_expr<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr) -> bool) {
    if !visit(expr) {
        return;
    }
    match &expr.kind {
        ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Quantity(_)
        | ExprKind::Name(_)
        | ExprKind::EachRef(_)
        | ExprKind::Error => {}
        ExprKind::Str { parts, .. } => parts_of(parts, visit),
        ExprKind::List {
            elements,
            comprehension,
        } => {
            for element in elements {
                match element {
                    Element::Expr(it) | Element::Spread(it, _) => each_expr(it, visit),
                }
            }
            if let Some(it) = comprehension {
                each_expr(&it.list, visit);
                it.condition.iter().for_each(|it| each_expr(it, visit));
            }
        }
        ExprKind::Record(entries) => {
            for entry in entries {
                match entry {
                    Entry::Field(it) => {
                        parts_of(it.computed.as_deref().unwrap_or_default(), visit);
                        each_expr(&it.value, visit);
                    }
                    Entry::Spread(it, _) => each_expr(it, visit),
                }
            }
        }
        ExprKind::Group(it)
        | ExprKind::Field(it, _)
        | ExprKind::Cast(it, _)
        | ExprKind::Unary(_, it)
        | ExprKind::Each(it)
        | ExprKind::RangeTo(it) => each_expr(it, visit),
        ExprKind::Index(a, b) | ExprKind::Binary(a, _, _, b) => {
            each_expr(a, visit);
            each_expr(b, visit);
        }
        ExprKind::Call(callee, args) => {
            each_expr(callee, visit);
            each_arg(args, visit);
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            for it in [condition, then, otherwise] {
                each_expr(it, visit);
            }
        }
        ExprKind::Match { subject, arms } => {
            each_expr(subject, visit);
            for arm in arms {
                each_expr(&arm.pattern, visit);
                each_expr(&arm.value, visit);
            }
        }
    }
}

fn parts_of<'a>(parts: &'a [StrPart], visit: &mut dyn FnMut(&'a Expr) -> bool) {
    for part in parts {
        if let StrPart::Hole(it, _) = part {
            each_expr(it, visit);
        }
    }
}

/// [`each_expr`] over the values of arguments.
pub(crate) fn each_arg<'a>(args: &'a [Arg], visit: &mut dyn FnMut(&'a Expr) -> bool) {
    args.iter().for_each(|it| each_expr(&it.value, visit));
}

/// [`each_expr`] over the fields of a block and of the declarations within it.
pub(crate) fn each_in_block<'a>(block: &'a Block, visit: &mut dyn FnMut(&'a Expr) -> bool) {
    for member in &block.members {
        match &member.kind {
            MemberKind::Field(it) => {
                parts_of(it.computed.as_deref().unwrap_or_default(), visit);
                each_expr(&it.value, visit);
            }
            MemberKind::Binding(it) => it.block.iter().for_each(|it| each_in_block(it, visit)),
            MemberKind::Amend(it) => each_in_block(&it.block, visit),
            MemberKind::Assert(it) => each_expr(&it.condition, visit),
            MemberKind::Let(it) => each_expr(&it.value, visit),
            MemberKind::Decl(it) => it.block.iter().for_each(|it| each_in_block(it, visit)),
            MemberKind::Error => {}
        }
    }
}

/// The first field of that name in a block.
pub(crate) fn field<'a>(block: Option<&'a Block>, name: &str) -> Option<&'a Expr> {
    let field = |it: &'a Member| {
        let MemberKind::Field(field) = &it.kind else {
            return None;
        };
        (field.key.name == name).then_some(&field.value)
    };
    block?.members.iter().find_map(field)
}
