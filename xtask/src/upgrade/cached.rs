//! Reads cached package files: which of them contain a text. Nothing is installed or run for it.

use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use registry_model::model::{Agent, Target};
use registry_scripts::site::Site;

use registry_command::failure::{Failure, Outcome};
use registry_supply::clients::{Tools, process};
use registry_supply::mirror::wanted;

/// The maximum number of reported files with a text.
const TOLD: usize = 5;

/// The largest file of a package that is searched.
const SEARCHED: u64 = 256 << 20;

/// Searches wheels for members with one of the texts.
const SEARCH: &str = r#"
import json, sys, zipfile
texts, found = json.loads(sys.argv[1]), []
for path in sys.argv[2:]:
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            held = wheel.read(name)
            found += [[path.rsplit("/")[-1], name, it] for it in texts if it.encode() in held]
print(json.dumps(found))
"#;

/// A package and its tarball.
type Tarball = (String, std::path::PathBuf);

/// The files of an agent in the cache: tarballs of npm and wheels of the Python index.
fn files(agent: &Agent<'_>, cache: &Path) -> Outcome<(Vec<Tarball>, Vec<String>)> {
    let site = Site::default();
    let wanted = wanted::wanted(&[agent], &[Target::own()], &site)?;
    let there = |path: &String| cache.join(path).is_file();
    let paths: Vec<&String> = wanted.artefacts.keys().filter(|it| there(it)).collect();
    let name = |path: &str| path.split("/-/").next().unwrap_or(path).to_owned();
    let tarballs = paths.iter().filter_map(|path| Some((name(path.strip_prefix("npm/")?), cache.join(path))));
    let wheels = paths.iter().filter(|it| Path::new(it).extension().is_some_and(|ext| ext == "whl"));
    Ok((tarballs.collect(), wheels.map(|it| cache.join(it).to_string_lossy().into_owned()).collect()))
}

/// The files of an agent's packages that contain one of some texts: `package: file contains text`.
pub(crate) fn holders(agent: &Agent<'_>, cache: &Path, tools: &Tools, texts: &[String]) -> Outcome<Vec<String>> {
    let texts: Vec<&String> = texts.iter().filter(|it| !it.is_empty()).collect();
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let (tarballs, wheels) = files(agent, cache)?;
    let mut found = Vec::new();
    for (name, path) in tarballs {
        each_member(&path, |member, bytes| {
            let held = texts.iter().filter(|text| holds(bytes, text.as_bytes()));
            let file = member.split_once('/').map_or(member, |(_, rest)| rest);
            found.extend(held.map(|text| format!("{name}: `{file}` contains `{text}`")));
            found.len() < TOLD
        })?;
        if found.len() >= TOLD {
            return Ok(found);
        }
    }
    if !wheels.is_empty() {
        let list = serde_json::to_string(&texts).unwrap_or_default();
        let answer = python(tools, &[SEARCH.to_owned(), list].into_iter().chain(wheels).collect::<Vec<_>>())?;
        let held: Vec<[String; 3]> = serde_json::from_str(&answer).unwrap_or_default();
        found.extend(held.into_iter().map(|[wheel, file, text]| format!("{wheel}: `{file}` contains `{text}`")));
    }
    found.truncate(TOLD);
    Ok(found)
}

fn python(tools: &Tools, words: &[String]) -> Outcome<String> {
    let mut command = tools.cell.command(tools.python(), &process::search_path(&[]));
    process::run_well(command.args(["-I", "-c"]).args(words), "reading wheels").map(|it| it.stdout)
}

/// Whether bytes contain a text.
fn holds(bytes: &[u8], text: &[u8]) -> bool {
    let Some(&first) = text.first() else { return false };
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
    starts.into_iter().any(|(at, _)| bytes.get(at..).is_some_and(|rest| rest.starts_with(text)))
}

/// Reads the files of a tarball, until the callback returns `false`.
fn each_member(path: &Path, mut work: impl FnMut(&str, &[u8]) -> bool) -> Outcome<()> {
    let failed = |error: &std::io::Error| Failure::io("read", path, error);
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    for entry in archive.entries().map_err(|error| failed(&error))? {
        let entry = entry.map_err(|error| failed(&error))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut bytes = Vec::new();
        entry.take(SEARCHED).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
        if !work(&name, &bytes) {
            return Ok(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use registry_model::model::{Artefact, Npm};

    use super::*;
    use registry_command::files::Scratch;

    #[test]
    fn text_is_found_in_a_cached_archive() {
        let scratch = Scratch::new().expect("there is room");
        let folder = scratch.path().join("npm/a/-");
        std::fs::create_dir_all(&folder).expect("there is room");
        let file = std::fs::File::create(folder.join("a-1.0.0.tgz")).expect("there is room");
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
        for (name, text) in
            [("package/package.json", r#"{"license":"MIT"}"#), ("package/dist/x.js", "fetch('h.example')")]
        {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            tar.append_data(&mut header, name, text.as_bytes()).expect("there is room");
        }
        tar.into_inner().and_then(flate2::write::GzEncoder::finish).expect("there is room");
        let sum = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
        let lock =
            format!("format 1\npackage npm a 1.0.0 {sum}\nnpm node_modules/a 1.0.0 {sum} a/-/a-1.0.0.tgz {{}}\n");
        let npm = [Artefact::Npm(Npm { package: "a", bin: "a", postinstall: &[] })];
        let agent = Agent { name: "fixture", install: &npm, lock: &lock, ..Agent::EMPTY };
        let (tarballs, wheels) = files(&agent, scratch.path()).expect("it can be read");
        assert_eq!((tarballs.len(), wheels.len()), (1, 0));
        let mut seen = Vec::new();
        each_member(&tarballs[0].1, |name, bytes| {
            seen.push((name.to_owned(), holds(bytes, b"h.example"), holds(bytes, b"h.exampleX")));
            true
        })
        .expect("it can be read");
        assert_eq!(
            seen,
            [("package/package.json".to_owned(), false, false), ("package/dist/x.js".to_owned(), true, false)]
        );
    }
}
