//! References to tasks, pipelines and step actions: by name, or by a resolver.

use crate::admit::admission::{Admission, field, metadata, param, place, place_of, place_of_key};
use crate::admit::errors::removed;
use crate::admit::errors::target as errors;
use crate::schema::profile::ApiFields;
use crate::yaml::Node;

const CONCISE: &str = "enable-concise-resolver-syntax";

pub(crate) fn check(cx: &mut Admission<'_>, reference: &Node) {
    let name = reference.text_of("name");
    let resolver = reference.text_of("resolver");
    let params = field(reference, "params");
    bundle(cx, reference);
    if resolver.is_empty() && params.is_none() {
        by_name(cx, reference, name);
        return;
    }
    if let Some(params) = params {
        let span = place_of_key(reference, "params");
        cx.needs(ApiFields::Beta, "`params` of a resolver", span);
        if !name.is_empty() {
            cx.say(errors::name_and_params(span));
        }
        if resolver.is_empty() {
            cx.say(errors::no_resolver(span));
        }
        param::bound_once_in_run(cx, params.items());
    }
    if !resolver.is_empty() {
        by_resolver(cx, reference, name);
    }
}

fn by_resolver(cx: &mut Admission<'_>, reference: &Node, name: &str) {
    let span = place_of(reference, "name");
    cx.needs(
        ApiFields::Beta,
        "`resolver`",
        place_of_key(reference, "resolver"),
    );
    if is_like_url(name) {
        cx.needs_flag(CONCISE, "`name` beside `resolver`", span);
    } else if !name.is_empty() {
        cx.say(errors::name_and_resolver(span, name));
    }
}

fn by_name(cx: &mut Admission<'_>, reference: &Node, name: &str) {
    let span = place_of(reference, "name");
    if name.is_empty() {
        cx.say(errors::no_name(place(reference)));
    } else if is_like_url(name) {
        cx.needs_flag(CONCISE, "a URL as `name`", span);
        cx.say(errors::no_resolver(span));
    } else if !metadata::is_qualified(name) {
        cx.say(errors::name_form(span, name));
    }
}

/// What `v1beta1` still reads in order to refuse it.
fn bundle(cx: &mut Admission<'_>, reference: &Node) {
    let bundle = reference.get("bundle");
    let bundle = bundle.filter(|it| it.text().is_some_and(|text| !text.is_empty()));
    if let Some(bundle) = bundle.filter(|_| cx.is_beta()) {
        cx.say(removed::bundle(bundle.span));
    }
}

/// A scheme with a colon and a slash stands somewhere in it.
fn is_like_url(name: &str) -> bool {
    let is_scheme = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
    name.match_indices(":/").any(|(at, _)| {
        let before = name.get(..at).unwrap_or("");
        before.ends_with(is_scheme)
    })
}
