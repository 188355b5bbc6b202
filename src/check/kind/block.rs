//! Blocks: which members may stand, by the table of kinds; what the fields are and when they must be known.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::fields::Fields;
use crate::check::kind::{self, allow, errors};
use crate::check::{Body, Stage};
use crate::schema::kinds::{self, Kind, Latest};
use crate::syntax::ast::{
    Amend, Binding, Block, Decl, Entry, Expr, ExprKind, Field, Ident, Member, MemberKind, NodeId,
};
use crate::types::{RecordType, Type};

/// A block's kind, and how it is called.
pub(crate) struct Place {
    pub(crate) kind: &'static Kind,
    pub(crate) record: Arc<RecordType>,
    /// `` task `git-clone` ``
    pub(crate) what: String,
    /// Where a missing field is reported.
    pub(crate) at: Span,
    pub(crate) mode: Fields,
    /// `name { … }` may amend something; the kind says what.
    pub(crate) amends: bool,
}

/// The members of a block that are no fields, those left out that cannot stand there.
#[derive(Default)]
pub(crate) struct Parts<'a> {
    pub(crate) decls: Vec<(&'a Decl, &'a Member)>,
    pub(crate) bindings: Vec<&'a Binding>,
    /// Amendments, and blocks such as `finally { … }`.
    pub(crate) amends: Vec<&'a Amend>,
}

impl Parts<'_> {
    /// The declarations of that kind.
    pub(crate) fn of<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s Decl> {
        let all = self.decls.iter().map(|(it, _)| *it);
        all.filter(move |it| it.kind.name == kind)
    }
}

impl From<Latest> for Stage {
    fn from(latest: Latest) -> Self {
        match latest {
            Latest::Compile => Self::Compile,
            Latest::Event => Self::Event,
            Latest::Run => Self::Run,
        }
    }
}

impl Place {
    /// The block of a declaration, `None` for a word that opens none.
    pub(crate) fn new(body: &mut Body<'_, '_>, kind: &str, name: &Ident) -> Option<Self> {
        let kind = kinds::find_block(kind)?;
        let record = match kind.body {
            Some(record) => body.checker.prelude_record(record),
            None => Arc::default(),
        };
        Some(Self {
            kind,
            record,
            what: format!("{} `{}`", kind.name, name.name),
            at: name.span,
            mode: Fields::Whole,
            amends: false,
        })
    }

    /// The same where the block is laid over something.
    pub(crate) fn amending(mut self) -> Self {
        self.mode = Fields::Amend;
        self
    }

    /// Sorts the members of a block that are no fields, and reports those that cannot stand in it.
    pub(crate) fn parts<'a>(&self, body: &mut Body<'_, '_>, block: Option<&'a Block>) -> Parts<'a> {
        let mut parts = Parts::default();
        for member in block.iter().flat_map(|it| &it.members) {
            match &member.kind {
                MemberKind::Field(_) | MemberKind::Let(_) | MemberKind::Error => {}
                MemberKind::Decl(it) => self.declared(body, member, it, &mut parts),
                MemberKind::Binding(it) if self.kind.bindings.is_some() => parts.bindings.push(it),
                MemberKind::Amend(it) if self.may_amend(&it.name.name) => parts.amends.push(it),
                MemberKind::Binding(_) | MemberKind::Amend(_) | MemberKind::Assert(_) => {
                    body.stray_member(member, &self.what, &self.record);
                }
            }
        }
        parts
    }

    fn may_amend(&self, name: &str) -> bool {
        self.kind.blocks.contains(&name) || (self.amends && !self.record.fields.contains_key(name))
    }

    fn declared<'a>(
        &self,
        body: &mut Body<'_, '_>,
        member: &'a Member,
        decl: &'a Decl,
        parts: &mut Parts<'a>,
    ) {
        let here =
            kinds::find(&decl.kind.name).is_some_and(|it| it.places.contains(&self.kind.name));
        if !here && self.record.fields.contains_key(&decl.kind.name) {
            return body.stray_member(member, &self.what, &self.record);
        }
        match kind::admitted(body, decl, self.kind.name) {
            Some(kind) if kind.name == "allow" => allow::body(body, decl),
            Some(_) => parts.decls.push((decl, member)),
            None => {}
        }
    }

    /// Checks the fields of a block; `special` may take fields over.
    pub(crate) fn fields(
        &self,
        body: &mut Body<'_, '_>,
        block: Option<&Block>,
        special: &mut dyn FnMut(&mut Body<'_, '_>, &Field) -> bool,
    ) {
        let empty = Block {
            span: self.at,
            members: Vec::new(),
        };
        let block = block.unwrap_or(&empty);
        let before = body.set_latest(Stage::from(self.kind.latest));
        let mut by_stage = |body: &mut Body<'_, '_>, field: &Field| {
            special(body, field) || self.early(body, field)
        };
        body.fields_with(
            block,
            self.at,
            &self.record,
            &self.what,
            self.mode,
            &mut by_stage,
        );
        body.set_latest(before);
    }

    /// A field that the compiler must know.
    fn early(&self, body: &mut Body<'_, '_>, field: &Field) -> bool {
        if !self.kind.early.contains(&field.key.name.as_str()) {
            return false;
        }
        self.field_by(body, field, Stage::Compile);
        true
    }

    /// Checks a field of the block that must be known by `latest`.
    pub(crate) fn field_by(&self, body: &mut Body<'_, '_>, field: &Field, latest: Stage) {
        let before = body.set_latest(latest);
        body.field_of(field, &self.record, &self.what, self.mode);
        let what = format!("`{}`", field.key.name);
        body.known_by(&field.value, latest, &what);
        body.set_latest(before);
    }
}

/// Reports names of one block that are declared twice; answers each the first time.
pub(crate) fn unique<'a>(
    body: &mut Body<'_, '_>,
    names: impl IntoIterator<Item = &'a Ident>,
) -> Vec<NodeId> {
    let mut seen: IndexMap<&Name, Span> = IndexMap::new();
    let mut first_ones = Vec::new();
    for ident in names {
        match seen.get(&ident.name) {
            Some(first) => body.report(errors::duplicate(ident.span, &ident.name, *first)),
            None => {
                seen.insert(&ident.name, ident.span);
                first_ones.push(ident.id);
            }
        }
    }
    first_ones
}

/// Calls `each` with the entries of a record literal, each key once; anything else is refused, since its keys must be seen.
pub(crate) fn entries(
    body: &mut Body<'_, '_>,
    expr: &Expr,
    what: &str,
    each: &mut dyn FnMut(&mut Body<'_, '_>, &Field),
) {
    let ExprKind::Record(all) = &expr.peeled().kind else {
        if !matches!(expr.kind, ExprKind::Error) {
            body.report(errors::not_written_out(expr.span, what));
        }
        return;
    };
    let mut seen: IndexMap<Name, Span> = IndexMap::new();
    for entry in all {
        match entry {
            Entry::Field(it) if it.computed.is_none() => {
                if let Some(first) = seen.insert(it.key.name.clone(), it.key.span) {
                    body.report(errors::duplicate(it.key.span, &it.key.name, first));
                }
                each(body, it);
            }
            Entry::Field(it) => body.report(errors::not_written_out(it.key.span, what)),
            Entry::Spread(_, span) => body.report(errors::not_written_out(*span, what)),
        }
    }
    body.record(expr.id, Type::Json, Stage::Run);
}
