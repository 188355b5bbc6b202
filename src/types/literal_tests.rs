//! Numbers with and without units.

use crate::types::literal::natural_type;
use crate::types::{LiteralError, Type, literal};
use crate::value::Value;

const PORT: Type = Type::Int {
    min: Some(1),
    max: Some(65535),
};

#[test]
fn the_type_expected_decides() {
    assert_eq!(literal("5", &Type::INT), Ok(Value::Int(5)));
    assert_eq!(literal("5", &Type::Float), Ok(Value::Float(5.0)));
    assert_eq!(literal("2", &Type::Cpu), Ok(Value::Cpu(2000)));
    assert_eq!(literal("0.5", &Type::Cpu), Ok(Value::Cpu(500)));
    assert_eq!(literal("500m", &Type::Cpu), Ok(Value::Cpu(500)));
    assert_eq!(
        literal("5m", &Type::Duration),
        Ok(Value::Duration(300_000_000_000))
    );
    assert_eq!(literal("0o644", &Type::INT), Ok(Value::Int(420)));
    assert_eq!(literal("-5", &Type::INT), Ok(Value::Int(-5)));
    assert_eq!(
        literal("-9223372036854775808", &Type::INT),
        Ok(Value::Int(i64::MIN))
    );
}

#[test]
fn units_say_what_a_number_is() {
    assert_eq!(
        literal("1h30m", &Type::Error),
        Ok(Value::Duration(5_400_000_000_000))
    );
    assert_eq!(literal("20%", &Type::Error), Ok(Value::Percent(20_000_000)));
    assert_eq!(literal("0.5%", &Type::PERCENT), Ok(Value::Percent(500_000)));
    assert_eq!(literal("512Mi", &Type::Json), Ok(Value::Bytes(512 << 20)));
    assert_eq!(literal("1.5Gi", &Type::Bytes), Ok(Value::Bytes(3 << 29)));
    assert_eq!(literal("2G", &Type::Error), Ok(Value::Bytes(2_000_000_000)));
    assert_eq!(natural_type("0.95"), Ok(Type::Float));
    assert_eq!(natural_type("1.0"), Ok(Type::Float));
    assert_eq!(natural_type("7d"), Ok(Type::Duration));
}

#[test]
fn milli_or_minutes_is_asked() {
    assert_eq!(literal("500m", &Type::Error), Err(LiteralError::Ambiguous));
    let neither = Type::Union(vec![Type::Duration, Type::Cpu]);
    assert_eq!(
        literal("500m", &Type::Bytes),
        Err(LiteralError::Mismatch(neither))
    );
    let either = Type::Union(vec![Type::INT, Type::Cpu]);
    assert_eq!(literal("500m", &either), Ok(Value::Cpu(500)));
    assert_eq!(
        literal("1h5m", &Type::Error),
        Ok(Value::Duration(3_900_000_000_000))
    );
}

#[test]
fn a_union_takes_the_number_as_it_is() {
    let either = Type::Union(vec![Type::Float, Type::PERCENT, Type::INT]).optional();
    assert_eq!(literal("5", &either), Ok(Value::Int(5)));
    assert_eq!(literal("5%", &either), Ok(Value::Percent(5_000_000)));
    assert_eq!(
        literal("5s", &either),
        Err(LiteralError::Mismatch(Type::Duration))
    );
}

#[test]
fn what_does_not_fit_says_why() {
    let wrong = |text: &str, ty: &Type| literal(text, ty).err();
    assert_eq!(
        wrong("10", &Type::Duration),
        Some(LiteralError::MissingUnit("s"))
    );
    assert_eq!(
        wrong("128", &Type::Bytes),
        Some(LiteralError::MissingUnit("Mi"))
    );
    assert_eq!(
        wrong("20", &Type::PERCENT),
        Some(LiteralError::MissingUnit("%"))
    );
    assert_eq!(
        wrong("0.0005", &Type::Cpu),
        Some(LiteralError::TooFine("a thousandth of a CPU"))
    );
    assert_eq!(
        wrong("99999999999999999999", &Type::INT),
        Some(LiteralError::Overflow)
    );
    assert_eq!(
        wrong("9".repeat(60).as_str(), &Type::INT),
        Some(LiteralError::Overflow)
    );
    assert_eq!(
        wrong("300000d", &Type::Duration),
        Some(LiteralError::Overflow)
    );
    assert_eq!(wrong("16Ei", &Type::Bytes), Some(LiteralError::Overflow));
    assert_eq!(wrong("0o999", &Type::INT), Some(LiteralError::Malformed));
    assert_eq!(wrong("0644", &Type::INT), Some(LiteralError::Malformed));
    assert_eq!(
        wrong("10s", &Type::INT),
        Some(LiteralError::Mismatch(Type::Duration))
    );
    assert_eq!(
        wrong("0.5", &Type::INT),
        Some(LiteralError::Mismatch(Type::Float))
    );
    assert_eq!(
        wrong("5", &Type::string()),
        Some(LiteralError::Mismatch(Type::INT))
    );
    let bounds = LiteralError::OutOfBounds {
        min: Some("1".to_owned()),
        max: Some("65535".to_owned()),
    };
    assert_eq!(wrong("70000", &PORT), Some(bounds));
}

proptest::proptest! {
    #[test]
    fn no_number_is_too_odd(text in "-?(0o)?[0-9.]{0,30}[a-zA-Z%]{0,3}([0-9]{1,3}[smhdun]{1,2}){0,3}") {
        for ty in [Type::INT, Type::Float, Type::Duration, Type::Bytes, Type::Cpu, Type::PERCENT, Type::Error] {
            let _ = literal(&text, &ty);
        }
    }
}
