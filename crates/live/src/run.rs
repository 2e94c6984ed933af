//! What is the same for every command that runs agents: a runtime, a folder, several at a time, and an end by signal.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt;
use tokio::signal::unix::{SignalKind, signal};

use crate::{Failure, sandbox};

/// How often a user who watches is shown that time passes.
const TICK: Duration = Duration::from_millis(200);

/// Does work in a runtime and a folder of its own, which is gone afterwards unless it is to be kept.
pub(crate) fn within<T>(keep: bool, work: impl AsyncFnOnce(&Path) -> T) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::new(format!("cannot start an async runtime: {error}"), "check the limits of this user: `ulimit -a`")
    })?;
    let folder = Folder::new(keep)?;
    let result = runtime.block_on(async {
        tokio::select! {
            done = work(folder.path()) => Ok(done),
            name = interrupted() => Err(Failure::new(format!("ended by {name}"), "what was started is gone")),
        }
    });
    // What was dropped above was asked to end; the runtime goes first, so that nothing writes into the folder any more.
    drop(runtime);
    result
}

/// Does several things, some at a time, and shows that time passes.
pub(crate) async fn each<F: Future>(work: impl Iterator<Item = F>, jobs: usize, tick: &dyn Fn()) -> Vec<F::Output> {
    let all = futures::stream::iter(work).buffer_unordered(jobs.max(1)).collect::<Vec<_>>();
    let ticks = async {
        let mut interval = tokio::time::interval(TICK);
        loop {
            interval.tick().await;
            tick();
        }
    };
    tokio::select! {
        done = all => done,
        () = ticks => Vec::new(),
    }
}

/// Waits for a signal that asks this process to end.
async fn interrupted() -> &'static str {
    let one = |kind: SignalKind, name: &'static str| async move {
        match signal(kind) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
        name
    };
    tokio::select! {
        name = one(SignalKind::interrupt(), "Ctrl-C") => name,
        name = one(SignalKind::terminate(), "SIGTERM") => name,
        name = one(SignalKind::hangup(), "SIGHUP") => name,
    }
}

/// The folder of a run. A process that was just killed may still be at its last write, so removing it is tried again.
struct Folder {
    made: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl Folder {
    fn new(keep: bool) -> Result<Self, Failure> {
        let made = sandbox::folder()?;
        let path = made.path().to_path_buf();
        if keep {
            return Ok(Self { made: None, path: made.keep() });
        }
        Ok(Self { made: Some(made), path })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.made.is_none() {
            return;
        }
        for _ in 0..50 {
            let gone = std::fs::remove_dir_all(&self.path);
            if gone.is_ok() || !self.path.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
