//! Tasks, pipelines and actions that are made from others, `task b = a { … }`: what is written is laid over what they are made
//! from, so that later phases find a declaration like any other.
//!
//! Records and maps merge by key, `name { … }` goes into what has the name, `name: none` takes it away, `exactly(v)` and all else
//! replaces. An argument is the default of its parameter from here on.

use std::sync::Arc;

use crate::base::Name;
use crate::base::spelling::nearest;
use crate::diag::Sink;
use crate::resolve::{ItemId, Package, PackageId, Program, errors};
use crate::schema::kinds::Namespace;
use crate::syntax;
use crate::syntax::ast::{
    Amend, Arg, Base, Block, Decl, Entry, Expr, ExprKind, Field, Init, Item, ItemKind, Member,
    MemberKind, Param, TypeField, Word,
};

/// The kinds of which one is made from another here; the others know by themselves what they are made from.
const KINDS: &[&str] = &["action", "pipeline", "task"];

/// Lays each over what it is made from.
pub(crate) fn expand(program: &mut Program, sink: &mut Sink) {
    let ids: Vec<ItemId> = program.items.iter().map(|it| it.id).collect();
    for id in ids {
        of_item(program, id, &mut Vec::new(), sink);
    }
}

/// What an item says of where it is made from.
fn made_from(item: &Item) -> Option<(&Decl, &Base, &Word)> {
    let ItemKind::Decl(decl) = &item.kind else {
        return None;
    };
    let Some(Init::Base(base)) = &decl.init else {
        return None;
    };
    let [word] = base.path.as_slice() else {
        return None;
    };
    let is_ours = KINDS.contains(&decl.kind.name.as_str()) && !decl.is_extern;
    is_ours.then_some((decl, base, word))
}

fn of_item(program: &mut Program, id: ItemId, open: &mut Vec<ItemId>, sink: &mut Sink) {
    let Some(item) = program.item(id).cloned() else {
        return;
    };
    let Some((decl, base, word)) = made_from(&item.tree) else {
        return;
    };
    if open.contains(&id) {
        sink.push(errors::made_of_itself(word));
        return lost(program, id);
    }
    let found = program.find(item.package, Namespace::Callable, &word.name);
    let Some(below) = found else {
        if !program.is_broken(item.package, &word.name) {
            let known = program.package(item.package);
            let names = known.into_iter().flat_map(|it| it.callables.keys());
            let near = nearest(&word.name, names.map(Name::as_str));
            sink.push(errors::unknown_base(word, &decl.kind.name, near));
        }
        return lost(program, id);
    };
    open.push(id);
    of_item(program, below, open, sink);
    open.pop();
    let Some(below) = program.item(below).cloned() else {
        return;
    };
    let ItemKind::Decl(of) = &below.tree.kind else {
        if !matches!(below.tree.kind, ItemKind::Error) {
            sink.push(errors::other_kind(word, &decl.kind.name));
        }
        return lost(program, id);
    };
    if of.kind.name != decl.kind.name || of.init.is_some() {
        sink.push(errors::other_kind(word, &decl.kind.name));
        return lost(program, id);
    }
    if of.is_extern {
        sink.push(errors::made_of_extern(word));
        return lost(program, id);
    }
    let tree = laid(&item.tree, decl, base, &below.tree, sink);
    let scope = both(program, item.scope, below.scope);
    if let Some(item) = program.items.get_mut(id.0 as usize) {
        item.tree = Arc::new(tree);
        item.scope = scope;
    }
}

/// Takes an item out whose base is none; that was reported, and uses of it are silent.
fn lost(program: &mut Program, id: ItemId) {
    let Some(item) = program.items.get_mut(id.0 as usize) else {
        return;
    };
    let name = item.tree.name().map(|it| it.name.clone());
    let mut tree = Item::clone(&item.tree);
    tree.kind = ItemKind::Error;
    item.tree = Arc::new(tree);
    let package = program.packages.get_mut(item.package.0 as usize);
    if let (Some(package), Some(name)) = (package, name) {
        package.callables.shift_remove(&name);
        package.broken.insert(name);
    }
}

