//! The grammar of CEL.

use crate::admit::admission::cel::lex::Token;
use crate::admit::admission::cel::{DEEPEST, Expr, Type};

/// Words that mean something else, or may one day.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Operators between two values, those that bind least first.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["<", "<=", ">", ">=", "==", "!=", "in"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// The expression that the words are.
pub(crate) fn expression(tokens: &[Token<'_>]) -> Result<Expr, String> {
    let mut reader = Reader {
        tokens,
        at: 0,
        depth: 0,
    };
    let expr = reader.expr()?;
    match reader.peek() {
        None => Ok(expr),
        Some(_) => Err("there is more than one expression".to_owned()),
    }
}

struct Reader<'a, 't> {
    tokens: &'t [Token<'a>],
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a, '_> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    /// Takes the sign or the word `in` if it is next.
    fn takes(&mut self, sign: &str) -> bool {
        let next = match self.peek() {
            Some(Token::Sign(it)) => *it == sign,
            Some(Token::Word(it)) => *it == sign && sign == "in",
            Some(Token::Int | Token::Uint | Token::Double | Token::Text | Token::Bytes) | None => {
                false
            }
        };
        self.at += usize::from(next);
        next
    }

    fn needs(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) {
            return Ok(());
        }
        Err(format!("a `{sign}` is missing"))
    }

    fn expr(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it nests too deep".to_owned());
        }
        let condition = self.binary(0)?;
        let expr = if self.takes("?") {
            let yes = self.binary(0)?;
            self.needs(":")?;
            let no = self.expr()?;
            call("_?_:_", vec![condition, yes, no])
        } else {
            condition
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn binary(&mut self, level: usize) -> Result<Expr, String> {
        let Some(signs) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        let mut parts = Vec::new();
        while let Some(sign) = signs.iter().find(|it| self.takes(it)) {
            let right = self.binary(level + 1)?;
            parts.push((*sign, right));
        }
        // A long chain of one operator is kept flat, so that it does not count as deep.
        let first = parts.first().map(|it| it.0);
        let chained = parts.len() > 1 && !matches!(level, 2);
        if let Some(sign) = first.filter(|it| chained && parts.iter().all(|part| part.0 == *it)) {
            let rest = parts.into_iter().map(|it| it.1);
            let all = std::iter::once(left).chain(rest);
            return Ok(call(&format!("_{sign}_"), all.collect()));
        }
        if parts.len() > DEEPEST {
            return Err("it nests too deep".to_owned());
        }
        for (sign, right) in parts {
            left = call(&format!("_{sign}_"), vec![left, right]);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, String> {
        for sign in ["!", "-"] {
            let mut count = 0;
            while self.takes(sign) {
                count += 1;
            }
            if count > 0 {
                let of = self.member()?;
                // Two of them are none to the types, and as many are as good as one.
                return Ok(call(&format!("{sign}_"), vec![of]));
            }
        }
        self.member()
    }

    fn member(&mut self) -> Result<Expr, String> {
        let mut of = self.primary()?;
        let mut length = 0;
        loop {
            length += 1;
            if length > DEEPEST {
                return Err("it nests too deep".to_owned());
            }
            if self.takes(".") {
                let name = self.word()?;
                of = if self.takes("(") {
                    Expr::Call(Some(Box::new(of)), name, self.list(")")?)
                } else {
                    Expr::Field(Box::new(of), name)
                };
            } else if self.takes("[") {
                let index = self.expr()?;
                self.needs("]")?;
                of = call("_[_]", vec![of, index]);
            } else {
                return Ok(of);
            }
        }
    }

    fn word(&mut self) -> Result<String, String> {
        let word = match self.peek() {
            Some(Token::Word(it)) if !RESERVED.contains(it) => (*it).to_owned(),
            Some(_) | None => return Err("a name is missing".to_owned()),
        };
        self.at += 1;
        Ok(word)
    }

    fn primary(&mut self) -> Result<Expr, String> {
        if self.takes("(") {
            let inner = self.expr()?;
            self.needs(")")?;
            return Ok(inner);
        }
        if self.takes("[") {
            return Ok(Expr::List(self.list("]")?));
        }
        if self.takes("{") {
            return self.map();
        }
        let literal = match self.peek() {
            Some(Token::Int) => Some(Type::Int),
            Some(Token::Uint) => Some(Type::Uint),
            Some(Token::Double) => Some(Type::Double),
            Some(Token::Text) => Some(Type::Text),
            Some(Token::Bytes) => Some(Type::Bytes),
            Some(Token::Word("true" | "false")) => Some(Type::Bool),
            Some(Token::Word("null")) => Some(Type::Null),
            Some(Token::Word(_) | Token::Sign(_)) | None => None,
        };
        if let Some(literal) = literal {
            self.at += 1;
            return Ok(Expr::Literal(literal));
        }
        self.takes(".");
        let name = self.word()?;
        if self.takes("(") {
            return Ok(Expr::Call(None, name, self.list(")")?));
        }
        Ok(Expr::Name(name))
    }

    /// Elements with commas between them and after them, to the closing sign.
    fn list(&mut self, close: &str) -> Result<Vec<Expr>, String> {
        let mut items = Vec::new();
        while !self.takes(close) {
            items.push(self.expr()?);
            if !self.takes(",") {
                self.needs(close)?;
                return Ok(items);
            }
            // Arguments have no comma after the last.
            if close == ")" && self.takes(close) {
                return Err("an argument is missing".to_owned());
            }
        }
        Ok(items)
    }

    fn map(&mut self) -> Result<Expr, String> {
        let mut entries = Vec::new();
        while !self.takes("}") {
            let key = self.expr()?;
            self.needs(":")?;
            entries.push((key, self.expr()?));
            if !self.takes(",") {
                self.needs("}")?;
                break;
            }
        }
        Ok(Expr::Map(entries))
    }
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    Expr::Call(None, name.to_owned(), arguments)
}
