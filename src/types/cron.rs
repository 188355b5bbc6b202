//! The times of a `Cron`: five fields, read as Kubernetes reads them.

use crate::types::FormError;
use crate::types::form::not_empty;

struct Field {
    what: &'static str,
    min: u32,
    max: u32,
    /// Words for its numbers, from `min` on.
    words: &'static [&'static str],
}

const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    field("minute", 0, 59, &[]),
    field("hour", 0, 23, &[]),
    field("day of the month", 1, 31, &[]),
    field("month", 1, 12, MONTHS),
    field("day of the week", 0, 6, DAYS),
];

/// Words for common times, which stand for all five fields.
const SHORT: &[&str] = &[
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

const fn field(what: &'static str, min: u32, max: u32, words: &'static [&'static str]) -> Field {
    Field {
        what,
        min,
        max,
        words,
    }
}

pub(crate) fn check(text: &str) -> Result<(), FormError> {
    if SHORT.contains(&text) {
        return Ok(());
    }
    let mut fields = FIELDS.iter();
    let mut at = 0;
    for part in text.split(' ') {
        if !part.is_empty() {
            let Some(field) = fields.next() else {
                return Err(FormError::new(at, "it has more than five fields"));
            };
            field.list(part, at)?;
        }
        at += part.len() + 1;
    }
    match fields.next() {
        Some(field) => Err(FormError::new(
            text.len(),
            format!("the field `{}` is missing", field.what),
        )),
        None => Ok(()),
    }
}

impl Field {
    fn list(&self, text: &str, at: usize) -> Result<(), FormError> {
        let mut at = at;
        for part in text.split(',') {
            self.range(part, at)?;
            at += part.len() + 1;
        }
        Ok(())
    }

    /// `*`, `5`, `1-5`, each with `/step`.
    fn range(&self, text: &str, at: usize) -> Result<(), FormError> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (text, None),
        };
        if range != "*" && range != "?" {
            let (first, last) = match range.split_once('-') {
                Some((first, last)) => (first, Some(last)),
                None => (range, None),
            };
            let low = self.number(first, at)?;
            let high_at = at + first.len() + 1;
            let high = last.map(|it| self.number(it, high_at)).transpose()?;
            if high.is_some_and(|high| high < low) {
                return Err(FormError::new(high_at, "the range ends before it begins"));
            }
        }
        let Some(step) = step else {
            return Ok(());
        };
        match step.parse::<u32>() {
            Ok(1..) => Ok(()),
            Ok(0) | Err(_) => {
                let at = at + range.len() + 1;
                Err(FormError::new(
                    at,
                    "a step of one or more was expected here",
                ))
            }
        }
    }

    fn number(&self, text: &str, at: usize) -> Result<u32, FormError> {
        not_empty(text, at, "a number is missing here")?;
        let mut words = self.words.iter();
        if let Some(index) = words.position(|it| it.eq_ignore_ascii_case(text)) {
            return Ok(self.min + u32::try_from(index).unwrap_or_default());
        }
        match text.parse::<u32>() {
            Ok(number) if (self.min..=self.max).contains(&number) && !text.starts_with('+') => {
                Ok(number)
            }
            _ => {
                let Self { what, min, max, .. } = self;
                let reason = format!("a {what} from {min} to {max} was expected, not `{text}`");
                Err(FormError::new(at, reason))
            }
        }
    }
}
