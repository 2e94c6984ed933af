//! A value that fits a JSON schema, as small as can be: arguments of tools and structured answers.

use serde_json::{Map, Value, json};

/// How deep a schema is followed; one that refers to itself has no end.
const DEPTH: usize = 12;

/// What a string says where the schema leaves it open.
pub(crate) const WORD: &str = "probe";

/// A number where the schema leaves it open: also a limit of time, in whatever unit, that lets a command end.
const NUMBER: f64 = 10_000.0;

/// A value that fits a schema; references are looked up in the schema itself.
pub(crate) fn instance(schema: &Value) -> Value {
    instance_in(schema, schema)
}

/// A value that fits a part of a schema; references are looked up in the whole.
pub(crate) fn instance_in(root: &Value, schema: &Value) -> Value {
    Builder { root }.value(schema, DEPTH)
}

/// What a part of a schema refers to, when it is a reference.
pub(crate) fn resolved_in<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    Builder { root }.resolved(schema)
}

/// The keys that an object must have, each with its schema; references are resolved.
pub(crate) fn required(schema: &Value) -> Vec<(&str, &Value)> {
    let builder = Builder { root: schema };
    builder.required(builder.resolved(schema)).collect()
}

/// The schema of a key of an object.
pub(crate) fn property<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    let builder = Builder { root: schema };
    let found = builder.resolved(schema).get("properties")?.get(name)?;
    Some(builder.resolved(found))
}

/// Whether a schema admits a type, which it may name among others, or in Google's capitals.
pub(crate) fn admits(schema: &Value, kind: &str) -> bool {
    let names = |value: &Value| value.as_str().is_some_and(|name| name.eq_ignore_ascii_case(kind));
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(names),
        Some(value) => names(value),
        None => alternatives(schema).any(|schema| admits_plainly(schema, kind)),
    }
}

fn admits_plainly(schema: &Value, kind: &str) -> bool {
    schema.get("type").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case(kind))
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten()
}

struct Builder<'a> {
    root: &'a Value,
}

impl<'a> Builder<'a> {
    /// What a schema refers to, when it is a reference into the root.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..DEPTH {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { break };
            let Some(found) = reference.strip_prefix('#').and_then(|at| self.root.pointer(at)) else { break };
            schema = found;
        }
        schema
    }

    fn required(&self, schema: &'a Value) -> impl Iterator<Item = (&'a str, &'a Value)> {
        static ANY: Value = Value::Null;
        let properties = schema.get("properties").and_then(Value::as_object);
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        names.map(move |name| {
            let found = properties.and_then(|properties| properties.get(name)).unwrap_or(&ANY);
            (name, self.resolved(found))
        })
    }

    fn value(&self, schema: &'a Value, depth: usize) -> Value {
        let schema = self.resolved(schema);
        if depth == 0 {
            return Value::Null;
        }
        let given = schema.get("const").or_else(|| schema.get("default")).or_else(|| schema.get("enum")?.get(0));
        if let Some(given) = given {
            return given.clone();
        }
        let alternative = alternatives(schema).find(|schema| !admits_plainly(schema, "null"));
        if schema.get("type").is_none()
            && let Some(alternative) = alternative
        {
            return self.value(alternative, depth - 1);
        }
        self.typed(schema, depth)
    }

    fn typed(&self, schema: &'a Value, depth: usize) -> Value {
        let is = |kind| admits(schema, kind);
        if is("object") || schema.get("properties").is_some() {
            let members = self.required(schema).map(|(name, schema)| (name.to_owned(), self.value(schema, depth - 1)));
            Value::Object(members.collect::<Map<_, _>>())
        } else if is("array") {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0).min(8);
            let item = schema.get("items").map_or(Value::Null, |items| self.value(items, depth - 1));
            (0..least).map(|_| item.clone()).collect()
        } else if is("integer") {
            #[expect(clippy::cast_possible_truncation, reason = "a bound of an integer; a cast saturates")]
            Value::from(number(schema) as i64)
        } else if is("number") {
            json!(number(schema))
        } else if is("boolean") {
            Value::Bool(false)
        } else if is("null") {
            Value::Null
        } else {
            Value::from(word(schema))
        }
    }
}

/// The number nearest to ours within the bounds.
fn number(schema: &Value) -> f64 {
    let bound = |name| schema.get(name).and_then(Value::as_f64);
    let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|bound| bound + 1.0));
    let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|bound| bound - 1.0));
    NUMBER.min(most.unwrap_or(NUMBER)).max(least.unwrap_or(f64::MIN))
}

fn word(schema: &Value) -> String {
    let least = schema.get("minLength").and_then(Value::as_u64).and_then(|least| usize::try_from(least).ok());
    WORD.repeat(least.unwrap_or(0).min(4096).div_ceil(WORD.len()).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &Value, expected: &Value) {
        assert_eq!(&instance(schema), expected, "{schema}");
    }

    #[test]
    fn instance_has_only_required_properties() {
        let schema = json!({
            "type": "object",
            "properties": {
                "title": {"type": "string"}, "left": {"type": "string"}, "n": {"type": "integer", "maximum": 7},
                "on": {"type": "boolean"}, "list": {"type": "array", "minItems": 2, "items": {"type": "number", "minimum": 1e5}},
            },
            "required": ["title", "n", "on", "list", "unheard of"],
        });
        let value = json!({"title": "probe", "n": 7, "on": false, "list": [1e5, 1e5], "unheard of": "probe"});
        check(&schema, &value);
        check(
            &json!({"type": "OBJECT", "properties": {"a": {"type": "STRING"}}, "required": ["a"]}),
            &json!({"a": "probe"}),
        );
        check(&json!({"type": "string", "minLength": 6}), &json!("probeprobe"));
        check(&json!({}), &json!("probe"));
    }

    #[test]
    fn instance_uses_enum_const_and_default_values() {
        check(&json!({"enum": ["a", "b"]}), &json!("a"));
        check(&json!({"const": 3}), &json!(3));
        check(&json!({"type": ["null", "string"], "default": null}), &Value::Null);
        check(&json!({"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 20_000}]}), &json!(20_000));
        check(&json!({"$ref": "#/$defs/a", "$defs": {"a": {"const": "there"}}}), &json!("there"));
    }

    #[test]
    fn recursive_schema_has_a_finite_instance() {
        let endless = json!({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}});
        assert!(instance(&endless).is_object());
        check(&json!({"$ref": "#"}), &json!("probe"));
        check(&json!({"$ref": "elsewhere"}), &json!("probe"));
    }
}
