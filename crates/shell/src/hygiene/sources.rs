//! What a command fetches: files, clones, and packages that come from a place instead of a registry.

use std::borrow::Cow;

use super::managers::run;
use super::{has, operands, option_value, program};
use crate::reader::{Command, Reading};
use crate::word::Word;
use crate::wrappers::base;

/// Something that a command fetches.
pub(super) enum Source<'w> {
    /// A file.
    Fetched {
        tool: &'w str,
        /// Its URL as it is written; empty where that is not seen.
        url: &'w str,
        /// What it becomes, where that is known.
        file: Option<&'w str>,
        /// It is data that a program reads: an answer of an API, a version, a checksum.
        answer: bool,
    },
    /// A branch of a repository, by `git clone` or another verb.
    Branch(&'w str),
    /// A package or a program that is run or installed as it comes; the text says what is wrong.
    Pulled(String),
}

impl<'w> Source<'w> {
    /// The last part of its file's path.
    pub(super) fn name(&self) -> Option<&'w str> {
        let Self::Fetched { file, .. } = self else { return None };
        file.map(base).filter(|name| !name.is_empty())
    }
}

/// Files that are read as data.
const DATA: [&str; 16] = [
    ".sha256",
    ".sha512",
    ".sha256sum",
    ".sha512sum",
    ".sums",
    ".sig",
    ".minisig",
    ".json",
    ".txt",
    ".md",
    ".yaml",
    ".yml",
    ".xml",
    ".html",
    "SUMS",
    "checksums",
];

/// Programs that only read what a pipe brings them.
const READERS: [&str; 22] = [
    "grep", "egrep", "fgrep", "rg", "jq", "yq", "sed", "awk", "gawk", "cut", "head", "tail", "tr", "sort", "uniq",
    "wc", "cat", "column", "xmllint", "less", "more", "fold",
];

/// What a command fetches.
pub(super) fn source<'w>(reading: &Reading<'_>, command: &'w Command<'_>) -> Option<Source<'w>> {
    let (tool, arguments) = program(command)?;
    let file = match tool {
        "curl" => {
            if has(arguments, &["--version", "-V", "--help", "-h", "-I", "--head"]) || sends(arguments) {
                return None;
            }
            let named = option_value(arguments, &["-o", "--output"]).or_else(|| bundled_output(arguments, 'o'));
            named.or_else(|| is_remote_name(arguments).then(|| url(arguments).map(base)).flatten())
        }
        "wget" => {
            if has(arguments, &["--version", "-V", "--help", "-h", "--spider"]) || sends(arguments) {
                return None;
            }
            let named = option_value(arguments, &["-O", "--output-document"]);
            let named = named.or_else(|| bundled_output(arguments, 'O'));
            Some(named.unwrap_or_else(|| url(arguments).map_or("download", base)))
        }
        "aria2c" | "axel" | "fetch" => {
            let named = option_value(arguments, &["-o", "--out", "--output"]);
            Some(named.or_else(|| url(arguments).map(base)).filter(|_| url(arguments).is_some())?)
        }
        "lwp-download" => Some(url(arguments).map(base)?),
        "gh" if operands(arguments).map(|it| &*it.text).take(2).eq(["release", "download"]) => {
            Some(option_value(arguments, &["-O", "--output", "-p", "--pattern"]).unwrap_or("release"))
        }
        "git" => return branch(arguments),
        _ => return pulled(command, tool, arguments).map(Source::Pulled),
    };
    let writes = |it: &&crate::reader::Redirection<'_>| it.operator.writes() && it.fd.is_none_or(|fd| fd == 1);
    let redirected = command.redirections.iter().filter(writes).filter_map(|it| it.target.as_ref()).next_back();
    let file = redirected.map(|it| &*it.text).or(file).filter(|file| !matches!(*file, "-" | "/dev/stdout"));
    let url = url(arguments).unwrap_or_default();
    let local = ["://localhost", "://127.0.0.1", "://[::1]", "file://"].iter().any(|host| url.contains(host));
    let checked = arguments.iter().any(|word| word.text.starts_with("--checksum"));
    if local || checked || file == Some("/dev/null") {
        return None;
    }
    let printed = file.is_none() && !is_stored(reading, command);
    let is_data = |name: &str| DATA.iter().any(|end| name.ends_with(end));
    let data = file.is_some_and(is_data) || is_data(url) || file.is_some_and(is_signature) && is_signature(url);
    Some(Source::Fetched {
        tool,
        url,
        file: file.or_else(|| Some(base(url)).filter(|it| !it.is_empty())),
        answer: printed || data,
    })
}

