//! The model as data for programs, where it is not what serde derives: values as their encoded JSON, variables as an
//! object, versions as text, the text of a program as its size.

use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::{Cause, Mapping, Version};
use crate::json::{self, Json};
use crate::template::Template;

impl Serialize for Template<'_> {
    /// Its encoded form; text that is none, as a text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match json::parse(self.0) {
            Some(encoded) => encoded.serialize(serializer),
            None => serializer.serialize_str(self.0),
        }
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(it) => serializer.serialize_bool(*it),
            Self::String(it) => serializer.serialize_str(it),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
            Self::Number(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(whole), _) => serializer.serialize_i64(whole),
                (Err(_), Ok(number)) => serializer.serialize_f64(number),
                (Err(_), Err(_)) => serializer.serialize_str(text),
            },
        }
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Cause<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Variables by their names; what is set last counts.
pub(super) fn mappings<S: Serializer>(mappings: &&[Mapping<'_>], serializer: S) -> Result<S::Ok, S::Error> {
    let all: std::collections::BTreeMap<_, _> = mappings.iter().map(|it| (it.name, it.value)).collect();
    serializer.collect_map(all)
}

/// The size of a text.
pub(super) fn bytes<S: Serializer>(text: &&str, serializer: S) -> Result<S::Ok, S::Error> {
    text.len().serialize(serializer)
}

#[cfg(feature = "schemars")]
mod schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Cause, Template, Version};

    impl JsonSchema for Cause<'_> {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            "Cause".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "string"})
        }
    }

    impl JsonSchema for Template<'_> {
        fn schema_name() -> Cow<'static, str> {
            "Value".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "description":
                    "A value of an entry, in its encoded form: every array is an operation, `[\"variable\", NAME]` and so on."
            })
        }
    }

    impl JsonSchema for Version {
        fn inline_schema() -> bool {
            true
        }

        fn schema_name() -> Cow<'static, str> {
            "Version".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"})
        }
    }
}
