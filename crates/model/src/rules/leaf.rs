//! The leaves of an object, by which two files are compared.

use crate::template::Value;

/// A value of an object that is not an object.
pub(super) struct Leaf<'v> {
    /// Its keys, from the outermost.
    keys: Vec<&'v str>,
    /// The value.
    value: &'v Value<'v>,
    /// Its place in the template.
    pub node: usize,
}

impl Leaf<'_> {
    /// Its keys, joined by dots.
    pub(super) fn path(&self) -> String {
        self.keys.join(".")
    }

    /// Whether another leaf has the same keys and the same value.
    pub(super) fn is_same(&self, other: &Leaf<'_>) -> bool {
        other.keys == self.keys && other.value == self.value
    }

    /// Whether the keys of another leaf lead to an object that this one is in.
    pub(super) fn is_under(&self, other: &Leaf<'_>) -> bool {
        self.keys.len() > other.keys.len() && self.keys.starts_with(&other.keys)
    }

    /// Whether some leaf has the same keys and another value.
    pub(super) fn contradicts(&self, others: &[Leaf<'_>]) -> bool {
        others.iter().any(|other| other.keys == self.keys && other.value != self.value)
    }
}

/// The leaves of a value under literal keys; a condition around the whole value is ignored.
pub(super) fn leaves<'v>(value: &'v Value<'_>) -> Vec<Leaf<'v>> {
    let mut found = Vec::new();
    collect(value, &mut Vec::new(), &mut 0, &mut found);
    found
}

fn collect<'v>(value: &'v Value<'_>, keys: &mut Vec<&'v str>, next: &mut usize, found: &mut Vec<Leaf<'v>>) {
    let node = *next;
    match value {
        Value::Object(members) => {
            *next += 1;
            for member in members {
                *next += member.key.count();
                if let Value::Text(key) = &member.key {
                    keys.push(key);
                    collect(&member.value, keys, next, found);
                    keys.pop();
                } else {
                    *next += member.value.count();
                }
            }
        }
        Value::If { then, otherwise, .. } if keys.is_empty() => {
            *next += 1;
            collect(then, keys, next, found);
            *next += otherwise.as_ref().map_or(0, |value| value.count());
        }
        _ => {
            *next += value.count();
            found.push(Leaf { keys: keys.clone(), value, node });
        }
    }
}
