//! The types of CEL.

use crate::admit::admission::cel::{Expr, Type};

/// The type of an expression in which no name has a value.
pub(crate) fn check(expr: &Expr) -> Result<Type, String> {
    of(expr, &mut Scope::default())
}

/// The type of a filter of events, and the names in it that are not among the known ones.
pub(crate) fn check_filter(
    expr: &Expr,
    known: Vec<(String, Type)>,
) -> Result<(Type, Vec<String>), String> {
    let mut scope = Scope {
        names: known,
        unknown: Some(Vec::new()),
    };
    let found = of(expr, &mut scope)?;
    Ok((found, scope.unknown.unwrap_or_default()))
}

/// What names mean.
#[derive(Default)]
struct Scope {
    /// Variables, and names of macros, with their types, the innermost last.
    names: Vec<(String, Type)>,
    /// In a filter of events, the names that nothing gave a type: each may be a text.
    unknown: Option<Vec<String>>,
}

fn of(expr: &Expr, scope: &mut Scope) -> Result<Type, String> {
    match expr {
        Expr::Literal(it) => Ok(it.clone()),
        Expr::Name(name) => named(name, scope),
        Expr::List(items) => Ok(Type::List(Box::new(joined(items.iter(), scope)?))),
        Expr::Map(entries) => {
            let keys = joined(entries.iter().map(|it| &it.0), scope)?;
            let values = joined(entries.iter().map(|it| &it.1), scope)?;
            Ok(Type::Map(Box::new(keys), Box::new(values)))
        }
        Expr::Field(of_what, field) => {
            let of_what = of(of_what, scope)?;
            let found = entry(&of_what).filter(|_| !matches!(of_what, Type::List(_)));
            let found = found.map(|(_, value)| value.clone());
            found.ok_or_else(|| format!("`.{field}` of something that has no fields"))
        }
        Expr::Call(Some(owner), name, arguments) => method(owner, name, arguments, scope),
        Expr::Call(None, name, arguments) if name == "has" => match arguments.as_slice() {
            [field @ Expr::Field(..)] => of(field, scope).map(|_| Type::Bool),
            [..] => Err("`has` takes a field".to_owned()),
        },
        Expr::Call(None, name, arguments) => {
            let types = arguments.iter().map(|it| of(it, scope));
            let types = types.collect::<Result<Vec<_>, _>>()?;
            function(name, &types)
        }
    }
}

fn named(name: &str, scope: &mut Scope) -> Result<Type, String> {
    if let Some((_, found)) = scope.names.iter().rev().find(|it| it.0 == name) {
        return Ok(found.clone());
    }
    match name {
        "bool" | "int" | "uint" | "double" | "string" | "bytes" | "list" | "map" | "type"
        | "null_type" => Ok(Type::Kind),
        _ => match &mut scope.unknown {
            Some(unknown) => {
                if !unknown.iter().any(|it| it == name) {
                    unknown.push(name.to_owned());
                }
                Ok(Type::Text)
            }
            None => Err(format!("`{name}` has no value")),
        },
    }
}

/// The type that all have; anything where they differ.
fn joined<'a>(items: impl Iterator<Item = &'a Expr>, scope: &mut Scope) -> Result<Type, String> {
    let mut joined: Option<Type> = None;
    for item in items {
        let found = of(item, scope)?;
        joined = Some(match joined {
            Some(there) if !fits(&there, &found) => Type::Dyn,
            Some(there) => there,
            None => found,
        });
    }
    Ok(joined.unwrap_or(Type::Dyn))
}

/// Whether two types are one as far as it is known.
fn fits(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dyn, _) | (_, Type::Dyn) => true,
        (Type::List(a), Type::List(b)) => fits(a, b),
        (Type::Map(ak, av), Type::Map(bk, bv)) => fits(ak, bk) && fits(av, bv),
        (Type::Null, Type::Duration | Type::Timestamp)
        | (Type::Duration | Type::Timestamp, Type::Null) => true,
        _ => a == b,
    }
}

/// What a list or map is walked over as, and what `in` looks for.
fn element_of(of: &Type) -> Option<&Type> {
    match of {
        Type::List(item) => Some(item),
        Type::Map(key, _) => Some(key),
        Type::Dyn => Some(&Type::Dyn),
        Type::Null
        | Type::Bool
        | Type::Int
        | Type::Uint
        | Type::Double
        | Type::Text
        | Type::Bytes
        | Type::Duration
        | Type::Timestamp
        | Type::Kind => None,
    }
}

