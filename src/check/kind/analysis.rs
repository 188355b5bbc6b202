//! Analyses: metrics, what they ask and what they judge.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::kind::block::{Place, unique};
use crate::check::kind::callable::{Role, carried};
use crate::check::kind::{errors, thing, walk};
use crate::check::scope::Bound;
use crate::check::tables::Callable;
use crate::check::{Body, Meaning, Signature, Stage};
use crate::resolve::ItemId;
use crate::schema::kinds::Namespace;
use crate::syntax::ast::{
    Amend, Base, Binding, Block, Decl, Expr, ExprKind, Ident, Init, ItemKind, MemberKind,
};
use crate::types::{FnType, ParamType, RecordType, Type};

/// What a provider gives to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// `value` is a number, `values` are several; there may be none.
    Numbers,
    /// `value` is open data.
    Data,
    /// Nothing: the provider itself says whether it passed.
    Nothing,
    /// Not known, and reported.
    Unknown,
}

/// The providers of the language; those that the prelude lacks are not carried yet.
const PROVIDERS: &[(&str, Answer)] = &[
    ("prometheus", Answer::Numbers),
    ("datadog", Answer::Numbers),
    ("wavefront", Answer::Numbers),
    ("graphite", Answer::Numbers),
    ("influx", Answer::Numbers),
    ("web", Answer::Data),
    ("new-relic", Answer::Data),
    ("skywalking", Answer::Data),
    ("plugin", Answer::Data),
    ("cloud-watch", Answer::Data),
    ("job-metric", Answer::Nothing),
    ("job", Answer::Nothing),
    ("kayenta", Answer::Nothing),
];

/// Whether a metric ends, from what is written of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pace {
    count: bool,
    every: bool,
}

impl Pace {
    fn ends(self) -> bool {
        self.count || !self.every
    }

    /// Lays the fields of a block over it; `none` removes.
    fn amended(self, block: Option<&Block>) -> Self {
        let given = |name: &str, before: bool| {
            let value = walk::field(block, name).map(Expr::peeled);
            value.map_or(before, |it| !matches!(it.kind, ExprKind::None))
        };
        Self {
            count: given("count", self.count),
            every: given("every", self.every),
        }
    }
}

/// An analysis is called like a function and gives a gate or a guard.
pub(crate) fn signature(body: &mut Body<'_, '_>, decl: &Decl) -> Signature {
    let params = match base(body, decl) {
        Some(id) => {
            let called = called(body, id);
            called.map_or_else(Vec::new, |it| it.function.params.clone())
        }
        None => own_params(body, decl),
    };
    let paces = paces(body, decl, &mut vec![body.item]);
    let result = if decl.is_extern {
        Type::Error
    } else if paces.values().all(|it| it.ends()) {
        Type::Opaque(Name::new_static("Gate"))
    } else {
        Type::Opaque(Name::new_static("Guard"))
    };
    Signature::Callable(Arc::new(Callable {
        kind: Name::new_static("analysis"),
        name: decl.head.name.name.clone(),
        function: FnType { params, result },
        results: RecordType::default(),
        workspaces: IndexMap::new(),
    }))
}

/// What is called by an item's name, if it can be called.
fn called(body: &mut Body<'_, '_>, id: ItemId) -> Option<Arc<Callable>> {
    let Signature::Callable(it) = body.checker.signature(id) else {
        return None;
    };
    Some(it)
}

fn own_params(body: &mut Body<'_, '_>, decl: &Decl) -> Vec<ParamType> {
    let written = decl.head.params.as_deref().unwrap_or_default();
    let mut params = body.params(written);
    for (param, ty) in written.iter().zip(&mut params) {
        ty.ty = carried(body, param.ty.span, &param.name.name, &ty.ty, Role::Param);
    }
    params
}

/// The analysis that one is made from, if there is one.
fn base(body: &mut Body<'_, '_>, decl: &Decl) -> Option<ItemId> {
    let Some(Init::Base(base)) = &decl.init else {
        return None;
    };
    let [word] = base.path.as_slice() else {
        return None;
    };
    let id = thing::find(body, "analysis", &word.name)?;
    body.checker.note_use(body.item, id);
    Some(id)
}

/// The item of an analysis.
fn decl_of<'p>(body: &Body<'_, 'p>, id: ItemId) -> Option<&'p Decl> {
    let item = body.checker.item(id)?;
    if let ItemKind::Decl(it) = &item.tree.kind
        && it.kind.name == "analysis"
    {
        return Some(it);
    }
    None
}

