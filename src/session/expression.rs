//! One expression by itself, over inputs that get their values later: `wudi eval`.
#![expect(
    clippy::result_large_err,
    reason = "a finding is what a row without an answer gives"
)]

use std::path::Path;
use std::sync::Arc;

use crate::base::{FileId, Name, Span};
use crate::check::{Checked, Signature};
use crate::diag::{Diagnostic, Sink};
use crate::eval::batch::columns::Owned;
use crate::eval::batch::{Columns, Values};
use crate::eval::form::{self, Failure, Fault, Form, Kind};
use crate::eval::interpret;
use crate::eval::table::Table;
use crate::eval::tier::{Prepared, Tier};
use crate::lower;
use crate::plan::{Expr, ExprKind, Ref};
use crate::resolve::{ItemId, Program};
use crate::session::library::Reader;
use crate::session::{Input, Session, stack};
use crate::syntax::{self, ast};
use crate::types::Type;
use crate::value::Value;

/// The name of the function that the expression is the body of.
const FUNCTION: &str = "wudi-expression";

/// A checked expression.
pub(crate) struct Expression {
    program: Program,
    checked: Checked,
    function: ItemId,
    /// Names and types of what it is given.
    pub(crate) inputs: Vec<(Name, Type)>,
    /// Over parameters; `None` where some of it must be known before it is lowered, as the list of a `for`.
    pub(crate) expr: Option<Expr>,
    /// Where the fast tiers can do it.
    pub(crate) form: Option<Prepared>,
    file: FileId,
}

impl Session {
    /// Checks an expression over inputs, each with its type as text; `program` is where its functions are.
    pub(crate) fn expression(
        &mut self,
        program: Option<&Path>,
        text: &str,
        inputs: &[(Name, String)],
    ) -> Result<Expression, Vec<Diagnostic>> {
        let input = self.beside(program)?;
        self.expression_in(&input, text, inputs)
    }

    /// The program whose names an expression may use.
    pub(crate) fn beside(&mut self, program: Option<&Path>) -> Result<Input, Vec<Diagnostic>> {
        let Some(path) = program else {
            return Ok(Input::default());
        };
        let mut sink = Sink::default();
        let input = self.load(path, &mut sink);
        input.ok_or_else(|| sink.into_sorted())
    }

    /// Checks an expression beside a program.
    pub(crate) fn expression_in(
        &mut self,
        input: &Input,
        text: &str,
        inputs: &[(Name, String)],
    ) -> Result<Expression, Vec<Diagnostic>> {
        let mut sink = Sink::default();
        let file = self.sources.add(Path::new("expression"), text.into());
        let sources = &mut self.sources;
        let made = stack::with_room(|| {
            let mut reader = Reader {
                input,
                sources,
                cache: syntax::Cache::default(),
            };
            make(&mut reader, file, text, inputs, &mut sink)
        });
        let place = Span::new(file, 0, 0);
        match made {
            Ok(Some(made)) if sink.errors() == 0 => Ok(made),
            Ok(_) => Err(sink.into_sorted()),
            Err(stack::Panicked) => Err(vec![crate::session::errors::panicked(place)]),
        }
    }
}

fn make(
    reader: &mut Reader<'_>,
    file: FileId,
    text: &str,
    inputs: &[(Name, String)],
    sink: &mut Sink,
) -> Option<Expression> {
    let mut root = reader.parse(&reader.input.files, sink);
    let params: Vec<String> = inputs
        .iter()
        .map(|(name, ty)| format!("{name}: {ty}"))
        .collect();
    let params = params.join(", ");
    let tree = syntax::parse_expression(file, (FUNCTION, &params), text, sink);
    root.push(Arc::new(tree));
    let (program, checked) = reader.check(&root, &params, sink);
    if sink.errors() > 0 {
        return None;
    }
    let package = program.package(program.root)?;
    let function = *package.callables.get(FUNCTION)?;
    let Signature::Callable(callable) = checked.signature(function) else {
        return None;
    };
    let params = &callable.function.params;
    let inputs: Vec<(Name, Type)> = params
        .iter()
        .map(|it| (it.name.clone(), it.ty.clone()))
        .collect();
    let place = Span::new(file, 0, 0);
    let arguments = inputs.iter();
    let arguments: Vec<Expr> = arguments
        .map(|(name, _)| Expr::reference(place, Ref::Param(name.clone())))
        .collect();
    // What must be known to be lowered is lowered once it is; what is wrong in any case is said now.
    let mut open = Sink::default();
    let lowered = lower::function(&program, &checked, function, &arguments, &mut open)?;
    let late = open.errors() > 0;
    let found = open.into_sorted();
    if found.iter().any(|it| it.code.name != "late-value") {
        found.into_iter().for_each(|it| sink.push(it));
        return None;
    }
    let expr = (!late).then_some(lowered);
    let kinds: Vec<form::Input> = inputs.iter().filter_map(kind_of).collect();
    let form = expr
        .as_ref()
        .and_then(|it| form::build::form(it, &kinds))
        .map(Prepared::new);
    Some(Expression {
        program,
        checked,
        function,
        inputs,
        expr,
        form,
        file,
    })
}

