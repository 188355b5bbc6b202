//! Record literals, against the record, map or open data of their place.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::check::expr::Typed;
use crate::check::expr::place::{self, RecordPlace};
use crate::check::fields::Fields;
use crate::check::{Body, Stage, errors};
use crate::syntax::ast::{Entry, Expr, Field, StrPart};
use crate::types::{FieldType, RecordType, Type, assignable, join};

impl Body<'_, '_> {
    pub(crate) fn record_literal(
        &mut self,
        expr: &Expr,
        entries: &[Entry],
        want: Option<&Type>,
    ) -> Typed {
        let Some(expected) = want else {
            return self.natural_record(entries, None);
        };
        match place::record(expected, keys(entries)) {
            Some(RecordPlace::Record(record, ty)) => {
                let stage = self.record_as(expr, entries, &record, Fields::Whole);
                (ty, stage)
            }
            Some(RecordPlace::Map(of)) => self.map_as(entries, &of, Fields::Whole),
            Some(RecordPlace::Keyed(of, list)) => {
                let (_, stage) = self.map_as(entries, &of, Fields::Whole);
                (list, stage)
            }
            Some(RecordPlace::Open) => self.natural_record(entries, Some(&Type::Json)),
            None => {
                let (found, stage) = self.natural_record(entries, None);
                (self.fit(expr, found, want), stage)
            }
        }
    }

    /// A record literal that is laid over what there is.
    pub(crate) fn amending_record(
        &mut self,
        expr: &Expr,
        entries: &[Entry],
        expected: &Type,
    ) -> Typed {
        match place::record(expected, keys(entries)) {
            Some(RecordPlace::Record(record, ty)) => {
                let stage = self.record_as(expr, entries, &record, Fields::Amend);
                (ty, stage)
            }
            Some(RecordPlace::Map(of)) => self.map_as(entries, &of, Fields::Amend),
            Some(RecordPlace::Keyed(of, list)) => {
                let (_, stage) = self.map_as(entries, &of, Fields::Amend);
                (list, stage)
            }
            Some(RecordPlace::Open) | None => self.record_literal(expr, entries, Some(expected)),
        }
    }

    fn record_as(
        &mut self,
        expr: &Expr,
        entries: &[Entry],
        record: &Arc<RecordType>,
        mode: Fields,
    ) -> Stage {
        let what = named(record);
        let mut given: IndexMap<Name, Option<Span>> = IndexMap::new();
        let mut stage = Stage::Compile;
        for entry in entries {
            match entry {
                Entry::Field(field) => {
                    self.key_once(field, &mut given);
                    self.field_of(field, record, &what, mode);
                    stage = stage.max(self.stage_of(field.value.id));
                }
                Entry::Spread(value, _) => {
                    let (names, known) = self.spread_into_record(value, record, &what);
                    given.extend(names.into_iter().map(|it| (it, None)));
                    stage = stage.max(known);
                }
            }
        }
        if mode == Fields::Whole {
            self.missing_fields(expr.span, record, &what, &|name| given.contains_key(name));
        }
        stage
    }

    /// `..rest` in a record: the fields that it gives.
    fn spread_into_record(
        &mut self,
        value: &Expr,
        record: &RecordType,
        what: &str,
    ) -> (Vec<Name>, Stage) {
        let (ty, stage) = self.typed(value, None);
        let all = || record.fields.keys().cloned().collect();
        if let Some(from) = ty.record() {
            for (name, field) in &from.fields {
                self.spread_field(value.span, name, field, record, what);
            }
            return (from.fields.keys().cloned().collect(), stage);
        }
        match &ty {
            Type::Error | Type::Json => (all(), stage),
            other => {
                self.report(errors::no_record(value.span, other));
                (all(), stage)
            }
        }
    }

    fn spread_field(
        &mut self,
        at: Span,
        name: &Name,
        from: &FieldType,
        record: &RecordType,
        what: &str,
    ) {
        match record.fields.get(name) {
            None => self.report(errors::spread_unknown(at, name, what)),
            Some(to) if !assignable(&from.ty, &to.ty) => {
                self.report(errors::spread_mismatch(at, name, &to.ty, &from.ty));
            }
            Some(_) => {}
        }
    }

    fn map_as(&mut self, entries: &[Entry], of: &Type, mode: Fields) -> Typed {
        let mut given = IndexMap::new();
        let mut stage = Stage::Compile;
        let map = Type::Map(Box::new(of.clone()));
        for entry in entries {
            match entry {
                Entry::Field(field) => {
                    stage = stage.max(self.computed_key(field));
                    self.key_once(field, &mut given);
                    self.field_value(field, of, mode);
                    stage = stage.max(self.stage_of(field.value.id));
                }
                Entry::Spread(value, _) => {
                    let (_, known) = self.typed(value, Some(&map));
                    stage = stage.max(known);
                }
            }
        }
        (map, stage)
    }

    /// A record of which no more is known than what stands there.
    fn natural_record(&mut self, entries: &[Entry], want: Option<&Type>) -> Typed {
        let mut given = IndexMap::new();
        let mut record = RecordType::default();
        let mut of_map: Option<Type> = None;
        let mut stage = Stage::Compile;
        for entry in entries {
            match entry {
                Entry::Field(field) => {
                    stage = stage.max(self.computed_key(field));
                    self.key_once(field, &mut given);
                    let (ty, known) = self.typed(&field.value, want);
                    stage = stage.max(known);
                    if field.computed.is_some() {
                        of_map = Some(of_map.map_or_else(|| ty.clone(), |it| join(&it, &ty)));
                    } else {
                        record
                            .fields
                            .insert(field.key.name.clone(), FieldType::new(ty));
                    }
                }
                Entry::Spread(value, _) => {
                    let (ty, known) = self.typed(value, None);
                    stage = stage.max(known);
                    match ty {
                        Type::Record(from) => record.fields.extend(from.fields.clone()),
                        Type::Map(of) => {
                            of_map = Some(of_map.map_or_else(|| (*of).clone(), |it| join(&it, &of)))
                        }
                        Type::Error | Type::Json => of_map = Some(Type::Json),
                        other => self.report(errors::no_record(value.span, &other)),
                    }
                }
            }
        }
        let Some(of) = of_map else {
            return (Type::Record(Arc::new(record)), stage);
        };
        let fields = record.fields.values();
        let of = fields.fold(of, |of, it| join(&of, &it.ty));
        (Type::Map(Box::new(of)), stage)
    }

    /// `"#{x}": 1`: the holes of a key.
    fn computed_key(&mut self, field: &Field) -> Stage {
        let mut stage = Stage::Compile;
        for part in field.computed.iter().flatten() {
            if let StrPart::Hole(inner, _) = part {
                stage = stage.max(self.hole(inner));
            }
        }
        stage
    }

    fn key_once(&mut self, field: &Field, given: &mut IndexMap<Name, Option<Span>>) {
        if field.computed.is_some() {
            return;
        }
        let before = given.insert(field.key.name.clone(), Some(field.key.span));
        if let Some(Some(first)) = before {
            self.report(errors::duplicate_field(
                field.key.span,
                &field.key.name,
                first,
            ));
        }
    }
}

fn keys(entries: &[Entry]) -> impl Iterator<Item = &str> + Clone {
    entries.iter().filter_map(|it| match it {
        Entry::Field(field) if field.computed.is_none() => Some(field.key.name.as_str()),
        Entry::Field(_) | Entry::Spread(..) => None,
    })
}

/// What a record is called in messages.
fn named(record: &RecordType) -> String {
    match &record.name {
        Some(name) => format!("`{name}`"),
        None => "this record".to_owned(),
    }
}
