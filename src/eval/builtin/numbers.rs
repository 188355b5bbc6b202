//! Built-ins on numbers and times.

use crate::eval::EvalError;
use crate::eval::builtin::{Outcome, argument, int, one, one_text, two};
use crate::value::Value;

const DAY: i64 = 86_400;

pub(super) fn float(value: &Value) -> Result<f64, EvalError> {
    if let Value::Float(number) = value {
        Ok(*number)
    } else {
        Err(argument(value))
    }
}

/// A double without a fraction as an int; NaN and what is too large have none.
pub(super) fn whole(number: f64, name: &'static str) -> Outcome {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if !(-LIMIT..LIMIT).contains(&number) {
        return Err(EvalError::Overflow(name));
    }
    #[expect(clippy::cast_possible_truncation, reason = "the bounds were checked")]
    let whole = number as i64;
    Ok(Value::Int(whole))
}

pub(super) fn floor(args: &[Value]) -> Outcome {
    whole(float(one(args)?)?.floor(), "floor")
}

pub(super) fn ceil(args: &[Value]) -> Outcome {
    whole(float(one(args)?)?.ceil(), "ceil")
}

/// Halves go away from zero.
pub(super) fn round(args: &[Value]) -> Outcome {
    whole(float(one(args)?)?.round(), "round")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the nearest double is what is asked for"
)]
pub(super) fn to_float(args: &[Value]) -> Outcome {
    Ok(Value::Float(int(one(args)?)? as f64))
}

pub(super) fn sqrt(args: &[Value]) -> Outcome {
    Ok(Value::Float(float(one(args)?)?.sqrt()))
}

pub(super) fn pow(args: &[Value]) -> Outcome {
    let (base, exponent) = two(args)?;
    let (base, exponent) = (int(base)?, int(exponent)?);
    let exponent = u32::try_from(exponent).map_err(|_| EvalError::Overflow("pow"))?;
    let power = base.checked_pow(exponent);
    power.map(Value::Int).ok_or(EvalError::Overflow("pow"))
}

pub(super) fn is_nan(args: &[Value]) -> Outcome {
    Ok(Value::Bool(float(one(args)?)?.is_nan()))
}

/// Digits with a sign or none, as a literal has them.
pub(super) fn to_int(args: &[Value]) -> Outcome {
    let number = one_text(args)?.parse().ok();
    Ok(number.map_or(Value::None, Value::Int))
}

/// Seconds since 1970 of a time as RFC 3339 writes it; fractions of a second are dropped.
pub(super) fn unix_time(args: &[Value]) -> Outcome {
    let text = one_text(args)?;
    let seconds = instant(text).ok_or_else(|| EvalError::NoTime(text.to_owned()))?;
    Ok(Value::Int(seconds))
}

/// `2026-11-25T14:30:00Z`, `2026-11-25 14:30:00.5+01:00`
fn instant(text: &str) -> Option<i64> {
    let digits = |from: usize, count: usize| {
        let part = text.get(from..from + count)?;
        let all = part.bytes().all(|it| it.is_ascii_digit());
        all.then(|| part.parse::<i64>().ok()).flatten()
    };
    let sign = |at: usize, wanted: &str| {
        let found = text.get(at..at + 1)?;
        wanted.contains(found).then_some(())
    };
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    for (at, wanted) in [(4, "-"), (7, "-"), (10, "Tt "), (13, ":"), (16, ":")] {
        sign(at, wanted)?;
    }
    let is_date = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = text.get(19..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|it: char| !it.is_ascii_digit());
        let (digits, after) = fraction.split_at(end.unwrap_or(fraction.len()));
        if digits.is_empty() {
            return None;
        }
        rest = after;
    }
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    Some(seconds - offset(rest)?)
}

/// `Z`, `+01:00`
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 || !text.is_ascii() {
        return None;
    }
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_time = hours < 24 && minutes < 60;
    is_time.then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970: years are counted from March, so that a leap day is the last of its year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + of_year - 719_468
}

/// A time as RFC 3339 writes it, in UTC: what `unix-time` reads.
#[cfg(feature = "parquet")]
pub(crate) fn date_time(seconds: i64, nanos: i64) -> String {
    let (mut days, of_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // Days of years that begin in March, in periods of 400 years.
    days += 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let of_era_year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
    let of_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * of_march + 2) / 5 + 1;
    let month = if of_march < 10 {
        of_march + 3
    } else {
        of_march - 9
    };
    let year = of_era_year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let fraction = match nanos {
        0 => String::new(),
        nanos => format!(".{nanos:09}").trim_end_matches('0').to_owned(),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}
