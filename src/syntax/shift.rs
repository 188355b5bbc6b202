//! Moves what was parsed to another place of its file, so that an edit above an item does not parse it anew; and to other ids.

use std::sync::Arc;

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::syntax::Piece;
use crate::syntax::ast::{
    Arg, Block, Comprehension, Decl, Element, Entry, Expr, ExprKind, Field, Ident, Init, Item,
    ItemKind, LetItem, Member, MemberKind, NodeId, Param, StrPart, Tree, TypeExpr, TypeExprKind,
    TypeField, Word,
};

/// How far to move, in bytes, and in ids.
#[derive(Clone, Copy, Debug)]
struct Shift {
    bytes: i64,
    ids: u32,
}

/// Moves a piece so that it begins at `base`.
pub(crate) fn piece(piece: &mut Piece, base: usize) {
    let distance = |it: usize| i64::try_from(it).unwrap_or_default();
    let shift = Shift {
        bytes: distance(base) - distance(piece.base),
        ids: 0,
    };
    if shift.bytes == 0 {
        return;
    }
    piece.base = base;
    if let Some(item) = &mut piece.item {
        shift.item(Arc::make_mut(item));
    }
    for comment in &mut piece.comments {
        shift.span(&mut comment.span);
    }
    for found in &mut piece.found {
        shift.diagnostic(found);
    }
}

/// Moves what was parsed back by so many bytes; what stood before is put at the start.
pub(crate) fn back(tree: &mut Tree, found: &mut [Diagnostic], distance: usize) {
    let shift = Shift {
        bytes: -i64::try_from(distance).unwrap_or_default(),
        ids: 0,
    };
    for item in &mut tree.items {
        shift.item(Arc::make_mut(item));
    }
    for comment in &mut tree.comments {
        shift.span(&mut comment.span);
    }
    for found in found {
        shift.diagnostic(found);
    }
}

/// The item with ids that begin at `first`.
pub(crate) fn renumbered(item: &Item, first: u32) -> Item {
    let mut item = item.clone();
    let shift = Shift {
        bytes: 0,
        ids: first,
    };
    shift.item(&mut item);
    item.nodes = item.nodes.saturating_add(first);
    item
}

impl Shift {
    fn id(self, id: &mut NodeId) {
        id.0 = id.0.saturating_add(self.ids);
    }

    fn span(self, span: &mut Span) {
        let moved = |it: u32| u32::try_from(i64::from(it) + self.bytes).unwrap_or_default();
        span.start = moved(span.start);
        span.end = moved(span.end);
    }

    fn diagnostic(self, it: &mut Diagnostic) {
        self.span(&mut it.span);
        for label in &mut it.labels {
            self.span(&mut label.span);
        }
        for edit in it.fixes.iter_mut().flat_map(|it| &mut it.edits) {
            self.span(&mut edit.span);
        }
    }

    fn item(self, it: &mut Item) {
        self.span(&mut it.span);
        for doc in &mut it.docs {
            self.span(&mut doc.span);
        }
        for comment in &mut it.comments {
            self.span(&mut comment.span);
        }
        match &mut it.kind {
            ItemKind::Import(it) => {
                self.span(&mut it.from_span);
                it.names.iter_mut().for_each(|it| self.ident(it));
            }
            ItemKind::Let(it) => self.let_item(it),
            ItemKind::Fn(it) => {
                self.ident(&mut it.name);
                self.params(&mut it.params);
                self.ty(&mut it.result);
                self.each(&mut it.body);
            }
            ItemKind::Type(it) => {
                self.ident(&mut it.name);
                it.definition.iter_mut().for_each(|it| self.ty(it));
            }
            ItemKind::Decl(it) => self.decl(it),
            ItemKind::Error => {}
        }
    }

    fn ident(self, it: &mut Ident) {
        self.id(&mut it.id);
        self.span(&mut it.span);
    }

    fn word(self, it: &mut Word) {
        self.span(&mut it.span);
    }

    fn let_item(self, it: &mut LetItem) {
        self.ident(&mut it.name);
        it.ty.iter_mut().for_each(|it| self.ty(it));
        self.expr(&mut it.value);
    }

    fn decl(self, it: &mut Decl) {
        self.span(&mut it.span);
        self.word(&mut it.kind);
        it.subject.iter_mut().for_each(|it| self.word(it));
        self.ident(&mut it.head.name);
        it.head.mode.iter_mut().for_each(|it| self.word(it));
        it.head.params.iter_mut().for_each(|it| self.params(it));
        self.type_fields(&mut it.results);
        it.init.iter_mut().for_each(|it| self.init(it));
        it.block.iter_mut().for_each(|it| self.block(it));
        self.each(&mut it.because);
    }

    fn init(self, it: &mut Init) {
        match it {
            Init::Base(it) => {
                self.id(&mut it.id);
                self.span(&mut it.span);
                it.path.iter_mut().for_each(|it| self.word(it));
                it.args.iter_mut().for_each(|it| self.args(it));
            }
            Init::Literal(it) => {
                self.span(&mut it.span);
                self.word(&mut it.kind);
                it.params.iter_mut().for_each(|it| self.params(it));
                self.type_fields(&mut it.results);
            }
        }
    }

    fn block(self, it: &mut Block) {
        self.span(&mut it.span);
        it.members.iter_mut().for_each(|it| self.member(it));
    }

