//! A dialog: what is declared stays, what is asked is answered. Where it is typed and shown, others know.

use std::path::Path;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::base::{FileId, Name, SourceMap};
use crate::check::{Checked, Signature};
use crate::diag::{Diagnostic, Severity, Sink};
use crate::eval::table;
use crate::host::Host;
use crate::resolve::Program;
use crate::schema::kinds;
use crate::session::expression::Expression;
use crate::session::library::Reader;
use crate::session::{Input, Session, stack};
use crate::syntax::{self, lex};
use crate::types::{self, Type};
use crate::value::Value;

/// What was said so far.
pub(crate) struct Dialog {
    session: Session,
    /// The program, and behind its files what was declared here.
    input: Input,
    kept: Vec<Kept>,
    /// How many declarations there were: each has a path of its own.
    declared: usize,
    /// Inputs: name, type, and the value that was given.
    given: Vec<(Name, String, Option<Value>)>,
    limit: u64,
    /// What the prelude and the program declare; made when it is first asked for, and after each declaration.
    known: Option<Known>,
}

/// Something declared here.
struct Kept {
    names: Vec<Name>,
    file: FileId,
}

/// What becomes of a line.
#[derive(Debug)]
pub(crate) enum Reply {
    /// There was nothing in it.
    Nothing,
    Value(Value),
    /// What it declares is kept.
    Declared,
    /// It was refused.
    Findings(Vec<Diagnostic>),
}

/// Names to complete with.
#[derive(Default)]
struct Known {
    names: IndexSet<Name>,
    /// Methods, and what they are methods of.
    methods: Vec<(Name, Type)>,
}

const WORDS: &[&str] = &[
    "else", "false", "fn", "for", "if", "in", "let", "match", "none", "then", "true", "type",
];

impl Dialog {
    /// A dialog about a program, if there is one.
    pub(crate) fn new(
        host: Box<dyn Host>,
        program: Option<&Path>,
        given: Vec<(Name, String, Option<Value>)>,
        limit: u64,
    ) -> Result<Self, Box<(Session, Vec<Diagnostic>)>> {
        let mut session = Session::new(host);
        match session.beside(program) {
            Ok(input) => Ok(Self {
                session,
                input,
                kept: Vec::new(),
                declared: 0,
                given,
                limit,
                known: None,
            }),
            Err(found) => Err(Box::new((session, found))),
        }
    }

    pub(crate) fn sources(&self) -> &SourceMap {
        self.session.sources()
    }

    /// Takes what was typed.
    pub(crate) fn say(&mut self, text: &str) -> Reply {
        let text = indented(text);
        if lex::lex(&text).tokens.iter().all(is_blank) {
            return Reply::Nothing;
        }
        if declares(&text) {
            return self.declare(&text);
        }
        match self.answer(&text) {
            Ok(value) => Reply::Value(value),
            Err(found) => Reply::Findings(found),
        }
    }

    fn answer(&mut self, text: &str) -> Result<Value, Vec<Diagnostic>> {
        let expression = self.expression(text)?;
        let given = expression.inputs.iter().zip(&self.given);
        let value = |((_, ty), (_, _, given)): (&(Name, Type), &(_, _, Option<Value>))| match given
        {
            // What is none of its type has no value, and the expression says where it needs one.
            Some(given) => table::given_as(given, ty).unwrap_or(Value::None),
            None => Value::None,
        };
        let values: Vec<Value> = given.map(value).collect();
        let answer = expression.interpret(&values, self.limit);
        answer.map_err(|it| vec![it])
    }

    fn expression(&mut self, text: &str) -> Result<Expression, Vec<Diagnostic>> {
        let inputs = self.given.iter();
        let inputs: Vec<_> = inputs.map(|it| (it.0.clone(), it.1.clone())).collect();
        self.session.expression_in(&self.input, text, &inputs)
    }

    /// What is declared takes the place of what had its name before.
    fn declare(&mut self, text: &str) -> Reply {
        self.declared += 1;
        let path = format!("declaration {}", self.declared);
        let file = self.session.sources.add(Path::new(&path), text.into());
        let mut sink = Sink::default();
        let mut cache = syntax::Cache::default();
        let tree = syntax::parse(file, text, &mut cache, &mut sink);
        let names = tree.items.iter().filter_map(|it| it.name());
        let names: Vec<Name> = names.map(|it| it.name.clone()).collect();
        let is_old = |it: &Kept| it.names.iter().any(|it| names.contains(it));
        let old: Vec<FileId> = self
            .kept
            .iter()
            .filter(|it| is_old(it))
            .map(|it| it.file)
            .collect();
        let before = self.input.files.clone();
        self.input.files.retain(|it| !old.contains(it));
        self.input.files.push(file);
        let mut found = self.check();
        found.retain(|it| it.severity == Severity::Error);
        if !found.is_empty() {
            self.input.files = before;
            return Reply::Findings(found);
        }
        self.kept.retain(|it| !old.contains(&it.file));
        self.kept.push(Kept { names, file });
        self.known = None;
        Reply::Declared
    }

