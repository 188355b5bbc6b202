//! `wudi.toml`: what the output is for, and which packages the program uses.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::{FileId, Name, Span};
use crate::diag::Sink;
use crate::plan::Profile;
use crate::schema::profile::{PacLayout, TektonApi};
use crate::schema::settings::{self, DEFAULTS, FLAGS, Setting};
use crate::session::errors;

/// What a `wudi.toml` says.
#[derive(Debug, Default)]
pub(crate) struct Config {
    pub(crate) profile: Profile,
    pub(crate) dependencies: Vec<Dependency>,
}

/// `[dependencies] name = { path = "../lib" }`
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: Name,
    pub(crate) path: String,
    pub(crate) span: Span,
}

type Table<'a> = DeTable<'a>;
type Entry<'a> = Spanned<DeValue<'a>>;

/// Where the reader is: the file, and what to say of it.
struct Reader<'a> {
    file: FileId,
    sink: &'a mut Sink,
    config: Config,
}

/// Reads a `wudi.toml`; what it does not understand is reported and left out.
pub(crate) fn read(file: FileId, text: &str, sink: &mut Sink) -> Config {
    let table = match Table::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            let at = Span::new(file, at.start, at.end);
            sink.push(errors::bad_toml(at, error.message()));
            return Config::default();
        }
    };
    let config = Config::default();
    let mut reader = Reader { file, sink, config };
    reader.root(table.get_ref());
    reader.config
}

