//! Fields of the event, as Pipelines as Code writes them into the text of a run before YAML is read.

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::emit::errors;
use crate::emit::expr::Context;
use crate::plan::Plan;

/// Whose events they are: what `event.body` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forge {
    Github,
    Gitlab,
    Gitea,
    BitbucketCloud,
    BitbucketServer,
    Unknown,
}

/// The forge of the program's repositories, GitHub where none is declared.
///
/// A repository that only carries what is deployed starts no runs.
pub(crate) fn forge(plan: &Plan) -> Forge {
    let deployed = |name: &Name| plan.deliveries.values().any(|it| it.repository == *name);
    let own = plan.repositories.iter().filter(|(name, _)| !deployed(name));
    let mut forges: Vec<&str> = own
        .map(|(_, it)| it.forge.as_deref().unwrap_or("github"))
        .collect();
    forges.dedup();
    match forges.as_slice() {
        [] | ["github"] => Forge::Github,
        ["gitlab"] => Forge::Gitlab,
        ["gitea"] => Forge::Gitea,
        ["bitbucket-cloud"] => Forge::BitbucketCloud,
        ["bitbucket-server"] => Forge::BitbucketServer,
        [_, ..] => Forge::Unknown,
    }
}

/// `{{ revision }}`
pub(crate) fn placeholder(path: &Name, span: Span, ctx: Context<'_>, sink: &mut Sink) -> String {
    match variable(path, forge(ctx.plan)) {
        Some(variable) => {
            if spans_lines(&variable) {
                sink.push(errors::lines_of_event(path, span));
            }
            format!("{{{{ {variable} }}}}")
        }
        None => {
            sink.push(errors::no_event_variable(path, span));
            String::new()
        }
    }
}

/// The variable that holds a field of the event.
fn variable(path: &str, forge: Forge) -> Option<String> {
    let known = match path {
        "repo-url" => "repo_url",
        "sha" => "revision",
        "repo-owner" => "repo_owner",
        "repo-name" => "repo_name",
        "source-url" => "source_url",
        "source-branch" => "source_branch",
        "target-branch" => "target_branch",
        "sender" => "sender",
        "type" => "event_type",
        "tag" => "git_tag",
        "number" => "pull_request_number",
        "labels" => "pull_request_labels",
        "comment" => "trigger_comment",
        "git-auth" => "git_auth_secret",
        "title" => return title(forge),
        _ => return deep_variable(path),
    };
    Some(known.to_owned())
}

/// `body.a.b`, `headers.x`, `files.all`, `params.x`
fn deep_variable(path: &str) -> Option<String> {
    let (first, rest) = path.split_once('.')?;
    match first {
        "body" | "files" => Some(path.to_owned()),
        "headers" => Some(format!("headers['{rest}']")),
        "params" => Some(rest.to_owned()),
        _ => None,
    }
}

fn title(forge: Forge) -> Option<String> {
    let path = match forge {
        Forge::Github | Forge::Gitea => "body.pull_request.title",
        Forge::Gitlab => "body.object_attributes.title",
        Forge::BitbucketCloud => "body.pullrequest.title",
        Forge::BitbucketServer => "body.pullRequest.title",
        Forge::Unknown => return None,
    };
    Some(path.to_owned())
}

/// Whether a stranger may put line breaks into it, which no form of YAML holds together.
fn spans_lines(variable: &str) -> bool {
    let Some(path) = variable.strip_prefix("body.") else {
        return false;
    };
    let last = path.rsplit('.').next().unwrap_or(path);
    [
        "body",
        "description",
        "message",
        "note",
        "comment",
        "content",
        "raw",
    ]
    .contains(&last)
}

/// Whether text holds something that a stranger can choose, so that it must not stand between quotes.
pub(crate) fn needs_block(text: &str) -> bool {
    let made_by_the_forge = ["revision", "repo_url", "event_type", "pull_request_number"];
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((variable, end)) = after.split_once("}}") else {
            return false;
        };
        if !made_by_the_forge.contains(&variable.trim()) {
            return true;
        }
        rest = end;
    }
    false
}
