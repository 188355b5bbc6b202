//! Nodes of a pipeline: what they call, their arguments and options.

use std::sync::Arc;

use crate::base::Name;
use crate::check::kind::block::Place;
use crate::check::kind::groups::Viewer;
use crate::check::kind::{embedded, errors, groups, walk};
use crate::check::tables::Callable;
use crate::check::{Body, Meaning, Signature, Stage};
use crate::resolve::ItemId;
use crate::schema::kinds::Namespace;
use crate::syntax::ast::{
    Arg, Base, Binding, Element, Entry, Expr, ExprKind, Field, Init, ItemKind,
};
use crate::types::{DefaultId, FieldType, FnType, RecordType, Type};

/// A node, as far as its callee tells.
pub(crate) struct Node<'a> {
    pub(crate) binding: &'a Binding,
    pub(crate) finally: bool,
    /// `None` where it calls nothing that is known; that was reported.
    pub(crate) callee: Option<Arc<Callable>>,
    /// As others see it.
    pub(crate) ty: Type,
    /// Its arguments that fan out, with the type of one element.
    each: Vec<(Name, Type)>,
}

/// Finds out what a binding calls and what it is to others.
pub(crate) fn find<'a>(body: &mut Body<'_, '_>, binding: &'a Binding, finally: bool) -> Node<'a> {
    let callee = match &binding.init {
        Init::Base(it) => called(body, it, &["task", "pipeline"]).map(|(_, it)| it),
        Init::Literal(it) => embedded::signature(body, binding, it),
    };
    let each = callee
        .as_deref()
        .map_or_else(Vec::new, |it| fanned(binding, it));
    let ty = match callee.as_deref() {
        Some(it) => node_type(
            &binding.name.name,
            it,
            !each.is_empty() || walk::field(binding.block.as_ref(), "include").is_some(),
            image_of(body, binding),
        ),
        None => Type::Error,
    };
    Node {
        binding,
        finally,
        callee,
        ty,
        each,
    }
}

/// What `base(…)` calls, if it is of one of these kinds; else that is reported.
pub(crate) fn called(
    body: &mut Body<'_, '_>,
    base: &Base,
    kinds: &[&str],
) -> Option<(ItemId, Arc<Callable>)> {
    let [word] = base.path.as_slice() else {
        body.report(errors::not_supported(base.span, "a part of an instance"));
        return None;
    };
    let program = body.checker.program;
    let Some(id) = program.find(body.package, Namespace::Callable, &word.name) else {
        if body.may_be_lost(&word.name) {
            return None;
        }
        if !is_value(body, &word.name) {
            let known = callables(body, kinds);
            let known: Vec<&str> = known.iter().map(Name::as_str).collect();
            body.report(errors::unknown_callee(word.span, &word.name, &known));
        } else {
            body.report(errors::not_of_kind(word.span, &word.name, "a value", kinds));
        }
        return None;
    };
    body.record_meaning(base.id, Meaning::Item(id));
    let Signature::Callable(found) = body.checker.signature(id) else {
        return None;
    };
    if !kinds.contains(&found.kind.as_str()) {
        let is = match found.kind.as_str() {
            "fn" => "a function".to_owned(),
            kind => errors::block(kind),
        };
        body.report(errors::not_of_kind(word.span, &word.name, &is, kinds));
        return None;
    }
    Some((id, found))
}

fn is_value(body: &Body<'_, '_>, name: &str) -> bool {
    let program = body.checker.program;
    program.find(body.package, Namespace::Value, name).is_some()
}

/// Types arguments of which nothing is expected, so that what is wrong within them is said.
pub(crate) fn infer_args(body: &mut Body<'_, '_>, args: Option<&[Arg]>) {
    for arg in args.unwrap_or_default() {
        if !matches!(arg.value.peeled().kind, ExprKind::Each(_)) {
            body.infer(&arg.value);
        }
    }
}

