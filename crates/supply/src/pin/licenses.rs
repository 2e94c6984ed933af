//! The licenses of the packages of a lock, in the packages' own words. A license that a package does not name stays
//! unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use registry_model::model::{Lock, is_license_name};
use serde_json::Value;

use super::tree::Tree;

/// The ecosystem of a package, its name in the registry, and its version.
pub(crate) type Package = (&'static str, String, String);

/// The licenses of packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Licenses(BTreeMap<Package, Vec<String>>);

impl Licenses {
    /// Those that npm's package-lock has.
    pub(crate) fn of_tree(tree: &Tree) -> Self {
        let mut known = Self::default();
        for it in tree.packages.values() {
            known.add(npm(&it.name, &it.version), of_manifest(&Value::Object(it.entry.clone())));
        }
        known
    }

    /// Those of a lock.
    pub(crate) fn of_lock(lock: &Lock<'_>) -> Self {
        let mut known: BTreeMap<Package, Vec<String>> = BTreeMap::new();
        for it in &lock.licenses {
            let package = if it.ecosystem == "npm" { npm } else { pypi };
            known.entry(package(it.package, it.version)).or_default().push(it.license.to_owned());
        }
        Self(known)
    }

    /// Those of this one, and those of another for packages that this one lacks.
    pub(crate) fn or(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|(package, licenses)| self.add(package, licenses));
        self
    }

    /// Adds the licenses of a package unless some are known.
    pub(crate) fn add(&mut self, package: Package, licenses: Vec<String>) {
        if !licenses.is_empty() {
            self.0.entry(package).or_insert(licenses);
        }
    }

    /// Removes those of other packages.
    pub(crate) fn keep(&mut self, packages: &BTreeSet<Package>) {
        self.0.retain(|package, _| packages.contains(package));
    }

    /// Whether a license of a package is known.
    pub(crate) fn has(&self, package: &Package) -> bool {
        self.0.contains_key(package)
    }

    /// The lines of a lock.
    pub(crate) fn lines(&self) -> String {
        let mut text = String::new();
        for ((ecosystem, name, version), licenses) in &self.0 {
            for license in licenses {
                let _ = writeln!(text, "license {ecosystem} {name} {version} {license}");
            }
        }
        text
    }
}

/// An npm package.
pub(crate) fn npm(name: &str, version: &str) -> Package {
    ("npm", name.to_owned(), version.to_owned())
}

/// A Python package, by its normalised name.
pub(crate) fn pypi(name: &str, version: &str) -> Package {
    ("pypi", name.to_owned(), version.to_owned())
}