/// The metrics of an analysis, those taken over included, and whether each ends.
fn paces(body: &mut Body<'_, '_>, decl: &Decl, seen: &mut Vec<ItemId>) -> IndexMap<Name, Pace> {
    let mut found = IndexMap::new();
    if let Some(id) = base(body, decl)
        && !seen.contains(&id)
        && let Some(below) = decl_of(body, id)
    {
        seen.push(id);
        found = paces(body, below, seen);
    }
    for member in decl.block.iter().flat_map(|it| &it.members) {
        let (name, block) = match &member.kind {
            MemberKind::Binding(it) => (&it.name.name, it.block.as_ref()),
            MemberKind::Amend(it) => (&it.name.name, Some(&it.block)),
            MemberKind::Field(_)
            | MemberKind::Assert(_)
            | MemberKind::Let(_)
            | MemberKind::Decl(_)
            | MemberKind::Error => continue,
        };
        let before: Pace = found.get(name).copied().unwrap_or_default();
        found.insert(name.clone(), before.amended(block));
    }
    found
}

pub(crate) fn body(body: &mut Body<'_, '_>, decl: &Decl) {
    let Some(mut place) = Place::new(body, "analysis", &decl.head.name) else {
        return;
    };
    body.push_scope();
    match &decl.init {
        Some(Init::Base(it)) => {
            place.amends = true;
            place = place.amending();
            let base = thing::based(body, decl, it);
            if let Some(id) = base {
                bind_params_of(body, id);
            }
        }
        Some(Init::Literal(it)) => body.report(errors::not_supported(it.span, "a literal here")),
        None => {
            let Signature::Callable(callable) = body.checker.signature(body.item) else {
                return;
            };
            let written = decl.head.params.as_deref().unwrap_or_default();
            body.bind_params(written, &callable.function.params, Stage::Run);
        }
    }
    let parts = place.parts(body, decl.block.as_ref());
    place.fields(body, decl.block.as_ref(), &mut |_, _| false);
    unique(body, parts.bindings.iter().map(|it| &it.name));
    for it in &parts.bindings {
        metric(body, it);
    }
    let below = base(body, decl);
    for it in &parts.amends {
        amended_metric(body, it, below);
    }
    body.pop_scope();
}

/// Binds the parameters of another analysis, whose metrics are amended here.
fn bind_params_of(body: &mut Body<'_, '_>, id: ItemId) {
    let mut at = id;
    let mut seen = vec![body.item];
    while let Some(decl) = decl_of(body, at).filter(|_| !seen.contains(&at)) {
        seen.push(at);
        if let (None, Signature::Callable(it)) = (&decl.init, body.checker.signature(at)) {
            let written = decl.head.params.iter().flatten();
            for (param, ty) in written.zip(&it.function.params) {
                bind_foreign(body, at, &param.name, ty.ty.clone());
            }
        }
        let Some(next) = base(body, decl) else {
            return;
        };
        at = next;
    }
}

fn bind_foreign(body: &mut Body<'_, '_>, item: ItemId, name: &Ident, ty: Type) {
    let bound = Bound {
        ty,
        stage: Stage::Run,
        meaning: Meaning::Bound(item, name.id),
        span: None,
        rivals: Vec::new(),
        hidden: None,
    };
    body.scopes.bind(name.name.clone(), bound);
}

/// An analysis amended in an environment.
pub(crate) fn amended(body: &mut Body<'_, '_>, amend: &Amend, id: ItemId) {
    let Some(mut place) = Place::new(body, "analysis", &amend.name) else {
        return;
    };
    place.amends = true;
    let place = place.amending();
    let parts = place.parts(body, Some(&amend.block));
    body.push_scope();
    bind_params_of(body, id);
    place.fields(body, Some(&amend.block), &mut |_, _| false);
    for it in &parts.bindings {
        metric(body, it);
    }
    for it in &parts.amends {
        amended_metric(body, it, Some(id));
    }
    body.pop_scope();
}

/// `success = prometheus(…) { … }`
fn metric(body: &mut Body<'_, '_>, binding: &Binding) {
    let answer = match &binding.init {
        Init::Base(it) => provider(body, it),
        Init::Literal(it) => {
            body.report(errors::no_provider(it.kind.span, &it.kind.name, None));
            Answer::Unknown
        }
    };
    let judged = |name: &str| walk::field(binding.block.as_ref(), name);
    if answer == Answer::Numbers
        && (judged("pass").is_some() || judged("fail").is_some())
        && judged("no-data").is_none()
    {
        let name = &binding.name;
        body.report(errors::no_data_missing(name.span, &name.name));
    }
    if let Some(mut place) = Place::new(body, "metric", &binding.name) {
        place.at = binding.name.span;
        options(body, &place, binding.block.as_ref(), answer);
    }
}