/// What an index of it is, and what stands there.
fn entry(of: &Type) -> Option<(&Type, &Type)> {
    match of {
        Type::List(item) => Some((&Type::Int, item)),
        Type::Map(key, value) => Some((key, value)),
        Type::Dyn => Some((&Type::Dyn, &Type::Dyn)),
        Type::Null
        | Type::Bool
        | Type::Int
        | Type::Uint
        | Type::Double
        | Type::Text
        | Type::Bytes
        | Type::Duration
        | Type::Timestamp
        | Type::Kind => None,
    }
}

fn is(of: &Type, any: &[Type]) -> bool {
    any.iter().any(|it| fits(of, it))
}

const NUMBERS: &[Type] = &[Type::Int, Type::Uint, Type::Double];
const ORDERED: &[Type] = &[
    Type::Bool,
    Type::Text,
    Type::Bytes,
    Type::Duration,
    Type::Timestamp,
];

fn function(name: &str, types: &[Type]) -> Result<Type, String> {
    let found = match types {
        [one] => of_one(name, one),
        [condition, yes, no] if name == "_?_:_" => {
            (fits(condition, &Type::Bool) && fits(yes, no)).then(|| yes.clone())
        }
        [left, right] => of_two(name, left, right),
        // A chain of one operator.
        [first, rest @ ..] if name.starts_with('_') => {
            let fold = |left: Type, right: &Type| of_two(name, &left, right);
            rest.iter().try_fold(first.clone(), fold)
        }
        [..] => None,
    };
    found.ok_or_else(|| format!("{} does not take what it is given", shown(name)))
}

fn shown(name: &str) -> String {
    match name.trim_matches('_') {
        "?_:" => "`?:`".to_owned(),
        "[_]" => "`[]`".to_owned(),
        name => format!("`{name}`"),
    }
}

fn of_one(name: &str, one: &Type) -> Option<Type> {
    let sized = matches!(one, Type::List(_) | Type::Map(..));
    let sized = sized || is(one, &[Type::Text, Type::Bytes]);
    let number = is(one, NUMBERS);
    let text = fits(one, &Type::Text);
    match name {
        "!_" => fits(one, &Type::Bool).then_some(Type::Bool),
        "-_" => is(one, &[Type::Int, Type::Double]).then(|| one.clone()),
        "size" => sized.then_some(Type::Int),
        "int" => (number || text || fits(one, &Type::Timestamp)).then_some(Type::Int),
        "uint" => (number || text).then_some(Type::Uint),
        "double" => (number || text).then_some(Type::Double),
        "bool" => (text || fits(one, &Type::Bool)).then_some(Type::Bool),
        "bytes" => (text || fits(one, &Type::Bytes)).then_some(Type::Bytes),
        "string" => {
            let other = [Type::Bool, Type::Bytes, Type::Duration, Type::Timestamp];
            (number || text || is(one, &other)).then_some(Type::Text)
        }
        "duration" => (text || fits(one, &Type::Duration)).then_some(Type::Duration),
        "timestamp" => (text || is(one, &[Type::Int, Type::Timestamp])).then_some(Type::Timestamp),
        "type" => Some(Type::Kind),
        "dyn" => Some(Type::Dyn),
        _ => None,
    }
}

fn of_two(name: &str, left: &Type, right: &Type) -> Option<Type> {
    let same = fits(left, right);
    let numbers = is(left, NUMBERS) && is(right, NUMBERS);
    let number = same && numbers;
    match name {
        "_&&_" | "_||_" => {
            (same && fits(left, &Type::Bool) && fits(right, &Type::Bool)).then_some(Type::Bool)
        }
        "_==_" | "_!=_" => same.then_some(Type::Bool),
        "_<_" | "_<=_" | "_>_" | "_>=_" => {
            (same && (numbers || is(left, ORDERED))).then_some(Type::Bool)
        }
        "_*_" | "_/_" => number.then(|| known(left, right)),
        "_%_" => (number && is(left, &[Type::Int, Type::Uint])).then(|| known(left, right)),
        "_+_" => sum(left, right),
        "_-_" => difference(left, right),
        "_in_" => element_of(right).and_then(|it| fits(left, it).then_some(Type::Bool)),
        "_[_]" => {
            let (key, value) = entry(left)?;
            fits(right, key).then(|| value.clone())
        }
        "matches" => (fits(left, &Type::Text) && fits(right, &Type::Text)).then_some(Type::Bool),
        _ => None,
    }
}

