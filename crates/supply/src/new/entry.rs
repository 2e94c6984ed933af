//! The text of a new entry: the package's own metadata, and defaults for everything else.

use std::fmt::Write as _;

use registry_model::model::{Protocol, Runs, RuntimeKind, Version};

/// The default protocol of a new entry.
pub(crate) const PROTOCOL: Protocol = Protocol::OpenAiCompletions;

/// The default delivery of the model.
pub(super) const MODEL: &str = "model: { format: Bare, via: SetModel, proxy: AsIs },";

/// The default variables.
pub(super) const ENV: &str = "env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },";

/// Columns of a line.
const COLUMNS: usize = 120;

/// The facts about an agent before its first run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackageFacts {
    /// The identifier of the file, the module and the entry.
    pub ident: String,
    /// The title.
    pub title: String,
    /// The crate path of the macro in entries here: `crate`, or another crate.
    pub macros: String,
    /// The package.
    pub package: Package,
    /// The program that is started.
    pub program: String,
    /// How it is started.
    pub runs: Runs,
    /// The lowest Node.js that it and its dependencies accept.
    pub node_floor: Option<Version>,
    /// The Python that it runs on, if it is a Python program.
    pub python: Version,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The model of its suite, if one is known.
    pub suite: Option<String>,
    /// Its description, by its maker.
    pub description: String,
    /// Its license, by its package.
    pub license: String,
}

/// The source of a package, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Package {
    /// In the npm registry.
    Npm(String),
    /// In the Python package index.
    Pypi(String),
    /// A program that is shipped beside the entry.
    Program(String),
}

impl Package {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        let (Self::Npm(name) | Self::Pypi(name) | Self::Program(name)) = self;
        name
    }
}

/// The text of the file.
pub(crate) fn text(known: &PackageFacts) -> String {
    let PackageFacts { ident, title, macros, runs, .. } = known;
    let mut out = format!("//! {}.\n\nuse {macros}::agent;\n\nagent! {{\n", one_line(title).trim_end_matches('.'));
    doc(&mut out, &sentence(known));
    let _ = writeln!(out, "    {ident} {{");
    let mut line = |text: &str| {
        let _ = writeln!(out, "        {text}");
    };
    line(&format!("protocol: {},", PROTOCOL.word()));
    line(&install(known));
    line(&format!("runs: {},", runs.word()));
    if let Some(floor) = known.node_floor {
        line(&format!("requires: node >= {},", floor.in_entry()));
    }
    line(&format!("launch: {},", launch(known)));
    line(&format!("handshake: {{ name: {}, version: pinned, session: ok, exit: eof }},", quoted(known.package.name())));
    line(MODEL);
    line(ENV);
    line("web: { tools: [\"unknown\"], off: Untested(\"its tools are not measured yet\") },");
    if let Some(model) = &known.suite {
        line(&format!("suite: {{ model: {}, usage_tracking: on }},", quoted(model)));
    }
    out.push_str("    }\n}\n");
    out
}

/// The argument vector, in entry syntax.
pub(crate) fn launch(known: &PackageFacts) -> String {
    let words = std::iter::once(&known.program).chain(&known.arguments).map(|word| quoted(word));
    format!("[{}]", words.collect::<Vec<_>>().join(", "))
}

fn install(known: &PackageFacts) -> String {
    let bin = quoted(&known.program);
    match &known.package {
        Package::Npm(name) => format!("install: [npm({}, bin: {bin})],", quoted(name)),
        Package::Pypi(name) => {
            let python = format!("\"=={}.*\"", RuntimeKind::Python.series(known.python));
            format!("install: [pypi({}, bin: {bin}, python: {python})],", quoted(name))
        }
        Package::Program(name) => format!("install: [program({})],", quoted(name)),
    }
}

/// The description and the license, as sentences.
fn sentence(known: &PackageFacts) -> String {
    let said = one_line(&known.description);
    let said = match &known.package {
        _ if !said.is_empty() => said,
        Package::Program(name) => format!("The program {name}, which is shipped with this entry"),
        Package::Npm(name) | Package::Pypi(name) => format!("What the package {name} brings"),
    };
    let mut letters = said.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
    let said = format!("{first}{}", letters.as_str());
    let stop = if said.ends_with(['.', '!', '?']) { "" } else { "." };
    let license = one_line(&known.license);
    if license.is_empty() { format!("{said}{stop}") } else { format!("{said}{stop}\n\nIts license is {license}.") }
}

