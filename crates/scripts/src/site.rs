//! A site: prefix, runtimes, package indexes, mirror, proxy and certificates for installs.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use registry_model::model::{Libc, NODE_LINES, NODE_VERSION, PYTHON_VERSION, Target, Version};

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
    /// The private Node.js, by the number of its line and the id of the target. A file has the default line as
    /// `node.TARGET`, and every line as `node.LINE.TARGET`.
    #[serde(deserialize_with = "over_default_node")]
    pub node: BTreeMap<u32, BTreeMap<String, Runtime>>,
    /// The private `CPython`, by the id of the target.
    #[serde(deserialize_with = "over_default_python")]
    pub python: BTreeMap<String, Runtime>,
    /// The Python installer, fetched as wheels by the private `CPython`'s own pip.
    pub uv: Vec<Wheel>,
    /// The build tools for source distributions of a lock, fetched in the same way.
    pub build_tools: Vec<Wheel>,
}

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

/// The files of `CPython` by target: the maker's name for the machine, and the checksum.
const PYTHON: [(Target, &str, &str); 4] = [
    (Target::LinuxX64, "x86_64-unknown-linux-gnu", "1dbaa624a09e15afe7efbdac08d42993135a68db8d34f986ef6977a6d77bdc3c"),
    (
        Target::LinuxArm64,
        "aarch64-unknown-linux-gnu",
        "85fdc64fe672de7337198a63d89918037bf93bdb03480404d90f8f601abef1dd",
    ),
    (
        Target::LinuxX64Musl,
        "x86_64-unknown-linux-musl",
        "d12d5af7c1cae4cdb69d3b98ae9151dcb9c57d0444f5217b7ba0a6f6e4e84441",
    ),
    (
        Target::LinuxArm64Musl,
        "aarch64-unknown-linux-musl",
        "b1c9c7a4d829575d79d7131bcf9f3666f4f3a4628de83c5317f0680bfadbe19a",
    ),
];

/// The release of the standalone builds that [`PYTHON`] is from.
const PYTHON_RELEASE: &str = "20260211";

/// The checksums of `Node.js` by line and target; for `AArch64` with musl, none is known of its maker.
const NODE: [(u32, [(Target, &str); 3]); NODE_LINES.len()] = [
    (
        22,
        [
            (Target::LinuxX64, "eeaccb0378b79406f2208e8b37a62479c70595e20be6b659125eb77dd1ab2a29"),
            (Target::LinuxArm64, "4181609e03dcb9880e7e5bf956061ecc0503c77a480c6631d868cb1f65a2c7dd"),
            (Target::LinuxX64Musl, "119817f0a2cb86e9b8f058a9fc0a9fcb1b56a8a6da7c6ebef64398328ee52d82"),
        ],
    ),
    // The release's own list, as other repositories quote it: many agree on those for glibc, and the recipe of the
    // official image has that for musl.
    (
        24,
        [
            (Target::LinuxX64, "f625d97cd707df4ff96254916fbc5ff014f09c09effe5a1e0ca8f6d41a8789d4"),
            (Target::LinuxArm64, "d28c8a5bf0a808f0ed434a1dce8c54ae98f0371c0bd86ac58abc613f73e6643f"),
            (Target::LinuxX64Musl, "ebcb19941bf6a34ada2141727ffda66fb2a4bf315f5c02c8f1fc9e48a2045e06"),
        ],
    ),
];

/// The wheels of uv for the four targets (`AArch64` has one for both C libraries).
const UV: [&str; 3] = [
    "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
];

impl Default for Site {
    fn default() -> Self {
        let wheel = |name: &str, version: &str, sha256: &[&str]| Wheel {
            name: name.to_owned(),
            version: version.to_owned(),
            sha256: sha256.iter().map(|&hash| hash.to_owned()).collect(),
        };
        let setuptools = "ca140b45d5325a9478f880e351484f62fef15f336462e449ca0c03c873d589c2";
        Self {
            prefix: "/opt/benchflow".to_owned(),
            npm_registry: None,
            pypi_index: None,
            mirror: None,
            ca_bundle: None,
            proxy: None,
            disk_megabytes: 1500,
            node: default_node(),
            python: default_python(),
            uv: vec![wheel("uv", "0.13.9", &UV)],
            build_tools: vec![wheel("setuptools", "84.2.1", &[setuptools])],
        }
    }
}

fn default_node() -> BTreeMap<u32, BTreeMap<String, Runtime>> {
    let runtime = |line: Version, target: Target, sha256: &str| {
        let (base, ending) = match target.libc() {
            Libc::Glibc => ("https://nodejs.org/dist", "tar.gz"),
            Libc::Musl => ("https://unofficial-builds.nodejs.org/download/release", "tar.xz"),
        };
        let url = format!("{base}/v{line}/node-v{line}-{}.{ending}", target.id());
        (target.id().to_owned(), Runtime::of_maker(line.to_string(), url, sha256))
    };
    let of_line = |line: Version| {
        let files = NODE.iter().filter(|(major, _)| *major == line.major).flat_map(|(_, files)| files);
        (line.major, files.map(|&(target, sha256)| runtime(line, target, sha256)).collect())
    };
    NODE_LINES.into_iter().map(of_line).collect()
}

