//! Where no machine code can be made.

use std::sync::Arc;

use crate::eval::batch::{Columns, Values};
use crate::eval::form::row::{Outcome, Row};
use crate::eval::form::{Fault, Form};

/// Never made.
pub(crate) struct Code {
    form: Arc<Form>,
}

impl Code {
    pub(crate) fn new(_: Arc<Form>) -> Option<Self> {
        None
    }

    pub(crate) fn evaluate<'t>(&'t self, row: &Row<'_, 't>) -> Outcome<'t> {
        self.form.evaluate(row)
    }

    pub(crate) fn evaluate_all(
        &self,
        columns: &Columns<'_, '_>,
        out: &mut Values<'_>,
        fail: &mut dyn FnMut(usize, Fault),
    ) {
        let _ = (columns, out, fail);
    }
}
