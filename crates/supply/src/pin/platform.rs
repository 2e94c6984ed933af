//! The machines of an npm package: from its `os`, `cpu` and `libc`, else from the words of its name.

use registry_model::model::{Arch, Libc, Target, allows};
use serde_json::Value;

/// The machines of a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Platform {
    /// Whether it is for Linux; `None` if it is not stated.
    pub linux: Option<bool>,
    /// The architecture; `None` if it is not stated.
    pub cpu: Option<Part<Arch>>,
    /// The C library; `None` if it is not stated.
    pub libc: Option<Part<Libc>>,
}

/// A part of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<T> {
    /// One that a target has.
    Known(T),
    /// Another.
    Foreign,
}

impl Platform {
    /// Whether a package is for some machines only.
    pub(crate) fn is_restricted(self) -> bool {
        self != Self::default()
    }

    /// Whether no target can use it.
    pub(crate) fn is_foreign(self) -> bool {
        self.linux == Some(false) || self.cpu == Some(Part::Foreign) || self.libc == Some(Part::Foreign)
    }

    /// Whether a target can use it. `names_musl`: a sibling is for musl, so that this one is for glibc.
    pub(crate) fn fits(self, target: Target, names_musl: bool) -> bool {
        let libc = self.libc.or(names_musl.then_some(Part::Known(Libc::Glibc)));
        !self.is_foreign()
            && self.cpu.is_none_or(|cpu| cpu == Part::Known(target.arch()))
            && libc.is_none_or(|libc| libc == Part::Known(target.libc()))
    }

    /// The machines of a package, from its entry in a package-lock and its name there.
    pub(crate) fn of(name: &str, entry: Option<&Value>) -> Self {
        let named = Self::of_name(name).0;
        let Some(entry) = entry else { return named };
        // For npm, an empty field allows everything, and a text is a list of one word.
        let words = |key: &str| -> Option<Vec<&str>> {
            let words: Vec<&str> = match entry.get(key)? {
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().filter(|it| !it.is_empty()).collect(),
            };
            (!words.is_empty()).then_some(words)
        };
        let cpu = |words: Vec<&str>| one_of(&words, [Arch::X64, Arch::Arm64], Arch::word);
        let libc = |words: Vec<&str>| one_of(&words, [Libc::Glibc, Libc::Musl], Libc::word);
        let (os, cpus) = (words("os"), words("cpu"));
        // The name is used only for a package with restrictions: `linux-utils` may be for every machine.
        let restricted = os.is_some() || cpus.is_some();
        Self {
            linux: os.map_or(named.linux.filter(|_| restricted), |words| Some(allows(&words, "linux"))),
            cpu: cpus.map_or(named.cpu.filter(|_| restricted), cpu),
            libc: words("libc").map_or(named.libc.filter(|_| restricted), libc),
        }
    }

    /// The machines in a name, and the name without these words: the stem that the packages of one group share.
    pub(crate) fn of_name(name: &str) -> (Self, String) {
        let mut platform = Self::default();
        let mut stem = Vec::new();
        for word in name.split(['-', '/', '@', '.']).filter(|word| !word.is_empty()) {
            match word {
                "linux" => platform.linux = Some(true),
                "linuxmusl" => (platform.linux, platform.libc) = (Some(true), Some(Part::Known(Libc::Musl))),
                "darwin" | "macos" | "win32" | "windows" | "freebsd" | "openbsd" | "netbsd" | "android" | "sunos"
                | "aix" | "openharmony" | "webcontainers" => platform.linux = Some(false),
                "x64" | "amd64" | "x86_64" => platform.cpu = Some(Part::Known(Arch::X64)),
                "arm64" | "aarch64" => platform.cpu = Some(Part::Known(Arch::Arm64)),
                "arm" | "armv7" | "ia32" | "x86" | "ppc64" | "ppc64le" | "riscv64" | "s390x" | "loong64"
                | "mips64el" | "wasm32" => platform.cpu = Some(Part::Foreign),
                "musl" => platform.libc = Some(Part::Known(Libc::Musl)),
                "gnu" | "glibc" => platform.libc = Some(Part::Known(Libc::Glibc)),
                "baseline" | "modern" | "msvc" | "gnueabihf" | "musleabihf" => {}
                _ => stem.push(word),
            }
        }
        (platform, stem.join("-"))
    }
}

/// The value of two that a field names; `None` if it allows both.
fn one_of<T: Copy>(words: &[&str], all: [T; 2], npm: impl Fn(T) -> &'static str) -> Option<Part<T>> {
    let [one, other] = all;
    match (allows(words, npm(one)), allows(words, npm(other))) {
        (true, true) => None,
        (true, false) => Some(Part::Known(one)),
        (false, true) => Some(Part::Known(other)),
        (false, false) => Some(Part::Foreign),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_fields_match_npm() {
        let text = include_str!("../../../../tests/vectors/npm_platform.jsonl");
        for line in text.lines() {
            let row: Value = serde_json::from_str(line).expect("a line is JSON");
            let platform = Platform::of("a", row.get("rest"));
            let fits: Vec<&str> =
                Target::ALL.into_iter().filter(|&it| platform.fits(it, false)).map(Target::id).collect();
            assert_eq!(row.get("targets"), Some(&serde_json::json!(fits)), "{line}");
        }
        assert!(text.lines().count() > 30);
    }

    #[track_caller]
    fn check_targets(name: &str, entry: &str, names_musl: bool, expected: &[&str]) {
        let entry: Option<Value> = serde_json::from_str(entry).ok();
        let platform = Platform::of(name, entry.as_ref());
        let fits = Target::ALL.into_iter().filter(|&it| platform.fits(it, names_musl)).map(Target::id);
        assert_eq!(fits.collect::<Vec<_>>(), expected, "{name}");
    }

    #[test]
    fn package_names_give_targets() {
        check_targets("opencode-linux-arm64-musl", "", true, &["linux-arm64-musl"]);
        check_targets("opencode-linux-x64-baseline", "", true, &["linux-x64"]);
        check_targets("@github/copilot-linuxmusl-x64", "", true, &["linux-x64-musl"]);
        check_targets("@openai/codex-linux-x64", "", false, &["linux-x64", "linux-x64-musl"]);
        check_targets("@cline/cli-windows-x64", "", false, &[]);
        check_targets("@esbuild/linux-s390x", "", false, &[]);
    }

    #[test]
    fn platform_fields_override_package_names() {
        let linux = r#"{"os":["linux"],"cpu":["x64"]}"#;
        check_targets("tool-linux-x64-gnu", linux, false, &["linux-x64"]);
        check_targets(
            "tool",
            r#"{"os":["!win32"]}"#,
            false,
            &["linux-x64", "linux-arm64", "linux-x64-musl", "linux-arm64-musl"],
        );
        check_targets("tool", r#"{"cpu":["wasm32"]}"#, false, &[]);
        check_targets("tool", r#"{"os":["linux"],"cpu":["arm64"],"libc":["musl"]}"#, false, &["linux-arm64-musl"]);
        assert!(!Platform::of("windows-release", Some(&Value::Null)).is_restricted());
    }

    #[test]
    fn platform_packages_of_one_group_share_a_stem() {
        let stem = |name: &str| Platform::of_name(name).1;
        assert_eq!(stem("@lydell/node-pty-linux-x64"), stem("@lydell/node-pty"));
        assert_eq!(stem("@img/sharp-libvips-linuxmusl-x64"), "img-sharp-libvips");
        assert_eq!(stem("opencode-linux-x64-baseline-musl"), "opencode");
    }
}