/// How the fast tiers take an input; `None` where they do not.
fn kind_of((name, ty): &(Name, Type)) -> Option<form::Input> {
    let kind = match ty.without_none() {
        Type::Bool => Kind::Bool,
        Type::Int { .. } => Kind::Int,
        Type::Float => Kind::Float,
        Type::String(_) => Kind::Text,
        Type::Duration => Kind::Duration,
        Type::Bytes => Kind::Bytes,
        Type::Cpu => Kind::Cpu,
        Type::Percent { .. } => Kind::Percent,
        Type::Error
        | Type::Json
        | Type::None
        | Type::List(_)
        | Type::Map(_)
        | Type::Optional(_)
        | Type::Secret(_)
        | Type::Range(_)
        | Type::Record(_)
        | Type::Object(_)
        | Type::Function(_)
        | Type::Union(_)
        | Type::Opaque(_)
        | Type::Thing(_)
        | Type::Variable(_) => return None,
    };
    let optional = matches!(ty, Type::Optional(_));
    let name = name.clone();
    Some(form::Input {
        name,
        kind,
        optional,
    })
}

impl Expression {
    /// The type of its value.
    pub(crate) fn ty(&self) -> Type {
        let item = self.program.item(self.function);
        if let Some(ast::ItemKind::Fn(function)) = item.map(|it| &it.tree.kind)
            && let Some(body) = &function.body
        {
            return self.checked.tables(self.function).type_of(body.id).clone();
        }
        Type::Error
    }

    /// The value by the reference interpreter. `values` are those of the inputs, in their order; `none` for what is missing.
    pub(crate) fn interpret(&self, values: &[Value], limit: u64) -> Result<Value, Diagnostic> {
        let place = Span::new(self.file, 0, 0);
        let Some(expr) = &self.expr else {
            return self.computed(values, place, limit);
        };
        let find = |name: &Name| self.inputs.iter().position(|(it, _)| it == name);
        let missing = |name: &Name| {
            let at = find(name)?;
            let is_missing = values.get(at).is_none_or(Value::is_none);
            let optional = matches!(self.inputs.get(at)?.1, Type::Optional(_) | Type::Json);
            (is_missing && !optional).then_some(at)
        };
        let mut first: Option<(usize, Failure)> = None;
        expr.each_ref(&mut |reference, span| {
            if let Ref::Param(name) = reference
                && let Some(at) = missing(name)
                && first.as_ref().is_none_or(|(it, _)| at < *it)
            {
                let error = crate::eval::EvalError::Missing(name.clone());
                first = Some((at, Failure { span, error }));
            }
        });
        if let Some((_, failure)) = first {
            return Err(report(&failure));
        }
        let lookup = |reference: &Ref| {
            if let Ref::Param(name) = reference {
                return find(name).and_then(|it| values.get(it).cloned());
            }
            None
        };
        interpret::interpret(expr, &lookup, limit).map_err(|it| report(&it))
    }

