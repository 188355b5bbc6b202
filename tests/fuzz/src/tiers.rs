//! All tiers agree, whatever the expression and the rows: bytes up to the first zero are the text, the others make the rows.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|it| *it == 0).unwrap_or(bytes.len());
    let (text, rows) = bytes.split_at(end);
    if let Ok(text) = std::str::from_utf8(text) {
        wudi::tiers_agree(text, rows).expect("tiers agree");
    }
});
