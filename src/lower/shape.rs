//! Values in the form of their schema: what was written as a map becomes the list that the API has, short words become the objects
//! they stand for, and a value that is laid over another merges with it as `kubectl apply` merges.

use indexmap::IndexMap;

use crate::base::{Name, Span};
use crate::eval;
use crate::lower::kind::task::{env_value, variable};
use crate::lower::{amend, fold};
use crate::plan::{Expr, ExprKind};
use crate::types::{ObjectType, Type};
use crate::value::Value;

/// Whether a value of the type may have another form than its schema.
pub(crate) fn has_schema(ty: &Type) -> bool {
    match ty {
        Type::Object(_) => true,
        Type::Optional(of) | Type::List(of) | Type::Map(of) => has_schema(of),
        Type::Record(record) => record.fields.values().any(|it| has_schema(&it.ty)),
        Type::Union(all) => all.iter().any(has_schema),
        Type::Error
        | Type::Json
        | Type::None
        | Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::String(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Function(_)
        | Type::Opaque(_)
        | Type::Thing(_)
        | Type::Variable(_) => false,
    }
}

/// `over`, of that type, laid over `base`: which is of the form of its schema already.
pub(crate) fn laid(base: Option<&Expr>, over: Expr, ty: &Type) -> Expr {
    if let Some(whole) = amend::exactly(&over) {
        return laid(None, whole, ty);
    }
    match ty {
        Type::Optional(of) => laid(base, over, of),
        Type::Object(object) => {
            let record = object.record();
            fields_laid(base, over, object.partial, &|name| {
                record.fields.get(name).map(|it| it.ty.clone())
            })
        }
        Type::Record(record) if has_schema(ty) => fields_laid(base, over, false, &|name| {
            record.fields.get(name).map(|it| it.ty.clone())
        }),
        Type::Map(of) if has_schema(of) => {
            fields_laid(base, over, false, &|_| Some((**of).clone()))
        }
        Type::List(of) => list_laid(base, over, of),
        Type::Union(all) => {
            let of_form = all.iter().find(|it| has_schema(it) && has_form(&over, it));
            match of_form {
                Some(ty) => laid(base, over, ty),
                None => plainly(base, over),
            }
        }
        Type::Error
        | Type::Json
        | Type::None
        | Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::String(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Record(_)
        | Type::Map(_)
        | Type::Function(_)
        | Type::Opaque(_)
        | Type::Thing(_)
        | Type::Variable(_) => plainly(base, over),
    }
}

/// The list for which a map is written. What removes elements stays a map, until it is laid over something.
pub(crate) fn as_list(map: Expr, ty: &Type) -> Expr {
    if removes(&map) {
        map
    } else {
        laid(None, map, ty)
    }
}

fn removes(value: &Expr) -> bool {
    let fields = amend::record(value).unwrap_or_default();
    amend::is_none(value) || fields.values().any(removes)
}

/// Whether a record or list stands where the type has one.
fn has_form(value: &Expr, ty: &Type) -> bool {
    match ty {
        Type::Object(_) | Type::Record(_) | Type::Map(_) => amend::record(value).is_some(),
        Type::List(_) => fold::elements(value).is_some() || amend::record(value).is_some(),
        Type::Error
        | Type::Json
        | Type::None
        | Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Duration
        | Type::Bytes
        | Type::Cpu
        | Type::Percent { .. }
        | Type::String(_)
        | Type::Optional(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Function(_)
        | Type::Union(_)
        | Type::Opaque(_)
        | Type::Thing(_)
        | Type::Variable(_) => false,
    }
}

fn plainly(base: Option<&Expr>, over: Expr) -> Expr {
    match base {
        Some(base) => amend::amend(base, &over),
        None => amend::alone(over),
    }
}

/// The fields of `over` laid over those of `base`; `none` removes. Where `base` is itself to be laid over something (`partial`),
/// `none` stays for that.
fn fields_laid(
    base: Option<&Expr>,
    over: Expr,
    partial: bool,
    type_of: &dyn Fn(&Name) -> Option<Type>,
) -> Expr {
    let Some(changes) = amend::record(&over) else {
        return over;
    };
    let mut fields = base.and_then(amend::record).unwrap_or_default();
    for (name, change) in changes {
        if amend::is_none(&change) {
            fields.shift_remove(&name);
            if partial {
                fields.insert(name, change);
            }
            continue;
        }
        let before = fields.get(&name);
        let value = match type_of(&name) {
            Some(ty) => laid(before, change, &ty),
            None => plainly(before, change),
        };
        fields.insert(name, value);
    }
    fold::record(over.span, fields)
}

/// A list laid over another: by the field that tells its elements apart, else instead of it.
fn list_laid(base: Option<&Expr>, over: Expr, of: &Type) -> Expr {
    let span = over.span;
    let object = if let Type::Object(object) = of {
        Some(*object)
    } else {
        None
    };
    let keyed = object.and_then(|it| Some((it, it.key?)));
    let Some((object, key)) = keyed else {
        let Some(elements) = fold::elements(&over) else {
            return over;
        };
        let elements = elements.into_iter().map(|it| laid(None, it, of));
        return fold::list(span, elements.collect());
    };
    let changes: Vec<Expr> = match (amend::record(&over), fold::elements(&over)) {
        (Some(entries), _) => {
            return merged(base, span, entries_of(entries, object), object, key);
        }
        (None, Some(elements)) => elements,
        (None, None) => return over,
    };
    // Where keys repeat, nothing tells which element is meant.
    let mut seen = IndexMap::new();
    for change in changes {
        let text = key_of(&change, key).unwrap_or_default();
        if text.is_empty() || seen.insert(text, change.clone()).is_some() {
            seen.clear();
            break;
        }
    }
    if seen.is_empty() {
        return list_laid(None, fold::list(span, elements_of(&over)), &plain(object));
    }
    merged(base, span, seen, object, key)
}

fn plain(object: ObjectType) -> Type {
    Type::Object(ObjectType {
        key: None,
        ..object
    })
}

fn elements_of(list: &Expr) -> Vec<Expr> {
    fold::elements(list).unwrap_or_default()
}

/// What tells an element apart, as text.
fn key_of(element: &Expr, key: &str) -> Option<String> {
    eval::to_text(element.get(key)?.value()?)
}

/// The entries of a map as elements with their keys; `none` stays.
fn entries_of(entries: IndexMap<Name, Expr>, object: ObjectType) -> IndexMap<String, Expr> {
    let element = |(name, value): (Name, Expr)| {
        let is_none = amend::is_none(&value);
        let element = if is_none {
            value
        } else {
            element(&name, value, object)
        };
        (name.to_string(), element)
    };
    entries.into_iter().map(element).collect()
}

/// Elements laid over those of `base` that have the same key; new ones at the end.
fn merged(
    base: Option<&Expr>,
    span: Span,
    changes: IndexMap<String, Expr>,
    object: ObjectType,
    key: &'static str,
) -> Expr {
    let of = &Type::Object(object);
    let mut all: IndexMap<String, Expr> = IndexMap::new();
    for (index, element) in base.map(elements_of).unwrap_or_default().iter().enumerate() {
        let text = key_of(element, key).unwrap_or_else(|| format!("\0{index}"));
        all.insert(text, element.clone());
    }
    for (text, change) in changes {
        if amend::is_none(&change) {
            all.shift_remove(&text);
            if object.partial {
                let element = removed(&Name::new(&text), key, object, change.span);
                all.insert(text, element);
            }
            continue;
        }
        let value = laid(all.get(&text), change, of);
        all.insert(text, value);
    }
    fold::list(span, all.into_values().collect())
}

/// The element of a list that stands in a map by its key.
fn element(name: &Name, value: Expr, object: ObjectType) -> Expr {
    let span = value.span;
    if let Some(whole) = amend::exactly(&value) {
        let mut args = IndexMap::new();
        args.insert(Name::new_static("value"), element(name, whole, object));
        return fold::make(span, &Name::new_static("exactly"), args);
    }
    let key = object.key.unwrap_or_default();
    let mut more = amend::record(&value).unwrap_or_else(|| short(object, value));
    let mut fields = IndexMap::new();
    // A name comes first, as people write it.
    if let Some(named) = more.shift_remove("name") {
        fields.insert(Name::new_static("name"), named);
    }
    fields.insert(Name::new_static(key), key_value(name, key, object, span));
    fields.extend(more);
    fold::record(span, fields)
}

/// An element that removes the one of its key, as `kubectl` writes that.
fn removed(name: &Name, key: &'static str, object: ObjectType, span: Span) -> Expr {
    let directive = Expr::constant(span, Value::str("delete"));
    let fields = [
        (Name::new_static(key), key_value(name, key, object, span)),
        (Name::new_static("$patch"), directive),
    ];
    fold::record(span, IndexMap::from(fields))
}

/// The key as its field has it: a number where the field is one.
fn key_value(name: &Name, key: &str, object: ObjectType, span: Span) -> Expr {
    let record = object.record();
    let is_number = record
        .fields
        .get(key)
        .is_some_and(|it| matches!(it.ty.without_none(), Type::Int { .. }));
    let number = name.parse().ok().filter(|_| is_number);
    let value = number.map_or_else(|| Value::Str(name.clone()), Value::Int);
    Expr::constant(span, value)
}

/// The fields for which a shorter word stands.
fn short(object: ObjectType, value: Expr) -> IndexMap<Name, Expr> {
    let one = |key: &'static str, value: Expr| IndexMap::from([(Name::new_static(key), value)]);
    match object.name() {
        "EnvVar" => {
            let (key, value) = variable(env_value(as_text(value)));
            one(key, value)
        }
        "Volume" => volume(value),
        _ => one("name", value),
    }
}

/// Numbers and truth values as the texts that variables hold.
fn as_text(value: Expr) -> Expr {
    let known = value.value().filter(|it| !matches!(it, Value::Str(_)));
    match known.and_then(eval::to_text) {
        Some(text) => Expr::constant(value.span, Value::Str(text.into())),
        None => value,
    }
}

/// `empty()`, `claim("x")`, `config-files("x")`, `volume(2Gi)`, or a declared secret as the source of a volume.
fn volume(value: Expr) -> IndexMap<Name, Expr> {
    let span = value.span;
    let one = |key: &'static str, value: Expr| {
        fold::record(span, IndexMap::from([(Name::new_static(key), value)]))
    };
    let field = |from: &str| value.get(from).filter(|it| !amend::is_none(it));
    let some = |pairs: [(&'static str, Option<Expr>); 2]| {
        let pairs = pairs.into_iter();
        let pairs = pairs.filter_map(|(key, it)| Some((Name::new_static(key), it?)));
        fold::record(span, pairs.collect())
    };
    if let Some(thing) = value.thing() {
        let name = Expr::constant(span, Value::Str(thing.name.clone()));
        let secret = one("secretName", name);
        return IndexMap::from([(Name::new_static("secret"), secret)]);
    }
    let (key, source) = match value.maker().map(Name::as_str) {
        Some("claim") => (
            "persistentVolumeClaim",
            some([("claimName", field("name")), ("", None)]),
        ),
        Some("config-files") => ("configMap", some([("name", field("name")), ("", None)])),
        Some("empty") => {
            let medium = field("medium").filter(|it| it.text() != Some(""));
            (
                "emptyDir",
                some([("medium", medium), ("sizeLimit", field("size"))]),
            )
        }
        Some("volume") => {
            let size = some([("storage", field("size")), ("", None)]);
            let access = field("access").map(|it| fold::list(span, vec![it]));
            let mut spec = amend::record(&some([
                ("accessModes", access),
                ("storageClassName", field("class")),
            ]))
            .unwrap_or_default();
            spec.insert(Name::new_static("resources"), one("requests", size));
            let template = one("spec", fold::record(span, spec));
            ("ephemeral", one("volumeClaimTemplate", template))
        }
        Some(_) | None => return IndexMap::new(),
    };
    IndexMap::from([(Name::new_static(key), source)])
}

/// Where in a value of that type something stands that only text can be while running, though the schema has a number or a truth
/// value there.
pub(crate) fn late(value: &Expr, ty: &Type, found: &mut Vec<Span>) {
    match (&value.kind, ty) {
        (ExprKind::Const(_) | ExprKind::Error, _) => {}
        (_, Type::Optional(of)) => late(value, of, found),
        (ExprKind::Record(fields), Type::Object(_) | Type::Record(_)) => {
            let record = ty.record().unwrap_or_default();
            for (name, field) in fields.iter() {
                if let Some(known) = record.fields.get(name) {
                    late(field, &known.ty, found);
                }
            }
        }
        (ExprKind::Record(fields), Type::Map(of)) => {
            fields.values().for_each(|it| late(it, of, found));
        }
        (ExprKind::List(all), Type::List(of)) => all.iter().for_each(|it| late(it, of, found)),
        (_, Type::Bool | Type::Int { .. } | Type::Float) => found.push(value.span),
        (_, Type::Union(all)) if all.contains(&Type::Cpu) => found.push(value.span),
        _ => {}
    }
}
