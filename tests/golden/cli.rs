//! `tests/cli/CASE.md`: its `file NAME` blocks are laid into a fresh directory, the `$ …` lines of its `console` blocks run
//! there one after the other. Besides `wudi` there are `cat FILE`, `ls`, `write FILE TEXT`, `rm FILE`, `link TARGET FILE`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::explain::blocks;
use crate::support::compare;

pub fn transcript(path: &Path) -> datatest_stable::Result<()> {
    let text = fs::read_to_string(path)?;
    let home = tempfile::tempdir()?;
    let directory = &home.path().join("here");
    fs::create_dir(directory)?;
    let mut transcript = String::new();
    for (kind, block) in blocks(&text) {
        if let Some(name) = kind.strip_prefix("file ") {
            write(&directory.join(name), &block);
            continue;
        }
        assert_eq!(kind, "console", "a block is `file NAME` or `console`");
        for line in block.lines() {
            let command = line.strip_prefix("$ ").expect("a line begins with `$ `");
            let words = words(command);
            let (name, args) = words.split_first().expect("there is a command");
            let shown = match name.as_str() {
                "wudi" => wudi(directory, args),
                _ => {
                    let args: Vec<&str> = args.iter().map(String::as_str).collect();
                    builtin(directory, name, &args)
                }
            };
            transcript += &format!("$ {command}\n{shown}");
        }
    }
    compare(path, &transcript);
    Ok(())
}

fn wudi(directory: &Path, args: &[String]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wudi"));
    let here = directory.display().to_string();
    command
        .args(args.iter().map(|it| it.replace("HERE", &here)))
        .current_dir(directory)
        .env("XDG_STATE_HOME", directory.with_file_name("state"))
        .env("XDG_CACHE_HOME", directory.with_file_name("cache"))
        .stdin(Stdio::null());
    let colours = ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR"];
    for variable in colours {
        command.env_remove(variable);
    }
    let done = command.output().unwrap();
    let mut shown = String::from_utf8(done.stdout).unwrap();
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown += "(no line break)\n";
    }
    for line in String::from_utf8(done.stderr).unwrap().lines() {
        shown += format!("! {line}").trim_end();
        shown += "\n";
    }
    match done.status.code() {
        Some(0) => {}
        Some(code) => shown += &format!("(exit {code})\n"),
        None => shown += "(killed)\n",
    }
    let shown = shown.replace(&here, "HERE");
    let around = directory.with_file_name("").display().to_string();
    let shown = shown.replace(&around, "HOME/");
    let shown = without_times(&numbered(directory, shown));
    match args.first().map(String::as_str) {
        Some("run" | "runs" | "show") => seconds_away(&shown),
        _ => shown,
    }
}

/// Runs are called by when they began: here they are counted.
fn numbered(directory: &Path, mut shown: String) -> String {
    let runs = directory.with_file_name("state").join("wudi/runs");
    let mut names: Vec<_> = { fs::read_dir(runs).into_iter().flatten() }
        .map(|it| it.unwrap())
        .filter_map(|it| {
            Some((
                fs::metadata(it.path().join("lock")).ok()?.created().ok()?,
                it,
            ))
        })
        .map(|(since, it)| (since, it.file_name().into_string().unwrap()))
        .collect();
    names.sort();
    for (at, (_, name)) in names.iter().enumerate() {
        let (stem, _) = name.rsplit_once('-').unwrap();
        shown = shown.replace(name, &format!("{stem}-{:06}", at + 1));
    }
    shown
}

/// What is left of times: `0.1s`.
fn seconds_away(shown: &str) -> String {
    let time = regex::Regex::new(r"\b\d+\.\ds\b|(\x22time\x22:)[\d.e-]+").unwrap();
    time.replace_all(shown, "${1}TIME").into_owned()
}

/// What a clock says is not the same twice: how long tasks and runs took, and when one began.
fn without_times(shown: &str) -> String {
    let line = |line: &str| {
        let (body, seconds) = match line.rsplit_once("  ") {
            Some((before, last)) if line.starts_with("! ") && is_time(last) => {
                return format!("{before}  TIME\n");
            }
            Some(_) | None => (line, line.split_once(" in ")),
        };
        if let Some((before, after)) = seconds
            && let Some((time, message)) = after.split_once(": Tasks Completed")
            && is_time(time)
        {
            return format!("{before} in TIME: Tasks Completed{message}\n");
        }
        match body.split_once("\"started\":") {
            Some((before, after)) => {
                let rest = after.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
                format!("{before}\"started\":TIME{rest}\n")
            }
            None => format!("{body}\n"),
        }
    };
    shown.lines().map(line).collect()
}

fn is_time(text: &str) -> bool {
    let number = text.strip_suffix('s').unwrap_or_default();
    number.parse::<f64>().is_ok()
}

fn builtin(directory: &Path, name: &str, args: &[&str]) -> String {
    match (name, args) {
        ("cat", [file]) => fs::read_to_string(directory.join(file)).unwrap(),
        ("ls", []) => {
            let mut names = Vec::new();
            list(directory, directory, &mut names);
            names.sort();
            names.concat()
        }
        ("write", [file, text]) => {
            write(&directory.join(file), &format!("{text}\n"));
            String::new()
        }
        ("rm", [file]) => {
            fs::remove_file(directory.join(file)).unwrap();
            String::new()
        }
        ("link", [target, file]) => {
            let link = directory.join(file);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(target, link).unwrap();
            String::new()
        }
        _ => panic!("there is no `{name} {}`", args.join(" ")),
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn list(root: &Path, directory: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            list(root, &path, names);
        } else {
            names.push(format!("{}\n", path.strip_prefix(root).unwrap().display()));
        }
    }
}

/// Splits at blanks; what stands in `'` is one word.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for it in line.chars() {
        match it {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            it => word.get_or_insert_default().push(it),
        }
    }
    words.extend(word);
    words
}
