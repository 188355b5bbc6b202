//! What a number with or without a unit means: `5`, `0.95`, `0o644`, `20%`, `1h30m`, `512Mi`, `500m`.

use std::fmt::{self, Display, Formatter};

use crate::types::Type;
use crate::value::{Value, text};

/// Why a number is none of the type expected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LiteralError {
    /// `5m` where neither a `Cpu` nor a `Duration` is expected.
    Ambiguous,
    /// A whole number of 64 bits does not hold it.
    Overflow,
    /// `5` where the type has units; such as this one.
    MissingUnit(&'static str),
    /// A fraction of what cannot be divided: half a byte, a tenth of a thousandth.
    TooFine(&'static str),
    /// Below or above what the type allows.
    OutOfBounds {
        min: Option<String>,
        max: Option<String>,
    },
    /// It is of this type, which is another one than expected.
    Mismatch(Type),
    /// No literal of the language.
    Malformed,
}

/// The value of a number as written, a leading `-` allowed, where `expected` is expected; `Type::Error` where nothing is.
pub(crate) fn literal(written: &str, expected: &Type) -> Result<Value, LiteralError> {
    let number = Number::read(written)?;
    number.value(expected)
}

/// The type that the number has where nothing is expected of it.
pub(crate) fn natural_type(written: &str) -> Result<Type, LiteralError> {
    let value = literal(written, &Type::Error)?;
    Ok(value_type(&value))
}

fn value_type(value: &Value) -> Type {
    match value {
        Value::Float(_) => Type::Float,
        Value::Duration(_) => Type::Duration,
        Value::Bytes(_) => Type::Bytes,
        Value::Cpu(_) => Type::Cpu,
        Value::Percent(_) => Type::PERCENT,
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Str(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Make(_)
        | Value::Thing(_) => Type::INT,
    }
}

/// A literal taken apart.
struct Number<'a> {
    negative: bool,
    /// Numbers and their units in turn; more than one only of durations.
    parts: Vec<(Decimal, &'a str)>,
}

/// `digits / 10^places`
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    places: u32,
}

const DURATION: &[(&str, i128)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

const BYTES: &[(&str, i128)] = &[
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
    ("Pi", 1 << 50),
    ("Ei", 1 << 60),
    ("k", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("T", 1_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("E", 1_000_000_000_000_000_000),
];

impl<'a> Number<'a> {
    fn read(written: &'a str) -> Result<Self, LiteralError> {
        let (negative, mut rest) = match written.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, written),
        };
        if let Some(octal) = rest.strip_prefix("0o") {
            let digits =
                i128::from_str_radix(octal, 8).map_err(|_| overflow_or_malformed(octal))?;
            let parts = vec![(Decimal { digits, places: 0 }, "")];
            return Ok(Self { negative, parts });
        }
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let digits = rest
                .find(|it: char| !it.is_ascii_digit() && it != '.')
                .unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            let letters = after
                .find(|it: char| it.is_ascii_digit())
                .unwrap_or(after.len());
            let (unit, after) = after.split_at(letters);
            parts.push((Decimal::read(number)?, unit));
            rest = after;
        }
        let known = |unit: &str| factor(DURATION, unit).is_some();
        match parts.as_slice() {
            [] => Err(LiteralError::Malformed),
            [_] => Ok(Self { negative, parts }),
            [..] if parts.iter().all(|it| known(it.1)) => Ok(Self { negative, parts }),
            [..] => Err(LiteralError::Malformed),
        }
    }

    fn value(&self, expected: &Type) -> Result<Value, LiteralError> {
        match expected {
            Type::Int { min, max } => {
                let value = self.int()?;
                let found = || LiteralError::Mismatch(value_type(&value));
                let number = value.as_int().ok_or_else(found)?;
                in_bounds(number, (*min, *max), |it| it.to_string()).map(Value::Int)
            }
            Type::Percent { min, max } => {
                in_bounds(self.percent()?, (*min, *max), text::percent).map(Value::Percent)
            }
            Type::Float => self.float().map(Value::Float),
            Type::Duration => self.duration().map(Value::Duration),
            Type::Bytes => self.bytes().map(Value::Bytes),
            Type::Cpu => self.cpu().map(Value::Cpu),
            Type::Optional(inner) => self.value(inner),
            Type::Union(all) => self.one_of(all),
            Type::Error | Type::Json | Type::Variable(_) => self.natural(),
            Type::None
            | Type::Bool
            | Type::String(_)
            | Type::List(_)
            | Type::Map(_)
            | Type::Secret(_)
            | Type::Range(_)
            | Type::Record(_)
            | Type::Object(_)
            | Type::Function(_)
            | Type::Opaque(_)
            | Type::Thing(_) => Err(self.mismatch()),
        }
    }

    /// Of a union the member that takes the literal as it is, before one that converts it; else what says most of why none does.
    fn one_of(&self, all: &[Type]) -> Result<Value, LiteralError> {
        let natural = self.natural().map(|it| value_type(&it));
        let same = |ty: &&Type| {
            let kind = std::mem::discriminant::<Type>;
            natural.as_ref().is_ok_and(|it| kind(it) == kind(ty))
        };
        let mut worst = None;
        for ty in all.iter().filter(same).chain(all) {
            match self.value(ty) {
                Ok(value) => return Ok(value),
                Err(LiteralError::Mismatch(_)) => {}
                Err(error) => worst = worst.or(Some(error)),
            }
        }
        Err(worst.unwrap_or_else(|| self.mismatch()))
    }

    fn mismatch(&self) -> LiteralError {
        match self.natural() {
            Ok(value) => LiteralError::Mismatch(value_type(&value)),
            // `5m` is neither of what was expected, whichever of both it is.
            Err(LiteralError::Ambiguous) => {
                LiteralError::Mismatch(Type::Union(vec![Type::Duration, Type::Cpu]))
            }
            Err(error) => error,
        }
    }

    /// What it is where nothing is expected of it.
    fn natural(&self) -> Result<Value, LiteralError> {
        let Some((_, unit)) = self.single() else {
            return self.duration().map(Value::Duration);
        };
        match unit {
            "" => self.int(),
            "%" => self.percent().map(Value::Percent),
            "m" => Err(LiteralError::Ambiguous),
            _ if factor(DURATION, unit).is_some() => self.duration().map(Value::Duration),
            _ => self.bytes().map(Value::Bytes),
        }
    }

    fn single(&self) -> Option<(Decimal, &'a str)> {
        if let [one] = self.parts.as_slice() {
            Some(*one)
        } else {
            None
        }
    }

    /// `5` as an int, `0.95` as a float.
    fn int(&self) -> Result<Value, LiteralError> {
        match self.single() {
            Some((number, "")) if number.places == 0 => self.whole(number, 1, "").map(Value::Int),
            Some((_, "")) => self.float().map(Value::Float),
            Some(_) | None => Err(self.mismatch()),
        }
    }

    fn float(&self) -> Result<f64, LiteralError> {
        let Some((number, "")) = self.single() else {
            return Err(self.mismatch());
        };
        let scale = format!("{}e-{}", number.digits, number.places);
        let size: f64 = scale.parse().map_err(|_| LiteralError::Malformed)?;
        Ok(if self.negative { -size } else { size })
    }

    fn percent(&self) -> Result<i64, LiteralError> {
        match self.single() {
            Some((number, "%")) => self.whole(number, 1_000_000, "a millionth of a percent"),
            Some((_, "")) => Err(LiteralError::MissingUnit("%")),
            Some(_) | None => Err(self.mismatch()),
        }
    }

    fn cpu(&self) -> Result<i64, LiteralError> {
        match self.single() {
            Some((number, "")) => self.whole(number, 1000, "a thousandth of a CPU"),
            Some((number, "m")) => self.whole(number, 1, "a thousandth of a CPU"),
            Some(_) | None => Err(self.mismatch()),
        }
    }

    fn bytes(&self) -> Result<i64, LiteralError> {
        let Some((number, unit)) = self.single() else {
            return Err(self.mismatch());
        };
        match factor(BYTES, unit) {
            Some(factor) => self.whole(number, factor, "a byte"),
            None if unit.is_empty() => Err(LiteralError::MissingUnit("Mi")),
            None if unit == "%" || factor(DURATION, unit).is_some() => Err(self.mismatch()),
            None => Err(LiteralError::Malformed),
        }
    }

    fn duration(&self) -> Result<i64, LiteralError> {
        let mut total: i64 = 0;
        for (number, unit) in &self.parts {
            let part = match factor(DURATION, unit) {
                Some(factor) => self.whole(*number, factor, "a nanosecond")?,
                None if unit.is_empty() => return Err(LiteralError::MissingUnit("s")),
                None => return Err(self.mismatch()),
            };
            total = total.checked_add(part).ok_or(LiteralError::Overflow)?;
        }
        Ok(total)
    }

    /// The number times `factor`, which must be whole.
    fn whole(
        &self,
        number: Decimal,
        factor: i128,
        least: &'static str,
    ) -> Result<i64, LiteralError> {
        let scale = 10i128
            .checked_pow(number.places)
            .ok_or(LiteralError::Overflow)?;
        let product = number
            .digits
            .checked_mul(factor)
            .ok_or(LiteralError::Overflow)?;
        if product % scale != 0 {
            return Err(LiteralError::TooFine(least));
        }
        let size = product / scale;
        let signed = if self.negative { -size } else { size };
        i64::try_from(signed).map_err(|_| LiteralError::Overflow)
    }
}

impl Decimal {
    fn read(text: &str) -> Result<Self, LiteralError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let malformed = whole.is_empty()
            || (text.contains('.') && fraction.is_empty())
            || fraction.contains('.')
            || (whole.len() > 1 && whole.starts_with('0'));
        if malformed {
            return Err(LiteralError::Malformed);
        }
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        let places = u32::try_from(fraction.len()).map_err(|_| LiteralError::Overflow)?;
        let digits = digits.parse().map_err(|_| LiteralError::Overflow)?;
        // `1.0` is a float as written; the places tell it from `1`.
        let places = if text.contains('.') && places == 0 {
            1
        } else {
            places
        };
        let digits: i128 = digits;
        let zero = fraction.is_empty() && places == 1;
        let digits = if zero {
            digits.checked_mul(10).ok_or(LiteralError::Overflow)?
        } else {
            digits
        };
        Ok(Self { digits, places })
    }
}