impl Reader<'_> {
    fn root(&mut self, table: &Table<'_>) {
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "target" => self.each(value, "target", Self::target),
                "dependencies" => self.each(value, "dependencies", Self::dependency),
                "package" => self.each(value, "package", Self::package),
                _ => self.unknown(&key, "`wudi.toml`", &["dependencies", "package", "target"]),
            }
        }
    }

    /// The name is for people: nothing refers to it.
    fn package(&mut self, key: &Spanned<Name>, value: &Entry<'_>) {
        match key.get_ref().as_str() {
            "name" => {
                self.text(key, value);
            }
            _ => self.unknown(key, "`[package]`", &["name"]),
        }
    }

    fn target(&mut self, key: &Spanned<Name>, value: &Entry<'_>) {
        match key.get_ref().as_str() {
            "tekton" => self.each(value, "target.tekton", Self::tekton),
            "pac" => self.each(value, "target.pac", Self::pac),
            "rollouts" => self.each(value, "target.rollouts", Self::rollouts),
            _ => self.unknown(key, "`[target]`", &["pac", "rollouts", "tekton"]),
        }
    }

    fn tekton(&mut self, key: &Spanned<Name>, value: &Entry<'_>) {
        match key.get_ref().as_str() {
            "version" => {
                if let Some(version) = self.version(key, value) {
                    self.config.profile.tekton.version = version;
                }
            }
            "api" => match self.one_of(key, value, &["v1", "v1beta1"]).as_deref() {
                Some("v1beta1") => self.config.profile.tekton.api = TektonApi::V1beta1,
                Some(_) => self.config.profile.tekton.api = TektonApi::V1,
                None => {}
            },
            "flags" => {
                for flag in self.texts(key, value) {
                    let (name, set) = flag.split_once('=').unwrap_or((&flag, "true"));
                    self.setting(FLAGS, "flag", name, set, value);
                    self.config.profile.tekton.set_flag(&flag);
                }
            }
            "config-defaults" => self.each(value, "target.tekton.config-defaults", Self::default_),
            "coschedule" => {
                let kinds = [
                    "workspaces",
                    "pipelineruns",
                    "isolate-pipelinerun",
                    "disabled",
                ];
                if let Some(kind) = self.one_of(key, value, &kinds) {
                    let flags = &mut self.config.profile.tekton.flags;
                    flags.insert(Name::new_static("coschedule"), Name::new(kind));
                }
            }
            _ => {
                let known = ["api", "config-defaults", "coschedule", "flags", "version"];
                self.unknown(key, "`[target.tekton]`", &known);
            }
        }
    }

    fn setting(&mut self, table: &[Setting], what: &str, name: &str, set: &str, value: &Entry<'_>) {
        if let Some(flaw) = settings::flaw(table, name, set) {
            let at = self.span(value);
            self.sink.push(errors::setting(at, what, name, &flaw));
        }
    }

    /// A row of Tekton's ConfigMap `config-defaults`.
    fn default_(&mut self, key: &Spanned<Name>, value: &Entry<'_>) {
        if let Some(said) = self.text(key, value) {
            self.setting(DEFAULTS, "default", key.get_ref(), &said, value);
            let defaults = &mut self.config.profile.tekton.defaults;
            defaults.insert(key.get_ref().clone(), Name::new(said));
        }
    }

    fn pac(&mut self, key: &Spanned<Name>, value: &Entry<'_>) {
        match key.get_ref().as_str() {
            "layout" => match self.one_of(key, value, &["split", "inline"]).as_deref() {
                Some("inline") => self.config.profile.pac_layout = PacLayout::Inline,
                Some(_) => self.config.profile.pac_layout = PacLayout::Split,
                None => {}
            },
            _ => self.unknown(key, "`[target.pac]`", &["layout"]),
        }
    }

    fn rollouts(&mut self, key: &Spanned<Name>, value: &Entry<'_>) {
        match key.get_ref().as_str() {
            "version" => {
                if let Some(version) = self.version(key, value) {
                    self.config.profile.rollouts = version;
                }
            }
            _ => self.unknown(key, "`[target.rollouts]`", &["version"]),
        }
    }

    fn dependency(&mut self, key: &Spanned<Name>, value: &Entry<'_>) {
        let DeValue::Table(fields) = value.get_ref() else {
            let expected = "a table, `{ path = \"../lib\" }`";
            let at = self.span(value);
            self.sink
                .push(errors::wrong_value(at, key.get_ref(), expected));
            return;
        };
        let mut path = None;
        for (field, value) in in_order(fields) {
            match field.get_ref().as_str() {
                "path" => path = self.text(&field, value).map(|it| (it, self.span(value))),
                _ => self.unknown(&field, "a dependency", &["path"]),
            }
        }
        if let Some((path, span)) = path {
            let name = key.get_ref().clone();
            let path = path.to_string();
            self.config
                .dependencies
                .push(Dependency { name, path, span });
        } else if fields.is_empty() {
            let at = self.span(value);
            self.sink
                .push(errors::wrong_value(at, key.get_ref(), "given a `path`"));
        }
    }

    fn each(
        &mut self,
        value: &Entry<'_>,
        name: &str,
        read: fn(&mut Self, &Spanned<Name>, &Entry<'_>),
    ) {
        let DeValue::Table(table) = value.get_ref() else {
            let at = self.span(value);
            self.sink.push(errors::wrong_value(at, name, "a table"));
            return;
        };
        for (key, value) in in_order(table) {
            read(self, &key, value);
        }
    }

    fn text(&mut self, key: &Spanned<Name>, value: &Entry<'_>) -> Option<Name> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(Name::new(text));
        }
        let at = self.span(value);
        let key = key.get_ref();
        self.sink.push(errors::wrong_value(at, key, "a string"));
        None
    }

    fn texts(&mut self, key: &Spanned<Name>, value: &Entry<'_>) -> Vec<Name> {
        let DeValue::Array(values) = value.get_ref() else {
            let at = self.span(value);
            let expected = "a list of strings";
            self.sink
                .push(errors::wrong_value(at, key.get_ref(), expected));
            return Vec::new();
        };
        let texts = values.iter().filter_map(|it| self.text(key, it));
        texts.collect()
    }

    fn one_of(&mut self, key: &Spanned<Name>, value: &Entry<'_>, known: &[&str]) -> Option<Name> {
        let text = self.text(key, value)?;
        if known.contains(&text.as_str()) {
            return Some(text);
        }
        let expected: Vec<String> = known.iter().map(|it| format!("`\"{it}\"`")).collect();
        let at = self.span(value);
        let expected = expected.join(" or ");
        self.sink
            .push(errors::wrong_value(at, key.get_ref(), &expected));
        None
    }

    /// `"1.15"`; a patch level says nothing that matters here.
    fn version(&mut self, key: &Spanned<Name>, value: &Entry<'_>) -> Option<Name> {
        let text = self.text(key, value)?;
        let number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        let mut parts = text.split('.');
        let two = parts.next().is_some_and(number) && parts.next().is_some_and(number);
        if two && parts.all(number) {
            return Some(text);
        }
        let at = self.span(value);
        let expected = "a version such as `\"1.15\"`";
        self.sink
            .push(errors::wrong_value(at, key.get_ref(), expected));
        None
    }

    fn unknown(&mut self, key: &Spanned<Name>, place: &str, known: &[&str]) {
        let at = key.span();
        let at = Span::new(self.file, at.start, at.end);
        let key = key.get_ref();
        self.sink.push(errors::unknown_key(at, key, place, known));
    }

    fn span(&self, value: &Entry<'_>) -> Span {
        let at = value.span();
        Span::new(self.file, at.start, at.end)
    }
}

/// The entries of a table in the order of the text.
fn in_order<'a>(table: &'a Table<'a>) -> Vec<(Spanned<Name>, &'a Entry<'a>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    let named = |(key, value): (&Spanned<_>, &'a Entry<'a>)| {
        let name = Name::new(AsRef::<str>::as_ref(key.get_ref()));
        (Spanned::new(key.span(), name), value)
    };
    entries.into_iter().map(named).collect()
}
