//! A text as machine code reads it.
#![expect(
    unsafe_code,
    reason = "a layout that machine code relies on is made of a pointer and a length"
)]

use std::marker::PhantomData;

/// A borrowed text of fixed layout: where its bytes are, then how many.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Text<'a> {
    bytes: *const u8,
    length: usize,
    of: PhantomData<&'a str>,
}

// SAFETY: it is a shared borrow of a `str`, which threads may share and pass on.
unsafe impl Send for Text<'_> {}
// SAFETY: as above; nothing is written through it.
unsafe impl Sync for Text<'_> {}

impl<'a> Text<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_ptr(),
            length: text.len(),
            of: PhantomData,
        }
    }

    #[inline]
    pub(crate) fn as_str(&self) -> &'a str {
        // SAFETY: both fields come from one `&'a str`, in `new` or of a constant that outlives `'a`; none is changed after.
        unsafe {
            std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.bytes, self.length))
        }
    }
}

impl std::fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}