/// The names of what can be called and is of one of these kinds.
fn callables(body: &mut Body<'_, '_>, kinds: &[&str]) -> Vec<Name> {
    let program = body.checker.program;
    let Some(package) = program.package(body.package) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, id) in &package.callables {
        if let Signature::Callable(it) = body.checker.signature(*id)
            && kinds.contains(&it.kind.as_str())
        {
            found.push(name.clone());
        }
    }
    found
}

/// The arguments written as `each list`, with the type of the parameter.
fn fanned(binding: &Binding, callee: &Callable) -> Vec<(Name, Type)> {
    let mut found = Vec::new();
    let mut note = |name: &Name, value: &Expr| {
        let param = callee.plain_params().find(|it| it.name == *name);
        if let (ExprKind::Each(_), Some(param)) = (&value.peeled().kind, param) {
            found.push((name.clone(), param.ty.clone()));
        }
    };
    match &binding.init {
        Init::Base(base) => {
            for (at, arg) in base.args.iter().flatten().enumerate() {
                match (&arg.label, callee.function.params.get(at)) {
                    (Some(label), _) => note(&label.name, &arg.value),
                    (None, Some(param)) => note(&param.name, &arg.value),
                    (None, None) => {}
                }
            }
        }
        Init::Literal(_) => {
            let params = walk::field(binding.block.as_ref(), "params");
            if let Some(ExprKind::Record(entries)) = params.map(|it| &it.peeled().kind) {
                for entry in entries {
                    if let Entry::Field(it) = entry {
                        note(&it.key.name, &it.value);
                    }
                }
            }
        }
    }
    found
}

/// The image that a node's argument `image` names, for results that are a digest of it.
fn image_of(body: &Body<'_, '_>, binding: &Binding) -> Option<Name> {
    let Init::Base(base) = &binding.init else {
        return None;
    };
    let mut args = base.args.iter().flatten();
    let arg = args.find(|it| it.label.as_ref().is_some_and(|it| it.name == "image"))?;
    let ExprKind::Call(callee, _) = &arg.value.peeled().kind else {
        return None;
    };
    let ExprKind::Field(of, method) = &callee.kind else {
        return None;
    };
    let ExprKind::Name(name) = &of.peeled().kind else {
        return None;
    };
    let known = body
        .checker
        .program
        .find(body.package, Namespace::Value, name);
    known.filter(|_| method.name == "at").map(|_| name.clone())
}

/// A node as others see it: its results, its workspaces after it wrote them, how it ended.
fn node_type(name: &Name, callee: &Callable, fanned: bool, image: Option<Name>) -> Type {
    let mut results = RecordType::default();
    for (result, known) in &callee.results.fields {
        let one = of_image(known.ty.without_none().clone(), image.as_ref());
        let ty = if fanned { one.list() } else { one };
        let doc = known.doc.clone();
        let default = None;
        let field = FieldType { ty, default, doc };
        results.fields.insert(result.clone(), field);
    }
    let mut fields = results.fields.clone();
    for workspace in callee.workspaces.keys() {
        let ty = groups::workspace(Some(workspace), Viewer::Pipeline);
        let field = fields.entry(workspace.clone());
        field.or_insert_with(|| FieldType::new(ty));
    }
    // What a result is called does not hide the node's own words: its longer name is `node.results.status`.
    let mut own = |word: &'static str, ty: Type| {
        fields.insert(Name::new_static(word), FieldType::new(ty));
    };
    own("status", groups::node_status());
    own("reason", Type::string());
    if fanned {
        own("length", Type::INT);
    }
    own("results", Type::Record(Arc::new(results)));
    Type::thing("node", Some(name), fields)
}

/// A `Digest` that comes out of a build of a declared image is a digest of that image.
fn of_image(ty: Type, image: Option<&Name>) -> Type {
    match (ty, image) {
        (Type::String(mut text), Some(image))
            if text.form == Some(crate::types::Form::Digest) && text.of.is_none() =>
        {
            text.of = Some(image.clone());
            Type::String(text)
        }
        (ty, _) => ty,
    }
}

