//! `{{ … }}`: what Pipelines as Code writes into a text, as fields of the event.

use crate::base::names;
use crate::import::reference::member;

/// The first `{{ … }}`: what stands before it, in it, and behind it.
pub(crate) fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (inside, after) = rest.split_once("}}")?;
    Some((before, inside, after))
}

/// The field of the event that a variable of Pipelines as Code holds, as an expression.
pub(crate) fn field(variable: &str) -> Option<String> {
    let field = match variable {
        "repo_url" => "repo-url",
        "revision" => "sha",
        "repo_owner" => "repo-owner",
        "repo_name" => "repo-name",
        "source_url" => "source-url",
        "source_branch" => "source-branch",
        "target_branch" => "target-branch",
        "sender" => "sender",
        "event_type" => "type",
        "git_tag" => "tag",
        "pull_request_number" => "number",
        "pull_request_labels" => "labels",
        "trigger_comment" => "comment",
        "git_auth_secret" => "git-auth",
        _ => return deep_field(variable),
    };
    Some(format!("event.{field}"))
}

fn deep_field(variable: &str) -> Option<String> {
    let (first, rest) = variable.split_once(['.', '['])?;
    match first {
        // What may have several lines is no value of the language.
        "body" if spans_lines(rest) => None,
        "body" | "files" => {
            let plain = rest.split('.').all(|it| {
                let (word, index) = it.split_once('[').unwrap_or((it, "0]"));
                let index = index.strip_suffix(']').unwrap_or_default();
                names::is_word(word)
                    && !index.is_empty()
                    && index.bytes().all(|it| it.is_ascii_digit())
            });
            plain.then(|| format!("event.{first}.{rest}"))
        }
        "headers" => {
            let inside = rest.strip_suffix(']')?;
            let quote = inside
                .chars()
                .next()
                .filter(|it| ['"', '\''].contains(it))?;
            let inside = inside.strip_prefix(quote)?.strip_suffix(quote)?;
            (!inside.contains(['"', '\''])).then_some(())?;
            Some(format!("event.headers{}", member(inside)))
        }
        _ => None,
    }
}

fn spans_lines(path: &str) -> bool {
    const LONG: &[&str] = &[
        "body",
        "description",
        "message",
        "note",
        "comment",
        "content",
        "raw",
    ];
    LONG.contains(&path.rsplit('.').next().unwrap_or(path))
}
