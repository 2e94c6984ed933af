//! Makes components from locks. It writes no time and no serial number, so the same locks give the same bytes.
//!
//! A package URL is as <https://github.com/package-url/purl-spec> has it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt::Write as _;
use registry_model::model::{Agent, Artefact, Lock, RuntimeKind, Version};
use registry_scripts::site::{Runtime, Site, Wheel};
use serde_json::{Value, json};

use super::GENERATOR;
use crate::{File, Input};

/// The component of each package URL.
type Components = BTreeMap<String, Value>;

/// `sbom.cdx.json`.
pub(crate) fn bill(input: &Input<'_>) -> Result<Vec<File>, String> {
    let mut components = Components::new();
    let mut dependencies = BTreeMap::new();
    for agent in &input.agents {
        let lock = agent.read_lock().map_err(|error| error.to_string())?;
        let version = lock.packages.first().map_or("", |it| it.version);
        let mut parts = runtimes(input.site, agent, &lock, &mut components);
        for package in &lock.npm {
            let hashes: Vec<Value> = package.tarball.iter().filter_map(|it| hash(it.integrity)).collect();
            let (group, name) = package.name.rsplit_once('/').unwrap_or(("", &package.name));
            let purl = npm_purl(&package.name, package.version);
            let licenses: Vec<&str> = lock.licenses_of("npm", &package.name, package.version).collect();
            let reference = add(&mut components, purl, group, name, package.version, &hashes);
            add_licenses(&mut components, &reference, &licenses);
            parts.insert(reference);
        }
        for wheel in &lock.wheels {
            let purl = pypi_purl(wheel.name, wheel.version, wheel.file);
            let hashes: Vec<Value> = hash(wheel.hash).into_iter().collect();
            let licenses: Vec<&str> = lock.licenses_of("pypi", wheel.name, wheel.version).collect();
            let reference = add(&mut components, purl, "", wheel.name, wheel.version, &hashes);
            add_licenses(&mut components, &reference, &licenses);
            parts.insert(reference);
        }
        parts.extend(agent.install.iter().flat_map(|it| fetched(agent, it, &mut components)));
        let reference = format!("agent:{}", agent.name);
        components.insert(reference.clone(), application(agent, &reference, version));
        add_licenses(&mut components, &reference, &lock.own_licenses());
        dependencies.insert(reference, parts);
    }
    let dependencies: Vec<Value> =
        dependencies.into_iter().map(|(agent, parts)| json!({ "ref": agent, "dependsOn": parts })).collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "properties": [{ "name": "generator", "value": GENERATOR.mark() }] },
        "components": components.into_values().collect::<Vec<_>>(),
        "dependencies": dependencies,
    });
    Ok(vec![File::new("sbom.cdx.json", crate::json::text(&document)?)])
}

/// An agent itself, which is made of the components that it depends on.
fn application(agent: &Agent<'_>, reference: &str, version: &str) -> Value {
    let mut component = json!({
        "type": "application",
        "bom-ref": reference,
        "name": agent.name,
        "description": agent.summary().split_whitespace().collect::<Vec<_>>().join(" "),
    });
    if let Some(members) = component.as_object_mut().filter(|_| !version.is_empty()) {
        members.insert("version".to_owned(), json!(version));
    }
    component
}

/// Adds a component unless it is there, and returns its reference, which is its package URL.
fn add(components: &mut Components, purl: String, group: &str, name: &str, version: &str, hashes: &[Value]) -> String {
    let component = components.entry(purl.clone()).or_insert_with(
        || json!({ "type": "library", "bom-ref": purl, "purl": purl, "name": name, "version": version }),
    );
    if let Some(members) = component.as_object_mut() {
        if !group.is_empty() {
            members.insert("group".to_owned(), json!(group));
        }
        if !hashes.is_empty() {
            members.insert("hashes".to_owned(), json!(hashes));
        }
    }
    purl
}

/// Adds the licenses that a package names. A component without them has an unknown license.
fn add_licenses(components: &mut Components, reference: &str, licenses: &[&str]) {
    let members = components.get_mut(reference).and_then(Value::as_object_mut);
    if let Some(members) = members.filter(|_| !licenses.is_empty()) {
        members.insert("licenses".to_owned(), crate::licenses::cyclonedx(licenses));
    }
}