/// The licenses of an npm manifest: the text of `license`, or the types of the old forms, an object or a list of them.
pub(crate) fn of_manifest(manifest: &Value) -> Vec<String> {
    let said = manifest.get("license").or_else(|| manifest.get("licenses"));
    let all = match said {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    names(all.iter().filter_map(|it| it.as_str().or_else(|| it.get("type")?.as_str())))
}

/// The licenses of the metadata of a Python package: its expression, else its `License` where that is short, else its
/// classifiers, in the words after the last `::`.
pub(crate) fn of_metadata(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    let folded = |index: usize| lines.get(index + 1).is_some_and(|next| next.starts_with([' ', '\t']));
    let field = |name: &str| {
        let values = lines.iter().enumerate().filter(|(index, _)| !folded(*index));
        names(values.filter_map(|(_, line)| line.strip_prefix(name)?.strip_prefix(": ")))
    };
    let classifiers = lines.iter().filter_map(|line| line.strip_prefix("Classifier: License ::"));
    // `License :: OSI Approved` alone does not say which.
    let classifiers = classifiers.filter_map(|it| it.rsplit(" :: ").next()).filter(|it| it.trim() != "OSI Approved");
    [field("License-Expression"), field("License"), names(classifiers)]
        .into_iter()
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// The texts that can be names of licenses, in their order, without repetition. `UNKNOWN` is what old build tools write
/// for nothing.
fn names<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts.map(str::trim).filter(|it| is_license_name(it) && *it != "UNKNOWN") {
        if !found.iter().any(|it| it == text) {
            found.push(text.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_manifest(manifest: &Value, expected: &[&str]) {
        assert_eq!(of_manifest(manifest), expected, "{manifest}");
    }

    #[track_caller]
    fn check_metadata(fields: &str, expected: &[&str]) {
        let text = format!("Metadata-Version: 2.4\nName: a\n{fields}\n\nLicense: not this\n");
        assert_eq!(of_metadata(&text), expected, "{fields}");
        assert_eq!(of_metadata(&text.replace('\n', "\r\n")), expected, "{fields}, with CRLF");
    }

    #[test]
    fn all_forms_of_an_npm_license_are_read() {
        check_manifest(&json!({"license": "MIT"}), &["MIT"]);
        check_manifest(&json!({"license": "SEE LICENSE IN README.md"}), &["SEE LICENSE IN README.md"]);
        check_manifest(&json!({"license": {"type": "ISC", "url": "https://x.example"}}), &["ISC"]);
        check_manifest(&json!({"licenses": [{"type": "MIT"}, {"type": "BSD"}, {"type": "MIT"}]}), &["MIT", "BSD"]);
        for nothing in [json!({}), json!({"license": 7}), json!({"license": ""}), json!({"license": {"url": "x"}})] {
            check_manifest(&nothing, &[]);
        }
    }

    #[test]
    fn python_license_is_the_expression_else_a_short_text_else_the_classifiers() {
        let classifiers = "Classifier: License :: OSI Approved :: MIT License\n\
                           Classifier: Programming Language :: Python\nClassifier: License :: OSI Approved\n\
                           Classifier: License :: OSI Approved :: Apache Software License";
        check_metadata(&format!("License: BSD\nLicense-Expression: MIT OR ISC\n{classifiers}"), &["MIT OR ISC"]);
        check_metadata(&format!("License: BSD 3-Clause\n{classifiers}"), &["BSD 3-Clause"]);
        check_metadata(classifiers, &["MIT License", "Apache Software License"]);
        check_metadata(&format!("License: UNKNOWN\n{classifiers}"), &["MIT License", "Apache Software License"]);
        check_metadata("Classifier: License :: OSI Approved\nSummary: License: MIT", &[]);
    }

    #[test]
    fn text_of_a_license_is_not_its_name() {
        let permission = "x".repeat(200);
        for text in [format!("License: {permission}"), "License: MIT License\n        \n        Copyright".to_owned()] {
            check_metadata(&text, &[]);
            check_metadata(&format!("{text}\nClassifier: License :: OSI Approved :: ISC License"), &["ISC License"]);
        }
        check_manifest(&json!({"license": format!("MIT\n\nlicense npm b 1.0.0 MIT")}), &[]);
        check_manifest(&json!({"license": permission}), &[]);
        check_manifest(&json!({"license": "MIT \u{202e}"}), &[]);
    }

    #[test]
    fn license_lines_are_read_back() {
        let mut licenses = Licenses::default();
        licenses.add(npm("@s/a", "1.0.0"), vec!["\"MIT\" 'or' \\".to_owned(), "ISC".to_owned()]);
        licenses.add(pypi("b", "2.0"), vec!["BSD".to_owned()]);
        licenses.add(npm("none", "1.0.0"), Vec::new());
        let text = format!("format 1\n{}", licenses.lines());
        let lock = Lock::parse(&text).expect("what is written can be read");
        assert_eq!((lock.licenses.len(), Licenses::of_lock(&lock)), (3, licenses.clone()));
        let other = Licenses(BTreeMap::from([
            (npm("c", "1.0.0"), vec!["0BSD".to_owned()]),
            (pypi("b", "2.0"), vec!["other".to_owned()]),
        ]));
        let both = licenses.or(other);
        assert_eq!((both.0.len(), both.0[&pypi("b", "2.0")].as_slice()), (3, &["BSD".to_owned()][..]));
    }

    #[test]
    fn package_lock_has_the_licenses_of_its_tree() {
        let tree = Tree::read(include_str!("../../../../tests/vectors/npm_bundle.json")).expect("it is well-formed");
        let expected = "license npm chrome-devtools-mcp 1.8.0 Apache-2.0\nlicense npm ms 2.1.3 MIT\n\
                        license npm openclaw 2026.9.6 MIT\n";
        assert_eq!(Licenses::of_tree(&tree).lines(), expected);
    }
}
