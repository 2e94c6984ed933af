//! JSON objects with a fixed order of members. `serde_json` keeps the order of a struct, but the order of its own maps
//! depends on features that other crates of a build enable, so they are not used here.

use serde::{Serialize, Serializer};

/// Members, written as an object in this order.
pub(crate) struct Members<K, V>(pub(crate) Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Members<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Data as JSON text. The keys of all data here are strings, so this cannot fail.
pub(crate) fn text(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_members_keep_their_order() {
        let members = Members(vec![("b", 1), ("a", 2), ("c", 3)]);
        assert_eq!(text(&members), r#"{"b":1,"a":2,"c":3}"#);
    }
}