    /// By lowering it with its inputs known.
    fn computed(&self, values: &[Value], place: Span, limit: u64) -> Result<Value, Diagnostic> {
        let arguments = values.iter();
        let arguments: Vec<Expr> = arguments
            .map(|it| Expr::constant(place, it.clone()))
            .collect();
        let mut sink = Sink::default();
        let (program, checked) = (&self.program, &self.checked);
        let lowered = lower::function(program, checked, self.function, &arguments, &mut sink);
        if let Some(found) = sink.into_sorted().into_iter().next() {
            return Err(found);
        }
        match lowered {
            Some(Expr {
                kind: ExprKind::Const(value),
                ..
            }) => Ok(value),
            Some(open) => {
                let unknown = interpret::interpret(&open, &|_| None, limit);
                unknown.map_err(|it| report(&it))
            }
            None => Err(crate::session::errors::panicked(place)),
        }
    }
}

/// A failure as a finding on the expression.
pub(crate) fn report(failure: &Failure) -> Diagnostic {
    Diagnostic::new(
        failure.error.code(),
        failure.span,
        failure.error.to_string(),
    )
}

/// The answers of all rows of a table.
pub(crate) enum Answers<'a> {
    /// By the interpreter.
    Values(Vec<Result<Value, Diagnostic>>),
    /// By a fast tier.
    Columns {
        form: &'a Form,
        values: Values<'a>,
        /// Rows without an answer, in their order.
        faults: Vec<(usize, Fault)>,
        rows: usize,
    },
}

impl Answers<'_> {
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Values(all) => all.len(),
            Self::Columns { rows, .. } => *rows,
        }
    }

    /// The answer of a row.
    pub(crate) fn get(&self, row: usize) -> Result<Value, Diagnostic> {
        match self {
            Self::Values(all) => all.get(row).cloned().unwrap_or(Ok(Value::None)),
            Self::Columns {
                form,
                values,
                faults,
                ..
            } => {
                if let Ok(at) = faults.binary_search_by_key(&row, |it| it.0)
                    && let Some((_, fault)) = faults.get(at)
                {
                    return Err(report(&form.failure(*fault)));
                }
                Ok(values.value(form.kind, row).unwrap_or(Value::None))
            }
        }
    }
}

impl Expression {
    /// The answers of all rows; a refusal where a tier was asked for that cannot do it.
    pub(crate) fn answers<'a>(
        &'a self,
        table: &'a Table,
        tier: Tier,
        limit: u64,
    ) -> Result<Answers<'a>, String> {
        let prepared = self.form.as_ref();
        let prepared = prepared.filter(|it| it.form().nodes <= limit);
        if let Some(answers) = prepared.and_then(|it| by_columns(it, table, tier)) {
            return Ok(answers);
        }
        match tier {
            Tier::Auto | Tier::Interpreter => Ok(self.interpreted(table, limit)),
            Tier::Batch => Err("the batch tier cannot do this expression".to_owned()),
            Tier::Jit => Err("the jit tier cannot do this expression here".to_owned()),
        }
    }

    fn interpreted<'a>(&'a self, table: &'a Table, limit: u64) -> Answers<'a> {
        let columns: Vec<Option<&Vec<Value>>> = self
            .inputs
            .iter()
            .map(|(name, _)| table.columns.get(name))
            .collect();
        let row = |row: usize| {
            let cell = |it: &Option<&Vec<Value>>| it.and_then(|it| it.get(row)).cloned();
            let values = columns.iter().map(|it| cell(it).unwrap_or(Value::None));
            self.interpret(&values.collect::<Vec<Value>>(), limit)
        };
        Answers::Values((0..table.rows).map(row).collect())
    }
}

/// The answers by a fast tier, where it can do it.
fn by_columns<'a>(prepared: &'a Prepared, table: &'a Table, tier: Tier) -> Option<Answers<'a>> {
    let form = prepared.form();
    let owned = form.inputs.iter().map(|it| {
        let values = table.columns.get(&it.name);
        Owned::new(it, values.map(Vec::as_slice).unwrap_or_default())
    });
    let owned: Vec<Owned<'_>> = owned.collect::<Option<_>>()?;
    let columns = Columns {
        rows: table.rows,
        all: owned.iter().map(Owned::column).collect(),
    };
    let mut values = Values::blank(form.kind, table.rows);
    let mut faults = Vec::new();
    let done = prepared.evaluate_all(&columns, tier, &mut values, &mut |row, fault| {
        faults.push((row, fault));
    });
    done.then_some(Answers::Columns {
        form,
        values,
        faults,
        rows: table.rows,
    })
}

#[cfg(test)]
#[path = "expression_tests.rs"]
mod tests;