/// Checks a node's arguments and options.
pub(crate) fn check(body: &mut Body<'_, '_>, node: &Node<'_>) {
    match (&node.binding.init, &node.callee) {
        (Init::Base(base), Some(callee)) => {
            let block = node.binding.block.as_ref();
            let given = walk::field(block, "workspaces");
            let mut function = with_workspaces_given(body, base, callee, given);
            for param in &mut function.params {
                if given_by_include(node, &param.name) {
                    param.default = param.default.or(Some(DefaultId(u32::MAX)));
                }
            }
            let args = base.args.as_deref().unwrap_or_default();
            body.arguments_of_node(base.id, base.span, &callee.what(), &function, args);
            body.as_written(args.iter().map(|it| &it.value));
            options(body, node);
        }
        (Init::Base(base), None) => {
            infer_args(body, base.args.as_deref());
            options(body, node);
        }
        (Init::Literal(it), Some(callee)) => embedded::in_node(body, node, it, callee),
        (Init::Literal(_), None) => {}
    }
}

/// The callee's parameters; a workspace that must be bound and is not is reported here, in words of its own.
fn with_workspaces_given(
    body: &mut Body<'_, '_>,
    base: &Base,
    callee: &Callable,
    in_block: Option<&Expr>,
) -> FnType {
    let both = named_alike(callee);
    let args = base.args.as_deref().unwrap_or_default();
    let spread = args.iter().any(|it| it.spread);
    let unlabelled = args.iter().filter(|it| it.label.is_none()).count();
    let plain = callee.plain_params().count();
    let mut function = callee.function.clone();
    for (at, param) in function.params.iter_mut().enumerate() {
        let Some(access) = callee.workspaces.get(&param.name).filter(|_| at >= plain) else {
            continue;
        };
        let labelled = |it: &Arg| it.label.as_ref().is_some_and(|it| it.name == param.name);
        let is_given = match both.contains(&param.name) {
            true => in_block.is_some_and(|it| entry(it, &param.name).is_some()),
            false => args.iter().any(labelled),
        };
        if access.optional || spread || at < unlabelled || is_given {
            if is_given {
                param.default = Some(DefaultId(u32::MAX));
            }
            continue;
        }
        param.default = Some(DefaultId(u32::MAX));
        body.report(errors::unbound_workspace(
            base.span,
            &param.name,
            &callee.what(),
        ));
    }
    function
}

/// The options `{ after: …, when: … }`.
fn options(body: &mut Body<'_, '_>, node: &Node<'_>) {
    let Some(place) = options_place(body, node) else {
        return;
    };
    body.push_scope();
    bind_each(body, node);
    let block = node.binding.block.as_ref();
    place.parts(body, block);
    place.fields(body, block, &mut |body, field| {
        match field.key.name.as_str() {
            "params" | "workspaces" => given_in_block(body, node, field),
            _ => return own_option(body, node, field),
        }
        true
    });
    body.pop_scope();
}

/// `workspaces: { x: … }` of a call is for those whose name a parameter has too; all else stands in the brackets.
fn given_in_block(body: &mut Body<'_, '_>, node: &Node<'_>, field: &Field) {
    let both = node.callee.as_deref().map_or_else(Vec::new, named_alike);
    let mut entries: &[Entry] = &[];
    if let ExprKind::Record(all) = &field.value.peeled().kind
        && field.key.name == "workspaces"
    {
        entries = all;
    }
    let is_one = |it: &Entry| match it {
        Entry::Field(it) => it.computed.is_none() && both.contains(&it.key.name),
        Entry::Spread(..) => false,
    };
    if entries.is_empty() || !entries.iter().all(is_one) {
        let key = &field.key;
        body.report(errors::arguments_in_brackets(key.span, &key.name));
        body.infer(&field.value);
        return;
    }
    for entry in entries {
        if let Entry::Field(it) = entry {
            let ty = groups::workspace(None, Viewer::Pipeline);
            body.check(&it.value, &ty.optional());
        }
    }
}

