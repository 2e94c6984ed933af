//! Licenses as other formats have them: which of a package's words are SPDX, for labels and bills of materials.

use std::collections::{BTreeMap, BTreeSet};

use registry_model::model::Lock;
use serde_json::{Value, json};
use spdx::{Expression, license_id};

/// Whether a text is the identifier of a license in SPDX's list.
fn is_identifier(text: &str) -> bool {
    // The library ignores a `+` at the end.
    license_id(text).is_some_and(|it| it.name == text)
}

/// Whether a text is an SPDX license expression.
fn is_expression(text: &str) -> bool {
    is_identifier(text) || Expression::parse(text).is_ok()
}

/// `licenses` of a component in `CycloneDX`: one expression, or a list of licenses, each with an SPDX identifier or a
/// name.
pub(crate) fn cyclonedx(licenses: &[&str]) -> Value {
    match licenses {
        [one] if !is_identifier(one) && is_expression(one) => json!([{ "expression": one }]),
        all => {
            let license = |it: &&str| if is_identifier(it) { json!({ "id": it }) } else { json!({ "name": it }) };
            all.iter().map(|it| json!({ "license": license(it) })).collect()
        }
    }
}

/// One SPDX expression for what is distributed together; none where a license is not SPDX, or none is known.
pub(crate) fn together(licenses: &[&str]) -> Option<String> {
    if licenses.is_empty() || !licenses.iter().all(|it| is_expression(it)) {
        return None;
    }
    let part = |it: &&str| {
        let simple = licenses.len() == 1 || !it.contains(' ');
        if simple { (*it).to_owned() } else { format!("({it})") }
    };
    Some(licenses.iter().map(part).collect::<Vec<_>>().join(" AND "))
}

/// Whether a package points to terms of its own: npm's words for a license that is not in SPDX's list, and SPDX's
/// prefix for one.
pub(crate) fn is_own_terms(license: &str) -> bool {
    license == "UNLICENSED" || license.starts_with("SEE LICENSE IN ") || license.contains("LicenseRef-")
}

/// How many packages of a lock name each license, the most frequent first, and how many name none.
pub(crate) fn counts<'l>(lock: &'l Lock<'_>) -> (Vec<(&'l str, usize)>, usize) {
    let npm = lock.npm.iter().map(|it| ("npm", &*it.name, it.version));
    let wheels = lock.wheels.iter().map(|it| ("pypi", it.name, it.version));
    let all: BTreeSet<(&str, &str, &str)> = npm.chain(wheels).collect();
    let (mut counts, mut unknown) = (BTreeMap::new(), 0);
    for (ecosystem, name, version) in all {
        let mut known = false;
        for license in lock.licenses_of(ecosystem, name, version) {
            *counts.entry(license).or_default() += 1;
            known = true;
        }
        unknown += usize::from(!known);
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|&(license, count)| (usize::MAX - count, license));
    (counts, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spdx_and_other_words_have_their_own_fields() {
        assert_eq!(cyclonedx(&["MIT"]), json!([{ "license": { "id": "MIT" } }]));
        assert_eq!(cyclonedx(&["(MIT OR CC0-1.0)"]), json!([{ "expression": "(MIT OR CC0-1.0)" }]));
        for words in
            ["SEE LICENSE IN README.md", "UNLICENSED", "Apache 2.0", "mit", "GPLv3+", "MIT OR Apache", "a \"b\""]
        {
            assert_eq!(cyclonedx(&[words]), json!([{ "license": { "name": words } }]));
        }
        // An expression is alone or a name.
        let both = json!([{ "license": { "id": "ISC" } }, { "license": { "name": "MIT OR ISC" } }]);
        assert_eq!(cyclonedx(&["ISC", "MIT OR ISC"]), both);
    }

    #[test]
    fn licenses_together_are_one_expression_or_none() {
        assert_eq!(together(&["MIT OR ISC"]).as_deref(), Some("MIT OR ISC"));
        assert_eq!(together(&["MIT", "MIT OR ISC"]).as_deref(), Some("MIT AND (MIT OR ISC)"));
        for unclear in [&[][..], &["MIT", "BSD License"], &["UNLICENSED"]] {
            assert_eq!(together(unclear), None, "{unclear:?}");
        }
    }

    #[test]
    fn terms_of_a_package_itself_are_recognised() {
        for own in ["UNLICENSED", "SEE LICENSE IN LICENSE.md", "LicenseRef-Proprietary", "MIT AND LicenseRef-x"] {
            assert!(is_own_terms(own), "{own}");
        }
        assert!(!["Unlicense", "MIT", "BSD License"].into_iter().any(is_own_terms));
    }

    #[test]
    fn each_package_is_counted_once() {
        let text = "format 1\nbundled node_modules/a 1.0.0 {}\nbundled node_modules/b/node_modules/a 1.0.0 {}\n\
                    bundled node_modules/b 1.0.0 {}\nbundled node_modules/c 1.0.0 {}\n\
                    license npm a 1.0.0 MIT\nlicense npm b 1.0.0 ISC\nlicense npm b 1.0.0 MIT\n";
        let lock = Lock::parse(text).expect("it is a lock");
        assert_eq!(counts(&lock), (vec![("MIT", 2), ("ISC", 1)], 1));
    }
}
