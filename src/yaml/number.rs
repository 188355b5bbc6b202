//! Numbers as Go reads and writes them.

use serde_json::Number;

/// A number of an integer's digits where Go would write it so, else of floating point.
pub(crate) fn from_float(value: f64) -> Option<Number> {
    let text = float(value);
    let whole = text.parse::<i64>().ok().map(Number::from);
    whole
        .filter(|_| value != 0.0 || value.is_sign_positive())
        .or_else(|| text.parse::<u64>().ok().map(Number::from))
        .or_else(|| Number::from_f64(value))
}

/// The text of a number as Go's `encoding/json` writes it: `1e+21`, `1e-7`, `0.5`.
pub(crate) fn go_number(value: &Number) -> String {
    match (value.as_i64(), value.as_u64(), value.as_f64()) {
        (Some(it), _, _) => it.to_string(),
        (_, Some(it), _) => it.to_string(),
        (_, _, Some(it)) => float(it),
        (None, None, None) => value.to_string(),
    }
}

fn float(value: f64) -> String {
    let size = value.abs();
    if value != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((digits, power)) if !power.starts_with('-') => format!("{digits}e+{power}"),
            Some(_) | None => text,
        };
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::{from_float, go_number};

    #[test]
    fn numbers_have_the_text_of_go() {
        let text = |it: f64| go_number(&from_float(it).unwrap());
        assert_eq!(text(1000.0), "1000");
        assert_eq!(text(1e20), "100000000000000000000");
        assert_eq!(text(1e21), "1e+21");
        assert_eq!(text(1.5e23), "1.5e+23");
        assert_eq!(text(0.000_000_1), "1e-7");
        assert_eq!(text(-0.0), "-0");
        assert_eq!(text(1.1), "1.1");
    }
}
