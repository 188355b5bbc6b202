//! What benches measure: one expression in one tier, its rows handed over as the tier takes them.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::base::Name;
use crate::eval::batch::{Column, Columns, Data, Values};
use crate::eval::form::row::{Outcome, Raw};
use crate::eval::form::{Row, Text};
use crate::eval::jit::{ColumnCode, RowCode};
use crate::eval::tier::{Prepared, Tier};
use crate::host::MemoryHost;
use crate::session::Session;

/// A condition that was checked.
pub struct Measured(Prepared);

/// Values of one input.
#[derive(Debug)]
pub enum Sample {
    /// Of a `Float`.
    Floats(Vec<f64>),
    /// Of an `Int`.
    Ints(Vec<i64>),
    /// Of a `String`.
    Texts(Vec<String>),
}

impl std::fmt::Debug for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.form().fmt(f)
    }
}

impl Measured {
    /// A condition over inputs, each with its type; `None` where it does not check or has no fast form.
    pub fn new(text: &str, inputs: &[(&str, &str)]) -> Option<Self> {
        let mut session = Session::new(Box::new(MemoryHost::new()));
        let inputs = inputs.iter();
        let inputs: Vec<(Name, String)> = inputs
            .map(|(name, ty)| (Name::new(name), (*ty).to_owned()))
            .collect();
        let program: Option<&Path> = None;
        let expression = session.expression(program, text, &inputs).ok()?;
        expression.form.map(Self)
    }

    /// The same, of which no machine code was made yet.
    pub fn fresh(&self) -> Self {
        Self(Prepared::new(self.0.form().clone()))
    }

    /// From so many rows on machine code is made for them, the first time in a process and after.
    pub fn thresholds(&self) -> (usize, usize) {
        self.0.thresholds()
    }

    /// Seconds that making machine code takes, for one row or for columns; `None` where there is none.
    pub fn compile(&self, columns: bool) -> Option<f64> {
        let form = Arc::new(self.0.form().clone());
        let start = Instant::now();
        let made = match columns {
            true => ColumnCode::new(form).map(drop),
            false => RowCode::new(form).map(drop),
        };
        made.map(|()| start.elapsed().as_secs_f64())
    }

    /// Rows to go through one after the other.
    pub fn rows<'s>(&'s self, samples: &'s [Sample]) -> Rows<'s> {
        let mut rows = Rows {
            prepared: &self.0,
            width: samples.len().max(1),
            numbers: Vec::new(),
            texts: Vec::new(),
        };
        for row in 0..rows_of(samples) {
            for sample in samples {
                let (number, text) = sample.at(row);
                rows.numbers.push(number);
                rows.texts.push(Text::new(text));
            }
        }
        rows
    }

    /// Rows to compute all at once.
    pub fn columns<'s>(&'s self, samples: &'s [Sample]) -> Columnwise<'s> {
        Columnwise {
            prepared: &self.0,
            samples,
            texts: samples.iter().map(Sample::texts).collect(),
            out: Values::blank(self.0.form().kind, rows_of(samples)),
        }
    }
}

/// Rows of values, one behind the other.
pub struct Rows<'s> {
    prepared: &'s Prepared,
    width: usize,
    numbers: Vec<u64>,
    texts: Vec<Text<'s>>,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.numbers.fmt(f)
    }
}

impl<'s> Rows<'s> {
    /// The sum of the answers of so many rounds over all rows; by machine code or by the form.
    pub fn run(&self, code: bool, rounds: usize) -> u64 {
        match self.prepared.row().filter(|_| code) {
            Some(code) => self.sum(rounds, |row| match code.bits(row) {
                Some(bits) => Some(bits),
                None => bits(code.evaluate(row)),
            }),
            None => {
                let form = self.prepared.form();
                self.sum(rounds, |row| bits(form.evaluate(row)))
            }
        }
    }

