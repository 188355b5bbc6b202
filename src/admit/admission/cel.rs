//! CEL in conditions, compiled where no variable exists, and in filters of events: read, and given types, as CEL's own library
//! does.

mod check;
mod lex;
mod read;

/// How deep an expression may nest.
const DEEPEST: usize = 100;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
enum Expr {
    Literal(Type),
    Name(String),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    /// `of.field`
    Field(Box<Expr>, String),
    /// `name(…)` or `of.name(…)`; operators have names too: `_+_`, `!_`, `_?_:_`, `_[_]`.
    Call(Option<Box<Expr>>, String, Vec<Expr>),
}

/// The type of an expression.
#[derive(Clone, Debug, PartialEq)]
enum Type {
    /// Known when it is computed.
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Duration,
    Timestamp,
    Kind,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
}

/// What an expression can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// True or false, or whatever it will be.
    Condition,
    /// A number, a text, …: never true or false.
    Other,
}

/// Whether the text is an expression whose types fit; what is wrong with it where it is none.
pub(crate) fn compile(text: &str) -> Result<Outcome, String> {
    let tokens = lex::tokens(text)?;
    let expr = read::expression(&tokens)?;
    Ok(outcome(&check::check(&expr)?))
}

/// What is known of an expression that filters events.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) outcome: Outcome,
    /// Names that are neither variables nor parameters, each once.
    pub(crate) unknown: Vec<String>,
}

/// The same for an expression that Pipelines as Code asks of an event: `variables` are what it knows of each, `params` texts
/// that the project adds. What else it names may be such a text too.
pub(crate) fn compile_filter(
    text: &str,
    variables: &[&str],
    params: &[&str],
) -> Result<Filter, String> {
    let tokens = lex::tokens(text)?;
    let expr = read::expression(&tokens)?;
    let data = || Type::Map(Box::new(Type::Text), Box::new(Type::Dyn));
    let known = variables.iter().map(|it| match *it {
        "headers" | "body" | "files" => ((*it).to_owned(), data()),
        _ => ((*it).to_owned(), Type::Text),
    });
    let params = params.iter().map(|it| ((*it).to_owned(), Type::Text));
    let (found, unknown) = check::check_filter(&expr, params.chain(known).collect())?;
    let outcome = outcome(&found);
    Ok(Filter { outcome, unknown })
}

fn outcome(of: &Type) -> Outcome {
    match of {
        Type::Bool | Type::Dyn => Outcome::Condition,
        Type::Null
        | Type::Int
        | Type::Uint
        | Type::Double
        | Type::Text
        | Type::Bytes
        | Type::Duration
        | Type::Timestamp
        | Type::Kind
        | Type::List(_)
        | Type::Map(..) => Outcome::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, compile};

    #[test]
    fn what_compiles_without_variables() {
        for text in [
            "true",
            "'$(params.a)' == 'b'",
            "1 + 2 * 3 < 4 && !false",
            "'a' in ['a', 'b'] || \"x\".startsWith('y')",
            "{'a': 1}.a == 1 ? 'x' : 'y'",
            "[1, 2].all(it, it > 0)",
            "size('abc') == 3",
            "r'\\d+' == '''a\nb'''",
            "int('1') + 2",
            "1u == 2u",
            "type(1) == int",
            "[1, 'a'][0] == 'b'",
            "has({'a': 1}.a)",
            "duration('1h') > duration('1m')",
        ] {
            assert!(compile(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_condition() {
        for text in ["1 + 2", "'a'", "true ? 1 : 2", "[true]"] {
            assert_eq!(compile(text), Ok(Outcome::Other), "{text}");
        }
        assert_eq!(compile("1 == 2"), Ok(Outcome::Condition));
    }

    #[test]
    fn what_does_not() {
        for text in [
            "",
            "a",
            "a == 'b'",
            "$(params.a) == 'b'",
            "'a' == 1",
            "1 + 'a'",
            "'a' &&",
            "nope('a')",
            "'a'.nope()",
            "'a",
            "1 == 1.0",
            "1 < 2.0",
            "99999999999999999999",
            "!'a'",
            "'a' = 'b'",
            "true and false",
            "'a'.b",
            "[1].all(1, true)",
            "in",
        ] {
            assert!(compile(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(compile(&"(".repeat(100_000)).is_err());
        assert!(compile(&"!".repeat(100_000)).is_err());
        let sum = vec!["1"; 10_000].join(" + ");
        assert_eq!(compile(&sum), Ok(Outcome::Other));
    }
}
