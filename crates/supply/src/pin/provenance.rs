//! How a Python package was built, as its index says (PEP 740): the page of a project names a document for a file, and
//! the document has the publisher and the kind of its statement.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use registry_model::names;
use serde_json::Value;

use super::lock::{Distribution, Statement};
use crate::clients::fetch::{self, Fetched};
use crate::clients::{Tools, process};
use registry_command::failure::{Failure, Outcome};

/// Prints pip's own default index.
const DEFAULT_INDEX: &str = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";

/// The statement of a file of the index; `None` where the index serves none. It is recorded and never required, so no
/// answer of the index is an error.
pub(crate) fn of_file(tools: &Tools, file: &Distribution) -> Outcome<Option<Statement>> {
    let index = if let Some(index) = Tools::index() {
        index.to_string_lossy().into_owned()
    } else {
        let mut command = tools.cell.command(tools.python(), &process::search_path(&[]));
        process::run(command.args(["-I", "-c", DEFAULT_INDEX]))?.stdout.trim().to_owned()
    };
    // A folder has no pages.
    if !index.starts_with("http") {
        return Ok(None);
    }
    let page = format!("{}/{}/", index.trim_end_matches('/'), names::pypi(&file.name));
    let Some(place) = read(tools, &page)?.as_deref().and_then(|html| place(html, &file.file)) else { return Ok(None) };
    Ok(read(tools, &place)?.as_deref().and_then(statement))
}

/// The text at a URL, if the server has it.
fn read(tools: &Tools, url: &str) -> Outcome<Option<String>> {
    let folder = tools.cell.scratch().folder("provenance")?;
    let mut text = None;
    fetch::fetch(&tools.cell, &folder, &[url.to_owned()], |_, answer| {
        if let Fetched::Came(path) = answer {
            let bytes = fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
            text = Some(String::from_utf8_lossy(&bytes).into_owned());
        }
        Ok(())
    })?;
    Ok(text)
}

/// The document about a file, on the page of its project: the attribute `data-provenance` of its link.
fn place(html: &str, file: &str) -> Option<String> {
    let link = html.split("<a ").skip(1).find(|it| {
        let text = it.split_once('>').and_then(|(_, rest)| rest.split("</a").next());
        text.is_some_and(|text| text.trim() == file)
    })?;
    let (attributes, _) = link.split_once('>')?;
    let (_, value) = attributes.split_once("data-provenance=\"")?;
    let url = value.split('"').next()?.replace("&amp;", "&");
    ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)).then_some(url)
}

/// The first statement of a document, with the repository of its publisher.
fn statement(document: &str) -> Option<Statement> {
    let document: Value = serde_json::from_str(document).ok()?;
    let bundle = document.pointer("/attestation_bundles/0")?;
    let encoded = bundle.pointer("/attestations/0/envelope/statement")?.as_str()?;
    let said: Value = serde_json::from_slice(&STANDARD.decode(encoded).ok()?).ok()?;
    let publisher = |name: &str| bundle.get("publisher")?.get(name)?.as_str();
    // A field of a lock is one word.
    let word = |text: &str| (!text.is_empty() && !text.contains(char::is_whitespace)).then(|| text.to_owned());
    let source = publisher("kind").zip(publisher("repository"));
    let source = source.and_then(|(kind, repository)| word(&format!("{kind}:{repository}")));
    Some(Statement {
        kind: word(said.get("predicateType")?.as_str()?)?,
        source: source.unwrap_or_else(|| "-".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test panics on failure")]

    use super::*;

    /// Written by `pypi-attestations` 0.0.30, the library of the index.
    const DOCUMENT: &str = include_str!("../../../../tests/vectors/pypi_provenance.json");

    #[test]
    fn page_of_a_project_names_the_document_of_one_file() {
        let link = |file: &str, more: &str| format!("<a href=\"https://h/{file}#sha256=0\"{more}>{file}</a><br/>\n");
        let html = link("a-1.0.tar.gz", " data-provenance=\"https://h/source\"")
            + &link(
                "a-1.0-py3-none-any.whl",
                " data-requires-python=\"&gt;=3.12\" data-provenance=\"https://h/p?a=1&amp;b=2\"",
            )
            + &link("a-0.9-py3-none-any.whl", "")
            + &link("a-0.8-py3-none-any.whl", " data-provenance=\"file:///etc/passwd\"");
        assert_eq!(place(&html, "a-1.0-py3-none-any.whl").as_deref(), Some("https://h/p?a=1&b=2"));
        for silent in ["a-0.9-py3-none-any.whl", "a-0.8-py3-none-any.whl", "a-1.0-py3", ""] {
            assert_eq!(place(&html, silent), None, "{silent}");
        }
    }

    #[test]
    fn statement_is_read_with_the_repository_of_its_publisher() {
        let found = statement(DOCUMENT).expect("it has a statement");
        assert!(found.kind.ends_with("/attestations/publish/v1"), "{}", found.kind);
        assert_eq!(found.source, "GitHub:octo-org/sampleproject");
        let nameless = DOCUMENT.replace("\"repository\"", "\"other\"");
        assert_eq!(statement(&nameless).map(|it| it.source).as_deref(), Some("-"));
        for broken in ["", "{}", "[]", &DOCUMENT.replace("\"statement\"", "\"other\"")] {
            assert_eq!(statement(broken), None, "{broken}");
        }
    }
}
