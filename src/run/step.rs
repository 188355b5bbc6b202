//! One step as a process: its command, its environment, its directory.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::base::Name;
use crate::host::scratch;
use crate::plan::{EnvValue, Expr, Ref, Step};
use crate::run::evaluate::{evaluate, text};
use crate::run::process::Launch;
use crate::run::scope::{Lack, Scope};
use crate::run::text;

/// What a script without a first line of its own begins with, as in Tekton.
const HEADER: &str = "#!/bin/sh\nset -e\n";

/// The process of a step. `index` is its place in the task.
pub(crate) fn prepare(
    step: &Step,
    index: usize,
    base: &IndexMap<String, String>,
    scope: &Scope,
) -> Result<Launch, Lack> {
    let home = scope.task.as_ref().map(|it| it.directory.clone());
    let home = home.unwrap_or_default();
    let env = environment(step, base, scope)?;
    let directory = directory(step, &home, scope)?;
    let args = words(&step.args, &env, scope)?;
    let command = match &step.script {
        Some(script) => {
            let script = with_header(&text(script, scope)?);
            let file = home.join("scripts").join(format!("step-{index}"));
            scratch::write(&file, script.as_bytes()).map_err(|it| unwritable(&file, &it))?;
            interpreter(&script, &file, &env)
        }
        None => words(&step.command, &env, scope)?,
    };
    let command = [command, args].concat();
    Ok(Launch {
        command: located(command, &env),
        env,
        directory,
    })
}

fn unwritable(path: &Path, error: &std::io::Error) -> Lack {
    let reason = crate::host::reason(error);
    Lack::Other(format!("cannot write `{}`: {reason}", path.display()))
}

fn with_header(script: &str) -> String {
    let trimmed = script.trim_start();
    if trimmed.starts_with("#!") {
        trimmed.to_owned()
    } else {
        format!("{HEADER}{script}")
    }
}

/// The command of the script's first line. An interpreter that is not there is looked up by its last name.
fn interpreter(script: &str, file: &Path, env: &IndexMap<String, String>) -> Vec<String> {
    let first = script.lines().next().unwrap_or_default();
    let line = first.trim_start_matches("#!").trim();
    let (program, argument) = match line.split_once([' ', '\t']) {
        Some((program, rest)) => (program, Some(rest.trim().to_owned())),
        None => (line, None),
    };
    let known = scratch::is_file(Path::new(program));
    let elsewhere = || find(program.rsplit('/').next().unwrap_or(program), env);
    let program = if known { None } else { elsewhere() }.unwrap_or_else(|| program.to_owned());
    let mut command = vec![program];
    command.extend(argument);
    command.push(file.to_string_lossy().into_owned());
    command
}

/// The command with its program as a path, looked up where the step would look.
fn located(mut command: Vec<String>, env: &IndexMap<String, String>) -> Vec<String> {
    if let Some(program) = command.first_mut()
        && let Some(found) = find(program, env)
    {
        *program = found;
    }
    command
}

/// Where the program of that name is.
pub(crate) fn find(program: &str, env: &IndexMap<String, String>) -> Option<String> {
    if program.is_empty() || program.contains('/') {
        return None;
    }
    let path = env.get("PATH").map_or("/usr/bin:/bin", String::as_str);
    let places = path.split(':').filter(|it| !it.is_empty());
    let places = places.map(|it| Path::new(it).join(program));
    let found = places.into_iter().find(|it| scratch::is_file(it))?;
    Some(found.to_string_lossy().into_owned())
}

/// The words of a command or its arguments; a list in one place becomes several.
fn words(all: &[Expr], env: &IndexMap<String, String>, scope: &Scope) -> Result<Vec<String>, Lack> {
    let mut words = Vec::new();
    for it in all {
        let value = evaluate(it, scope)?;
        match value.as_list() {
            Some(all) => words.extend(all.iter().map(text::of)),
            None => words.push(text::of(&value)),
        }
    }
    Ok(words.iter().map(|it| expand(it, env)).collect())
}

