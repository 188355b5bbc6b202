//! What stands after the dot of something declared: a workspace's path, a node's results, a secret's keys, an image's repository.

use std::cell::RefCell;

use indexmap::{IndexMap, IndexSet};

use crate::base::{Name, Span};
use crate::lower::{Lowerer, Scope, errors, fold, groups, thing};
use crate::plan::expr::WorkspaceField;
use crate::plan::{Expr, ExprKind, Ref};
use crate::resolve::ItemId;
use crate::syntax::ast;
use crate::value::{Thing, Value};

pub(crate) const WORKSPACE_FIELDS: &[(&str, WorkspaceField)] = &[
    ("path", WorkspaceField::Path),
    ("bound", WorkspaceField::Bound),
    ("claim", WorkspaceField::Claim),
    ("volume", WorkspaceField::Volume),
];

/// The nodes of a pipeline, as written: what they hand to the workspaces of their callees, and which of them stand for a pipeline.
#[derive(Debug, Default)]
pub(crate) struct Nodes<'a> {
    pub(crate) workspaces: IndexMap<Name, IndexMap<Name, &'a ast::Expr>>,
    /// What `node.workspace` is, found once: in a long chain each node asks the one before it.
    known: RefCell<IndexMap<(Name, Name), Expr>>,
    /// The results that each declares, which may be called like a workspace.
    pub(crate) results: IndexMap<Name, Vec<Name>>,
    /// Those that may have several instances.
    pub(crate) fanned: IndexSet<Name>,
    /// Calls of pipelines that are inlined: the pipeline and the call.
    pub(crate) inlined: IndexMap<Name, (ItemId, &'a ast::Base)>,
}

/// A workspace as a value: whose it is, and what `.sub`, `.ro` and the node before it add.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    pub(crate) name: Name,
    pub(crate) sub_path: Option<Expr>,
    pub(crate) read_only: bool,
    /// Nodes that had it before.
    pub(crate) after: Vec<Name>,
}

impl Workspace {
    /// The workspace that a value is, if it is one.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        if let Some(it) = expr.thing() {
            let plain = Self {
                name: it.name.clone(),
                sub_path: None,
                read_only: false,
                after: Vec::new(),
            };
            return (it.kind == "workspace").then_some(plain);
        }
        let is_open = matches!(&expr.kind, ExprKind::Make(name, _) if name == "workspace");
        let is_known =
            matches!(&expr.kind, ExprKind::Const(Value::Make(make)) if make.name == "workspace");
        if !is_open && !is_known {
            return None;
        }
        let after = expr.get("after").and_then(|it| fold::elements(&it));
        let after = after.unwrap_or_default();
        Some(Self {
            name: expr.get("of")?.thing()?.name.clone(),
            sub_path: expr.get("sub"),
            read_only: expr.get("ro").is_some(),
            after: after
                .iter()
                .filter_map(|it| it.text().map(Name::new))
                .collect(),
        })
    }

    /// As a value again.
    pub(crate) fn value(self, span: Span) -> Expr {
        let constant = |it: Value| Expr::constant(span, it);
        let mut args = IndexMap::new();
        let of = thing("workspace", &self.name);
        args.insert(Name::new_static("of"), constant(of));
        if let Some(path) = self.sub_path {
            args.insert(Name::new_static("sub"), path);
        }
        if self.read_only {
            args.insert(Name::new_static("ro"), constant(Value::Bool(true)));
        }
        let after = self.after.into_iter().map(Value::Str).collect();
        args.insert(Name::new_static("after"), constant(Value::list(after)));
        fold::make(span, &Name::new_static("workspace"), args)
    }

    pub(crate) fn field(mut self, span: Span, name: &Name) -> Expr {
        if name == "ro" {
            self.read_only = true;
            return self.value(span);
        }
        match groups::workspace_field(name) {
            Some(field) => Expr::reference(span, Ref::Workspace(self.name, field)),
            None => Expr::error(span),
        }
    }

    /// `workspace.sub("dir")`; of a part of a workspace, a part of that part.
    pub(crate) fn sub(mut self, span: Span, path: Expr) -> Result<Expr, fold::Failure> {
        let joined = match self.sub_path.take() {
            None => path,
            Some(outer) => {
                let mut text = fold::Text::default();
                text.push(outer)?;
                text.push_text("/");
                text.push(path)?;
                text.finish(span)
            }
        };
        self.sub_path = Some(joined);
        Ok(self.value(span))
    }
}

