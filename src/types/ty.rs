//! The type of an expression.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::base::Name;
use crate::types::{Form, ObjectType};

/// A type. `Error` stands for what was already reported and fits everywhere, so that one mistake is one message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Error,
    /// Open data that no schema describes: everything that can be written as JSON fits.
    Json,
    /// The type of `none` alone.
    None,
    Bool,
    /// With inclusive bounds: `Int(1..=50)`.
    Int {
        min: Option<i64>,
        max: Option<i64>,
    },
    Float,
    Duration,
    Bytes,
    Cpu,
    /// With inclusive bounds in millionths of a percent.
    Percent {
        min: Option<i64>,
        max: Option<i64>,
    },
    String(StringType),
    List(Box<Type>),
    Map(Box<Type>),
    Optional(Box<Type>),
    Secret(Box<Type>),
    /// `a..=b` of this type.
    Range(Box<Type>),
    Record(Arc<RecordType>),
    /// An object whose fields a published schema gives.
    Object(ObjectType),
    Function(Arc<FnType>),
    /// Two or more types of which no two overlap; unions of strings are one [`StringType`] instead.
    Union(Vec<Type>),
    /// Declared `extern type Step` in the prelude; made only by its functions.
    Opaque(Name),
    /// Something declared, or (`name` absent) anything of that kind: `App`, `Env`, `Task`.
    Thing(Arc<ThingType>),
    /// `T` in the signature of a built-in: what an argument makes of it.
    Variable(Name),
}

/// A string, as narrowed: all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StringType {
    /// `Name`, `Image`, … ; `None` for any text.
    pub(crate) form: Option<Form>,
    /// `"dev" | "prod"`: one of these.
    pub(crate) literals: Option<Vec<Name>>,
    /// A regular expression that the whole text matches.
    pub(crate) pattern: Option<Name>,
    /// At most so many bytes.
    pub(crate) max_bytes: Option<u64>,
    /// `Digest<wudi>`: the image that it is a digest of.
    pub(crate) of: Option<Name>,
}

/// Where the default of a field or parameter is: an index into the checker's table of defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DefaultId(pub(crate) u32);

/// `{ name: Name, port: Port = 8080 }`
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RecordType {
    /// The name under which it was declared, for messages.
    pub(crate) name: Option<Name>,
    pub(crate) fields: IndexMap<Name, FieldType>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldType {
    pub(crate) ty: Type,
    pub(crate) default: Option<DefaultId>,
    pub(crate) doc: Option<Name>,
}

/// `(value: Float) -> Bool`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FnType {
    pub(crate) params: Vec<ParamType>,
    pub(crate) result: Type,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ParamType {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) default: Option<DefaultId>,
    pub(crate) doc: Option<Name>,
}

/// Something declared: its kind, its name, and what may stand after its dot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ThingType {
    /// The kind's word: `app`, `env`, `node`, `workspace`, …
    pub(crate) kind: Name,
    /// `None`: any of that kind.
    pub(crate) name: Option<Name>,
    pub(crate) fields: IndexMap<Name, FieldType>,
}

impl Type {
    /// `Int` without bounds.
    pub(crate) const INT: Self = Self::Int {
        min: None,
        max: None,
    };

    /// `Percent` without bounds.
    pub(crate) const PERCENT: Self = Self::Percent {
        min: None,
        max: None,
    };

    /// Any text.
    pub(crate) fn string() -> Self {
        Self::String(StringType::default())
    }

    /// Text of that form.
    pub(crate) fn form(form: Form) -> Self {
        Self::String(StringType {
            form: Some(form),
            ..StringType::default()
        })
    }

    /// One of these texts.
    pub(crate) fn one_of(texts: &[&str]) -> Self {
        Self::String(StringType {
            literals: Some(texts.iter().map(Name::new).collect()),
            ..StringType::default()
        })
    }

    /// `T?`; an optional stays as it is.
    pub(crate) fn optional(self) -> Self {
        if matches!(self, Self::Optional(_) | Self::Error | Self::None) {
            self
        } else {
            Self::Optional(Box::new(self))
        }
    }

    pub(crate) fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    /// Whether it is a record each field of which has a default, so that nothing at all needs to be given.
    pub(crate) fn has_all_defaults(&self) -> bool {
        let Self::Record(record) = self else {
            return false;
        };
        let mut fields = record.fields.values();
        !record.fields.is_empty() && fields.all(|it| it.default.is_some())
    }

    /// The type without `?`.
    pub(crate) fn without_none(&self) -> &Self {
        if let Self::Optional(inner) = self {
            inner
        } else {
            self
        }
    }

    /// The fields of a record or object.
    pub(crate) fn record(&self) -> Option<Arc<RecordType>> {
        if let Self::Object(object) = self {
            return Some(object.record());
        }
        if let Self::Record(record) = self {
            return Some(Arc::clone(record));
        }
        None
    }

    pub(crate) fn is_error(&self) -> bool {
        matches!(self, Self::Error)
    }

    pub(crate) fn thing(
        kind: &str,
        name: Option<&Name>,
        fields: IndexMap<Name, FieldType>,
    ) -> Self {
        Self::Thing(Arc::new(ThingType {
            kind: Name::new(kind),
            name: name.cloned(),
            fields,
        }))
    }
}

impl FieldType {
    /// A field without a default.
    pub(crate) fn new(ty: Type) -> Self {
        Self {
            ty,
            default: None,
            doc: None,
        }
    }

    /// Whether the field may be left out.
    pub(crate) fn may_be_absent(&self) -> bool {
        self.default.is_some() || matches!(self.ty, Type::Optional(_) | Type::Error)
    }
}
