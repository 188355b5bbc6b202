//! The published schemas: kinds by their API, definitions by their name. Nothing is read before somebody asks, and of the
//! definitions only those that are asked for.
//!
//! `objects.txt` is made by `src/schema/generate.py`, which says of what: after its comments and an empty line come the kinds
//! (kind, `apiVersion`, `n` for namespaced or `c` for cluster-scoped, definition), after another the definitions, sorted.

use std::sync::{LazyLock, OnceLock};

use crate::schema::Object;

static TEXT: &str = include_str!("objects.txt");

static DATA: LazyLock<Data> = LazyLock::new(Data::read);

struct Data {
    /// Sorted by kind, group, and stability of the version.
    kinds: Vec<KindSchema>,
    /// Name and fields, sorted by name.
    definitions: Vec<(&'static str, &'static str)>,
    /// As far as they were asked for, in the order of `definitions`.
    objects: Vec<OnceLock<Object>>,
}

/// A definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ObjectId(u16);

/// A kind of object that an API server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KindSchema {
    pub(crate) kind: &'static str,
    pub(crate) api_version: &'static str,
    /// Its objects live in namespaces.
    pub(crate) namespaced: bool,
    definition: &'static str,
}

/// The kind of that `apiVersion`.
pub(crate) fn find(api_version: &str, kind: &str) -> Option<KindSchema> {
    let all = kinds_called(kind);
    all.iter().copied().find(|it| it.api_version == api_version)
}

/// All kinds of that name: by group, and within a group the most stable and newest version first.
pub(crate) fn kinds_called(kind: &str) -> &'static [KindSchema] {
    let kinds = &DATA.kinds;
    let start = kinds.partition_point(|it| it.kind < kind);
    let end = kinds.partition_point(|it| it.kind <= kind);
    kinds.get(start..end).unwrap_or_default()
}

/// The kind of that name where the name alone says which API is meant: the most stable and newest version of the only group that
/// has it.
pub(crate) fn only_kind(kind: &str) -> Option<KindSchema> {
    let all = kinds_called(kind);
    let first = all.first()?;
    let one_group = all.iter().all(|it| it.group() == first.group());
    one_group.then_some(*first)
}

/// A definition by its name: `PodSpec`, `Rollout.spec.strategy`, and `v1beta1.Task` where a newer version has the plain name.
pub(crate) fn object_called(name: &str) -> Option<ObjectId> {
    let all = &DATA.definitions;
    let at = all.binary_search_by(|it| it.0.cmp(name)).ok()?;
    u16::try_from(at).ok().map(ObjectId)
}

/// The names of all definitions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    DATA.definitions.iter().map(|it| it.0)
}

impl KindSchema {
    pub(crate) fn object(&self) -> Option<ObjectId> {
        object_called(self.definition)
    }

    /// `apps` of `apps/v1`; empty for the core of Kubernetes.
    pub(crate) fn group(&self) -> &'static str {
        self.api_version
            .rsplit_once('/')
            .map_or("", |(group, _)| group)
    }
}

impl ObjectId {
    pub(crate) fn get(self) -> &'static Object {
        static NOTHING: Object = Object {
            name: "",
            keys: Vec::new(),
            fields: Vec::new(),
            open: true,
        };
        let at = usize::from(self.0);
        let found = DATA.objects.get(at).zip(DATA.definitions.get(at));
        found.map_or(&NOTHING, |(object, (name, body))| {
            object.get_or_init(|| Object::parse(name, body))
        })
    }
}

impl Data {
    fn read() -> Self {
        let mut parts = TEXT.splitn(3, "\n\n").skip(1);
        let kinds = parts.next().unwrap_or_default();
        let definitions = parts.next().unwrap_or_default();
        let definitions: Vec<_> = definitions
            .lines()
            .map(|it| it.split_once('\t').unwrap_or((it, "")))
            .collect();
        Self {
            kinds: kinds.lines().filter_map(kind).collect(),
            objects: definitions.iter().map(|_| OnceLock::new()).collect(),
            definitions,
        }
    }
}

fn kind(line: &'static str) -> Option<KindSchema> {
    let mut words = line.split('\t');
    Some(KindSchema {
        kind: words.next()?,
        api_version: words.next()?,
        namespaced: words.next()? == "n",
        definition: words.next()?,
    })
}

#[cfg(test)]
#[path = "objects_tests.rs"]
mod tests;