/// A doc comment, wrapped.
fn doc(out: &mut String, text: &str) {
    for (index, paragraph) in text.split("\n\n").enumerate() {
        if index > 0 {
            out.push_str("    ///\n");
        }
        let mut line = String::from("    ///");
        for word in paragraph.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > COLUMNS && line != "    ///" {
                let _ = writeln!(out, "{line}");
                line = String::from("    ///");
            }
            line.push(' ');
            line.push_str(word);
        }
        let _ = writeln!(out, "{line}");
    }
}

/// The words of a text in one line, without control characters, which could end a comment or be invisible in it.
fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|char| if is_plain(char) { char } else { ' ' }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character is allowed in a comment: not a control character, and not one that changes the text direction.
fn is_plain(char: char) -> bool {
    !char.is_control()
        && !matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}'..='\u{200F}' | '\u{FEFF}')
}

/// A text as a Rust string literal.
pub(crate) fn quoted(text: &str) -> String {
    let clean: String = text.chars().filter(|char| is_plain(*char)).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> PackageFacts {
        PackageFacts {
            ident: "my_agent".to_owned(),
            title: "My Agent".to_owned(),
            macros: "crate".to_owned(),
            package: Package::Npm("@scope/my-agent".to_owned()),
            program: "my-agent".to_owned(),
            runs: Runs::Node,
            node_floor: Some(Version::new(22, 19, 0)),
            python: RuntimeKind::Python.default_version(),
            arguments: vec!["--acp".to_owned()],
            suite: Some("glm-5".to_owned()),
            description: "an agent that\nedits files".to_owned(),
            license: "MIT".to_owned(),
        }
    }

    #[test]
    fn new_entry_has_the_facts_of_its_package() {
        let expected = r#"//! My Agent.

use crate::agent;

agent! {
    /// An agent that edits files.
    ///
    /// Its license is MIT.
    my_agent {
        protocol: OpenAiCompletions,
        install: [npm("@scope/my-agent", bin: "my-agent")],
        runs: node,
        requires: node >= 22.19,
        launch: ["my-agent", "--acp"],
        handshake: { name: "@scope/my-agent", version: pinned, session: ok, exit: eof },
        model: { format: Bare, via: SetModel, proxy: AsIs },
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
        web: { tools: ["unknown"], off: Untested("its tools are not measured yet") },
        suite: { model: "glm-5", usage_tracking: on },
    }
}
"#;
        assert_eq!(text(&known()), expected);
    }

    #[test]
    fn new_entry_for_a_shipped_program_names_its_file() {
        let package = Package::Program("my-agent.mjs".to_owned());
        let program = "my-agent.mjs".to_owned();
        let text = text(&PackageFacts { package, program, description: String::new(), ..known() });
        assert!(text.contains("install: [program(\"my-agent.mjs\")],\n"), "{text}");
        assert!(text.contains("launch: [\"my-agent.mjs\", \"--acp\"],\n"), "{text}");
        assert!(text.contains("/// The program my-agent.mjs, which is shipped with this entry.\n"), "{text}");
    }

    #[test]
    fn new_entry_for_a_python_package_names_its_python() {
        let package = Package::Pypi("my-agent".to_owned());
        let python = Version::new(3, 13, 5);
        let text = text(&PackageFacts { package, runs: Runs::Python, node_floor: None, python, ..known() });
        assert!(text.contains("install: [pypi(\"my-agent\", bin: \"my-agent\", python: \"==3.13.*\")],\n        runs: python,\n        launch"), "{text}");
    }

    #[test]
    fn hostile_package_text_stays_in_comments_and_quotes() {
        let description = format!("a\r\n}} }} mod evil;\u{202e}\u{0} \"x\" */ {}", "word ".repeat(60));
        let arguments = vec!["a\"b\\c\n".to_owned()];
        let text = text(&PackageFacts { description, arguments, license: String::new(), ..known() });
        let body = text.lines().skip_while(|line| !line.starts_with("agent!"));
        let strange = |line: &&str| line.contains("evil") && !line.trim_start().starts_with("///");
        assert_eq!(body.clone().filter(strange).count(), 0, "{text}");
        assert!(body.into_iter().all(|line| line.chars().count() <= COLUMNS), "{text}");
        assert!(text.contains(r#"launch: ["my-agent", "a\"b\\c"],"#), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{0}', '\r']), "{text}");
    }

    #[test]
    fn new_entry_without_a_description_has_a_default_one() {
        let text = text(&PackageFacts {
            description: " \n".to_owned(),
            license: String::new(),
            node_floor: Some(Version::new(20, 1, 2)),
            ..known()
        });
        assert!(text.contains("    /// What the package @scope/my-agent brings.\n    my_agent {"), "{text}");
        assert!(text.contains("requires: node >= \"20.1.2\","), "{text}");
    }
}
