//! The generated files of a mirror: the pages of its Python index and its site file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use registry_model::names;
use registry_scripts::site::{self, Site, Wheel};

use super::checksum::Content;
use super::runtimes::ChosenRuntime;
use super::wanted::RuntimeLine;
use crate::clients::fetch::escaped;

/// The pages of the index over the wheels (PEP 503), by their paths: every link is relative.
pub(crate) fn index(held: &BTreeMap<String, Content>) -> BTreeMap<String, String> {
    let mut projects: BTreeMap<String, String> = BTreeMap::new();
    for (path, content) in held {
        let Some(file) = path.strip_prefix("wheels/") else { continue };
        let links = projects.entry(project(file)).or_default();
        let _ = writeln!(links, "<a href=\"../../{}#sha256={}\">{file}</a><br>", escaped(path), content.sha256);
    }
    let names =
        projects.keys().fold(String::new(), |names, name| names + &format!("<a href=\"{name}/\">{name}</a><br>\n"));
    let mut pages: BTreeMap<String, String> =
        projects.iter().map(|(name, links)| (format!("simple/{name}/index.html"), page(name, links))).collect();
    if !pages.is_empty() {
        pages.insert("simple/index.html".to_owned(), page("Python packages", &names));
    }
    pages
}

/// The project of a file, from its name: up to the first hyphen for a wheel, up to the version for a source.
fn project(file: &str) -> String {
    let name = match file.strip_suffix(".tar.gz") {
        Some(stem) => stem.rsplit_once('-').map_or(stem, |(name, _)| name),
        None => file.split('-').next().unwrap_or(file),
    };
    names::pypi(name)
}

fn page(title: &str, links: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n{links}</body>\n</html>\n"
    )
}

/// The site of a mirror: the given site with the mirror's sources. `base` is its URL or its folder.
pub(crate) fn places(site: &Site, base: &str) -> Site {
    let index = if base.starts_with('/') { "wheels" } else { "simple/" };
    Site {
        npm_registry: Some(format!("{base}/npm")),
        pypi_index: Some(format!("{base}/{index}")),
        mirror: Some(format!("{base}/runtimes")),
        ..site.clone()
    }
}

/// The table of a line in a site file.
fn table((kind, version): RuntimeLine) -> String {
    site::table(kind, &kind.series(version))
}

/// The text of a site file. The site is validated, so nothing in it needs an escape.
pub(crate) fn site_file(site: &Site, base: &str, runtimes: &[ChosenRuntime]) -> String {
    let mut out = "# Written by `cargo xtask mirror`, which writes it again.\n".to_owned();
    let _ = writeln!(out, "prefix = \"{}\"", site.prefix);
    let optional = [
        ("npm-registry", &site.npm_registry),
        ("pypi-index", &site.pypi_index),
        ("mirror", &site.mirror),
        ("ca-bundle", &site.ca_bundle),
        ("proxy", &site.proxy),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = \"{value}\"");
        }
    }
    let _ = writeln!(out, "disk-megabytes = {}", site.disk_megabytes);
    for it in runtimes {
        let _ = writeln!(out, "\n[{}.{}]\nversion = \"{}\"", table(it.line), it.target.id(), it.version);
        let _ = writeln!(out, "url = \"{base}/{}\"\nsha256 = \"{}\"", it.path, it.sha256);
        if it.substituted {
            out.push_str("substituted = true\n");
        }
        if !it.libraries.is_empty() {
            let pairs = it.libraries.iter().map(|(name, debian)| format!("\"{name}\" = \"{debian}\""));
            let _ = writeln!(out, "libraries = {{ {} }}", pairs.collect::<Vec<_>>().join(", "));
        }
    }
    for (table, wheels) in [("uv", &site.uv), ("build-tools", &site.build_tools)] {
        for Wheel { name, version, sha256 } in wheels {
            let _ = writeln!(out, "\n[[{table}]]\nname = \"{name}\"\nversion = \"{version}\"");
            let _ = writeln!(out, "sha256 = [\"{}\"]", sha256.join("\", \""));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use registry_model::model::{RuntimeKind, Target, Version};

    #[test]
    fn simple_index_has_one_page_per_project_with_relative_links() {
        let content = Content::of(&b"abc"[..]).expect("memory can be read");
        let files = ["wheels/Func_Timeout-4.3.5.tar.gz", "wheels/a.b-1.0+x-py3-none-any.whl", "npm/a/-/a-1.tgz"];
        let pages = index(&files.map(|path| (path.to_owned(), content.clone())).into());
        let names: Vec<&str> = pages.keys().map(String::as_str).collect();
        assert_eq!(names, ["simple/a-b/index.html", "simple/func-timeout/index.html", "simple/index.html"]);
        let link = format!(
            "<a href=\"../../wheels/a.b-1.0%2Bx-py3-none-any.whl#sha256={}\">a.b-1.0+x-py3-none-any.whl</a>",
            content.sha256
        );
        assert!(pages["simple/a-b/index.html"].contains(&link), "{pages:?}");
        assert!(pages["simple/index.html"].contains("<a href=\"a-b/\">a-b</a>"), "{pages:?}");
        assert!(index(&BTreeMap::new()).is_empty());
    }

    #[test]
    fn site_file_round_trips() {
        let given = Site {
            ca_bundle: Some("/etc/ssl/site.pem".to_owned()),
            proxy: Some("http://proxy.example:3128".to_owned()),
            disk_megabytes: 99,
            ..Site::default()
        };
        let mut expected = places(&given, "http://mirror.example");
        let chosen = ChosenRuntime {
            line: (RuntimeKind::Python, Version::new(3, 13, 18)),
            target: Target::LinuxArm64,
            path: "runtimes/cpython.tar.gz".to_owned(),
            version: "3.13.1".to_owned(),
            sha256: "0".repeat(64),
            substituted: true,
            libraries: BTreeMap::from([("libssl.so.3".to_owned(), "libssl3".to_owned())]),
        };
        let libraries = chosen.libraries.clone();
        let text = site_file(&expected, "http://mirror.example", &[chosen]);
        if let Some(python) = expected.python.get_mut("3.13").and_then(|it| it.get_mut("linux-arm64")) {
            python.url = "http://mirror.example/runtimes/cpython.tar.gz".to_owned();
            (python.version, python.sha256, python.substituted) = ("3.13.1".to_owned(), "0".repeat(64), true);
            python.libraries = libraries;
        }
        assert_eq!(expected.pypi_index.as_deref(), Some("http://mirror.example/simple/"));
        assert_eq!(toml::from_str::<Site>(&text).expect("it is a site file"), expected, "{text}");
    }
}
