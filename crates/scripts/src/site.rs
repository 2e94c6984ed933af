//! A site: prefix, runtimes, package indexes, mirror, proxy and certificates for installs.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use registry_model::model::runtimes::UV;
use registry_model::model::{Libc, Line, RuntimeKind, Target, Version};

/// A site: where artefacts come from and where they are installed. The default takes each artefact from its maker.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Site {
    /// The one folder that installs change.
    pub prefix: String,
    /// The npm registry: a URL or an absolute folder; `None` for the package manager's own default.
    pub npm_registry: Option<String>,
    /// The Python package index: a URL or an absolute folder of wheels; `None` for the package manager's own default.
    pub pypi_index: Option<String>,
    /// Where runtimes, archives and payloads are, under their file names: a URL or an absolute folder.
    pub mirror: Option<String>,
    /// A file of certificates on the machine.
    pub ca_bundle: Option<String>,
    /// The proxy for machines that set none themselves.
    pub proxy: Option<String>,
    /// Megabytes that must be free before an install begins.
    pub disk_megabytes: u32,
    /// The private Node.js. A file has the default line as `node.TARGET`, and every line as `node.LINE.TARGET`.
    #[serde(deserialize_with = "over_default_node")]
    pub node: Lines,
    /// The private `CPython`, in the same way: `python.TARGET` and `python."LINE".TARGET`.
    #[serde(deserialize_with = "over_default_python")]
    pub python: Lines,
    /// The Python installer, fetched as wheels by the private `CPython`'s own pip.
    pub uv: Vec<Wheel>,
    /// The build tools for source distributions of a lock, fetched in the same way.
    pub build_tools: Vec<Wheel>,
}

/// The archives of a runtime, by the line ([`RuntimeKind::series`]) and the id of the target.
pub type Lines = BTreeMap<String, BTreeMap<String, Runtime>>;

/// A runtime archive.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// Its version, which is part of its folder's name.
    #[serde(default)]
    pub version: String,
    /// Where it is: a URL or an absolute path, ending in `.tar.gz`, `.tgz` or `.tar.xz`.
    pub url: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Whether it is not the maker's own archive; an install then reports it.
    #[serde(default)]
    pub substituted: bool,
    /// The shared libraries that the image must have for it, each with its Debian package.
    #[serde(default)]
    pub libraries: BTreeMap<String, String>,
}

/// A wheel of a tool that an install needs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    /// The package.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The SHA-256 of each file that may be taken.
    pub sha256: Vec<String>,
}

impl Default for Site {
    fn default() -> Self {
        let wheel = |name: &str, version: String, sha256: &[&str]| Wheel {
            name: name.to_owned(),
            version,
            sha256: sha256.iter().map(|&hash| hash.to_owned()).collect(),
        };
        let setuptools = "ca140b45d5325a9478f880e351484f62fef15f336462e449ca0c03c873d589c2";
        let uv: Vec<&str> = UV.wheels.iter().map(|(_, sha256)| *sha256).collect();
        Self {
            prefix: "/opt/benchflow".to_owned(),
            npm_registry: None,
            pypi_index: None,
            mirror: None,
            ca_bundle: None,
            proxy: None,
            disk_megabytes: 1500,
            node: of_makers(RuntimeKind::Node),
            python: of_makers(RuntimeKind::Python),
            uv: vec![wheel("uv", UV.version.to_string(), &uv)],
            build_tools: vec![wheel("setuptools", "84.2.1".to_owned(), &[setuptools])],
        }
    }
}

/// The archives of a runtime's makers.
fn of_makers(kind: RuntimeKind) -> Lines {
    let of_line = |line: &Line| {
        let runtime = |&(target, sha256): &(Target, &str)| {
            let runtime = Runtime {
                version: line.version.to_string(),
                url: archive_url(kind, line.version, line.release, target),
                sha256: sha256.to_owned(),
                substituted: false,
                libraries: BTreeMap::new(),
            };
            (target.id().to_owned(), runtime)
        };
        (kind.series(line.version), line.archives.iter().map(runtime).collect())
    };
    kind.lines().iter().map(of_line).collect()
}

