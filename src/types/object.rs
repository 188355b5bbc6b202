//! Types of objects that a published schema describes. Their fields are found when somebody asks, since definitions hold
//! themselves.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use indexmap::IndexMap;

use crate::base::Name;
use crate::schema::{Field, Node, ObjectId, Text};
use crate::types::{FieldType, Form, RecordType, Type};

/// An object of a definition, and what is asked of it in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ObjectType {
    pub(crate) id: ObjectId,
    /// The field that tells it apart in its list, which may so be written as a map.
    pub(crate) key: Option<&'static str>,
    /// It is an entry of such a map: its key stands before it and not within.
    pub(crate) entry: bool,
    /// Only some of the fields are given, here and in all that it holds: it is laid over an object that has the others.
    pub(crate) partial: bool,
}

/// Definitions of which wudi takes shorter words, too, where they are entries of a map.
const VARIABLE: &str = "EnvVar";
const MOUNT: &str = "VolumeMount";
const VOLUME: &str = "Volume";

impl ObjectType {
    pub(crate) fn new(id: ObjectId) -> Self {
        Self {
            id,
            key: None,
            entry: false,
            partial: false,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.id.get().name
    }

    /// What may stand after the name of an element in a map of them: the object without its key, or a shorter word for it.
    /// `None` where nothing tells elements apart.
    pub(crate) fn entry(self) -> Option<Type> {
        self.key?;
        let object = Type::Object(Self {
            entry: true,
            ..self
        });
        let mut all = match self.name() {
            VARIABLE => vec![
                Type::string(),
                Type::INT,
                Type::Float,
                Type::Bool,
                Type::Secret(Box::new(Type::string())),
                Type::Opaque(Name::new_static("ConfigKey")),
                Type::Opaque(Name::new_static("FieldPath")),
            ],
            MOUNT => vec![Type::form(Form::Name)],
            VOLUME => vec![
                Type::Opaque(Name::new_static("VolumeSource")),
                Type::thing("secret", None, IndexMap::new()),
            ],
            _ => Vec::new(),
        };
        all.push(object);
        let ty = match all.as_slice() {
            [only] => only.clone(),
            _ => Type::Union(all),
        };
        // What is laid over an object may remove elements of it.
        Some(if self.partial { ty.optional() } else { ty })
    }

    /// The fields, as a record of that name.
    pub(crate) fn record(self) -> Arc<RecordType> {
        static KNOWN: LazyLock<Mutex<IndexMap<ObjectType, Arc<RecordType>>>> =
            LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = known.get(&self) {
            return Arc::clone(record);
        }
        let record = Arc::new(self.read());
        known.insert(self, Arc::clone(&record));
        record
    }

    fn read(self) -> RecordType {
        let object = self.id.get();
        let fields = object.fields.iter();
        let fields = fields.filter(|it| !self.entry || Some(it.name) != self.key);
        RecordType {
            name: Some(Name::new_static(object.name)),
            fields: fields
                .map(|it| (Name::new_static(it.name), self.field(it)))
                .collect(),
        }
    }

    fn field(self, field: &'static Field) -> FieldType {
        let ty = of_node(&field.node, self.partial);
        let is_key = Some(field.name) == self.key;
        let required = field.required && (!self.partial || is_key);
        FieldType::new(if required {
            ty
        } else {
            Type::Optional(Box::new(ty))
        })
    }
}

/// The type of what may stand there.
pub(crate) fn of_node(node: &'static Node, partial: bool) -> Type {
    match node {
        Node::Any => Type::Json,
        Node::Bool => Type::Bool,
        Node::Int { min, max } => bounded(*min, *max),
        Node::Number => Type::Float,
        Node::Text(Text::Plain | Text::Time | Text::Base64) => Type::string(),
        Node::Text(Text::Duration) => Type::Union(vec![Type::Duration, Type::string()]),
        Node::Text(Text::Values { all, .. }) => Type::one_of(all),
        Node::Quantity => Type::Union(vec![Type::Cpu, Type::Bytes, Type::INT, Type::string()]),
        Node::IntOrString => Type::Union(vec![Type::INT, Type::PERCENT, Type::string()]),
        Node::List { of, keys, .. } => {
            let mut element = of_node(of, partial);
            if let Type::Object(object) = &mut element {
                object.key = keys.first().copied();
            }
            element.list()
        }
        Node::Map(of) => Type::Map(Box::new(of_node(of, partial))),
        Node::Object(id) => Type::Object(ObjectType {
            partial,
            ..ObjectType::new(*id)
        }),
    }
}

/// Bounds that the width of a number alone gives are left to the target, so that any `Int` fits.
fn bounded(min: i64, max: i64) -> Type {
    let stated = |it: i64, widths: [i64; 2]| (!widths.contains(&it)).then_some(it);
    Type::Int {
        min: stated(min, [i64::MIN, i64::from(i32::MIN)]),
        max: stated(max, [i64::MAX, i64::from(i32::MAX)]),
    }
}