    fn check(&mut self) -> Vec<Diagnostic> {
        let mut sink = Sink::default();
        let done = self.checked(&mut sink, |_, _| ());
        let mut found = sink.into_sorted();
        if done.is_none() {
            let place = crate::base::Span::new(self.last_file(), 0, 0);
            found.push(crate::session::errors::panicked(place));
        }
        found
    }

    fn last_file(&self) -> FileId {
        self.input.files.last().copied().unwrap_or(FileId(0))
    }

    /// Checks all that is declared beside the whole prelude.
    fn checked<T: Send>(
        &mut self,
        sink: &mut Sink,
        action: impl FnOnce(&Program, &Checked) -> T + Send,
    ) -> Option<T> {
        let (input, sources) = (&self.input, &mut self.session.sources);
        let done = stack::with_room(|| {
            let mut reader = Reader {
                input,
                sources,
                cache: syntax::Cache::default(),
            };
            let root = reader.parse(&input.files, sink);
            let (program, checked) = reader.check_beside_all(&root, sink);
            action(&program, &checked)
        });
        done.ok()
    }

    /// Where the word before the cursor begins, and what it may become.
    pub(crate) fn complete(&mut self, line: &str, cursor: usize) -> (usize, Vec<String>) {
        let before = line.get(..cursor).unwrap_or(line);
        let is_part = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_');
        let begun = before.trim_end_matches(is_part).len();
        let (before, word) = before.split_at_checked(begun).unwrap_or((before, ""));
        let mut found: Vec<String> = match before.strip_suffix('.') {
            Some(receiver) => self.members(receiver),
            None => {
                let given = self.given.clone();
                let known = self.known();
                let names = known.names.iter().map(Name::as_str);
                let names = names.chain(given.iter().map(|it| it.0.as_str()));
                names
                    .chain(WORDS.iter().copied())
                    .map(str::to_owned)
                    .collect()
            }
        };
        found.retain(|it| it.starts_with(word));
        found.sort_unstable();
        found.dedup();
        (begun, found)
    }

    /// Fields and methods of what stands before a dot.
    fn members(&mut self, before: &str) -> Vec<String> {
        let text = receiver(before);
        let Ok(ty) = self.expression(text).map(|it| it.ty()) else {
            return Vec::new();
        };
        let takes = |it: &Type| types::bind(it, &ty, &mut IndexMap::new());
        let methods = &self.known().methods;
        let methods = methods.iter().filter(|it| takes(&it.1));
        let mut found: Vec<String> = methods.map(|it| it.0.to_string()).collect();
        if let Type::Record(record) = ty.without_none() {
            found.extend(record.fields.keys().map(Name::to_string));
        }
        found
    }

    fn known(&mut self) -> &Known {
        if self.known.is_none() {
            let known = self.checked(&mut Sink::default(), known);
            self.known = Some(known.unwrap_or_default());
        }
        self.known.get_or_insert_default()
    }
}

/// What a program and its prelude declare.
fn known(program: &Program, checked: &Checked) -> Known {
    let mut known = Known::default();
    for package in [program.root, program.prelude] {
        let Some(package) = program.package(package) else {
            continue;
        };
        known.names.extend(package.values.keys().cloned());
        for (name, item) in &package.callables {
            let Signature::Callable(callable) = checked.signature(*item) else {
                continue;
            };
            let callable: &Arc<_> = callable;
            match callable.function.params.first() {
                Some(first) if first.name == "self" => {
                    known.methods.push((name.clone(), first.ty.clone()));
                }
                _ => {
                    known.names.insert(name.clone());
                }
            }
        }
    }
    known
}

fn is_blank(token: &lex::Token) -> bool {
    matches!(
        token.kind,
        lex::TokenKind::LineBreak | lex::TokenKind::Comment | lex::TokenKind::Doc
    )
}

/// In column 0 begins an item, so that lines but the first stand in further.
fn indented(text: &str) -> String {
    let mut lines = text.lines();
    let mut whole = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        whole += "\n";
        if !line.trim().is_empty() && !line.starts_with([' ', '}', ')', ']']) {
            whole += "  ";
        }
        whole += line;
    }
    whole
}

/// Whether a text declares something: it begins with the word of a kind, and a name.
fn declares(text: &str) -> bool {
    let tokens = lex::lex(text).tokens;
    let mut tokens = tokens.iter().filter(|it| !is_blank(it));
    let mut word = || {
        let token = tokens.next()?;
        let is_word = token.kind == lex::TokenKind::Word;
        is_word.then(|| text.get(token.start..token.end)).flatten()
    };
    let Some(first) = word() else {
        return false;
    };
    if first == "import" {
        return true;
    }
    let is_kind = matches!(first, "let" | "fn" | "type" | "extern") || kinds::find(first).is_some();
    is_kind && word().is_some()
}

