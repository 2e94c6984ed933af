//! JSON objects whose members have an order of their own. `serde_json` keeps the order of a struct. The order of its
//! own maps depends on the features that other crates of a build ask for, so nothing here goes through one.

use serde::{Serialize, Serializer};

/// Members, written as an object in this order.
pub(crate) struct Members<K, V>(pub(crate) Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Members<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// The text of data that has a text for every key, as all of ours has.
pub(crate) fn text(data: &impl Serialize) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order() {
        let members = Members(vec![("b", 1), ("a", 2), ("c", 3)]);
        assert_eq!(text(&members), r#"{"b":1,"a":2,"c":3}"#);
    }
}
