//! The result of a step of an upgrade, and the store of steps that are done.
//!
//! A step that is done is not run again while everything that it depends on is the same: its result is kept under the
//! hash of that.

use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use registry_command::failure::{Failure, Outcome};
use registry_command::files;

/// What a step gives, or the end of the upgrade of this agent.
pub(crate) type Step<T> = Result<T, End>;

/// Why an upgrade of an agent goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing newer is published; a line a note.
    Current(Vec<String>),
    /// Something newer is published and may not be taken; a line a reason.
    Blocked(Vec<String>),
    /// The new version does not do as the entry says; a line a difference.
    EntryMustChange(Vec<String>),
    /// The command, the machine or a registry failed.
    Failed(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The results of steps, a file each.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// Opens one, and makes its folder where there is none.
    pub(crate) fn open(folder: PathBuf) -> Outcome<Self> {
        fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
        Ok(Self { folder })
    }

    /// The result of a step: the one that is kept for the same parts, else what `run` gives, which is then kept.
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
        // The length keeps two parts apart whatever they hold.
        let text = parts.iter().fold(String::new(), |text, part| text + &format!("{} {part}\n", part.len()));
        let sum = files::sha256(text.as_bytes());
        self.folder.join(format!("{step}-{}.json", sum.get(..24).unwrap_or_default()))
    }
}

/// A result that is whole; a file that is damaged counts for nothing.
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
    fn a_step_that_is_done_is_not_run_again_until_something_differs() {
        let scratch = Scratch::new().expect("there is room");
        let store = Store::open(scratch.path().join("steps")).expect("there is room");
        let run = |parts: &[&str], value: u32| store.once("lock", parts, || Ok(value));
        assert_eq!(run(&["a", "b"], 1), Ok(1));
        assert_eq!(run(&["a", "b"], 2), Ok(1));
        assert_eq!(run(&["ab", ""], 3), Ok(3));
        assert_eq!(store.once("probe", &["a", "b"], || Ok(4)), Ok(4));
    }

    #[test]
    fn what_ends_is_not_kept_and_what_is_damaged_does_not_count() {
        let scratch = Scratch::new().expect("there is room");
        let store = Store::open(scratch.path().to_path_buf()).expect("there is room");
        let ended: Step<u32> = store.once("lock", &["a"], || Err(End::Current(Vec::new())));
        assert_eq!(ended, Err(End::Current(Vec::new())));
        assert_eq!(store.once("lock", &["a"], || Ok(1)), Ok(1));
        for damage in ["", "{", r#"{"sha256":"0","result":7}"#] {
            fs::write(store.path("lock", &["a"]), damage).expect("there is room");
            assert_eq!(store.once("lock", &["a"], || Ok(2)), Ok(2), "{damage}");
        }
    }
}
