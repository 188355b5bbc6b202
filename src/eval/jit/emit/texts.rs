//! Texts: where their bytes are and how many, and what is asked of them.

use std::sync::Arc;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};

use crate::eval::form::{Find, Slot, TextExpr};
use crate::eval::jit::emit::{Active, BYTES_OF_TEXT, Emitter, Source};
use crate::eval::jit::text;

impl Emitter<'_, '_> {
    /// Where the bytes of a text are, and how many.
    pub(super) fn text(&mut self, expr: &TextExpr, active: Active) -> (Value, Value) {
        match expr {
            TextExpr::Const(it) => {
                let (address, length) = (it.as_ptr().addr(), it.len());
                self.constants.texts.push(Arc::clone(it));
                (self.address(address), self.address(length))
            }
            TextExpr::Input(slot) => self.input_text(*slot),
            TextExpr::If(three) => {
                let condition = self.bool(&three.0, active);
                let negated = self.not(condition);
                let (then, otherwise) = (self.both(active, condition), self.both(active, negated));
                let a = self.text(&three.1, Some(then));
                let b = self.text(&three.2, Some(otherwise));
                self.pick(condition, a, b)
            }
            TextExpr::Else(slot, other) => {
                let present = self.present(*slot);
                let missing = self.not(present);
                let inner = self.both(active, missing);
                let (a, b) = (self.input_text(*slot), self.text(other, Some(inner)));
                self.pick(present, a, b)
            }
        }
    }

    fn input_text(&mut self, slot: Slot) -> (Value, Value) {
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        let (at, offset) = match &self.source {
            Source::Row(_, texts, _) => (*texts, i32::try_from(slot * 16).unwrap_or(i32::MAX)),
            Source::Columns { row, data, .. } => {
                let (row, column) = (*row, data.get(slot).copied().unwrap_or(*row));
                (self.at(column, row, BYTES_OF_TEXT), 0)
            }
        };
        let bytes = self.builder.ins().load(types::I64, flags, at, offset);
        let length = self.builder.ins().load(types::I64, flags, at, offset + 8);
        (bytes, length)
    }

    fn pick(&mut self, condition: Value, a: (Value, Value), b: (Value, Value)) -> (Value, Value) {
        let bytes = self.builder.ins().select(condition, a.0, b.0);
        let length = self.builder.ins().select(condition, a.1, b.1);
        (bytes, length)
    }

    /// Below zero, zero or above zero: the order of two texts.
    pub(super) fn order(&mut self, two: &(TextExpr, TextExpr), active: Active) -> Value {
        let (a, b) = (self.text(&two.0, active), self.text(&two.1, active));
        self.call(text::compare_address(), &[a.0, a.1, b.0, b.1])
    }

    /// Whether one text is found in the other.
    pub(super) fn found(
        &mut self,
        find: Find,
        two: &(TextExpr, TextExpr),
        active: Active,
    ) -> Value {
        let (a, b) = (self.text(&two.0, active), self.text(&two.1, active));
        let find = self.address(match find {
            Find::Prefix => text::PREFIX,
            Find::Suffix => text::SUFFIX,
            Find::Part => text::PART,
        });
        let found = self.call(text::find_address(), &[find, a.0, a.1, b.0, b.1]);
        self.builder.ins().ireduce(types::I8, found)
    }

    /// Goes one of two ways: by whether a text, whose length compares so with that of a constant, begins with it.
    pub(super) fn jump_begins(
        &mut self,
        (text, length_is): (&TextExpr, IntCC),
        constant: &[u8],
        active: Active,
        ways: (Block, Block),
    ) {
        let (bytes, length) = self.text(text, active);
        let wanted = i64::try_from(constant.len()).unwrap_or(i64::MAX);
        let fits = self.builder.ins().icmp_imm_s(length_is, length, wanted);
        let words = words(constant.len());
        let Some(((offset, width), before)) = words.split_last() else {
            self.part(fits, ways);
            return;
        };
        let [next] = self.blocks();
        self.part(fits, (next, ways.1));
        self.builder.switch_to_block(next);
        if before.is_empty() {
            let (found, wanted) = self.compared(bytes, constant, (*offset, *width));
            let same = self.builder.ins().icmp(IntCC::Equal, found, wanted);
            self.part(same, ways);
            return;
        }
        let mut differs = self.differs(bytes, constant, (*offset, *width));
        for word in before {
            let one = self.differs(bytes, constant, *word);
            differs = self.builder.ins().bor(differs, one);
        }
        let same = self.builder.ins().icmp_imm_s(IntCC::Equal, differs, 0);
        self.part(same, ways);
    }

    /// Not zero where a word of memory is not that of the constant.
    fn differs(&mut self, bytes: Value, constant: &[u8], word: (usize, usize)) -> Value {
        let (found, wanted) = self.compared(bytes, constant, word);
        let differs = self.builder.ins().bxor(found, wanted);
        match word.1 {
            8 => differs,
            _ => self.builder.ins().uextend(types::I64, differs),
        }
    }

    /// A word of memory, and that of the constant in its place.
    fn compared(
        &mut self,
        bytes: Value,
        constant: &[u8],
        (offset, width): (usize, usize),
    ) -> (Value, Value) {
        let mut word = 0_u64;
        let part = constant.get(offset..offset + width).unwrap_or_default();
        for (index, byte) in part.iter().enumerate() {
            let place = if cfg!(target_endian = "little") {
                index
            } else {
                width - 1 - index
            };
            word |= u64::from(*byte) << (8 * place);
        }
        let ty = match width {
            8 => types::I64,
            4 => types::I32,
            2 => types::I16,
            _ => types::I8,
        };
        let flags = MemFlagsData::new().with_notrap().with_readonly();
        let at = i32::try_from(offset).unwrap_or(i32::MAX);
        let found = self.builder.ins().load(ty, flags, bytes, at);
        let wanted = self.builder.ins().iconst(ty, word.cast_signed());
        (found, wanted)
    }
}

/// Words that together cover so many bytes: offset and width of each. They may overlap.
fn words(length: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < length {
        let left = length - at;
        let width = match left {
            8.. => 8,
            4.. => 4,
            2.. => 2,
            _ => 1,
        };
        // `abcdefg` is `abcd` and `defg`.
        let last = match left {
            5..8 if length >= 8 => Some(8),
            3 | 5..8 if length >= 4 => Some(4),
            _ => None,
        };
        if let Some(width) = last {
            if left > width {
                found.push((at, width));
            }
            found.push((length - width, width));
            break;
        }
        found.push((at, width));
        at += width;
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::eval::jit::emit::texts::words;

    #[test]
    fn words_cover_each_byte_and_stay_inside() {
        for length in 0..=32 {
            let words = words(length);
            assert!(words.iter().all(|(at, width)| at + width <= length));
            for byte in 0..length {
                let mut all = words.iter();
                assert!(all.any(|(at, width)| (*at..at + width).contains(&byte)));
            }
        }
    }
}