    fn member(self, it: &mut Member) {
        self.span(&mut it.span);
        for doc in &mut it.docs {
            self.span(&mut doc.span);
        }
        match &mut it.kind {
            MemberKind::Field(it) => self.field(it),
            MemberKind::Binding(it) => {
                self.ident(&mut it.name);
                self.init(&mut it.init);
                it.block.iter_mut().for_each(|it| self.block(it));
            }
            MemberKind::Amend(it) => {
                self.ident(&mut it.name);
                self.block(&mut it.block);
            }
            MemberKind::Assert(it) => {
                self.expr(&mut it.condition);
                self.each(&mut it.because);
            }
            MemberKind::Let(it) => self.let_item(it),
            MemberKind::Decl(it) => self.decl(it),
            MemberKind::Error => {}
        }
    }

    fn field(self, it: &mut Field) {
        self.word(&mut it.key);
        it.computed.iter_mut().for_each(|it| self.parts(it));
        self.expr(&mut it.value);
    }

    fn params(self, params: &mut [Param]) {
        for it in params {
            self.span(&mut it.span);
            for doc in &mut it.docs {
                self.span(&mut doc.span);
            }
            self.ident(&mut it.name);
            self.ty(&mut it.ty);
            self.each(&mut it.default);
        }
    }

    fn type_fields(self, fields: &mut Option<Vec<TypeField>>) {
        for it in fields.iter_mut().flatten() {
            self.type_field(it);
        }
    }

    fn type_field(self, it: &mut TypeField) {
        match it {
            TypeField::Field(it) => self.params(std::slice::from_mut(it)),
            TypeField::Spread(it) => self.word(it),
        }
    }

    fn ty(self, it: &mut TypeExpr) {
        self.span(&mut it.span);
        match &mut it.kind {
            TypeExprKind::Named {
                name,
                args,
                refined,
            } => {
                self.word(name);
                args.iter_mut().for_each(|it| self.ty(it));
                refined.iter_mut().for_each(|it| self.expr(it));
            }
            TypeExprKind::Union(all) => all.iter_mut().for_each(|it| self.ty(it)),
            TypeExprKind::Optional(it) => self.ty(it),
            TypeExprKind::Record(all) => all.iter_mut().for_each(|it| self.type_field(it)),
            TypeExprKind::Function { params, result } => {
                self.params(params);
                self.ty(result);
            }
            TypeExprKind::Literal(_) | TypeExprKind::Error => {}
        }
    }

    fn each<'a>(self, all: impl IntoIterator<Item = &'a mut Expr>) {
        all.into_iter().for_each(|it| self.expr(it));
    }

    fn args(self, args: &mut [Arg]) {
        for it in args {
            self.span(&mut it.span);
            it.label.iter_mut().for_each(|it| self.word(it));
            self.expr(&mut it.value);
        }
    }

    fn parts(self, parts: &mut [StrPart]) {
        for part in parts {
            match part {
                StrPart::Text(_, span) => self.span(span),
                StrPart::Hole(it, span) => {
                    self.span(span);
                    self.expr(it);
                }
            }
        }
    }

    fn elements(self, elements: &mut [Element]) {
        for element in elements {
            match element {
                Element::Expr(it) => self.expr(it),
                Element::Spread(it, span) => {
                    self.span(span);
                    self.expr(it);
                }
            }
        }
    }

    fn comprehension(self, it: &mut Comprehension) {
        self.ident(&mut it.name);
        self.expr(&mut it.list);
        self.each(&mut it.condition);
    }

    fn entries(self, entries: &mut [Entry]) {
        for entry in entries {
            match entry {
                Entry::Field(it) => self.field(it),
                Entry::Spread(it, span) => {
                    self.span(span);
                    self.expr(it);
                }
            }
        }
    }

    fn expr(self, it: &mut Expr) {
        self.id(&mut it.id);
        self.span(&mut it.span);
        match &mut it.kind {
            ExprKind::Str { style: _, parts } => self.parts(parts),
            ExprKind::List {
                elements,
                comprehension,
            } => {
                self.elements(elements);
                let inner = comprehension.iter_mut();
                inner.for_each(|it| self.comprehension(it));
            }
            ExprKind::Record(entries) => self.entries(entries),
            ExprKind::EachRef(word) => self.word(word),
            ExprKind::Field(of, word) => {
                self.expr(of);
                self.word(word);
            }
            ExprKind::Index(of, index) => self.each([&mut **of, &mut **index]),
            ExprKind::Call(of, args) => {
                self.expr(of);
                self.args(args);
            }
            ExprKind::Cast(of, ty) => {
                self.expr(of);
                self.ty(ty);
            }
            ExprKind::Group(of)
            | ExprKind::Unary(_, of)
            | ExprKind::Each(of)
            | ExprKind::RangeTo(of) => self.expr(of),
            ExprKind::Binary(left, _, at, right) => {
                self.span(at);
                self.each([&mut **left, &mut **right]);
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.each([&mut **condition, &mut **then, &mut **otherwise]),
            ExprKind::Match { subject, arms } => {
                self.expr(subject);
                for arm in arms {
                    self.each([&mut arm.pattern, &mut arm.value]);
                }
            }
            ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Quantity(_)
            | ExprKind::Name(_)
            | ExprKind::Error => {}
        }
    }
}
