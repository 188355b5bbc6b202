//! `wudi eval` alone on a terminal: one expression after the other.

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use rustyline::completion::Completer;
use rustyline::config::{CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Editor, Helper};

use crate::cli::eval::spelled;
use crate::cli::report::Printer;
use crate::cli::{Outcome, report};
use crate::diag::Diagnostic;
use crate::host::{Host, OsHost};
use crate::session::dialog::{Dialog, Reply, is_open};

const PROMPT: &str = "> ";

/// Lines that are kept for the next time.
const HISTORY: usize = 1000;

/// What the line editor asks while a line is typed.
struct Assistant(Rc<RefCell<Dialog>>);

impl Helper for Assistant {}

impl Hinter for Assistant {
    type Hint = String;
}

impl Highlighter for Assistant {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        // An empty line ends what is open, so that a mistake can be left.
        let text = context.input();
        let is_given_up = text.ends_with("\n\n");
        match is_open(text) && !is_given_up {
            true => Ok(ValidationResult::Incomplete),
            false => Ok(ValidationResult::Valid(None)),
        }
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.0.borrow_mut().complete(line, at))
    }
}

/// Asks until there is nothing more to say.
pub(crate) fn dialog(dialog: Dialog, printer: &Printer) -> anyhow::Result<Outcome> {
    let dialog = Rc::new(RefCell::new(dialog));
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .max_history_size(HISTORY)?
        .history_ignore_dups(true)?
        .build();
    let mut editor: Editor<Assistant, FileHistory> = Editor::with_config(config)?;
    editor.set_helper(Some(Assistant(Rc::clone(&dialog))));
    let history = history(&OsHost);
    if let Some(history) = &history {
        // There is none before the first time.
        let _ = editor.load_history(history);
    }
    printer.note("an expression, a `let` or a `fn`; tab completes, ctrl-d ends");
    loop {
        let line = match editor.readline(PROMPT) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(Outcome::Fine),
            Err(other) => return Err(other.into()),
        };
        let reply = dialog.borrow_mut().say(&line);
        answer(&reply, &dialog.borrow(), printer);
        if !matches!(reply, Reply::Nothing) {
            editor.add_history_entry(line)?;
            if let Some(history) = &history {
                let _ = editor.append_history(history);
            }
        }
    }
}

fn answer(reply: &Reply, dialog: &Dialog, printer: &Printer) {
    match reply {
        Reply::Nothing | Reply::Declared => {}
        Reply::Value(value) => report::data(&(spelled(value) + "\n")),
        Reply::Findings(found) => {
            let errors: &[Diagnostic] = found;
            printer.talk(errors, dialog.sources());
        }
    }
}

/// The file of what was typed before, in the directory for such; its directory is made.
fn history(host: &dyn Host) -> Option<PathBuf> {
    let is_set = |it: &String| !it.is_empty();
    let state = host.variable("XDG_STATE_HOME").filter(is_set);
    let state = state.map(PathBuf::from).filter(|it| it.is_absolute());
    let state = state.or_else(|| {
        let home = host.variable("HOME").filter(is_set)?;
        Some(PathBuf::from(home).join(".local").join("state"))
    })?;
    let directory = state.join("wudi");
    host.create_directories(&directory).ok()?;
    Some(directory.join("history"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::cli::dialog::history;
    use crate::host::MemoryHost;

    #[test]
    fn history_is_kept_with_the_state_of_programs() {
        let host = MemoryHost::new().with_variable("HOME", "/home/ada");
        let found = history(&host).unwrap();
        assert_eq!(found, Path::new("/home/ada/.local/state/wudi/history"));
        let host = host.with_variable("XDG_STATE_HOME", "/state");
        assert_eq!(history(&host).unwrap(), Path::new("/state/wudi/history"));
        assert_eq!(history(&MemoryHost::new()), None);
    }
}
