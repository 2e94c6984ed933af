//! Fetching many files at once, with curl.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::process::CleanEnvironment;
use registry_command::failure::{Failure, Outcome};

/// The number of parallel downloads.
const AT_ONCE: &str = "12";

/// The options of curl for every file: limits for connecting and for stalls, and up to three tries.
const OPTIONS: &[&str] = &[
    "--silent",
    "--fail",
    "--globoff",
    "--location",
    "--max-redirs",
    "5",
    "--proto",
    "=http,https,file",
    "--connect-timeout",
    "20",
    "--speed-limit",
    "1000",
    "--speed-time",
    "45",
    "--retry",
    "2",
    "--parallel",
    "--parallel-max",
    AT_ONCE,
    "--write-out",
    "%{urlnum} %{exitcode} %{http_code} %{errormsg}\\n",
];

/// curl's exit status for a missing local file.
const NO_FILE: &str = "37";

/// curl's exit status for a file that it cannot write.
const NOT_WRITTEN: &str = "23";

/// The result of fetching a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// It was fetched and is not checked.
    Came(PathBuf),
    /// It does not exist (any more).
    Gone(String),
    /// The server refuses it, or fails.
    Refused(String),
    /// No answer.
    Silence(String),
}

/// Fetches files into a folder, and calls `each` with the index and the answer, in the order of arrival.
pub(crate) fn fetch(
    cell: &CleanEnvironment,
    folder: &Path,
    urls: &[String],
    mut each: impl FnMut(usize, Fetched) -> Outcome<()>,
) -> Outcome<()> {
    if urls.is_empty() {
        return Ok(());
    }
    let config = folder.join("curl.conf");
    let place = |index: usize| folder.join(format!("file-{index}"));
    let lines = urls.iter().enumerate().fold(String::new(), |lines, (index, url)| {
        lines + "url = " + &quoted(url) + "\noutput = " + &quoted(&place(index).to_string_lossy()) + "\n"
    });
    fs::write(&config, lines).map_err(|error| Failure::io("write", &config, &error))?;
    let mut command = cell.command("curl", &std::env::var_os("PATH").unwrap_or_default());
    command.arg("-q").args(OPTIONS).arg("--config").arg(&config).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| {
        Failure::new(format!("cannot run `curl`: {error}")).help("install it (Debian: `apt-get install curl`)")
    })?;
    let mut answered = 0;
    let mut verdict = Ok(());
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
        let Some((index, answer)) = line.ok().as_deref().and_then(|line| read_answer(line, place)) else { continue };
        answered += 1;
        verdict = answer.and_then(|answer| each(index, answer));
        if verdict.is_err() {
            let _ = child.kill();
            break;
        }
    }
    let status = child.wait().map_err(|error| Failure::new(format!("cannot wait for `curl`: {error}")))?;
    verdict?;
    if answered == urls.len() {
        return Ok(());
    }
    Err(Failure::new(format!("curl reported {answered} of {} files and exited with {status}", urls.len()))
        .help("curl 7.75 or later is required; run the command again: fetched files are kept"))
}

/// Parses a line of curl's output: the index, curl's exit status, the server's status, and a message. A file that
/// cannot be written is a failure of the command.
fn read_answer(line: &str, place: impl Fn(usize) -> PathBuf) -> Option<(usize, Outcome<Fetched>)> {
    let mut fields = line.splitn(4, ' ');
    let index = fields.next()?.parse().ok()?;
    let (exit, status, said) = (fields.next()?, fields.next()?, fields.next().unwrap_or_default());
    let answer = match (exit, status) {
        ("0", _) => Fetched::Came(place(index)),
        (NOT_WRITTEN, _) => {
            let failure = Failure::new(format!("`{}` cannot be written by curl: {said}", place(index).display()));
            return Some((index, Err(failure.help("make room on its disk (`df`); fetched files are kept"))));
        }
        (NO_FILE, _) => Fetched::Gone("is not there".to_owned()),
        (_, "404" | "410") => Fetched::Gone(format!("is gone: it answers {status}")),
        (_, status) if status.starts_with(['4', '5']) => Fetched::Refused(format!("is refused: it answers {status}")),
        _ if said.is_empty() => Fetched::Silence(format!("curl ends with {exit}")),
        _ => Fetched::Silence(said.to_owned()),
    };
    Some((index, Ok(answer)))
}

/// A text as a quoted value in curl's configuration file.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The URL of a place: the place itself, or the URL of a local file.
pub(crate) fn url(place: &str) -> String {
    if place.starts_with('/') { format!("file://{}", escaped(place)) } else { place.to_owned() }
}

/// The characters of a path that need no escape in a URL.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path, escaped for a URL.
pub(crate) fn escaped(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_answer(line: &str, expected: impl Into<Option<(usize, Fetched)>>) {
        let found = read_answer(line, |index| PathBuf::from(index.to_string()));
        assert_eq!(found, expected.into().map(|(index, answer)| (index, Ok(answer))), "{line}");
    }

    #[test]
    fn missing_file_differs_from_a_failed_download() {
        check_answer("0 0 200 ", (0, Fetched::Came(PathBuf::from("0"))));
        let error = "The requested URL returned error: 404";
        check_answer(&format!("7 22 404 {error}"), (7, Fetched::Gone("is gone: it answers 404".to_owned())));
        check_answer("7 22 410 x", (7, Fetched::Gone("is gone: it answers 410".to_owned())));
        check_answer("7 37 000 x", (7, Fetched::Gone("is not there".to_owned())));
        check_answer("7 22 403 x", (7, Fetched::Refused("is refused: it answers 403".to_owned())));
        check_answer("7 22 503 x", (7, Fetched::Refused("is refused: it answers 503".to_owned())));
        check_answer("1 6 000 Could not resolve host", (1, Fetched::Silence("Could not resolve host".to_owned())));
        check_answer("1 28 200 Operation too slow", (1, Fetched::Silence("Operation too slow".to_owned())));
        check_answer("2 28 000 ", (2, Fetched::Silence("curl ends with 28".to_owned())));
        check_answer("%{urlnum} 0 200", None);
    }

    #[test]
    fn full_disk_is_reported_as_a_write_failure() {
        let line = "2 23 200 Failure writing output to destination";
        let (index, answer) = read_answer(line, |index| PathBuf::from(format!("/f/{index}"))).expect("it is a line");
        let failure = answer.expect_err("it is not written").to_string();
        assert_eq!(index, 2);
        assert!(failure.starts_with("`/f/2` cannot be written by curl: Failure writing"), "{failure}");
    }

    #[test]
    fn paths_become_file_urls() {
        assert_eq!(url("https://h.example/a+b"), "https://h.example/a+b");
        assert_eq!(url("/a/b+c d"), "file:///a/b%2Bc%20d");
        assert_eq!(quoted(r#"a"\"#), r#""a\"\\""#);
    }
}
