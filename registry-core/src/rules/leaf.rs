//! The leaves of an object: what two files are compared by.

use crate::template::Value;

/// A value of an object that is no object.
pub(super) struct Leaf {
    /// Its keys, joined by dots.
    pub path: String,
    /// The value in its encoded form.
    pub value: String,
    /// Its place in the template.
    pub node: usize,
}

/// The leaves of a value under literal keys; a condition around the whole is looked through.
pub(super) fn leaves(value: &Value<'_>) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(value, &mut Vec::new(), &mut 0, &mut found);
    found
}

fn collect<'v>(value: &'v Value<'_>, keys: &mut Vec<&'v str>, next: &mut usize, found: &mut Vec<Leaf>) {
    let node = *next;
    match value {
        Value::Object(members) => {
            *next += 1;
            for member in members {
                value_count(&member.key, next);
                if let Value::Text(key) = &member.key {
                    keys.push(key);
                    collect(&member.value, keys, next, found);
                    keys.pop();
                } else {
                    value_count(&member.value, next);
                }
            }
        }
        Value::If { then, otherwise, .. } if keys.is_empty() => {
            *next += 1;
            collect(then, keys, next, found);
            if let Some(otherwise) = otherwise {
                value_count(otherwise, next);
            }
        }
        _ => {
            value_count(value, next);
            found.push(Leaf { path: keys.join("."), value: value.encode(), node });
        }
    }
}

fn value_count(value: &Value<'_>, next: &mut usize) {
    value.visit(&mut |_, _| *next += 1);
}
