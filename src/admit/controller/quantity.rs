//! Quantities of Kubernetes, to compare them.

use crate::yaml::Node;

/// `500m`, `1Gi`, `2`; `None` for what is no quantity.
pub(crate) fn read(node: &Node) -> Option<f64> {
    let text = match node.text() {
        Some(text) => text.trim().to_owned(),
        None => node.to_tree().as_f64()?.to_string(),
    };
    let end = text.find(|it: char| !(it.is_ascii_digit() || matches!(it, '.' | '-' | '+')));
    let (number, suffix) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let number: f64 = number.parse().ok()?;
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0_f64.powi(2),
        "Gi" => 1024.0_f64.powi(3),
        "Ti" => 1024.0_f64.powi(4),
        "Pi" => 1024.0_f64.powi(5),
        "Ei" => 1024.0_f64.powi(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            10.0_f64.powi(exponent.parse().ok()?)
        }
    };
    Some(number * factor)
}
