//! Types as written to types.

use crate::check::Body;
use crate::syntax::ast::{Param, TypeExpr, TypeField};
use crate::types::{ParamType, RecordType, Type};

impl Body<'_, '_> {
    pub(crate) fn resolve_type(&mut self, _ty: &TypeExpr) -> Type {
        Type::Error
    }

    /// Parameters as seen by a caller; keeps their defaults, unchecked.
    pub(crate) fn params(&mut self, _params: &[Param]) -> Vec<ParamType> {
        Vec::new()
    }

    /// The record of `-> { results }`, or of a record type; keeps defaults, unchecked.
    pub(crate) fn record_type(&mut self, _fields: &[TypeField]) -> RecordType {
        RecordType::default()
    }
}
