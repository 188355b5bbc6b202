//! The names of a package: what its items declare and what its imports bring in.

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::base::{Name, Span};
use crate::diag::Sink;
use crate::resolve::{Item, ItemId, PackageId, Program, errors};
use crate::schema::kinds::{self, Namespace};
use crate::syntax::ast::{Decl, Ident, ItemKind};

/// Enters the name of an item into the scope of its package.
pub(crate) fn declare(program: &mut Program, item: &Item, sink: &mut Sink) {
    let Some(package) = program.packages.get_mut(item.package.0 as usize) else {
        return;
    };
    package.broken.extend(item.tree.lost.iter().cloned());
    let Some(name) = item.tree.name() else {
        return;
    };
    let first = match &item.tree.kind {
        ItemKind::Import(_) | ItemKind::Error => None,
        ItemKind::Let(_) => enter(&mut package.values, &name.name, item.id),
        ItemKind::Fn(_) => enter(&mut package.callables, &name.name, item.id),
        ItemKind::Type(_) => enter(&mut package.types, &name.name, item.id),
        ItemKind::Decl(decl) => match namespace(decl, sink) {
            None => {
                package.broken.insert(name.name.clone());
                None
            }
            Some(Namespace::Value) => enter(&mut package.values, &name.name, item.id),
            Some(Namespace::Callable) => enter(&mut package.callables, &name.name, item.id),
            Some(Namespace::Own) => {
                let kind = decl.subject.as_ref().unwrap_or(&decl.kind);
                let key = (kind.name.clone(), name.name.clone());
                enter(&mut package.own, &key, item.id)
            }
        },
    };
    if let Some(first) = first {
        let first = program
            .item(first)
            .and_then(|it| Some(it.tree.name()?.span));
        sink.push(errors::duplicate(name, first));
    }
}

/// Enters a name; answers who has it already.
fn enter<K: Clone + Eq + std::hash::Hash>(
    names: &mut IndexMap<K, ItemId>,
    name: &K,
    id: ItemId,
) -> Option<ItemId> {
    match names.entry(name.clone()) {
        Entry::Occupied(taken) => Some(*taken.get()),
        Entry::Vacant(free) => {
            free.insert(id);
            None
        }
    }
}

/// The namespace of a declaration in a file; reports a kind that cannot stand there.
fn namespace(decl: &Decl, sink: &mut Sink) -> Option<Namespace> {
    let Some(kind) = kinds::find(&decl.kind.name) else {
        sink.push(errors::unknown_kind(&decl.kind));
        return None;
    };
    if !kind.places.contains(&"") {
        sink.push(errors::misplaced(&decl.kind, kind.places));
        return None;
    }
    if !kind.supported {
        sink.push(errors::not_supported(&decl.kind));
    }
    Some(kind.namespace)
}

/// Brings one imported name into the scope of a package, in every namespace in which the other declares it.
pub(crate) fn bring_in(
    program: &mut Program,
    into: PackageId,
    from: PackageId,
    ident: &Ident,
    sink: &mut Sink,
) {
    let Some(source) = program.package(from) else {
        return;
    };
    let declared = |id: Option<&ItemId>| {
        let item = program.item(*id?)?;
        (item.package == from).then_some(item.id)
    };
    let value = declared(source.values.get(&ident.name));
    let callable = declared(source.callables.get(&ident.name));
    let type_ = declared(source.types.get(&ident.name));
    if value.is_none() && callable.is_none() && type_.is_none() {
        let known = [&source.callables, &source.values, &source.types];
        let known = known.iter().flat_map(|it| it.keys().map(Name::as_str));
        sink.push(errors::unknown_import(ident, &source.name, known));
        broken(program, into, ident);
        return;
    }
    let Some(package) = program.packages.get_mut(into.0 as usize) else {
        return;
    };
    let first = [
        value.and_then(|id| enter(&mut package.values, &ident.name, id)),
        callable.and_then(|id| enter(&mut package.callables, &ident.name, id)),
        type_.and_then(|id| enter(&mut package.types, &ident.name, id)),
    ];
    if let Some(first) = first.into_iter().flatten().next() {
        let first = first_place(program, into, first);
        sink.push(errors::duplicate(ident, first));
    }
}

/// Notes a name that an import could not bring in.
pub(crate) fn broken(program: &mut Program, into: PackageId, ident: &Ident) {
    if let Some(package) = program.packages.get_mut(into.0 as usize) {
        package.broken.insert(ident.name.clone());
    }
}

/// Where the name of an item is; `None` where it is in another package, brought in by an import.
fn first_place(program: &Program, package: PackageId, id: ItemId) -> Option<Span> {
    let item = program.item(id).filter(|it| it.package == package)?;
    Some(item.tree.name()?.span)
}