    #[inline]
    fn sum(&self, rounds: usize, one: impl Fn(&Row<'_, 's>) -> Option<u64>) -> u64 {
        let of = |numbers: &[u64], texts: &[Text<'s>]| {
            let row = Row {
                numbers,
                texts,
                absent: 0,
            };
            one(&row).unwrap_or_default()
        };
        let mut sum = 0_u64;
        for _ in 0..rounds {
            let numbers = self.numbers.chunks_exact(self.width);
            let texts = self.texts.chunks_exact(self.width);
            match self.prepared.form().width {
                (_, 0) => numbers.for_each(|it| sum = sum.wrapping_add(of(it, &[]))),
                (0, _) => texts.for_each(|it| sum = sum.wrapping_add(of(&[], it))),
                _ => numbers
                    .zip(texts)
                    .for_each(|(a, b)| sum = sum.wrapping_add(of(a, b))),
            }
        }
        sum
    }
}

fn bits(outcome: Outcome<'_>) -> Option<u64> {
    match outcome {
        Ok(Raw::Bits(bits)) => Some(bits),
        Ok(Raw::Text(_)) | Err(_) => None,
    }
}

/// Columns of values, and room for their answers.
pub struct Columnwise<'s> {
    prepared: &'s Prepared,
    samples: &'s [Sample],
    texts: Vec<Vec<Text<'s>>>,
    out: Values<'s>,
}

impl std::fmt::Debug for Columnwise<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.samples.fmt(f)
    }
}

impl<'s> Columnwise<'s> {
    /// Computes all rows by tier `auto`, `batch` or `jit`; `false` where it cannot.
    pub fn run(&mut self, tier: &str) -> bool {
        let prepared = self.prepared;
        self.run_of(prepared, tier)
    }

    /// The same with a condition that has no machine code yet, which is freed again.
    pub fn run_cold(&mut self, measured: &'s Measured, tier: &str) -> bool {
        self.run_of(&measured.0, tier)
    }

    fn run_of(&mut self, prepared: &'s Prepared, tier: &str) -> bool {
        let tier = match tier {
            "jit" => Tier::Jit,
            "batch" => Tier::Batch,
            _ => Tier::Auto,
        };
        let columns = self.samples.iter().zip(&self.texts);
        let columns = columns.map(|(sample, texts)| Column {
            data: match sample {
                Sample::Floats(all) => Data::Floats(all),
                Sample::Ints(all) => Data::Ints(all),
                Sample::Texts(_) => Data::Texts(texts),
            },
            present: None,
        });
        let columns = Columns {
            rows: rows_of(self.samples),
            all: columns.collect(),
        };
        prepared.evaluate_all(&columns, tier, &mut self.out, &mut |_, _| {})
    }

    /// The sum of the answers.
    pub fn sum(&self) -> u64 {
        match &self.out {
            Values::Bools(all) => all.iter().map(|it| u64::from(*it)).sum(),
            Values::Ints(all) => all
                .iter()
                .fold(0, |sum, it| it.cast_unsigned().wrapping_add(sum)),
            Values::Floats(_) | Values::Texts(_) => 0,
        }
    }
}

impl Sample {
    fn at(&self, row: usize) -> (u64, &str) {
        match self {
            Self::Floats(all) => (all.get(row).map_or(0, |it| it.to_bits()), ""),
            Self::Ints(all) => (all.get(row).map_or(0, |it| it.cast_unsigned()), ""),
            Self::Texts(all) => (0, all.get(row).map_or("", String::as_str)),
        }
    }

    fn texts(&self) -> Vec<Text<'_>> {
        match self {
            Self::Texts(all) => all.iter().map(|it| Text::new(it)).collect(),
            Self::Floats(_) | Self::Ints(_) => Vec::new(),
        }
    }
}

fn rows_of(samples: &[Sample]) -> usize {
    samples.first().map_or(0, |it| match it {
        Sample::Floats(all) => all.len(),
        Sample::Ints(all) => all.len(),
        Sample::Texts(all) => all.len(),
    })
}
