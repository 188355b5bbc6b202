//! Machine code for forms. The only home of `unsafe`.

mod text;

pub(crate) use text::Text;
