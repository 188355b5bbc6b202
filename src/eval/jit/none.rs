//! Where no machine code can be made.

use std::sync::Arc;

use crate::eval::batch::{Columns, Values};
use crate::eval::form::row::{Outcome, Row};
use crate::eval::form::{Fault, Form};

/// Never made.
pub(crate) enum RowCode {}

impl RowCode {
    pub(crate) fn new(_: Arc<Form>) -> Option<Self> {
        None
    }

    pub(crate) fn evaluate<'t>(&'t self, _: &Row<'_, 't>) -> Outcome<'t> {
        match *self {}
    }
}

impl RowCode {
    pub(crate) fn bits(&self, _: &Row<'_, '_>) -> Option<u64> {
        match *self {}
    }
}

/// Never made.
pub(crate) enum ColumnCode {}

impl ColumnCode {
    pub(crate) fn new(_: Arc<Form>) -> Option<Self> {
        None
    }

    pub(crate) fn evaluate_all<'t>(
        &'t self,
        _: &Columns<'_, 't>,
        _: &mut Values<'t>,
        _: &mut dyn FnMut(usize, Fault),
    ) {
        match *self {}
    }
}
