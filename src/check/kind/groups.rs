//! The words that stand for a group in some place: `params`, `results`, `workspaces`, `steps`, `tasks`, `context`, `env`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::check::Body;
use crate::syntax::ast::{Block, Entry, Expr, ExprKind, ItemKind, MemberKind};
use crate::types::{FieldType, FnType, Form, ParamType, RecordType, Type};

/// A record of these fields.
pub(crate) fn record(fields: impl IntoIterator<Item = (Name, Type)>) -> Type {
    let fields = fields
        .into_iter()
        .map(|(name, ty)| (name, FieldType::new(ty)));
    Type::Record(Arc::new(RecordType {
        name: None,
        fields: fields.collect(),
    }))
}

/// The same by words of the language.
fn words(fields: &[(&'static str, Type)]) -> Type {
    let fields = fields.iter();
    record(fields.map(|(name, ty)| (Name::new_static(name), ty.clone())))
}

/// `results.commit.path`, by the names of the results.
pub(crate) fn result_paths<'a>(names: impl Iterator<Item = &'a Name>) -> Type {
    let path = words(&[("path", Type::form(Form::Path))]);
    record(names.map(|it| (it.clone(), path.clone())))
}

/// What Tekton tells a task of where it runs.
pub(crate) fn task_context() -> Type {
    let text = Type::string();
    let run = [
        ("name", text.clone()),
        ("namespace", text.clone()),
        ("uid", text.clone()),
    ];
    let task = [("name", text.clone()), ("retry-count", Type::INT)];
    words(&[("taskRun", words(&run)), ("task", words(&task))])
}

/// What Tekton tells the nodes of a pipeline of where they run.
pub(crate) fn pipeline_context() -> Type {
    let text = Type::string();
    let run = [
        ("name", text.clone()),
        ("namespace", text.clone()),
        ("uid", text.clone()),
    ];
    words(&[
        ("pipelineRun", words(&run)),
        ("pipeline", words(&[("name", text)])),
        ("pipelineTask", words(&[("retries", Type::INT)])),
    ])
}

/// `Succeeded`, `Failed`, `None` of a node.
pub(crate) fn node_status() -> Type {
    Type::one_of(&["Succeeded", "Failed", "None"])
}

/// The status of all nodes together.
pub(crate) fn tasks_status() -> Type {
    Type::one_of(&["Succeeded", "Failed", "Completed", "None"])
}

/// Who looks at a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// What runs in a pod: there it is a directory.
    Task,
    /// What hands it on to nodes.
    Pipeline,
}

/// A workspace, as a task or as a pipeline sees it.
pub(crate) fn workspace(name: Option<&Name>, viewer: Viewer) -> Type {
    match viewer {
        Viewer::Task => {
            let fields = [
                ("path", Type::form(Form::Path)),
                ("bound", Type::Bool),
                ("claim", Type::string()),
                ("volume", Type::string()),
            ];
            let fields = fields.map(|(name, ty)| (Name::new_static(name), FieldType::new(ty)));
            Type::thing("workspace", name, fields.into_iter().collect())
        }
        Viewer::Pipeline => handed_on(name, 2),
    }
}

/// `ws.sub("a").ro` is a workspace again; the types are finite, so deeper ones are left out.
fn handed_on(name: Option<&Name>, depth: u8) -> Type {
    let mut fields: IndexMap<Name, FieldType> = IndexMap::new();
    let mut field = |name: &'static str, ty: Type| {
        fields.insert(Name::new_static(name), FieldType::new(ty));
    };
    field("bound", Type::Bool);
    if let Some(depth) = depth.checked_sub(1) {
        let inner = handed_on(name, depth);
        let path = ParamType {
            name: Name::new_static("path"),
            ty: Type::string(),
            default: None,
            doc: None,
        };
        let sub = FnType {
            params: vec![path],
            result: inner.clone(),
        };
        field("ro", inner);
        field("sub", Type::Function(Arc::new(sub)));
    }
    Type::thing("workspace", name, fields)
}

/// `env.name`, `env.namespace`, `env.cluster`, `env.vars.x`; `vars` are those of all environments of the program.
pub(crate) fn env(body: &mut Body<'_, '_>) -> Type {
    let mut vars: IndexMap<Name, Type> = IndexMap::new();
    let program = body.checker.program;
    for item in program.own_items() {
        if let ItemKind::Decl(decl) = &item.tree.kind
            && decl.kind.name == "env"
            && let Some(block) = &decl.block
        {
            collect_vars(block, &mut vars);
        }
    }
    let cluster = crate::check::kind::anything(body.checker, "cluster");
    words(&[
        ("name", Type::form(Form::Name)),
        ("namespace", Type::form(Form::Name)),
        ("cluster", Type::Thing(Arc::new(cluster))),
        ("vars", record(vars)),
    ])
}

fn collect_vars(block: &Block, vars: &mut IndexMap<Name, Type>) {
    for member in &block.members {
        let MemberKind::Field(field) = &member.kind else {
            continue;
        };
        let ExprKind::Record(entries) = &field.value.kind else {
            continue;
        };
        if field.key.name != "vars" {
            continue;
        }
        for entry in entries {
            if let Entry::Field(it) = entry {
                let ty = literal_type(&it.value);
                let known = vars
                    .entry(it.key.name.clone())
                    .or_insert_with(|| ty.clone());
                if *known != ty {
                    *known = Type::Json;
                }
            }
        }
    }
}

/// The type of a literal by its form; open data for all else.
fn literal_type(expr: &Expr) -> Type {
    let kind = &expr.peeled().kind;
    let digits = |text: &Name| text.bytes().all(|it| it.is_ascii_digit());
    if let ExprKind::Str { .. } = kind {
        Type::string()
    } else if let ExprKind::Bool(_) = kind {
        Type::Bool
    } else if let ExprKind::Quantity(text) = kind
        && digits(text)
    {
        Type::INT
    } else {
        Type::Json
    }
}

/// Binds `env` where an environment is a parameter of what stands there.
pub(crate) fn bind_env(body: &mut Body<'_, '_>) {
    let ty = env(body);
    body.bind_group("env", ty, crate::check::Stage::Compile);
}