fn default_python() -> BTreeMap<String, Runtime> {
    let runtime = |&(target, machine, sha256): &(Target, &str, &str)| {
        let file = format!("cpython-{PYTHON_VERSION}+{PYTHON_RELEASE}-{machine}-install_only_stripped.tar.gz");
        let url =
            format!("https://github.com/astral-sh/python-build-standalone/releases/download/{PYTHON_RELEASE}/{file}");
        (target.id().to_owned(), Runtime::of_maker(PYTHON_VERSION.to_string(), url, sha256))
    };
    PYTHON.iter().map(runtime).collect()
}

impl Runtime {
    fn of_maker(version: String, url: String, sha256: &str) -> Self {
        Self { version, url, sha256: sha256.to_owned(), substituted: false, libraries: BTreeMap::new() }
    }
}

/// The lines of Node.js of a file over the default ones.
fn over_default_node<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<u32, BTreeMap<String, Runtime>>, D::Error> {
    from.deserialize_map(NodeTable)
}

/// The table `node` of a file: a runtime under the id of a target, or targets under the number of a line.
struct NodeTable;

impl<'de> serde::de::Visitor<'de> for NodeTable {
    type Value = BTreeMap<u32, BTreeMap<String, Runtime>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of runtimes by target, or by line and target")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut table: A) -> Result<Self::Value, A::Error> {
        let (mut all, mut named) = (default_node(), BTreeSet::new());
        while let Some(key) = table.next_key::<String>()? {
            let (line, targets) = match key.parse::<u32>() {
                Ok(line) => (line, table.next_value()?),
                Err(_) => (NODE_VERSION.major, BTreeMap::from([(key, table.next_value()?)])),
            };
            if let Some(twice) = targets.keys().find(|target| !named.insert((line, (*target).clone()))) {
                return Err(serde::de::Error::custom(format!("`{twice}` of Node.js {line} is there twice")));
            }
            let version = NODE_LINES.iter().find(|it| it.major == line).map(ToString::to_string).unwrap_or_default();
            add(all.entry(line).or_default(), targets, &version);
        }
        Ok(all)
    }
}

fn over_default_python<'de, D: serde::Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Runtime>, D::Error> {
    over_default(from, default_python())
}

/// Targets that a file does not name keep their default; a runtime without a version has the default version.
fn over_default<'de, D: serde::Deserializer<'de>>(
    from: D,
    mut all: BTreeMap<String, Runtime>,
) -> Result<BTreeMap<String, Runtime>, D::Error> {
    let version = all.values().next().map(|runtime| runtime.version.clone()).unwrap_or_default();
    add(&mut all, serde::Deserialize::deserialize(from)?, &version);
    Ok(all)
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

    /// The Node.js of a line for a target.
    pub fn node(&self, line: Version, target: Target) -> Option<&Runtime> {
        self.node.get(&line.major)?.get(target.id())
    }

    /// All its runtimes.
    pub fn runtimes(&self) -> impl Iterator<Item = &Runtime> {
        self.node.values().flat_map(BTreeMap::values).chain(self.python.values())
    }

    /// The `CPython` of a target.
    pub fn python(&self, target: Target) -> Option<&Runtime> {
        self.python.get(target.id())
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
        for (&line, runtimes) in &self.node {
            check_line(line, runtimes)?;
        }
        check_runtimes("python", &self.python)?;
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

/// The name of a line for people: the default one needs no number.
pub fn node_name(line: Version) -> String {
    if line == NODE_VERSION { "Node.js".to_owned() } else { format!("Node.js {}", line.major) }
}

/// The table of a line in a site file.
pub fn node_table(line: u32) -> String {
    if line == NODE_VERSION.major { "node".to_owned() } else { format!("node.{line}") }
}

fn check_line(line: u32, runtimes: &BTreeMap<String, Runtime>) -> Result<(), SiteError> {
    let table = node_table(line);
    if !NODE_LINES.iter().any(|it| it.major == line) {
        let lines = NODE_LINES.map(|it| it.major.to_string()).join(", ");
        return refuse(&table, format!("is not a line of Node.js that agents take; expected one of {lines}"));
    }
    check_runtimes(&table, runtimes)?;
    let strange = |it: &Runtime| Version::parse(&it.version).is_none_or(|version| version.major != line);
    // A site may have any version as the default line, which agents took before there were others.
    match runtimes.iter().find(|(_, it)| line != NODE_VERSION.major && strange(it)) {
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
            site.node.get_mut(&24).expect("it is a line").values_mut().for_each(change);
        };
        check_refused(|site| newer(site, |it| it.sha256 = "ABC".to_owned()), "node.24.linux-arm64.sha256");
        check_refused(|site| newer(site, |it| it.version = "22.20.0".to_owned()), "node.24.linux-arm64.version");
        check_refused(|site| drop(site.node.insert(20, BTreeMap::new())), "node.20");
    }

    #[test]
    fn each_line_of_node_has_the_archives_of_its_version() {
        let site = Site::default();
        for line in NODE_LINES {
            let runtime = site.node(line, Target::LinuxX64).expect("its maker has an archive");
            assert!(runtime.url.contains(&format!("/v{line}/node-v{line}-linux-x64.")), "{}", runtime.url);
        }
    }

    #[test]
    fn credential_is_not_printed_in_a_site_error() {
        let site = Site { mirror: Some("https://user:secret@host/".to_owned()), ..Site::default() };
        let message = site.validate().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains("credential") && !message.contains("secret"), "{message}");
    }
}
