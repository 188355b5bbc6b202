//! Which tier computes how many rows.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::eval::batch::{self, Columns, Values};
use crate::eval::form::{Family, Fault, Form};
use crate::eval::jit::{ColumnCode, RowCode};

/// How to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Whatever is fastest for so many rows.
    Auto,
    /// The reference interpreter.
    Interpreter,
    /// Machine code.
    Jit,
    /// Column by column.
    Batch,
}

/// Fewer rows are done one by one: a chunk does not pay.
const MIN_BATCH: usize = 8;

/// What it costs to make machine code for columns, in nanoseconds: the first time in a process, and after; and for each node.
/// `cargo bench -- eval-compile` measures them: conditions of nine to fourteen nodes took 130 to 230 microseconds, and the first
/// of a process twice that.
const FIRST: u64 = 350_000;
const LATER: u64 = 120_000;
const NODE: u64 = 4_000;

/// What machine code saves of a row for each unit of the cost of its form, in picoseconds, by what there is most to do: columns
/// of doubles have vector instructions in either tier, those of whole numbers with their checks only in part, and texts are
/// looked at one by one. `cargo bench -- eval-tiers` measures it: 0.3 to 0.9 ns of a row, 3 ns, and 5 ns; and that the
/// automatic tier loses to neither.
const SAVED_BY_FLOATS: u64 = 60;
const SAVED_BY_INTS: u64 = 200;
const SAVED_BY_TEXTS: u64 = 70;

/// Whether machine code was made before.
static IS_WARM: AtomicBool = AtomicBool::new(false);

fn warm<T>(code: T) -> T {
    IS_WARM.store(true, Ordering::Relaxed);
    code
}

/// A form, and code for it once it is wanted.
pub(crate) struct Prepared {
    form: Arc<Form>,
    row: OnceLock<Option<RowCode>>,
    columns: OnceLock<Option<ColumnCode>>,
}

impl Prepared {
    pub(crate) fn new(form: Form) -> Self {
        Self {
            form: Arc::new(form),
            row: OnceLock::new(),
            columns: OnceLock::new(),
        }
    }

    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// Machine code for one row, made at the first call; `None` where it cannot be.
    pub(crate) fn row(&self) -> Option<&RowCode> {
        let made = || warm(RowCode::new(Arc::clone(&self.form)));
        self.row.get_or_init(made).as_ref()
    }

    /// Machine code for columns, made at the first call; `None` where it cannot be.
    pub(crate) fn columns(&self) -> Option<&ColumnCode> {
        let made = || warm(ColumnCode::new(Arc::clone(&self.form)));
        self.columns.get_or_init(made).as_ref()
    }

    /// From so many rows on, machine code is made for them: where what it saves is more than what it costs. The first number
    /// is for the first time in the process.
    pub(crate) fn thresholds(&self) -> (usize, usize) {
        let saved = self.saved() * u64::from(self.form.answer.cost().max(1));
        let rows = |once: u64| (once + NODE * self.form.nodes).saturating_mul(1000) / saved;
        let rows = |once| usize::try_from(rows(once)).unwrap_or(usize::MAX);
        (rows(FIRST), rows(LATER))
    }

    fn saved(&self) -> u64 {
        let has = |family: Family| self.form.inputs.iter().any(|it| it.kind.family() == family);
        if has(Family::Text) {
            SAVED_BY_TEXTS
        } else if has(Family::Int) {
            SAVED_BY_INTS
        } else {
            SAVED_BY_FLOATS
        }
    }

    /// Code that is there, or that so many rows are worth making.
    fn worthwhile(&self, rows: usize) -> Option<&ColumnCode> {
        if let Some(made) = self.columns.get() {
            return made.as_ref();
        }
        let (first, later) = self.thresholds();
        let pays = rows >= later && (rows >= first || IS_WARM.load(Ordering::Relaxed));
        pays.then(|| self.columns()).flatten()
    }

    /// The answers of all rows; those that failed are given to `fail`, in their order. `false` where the tier cannot do it.
    pub(crate) fn evaluate_all<'t>(
        &'t self,
        columns: &Columns<'_, 't>,
        tier: Tier,
        out: &mut Values<'t>,
        fail: &mut dyn FnMut(usize, Fault),
    ) -> bool {
        let code = match tier {
            Tier::Interpreter => return false,
            Tier::Batch => None,
            Tier::Jit => match self.columns() {
                Some(code) => Some(code),
                None => return false,
            },
            Tier::Auto => self.worthwhile(columns.rows),
        };
        match code {
            Some(code) => code.evaluate_all(columns, out, fail),
            None if columns.rows < MIN_BATCH && tier == Tier::Auto => {
                batch::row_by_row(&self.form, columns, 0..columns.rows, (out, 0), fail);
            }
            None => batch::evaluate(&self.form, columns, 0, out, fail),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::eval::form::build::form;
    use crate::eval::form::{Input, Kind};
    use crate::eval::tier::Prepared;
    use crate::plan::{Expr, ExprKind, Ref};
    use crate::value::BinaryOp;

    /// A comparison of two inputs.
    fn prepared(kind: Kind) -> Prepared {
        let place = crate::base::Span::new(crate::base::FileId(0), 0, 0);
        let input = |name: &str| Input {
            name: name.into(),
            kind,
            optional: false,
        };
        let read = |name: &str| Expr::reference(place, Ref::Param(name.into()));
        let expr = Expr {
            span: place,
            kind: ExprKind::Binary(BinaryOp::Eq, (read("a"), read("b")).into()),
        };
        Prepared::new(form(&expr, &[input("a"), input("b")]).unwrap())
    }

    #[test]
    fn what_saves_more_is_compiled_sooner() {
        let of = |kind| prepared(kind).thresholds();
        let (floats, ints, texts) = (of(Kind::Float), of(Kind::Int), of(Kind::Text));
        assert!(
            texts < ints && ints < floats,
            "{texts:?} {ints:?} {floats:?}"
        );
        assert!(floats.1 < floats.0, "the first time costs more");
    }
}
