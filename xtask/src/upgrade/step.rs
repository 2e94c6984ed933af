//! The result of a step of an upgrade, and the store of completed steps.
//!
//! A completed step is not run again while its inputs are the same: its result is stored under their hash.

use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use registry_command::failure::{Failure, Outcome};
use registry_command::files;

/// The result of a step, or the end of the upgrade of this agent.
pub(crate) type Step<T> = Result<T, Stop>;

/// Why the upgrade of an agent ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// No newer version is published; one line per note.
    Current(Vec<String>),
    /// A newer version is published and not allowed; one line per reason.
    Blocked(Vec<String>),
    /// The new version does not behave as the entry declares; one line per difference.
    EntryMustChange(Vec<String>),
    /// The command, the machine or a registry failed.
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The results of steps, one file for each.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// Opens it, and creates its folder if it does not exist.
    pub(crate) fn open(folder: PathBuf) -> Outcome<Self> {
        fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
        Ok(Self { folder })
    }

    /// The result of a step: the stored one for the same inputs, else the result of `run`, which is then stored.
    pub(crate) fn once<T: Serialize + DeserializeOwned>(
        &self,
        step: &str,
        parts: &[&str],
        run: impl FnOnce() -> Step<T>,
    ) -> Step<T> {
        let path = self.path(step, parts);
        if let Some(kept) = read(&path) {
            return Ok(kept);
        }
        let result = run()?;
        write(&path, &result)?;
        Ok(result)
    }

    fn path(&self, step: &str, parts: &[&str]) -> PathBuf {
        // The length separates inputs, also when one contains the separator.
        let text = parts.iter().fold(String::new(), |text, part| text + &format!("{} {part}\n", part.len()));
        let sum = files::sha256(text.as_bytes());
        self.folder.join(format!("{step}-{}.json", sum.get(..24).unwrap_or_default()))
    }
}

/// A stored result; a damaged file is ignored.
fn read<T: DeserializeOwned>(path: &std::path::Path) -> Option<T> {
    let kept: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let result = kept.get("result")?;
    let sum = files::sha256(result.to_string().as_bytes());
    (kept.get("sha256")?.as_str()? == sum).then(|| serde_json::from_value(result.clone()).ok())?
}

fn write<T: Serialize>(path: &std::path::Path, result: &T) -> Outcome<()> {
    let failed = |error| Failure::new(format!("`{}` cannot be written: {error}", path.display()));
    let result = serde_json::to_value(result).map_err(failed)?;
    let sum = files::sha256(result.to_string().as_bytes());
    files::write_atomically(path, json!({"sha256": sum, "result": result}).to_string().as_bytes(), 0o644)
}

#[cfg(test)]
mod tests {
    use super::*;
    use registry_command::files::Scratch;

    #[test]
    fn completed_step_is_rerun_only_after_a_change() {
        let scratch = Scratch::new().expect("there is room");
        let store = Store::open(scratch.path().join("steps")).expect("there is room");
        let run = |parts: &[&str], value: u32| store.once("lock", parts, || Ok(value));
        assert_eq!(run(&["a", "b"], 1), Ok(1));
        assert_eq!(run(&["a", "b"], 2), Ok(1));
        assert_eq!(run(&["ab", ""], 3), Ok(3));
        assert_eq!(store.once("probe", &["a", "b"], || Ok(4)), Ok(4));
    }

    #[test]
    fn ended_steps_are_not_cached_and_damaged_ones_ignored() {
        let scratch = Scratch::new().expect("there is room");
        let store = Store::open(scratch.path().to_path_buf()).expect("there is room");
        let ended: Step<u32> = store.once("lock", &["a"], || Err(Stop::Current(Vec::new())));
        assert_eq!(ended, Err(Stop::Current(Vec::new())));
        assert_eq!(store.once("lock", &["a"], || Ok(1)), Ok(1));
        for damage in ["", "{", r#"{"sha256":"0","result":7}"#] {
            fs::write(store.path("lock", &["a"]), damage).expect("there is room");
            assert_eq!(store.once("lock", &["a"], || Ok(2)), Ok(2), "{damage}");
        }
    }
}
