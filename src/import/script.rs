//! `--rewrite-scripts`: what is spliced into a script of the shell goes through its environment instead.

use crate::base::shell::{Quotes, Reader, is_for_a_shell};
use crate::import::reference::{Origin, Scope};
use crate::import::write::Piece;
use crate::yaml::Node;

/// The variables that a script needs, each with its value; those that the step has keep their names.
pub(crate) fn variables(script: &str, env: &[Node], scope: &Scope) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    if !is_for_a_shell(script) {
        return found;
    }
    for reference in crate::admit::substitution::references(script) {
        let Some((expression, Origin::Outside)) = scope.expression(reference.expression) else {
            continue;
        };
        if found.iter().any(|(_, it)| *it == expression) {
            continue;
        }
        let mut name = variable(reference.expression);
        let taken = |name: &str, found: &[(String, String)]| {
            env.iter().any(|it| it.text_of("name") == name)
                || found.iter().any(|(it, _)| it == name)
        };
        while taken(&name, &found) {
            name.push('_');
        }
        found.push((name, expression));
    }
    found
}

/// The script with its variables in place of what was spliced; within single quotes the splice stays.
pub(crate) fn with_variables(script: &str, env: &[(String, String)], scope: &Scope) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut reader = Reader::default();
    for piece in scope.pieces(script, true) {
        match piece {
            Piece::Text(text) => {
                reader.read(&text);
                push(&mut pieces, &text);
            }
            Piece::Hole(hole) => {
                let inner = hole
                    .strip_prefix("unsafe(")
                    .and_then(|it| it.strip_suffix(')'));
                let variable = inner.and_then(|inner| env.iter().find(|(_, it)| it == inner));
                match (variable, reader.quotes()) {
                    (Some((name, _)), Some(Quotes::Double)) => {
                        push(&mut pieces, &format!("${{{name}}}"))
                    }
                    (Some((name, _)), Some(Quotes::None)) => {
                        push(&mut pieces, &format!("\"${{{name}}}\""))
                    }
                    (Some(_), Some(Quotes::Single) | None) | (None, _) => {
                        pieces.push(Piece::Hole(hole))
                    }
                }
                reader.read("x");
            }
        }
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(last)) => last.push_str(text),
        Some(Piece::Hole(_)) | None => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// `params.image-url` as `IMAGE_URL`.
fn variable(reference: &str) -> String {
    let last = reference.rsplit('.').next().unwrap_or(reference);
    let word = |it: char| match it.is_ascii_alphanumeric() {
        true => it.to_ascii_uppercase(),
        false => '_',
    };
    let text: String = last.chars().map(word).collect();
    match text.starts_with(|it: char| it.is_ascii_digit()) {
        true => format!("_{text}"),
        false => text,
    }
}
