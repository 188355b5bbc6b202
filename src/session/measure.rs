//! What benches measure: one expression in one tier, its rows handed over as the tier takes them.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::base::Name;
use crate::eval::batch::{Column, Columns, Data, Values};
use crate::eval::form::row::Raw;
use crate::eval::form::{Row, Text};
use crate::eval::jit::Code;
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

    /// Seconds that making machine code takes; `None` where there is none.
    pub fn compile(&self) -> Option<f64> {
        let form = Arc::new(self.0.form().clone());
        let start = Instant::now();
        let code = Code::new(form)?;
        let seconds = start.elapsed().as_secs_f64();
        drop(code);
        Some(seconds)
    }

    /// Nanoseconds of one evaluation, row after row, and the sum of the answers; by machine code or by the form.
    pub fn one_by_one(&self, samples: &[Sample], code: bool, rounds: usize) -> (f64, u64) {
        let count = rows_of(samples);
        let mut numbers = Vec::new();
        let mut texts = Vec::new();
        for row in 0..count {
            for sample in samples {
                let (number, text) = sample.at(row);
                numbers.push(number);
                texts.push(Text::new(text));
            }
        }
        let width = samples.len().max(1);
        let rows = numbers.chunks_exact(width).zip(texts.chunks_exact(width));
        let rows = rows.map(|(numbers, texts)| Row {
            numbers,
            texts,
            absent: 0,
        });
        let rows: Vec<Row<'_, '_>> = rows.collect();
        let bits = |it: Result<Raw<'_>, _>| match it {
            Ok(Raw::Bits(bits)) => bits,
            Ok(Raw::Text(_)) | Err(_) => 0,
        };
        let form = self.0.form();
        let made = self.0.code();
        let mut sum = 0_u64;
        let start = Instant::now();
        for _ in 0..rounds {
            match made.filter(|_| code) {
                Some(code) => {
                    for row in &rows {
                        sum = sum.wrapping_add(bits(code.evaluate(row)));
                    }
                }
                None => {
                    for row in &rows {
                        sum = sum.wrapping_add(bits(form.evaluate(row)));
                    }
                }
            }
        }
        let evaluations = rounds * count;
        (
            start.elapsed().as_secs_f64() * 1e9 / evaluations as f64,
            sum,
        )
    }

    /// Nanoseconds a row of each round over all rows at once, and the sum of the answers: by tier `auto`, `batch` or `jit`.
    pub fn all_at_once(&self, samples: &[Sample], tier: &str, rounds: usize) -> (Vec<f64>, u64) {
        let tier = match tier {
            "jit" => Tier::Jit,
            "batch" => Tier::Batch,
            _ => Tier::Auto,
        };
        let texts: Vec<Vec<Text<'_>>> = samples.iter().map(Sample::texts).collect();
        let columns = samples.iter().zip(&texts).map(|(sample, texts)| Column {
            data: match sample {
                Sample::Floats(all) => Data::Floats(all),
                Sample::Ints(all) => Data::Ints(all),
                Sample::Texts(_) => Data::Texts(texts),
            },
            present: None,
        });
        let rows = rows_of(samples);
        let columns = Columns {
            rows,
            all: columns.collect(),
        };
        let mut out = Values::blank(self.0.form().kind, rows);
        let mut times = Vec::new();
        for _ in 0..rounds {
            let start = Instant::now();
            self.0
                .evaluate_all(&columns, tier, &mut out, &mut |_, _| {});
            times.push(start.elapsed().as_secs_f64() * 1e9 / rows as f64);
        }
        let sum = match &out {
            Values::Bools(all) => all.iter().map(|it| u64::from(*it)).sum(),
            Values::Ints(all) => all
                .iter()
                .fold(0, |sum, it| it.cast_unsigned().wrapping_add(sum)),
            Values::Floats(_) | Values::Texts(_) => 0,
        };
        (times, sum)
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
