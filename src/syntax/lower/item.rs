//! Items and declarations.

use pest::iterators::{Pair, Pairs};

use crate::base::{Name, Span};
use crate::syntax::ast::{
    Base, Decl, Doc, FnItem, Head, Import, Init, ItemKind, LetItem, Literal, TypeItem, Word,
};
use crate::syntax::grammar::Rule;
use crate::syntax::lower::{Lowering, Parts, meaningful, parts, string, take};

impl Lowering<'_> {
    pub(crate) fn item_pairs(&mut self, pairs: Pairs<'_, Rule>) -> (Vec<Doc>, ItemKind) {
        let mut all = meaningful(pairs);
        let docs = self.docs(&mut all);
        let kind = all.next().map(|it| self.item_kind(it));
        (docs, kind.unwrap_or(ItemKind::Error))
    }

    fn item_kind(&mut self, pair: Pair<'_, Rule>) -> ItemKind {
        let rule = pair.as_rule();
        if rule == Rule::import_item {
            ItemKind::Import(self.import(pair))
        } else if rule == Rule::let_item {
            ItemKind::Let(self.let_item(pair))
        } else if rule == Rule::fn_item || rule == Rule::extern_fn {
            ItemKind::Fn(self.fn_item(pair))
        } else if rule == Rule::type_item || rule == Rule::extern_type {
            ItemKind::Type(self.type_item(pair))
        } else if rule == Rule::decl {
            ItemKind::Decl(self.decl(pair))
        } else {
            ItemKind::Error
        }
    }

    fn import(&mut self, pair: Pair<'_, Rule>) -> Import {
        let mut from_span = self.span(&pair).at_end();
        let mut all = parts(pair);
        let mut names = Vec::new();
        while let Some(pair) = take(&mut all, Rule::ident) {
            names.push(self.ident(pair));
        }
        let mut from = Name::default();
        if let Some(pair) = take(&mut all, Rule::plain) {
            from_span = self.span(&pair);
            from = string::plain(pair.as_str());
        }
        Import {
            names,
            from,
            from_span,
        }
    }

    pub(crate) fn let_item(&mut self, pair: Pair<'_, Rule>) -> LetItem {
        let span = self.span(&pair);
        let mut all = parts(pair);
        LetItem {
            name: self.name(&mut all, span),
            ty: take(&mut all, Rule::r#type).map(|it| self.type_expr(it)),
            value: self.expr_part(&mut all, span),
        }
    }

    fn fn_item(&mut self, pair: Pair<'_, Rule>) -> FnItem {
        let span = self.span(&pair);
        let mut all = parts(pair);
        FnItem {
            is_extern: take(&mut all, Rule::extern_).is_some(),
            name: self.name(&mut all, span),
            params: self.params_part(&mut all).unwrap_or_default(),
            result: self.type_part(&mut all, span),
            body: take(&mut all, Rule::expr).map(|it| self.expr(it)),
        }
    }

    fn type_item(&mut self, pair: Pair<'_, Rule>) -> TypeItem {
        let span = self.span(&pair);
        let mut all = parts(pair);
        TypeItem {
            is_extern: take(&mut all, Rule::extern_).is_some(),
            name: self.name(&mut all, span),
            definition: take(&mut all, Rule::r#type).map(|it| self.type_expr(it)),
        }
    }

    pub(crate) fn decl(&mut self, pair: Pair<'_, Rule>) -> Decl {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let is_extern = take(&mut all, Rule::extern_).is_some();
        let kind = take(&mut all, Rule::kind).map(|it| self.word(it));
        let subject = take(&mut all, Rule::subject).map(|it| self.word(it));
        let head = take(&mut all, Rule::head).map(|it| self.head(it));
        Decl {
            span,
            is_extern,
            kind: kind.unwrap_or_else(|| no_word(span)),
            subject,
            head: head.unwrap_or_else(|| self.no_head(span)),
            results: self.results_part(&mut all),
            init: take(&mut all, Rule::init).map(|it| self.init(it)),
            block: take(&mut all, Rule::block).map(|it| self.block(it)),
            because: take(&mut all, Rule::because).map(|it| self.because(it)),
        }
    }

    fn head(&mut self, pair: Pair<'_, Rule>) -> Head {
        let span = self.span(&pair);
        let mut all = parts(pair);
        Head {
            name: self.name(&mut all, span),
            optional: take(&mut all, Rule::optional).is_some(),
            mode: take(&mut all, Rule::mode).map(|it| self.word(it)),
            params: self.params_part(&mut all),
        }
    }

    fn no_head(&mut self, span: Span) -> Head {
        Head {
            name: self.no_name(span),
            optional: false,
            mode: None,
            params: None,
        }
    }

    /// What stands after `=` in a declaration or binding.
    pub(crate) fn init(&mut self, pair: Pair<'_, Rule>) -> Init {
        let span = self.span(&pair);
        let mut all = parts(pair);
        if let Some(pair) = take(&mut all, Rule::literal) {
            return Init::Literal(self.literal(pair));
        }
        match take(&mut all, Rule::base) {
            Some(pair) => Init::Base(self.base(pair)),
            None => Init::Base(Base {
                id: self.id(),
                span,
                path: vec![no_word(span)],
                args: None,
            }),
        }
    }

    fn literal(&mut self, pair: Pair<'_, Rule>) -> Literal {
        let span = self.span(&pair);
        let mut all = parts(pair);
        let kind = take(&mut all, Rule::literal_kind).map(|it| self.word(it));
        Literal {
            span,
            kind: kind.unwrap_or_else(|| no_word(span)),
            params: self.params_part(&mut all),
            results: self.results_part(&mut all),
        }
    }

    fn base(&mut self, pair: Pair<'_, Rule>) -> Base {
        let span = self.span(&pair);
        let id = self.id();
        let mut all = parts(pair);
        let mut path = Vec::new();
        while let Some(pair) = take(&mut all, Rule::name).or_else(|| take(&mut all, Rule::word)) {
            path.push(self.word(pair));
        }
        Base {
            id,
            span,
            path,
            args: take(&mut all, Rule::args).map(|it| self.args(it)),
        }
    }

    pub(crate) fn results_part(
        &mut self,
        all: &mut Parts<'_>,
    ) -> Option<Vec<crate::syntax::ast::TypeField>> {
        let results = take(all, Rule::results)?;
        let record = parts(results).next()?;
        Some(self.type_fields(record))
    }
}

fn no_word(span: Span) -> Word {
    Word {
        name: Name::default(),
        span,
        quoted: false,
    }
}