/// Where the maker of a runtime has the archive of a version. `release` is that of the standalone builds of `CPython`.
pub fn archive_url(kind: RuntimeKind, version: Version, release: &str, target: Target) -> String {
    match kind {
        RuntimeKind::Node => {
            let (base, ending) = match target.libc() {
                Libc::Glibc => ("https://nodejs.org/dist", "tar.gz"),
                Libc::Musl => ("https://unofficial-builds.nodejs.org/download/release", "tar.xz"),
            };
            format!("{base}/v{version}/node-v{version}-{}.{ending}", target.id())
        }
        RuntimeKind::Python => {
            let machine = match target {
                Target::LinuxX64 => "x86_64-unknown-linux-gnu",
                Target::LinuxArm64 => "aarch64-unknown-linux-gnu",
                Target::LinuxX64Musl => "x86_64-unknown-linux-musl",
                Target::LinuxArm64Musl => "aarch64-unknown-linux-musl",
            };
            let base = "https://github.com/astral-sh/python-build-standalone/releases/download";
            format!("{base}/{release}/cpython-{version}+{release}-{machine}-install_only_stripped.tar.gz")
        }
    }
}

/// The lines of Node.js of a file over the default ones.
fn over_default_node<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Lines, D::Error> {
    from.deserialize_map(Table { kind: RuntimeKind::Node })
}

/// The lines of `CPython` of a file over the default ones.
fn over_default_python<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Lines, D::Error> {
    from.deserialize_map(Table { kind: RuntimeKind::Python })
}

/// A table of runtimes of a file: a runtime under the id of a target, or targets under a line.
struct Table {
    kind: RuntimeKind,
}

impl<'de> serde::de::Visitor<'de> for Table {
    type Value = Lines;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of runtimes by target, or by line and target")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut table: A) -> Result<Self::Value, A::Error> {
        let (mut all, mut named) = (of_makers(self.kind), BTreeSet::new());
        while let Some(key) = table.next_key::<String>()? {
            let (series, targets) = if key.starts_with(|first: char| first.is_ascii_digit()) {
                (key, table.next_value()?)
            } else {
                let default = self.kind.series(self.kind.default_version());
                (default, BTreeMap::from([(key, table.next_value()?)]))
            };
            if let Some(twice) = targets.keys().find(|target| !named.insert((series.clone(), (*target).clone()))) {
                let line = version_of(self.kind, &series).map_or_else(|| series.clone(), |it| self.kind.name(it));
                return Err(serde::de::Error::custom(format!("`{twice}` of {line} is there twice")));
            }
            let version = version_of(self.kind, &series).map(|it| it.to_string()).unwrap_or_default();
            add(all.entry(series).or_default(), targets, &version);
        }
        Ok(all)
    }
}

/// The version of a line.
fn version_of(kind: RuntimeKind, series: &str) -> Option<Version> {
    kind.lines().iter().map(|line| line.version).find(|&it| kind.series(it) == series)
}

/// Puts runtimes over those that are there; one without a version gets this one.
fn add(all: &mut BTreeMap<String, Runtime>, over: BTreeMap<String, Runtime>, version: &str) {
    for (target, mut runtime) in over {
        if runtime.version.is_empty() {
            version.clone_into(&mut runtime.version);
        }
        all.insert(target, runtime);
    }
}

/// What is wrong with a site: the field and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteError {
    /// The field, with its dots: `node.linux-x64.sha256`.
    pub field: String,
    /// What is wrong with it, without the value where that may be a secret.
    pub message: String,
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.message)
    }
}

impl core::error::Error for SiteError {}

impl Site {
    /// The command that starts an agent.
    pub fn launcher(&self, agent: &str) -> String {
        format!("{}/bin/{agent}", self.prefix)
    }

    /// The runtime of a line for a target.
    pub fn runtime(&self, kind: RuntimeKind, version: Version, target: Target) -> Option<&Runtime> {
        self.lines(kind).get(&kind.series(version))?.get(target.id())
    }

    /// All archives of a runtime.
    pub fn lines(&self, kind: RuntimeKind) -> &Lines {
        match kind {
            RuntimeKind::Node => &self.node,
            RuntimeKind::Python => &self.python,
        }
    }

    /// All its runtimes.
    pub fn runtimes(&self) -> impl Iterator<Item = &Runtime> {
        self.node.values().chain(self.python.values()).flat_map(BTreeMap::values)
    }

