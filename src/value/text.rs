//! How values with units are spelled: so that Go, Kubernetes and a reader take them alike.

/// A duration as Go's `time.ParseDuration` reads it, in the fewest words: `1h30m`, `250ms`, `0s`.
pub(crate) fn duration(nanoseconds: i64) -> String {
    const UNITS: [(u64, &str); 6] = [
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    let mut rest = nanoseconds.unsigned_abs();
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = if nanoseconds < 0 { "-" } else { "" }.to_owned();
    for (size, unit) in UNITS {
        let count = rest / size;
        if count > 0 {
            text += &format!("{count}{unit}");
        }
        rest %= size;
    }
    text
}

/// A quantity of bytes as Kubernetes reads it, with the unit that leaves the fewest digits: `512Mi`, `2G`, `1500`.
pub(crate) fn bytes(count: i64) -> String {
    const UNITS: [(i64, &str); 12] = [
        (1 << 60, "Ei"),
        (1 << 50, "Pi"),
        (1 << 40, "Ti"),
        (1 << 30, "Gi"),
        (1 << 20, "Mi"),
        (1 << 10, "Ki"),
        (1_000_000_000_000_000_000, "E"),
        (1_000_000_000_000_000, "P"),
        (1_000_000_000_000, "T"),
        (1_000_000_000, "G"),
        (1_000_000, "M"),
        (1_000, "k"),
    ];
    let fitting = UNITS.iter().filter(|it| count != 0 && count % it.0 == 0);
    match fitting.min_by_key(|it| (count / it.0).unsigned_abs()) {
        Some((size, unit)) => format!("{}{unit}", count / size),
        None => count.to_string(),
    }
}

/// A quantity of CPU as Kubernetes reads it: `2`, `500m`.
pub(crate) fn cpu(thousandths: i64) -> String {
    if thousandths % 1000 == 0 {
        (thousandths / 1000).to_string()
    } else {
        format!("{thousandths}m")
    }
}

/// A percentage: `20%`, `0.5%`.
pub(crate) fn percent(millionths: i64) -> String {
    scaled(millionths, 6) + "%"
}

/// A double, so that it stays one: `0.95`, `1`, never with an exponent.
pub(crate) fn float(number: f64) -> String {
    format!("{number}")
}

/// `number / 10^digits` without trailing zeros.
fn scaled(number: i64, digits: u32) -> String {
    let unit = 10u64.pow(digits);
    let size = number.unsigned_abs();
    let sign = if number < 0 { "-" } else { "" };
    let whole = size / unit;
    let fraction = format!("{:0width$}", size % unit, width = digits as usize);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{dot}{fraction}")
}

#[cfg(test)]
mod tests {
    use crate::value::text::{bytes, cpu, duration, percent};

    #[test]
    fn durations_take_the_fewest_words() {
        let minute = 60_000_000_000;
        assert_eq!(duration(90 * minute), "1h30m");
        assert_eq!(duration(7 * 24 * 60 * minute), "168h");
        assert_eq!(duration(1_250_000_000), "1s250ms");
        assert_eq!(duration(0), "0s");
        assert_eq!(duration(i64::MIN), "-2562047h47m16s854ms775us808ns");
    }

    #[test]
    fn bytes_take_the_unit_with_the_fewest_digits() {
        assert_eq!(bytes(512 << 20), "512Mi");
        assert_eq!(bytes(2_000_000_000), "2G");
        assert_eq!(bytes(1 << 30), "1Gi");
        assert_eq!(bytes(1501), "1501");
        assert_eq!(bytes(0), "0");
    }

    #[test]
    fn cpu_is_whole_or_in_thousandths() {
        assert_eq!(cpu(2000), "2");
        assert_eq!(cpu(1500), "1500m");
    }

    #[test]
    fn percents_lose_no_digit() {
        assert_eq!(percent(20_000_000), "20%");
        assert_eq!(percent(-500_000), "-0.5%");
        assert_eq!(percent(1), "0.000001%");
    }
}
