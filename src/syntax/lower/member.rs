//! Blocks and what stands in them.

use pest::iterators::Pair;

use crate::base::Name;
use crate::syntax::ast::{
    Amend, Assert, Binding, Block, Decl, Expr, Field, Init, Member, MemberKind, Word,
};
use crate::syntax::errors;
use crate::syntax::grammar::Rule;
use crate::syntax::lower::{Lowering, parts, string, take};
use crate::syntax::recover;

impl Lowering<'_> {
    pub(crate) fn block(&mut self, pair: Pair<'_, Rule>) -> Block {
        let span = self.span(&pair);
        if let Some(gap) = self.gaps.take(span.start as usize) {
            // The members were left out of the text: each is parsed by itself.
            let members = recover::members(self, &gap);
            return Block { span, members };
        }
        let all = parts(pair).filter(|it| it.as_rule() == Rule::member);
        let members = all.filter_map(|it| self.member_pair(it)).collect();
        Block { span, members }
    }

    pub(crate) fn member_pair(&mut self, pair: Pair<'_, Rule>) -> Option<Member> {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let docs = self.docs(&mut all);
        let pair = all.next()?;
        let kind = self.member_kind(pair);
        Some(Member { span, docs, kind })
    }

    fn member_kind(&mut self, pair: Pair<'_, Rule>) -> MemberKind {
        let rule = pair.as_rule();
        if rule == Rule::field {
            MemberKind::Field(self.field(pair))
        } else if rule == Rule::binding {
            MemberKind::Binding(self.binding(pair))
        } else if rule == Rule::assert {
            MemberKind::Assert(self.assert(pair))
        } else if rule == Rule::let_item {
            MemberKind::Let(self.let_item(pair))
        } else if rule == Rule::decl {
            self.decl_member(pair)
        } else if rule == Rule::amend {
            self.amend(pair)
        } else {
            MemberKind::Error
        }
    }

    fn decl_member(&mut self, pair: Pair<'_, Rule>) -> MemberKind {
        let decl = self.decl(pair);
        if declares_nothing(&decl) {
            let found = errors::bare_declaration(decl.span, &decl.kind.name, decl.kind.span);
            self.found.push(found);
            return MemberKind::Error;
        }
        MemberKind::Decl(Box::new(decl))
    }

    pub(crate) fn field(&mut self, pair: Pair<'_, Rule>) -> Field {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let key = take(&mut all, Rule::key).and_then(|it| parts(it).next());
        let (key, computed) = match key {
            Some(pair) if pair.as_rule() == Rule::string => self.string_key(pair),
            Some(pair) => (self.word(pair), None),
            None => (
                Word {
                    name: Name::default(),
                    span,
                    quoted: false,
                },
                None,
            ),
        };
        let value = take(&mut all, Rule::expr).map(|it| self.expr(it));
        Field {
            shorthand: value.is_none(),
            value: value.unwrap_or_else(|| self.shorthand(&key)),
            key,
            computed,
        }
    }

    /// `"a.b":` is a word; `"#{x}":` has to be computed.
    fn string_key(
        &mut self,
        pair: Pair<'_, Rule>,
    ) -> (Word, Option<Vec<crate::syntax::ast::StrPart>>) {
        let span = self.span(&pair);
        let (_, parts) = self.string_parts(pair);
        let (name, computed) = match string::text_alone(&parts) {
            Some(text) => (text, None),
            None => (Name::default(), Some(parts)),
        };
        let word = Word {
            name,
            span,
            quoted: true,
        };
        (word, computed)
    }

    fn binding(&mut self, pair: Pair<'_, Rule>) -> Binding {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let name = self.name(&mut all, span);
        let init = match take(&mut all, Rule::init) {
            Some(pair) => self.init(pair),
            None => Init::Base(crate::syntax::ast::Base {
                id: self.id(),
                span,
                path: Vec::new(),
                args: None,
            }),
        };
        let block = take(&mut all, Rule::block).map(|it| self.block(it));
        Binding { name, init, block }
    }

    fn amend(&mut self, pair: Pair<'_, Rule>) -> MemberKind {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let name = self.name(&mut all, span);
        match take(&mut all, Rule::block) {
            Some(pair) => MemberKind::Amend(Amend {
                name,
                block: self.block(pair),
            }),
            None => MemberKind::Error,
        }
    }

    fn assert(&mut self, pair: Pair<'_, Rule>) -> Assert {
        let span = self.span(&pair);
        let mut all = parts(pair);
        Assert {
            condition: self.expr_part(&mut all, span),
            because: take(&mut all, Rule::because).map(|it| self.because(it)),
        }
    }

    pub(crate) fn because(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        match take(&mut parts(pair), Rule::string) {
            Some(pair) => self.string(pair),
            None => self.hole(span),
        }
    }
}

/// `image wudi` in a block; a `workspace` needs no more than its name, and what an `allow` lacks is said by its kind.
fn declares_nothing(it: &Decl) -> bool {
    let head = &it.head;
    let says_more = head.optional || head.mode.is_some() || head.params.is_some();
    let has_parts = it.results.is_some() || it.init.is_some() || it.block.is_some();
    let is_whole = it.is_extern || it.subject.is_some() || it.because.is_some();
    let is_short = matches!(it.kind.name.as_str(), "workspace" | "allow");
    !is_short && !says_more && !has_parts && !is_whole
}
