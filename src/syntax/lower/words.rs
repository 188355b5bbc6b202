//! The rules of the grammar in words: what messages call them, and which of them are mere punctuation.

use crate::syntax::grammar::Rule;
use crate::value::BinaryOp;

/// How likely it is that what could stand here was meant to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// What the form needs.
    Needed,
    /// What would merely go on: an operator, a call.
    Further,
}

/// What could have stood where the parse failed, each once, the likeliest first.
pub(crate) fn expected(rules: &[Rule]) -> Vec<&'static str> {
    let words: Vec<(Rank, &str)> = rules.iter().filter_map(|it| describe(*it)).collect();
    let best = words.iter().map(|it| it.0).min();
    let mut all: Vec<&str> = Vec::new();
    for (rank, word) in words {
        if Some(rank) == best && !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

/// Whether the rule is punctuation or a keyword that says nothing that its place does not say.
pub(crate) fn is_mark(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::brace_open
            | Rule::brace_close
            | Rule::paren_open
            | Rule::paren_close
            | Rule::square_open
            | Rule::square_close
            | Rule::angle_open
            | Rule::angle_close
            | Rule::hole_open
            | Rule::comma
            | Rule::colon
            | Rule::equals
            | Rule::arrow
            | Rule::fat_arrow
            | Rule::pipe
            | Rule::period
            | Rule::dots
            | Rule::kw_if
            | Rule::kw_then
            | Rule::kw_else
            | Rule::kw_match
            | Rule::kw_for
            | Rule::kw_in
            | Rule::kw_as
            | Rule::kw_let
            | Rule::kw_fn
            | Rule::kw_type
            | Rule::kw_assert
            | Rule::kw_import
            | Rule::kw_from
            | Rule::kw_because
            | Rule::text_run
            | Rule::end_of_input
            | Rule::EOI
    )
}

/// The operator that a rule stands for.
pub(crate) fn binary(rule: Rule) -> Option<BinaryOp> {
    const OPERATORS: &[(Rule, BinaryOp)] = &[
        (Rule::op_mul, BinaryOp::Mul),
        (Rule::op_div, BinaryOp::Div),
        (Rule::op_add, BinaryOp::Add),
        (Rule::op_sub, BinaryOp::Sub),
        (Rule::op_range, BinaryOp::Range),
        (Rule::op_coalesce, BinaryOp::Coalesce),
        (Rule::op_eq, BinaryOp::Eq),
        (Rule::op_ne, BinaryOp::Ne),
        (Rule::op_lt, BinaryOp::Lt),
        (Rule::op_le, BinaryOp::Le),
        (Rule::op_gt, BinaryOp::Gt),
        (Rule::op_ge, BinaryOp::Ge),
        (Rule::kw_in, BinaryOp::In),
        (Rule::op_and, BinaryOp::And),
        (Rule::op_or, BinaryOp::Or),
    ];
    let found = OPERATORS.iter().find(|(it, _)| *it == rule);
    found.map(|(_, op)| *op)
}

fn describe(rule: Rule) -> Option<(Rank, &'static str)> {
    let needed = NEEDED.iter().find(|(it, _)| *it == rule);
    if let Some((_, words)) = needed {
        return Some((Rank::Needed, words));
    }
    let further = FURTHER.iter().find(|(it, _)| *it == rule);
    further.map(|(_, words)| (Rank::Further, *words))
}

const NEEDED: &[(Rule, &str)] = &[
    (Rule::import_item, "an item"),
    (Rule::let_item, "`let`"),
    (Rule::fn_item, "`fn`"),
    (Rule::type_item, "`type`"),
    (Rule::decl, "a declaration"),
    (Rule::kind, "a declaration"),
    (Rule::member, "a member"),
    (Rule::field, "a field"),
    (Rule::name, "a name"),
    (Rule::ident, "a name"),
    (Rule::word, "a name"),
    (Rule::head, "a name"),
    (Rule::mode, "an access mode, `ro` or `rw`"),
    (Rule::label, "a name with `:`"),
    (Rule::key, "a name with `:`"),
    (Rule::param, "a parameter"),
    (Rule::params, "parameters in `( )`"),
    (Rule::type_spread, "`..`"),
    (Rule::base, "what it is made from: a name or a call"),
    (Rule::init, "`=`"),
    (Rule::block, "a block in `{ }`"),
    (Rule::r#type, "a type"),
    (Rule::variant, "a type"),
    (Rule::named_type, "a type"),
    (Rule::record_type, "a record type in `{ }`"),
    (Rule::expr, "a value"),
    (Rule::unary, "a value"),
    (Rule::postfix, "a value"),
    (Rule::primary, "a value"),
    (Rule::arg, "an argument"),
    (Rule::element, "an element"),
    (Rule::entry, "a field"),
    (Rule::arm, "`value => result`"),
    (Rule::string, "a string"),
    (Rule::plain, "a string"),
    (Rule::brace_open, "`{`"),
    (Rule::brace_close, "`}`"),
    (Rule::paren_close, "`)`"),
    (Rule::square_close, "`]`"),
    (Rule::angle_close, "`>`"),
    (Rule::comma, "`,`"),
    (Rule::colon, "`:`"),
    (Rule::equals, "`=`"),
    (Rule::arrow, "`->`"),
    (Rule::fat_arrow, "`=>`"),
    (Rule::kw_then, "`then`"),
    (Rule::kw_else, "`else`"),
    (Rule::kw_in, "`in`"),
    (Rule::kw_from, "`from`"),
    (Rule::end_of_input, "a line break"),
    (Rule::EOI, "a line break"),
];

const FURTHER: &[(Rule, &str)] = &[
    (Rule::results, "`->`"),
    (Rule::because, "`because`"),
    (Rule::kw_because, "`because`"),
    (Rule::binop, "an operator"),
    (Rule::op_and, "an operator"),
    (Rule::op_or, "an operator"),
    (Rule::op_eq, "an operator"),
    (Rule::op_add, "an operator"),
    (Rule::args, "arguments in `( )`"),
    (Rule::index, "`[`"),
    (Rule::paren_open, "`(`"),
    (Rule::square_open, "`[`"),
    (Rule::angle_open, "`<`"),
    (Rule::pipe, "`|`"),
    (Rule::period, "`.`"),
    (Rule::dot, "`.`"),
    (Rule::optional, "`?`"),
    (Rule::kw_as, "`as`"),
    (Rule::kw_for, "`for`"),
    (Rule::kw_if, "`if`"),
];