    /// Rejects values that no install could use or that would leak a credential.
    pub fn validate(&self) -> Result<(), SiteError> {
        check_prefix(&self.prefix)?;
        let sources =
            [("npm-registry", &self.npm_registry), ("pypi-index", &self.pypi_index), ("mirror", &self.mirror)];
        for (field, source) in sources {
            source.as_deref().map_or(Ok(()), |source| check_source(field, source))?;
        }
        if let Some(proxy) = &self.proxy {
            check_url("proxy", proxy)?;
        }
        if let Some(bundle) = &self.ca_bundle {
            // An install runs in its own folders, where a relative path would name another file.
            if !bundle.starts_with('/') {
                return refuse("ca-bundle", "is not an absolute path");
            }
            check_folder("ca-bundle", bundle)?;
        }
        for kind in RuntimeKind::ALL {
            for (series, runtimes) in self.lines(kind) {
                check_line(kind, series, runtimes)?;
            }
        }
        check_wheels("uv", &self.uv)?;
        check_wheels("build-tools", &self.build_tools)
    }
}

fn refuse<T>(field: &str, message: impl Into<String>) -> Result<T, SiteError> {
    Err(SiteError { field: field.to_owned(), message: message.into() })
}

/// Folders that an install would damage.
const SYSTEM: [&str; 12] = ["bin", "boot", "dev", "etc", "lib", "lib64", "proc", "root", "run", "sbin", "sys", "usr"];

fn check_prefix(prefix: &str) -> Result<(), SiteError> {
    let plain = |part: &str| part != "." && part != ".." && !part.is_empty();
    let safe = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    let first = prefix.split('/').nth(1).unwrap_or_default();
    if SYSTEM.contains(&first) || prefix.split('/').count() < 3 {
        return refuse("prefix", "is a system folder; use a separate one, for example /opt/benchflow");
    }
    match prefix.strip_prefix('/') {
        Some(rest) if safe && rest.split('/').all(plain) => Ok(()),
        _ => refuse("prefix", "is not an absolute path of letters, digits, `_`, `-`, `.` without a slash at its end"),
    }
}

fn check_folder(field: &str, path: &str) -> Result<(), SiteError> {
    if path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'`$\\;&|<>*?".contains(&byte)) {
        return Ok(());
    }
    refuse(field, "has a character that is not allowed in a URL or path")
}

/// A URL of http or https, or an absolute path.
fn check_source(field: &str, source: &str) -> Result<(), SiteError> {
    if source.starts_with('/') { check_folder(field, source) } else { check_url(field, source) }
}

fn check_url(field: &str, url: &str) -> Result<(), SiteError> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return refuse(field, "is neither a URL of http or https nor an absolute path");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return refuse(field, "has a credential in its URL; put the credential into a file on the machine instead");
    }
    if authority.is_empty() {
        return refuse(field, "is a URL without a host");
    }
    check_folder(field, url)
}

/// The table of a line in a site file: the default one needs no number.
pub fn table(kind: RuntimeKind, series: &str) -> String {
    let name = kind.word();
    if series == kind.series(kind.default_version()) {
        name.to_owned()
    } else if series.contains('.') {
        format!("{name}.\"{series}\"")
    } else {
        format!("{name}.{series}")
    }
}

fn check_line(kind: RuntimeKind, series: &str, runtimes: &BTreeMap<String, Runtime>) -> Result<(), SiteError> {
    let table = table(kind, series);
    let lines = || kind.lines().iter().map(|it| kind.series(it.version)).collect::<Vec<_>>();
    if !lines().iter().any(|it| it == series) {
        let what = kind.name(kind.default_version());
        let lines = lines().join(", ");
        return refuse(&table, format!("is not a line of {what} that agents take; expected one of {lines}"));
    }
    check_runtimes(&table, runtimes)?;
    let strange = |it: &Runtime| Version::parse(&it.version).is_none_or(|version| kind.series(version) != series);
    // A site may have any version as the default line, which agents took before there were others.
    let is_default = series == kind.series(kind.default_version());
    match runtimes.iter().find(|(_, it)| !is_default && strange(it)) {
        Some((target, _)) => refuse(&format!("{table}.{target}.version"), "is not a version of this line"),
        None => Ok(()),
    }
}

fn check_runtimes(field: &str, runtimes: &BTreeMap<String, Runtime>) -> Result<(), SiteError> {
    for (id, runtime) in runtimes {
        let place = |part: &str| format!("{field}.{id}.{part}");
        if Target::from_id(id).is_none() {
            return refuse(
                &format!("{field}.{id}"),
                "is not a target; expected one of linux-x64, linux-arm64, linux-x64-musl, linux-arm64-musl",
            );
        }
        check_source(&place("url"), &runtime.url)?;
        if ![".tar.gz", ".tgz", ".tar.xz"].iter().any(|ending| runtime.url.ends_with(ending)) {
            return refuse(&place("url"), "does not end in .tar.gz, .tgz or .tar.xz");
        }
        check_sha256(&place("sha256"), &runtime.sha256)?;
        check_version(&place("version"), &runtime.version)?;
        let plain = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte))
        };
        if let Some((name, _)) = runtime.libraries.iter().find(|(name, debian)| !plain(name) || !plain(debian)) {
            let message = format!("has a library `{}` whose name or package is not one", name.escape_debug());
            return refuse(&place("libraries"), message);
        }
    }
    Ok(())
}

