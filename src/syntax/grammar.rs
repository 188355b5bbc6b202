//! The parser that pest makes of `grammar/wudi.pest`. What it gives is read in `syntax::lower` alone.
#![allow(missing_docs, reason = "the rules are documented in the grammar")]

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/wudi.pest"]
pub(crate) struct Grammar;