/// The private runtimes of a site that an agent takes, and with `CPython` the tools of its installs.
fn runtimes(site: &Site, agent: &Agent<'_>, lock: &Lock<'_>, components: &mut Components) -> BTreeSet<String> {
    let runtime = |name: &'static str| {
        move |(target, it): (&String, &Runtime)| (name, target.clone(), it.version.clone(), it.sha256.clone())
    };
    let of_line = |kind: RuntimeKind, version: Version| {
        let name = if kind == RuntimeKind::Node { "node" } else { "cpython" };
        site.lines(kind).get(&kind.series(version)).into_iter().flatten().map(runtime(name))
    };
    let node = of_line(RuntimeKind::Node, agent.node(lock));
    let python = agent.python().into_iter().flat_map(|version| of_line(RuntimeKind::Python, version));
    let found: Vec<_> = node.chain(python).collect();
    let mut references = BTreeSet::new();
    for (name, target, version, sha256) in found {
        let purl = format!("pkg:generic/{name}@{}?target={}", escaped(&version), escaped(&target));
        references.insert(add(components, purl, "", name, &version, &[sha_256(&sha256)]));
    }
    let tools = site.uv.iter().chain(&site.build_tools).filter(|_| agent.python().is_some());
    for Wheel { name, version, sha256 } in tools {
        // One component a file: a checksum is that of one.
        for sum in sha256 {
            let purl = format!(
                "pkg:pypi/{}@{}?checksum={}",
                escaped(name),
                escaped(version),
                escaped(&format!("sha256:{sum}"))
            );
            references.insert(add(components, purl, "", name, version, &[sha_256(sum)]));
        }
    }
    references
}

/// The archives and repositories that an entry names by their URLs.
fn fetched(agent: &Agent<'_>, artefact: &Artefact<'_>, components: &mut Components) -> Vec<String> {
    let name = agent.entry();
    match artefact {
        Artefact::Archive(archive) => (archive.downloads.iter())
            .map(|it| {
                let version = it.sha256.get(..12).unwrap_or(it.sha256);
                let purl = format!("pkg:generic/{name}@{version}?download_url={}", escaped(it.url));
                add(components, purl, "", name, version, &[sha_256(it.sha256)])
            })
            .collect(),
        Artefact::Git(git) => {
            let source = escaped(&format!("git+{}@{}", git.url, git.commit));
            let purl = format!("pkg:generic/{name}@{}?vcs_url={source}", git.commit);
            vec![add(components, purl, "", name, git.commit, &[])]
        }
        Artefact::Npm(_) | Artefact::Pypi(_) | Artefact::Program(_) | Artefact::Sh(_) => Vec::new(),
    }
}

fn npm_purl(name: &str, version: &str) -> String {
    let name = name.split('/').map(escaped).collect::<Vec<_>>().join("/");
    format!("pkg:npm/{name}@{}", escaped(version))
}

fn pypi_purl(name: &str, version: &str, file: &str) -> String {
    format!("pkg:pypi/{}@{}?file_name={}", escaped(name), escaped(version), escaped(file))
}

/// Percent-encoded, but for what a package URL has as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b':' => out.push(char::from(byte)),
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

fn sha_256(hex: &str) -> Value {
    json!({ "alg": "SHA-256", "content": hex })
}

/// The checksum of a lock: `sha512-BASE64` or `sha256:HEX`.
fn hash(integrity: &str) -> Option<Value> {
    if let Some(hex) = integrity.strip_prefix("sha256:") {
        return Some(sha_256(hex));
    }
    let (algorithm, text) = integrity.split_once('-')?;
    let name = match algorithm {
        "sha512" => "SHA-512",
        "sha384" => "SHA-384",
        "sha256" => "SHA-256",
        "sha1" => "SHA-1",
        _ => return None,
    };
    let mut hex = String::new();
    for byte in STANDARD.decode(text).ok()? {
        let _ = write!(hex, "{byte:02x}");
    }
    Some(json!({ "alg": name, "content": hex }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_urls_are_as_their_specification_has_them() {
        assert_eq!(npm_purl("@angular/animation", "12.3.1"), "pkg:npm/%40angular/animation@12.3.1");
        assert_eq!(npm_purl("a", "1.0.0+b"), "pkg:npm/a@1.0.0%2Bb");
        let wheel = pypi_purl("django", "1.11.1", "Django-1.11.1.tar.gz");
        assert_eq!(wheel, "pkg:pypi/django@1.11.1?file_name=Django-1.11.1.tar.gz");
    }

    #[test]
    fn checksums_are_hexadecimal() {
        let empty = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
        let found = hash(empty).expect("it is a checksum");
        assert_eq!(found["alg"], "SHA-512");
        assert!(found["content"].as_str().is_some_and(|it| it.starts_with("cf83e1357eefb8bd") && it.len() == 128));
        assert_eq!(hash("sha256:ab").expect("it is one")["content"], "ab");
        assert_eq!(hash("-"), None);
    }
}
