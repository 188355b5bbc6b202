//! What a schema says of one place of an object, and how that is spelled in `objects.txt`.
//!
//! A line of a definition is its name and its fields, separated by tabs; a field is `name:TYPE`, `name*:TYPE` where it must be
//! given. `!` among the fields: others may stand beside them. `@k,l` before them: in lists, these tell such objects apart. `TYPE` is read from the left:
//!
//! | | |
//! | --- | --- |
//! | `b` `n` `s` | boolean, number, string |
//! | `i` `j` | integer of 64 and of 32 bits; `j1..300` within bounds |
//! | `q` `o` `d` `t` `y` | quantity, integer or string, duration of Go, time, bytes in base 64 |
//! | `"a\|b` `'a\|b` | one of these strings; see [`Text::Values`] |
//! | `[T` `{T` | list, map from any key |
//! | `<k,l>T` `<~k>T` | list whose elements these fields tell apart; see [`Node::List`] |
//! | `#Name` | the definition of that name |
//! | `a` | anything |

use crate::schema::ObjectId;

/// What may stand in one place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Any data, of which the schema says no more.
    Any,
    Bool,
    /// With inclusive bounds; those of its width (32 or 64 bits) where the schema has none.
    Int {
        min: i64,
        max: i64,
    },
    Number,
    Text(Text),
    /// `500m`, `1Gi`, or a number.
    Quantity,
    /// A number, or a string such as a percentage or the name of a port.
    IntOrString,
    List {
        of: Box<Node>,
        /// The fields that tell the elements apart, the one by which a patch merges first; none where nothing does.
        keys: Vec<&'static str>,
        /// The schema says so, and an API server refuses elements of one key. Otherwise it is by custom, and keys may repeat.
        unique: bool,
    },
    /// From any key.
    Map(Box<Node>),
    Object(ObjectId),
}

/// A string.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Text {
    Plain,
    /// `1h30m`, as Go writes durations.
    Duration,
    /// RFC 3339.
    Time,
    Base64,
    /// One of these.
    Values {
        all: Vec<&'static str>,
        /// The schema of a custom resource lists them, so that the API server refuses all others; otherwise they are those of core
        /// Kubernetes, which a custom resource that embeds the type lets pass, as it does an empty string.
        strict: bool,
    },
}

/// An object whose fields are known.
#[derive(Debug)]
pub(crate) struct Object {
    /// Of the definition, for messages: `SecurityContext`, `Rollout.spec.strategy`.
    pub(crate) name: &'static str,
    /// The fields that tell objects of this definition apart where they stand in lists; as in [`Node::List`].
    pub(crate) keys: Vec<&'static str>,
    /// In alphabetical order.
    pub(crate) fields: Vec<Field>,
    /// Fields that are not listed may stand too.
    #[allow(dead_code, reason = "asked by what reads plain YAML")]
    pub(crate) open: bool,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) node: Node,
}

impl Object {
    #[allow(dead_code, reason = "asked by what reads plain YAML")]
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        let found = self.fields.binary_search_by(|it| it.name.cmp(name));
        found.ok().and_then(|at| self.fields.get(at))
    }

    /// The object of a line; what is misspelt in it is anything.
    pub(crate) fn parse(name: &'static str, body: &'static str) -> Self {
        let words = || body.split('\t').filter(|it| !it.is_empty());
        Self {
            name,
            keys: words()
                .find_map(|it| it.strip_prefix('@'))
                .map(|it| it.split(',').collect())
                .unwrap_or_default(),
            fields: words().filter_map(Field::parse).collect(),
            open: words().any(|it| it == "!"),
        }
    }
}

impl Field {
    fn parse(text: &'static str) -> Option<Self> {
        let (name, node) = text.split_once(':')?;
        let required = name.ends_with('*');
        Some(Self {
            name: name.trim_end_matches('*'),
            required,
            node: Node::parse(node).unwrap_or(Node::Any),
        })
    }
}

impl Node {
    /// The node that is spelled so.
    pub(crate) fn parse(text: &'static str) -> Option<Self> {
        let first = text.chars().next()?;
        let rest = text.get(first.len_utf8()..)?;
        let of = |rest| Node::parse(rest).map(Box::new);
        Some(match first {
            'a' => Self::Any,
            'b' => Self::Bool,
            'n' => Self::Number,
            'i' => integer(rest, i64::MIN, i64::MAX)?,
            'j' => integer(rest, i32::MIN.into(), i32::MAX.into())?,
            'q' => Self::Quantity,
            'o' => Self::IntOrString,
            's' => Self::Text(Text::Plain),
            'd' => Self::Text(Text::Duration),
            't' => Self::Text(Text::Time),
            'y' => Self::Text(Text::Base64),
            '"' | '\'' => Self::Text(Text::Values {
                all: rest.split('|').collect(),
                strict: first == '"',
            }),
            '[' => Self::List {
                of: of(rest)?,
                keys: Vec::new(),
                unique: false,
            },
            '<' => {
                let (keys, rest) = rest.split_once('>')?;
                Self::List {
                    of: of(rest)?,
                    keys: keys.trim_start_matches('~').split(',').collect(),
                    unique: !keys.starts_with('~'),
                }
            }
            '{' => Self::Map(of(rest)?),
            '#' => Self::Object(crate::schema::object_called(rest)?),
            _ => return None,
        })
    }
}

fn integer(bounds: &str, low: i64, high: i64) -> Option<Node> {
    if bounds.is_empty() {
        return Some(Node::Int {
            min: low,
            max: high,
        });
    }
    let (min, max) = bounds.split_once("..")?;
    let bound = |text: &str, width: i64| {
        if text.is_empty() {
            Some(width)
        } else {
            text.parse().ok()
        }
    };
    Some(Node::Int {
        min: bound(min, low)?,
        max: bound(max, high)?,
    })
}
