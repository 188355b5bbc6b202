//! One expression in all tiers, for fuzzing: whatever the text and the rows, they give the same, or fail alike.

use crate::base::Name;
use crate::diag::Diagnostic;
use crate::eval::interpret::STEPS;
use crate::eval::table::Table;
use crate::eval::tier::Tier;
use crate::host::MemoryHost;
use crate::session::Session;
use crate::session::expression::Expression;
use crate::value::Value;

/// Inputs that an expression may use: their names, and their types.
const INPUTS: &[(&str, &str)] = &[
    ("b", "Bool"),
    ("i", "Int"),
    ("j", "Int?"),
    ("f", "Float"),
    ("g", "Float?"),
    ("s", "String"),
    ("t", "String?"),
    ("d", "Duration"),
    ("m", "Bytes"),
    ("c", "Cpu"),
    ("p", "Percent"),
    ("l", "List<Int>"),
];

/// Rows of an evaluation: some more than what code and columns do at once.
const ROWS: usize = 19;

/// Whether all tiers give the same for a text over values made of bytes; otherwise in what they differ. What does not check is fine.
pub fn tiers_agree(text: &str, bytes: &[u8]) -> Result<(), String> {
    let mut session = Session::new(Box::new(MemoryHost::new()));
    let inputs = INPUTS.iter();
    let inputs = inputs.map(|(name, ty)| (Name::new(name), (*ty).to_owned()));
    let inputs: Vec<(Name, String)> = inputs.collect();
    let Ok(expression) = session.expression(None, text, &inputs) else {
        return Ok(());
    };
    let table = table(bytes);
    let wanted = answers(&expression, &table, Tier::Interpreter);
    for tier in [Tier::Auto, Tier::Batch, Tier::Jit] {
        let found = answers(&expression, &table, tier);
        let pairs = found.iter().flatten().zip(wanted.iter().flatten());
        for (row, (found, wanted)) in pairs.enumerate() {
            if !same(found, wanted) {
                return Err(format!("{tier:?}, row {row}: {found:?} is not {wanted:?}"));
            }
        }
    }
    Ok(())
}

type Answer = Result<Value, Box<Diagnostic>>;

/// `None` where the tier cannot do it.
fn answers(expression: &Expression, table: &Table, tier: Tier) -> Option<Vec<Answer>> {
    let answers = expression.answers(table, tier, STEPS).ok()?;
    Some(
        (0..table.rows)
            .map(|it| answers.get(it).map_err(Box::new))
            .collect(),
    )
}

/// A NaN is a NaN, and zero has a sign.
fn same(a: &Answer, b: &Answer) -> bool {
    match (a, b) {
        (Ok(Value::Float(a)), Ok(Value::Float(b))) => {
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
        }
        (Ok(a), Ok(b)) => format!("{a:?}") == format!("{b:?}"),
        (Err(a), Err(b)) => a.span == b.span && a.message == b.message,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    }
}

fn table(bytes: &[u8]) -> Table {
    let mut words = Words { bytes, at: 0 };
    let mut table = Table::of_rows(ROWS);
    for (name, ty) in INPUTS {
        let values = (0..ROWS).map(|_| words.value(ty));
        table.columns.insert(Name::new(name), values.collect());
    }
    table
}

/// Numbers from bytes, again and again.
struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Words<'_> {
    fn byte(&mut self) -> u8 {
        let length = self.bytes.len().max(1);
        let byte = self.bytes.get(self.at % length).copied();
        self.at += 1;
        byte.unwrap_or_default()
    }

    fn number(&mut self) -> i64 {
        match self.byte() % 8 {
            0 => i64::MIN,
            1 => i64::MAX,
            2 => (1 << 53) + 1,
            3 => -1,
            4 => i64::from_le_bytes([(); 8].map(|()| self.byte())),
            _ => i64::from(self.byte()) - 100,
        }
    }

    fn float(&mut self) -> f64 {
        match self.byte() % 8 {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => -0.0,
            3 => 9_007_199_254_740_993.0,
            4 => f64::from_bits(u64::from_le_bytes([(); 8].map(|()| self.byte()))),
            _ => f64::from(self.byte()) / 16.0,
        }
    }

    fn text(&mut self) -> Value {
        const TEXTS: &[&str] = &[
            "",
            "a",
            "main",
            "release/1",
            "漢字",
            "e\u{301}",
            "0123456789abcdef",
            "0123456789abcdefg",
        ];
        let index = usize::from(self.byte()) % TEXTS.len();
        Value::str(TEXTS.get(index).copied().unwrap_or_default())
    }

    fn value(&mut self, ty: &str) -> Value {
        let (ty, optional) = match ty.strip_suffix('?') {
            Some(ty) => (ty, true),
            None => (ty, false),
        };
        // What must be there is missing too, but seldom.
        let missing = self.byte();
        if missing.is_multiple_of(if optional { 3 } else { 64 }) && missing != 0 {
            return Value::None;
        }
        match ty {
            "Bool" => Value::Bool(self.byte() % 2 == 1),
            "Int" => Value::Int(self.number()),
            "Float" => Value::Float(self.float()),
            "String" => self.text(),
            "Duration" => Value::Duration(self.number()),
            "Bytes" => Value::Bytes(self.number()),
            "Cpu" => Value::Cpu(self.number()),
            "Percent" => Value::Percent(self.number()),
            _ => {
                let count = self.byte() % 4;
                Value::list((0..count).map(|_| Value::Int(self.number())).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::session::agree::tiers_agree;

    #[test]
    fn tiers_agree_on_what_is_hard() {
        let texts = [
            "i / (j ?? 2) + i.abs()",
            "f / (g ?? 1.0) < 0.5 && s.starts-with(\"rel\") || t == none",
            "if b then -d / i else d * 3 / 2",
            "min(m, max(m / 2, m)) >= m && p < 50%",
            "s.length() + (t ?? \"漢\").length() in [1, 2, 3]",
            "[x / i for x in l].sum() > 2",
            "c == c && i.rem(7) != 0 && s in [\"main\", \"漢字\"]",
            "\"#{i} #{f}\"",
        ];
        let seeds: [&[u8]; 4] = [b"", b"0123456789", b"\xff\x00\x81", b"the quick brown fox"];
        for text in texts {
            for seed in seeds {
                tiers_agree(text, seed).unwrap();
            }
        }
    }
}