/// The one of two types that is known.
fn known(left: &Type, right: &Type) -> Type {
    let known = if *left == Type::Dyn { right } else { left };
    known.clone()
}

fn sum(left: &Type, right: &Type) -> Option<Type> {
    let plain = [Type::Int, Type::Uint, Type::Double, Type::Text, Type::Bytes];
    match (left, right) {
        (Type::List(_), Type::List(_)) => fits(left, right).then(|| left.clone()),
        (Type::Duration, Type::Duration) => Some(Type::Duration),
        (Type::Timestamp, Type::Duration) | (Type::Duration, Type::Timestamp) => {
            Some(Type::Timestamp)
        }
        (Type::Dyn, other) | (other, Type::Dyn) => Some(other.clone()),
        _ => (left == right && plain.contains(left)).then(|| left.clone()),
    }
}

fn difference(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (Type::Timestamp, Type::Timestamp) | (Type::Duration, Type::Duration) => {
            Some(Type::Duration)
        }
        (Type::Timestamp, Type::Duration) => Some(Type::Timestamp),
        (Type::Dyn, other) | (other, Type::Dyn) => Some(other.clone()),
        _ => (left == right && NUMBERS.contains(left)).then(|| left.clone()),
    }
}

fn method(owner: &Expr, name: &str, arguments: &[Expr], scope: &mut Scope) -> Result<Type, String> {
    if let Some(found) = macro_of(owner, name, arguments, scope) {
        return found;
    }
    let of_what = of(owner, scope)?;
    let types = arguments.iter().map(|it| of(it, scope));
    let types = types.collect::<Result<Vec<_>, _>>()?;
    let is_text = fits(&of_what, &Type::Text);
    let is_time = is(&of_what, &[Type::Timestamp, Type::Duration]);
    let found = match (name, types.as_slice()) {
        ("contains" | "startsWith" | "endsWith" | "matches", [one]) => {
            (is_text && fits(one, &Type::Text)).then_some(Type::Bool)
        }
        ("pathChanged", []) if scope.unknown.is_some() => is_text.then_some(Type::Bool),
        ("size", []) => of_one("size", &of_what),
        ("getHours" | "getMinutes" | "getSeconds" | "getMilliseconds", []) => {
            is_time.then_some(Type::Int)
        }
        (
            "getFullYear" | "getMonth" | "getDate" | "getDayOfMonth" | "getDayOfWeek"
            | "getDayOfYear",
            [],
        ) => fits(&of_what, &Type::Timestamp).then_some(Type::Int),
        (name, [zone]) if name.starts_with("get") => {
            let known = fits(&of_what, &Type::Timestamp) && fits(zone, &Type::Text);
            known.then_some(Type::Int)
        }
        _ => None,
    };
    found.ok_or_else(|| format!("`.{name}` does not take what it is given"))
}

/// `all`, `exists`, `exists_one`, `map` and `filter`, which give a name to each element.
fn macro_of(
    owner: &Expr,
    name: &str,
    arguments: &[Expr],
    scope: &mut Scope,
) -> Option<Result<Type, String>> {
    let (element, bodies) = match (name, arguments) {
        ("all" | "exists" | "exists_one" | "filter" | "map", [element, body]) => {
            (element, vec![body])
        }
        ("map", [element, filter, body]) => (element, vec![filter, body]),
        _ => return None,
    };
    let Expr::Name(element) = element else {
        return Some(Err(format!("`{name}` takes a name first")));
    };
    Some(expanded(owner, name, element, &bodies, scope))
}

fn expanded(
    owner: &Expr,
    name: &str,
    element: &str,
    bodies: &[&Expr],
    scope: &mut Scope,
) -> Result<Type, String> {
    let owner = of(owner, scope)?;
    let item = element_of(&owner).cloned();
    let item = item.ok_or_else(|| format!("`{name}` of something that has no elements"))?;
    scope.names.push((element.to_owned(), item.clone()));
    let types = bodies.iter().map(|it| of(it, scope));
    let types = types.collect::<Result<Vec<_>, _>>();
    scope.names.pop();
    let types = types?;
    let (last, filters) = match (name, types.split_last()) {
        ("map", Some((last, filters))) => (Some(last), filters),
        _ => (None, types.as_slice()),
    };
    if filters.iter().any(|it| !fits(it, &Type::Bool)) {
        return Err(format!("`{name}` takes a condition"));
    }
    Ok(match (name, last) {
        ("map", Some(last)) => Type::List(Box::new(last.clone())),
        ("filter", _) => Type::List(Box::new(item)),
        _ => Type::Bool,
    })
}
