//! Columns of inputs and of answers.

use crate::eval::form::row::{Raw, bits, value};
use crate::eval::form::{Family, Input, Kind, Text};
use crate::value::Value;

/// Inputs by their number, each a column of so many rows.
#[derive(Clone, Debug)]
pub(crate) struct Columns<'c, 't> {
    pub(crate) rows: usize,
    pub(crate) all: Vec<Column<'c, 't>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'c, 't> {
    pub(crate) data: Data<'c, 't>,
    /// One for each row that has a value; `None` where all have.
    pub(crate) present: Option<&'c [u8]>,
}

/// Values of a column; zero, or the empty text, where one is missing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Data<'c, 't> {
    /// One or zero.
    Bools(&'c [u8]),
    Ints(&'c [i64]),
    Floats(&'c [f64]),
    Texts(&'c [Text<'t>]),
}

/// A column that owns its values.
#[derive(Clone, Debug)]
pub(crate) enum Values<'a> {
    Bools(Vec<u8>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Texts(Vec<Text<'a>>),
}

/// Values and which of them are there.
#[derive(Clone, Debug)]
pub(crate) struct Owned<'a> {
    values: Values<'a>,
    present: Option<Vec<u8>>,
}

impl<'t> Columns<'_, 't> {
    /// The values of a row: its missing inputs as bits.
    pub(crate) fn row(&self, row: usize, numbers: &mut Vec<u64>, texts: &mut Vec<Text<'t>>) -> u64 {
        numbers.clear();
        texts.clear();
        let mut absent = 0;
        for (slot, column) in self.all.iter().enumerate() {
            let is_there = |it: &[u8]| it.get(row).is_some_and(|it| *it != 0);
            absent |= u64::from(!column.present.is_none_or(is_there)) << slot;
            let mut text = Text::new("");
            numbers.push(
                match column.data {
                    Data::Bools(all) => all.get(row).copied().map(u64::from),
                    Data::Ints(all) => all.get(row).map(|it| it.cast_unsigned()),
                    Data::Floats(all) => all.get(row).map(|it| it.to_bits()),
                    Data::Texts(all) => {
                        text = all.get(row).copied().unwrap_or(text);
                        None
                    }
                }
                .unwrap_or_default(),
            );
            texts.push(text);
        }
        absent
    }
}

impl<'a> Values<'a> {
    /// So many answers of a kind, all still zero.
    pub(crate) fn blank(kind: Kind, rows: usize) -> Self {
        match kind.family() {
            Family::Bool => Self::Bools(vec![0; rows]),
            Family::Int => Self::Ints(vec![0; rows]),
            Family::Float => Self::Floats(vec![0.0; rows]),
            Family::Text => Self::Texts(vec![Text::new(""); rows]),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bools(all) => all.len(),
            Self::Ints(all) => all.len(),
            Self::Floats(all) => all.len(),
            Self::Texts(all) => all.len(),
        }
    }

    pub(crate) fn set(&mut self, at: usize, bits: u64) {
        match self {
            Self::Bools(all) => put(all, at, u8::from(bits != 0)),
            Self::Ints(all) => put(all, at, bits.cast_signed()),
            Self::Floats(all) => put(all, at, f64::from_bits(bits)),
            Self::Texts(_) => {}
        }
    }

    pub(crate) fn set_text(&mut self, at: usize, text: Text<'a>) {
        if let Self::Texts(all) = self {
            put(all, at, text);
        }
    }

    /// The answer of a row as a value.
    pub(crate) fn value(&self, kind: Kind, at: usize) -> Option<Value> {
        let raw = match self {
            Self::Bools(all) => Raw::Bits(u64::from(*all.get(at)?)),
            Self::Ints(all) => Raw::Bits(all.get(at)?.cast_unsigned()),
            Self::Floats(all) => Raw::Bits(all.get(at)?.to_bits()),
            Self::Texts(all) => Raw::Text(all.get(at)?.as_str()),
        };
        Some(value(kind, raw))
    }

    fn data(&self) -> Data<'_, 'a> {
        match self {
            Self::Bools(all) => Data::Bools(all),
            Self::Ints(all) => Data::Ints(all),
            Self::Floats(all) => Data::Floats(all),
            Self::Texts(all) => Data::Texts(all),
        }
    }
}

fn put<T>(all: &mut [T], at: usize, value: T) {
    if let Some(slot) = all.get_mut(at) {
        *slot = value;
    }
}

impl<'a> Owned<'a> {
    /// The column of an input; `None` where a value is not of its kind.
    pub(crate) fn new(input: &Input, values: &'a [Value]) -> Option<Self> {
        let mut column = Values::blank(input.kind, values.len());
        let mut present = vec![1; values.len()];
        let mut whole = true;
        for (at, value) in values.iter().enumerate() {
            match value {
                Value::None => {
                    put(&mut present, at, 0);
                    whole = false;
                }
                Value::Str(text) if input.kind == Kind::Text => {
                    column.set_text(at, Text::new(text))
                }
                value => column.set(at, bits(input.kind, value)?),
            }
        }
        Some(Self {
            values: column,
            present: (!whole).then_some(present),
        })
    }

    pub(crate) fn column(&self) -> Column<'_, 'a> {
        Column {
            data: self.values.data(),
            present: self.present.as_deref(),
        }
    }
}
