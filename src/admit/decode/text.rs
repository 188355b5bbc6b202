//! Strings that Kubernetes decodes further: durations, quantities, times.

/// A duration as Go's `time.ParseDuration` reads it, in nanoseconds.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (whole, part, unit, behind) = duration_part(rest)?;
        let whole: i128 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        total = total.checked_add(whole.checked_mul(unit)?)?;
        // What is finer than a nanosecond is cut off.
        let digits = part.get(..part.len().min(18))?;
        let fraction: i128 = match digits {
            "" => 0,
            _ => digits.parse().ok()?,
        };
        let scale = 10_i128.pow(u32::try_from(digits.len()).ok()?);
        total = total.checked_add(fraction * unit / scale)?;
        rest = behind;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// The first number with its unit: digits, digits behind the point, the unit in nanoseconds, and what comes then.
fn duration_part(text: &str) -> Option<(&str, &str, i128, &str)> {
    let (whole, mut rest) = split_digits(text);
    let mut part = "";
    if let Some(behind) = rest.strip_prefix('.') {
        (part, rest) = split_digits(behind);
    }
    if whole.is_empty() && part.is_empty() {
        return None;
    }
    let end = rest
        .find(|it: char| it == '.' || it.is_ascii_digit())
        .unwrap_or(rest.len());
    let (unit, behind) = rest.split_at_checked(end)?;
    let unit = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    Some((whole, part, unit, behind))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|it: char| !it.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Whether it is a quantity of resources: `500m`, `1.5Gi`, `1e3`.
pub(crate) fn is_quantity(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, mut rest) = split_digits(text);
    let mut digits = whole.len();
    if let Some(behind) = rest.strip_prefix('.') {
        let (part, behind) = split_digits(behind);
        digits += part.len();
        rest = behind;
    }
    if digits == 0 {
        return false;
    }
    let suffixes = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ];
    if suffixes.contains(&rest) {
        return true;
    }
    let Some(power) = rest.strip_prefix(['e', 'E']) else {
        return false;
    };
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    !power.is_empty() && power.bytes().all(|it| it.is_ascii_digit())
}

/// Whether it is a time of RFC 3339, as Go reads it.
pub(crate) fn is_time(text: &str) -> bool {
    let shape = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(it, form)| match form {
                    b'0' => it.is_ascii_digit(),
                    _ => it == form,
                })
    };
    let Some((head, mut rest)) = text.split_at_checked(19) else {
        return false;
    };
    if !shape(head, "0000-00-00T00:00:00") {
        return false;
    }
    let number = |from: usize, to: usize| head.get(from..to).and_then(|it| it.parse::<u32>().ok());
    let within =
        |at: Option<u32>, low: u32, high: u32| at.is_some_and(|it| (low..=high).contains(&it));
    let sane = within(number(5, 7), 1, 12)
        && within(number(8, 10), 1, 31)
        && within(number(11, 13), 0, 23)
        && within(number(14, 16), 0, 59)
        && within(number(17, 19), 0, 59);
    if let Some(behind) = rest.strip_prefix(['.', ',']) {
        let (part, behind) = split_digits(behind);
        if part.is_empty() {
            return false;
        }
        rest = behind;
    }
    let zone = rest == "Z"
        || rest
            .strip_prefix(['+', '-'])
            .is_some_and(|it| shape(it, "00:00"));
    sane && zone
}

/// Whether it is base 64 with its padding.
pub(crate) fn is_base64(text: &str) -> bool {
    let text: Vec<u8> = text
        .bytes()
        .filter(|it| !matches!(it, b'\r' | b'\n'))
        .collect();
    let padding = text.iter().rev().take_while(|it| **it == b'=').count();
    let body = text.get(..text.len() - padding).unwrap_or(&[]);
    let letter = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/');
    text.len().is_multiple_of(4) && padding <= 2 && body.iter().all(letter)
}

#[cfg(test)]
mod tests {
    use super::{duration, is_quantity, is_time};

    #[test]
    fn durations_are_those_of_go() {
        assert_eq!(duration("1h30m"), Some(5_400_000_000_000));
        assert_eq!(duration("1.5s"), Some(1_500_000_000));
        assert_eq!(duration(".5m"), Some(30_000_000_000));
        assert_eq!(duration("-2us"), Some(-2_000));
        assert_eq!(duration("0"), Some(0));
        for none in [
            "",
            "1",
            "1d",
            "h",
            "1h 30m",
            ".s",
            "$(params.t)",
            "300000000h",
        ] {
            assert_eq!(duration(none), None, "{none}");
        }
    }

    #[test]
    fn quantities_are_those_of_kubernetes() {
        assert!(
            ["1", "500m", "1.5Gi", ".5", "1.", "1e3", "-1", "1E"]
                .iter()
                .all(|it| is_quantity(it))
        );
        assert!(
            ["", "Gi", "1gb", "1 Gi", "1K", "m1"]
                .iter()
                .all(|it| !is_quantity(it))
        );
    }

    #[test]
    fn times_have_a_zone() {
        assert!(is_time("2024-02-29T00:00:00Z"));
        assert!(is_time("2024-02-29T00:00:00.5+01:00"));
        assert!(!is_time("2024-02-29"));
        assert!(!is_time("2024-13-01T00:00:00Z"));
    }
}
