//! Words that stand for a group of names in a place: `params.x`, `context.pipelineRun.name`, `event.sha`, `env.namespace`.

use crate::base::Name;
use crate::lower::names::rest_of;
use crate::lower::{Lowerer, Scope, errors, thing, things};
use crate::plan::{Expr, Ref};
use crate::syntax::ast;

impl<'a> Lowerer<'a> {
    /// The value at a path within a group.
    pub(crate) fn group(
        &mut self,
        expr: &ast::Expr,
        group: &str,
        path: &[Name],
        scope: &Scope<'a>,
    ) -> Expr {
        let span = expr.span;
        let reference = |it: Ref| Expr::reference(span, it);
        match (group, path) {
            ("params", [name, rest @ ..]) => rest_of(self.param(expr, name, scope), rest),
            ("results", [name, ..]) if self.is_action(scope) => {
                let step = scope.step.clone().unwrap_or_default();
                reference(Ref::StepResultPath(step, name.clone()))
            }
            ("results", [name, ..]) => reference(Ref::ResultPath(name.clone())),
            ("workspaces", [name, rest @ ..]) => {
                let workspace = self.workspace(expr, name, scope);
                self.fields_of(expr, workspace, rest, scope)
            }
            ("steps", [step, word, result, rest @ ..]) if word == "results" => {
                let path = rest.first().is_some_and(|it| it == "path");
                let (step, result) = (step.clone(), result.clone());
                reference(if path {
                    Ref::StepResultPath(step, result)
                } else {
                    Ref::StepResult(step, result)
                })
            }
            ("steps", [step, rest @ ..]) => {
                let step = Expr::constant(span, thing("step", step));
                self.fields_of(expr, step, rest, scope)
            }
            ("step", [word, result, ..]) if word == "results" => {
                let step = scope.step.clone().unwrap_or_default();
                reference(Ref::StepResultPath(step, result.clone()))
            }
            ("tasks", [word]) if word == "status" => reference(Ref::TasksStatus),
            ("tasks", [node, rest @ ..]) => {
                let node = Name::new(format!("{}{node}", scope.prefix));
                let node = Expr::constant(span, thing("node", &node));
                self.fields_of(expr, node, rest, scope)
            }
            ("context", [_, ..]) => reference(Ref::Context(dotted(path))),
            ("event", [_, ..]) => reference(Ref::Event(dotted(path))),
            ("each", [name, ..]) => reference(Ref::Each(name.clone())),
            ("env", path) => self.env_value(expr, path),
            ("value" | "values", path) => rest_of(reference(Ref::Metric(Name::new(group))), path),
            ("rollout", [_, ..]) => {
                reference(Ref::Field(Name::new(format!("rollout.{}", dotted(path)))))
            }
            _ => {
                let what = format!("`{group}` alone, which is no value");
                self.sink.push(errors::internal(span, &what));
                Expr::error(span)
            }
        }
    }

    fn is_action(&self, scope: &Scope<'a>) -> bool {
        let decl = self.decl(scope.item);
        decl.is_some_and(|(_, it)| it.kind.name == "action")
    }

    fn fields_of(
        &mut self,
        expr: &ast::Expr,
        mut value: Expr,
        path: &[Name],
        scope: &Scope<'a>,
    ) -> Expr {
        for name in path {
            value = self.field_of(expr.span, value, name, scope);
        }
        value
    }

    /// `params.x`: what the name is bound to where the pipeline is inlined, else a reference.
    fn param(&mut self, expr: &ast::Expr, name: &Name, scope: &Scope<'a>) -> Expr {
        let bound = self.param_node(scope.item, name);
        let bound = bound.and_then(|it| scope.get(scope.item, it));
        bound
            .cloned()
            .unwrap_or_else(|| Expr::reference(expr.span, Ref::Param(name.clone())))
    }

    /// `workspaces.w`: what the name is bound to where the pipeline is inlined.
    fn workspace(&mut self, expr: &ast::Expr, name: &Name, scope: &Scope<'a>) -> Expr {
        let members = self.decl(scope.item).and_then(|(_, it)| it.block.as_ref());
        let mut members = members.into_iter().flat_map(|it| &it.members);
        let node = members.find_map(|it| {
            let ast::MemberKind::Decl(decl) = &it.kind else {
                return None;
            };
            let head = &decl.head.name;
            (decl.kind.name == "workspace" && head.name == *name).then_some(head.id)
        });
        let bound = node.and_then(|it| scope.get(scope.item, it));
        bound
            .cloned()
            .unwrap_or_else(|| Expr::constant(expr.span, thing("workspace", name)))
    }

    /// Where the item declares a parameter of that name.
    fn param_node(&self, item: crate::resolve::ItemId, name: &Name) -> Option<ast::NodeId> {
        let (_, decl) = self.decl(item)?;
        let params = decl.head.params.as_ref()?;
        let param = params.iter().find(|it| it.name.name == *name)?;
        Some(param.name.id)
    }

    fn env_value(&mut self, expr: &ast::Expr, path: &[Name]) -> Expr {
        let Some(environment) = &self.environment else {
            if self.probing {
                self.probed_env = true;
            } else {
                self.sink.push(errors::no_environment(expr.span));
            }
            return Expr::error(expr.span);
        };
        let value = environment.value.clone();
        rest_of(value, path)
    }
}

fn dotted(path: &[Name]) -> Name {
    let mut text = String::new();
    for name in path {
        let is_index = name.bytes().all(|it| it.is_ascii_digit());
        if is_index {
            text.push_str(&format!("[{name}]"));
            continue;
        }
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(name);
    }
    Name::new(text)
}

/// The field of a workspace by its word.
pub(crate) fn workspace_field(name: &str) -> Option<crate::plan::expr::WorkspaceField> {
    things::WORKSPACE_FIELDS
        .iter()
        .find(|(word, _)| *word == name)
        .map(|(_, it)| *it)
}