/// The workspaces of a callee that have the name of a parameter.
fn named_alike(callee: &Callable) -> Vec<Name> {
    let names = callee.workspaces.keys();
    let is_param = |name: &&Name| callee.plain_params().any(|it| it.name == **name);
    names.filter(is_param).cloned().collect()
}

pub(crate) fn options_place(body: &mut Body<'_, '_>, node: &Node<'_>) -> Option<Place> {
    let mut place = Place::new(body, "node", &node.binding.name)?;
    place.what = format!("node `{}`", node.binding.name.name);
    Some(place)
}

/// `each.os` among the options is that argument of the one instance.
pub(crate) fn bind_each(body: &mut Body<'_, '_>, node: &Node<'_>) {
    if !node.each.is_empty() {
        let group = groups::record(node.each.iter().cloned());
        body.bind_group("each", group, Stage::Run);
    }
}

/// Options that no type alone tells.
pub(crate) fn own_option(body: &mut Body<'_, '_>, node: &Node<'_>, field: &Field) -> bool {
    match field.key.name.as_str() {
        "after" if node.finally => {
            body.report(errors::finally_ordered(field.key.span));
            true
        }
        "include" => {
            included(body, node, field);
            false
        }
        "from" => {
            if !is_extern(body, node) {
                body.report(errors::from_of_declared(field.key.span));
            }
            false
        }
        _ => false,
    }
}

/// Whether a node calls what is declared elsewhere.
fn is_extern(body: &Body<'_, '_>, node: &Node<'_>) -> bool {
    let Init::Base(base) = &node.binding.init else {
        return false;
    };
    let tables = body.checker.tables(body.item);
    let meaning = tables.and_then(|it| it.meanings.get(&base.id));
    let Some(Meaning::Item(id)) = meaning else {
        return true;
    };
    let item = body.checker.item(*id).map(|it| &it.tree.kind);
    matches!(item, Some(ItemKind::Decl(it)) if it.is_extern)
}

/// `include: [{ name: "x", params: { … } }]`: what it gives must be parameters of the callee.
fn included(body: &mut Body<'_, '_>, node: &Node<'_>, field: &Field) {
    let (Some(callee), ExprKind::List { elements, .. }) =
        (&node.callee, &field.value.peeled().kind)
    else {
        return;
    };
    let names: Vec<&str> = callee.plain_params().map(|it| it.name.as_str()).collect();
    for element in elements {
        let Element::Expr(one) = element else {
            continue;
        };
        let params = entry(one, "params").map(|it| &it.value.peeled().kind);
        let Some(ExprKind::Record(given)) = params else {
            continue;
        };
        for given in given {
            if let Entry::Field(it) = given
                && it.computed.is_none()
                && !names.contains(&it.key.name.as_str())
            {
                let key = &it.key;
                let what = callee.what();
                body.report(errors::extra_argument(key.span, &key.name, &what, &names));
            }
        }
    }
}

/// Whether some combination of `include` gives the argument.
fn given_by_include(node: &Node<'_>, name: &Name) -> bool {
    let include = walk::field(node.binding.block.as_ref(), "include");
    let Some(ExprKind::List { elements, .. }) = include.map(|it| &it.peeled().kind) else {
        return false;
    };
    elements.iter().any(|it| match it {
        Element::Expr(one) => {
            entry(one, "params").is_some_and(|it| entry(&it.value, name).is_some())
        }
        Element::Spread(..) => false,
    })
}

/// A field of a record that is written out.
fn entry<'a>(record: &'a Expr, name: &str) -> Option<&'a Field> {
    let ExprKind::Record(entries) = &record.peeled().kind else {
        return None;
    };
    entries.iter().find_map(|it| match it {
        Entry::Field(it) => (it.key.name == name).then_some(it),
        Entry::Spread(..) => None,
    })
}
