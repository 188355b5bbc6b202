//! Text to tree. The only home of pest: the rest of the crate sees [`ast`].

pub(crate) mod ast;