/// Whether more has to follow: a bracket or a text is open, or the last token asks for an operand.
pub(crate) fn is_open(text: &str) -> bool {
    let text = indented(text);
    let lexed = lex::lex(&text);
    let open = lexed.flaws.iter().any(|it| {
        matches!(
            it.kind,
            lex::FlawKind::UnclosedBracket | lex::FlawKind::UnclosedText(_)
        )
    });
    let last = lexed.tokens.iter().rev().find(|it| !is_blank(it));
    let asks = last.is_some_and(|it| match it.kind {
        lex::TokenKind::Operator | lex::TokenKind::Comma => true,
        lex::TokenKind::Word => {
            let word = text.get(it.start..it.end).unwrap_or_default();
            matches!(word, "if" | "then" | "else" | "in" | "for" | "match")
        }
        lex::TokenKind::Number
        | lex::TokenKind::LineBreak
        | lex::TokenKind::Comment
        | lex::TokenKind::Doc
        | lex::TokenKind::Str
        | lex::TokenKind::Open
        | lex::TokenKind::Close
        | lex::TokenKind::Stray => false,
    });
    open || asks
}

/// The expression at the end of a text: names, calls and literals that dots and brackets join.
fn receiver(text: &str) -> &str {
    let lexed = lex::lex(text);
    let mut begin = text.len();
    let mut at = lexed.tokens.len();
    while let Some(before) = at.checked_sub(1)
        && let Some(token) = lexed.tokens.get(before)
        && token.end == begin
    {
        let is_dot = text.get(token.start..token.end) == Some(".");
        match token.kind {
            lex::TokenKind::Close => {
                let Some(open) = lexed.partners.get(&before) else {
                    break;
                };
                let Some(token) = lexed.tokens.get(*open) else {
                    break;
                };
                (at, begin) = (*open, token.start);
            }
            lex::TokenKind::Word | lex::TokenKind::Number | lex::TokenKind::Str => {
                (at, begin) = (before, token.start);
            }
            lex::TokenKind::Operator if is_dot => (at, begin) = (before, token.start),
            lex::TokenKind::Operator
            | lex::TokenKind::Comma
            | lex::TokenKind::LineBreak
            | lex::TokenKind::Comment
            | lex::TokenKind::Doc
            | lex::TokenKind::Open
            | lex::TokenKind::Stray => break,
        }
    }
    text.get(begin..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::host::MemoryHost;
    use crate::session::dialog::{Dialog, Reply, is_open, receiver};
    use crate::value::Value;

    fn dialog() -> Dialog {
        let host = MemoryHost::new();
        Dialog::new(Box::new(host), None, Vec::new(), 1000)
            .ok()
            .unwrap()
    }

    fn value(reply: Reply) -> Value {
        match reply {
            Reply::Value(value) => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_declared_stays_until_it_is_declared_again() {
        let mut dialog = dialog();
        assert!(matches!(dialog.say(""), Reply::Nothing));
        assert!(matches!(dialog.say("let n = 20"), Reply::Declared));
        let function = "fn twice(x: Int) -> Int =\nx * 2";
        let reply = dialog.say(function);
        assert!(matches!(reply, Reply::Declared), "{reply:?}");
        assert_eq!(value(dialog.say("twice(n) + 2")), Value::Int(42));
        assert!(matches!(dialog.say("let n = 1"), Reply::Declared));
        assert_eq!(value(dialog.say("twice(n)")), Value::Int(2));
    }

    #[test]
    fn what_is_refused_is_forgotten() {
        let mut dialog = dialog();
        dialog.say("let n = 20");
        assert!(matches!(dialog.say("let n = m + 1"), Reply::Findings(_)));
        assert_eq!(value(dialog.say("n")), Value::Int(20));
        assert!(matches!(dialog.say("1 / (n - n)"), Reply::Findings(_)));
    }

    #[test]
    fn names_and_methods_are_completed_by_what_they_are() {
        let mut dialog = dialog();
        dialog.say("let branch = \"main\"");
        let (at, found) = dialog.complete("1 + bra", 7);
        assert_eq!((at, found), (4, vec!["branch".to_owned()]));
        let line = "branch.starts";
        let (at, found) = dialog.complete(line, line.len());
        assert_eq!((at, found), (7, vec!["starts-with".to_owned()]));
        let line = "[1, 2].";
        let (_, found) = dialog.complete(line, line.len());
        assert!(found.iter().any(|it| it == "count"));
        assert!(!found.iter().any(|it| it == "starts-with"));
    }

    #[test]
    fn a_receiver_is_what_the_dot_belongs_to() {
        assert_eq!(receiver("1 + f(a, b).c"), "f(a, b).c");
        assert_eq!(receiver("x && [1, 2]"), "[1, 2]");
        assert_eq!(receiver("a + \"b\""), "\"b\"");
    }

    #[test]
    fn open_brackets_texts_and_operators_ask_for_more() {
        for open in ["[1,", "f(", "1 +", "if a then", "let a =", "\"\"\"\n  a"] {
            assert!(is_open(open), "{open}");
        }
        for closed in ["", "1", "f(1)", "\"a", "a)", "let a = 1"] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
