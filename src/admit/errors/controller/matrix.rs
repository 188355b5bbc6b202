//! Messages about matrices.

use crate::admit::controller::model::{Named, place};
use crate::diag::Diagnostic;
use crate::yaml::Node;

pub(crate) fn not_a_list(it: &Named<'_>) -> Diagnostic {
    let message = format!("the matrix spreads `{}`, which is no array", it.name);
    Diagnostic::new("type-mismatch", it.value().span, message)
        .note("a matrix makes one run of each element")
        .help("write a list, or pass one on: `\"$(params.NAME[*])\"`")
}

pub(crate) fn not_a_string(it: &Named<'_>) -> Diagnostic {
    let message = format!("`{}` of `include` is no string", it.name);
    Diagnostic::new("type-mismatch", it.value().span, message)
        .note("an entry of `include` is one combination: each parameter has one text")
}

pub(crate) fn include_of_nothing(
    include: &Node,
    fits: &Named<'_>,
    other: &Named<'_>,
) -> Diagnostic {
    let texts = |it: &Named<'_>| it.value().text().unwrap_or_default().to_owned();
    let message = "this entry of `include` changes nothing".to_owned();
    Diagnostic::new("matrix-include", place(include), message)
        .label(fits.value().span, format!("`{}` is in the matrix", texts(fits)))
        .label(other.value().span, format!("`{}` is not", texts(other)))
        .note("an entry that fits combinations by one parameter and not by another neither joins one nor makes one")
}

pub(crate) fn include_counts_twice(second: &Named<'_>, times: usize) -> Diagnostic {
    let message = format!("this entry of `include` is counted {times} times");
    Diagnostic::new("matrix-include", second.at.span, message)
        .note("Tekton counts an entry once for each parameter whose value the matrix lacks, and starts runs without parameters for the rest")
        .help("name only one parameter of the matrix in the entry")
}