/// A scope that sees what both see: what is written here, and what it is laid over.
fn both(program: &mut Program, here: PackageId, below: PackageId) -> PackageId {
    let (Some(own), Some(of)) = (program.package(here), program.package(below)) else {
        return here;
    };
    if here == below {
        return here;
    }
    let mut scope: Package = own.clone();
    for (into, from) in [
        (&mut scope.values, &of.values),
        (&mut scope.callables, &of.callables),
        (&mut scope.types, &of.types),
    ] {
        for (name, id) in from {
            into.entry(name.clone()).or_insert(*id);
        }
    }
    let id = PackageId(u32::try_from(program.packages.len()).unwrap_or(u32::MAX));
    program.packages.push(scope);
    id
}

/// The item with its base under it.
fn laid(over: &Item, decl: &Decl, base: &Base, below: &Item, sink: &mut Sink) -> Item {
    // Ids of both are unique in one item then.
    let below = syntax::renumbered(below, over.nodes);
    let nodes = below.nodes;
    let ItemKind::Decl(mut of) = below.kind else {
        return over.clone();
    };
    let mut params = of.head.params.take().unwrap_or_default();
    arguments(&mut params, base, sink);
    params.extend(decl.head.params.iter().flatten().cloned());
    let mut results: Vec<TypeField> = of.results.take().unwrap_or_default();
    results.extend(decl.results.iter().flatten().cloned());
    let block = match (of.block.take(), &decl.block) {
        (Some(under), Some(over)) => Some(block(under, over, sink)),
        (under, over) => under.or_else(|| over.clone()),
    };
    let mut head = decl.head.clone();
    head.params = (!params.is_empty()).then_some(params);
    let made = Decl {
        head,
        results: (!results.is_empty()).then_some(results),
        init: None,
        block,
        ..decl.clone()
    };
    let docs = match over.docs.is_empty() {
        true => below.docs,
        false => over.docs.clone(),
    };
    Item {
        docs,
        kind: ItemKind::Decl(made),
        nodes,
        ..over.clone()
    }
}

/// What is passed is the default of its parameter.
fn arguments(params: &mut [Param], base: &Base, sink: &mut Sink) {
    for arg in base.args.iter().flatten() {
        let Some(label) = &arg.label else {
            sink.push(errors::no_label(arg.span));
            continue;
        };
        match params.iter_mut().find(|it| it.name.name == label.name) {
            Some(param) => param.default = Some(arg.value.clone()),
            None => unknown_argument(params, arg, label, sink),
        }
    }
}

fn unknown_argument(params: &[Param], arg: &Arg, label: &Word, sink: &mut Sink) {
    let names = params.iter().map(|it| it.name.name.as_str());
    sink.push(errors::unknown_param(
        arg.span,
        label,
        nearest(&label.name, names),
    ));
}

fn block(mut under: Block, over: &Block, sink: &mut Sink) -> Block {
    under.span = over.span;
    for member in &over.members {
        match &member.kind {
            MemberKind::Amend(it) => amend(&mut under, member, it, sink),
            MemberKind::Field(it) => field(&mut under, member, it, sink),
            MemberKind::Binding(_)
            | MemberKind::Assert(_)
            | MemberKind::Let(_)
            | MemberKind::Decl(_)
            | MemberKind::Error => under.members.push(member.clone()),
        }
    }
    under
}

/// The name of a member that can be amended.
fn name_of(member: &Member) -> Option<&Name> {
    match &member.kind {
        MemberKind::Binding(it) => Some(&it.name.name),
        MemberKind::Amend(it) => Some(&it.name.name),
        MemberKind::Decl(it) => Some(&it.head.name.name),
        MemberKind::Field(_) | MemberKind::Assert(_) | MemberKind::Let(_) | MemberKind::Error => {
            None
        }
    }
}

/// `name { … }`: goes into the member of that name.
fn amend(under: &mut Block, member: &Member, it: &Amend, sink: &mut Sink) {
    let named = |member: &&mut Member| name_of(member) == Some(&it.name.name);
    let Some(found) = under.members.iter_mut().find(named) else {
        // Blocks that the kind itself has need no base.
        if matches!(it.name.name.as_str(), "finally" | "host") {
            return under.members.push(member.clone());
        }
        let near = nearest(
            &it.name.name,
            under.members.iter().filter_map(name_of).map(Name::as_str),
        );
        return sink.push(errors::nothing_to_amend(it.name.span, &it.name.name, near));
    };
    let lay = |inner: &mut Option<Block>, sink: &mut Sink| {
        *inner = Some(match inner.take() {
            Some(under) => block(under, &it.block, sink),
            None => it.block.clone(),
        });
    };
    match &mut found.kind {
        MemberKind::Binding(of) => lay(&mut of.block, sink),
        MemberKind::Decl(of) => lay(&mut of.block, sink),
        MemberKind::Amend(of) => {
            let inner = std::mem::replace(&mut of.block, it.block.clone());
            of.block = block(inner, &it.block, sink);
        }
        MemberKind::Field(_) | MemberKind::Assert(_) | MemberKind::Let(_) | MemberKind::Error => {}
    }
}