fn environment(
    step: &Step,
    base: &IndexMap<String, String>,
    scope: &Scope,
) -> Result<IndexMap<String, String>, Lack> {
    let mut env = base.clone();
    for (name, value) in &step.env {
        let value = match value {
            EnvValue::Text(expr) => expand(&text(expr, scope)?, &env),
            EnvValue::Secret { name, key, .. } => {
                found(scope, Ref::SecretKey(name.clone(), key.clone()))?
            }
            EnvValue::Config { name, key, .. } => {
                found(scope, Ref::ConfigKey(name.clone(), key.clone()))?
            }
            EnvValue::Field { path, .. } => found(scope, Ref::Field(path.clone()))?,
            EnvValue::Source(_) => {
                let lack = format!(
                    "`{name}` is filled in by the cluster, in a way that is not known here"
                );
                return Err(Lack::Other(lack));
            }
        };
        env.insert(name.to_string(), value);
    }
    Ok(env)
}

/// The environment with what the task's `stepTemplate` adds, as a map or in the API's form.
pub(crate) fn with_template(
    base: &IndexMap<String, String>,
    template: Option<&Expr>,
    scope: &Scope,
) -> Result<IndexMap<String, String>, Lack> {
    let mut env = base.clone();
    let Some(added) = template.and_then(|it| it.get("env")) else {
        return Ok(env);
    };
    let added = evaluate(&added, scope)?;
    let listed = added.as_list().unwrap_or_default().iter();
    let listed = listed.filter_map(|it| Some((text::of(it.get("name")?), it.get("value")?)));
    let mapped = added.as_record().into_iter().flatten();
    let mapped = mapped.map(|(name, it)| (name.to_string(), it));
    for (name, value) in listed.chain(mapped) {
        let value = expand(&text::of(value), &env);
        env.insert(name, value);
    }
    Ok(env)
}

fn found(scope: &Scope, reference: Ref) -> Result<String, Lack> {
    scope.find(&reference).map(|it| text::of(&it))
}

/// `$(NAME)` of the environment, as a kubelet puts it into commands and variables; `$$` is one dollar.
fn expand(text: &str, env: &IndexMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        expanded.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
            continue;
        }
        let name = after.strip_prefix('(').and_then(|it| it.split_once(')'));
        match name.and_then(|(name, after)| Some((env.get(name)?, after))) {
            Some((value, after)) => {
                expanded.push_str(value);
                rest = after;
            }
            None => {
                expanded.push('$');
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    expanded
}

/// Where the step starts. What a container would have below `/workspace` is below the attempt's own directory.
fn directory(step: &Step, home: &Path, scope: &Scope) -> Result<PathBuf, Lack> {
    let own = home.join("workspace");
    let wanted = match &step.working_dir {
        Some(expr) => text(expr, scope)?,
        None => String::new(),
    };
    let wanted = Path::new(&wanted);
    let directory = match wanted.strip_prefix("/workspace") {
        Ok(below) => own.join(below),
        Err(_) => own.join(wanted),
    };
    let made = scratch::make(&directory);
    made.map_err(|it| unwritable(&directory, &it))?;
    Ok(directory)
}

/// The step's name, as Tekton calls one without.
pub(crate) fn name(step: &Step, index: usize) -> Name {
    let unnamed = || Name::new(format!("unnamed-{index}"));
    step.name.clone().unwrap_or_else(unnamed)
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::{expand, with_header};

    #[test]
    fn variables_are_expanded_as_a_kubelet_does() {
        let env = IndexMap::from([("A".to_owned(), "x".to_owned())]);
        assert_eq!(expand("$(A) $(B) $A $$(A) $", &env), "x $(B) $A $(A) $");
    }

    #[test]
    fn a_script_without_a_first_line_is_for_the_shell() {
        assert_eq!(with_header("echo\n"), "#!/bin/sh\nset -e\necho\n");
        assert_eq!(with_header("\n#!/bin/bash\n"), "#!/bin/bash\n");
    }
}
