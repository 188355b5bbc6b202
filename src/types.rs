//! Types as data: what they are, which fits where, how they are printed. Knows no syntax tree.

pub(crate) mod cron;
pub(crate) mod display;
pub(crate) mod fit;
pub(crate) mod form;
pub(crate) mod literal;
pub(crate) mod object;
pub(crate) mod reference;
pub(crate) mod relation;
pub(crate) mod ty;
pub(crate) mod variable;

pub(crate) use fit::misfit;
pub(crate) use form::{Form, FormError};
pub(crate) use literal::{LiteralError, literal};
pub(crate) use object::ObjectType;
pub(crate) use relation::{assignable, comparable, join};
pub(crate) use ty::{
    DefaultId, FieldType, FnType, ParamType, RecordType, StringType, ThingType, Type,
};
pub(crate) use variable::{bind, substitute};