fn factor(table: &[(&str, i128)], unit: &str) -> Option<i128> {
    table.iter().find(|it| it.0 == unit).map(|it| it.1)
}

fn overflow_or_malformed(digits: &str) -> LiteralError {
    if !digits.is_empty() && digits.bytes().all(|it| matches!(it, b'0'..=b'7')) {
        LiteralError::Overflow
    } else {
        LiteralError::Malformed
    }
}

fn in_bounds(
    number: i64,
    bounds: (Option<i64>, Option<i64>),
    show: impl Fn(i64) -> String,
) -> Result<i64, LiteralError> {
    let (min, max) = bounds;
    if min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max) {
        return Ok(number);
    }
    let (min, max) = (min.map(&show), max.map(&show));
    Err(LiteralError::OutOfBounds { min, max })
}

impl Display for LiteralError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous => {
                f.write_str("`m` is minutes of a `Duration` and thousandths of a `Cpu`; here it could be either")
            }
            Self::Overflow => f.write_str("the number is too large for 64 bits"),
            Self::MissingUnit(unit) => write!(f, "the unit is missing, such as `{unit}`"),
            Self::TooFine(least) => write!(f, "it is finer than {least}"),
            Self::OutOfBounds { min, max } => match (min, max) {
                (Some(min), Some(max)) => write!(f, "it must be from {min} to {max}"),
                (Some(min), None) => write!(f, "it must be at least {min}"),
                (None, Some(max)) => write!(f, "it must be at most {max}"),
                (None, None) => f.write_str("it is out of bounds"),
            },
            Self::Mismatch(found) => write!(f, "this is a `{found}`"),
            Self::Malformed => f.write_str("this is no number"),
        }
    }
}

#[cfg(test)]
#[path = "literal_tests.rs"]
mod tests;
