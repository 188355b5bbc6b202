//! Types as the user would write them.

use std::fmt::{self, Display, Formatter};

use crate::types::{FnType, RecordType, StringType, ThingType, Type};
use crate::value::text;

/// So many fields of a record without a name are shown.
const SHOWN_FIELDS: usize = 4;

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error => f.write_str("_"),
            Self::Json => f.write_str("Json"),
            Self::None => f.write_str("none"),
            Self::Bool => f.write_str("Bool"),
            Self::Int {
                min: Some(1),
                max: Some(65535),
            } => f.write_str("Port"),
            Self::Int { min, max } => bounds(f, "Int", *min, *max, &|it| it.to_string()),
            Self::Float => f.write_str("Float"),
            Self::Duration => f.write_str("Duration"),
            Self::Bytes => f.write_str("Bytes"),
            Self::Cpu => f.write_str("Cpu"),
            Self::Percent { min, max } => bounds(f, "Percent", *min, *max, &text::percent),
            Self::String(string) => string.fmt(f),
            Self::List(of) => write!(f, "List<{of}>"),
            Self::Map(of) => write!(f, "Map<{of}>"),
            Self::Optional(of) if of.is_several_words() => write!(f, "({of})?"),
            Self::Optional(of) => write!(f, "{of}?"),
            Self::Secret(of) => write!(f, "Secret<{of}>"),
            Self::Range(of) => write!(f, "Range<{of}>"),
            Self::Record(record) => record.fmt(f),
            Self::Object(object) => f.write_str(object.name()),
            Self::Function(function) => function.fmt(f),
            Self::Union(all) => {
                for (index, ty) in all.iter().enumerate() {
                    let bar = if index > 0 { " | " } else { "" };
                    write!(f, "{bar}{ty}")?;
                }
                Ok(())
            }
            Self::Opaque(name) | Self::Variable(name) => f.write_str(name),
            Self::Thing(thing) => thing.fmt(f),
        }
    }
}

impl Type {
    fn is_several_words(&self) -> bool {
        if let Self::String(string) = self {
            return string.literals.as_ref().is_some_and(|it| it.len() > 1);
        }
        matches!(self, Self::Union(_) | Self::Function(_))
    }
}

impl Display for StringType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(literals) = &self.literals {
            for (index, text) in literals.iter().enumerate() {
                let bar = if index > 0 { " | " } else { "" };
                write!(f, "{bar}\"{text}\"")?;
            }
            return Ok(());
        }
        f.write_str(self.form.map_or("String", |it| it.name()))?;
        if let Some(of) = &self.of {
            write!(f, "<{of}>")?;
        }
        if let Some(pattern) = &self.pattern {
            write!(f, "(r\"{pattern}\")")?;
        }
        if let Some(most) = self.max_bytes {
            write!(f, "(..={most})")?;
        }
        Ok(())
    }
}

impl Display for RecordType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            return f.write_str(name);
        }
        if self.fields.is_empty() {
            return f.write_str("{}");
        }
        f.write_str("{ ")?;
        for (index, (name, field)) in self.fields.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            if index == SHOWN_FIELDS {
                write!(f, "{comma}…")?;
                break;
            }
            write!(f, "{comma}{name}: {}", field.ty)?;
        }
        f.write_str(" }")
    }
}

impl Display for FnType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (index, param) in self.params.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{}: {}", param.name, param.ty)?;
        }
        write!(f, ") -> {}", self.result)
    }
}

impl Display for ThingType {
    /// `app wudi-app` for that one, `App` for any.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            return write!(f, "{} {name}", self.kind);
        }
        let mut letters = self.kind.chars();
        let first = letters.next().map(|it| it.to_ascii_uppercase());
        write!(
            f,
            "{}{}",
            first.map_or(String::new(), String::from),
            letters.as_str()
        )
    }
}

fn bounds(
    f: &mut Formatter<'_>,
    name: &str,
    min: Option<i64>,
    max: Option<i64>,
    show: &dyn Fn(i64) -> String,
) -> fmt::Result {
    match (min, max) {
        (None, None) => f.write_str(name),
        (min, max) => {
            let low = min.map(show).unwrap_or_default();
            let high = max.map_or_else(|| "..".to_owned(), |it| format!("..={}", show(it)));
            write!(f, "{name}({low}{high})")
        }
    }
}
