//! Values of the plan as the APIs of Kubernetes write them, and records built field by field.

use serde_json::Map;

use crate::base::Name;
use crate::plan::{Expr, ExprKind, Part, Plan, Ref};
use crate::schema::Node;
use crate::value::{Thing, Value};
use crate::yaml::Tree;

const SECOND: i64 = 1_000_000_000;

/// Millionths of a percent in one percent.
pub(crate) const PERCENT: i64 = 1_000_000;

/// A record under construction; what is empty or absent is left out, so that no noise is written.
#[derive(Debug, Default)]
pub(crate) struct Fields(Map<String, Tree>);

impl Fields {
    pub(crate) fn put(&mut self, key: &str, value: impl Into<Tree>) {
        self.0.insert(key.to_owned(), value.into());
    }

    pub(crate) fn put_some<T: Into<Tree>>(&mut self, key: &str, value: Option<T>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// Adds a list or record unless it is empty or null.
    pub(crate) fn put_filled(&mut self, key: &str, value: impl Into<Tree>) {
        let value = value.into();
        if !is_empty(&value) {
            self.put(key, value);
        }
    }

    /// Lays a value over what the field holds already.
    pub(crate) fn amend(&mut self, key: &str, value: &Tree) {
        merge(self.0.entry(key).or_insert(Tree::Null), value);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Fields> for Tree {
    fn from(fields: Fields) -> Self {
        Self::Object(fields.0)
    }
}

/// A record of these fields.
pub(crate) fn record<K: AsRef<str>, V: Into<Tree>>(
    fields: impl IntoIterator<Item = (K, V)>,
) -> Tree {
    let fields = fields
        .into_iter()
        .map(|(key, value)| (key.as_ref().to_owned(), value.into()));
    Tree::Object(fields.collect())
}

fn is_empty(value: &Tree) -> bool {
    match value {
        Tree::Null => true,
        Tree::Array(items) => items.is_empty(),
        Tree::Object(fields) => fields.is_empty(),
        Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => false,
    }
}

/// The repository of a declared image.
///
/// An environment's own repository is set by kustomize, after the version.
pub(crate) fn repository<'a>(plan: &'a Plan, image: &str) -> Option<&'a str> {
    plan.images.get(image).map(|it| it.repository.as_str())
}

/// An expression as data. A parameter becomes the placeholder of an analysis, `{{args.x}}`, the only one there is outside pipelines.
pub(crate) fn tree(expr: &Expr, plan: &Plan) -> Tree {
    match &expr.kind {
        ExprKind::Const(it) => value(it, plan),
        ExprKind::List(items) => items.iter().map(|it| tree(it, plan)).collect(),
        ExprKind::Record(fields) | ExprKind::Make(_, fields) => {
            record(fields.iter().map(|(key, it)| (key, tree(it, plan))))
        }
        ExprKind::Ref(_) | ExprKind::Text(_) => Tree::String(text(expr, plan)),
        ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => Tree::Null,
    }
}

/// An expression as text, with placeholders for what an analysis is given.
pub(crate) fn text(expr: &Expr, plan: &Plan) -> String {
    match &expr.kind {
        ExprKind::Const(it) => plain(it, plan),
        ExprKind::Ref(Ref::Param(name)) => format!("{{{{args.{name}}}}}"),
        ExprKind::Text(parts) => {
            let part = |it: &Part| match it {
                Part::Text(text) => text.to_string(),
                Part::Hole(hole) => text(hole, plan),
            };
            parts.iter().map(part).collect()
        }
        ExprKind::Ref(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Make(..)
        | ExprKind::Field(..)
        | ExprKind::Index(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Call(..)
        | ExprKind::If(_)
        | ExprKind::Each(_)
        | ExprKind::Error => String::new(),
    }
}

/// A value as data: numbers and booleans stay such, quantities are written in the API's form.
pub(crate) fn value(value: &Value, plan: &Plan) -> Tree {
    match value {
        Value::None => Tree::Null,
        Value::Bool(it) => (*it).into(),
        Value::Int(it) => (*it).into(),
        Value::Float(it) => (*it).into(),
        Value::List(items) => items.iter().map(|it| self::value(it, plan)).collect(),
        Value::Record(fields) => fields_of(fields, plan),
        Value::Make(make) => fields_of(&make.args, plan),
        Value::Str(_)
        | Value::Duration(_)
        | Value::Bytes(_)
        | Value::Cpu(_)
        | Value::Percent(_)
        | Value::Range(_)
        | Value::Thing(_) => Tree::String(plain(value, plan)),
    }
}

fn fields_of(fields: &indexmap::IndexMap<Name, Value>, plan: &Plan) -> Tree {
    record(fields.iter().map(|(key, it)| (key, value(it, plan))))
}

/// A value as text, as it stands in a ConfigMap or an environment variable.
pub(crate) fn plain(value: &Value, plan: &Plan) -> String {
    match value {
        Value::None => String::new(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => it.to_string(),
        Value::Str(it) => it.to_string(),
        Value::Duration(it) => duration(*it),
        Value::Bytes(it) => bytes(*it),
        Value::Cpu(it) => cpu(*it),
        Value::Percent(it) => percent(*it),
        Value::Range(ends) => format!("{}..={}", plain(&ends.0, plan), plain(&ends.1, plan)),
        Value::Thing(Thing { kind, name }) => {
            let known = repository(plan, name).filter(|_| kind == "image");
            known.unwrap_or(name).to_owned()
        }
        Value::List(_) | Value::Record(_) | Value::Make(_) => self::value(value, plan).to_string(),
    }
}

/// `1h30m`: a form that Go and Prometheus read alike.
pub(crate) fn duration(nanoseconds: i64) -> String {
    let units = [
        ("h", 3600 * SECOND),
        ("m", 60 * SECOND),
        ("s", SECOND),
        ("ms", SECOND / 1000),
        ("us", SECOND / 1_000_000),
        ("ns", 1),
    ];
    let mut rest = nanoseconds.max(0);
    let mut text = String::new();
    for (unit, size) in units {
        if rest >= size {
            text.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// Whole seconds, for the fields that take a number of them.
pub(crate) fn seconds(nanoseconds: i64) -> i64 {
    nanoseconds / SECOND
}

/// `20%`
pub(crate) fn percent(millionths: i64) -> String {
    format!("{}%", decimal(millionths, PERCENT))
}

/// `500m`, `2`
pub(crate) fn cpu(thousandths: i64) -> String {
    if thousandths % 1000 == 0 {
        (thousandths / 1000).to_string()
    } else {
        format!("{thousandths}m")
    }
}

/// `512Mi`, `2G`: the shortest of the exact forms, a binary one where two are.
pub(crate) fn bytes(bytes: i64) -> String {
    let binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let decimal = ["k", "M", "G", "T", "P", "E"];
    let mut forms = vec![bytes.to_string()];
    for (units, base) in [(binary, 1024), (decimal, 1000)] {
        let mut rest = bytes;
        for unit in units {
            if rest == 0 || rest % base != 0 {
                break;
            }
            rest /= base;
            forms.push(format!("{rest}{unit}"));
        }
    }
    let written_number = |it: &String| it.bytes().filter(u8::is_ascii_digit).count();
    let shortest = forms.iter().min_by_key(|it| written_number(it));
    shortest.cloned().unwrap_or_default()
}

/// A fixed-point number without trailing zeros.
fn decimal(number: i64, one: i64) -> String {
    let (whole, rest) = (number / one, (number % one).abs());
    if rest == 0 {
        return whole.to_string();
    }
    let width = one.ilog10() as usize;
    let digits = format!("{rest:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// Lays `over` on `under`: records merge by key, named lists by the name of their elements; all else is replaced, and null removes.
pub(crate) fn merge(under: &mut Tree, over: &Tree) {
    match (&mut *under, over) {
        (Tree::Object(fields), Tree::Object(changes)) => {
            for (key, change) in changes {
                if change.is_null() {
                    fields.shift_remove(key);
                } else {
                    merge(fields.entry(key).or_insert(Tree::Null), change);
                }
            }
        }
        (Tree::Array(items), Tree::Array(changes)) if is_named(items) && is_named(changes) => {
            for change in changes {
                match items
                    .iter_mut()
                    .find(|it| it.get("name") == change.get("name"))
                {
                    Some(item) => merge(item, change),
                    None => items.push(change.clone()),
                }
            }
        }
        _ => *under = over.clone(),
    }
}

/// The same by the schema of what is laid over: lists merge by the fields that it says, as `kubectl apply` merges them.
pub(crate) fn merge_as(under: &mut Tree, over: &Tree, node: &Node) {
    match (&mut *under, over) {
        (Tree::Object(fields), Tree::Object(changes)) => {
            for (key, change) in changes {
                if change.is_null() {
                    fields.shift_remove(key);
                    continue;
                }
                let before = fields.entry(key).or_insert(Tree::Null);
                match part(node, key) {
                    Some(part) => merge_as(before, change, part),
                    None => merge(before, change),
                }
            }
        }
        (Tree::Null, Tree::Object(_)) => {
            *under = Tree::Object(serde_json::Map::new());
            merge_as(under, over, node);
        }
        (Tree::Null, Tree::Array(_)) => {
            *under = Tree::Array(Vec::new());
            merge_as(under, over, node);
        }
        (Tree::Array(items), Tree::Array(changes)) => {
            if let Node::List { of, keys, .. } = node
                && !keys.is_empty()
            {
                merge_lists(items, changes, of, keys);
            } else {
                *under = over.clone();
            }
        }
        _ => *under = over.clone(),
    }
}

/// What the schema says of a field.
fn part<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    if let Node::Object(id) = node {
        return id.get().field(key).map(|it| &it.node);
    }
    if let Node::Map(of) = node {
        Some(of)
    } else {
        None
    }
}

fn merge_lists(items: &mut Vec<Tree>, changes: &[Tree], of: &Node, keys: &[&'static str]) {
    for change in changes {
        let same = |it: &Tree| {
            let mut keys = keys.iter();
            let first = keys
                .next()
                .is_some_and(|key| it.get(key) == change.get(key));
            let others = |key: &&'static str| match (it.get(key), change.get(key)) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            };
            first && keys.all(others)
        };
        let found = items.iter().position(same);
        if change.get("$patch").and_then(Tree::as_str) == Some("delete") {
            if let Some(at) = found {
                items.remove(at);
            }
            continue;
        }
        match found.and_then(|at| items.get_mut(at)) {
            Some(item) => merge_as(item, change, of),
            None => items.push(change.clone()),
        }
    }
}

/// Whether the elements of a list are told apart by `name`, each by its own.
pub(crate) fn is_named(items: &[Tree]) -> bool {
    let names: Vec<&Tree> = items.iter().filter_map(|it| it.get("name")).collect();
    let unique = |(at, name): (usize, &&Tree)| !names.iter().take(at).any(|it| it == name);
    names.len() == items.len() && names.iter().enumerate().all(unique)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{bytes, cpu, duration, merge, percent};

    #[test]
    fn quantities_are_written_as_a_person_would() {
        assert_eq!(bytes(512 << 20), "512Mi");
        assert_eq!(bytes(2_000_000_000), "2G");
        assert_eq!(bytes(1000), "1k");
        assert_eq!(bytes(0), "0");
        assert_eq!(cpu(500), "500m");
        assert_eq!(cpu(2000), "2");
        assert_eq!(percent(20_000_000), "20%");
        assert_eq!(percent(500_000), "0.5%");
    }

    #[test]
    fn durations_are_written_with_the_units_of_go_and_prometheus() {
        assert_eq!(duration(10_000_000_000), "10s");
        assert_eq!(duration(5_400_000_000_000), "1h30m");
        assert_eq!(duration(250_000_000), "250ms");
        assert_eq!(duration(0), "0s");
    }

    #[test]
    fn amendments_merge_records_and_named_lists() {
        let mut under = json!({ "a": { "b": 1, "c": 2 }, "l": [{ "name": "x", "v": 1 }] });
        merge(
            &mut under,
            &json!({ "a": { "b": null }, "l": [{ "name": "x", "w": 2 }] }),
        );
        assert_eq!(
            under,
            json!({ "a": { "c": 2 }, "l": [{ "name": "x", "v": 1, "w": 2 }] })
        );
    }
}