/// `success { count: none }` of an analysis that is made from another.
fn amended_metric(body: &mut Body<'_, '_>, amend: &Amend, below: Option<ItemId>) {
    let Some(below) = below else {
        return;
    };
    let known = decl_of(body, below).map(|it| paces(body, it, &mut vec![below]));
    let known = known.unwrap_or_default();
    if !known.contains_key(&amend.name.name) {
        let names = known.keys().map(Name::as_str);
        let near = crate::base::spelling::nearest(&amend.name.name, names);
        let name = &amend.name;
        return body.report(errors::override_unknown(name.span, &name.name, near));
    }
    let answer = answer_of(body, below, &amend.name.name);
    if let Some(place) = Place::new(body, "metric", &amend.name) {
        options(body, &place.amending(), Some(&amend.block), answer);
    }
}

/// What the provider of a metric gives, as declared in an analysis or one below it.
fn answer_of(body: &mut Body<'_, '_>, id: ItemId, metric: &Name) -> Answer {
    let mut at = id;
    let mut seen = Vec::new();
    while let Some(decl) = decl_of(body, at).filter(|_| !seen.contains(&at)) {
        seen.push(at);
        for member in decl.block.iter().flat_map(|it| &it.members) {
            if let MemberKind::Binding(it) = &member.kind
                && it.name.name == *metric
                && let Init::Base(base) = &it.init
            {
                return answer(base);
            }
        }
        let Some(next) = base(body, decl) else {
            break;
        };
        at = next;
    }
    Answer::Unknown
}

fn answer(base: &Base) -> Answer {
    let word = base.path.first().map_or("", |it| it.name.as_str());
    let row = PROVIDERS.iter().find(|(name, _)| *name == word);
    row.map_or(Answer::Unknown, |(_, answer)| *answer)
}

/// Checks the call of a provider and answers what it gives.
fn provider(body: &mut Body<'_, '_>, base: &Base) -> Answer {
    let [word] = base.path.as_slice() else {
        body.report(errors::not_supported(base.span, "a part of an instance"));
        return Answer::Unknown;
    };
    let program = body.checker.program;
    let found = program.find(body.package, Namespace::Callable, &word.name);
    let callable = found.and_then(|id| Some((id, called(body, id)?)));
    let is_provider =
        |it: &Callable| matches!(&it.function.result, Type::Opaque(it) if it == "Provider");
    match callable.filter(|(_, it)| is_provider(it)) {
        Some((id, it)) => {
            body.record_meaning(base.id, Meaning::Item(id));
            let args = base.args.as_deref().unwrap_or_default();
            let what = format!("provider `{}`", word.name);
            body.arguments(base.id, base.span, &what, &it.function, args);
            answer(base)
        }
        None if answer(base) != Answer::Unknown => {
            let what = format!("the provider `{}`", word.name);
            body.report(errors::not_supported(word.span, &what));
            Answer::Unknown
        }
        None => {
            let names = PROVIDERS.iter().map(|(name, _)| *name);
            let near = crate::base::spelling::nearest(&word.name, names);
            body.report(errors::no_provider(word.span, &word.name, near));
            Answer::Unknown
        }
    }
}

/// The options of a metric: `value` and `values` are what its provider gives.
fn options(body: &mut Body<'_, '_>, place: &Place, block: Option<&Block>, answer: Answer) {
    body.push_scope();
    match answer {
        Answer::Numbers => {
            body.bind_group("value", Type::Float, Stage::Run);
            body.bind_group("values", Type::Float.list(), Stage::Run);
        }
        Answer::Data => body.bind_group("value", Type::Json, Stage::Run),
        Answer::Nothing => {}
        Answer::Unknown => {
            body.bind_group("value", Type::Error, Stage::Run);
            body.bind_group("values", Type::Error, Stage::Run);
        }
    }
    place.parts(body, block);
    place.fields(body, block, &mut |body, field| {
        let judges = matches!(field.key.name.as_str(), "pass" | "fail" | "no-data");
        if judges && answer == Answer::Nothing {
            body.report(errors::no_condition(field.key.span, &place.what));
            return true;
        }
        false
    });
    body.pop_scope();
}
