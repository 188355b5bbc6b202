//! A text as machine code reads it.
#![expect(
    unsafe_code,
    reason = "a layout that machine code relies on is made of a pointer and a length"
)]

use std::marker::PhantomData;

use regex::Regex;

use crate::eval::form::Find;

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

/// What [`find`] looks for.
pub(crate) const PREFIX: usize = 0;
pub(crate) const SUFFIX: usize = 1;
pub(crate) const PART: usize = 2;

/// A text that code hands over.
///
/// # Safety
/// The bytes are those of a `str`, which is not changed or freed while `'a` lasts.
unsafe fn text<'a>(bytes: *const u8, length: usize) -> &'a str {
    // SAFETY: the caller's promise.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(bytes, length)) }
}

/// Below zero, zero or above zero: the order of two texts.
///
/// # Safety
/// Both are texts, see [`text`].
unsafe fn order(a: *const u8, a_length: usize, b: *const u8, b_length: usize) -> i64 {
    // SAFETY: the caller's promise.
    let (a, b) = unsafe { (text(a, a_length), text(b, b_length)) };
    a.cmp(b) as i64
}

/// Whether one text is found in the other, as a word.
///
/// # Safety
/// Both are texts, see [`text`].
unsafe fn found(how: usize, a: *const u8, a_length: usize, b: *const u8, b_length: usize) -> i64 {
    // SAFETY: the caller's promise.
    let (a, b) = unsafe { (text(a, a_length), text(b, b_length)) };
    let find = match how {
        PREFIX => Find::Prefix,
        SUFFIX => Find::Suffix,
        _ => Find::Part,
    };
    i64::from(find.holds(a, b))
}

/// How many characters a text has.
///
/// # Safety
/// It is a text, see [`text`].
unsafe fn characters(bytes: *const u8, length: usize) -> i64 {
    // SAFETY: the caller's promise.
    let text = unsafe { text(bytes, length) };
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

/// Whether a pattern is found in a text.
///
/// # Safety
/// The pattern lives, and it is a text, see [`text`].
unsafe fn matched(pattern: *const Regex, bytes: *const u8, length: usize) -> i64 {
    // SAFETY: the caller's promise; code and its patterns have one owner.
    let (pattern, text) = unsafe { (&*pattern, text(bytes, length)) };
    i64::from(pattern.is_match(text))
}

/// The functions that code calls, under the calling convention of code.
#[cfg(target_arch = "x86_64")]
mod called {
    use crate::eval::jit::text as own;

    pub(crate) unsafe extern "sysv64" fn order(
        a: *const u8,
        m: usize,
        b: *const u8,
        n: usize,
    ) -> i64 {
        // SAFETY: code hands over texts only.
        unsafe { own::order(a, m, b, n) }
    }

    pub(crate) unsafe extern "sysv64" fn found(
        how: usize,
        a: *const u8,
        m: usize,
        b: *const u8,
        n: usize,
    ) -> i64 {
        // SAFETY: code hands over texts only.
        unsafe { own::found(how, a, m, b, n) }
    }

    pub(crate) unsafe extern "sysv64" fn characters(a: *const u8, m: usize) -> i64 {
        // SAFETY: code hands over texts only.
        unsafe { own::characters(a, m) }
    }

    pub(crate) unsafe extern "sysv64" fn matched(
        it: *const regex::Regex,
        a: *const u8,
        m: usize,
    ) -> i64 {
        // SAFETY: code hands over texts, and patterns of its own.
        unsafe { own::matched(it, a, m) }
    }
}

/// The functions that code calls, under the calling convention of code.
#[cfg(target_arch = "aarch64")]
mod called {
    use crate::eval::jit::text as own;

    pub(crate) unsafe extern "C" fn order(a: *const u8, m: usize, b: *const u8, n: usize) -> i64 {
        // SAFETY: code hands over texts only.
        unsafe { own::order(a, m, b, n) }
    }

    pub(crate) unsafe extern "C" fn found(
        how: usize,
        a: *const u8,
        m: usize,
        b: *const u8,
        n: usize,
    ) -> i64 {
        // SAFETY: code hands over texts only.
        unsafe { own::found(how, a, m, b, n) }
    }

    pub(crate) unsafe extern "C" fn characters(a: *const u8, m: usize) -> i64 {
        // SAFETY: code hands over texts only.
        unsafe { own::characters(a, m) }
    }

    pub(crate) unsafe extern "C" fn matched(
        it: *const regex::Regex,
        a: *const u8,
        m: usize,
    ) -> i64 {
        // SAFETY: code hands over texts, and patterns of its own.
        unsafe { own::matched(it, a, m) }
    }
}

pub(crate) fn compare_address() -> usize {
    called::order as *const () as usize
}

pub(crate) fn find_address() -> usize {
    called::found as *const () as usize
}

pub(crate) fn length_address() -> usize {
    called::characters as *const () as usize
}

pub(crate) fn matches_address() -> usize {
    called::matched as *const () as usize
}