impl<'a> Lowerer<'a> {
    /// A field of something declared.
    pub(crate) fn thing_field(
        &mut self,
        span: Span,
        of: &Thing,
        name: &Name,
        scope: &Scope<'a>,
    ) -> Expr {
        match of.kind.as_str() {
            "node" => self.node_field(span, &of.name, name, scope),
            "results" => self.node_result(span, &of.name, name, scope),
            "step" => {
                let step = of.name.clone();
                let reference = match name.as_str() {
                    "exitCode" | "exit-code" => Ref::StepExitCodePath(step),
                    _ => Ref::StepResult(step, name.clone()),
                };
                Expr::reference(span, reference)
            }
            "secret" => {
                let secret = self.object_name("secret", &of.name);
                Expr::reference(span, Ref::SecretKey(secret, name.clone()))
            }
            _ => self.declared_field(span, of, name),
        }
    }

    /// A field as the declaration has it, amended for the environment that is set.
    fn declared_field(&mut self, span: Span, of: &Thing, name: &Name) -> Expr {
        let Some(item) = self.find_thing(&of.kind, &of.name) else {
            return Expr::error(span);
        };
        let kind = crate::schema::kinds::find(&of.kind);
        let mut fields = self.declared_fields(item);
        if let Some(body) = kind.and_then(|it| it.body) {
            self.fill_body(&mut fields, body);
        }
        let absent = if name == "name" {
            Value::Str(of.name.clone())
        } else {
            Value::None
        };
        let found = fields.take(name);
        let found = found.unwrap_or_else(|| Expr::constant(span, absent));
        Expr { span, ..found }
    }

    /// `node.workspace`: the pipeline's workspace behind it, after the node. `None` where the node has no such workspace.
    fn node_workspace(
        &mut self,
        span: Span,
        node: &Name,
        name: &Name,
        scope: &Scope<'a>,
    ) -> Option<Expr> {
        let nodes = scope.nodes.clone()?;
        let argument: &'a ast::Expr = nodes.workspaces.get(node)?.get(name)?;
        let key = (node.clone(), name.clone());
        let known = nodes.known.borrow().get(&key).cloned();
        if let Some(known) = known {
            return Some(Expr { span, ..known });
        }
        let mut value = self.expr(argument, scope);
        if let Some(mut workspace) = Workspace::of(&value) {
            // The node itself comes after those that had the workspace before it.
            workspace.after = vec![node.clone()];
            // Who comes after the node has the workspace itself, not the node's promise not to write.
            workspace.read_only = false;
            value = workspace.value(span);
        }
        nodes.known.borrow_mut().insert(key, value.clone());
        Some(value)
    }

    fn node_field(&mut self, span: Span, node: &Name, name: &Name, scope: &Scope<'a>) -> Expr {
        let nodes = scope.nodes.as_ref();
        let is_fanned = nodes.is_some_and(|it| it.fanned.contains(node));
        let own = match name.as_str() {
            "results" => return Expr::constant(span, thing("results", node)),
            "status" => Ref::NodeStatus(node.clone()),
            "reason" => Ref::NodeReason(node.clone()),
            "length" if is_fanned => Ref::NodeLength(node.clone()),
            _ => {
                let results = nodes.and_then(|it| it.results.get(node));
                let is_result = results.is_some_and(|it| it.contains(name));
                let workspace = match is_result {
                    true => None,
                    false => self.node_workspace(span, node, name, scope),
                };
                return workspace.unwrap_or_else(|| self.node_result(span, node, name, scope));
            }
        };
        if nodes.is_some_and(|it| it.inlined.contains_key(node)) {
            let what = format!("`{name}` of a called pipeline");
            let reason = "each node has a status of its own there";
            self.sink.push(errors::not_inlined(span, &what, reason));
            return Expr::error(span);
        }
        Expr::reference(span, own)
    }

    /// `node.results.digest`
    fn node_result(&mut self, span: Span, node: &Name, name: &Name, scope: &Scope<'a>) -> Expr {
        let nodes = scope.nodes.clone();
        match nodes.as_ref().and_then(|it| it.inlined.get(node)) {
            Some((pipeline, base)) => {
                self.inlined_result(span, (node, name), (*pipeline, base), scope)
            }
            None => Expr::reference(span, Ref::NodeResult(node.clone(), name.clone())),
        }
    }

    /// `image.at(tag)`: the reference of a declared image, `REPOSITORY:TAG`.
    pub(crate) fn image_at(&mut self, span: Span, image: &Expr, tag: Expr) -> Expr {
        let repository = match image.thing() {
            Some(of) => {
                let of = of.clone();
                self.declared_field(span, &of, &Name::new_static("repository"))
            }
            None => image.clone(),
        };
        let mut text = fold::Text::default();
        let pushed = text.push(repository).and_then(|()| {
            text.push_text(":");
            text.push(tag)
        });
        let result = pushed.map(|()| text.finish(span));
        self.folded(result)
    }

    /// Reports a construct that this version does not carry.
    pub(crate) fn not_supported(&mut self, span: Span, what: &str) -> Expr {
        self.sink.push(errors::not_supported(span, what));
        Expr::error(span)
    }
}