/// `name: value`: lies over the field of that name, or takes something away.
fn field(under: &mut Block, member: &Member, it: &Field, sink: &mut Sink) {
    let is_field = |member: &Member| match &member.kind {
        MemberKind::Field(of) => of.computed.is_none() && of.key.name == it.key.name,
        MemberKind::Binding(_)
        | MemberKind::Amend(_)
        | MemberKind::Assert(_)
        | MemberKind::Let(_)
        | MemberKind::Decl(_)
        | MemberKind::Error => false,
    };
    let at = under.members.iter().position(is_field);
    if matches!(it.value.peeled().kind, ExprKind::None) {
        let named = |of: &Member| name_of(of) == Some(&it.key.name);
        match at.or_else(|| under.members.iter().position(named)) {
            Some(at) => {
                under.members.remove(at);
            }
            None => {
                let names = under.members.iter().filter_map(name_of).map(Name::as_str);
                let near = nearest(&it.key.name, names);
                let (span, name) = (it.key.span, &it.key.name);
                sink.push(errors::nothing_to_amend(span, name, near));
            }
        }
        return;
    }
    match at.and_then(|at| under.members.get_mut(at)) {
        Some(Member {
            kind: MemberKind::Field(of),
            ..
        }) => {
            let below = std::mem::replace(&mut of.value, it.value.clone());
            of.key = it.key.clone();
            of.value = value(below, &it.value);
        }
        Some(_) | None => under.members.push(Member {
            kind: MemberKind::Field(Field {
                value: plain(it.value.clone()),
                ..it.clone()
            }),
            ..member.clone()
        }),
    }
}

/// One value over another.
fn value(below: Expr, over: &Expr) -> Expr {
    if let Some(whole) = exactly(over) {
        return whole.clone();
    }
    let span = over.span;
    match (below.kind, &over.kind) {
        (ExprKind::Record(entries), ExprKind::Record(changes)) => Expr {
            id: over.id,
            span,
            kind: ExprKind::Record(record(entries, changes)),
        },
        _ => over.clone(),
    }
}

fn record(mut entries: Vec<Entry>, changes: &[Entry]) -> Vec<Entry> {
    for change in changes {
        let Entry::Field(it) = change else {
            entries.push(change.clone());
            continue;
        };
        let is_same = |entry: &Entry| match entry {
            Entry::Field(of) => {
                of.computed.is_none() && it.computed.is_none() && of.key.name == it.key.name
            }
            Entry::Spread(..) => false,
        };
        let at = entries.iter().position(is_same);
        if matches!(it.value.peeled().kind, ExprKind::None) {
            if let Some(at) = at {
                entries.remove(at);
            }
            continue;
        }
        match at.and_then(|at| entries.get_mut(at)) {
            Some(Entry::Field(of)) => {
                let below = std::mem::replace(&mut of.value, it.value.clone());
                of.value = value(below, &it.value);
            }
            Some(Entry::Spread(..)) | None => entries.push(Entry::Field(Field {
                value: plain(it.value.clone()),
                ..it.clone()
            })),
        }
    }
    entries
}

/// What is laid over nothing.
fn plain(value: Expr) -> Expr {
    match exactly(&value) {
        Some(whole) => whole.clone(),
        None => value,
    }
}

/// `v` of `exactly(v)`.
fn exactly(value: &Expr) -> Option<&Expr> {
    let ExprKind::Call(callee, args) = &value.peeled().kind else {
        return None;
    };
    let is_exactly = matches!(&callee.kind, ExprKind::Name(it) if *it == "exactly");
    let [only] = args.as_slice() else {
        return None;
    };
    is_exactly.then_some(&only.value)
}
