//! Fields of blocks and record literals against the record type of their place.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::{Body, errors};
use crate::syntax::ast::{Block, Field, Member, MemberKind};
use crate::types::{RecordType, Type};

/// Whether all fields are there or some are laid over others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fields {
    /// What has no default must be given.
    Whole,
    /// Only what changes is given; `none` removes.
    Amend,
}

/// A field that the kind checks itself: answers whether it did.
pub(crate) type Special<'s> = dyn FnMut(&mut Body<'_, '_>, &Field) -> bool + 's;

impl Body<'_, '_> {
    /// The same, where `special` may take fields over (a field that it takes need not be in the type).
    pub(crate) fn fields_with(
        &mut self,
        block: &Block,
        at: Span,
        ty: &RecordType,
        what: &str,
        mode: Fields,
        special: &mut Special<'_>,
    ) {
        let mut seen: IndexMap<Name, Span> = IndexMap::new();
        for member in &block.members {
            match &member.kind {
                MemberKind::Let(it) => self.local_let(it),
                MemberKind::Field(field) => {
                    self.block_field(field, ty, what, mode, &mut seen, special)
                }
                MemberKind::Binding(_)
                | MemberKind::Amend(_)
                | MemberKind::Assert(_)
                | MemberKind::Decl(_)
                | MemberKind::Error => {}
            }
        }
        let is_broken = block
            .members
            .iter()
            .any(|it| matches!(it.kind, MemberKind::Error));
        if mode == Fields::Whole && !is_broken {
            self.missing_fields(at, ty, what, &|name| seen.contains_key(name));
        }
    }

    fn block_field(
        &mut self,
        field: &Field,
        ty: &RecordType,
        what: &str,
        mode: Fields,
        seen: &mut IndexMap<Name, Span>,
        special: &mut Special<'_>,
    ) {
        if let Some(first) = seen.insert(field.key.name.clone(), field.key.span) {
            let found = errors::duplicate_field(field.key.span, &field.key.name, first);
            self.report(found);
        }
        if !special(self, field) {
            self.field_of(field, ty, what, mode);
            let what = format!("`{}`", field.key.name);
            self.known_by(&field.value, self.latest, &what);
        }
    }

    /// Checks one field against a record type.
    pub(crate) fn field_of(&mut self, field: &Field, ty: &RecordType, what: &str, mode: Fields) {
        let Some(known) = ty.fields.get(&field.key.name) else {
            let found = errors::unknown_field(&field.key, what, ty.fields.keys());
            self.report(found);
            self.infer(&field.value);
            return;
        };
        let expected = known.ty.clone();
        self.field_value(field, &expected, mode);
    }

    /// Checks the value of a field against the type of its place.
    pub(crate) fn field_value(&mut self, field: &Field, expected: &Type, mode: Fields) {
        match mode {
            Fields::Whole => self.check(&field.value, expected),
            Fields::Amend => self.check_amended(&field.value, expected),
        };
    }

    pub(crate) fn missing_fields(
        &mut self,
        at: Span,
        ty: &RecordType,
        what: &str,
        seen: &dyn Fn(&Name) -> bool,
    ) {
        let missing = ty
            .fields
            .iter()
            .filter(|(name, field)| !field.may_be_absent() && !seen(name));
        let missing: Vec<&Name> = missing.map(|(name, _)| name).collect();
        if !missing.is_empty() {
            let found = errors::missing_field(at, what, &missing);
            self.report(found);
        }
    }

    /// Reports a member that this kind of block cannot hold; `fields` finds the forgotten colon in `image wudi`.
    pub(crate) fn stray_member(&mut self, member: &Member, what: &str, fields: &RecordType) {
        if let Some(found) = errors::member_not_allowed(member, what, fields) {
            self.report(found);
        }
    }
}
