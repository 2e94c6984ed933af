//! A baseline: the findings that a tree had once, so that only new ones are reported.
//!
//! A finding is known by its file, its rule and its message, not by its line, so that what moves is still known.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;

/// The version of the form of a baseline.
const SCHEMA: u64 = 1;

/// File, rule and message.
type Key = (String, String, String);

/// How often each finding is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Key, u64>,
}

/// Findings compared with a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Those that the baseline does not have.
    pub new: Vec<Diagnostic>,
    /// How many it has.
    pub known: usize,
    /// How many of the baseline are not found any more.
    pub gone: u64,
}

impl Baseline {
    /// The baseline of these findings.
    pub fn of(findings: &[Diagnostic]) -> Self {
        let mut known = BTreeMap::new();
        for finding in findings {
            *known.entry(key(finding)).or_default() += 1;
        }
        Self { known }
    }

    /// Reads the text of a baseline.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as a complete sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        if read.get("schema").and_then(Value::as_u64) != Some(SCHEMA) {
            return Err(format!("its `schema` is not {SCHEMA}"));
        }
        let findings = read.get("findings").and_then(Value::as_array).ok_or("it has no list `findings`")?;
        let mut known = BTreeMap::new();
        for (number, finding) in findings.iter().enumerate() {
            let member = |name: &str| {
                let text = finding.get(name).and_then(Value::as_str).map(str::to_owned);
                text.ok_or_else(|| format!("finding {} has no `{name}`", number + 1))
            };
            let key = (member("file")?, member("rule")?, member("message")?);
            let count = finding.get("count").and_then(Value::as_u64).unwrap_or(1);
            let sum: &mut u64 = known.entry(key).or_default();
            *sum = sum.saturating_add(count);
        }
        Ok(Self { known })
    }

    /// The text of a file, sorted.
    pub fn text(&self) -> String {
        let finding = |((file, rule, message), count): (&Key, &u64)| json!({ "file": file, "rule": rule, "message": message, "count": count });
        let value = json!({ "schema": SCHEMA, "findings": self.known.iter().map(finding).collect::<Vec<_>>() });
        format!("{value:#}\n")
    }

    /// Separates new findings from known ones.
    pub fn compare(&self, findings: Vec<Diagnostic>) -> Compared {
        let mut left = self.known.clone();
        let all = findings.len();
        let is_new = |finding: &Diagnostic| match left.get_mut(&key(finding)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        let new: Vec<Diagnostic> = findings.into_iter().filter(is_new).collect();
        let known = all - new.len();
        Compared { new, known, gone: left.values().fold(0, |sum: u64, count| sum.saturating_add(*count)) }
    }
}

fn key(finding: &Diagnostic) -> Key {
    (finding.file.clone(), finding.code.to_owned(), finding.message.clone())
}

#[cfg(test)]
mod tests {
    use registry_model::model::Registry;

    use super::*;

    fn findings(script: &str) -> Vec<Diagnostic> {
        crate::lint(&Registry::EMPTY, "a.sh", script.into()).expect("it can be read")
    }

    #[test]
    fn only_new_findings_are_left() {
        let baseline = Baseline::of(&findings("source a\nlet x\n"));
        let same = baseline.compare(findings("echo\n\nsource a\nlet x\n"));
        assert_eq!((same.new.len(), same.known, same.gone), (0, 2, 0));
        let more = baseline.compare(findings("source a\nsource a\n"));
        assert_eq!((more.new.len(), more.known, more.gone), (1, 1, 1));
        assert_eq!(more.new.first().map(|it| it.line), Some(2));
    }

    #[test]
    fn baseline_is_read_as_it_was_written() {
        let baseline = Baseline::of(&findings("source a\nsource a\nlet x\n"));
        assert_eq!(Baseline::read(&baseline.text()), Ok(baseline));
        for (text, why) in [
            ("", "not JSON"),
            ("[]", "`schema`"),
            ("{\"schema\":2,\"findings\":[]}", "`schema`"),
            ("{\"schema\":1}", "`findings`"),
            ("{\"schema\":1,\"findings\":[{\"file\":\"a\"}]}", "finding 1 has no `rule`"),
        ] {
            let error = Baseline::read(text).expect_err("it is wrong");
            assert!(error.contains(why), "{error}");
        }
        let large = r#"{"schema":1,"findings":[{"file":"a","rule":"b","message":"c","count":18446744073709551615},
                       {"file":"a","rule":"b","message":"c","count":2}]}"#;
        assert_eq!(Baseline::read(large).map(|it| it.compare(Vec::new()).gone), Ok(u64::MAX));
    }
}
