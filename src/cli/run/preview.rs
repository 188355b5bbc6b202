//! What `wudi run --dry-run` says.

use std::fmt::Write as _;

use indexmap::IndexMap;
use serde_json::json;

use crate::run::preview::{Preview, PreviewNode};

/// For people.
pub(crate) fn text(preview: &Preview) -> String {
    let mut text = format!("{}\n", preview.target);
    pairs(&mut text, "parameters", " = ", &preview.params);
    pairs(&mut text, "workspaces", ": ", &preview.workspaces);
    for (number, wave) in preview.waves.iter().enumerate() {
        let _ = writeln!(text, "\nwave {}", number + 1);
        wave.iter().for_each(|it| node(&mut text, it));
    }
    if !preview.finally.is_empty() {
        text += "\nfinally\n";
        preview.finally.iter().for_each(|it| node(&mut text, it));
    }
    for it in &preview.notes {
        let _ = writeln!(text, "\nnote: {it}");
    }
    text
}

fn pairs(text: &mut String, title: &str, between: &str, all: &IndexMap<String, String>) {
    if all.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for (name, it) in all {
        let _ = writeln!(text, "  {name}{between}{it}");
    }
}

fn node(text: &mut String, node: &PreviewNode) {
    let args = node.args.iter().map(|(name, it)| format!("{name}: {it}"));
    let args: Vec<String> = args.collect();
    let _ = writeln!(
        text,
        "  {} = {}({})",
        node.name,
        node.callee,
        args.join(", ")
    );
    if !node.options.is_empty() {
        let _ = writeln!(text, "    {}", node.options.join("; "));
    }
}

/// For machines.
pub(crate) fn json(preview: &Preview) -> String {
    let nodes = |all: &[PreviewNode]| {
        let one = |it: &PreviewNode| {
            json!({
                "name": *it.name, "callee": *it.callee, "arguments": it.args, "options": it.options,
            })
        };
        all.iter().map(one).collect::<Vec<_>>()
    };
    let waves: Vec<_> = preview.waves.iter().map(|it| nodes(it)).collect();
    let whole = json!({
        "target": *preview.target, "params": preview.params, "workspaces": preview.workspaces,
        "waves": waves, "finally": nodes(&preview.finally), "notes": preview.notes,
    });
    format!("{whole}\n")
}