/// A signature that is kept as one, and not as a key.
fn is_signature(name: &str) -> bool {
    name.rsplit('.').next() == Some("asc")
}

fn url<'w>(arguments: &'w [Word<'_>]) -> Option<&'w str> {
    operands(arguments).find(|word| word.text.contains("://")).map(|word| &*word.text)
}

/// `curl -O`, alone or among other letters.
fn is_remote_name(arguments: &[Word<'_>]) -> bool {
    let short = |text: &str| text.strip_prefix('-').is_some_and(|it| !it.starts_with('-') && it.contains('O'));
    arguments.iter().any(|word| matches!(&*word.text, "--remote-name" | "--remote-name-all") || short(&word.text))
}

/// Whether a request sends something, so that what comes back is an answer.
fn sends(arguments: &[Word<'_>]) -> bool {
    const SENDS: [&str; 13] = [
        "-d",
        "--data",
        "--data-raw",
        "--data-binary",
        "--data-urlencode",
        "--json",
        "-F",
        "--form",
        "-T",
        "--upload-file",
        "--post-data",
        "--post-file",
        "--body-data",
    ];
    let method = option_value(arguments, &["--request", "--method"]).or_else(|| {
        arguments.iter().position(|it| it.is("-X")).and_then(|at| arguments.get(at + 1)).map(|it| &*it.text)
    });
    let named = |word: &Word<'_>| SENDS.iter().any(|it| word.text == *it || word.text.starts_with(&format!("{it}=")));
    arguments.iter().any(named) || method.is_some_and(|it| !it.eq_ignore_ascii_case("get"))
}

/// The word after bundled letters, as in `-fsSLo file`.
fn bundled_output<'w>(arguments: &'w [Word<'_>], letter: char) -> Option<&'w str> {
    let bundled =
        |word: &Word<'_>| !word.text.starts_with("--") && word.text.starts_with('-') && word.text.ends_with(letter);
    let at = arguments.iter().position(bundled);
    if let Some(option) = at {
        return arguments.get(option + 1).map(|word| &*word.text);
    }
    // `-qO-`, `-qOfile`
    let inner = |word: &'w Word<'_>| {
        let letters = word.text.strip_prefix('-').filter(|it| !it.starts_with('-'))?;
        let (before, after) = letters.split_once(letter)?;
        before.bytes().all(|byte| byte.is_ascii_alphabetic()).then_some(after).filter(|it| !it.is_empty())
    };
    arguments.iter().filter(|_| letter == 'O').find_map(inner)
}

/// Whether a pipe stores or unpacks what a command prints.
fn is_stored(reading: &Reading<'_>, command: &Command<'_>) -> bool {
    let mut member = command.next.and_then(|next| reading.commands.get(next));
    // `(curl …) | tar x`
    if member.is_none() {
        member = reading.holders(command).take(1).find_map(|holder| reading.commands.get(holder.next?));
    }
    while let Some(command) = member {
        let stores = command.redirections.iter().any(|it| {
            let target = it.target.as_ref().map(|it| &*it.text);
            it.operator.writes() && it.fd.is_none_or(|fd| fd == 1) && target != Some("/dev/null")
        });
        let reads = program(command).is_some_and(|(name, arguments)| {
            let name = name.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
            READERS.contains(&name) || matches!(name, "python" | "node" | "perl" | "ruby") && !arguments.is_empty()
        });
        if stores || !reads {
            return true;
        }
        member = command.next.and_then(|next| reading.commands.get(next));
    }
    false
}

/// `git clone` and `git fetch` of a branch or a tag.
fn branch<'w>(arguments: &'w [Word<'_>]) -> Option<Source<'w>> {
    // `git -C folder fetch`
    let words: Vec<&Word<'_>> = operands(arguments).take(3).collect();
    if words.iter().any(|word| word.is("clone")) {
        let pinned = option_value(arguments, &["--revision"]).is_some_and(is_commit);
        return (!pinned).then_some(Source::Branch("clone"));
    }
    let at = arguments.iter().position(|word| word.is("fetch"))?;
    let first = words.iter().any(|word| word.is("fetch"));
    let named: Vec<&Word<'_>> = operands(arguments.get(at + 1..)?).collect();
    let branch = named.get(1).filter(|it| !is_commit(&it.text) && !it.text.starts_with('$'));
    (first && branch.is_some()).then_some(Source::Branch("fetch"))
}

pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A package that a package manager fetches from a place, or a program that an interpreter fetches itself.
fn pulled(command: &Command<'_>, tool: &str, arguments: &[Word<'_>]) -> Option<String> {
    let kind = tool.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
    if let Some(run) = run(command) {
        if run.name == "go" {
            let module = operands(run.arguments).find_map(|word| floating_module(&word.text));
            let shown = module.map(|it| crate::text::quote(it.as_bytes()))?;
            return Some(format!("`go` fetches `{shown}`, whose content can change"));
        }
        let inner = |word: &Word<'_>| fetched_place(&word.text).is_some();
        let rev = option_value(run.arguments, &["--rev"]).is_some_and(is_commit);
        let index = [
            "-i",
            "--index-url",
            "--extra-index-url",
            "--index",
            "--registry",
            "-f",
            "--find-links",
            "--proxy",
            "-X",
            "--repository",
            "--default-index",
            "--source",
            "--keyserver",
        ];
        let of_option = |at: usize| {
            at.checked_sub(1).and_then(|it| run.arguments.get(it)).is_some_and(|it| index.contains(&&*it.text))
        };
        let found = run.arguments.iter().enumerate().find(|(at, word)| inner(word) && !of_option(*at));
        let place = found.and_then(|(_, word)| fetched_place(&word.text)).filter(|_| !rev)?;
        return Some(format!("`{}` fetches `{}` unverified", run.name, crate::text::quote(place.as_bytes())));
    }
    match kind {
        "deno" if matches!(operands(arguments).next().map(|it| &*it.text), Some("run" | "install")) => {
            let place = url(arguments)?;
            Some(format!("`deno` runs `{}` unverified", crate::text::quote(place.as_bytes())))
        }
        "python" | "node" | "perl" | "ruby" => {
            let code = option_value(arguments, &["-c", "-e"])?;
            let calls = ["urlopen", "urlretrieve", "requests.get", "httpx.get", "open-uri", "LWP::Simple"];
            let keeps = ["exec(", "urlretrieve", "open(", "write", "eval(", "system("];
            let does = |list: &[&str]| list.iter().any(|it| code.replace("urlopen(", "").contains(it));
            let fetched = calls.iter().any(|it| code.contains(it));
            (fetched && does(&keeps)).then(|| format!("`{tool}` fetches a program unverified"))
        }
        _ => None,
    }
}

/// `example.com/tool@latest`: a module of Go at a branch, which no sum is known of.
fn floating_module(text: &str) -> Option<&str> {
    let (path, version) = text.split_once('@').filter(|(path, _)| path.contains('.') && path.contains('/'))?;
    let exact = version.strip_prefix('v').is_some_and(|it| it.starts_with(|first: char| first.is_ascii_digit()));
    let known = exact || is_commit(version) || version.contains('$') || path.starts_with('.');
    (!known).then_some(text)
}

/// A URL or a repository that a word asks a package manager for; none where it names a full commit.
fn fetched_place(text: &str) -> Option<Cow<'_, str>> {
    let at = text.find("git+").or_else(|| text.find("https://")).or_else(|| text.find("http://"))?;
    let place = text.get(at..)?;
    // `--index-url=…`
    if text.starts_with('-') && !text.starts_with("--git=") {
        return None;
    }
    let (_, revision) = place.rsplit_once(['@', '#']).unwrap_or(("", ""));
    (!is_commit(revision)).then_some(Cow::Borrowed(place))
}
