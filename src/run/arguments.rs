//! What the caller gives, checked against what the target declares.

use indexmap::IndexMap;

use crate::base::Name;
use crate::base::spelling::nearest;
use crate::eval::from_json;
use crate::plan::{Param, ParamShape, Pipeline, Ref};
use crate::run::RunOptions;
use crate::run::evaluate::evaluate;
use crate::run::scope::{Given, Lack, Scope};
use crate::run::target::Job;
use crate::run::text;
use crate::value::Value;

/// The target's parameters by name: the caller's, then the run's; defaults are filled in later.
pub(crate) fn params(
    job: &Job,
    options: &RunOptions,
    given: &std::sync::Arc<Given>,
    mistakes: &mut Vec<String>,
) -> IndexMap<Name, Value> {
    let mut params = parsed(&job.pipeline, &options.params, mistakes);
    let scope = Scope {
        given: given.clone(),
        ..Scope::default()
    };
    let args = job.run.iter().flat_map(|it| &it.args);
    for (name, expr) in args {
        if params.contains_key(name) {
            continue;
        }
        match evaluate(expr, &scope) {
            Ok(value) => {
                params.insert(name.clone(), value);
            }
            Err(lack) => {
                let mut fields = Vec::new();
                expr.each_ref(&mut |it, _| fields.extend(event_field(it, given)));
                mistakes.push(missing_event(name, &fields, &lack));
            }
        }
    }
    for (name, param) in &job.pipeline.params {
        let tried = options.params.iter().any(|(it, _)| base(it) == name);
        if !params.contains_key(name) && param.default.is_none() && !tried {
            let in_run = job.run.iter().any(|it| it.args.contains_key(name));
            mistakes.extend((!in_run).then(|| absent(param)));
        }
    }
    params
}

fn event_field(reference: &Ref, given: &Given) -> Option<Name> {
    if let Ref::Event(field) = reference {
        return (!given.event.contains_key(field)).then(|| field.clone());
    }
    None
}

fn missing_event(param: &Name, fields: &[Name], lack: &Lack) -> String {
    match fields.first() {
        Some(field) => format!(
            "the parameter `{param}` needs `event.{field}`, which is not given: say --event {field}=… or {param}=…"
        ),
        None => format!("the parameter `{param}` has no value: {lack}"),
    }
}

fn absent(param: &Param) -> String {
    let name = &param.name;
    format!("the parameter `{name}` is not given: say {name}=…")
}

/// The name without `.key`.
fn base(name: &str) -> &str {
    name.split_once('.').map_or(name, |(base, _)| base)
}

fn parsed(
    pipeline: &Pipeline,
    all: &[(String, String)],
    mistakes: &mut Vec<String>,
) -> IndexMap<Name, Value> {
    let mut params: IndexMap<Name, Value> = IndexMap::new();
    for (name, text) in all {
        let (key, field) = match (pipeline.params.get(name.as_str()), name.split_once('.')) {
            (None, Some((base, field))) => (base, Some(field)),
            (Some(_), _) | (None, None) => (name.as_str(), None),
        };
        let Some(param) = pipeline.params.get(key) else {
            mistakes.push(no_such(pipeline, key));
            continue;
        };
        let before = params.get(key);
        let value = match (&param.shape, field) {
            (ParamShape::Object(_), Some(field)) => Ok(with_field(before, field, text)),
            (ParamShape::String | ParamShape::Array, Some(_)) => Err("it has no fields".to_owned()),
            (ParamShape::String, None) if before.is_some() => Err("it is given twice".to_owned()),
            (_, None) => text::parse(param, text),
        };
        match value {
            Ok(value) => {
                let value = match (before.and_then(Value::as_list), value.as_list()) {
                    (Some(before), Some(more)) => Value::list([before, more].concat()),
                    (None, _) | (_, None) => value,
                };
                params.insert(param.name.clone(), value);
            }
            Err(reason) => mistakes.push(format!("`{name}={text}`: {reason}")),
        }
    }
    params
}

fn with_field(before: Option<&Value>, field: &str, text: &str) -> Value {
    let fields = before.and_then(Value::as_record);
    let mut fields = fields.cloned().unwrap_or_default();
    fields.insert(Name::new(field), Value::str(text));
    Value::record(fields)
}

fn no_such(pipeline: &Pipeline, name: &str) -> String {
    let known = pipeline.params.keys().map(Name::as_str);
    let help = match nearest(name, known.clone()) {
        Some(near) => format!(": did you mean `{near}`?"),
        None => {
            let known: Vec<String> = known.map(|it| format!("`{it}`")).collect();
            match known.is_empty() {
                true => format!(": `{}` takes none", pipeline.meta.name),
                false => format!(": there are {}", known.join(", ")),
            }
        }
    };
    format!("there is no parameter `{name}`{help}")
}

/// The event, secrets and config maps that the caller gave.
pub(crate) fn given(options: &RunOptions) -> Given {
    let event = options.event.iter().map(|(name, it)| {
        // The body and the headers are open data; all else is text.
        let open = matches!(base(name), "body" | "headers");
        let json = open.then(|| serde_json::from_str(it).ok()).flatten();
        let value = json.as_ref().map_or_else(|| Value::str(it), from_json);
        (Name::new(name), value)
    });
    Given {
        event: event.collect(),
        secrets: options.secrets.iter().cloned().collect(),
        configs: options.configs.iter().cloned().collect(),
    }
}

/// Variables that every program needs to find its way: never what a cluster would not have in some form.
const PASSED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
];

/// The environment that every step begins with.
pub(crate) fn environment(options: &RunOptions) -> IndexMap<String, String> {
    let passed = |name: &str| PASSED.contains(&name) || options.pass.iter().any(|it| it == name);
    let all = options.environment.iter();
    all.filter(|(name, _)| passed(name)).cloned().collect()
}

/// A secret's key from the environment, `WUDI_DB_PASSWORD` for `wudi-db/password`.
pub(crate) fn variable(secret: &str) -> String {
    let upper = |it: char| {
        if it.is_ascii_alphanumeric() {
            it.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    secret.chars().map(upper).collect()
}
