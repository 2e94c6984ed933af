//! `release`: one archive with everything that is generated, for people without Rust. The same entries give the same
//! bytes, wherever and whenever it is made.

use clap::{ArgMatches, Command};
use registry_model::model::Registry;

use crate::gen_scripts::{path_option, site_option};
use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("release")
        .about("Write an archive of all generated files, with checksums and a bill of materials")
        .after_help(
            "DIR gets the archive, the bill of materials, and SHA256SUMS of both. The archive has its own SHA256SUMS.\n\n\
             Examples:\n  \
             cargo xtask release --out dist\n  \
             cargo xtask release --out dist --site site.toml",
        )
        .arg(path_option("out", "DIR", "The folder that gets the files").required(true))
        .arg(site_option())
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("outputs", console, made::run(registry, matches, console))
}

#[cfg(feature = "outputs")]
mod made {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::fs;
    use std::io;
    use std::path::{Path, PathBuf};

    use clap::ArgMatches;
    use flate2::{Compression, GzBuilder};
    use registry_command::console::Console;
    use registry_command::failure::{Failure, Outcome, Status};
    use registry_command::files::{Staged, sha256};
    use registry_command::text::count;
    use registry_model::model::Registry;
    use registry_outputs::{File, FileKind, GENERATORS};
    use tar::{Builder, EntryType, Header};

    use crate::generate::make;
    use crate::{gen_scripts, rendering, violations};

    /// What the archive and its one folder are called, before the version.
    const NAME: &str = "coding-agents";

    /// The list of checksums, in the archive and beside it.
    const SUMS: &str = "SHA256SUMS";

    /// The permission bits of what is not run.
    const PLAIN: u32 = 0o644;

    /// What is in the archive, for who unpacks it.
    const README: &str = include_str!("release/README.md");

    /// Files by their paths in the archive.
    type Files = BTreeMap<PathBuf, (String, u32)>;

    pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
        if violations::check(registry, console) == Status::Found {
            return Ok(Status::Found);
        }
        let files = files(registry, matches, console)?;
        let name = format!("{NAME}-{}", env!("CARGO_PKG_VERSION"));
        let archive = pack(Path::new(&name), &files)
            .map_err(|error| Failure::new(format!("the archive cannot be packed: {error}")))?;
        let mut beside: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
        for (path, (text, _)) in &files {
            if let Some(name) = path.file_name().filter(|it| it.to_string_lossy().ends_with(".cdx.json")) {
                beside.insert(PathBuf::from(name), text.clone().into_bytes());
            }
        }
        beside.insert(PathBuf::from(format!("{name}.tar.gz")), archive);
        let sums = sums(beside.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice())));
        beside.insert(PathBuf::from(SUMS), sums.into_bytes());
        let folder = matches.get_one::<PathBuf>("out").cloned().unwrap_or_default();
        write(&folder, &beside)?;
        let (inside, bytes) = (count(files.len(), "file"), beside.values().map(Vec::len).sum::<usize>());
        console.done(format!("release: {name} with {inside}, {bytes} bytes in {}", folder.display()))?;
        Ok(Status::Done)
    }

    /// Everything that is generated whole: the scripts, and one folder for each generator.
    fn files(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome<Files> {
        let site = rendering::site(matches.get_one::<PathBuf>("site").map(PathBuf::as_path))?;
        let mut files = Files::from([(PathBuf::from("README.md"), (README.to_owned(), PLAIN))]);
        for agent in registry.agents() {
            for script in rendering::scripts(agent, &site).map_err(Failure::new)? {
                let path = Path::new(gen_scripts::FOLDER).join(agent.name).join(script.name);
                files.insert(path, (script.text, 0o755));
            }
        }
        let input = make::input(registry, &site)?;
        for generator in GENERATORS {
            console.progress(generator.name);
            let folder = Path::new(generator.folder).file_name().map_or_else(|| PathBuf::from("docs"), PathBuf::from);
            for File { path, text, kind } in (generator.make)(&input).map_err(Failure::new)? {
                if let FileKind::Whole(mode) = kind {
                    files.insert(folder.join(path), (text, mode));
                }
            }
        }
        console.clear();
        let listed = sums(files.iter().map(|(path, (text, _))| (path.as_path(), text.as_bytes())));
        files.insert(PathBuf::from(SUMS), (listed, PLAIN));
        Ok(files)
    }

    /// The checksums as `sha256sum --check` reads them.
    fn sums<'f>(files: impl Iterator<Item = (&'f Path, &'f [u8])>) -> String {
        let mut text = String::new();
        for (path, bytes) in files {
            let _ = writeln!(text, "{}  {}", sha256(bytes), path.display());
        }
        text
    }

    /// Packs files below one folder: nothing of the machine, of its clock or of its user is in the archive.
    fn pack(folder: &Path, files: &Files) -> io::Result<Vec<u8>> {
        let gzip = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
        let mut tar = Builder::new(gzip);
        for (path, (text, mode)) in files {
            let mut header = Header::new_ustar();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(*mode);
            header.set_uid(0);
            header.set_gid(0);
            header.set_mtime(0);
            header.set_size(u64::try_from(text.len()).map_err(io::Error::other)?);
            tar.append_data(&mut header, folder.join(path), text.as_bytes())?;
        }
        tar.into_inner()?.finish()
    }

    /// Writes all files, or none.
    fn write(folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Outcome<()> {
        fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
        let mut staged = Staged::default();
        for (path, bytes) in files {
            staged.add(&folder.join(path), bytes, PLAIN)?;
        }
        staged.commit()?;
        Ok(())
    }
}