fn check_wheels(field: &str, wheels: &[Wheel]) -> Result<(), SiteError> {
    for wheel in wheels {
        let name = wheel.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if wheel.name.is_empty() || !name {
            return refuse(field, "has an invalid package name");
        }
        check_version(&format!("{field}.{}.version", wheel.name), &wheel.version)?;
        if wheel.sha256.is_empty() {
            return refuse(&format!("{field}.{}.sha256", wheel.name), "is empty");
        }
        for hash in &wheel.sha256 {
            check_sha256(&format!("{field}.{}.sha256", wheel.name), hash)?;
        }
    }
    Ok(())
}

fn check_sha256(field: &str, hash: &str) -> Result<(), SiteError> {
    if hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Ok(());
    }
    refuse(field, "is not 64 lower-case hexadecimal digits")
}

fn check_version(field: &str, version: &str) -> Result<(), SiteError> {
    if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
        return Ok(());
    }
    refuse(field, "is not a version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(change: impl FnOnce(&mut Site), field: &str) {
        let mut site = Site::default();
        change(&mut site);
        assert_eq!(site.validate().err().map(|error| error.field).as_deref(), Some(field));
    }

    #[test]
    fn default_site_is_valid() {
        assert_eq!(Site::default().validate(), Ok(()));
    }

    #[test]
    fn site_errors_name_their_field() {
        check_refused(|site| site.prefix = "opt".to_owned(), "prefix");
        check_refused(|site| site.prefix = "/opt/../etc".to_owned(), "prefix");
        check_refused(|site| site.prefix = "/opt/a b".to_owned(), "prefix");
        check_refused(|site| site.npm_registry = Some("https://u:p@host/".to_owned()), "npm-registry");
        check_refused(|site| site.mirror = Some("ftp://host".to_owned()), "mirror");
        check_refused(|site| site.pypi_index = Some("/x`y`".to_owned()), "pypi-index");
        check_refused(|site| site.ca_bundle = Some("site.pem".to_owned()), "ca-bundle");
        let node = |site: &mut Site, change: fn(&mut Runtime)| {
            site.node.values_mut().flat_map(BTreeMap::values_mut).for_each(change);
        };
        check_refused(|site| node(site, |it| it.sha256 = "ABC".to_owned()), "node.linux-arm64.sha256");
        check_refused(|site| node(site, |it| it.url = "https://h/x.zip".to_owned()), "node.linux-arm64.url");
        let library = |it: &mut Runtime| it.libraries = [("libx.so.1".to_owned(), "x; y".to_owned())].into();
        check_refused(|site| node(site, library), "node.linux-arm64.libraries");
    }

    #[test]
    fn node_line_errors_name_the_line_and_its_field() {
        let newer = |site: &mut Site, change: fn(&mut Runtime)| {
            site.node.get_mut("24").expect("it is a line").values_mut().for_each(change);
        };
        check_refused(|site| newer(site, |it| it.sha256 = "ABC".to_owned()), "node.24.linux-arm64.sha256");
        check_refused(|site| newer(site, |it| it.version = "22.20.0".to_owned()), "node.24.linux-arm64.version");
        check_refused(|site| drop(site.node.insert("20".to_owned(), BTreeMap::new())), "node.20");
        let older = |site: &mut Site| drop(site.python.insert("3.9".to_owned(), BTreeMap::new()));
        check_refused(older, "python.\"3.9\"");
    }

    #[test]
    fn each_line_of_node_has_the_archives_of_its_version() {
        let site = Site::default();
        for Line { version, .. } in RuntimeKind::Node.lines() {
            let runtime =
                site.runtime(RuntimeKind::Node, *version, Target::LinuxX64).expect("its maker has an archive");
            assert!(runtime.url.contains(&format!("/v{version}/node-v{version}-linux-x64.")), "{}", runtime.url);
        }
    }

    #[test]
    fn credential_is_not_printed_in_a_site_error() {
        let site = Site { mirror: Some("https://user:secret@host/".to_owned()), ..Site::default() };
        let message = site.validate().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains("credential") && !message.contains("secret"), "{message}");
    }
}
