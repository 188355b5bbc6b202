//! Types as data: what they are, which fits where, how they are printed. Knows no syntax tree.

pub(crate) mod display;
pub(crate) mod form;
pub(crate) mod relation;
pub(crate) mod ty;

pub(crate) use form::Form;
pub(crate) use ty::{
    DefaultId, FieldType, FnType, ParamType, RecordType, StringType, ThingType, Type,
};
