//! JSON with the same bytes from every build.

#[cfg(feature = "make")]
use serde::Serialize;
use serde_json::Value;

/// The value with the members of all objects sorted by name.
///
/// With another package of the workspace in the build, the JSON library may keep the order of insertion.
pub fn sorted(mut value: Value) -> Value {
    value.sort_all_objects();
    value
}

/// JSON for programs and for diffs: indented, members sorted by name, with a newline at the end.
#[cfg(feature = "make")]
pub(crate) fn text(value: &impl Serialize) -> Result<String, String> {
    let text = serde_json::to_value(value).and_then(|value| serde_json::to_string_pretty(&sorted(value)));
    text.map(|text| format!("{text}\n")).map_err(|error| format!("cannot write JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_members_are_sorted() {
        let value: Value = serde_json::from_str(r#"{"b":[{"d":1,"c":2}],"a":{"z":1,"y":null}}"#).expect("it is JSON");
        assert_eq!(sorted(value).to_string(), r#"{"a":{"y":null,"z":1},"b":[{"c":2,"d":1}]}"#);
    }
}
