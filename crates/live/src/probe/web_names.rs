//! The names under which web tools are offered to a model, by every agent that is known, each with its source.
//!
//! Those of the entry that is probed are looked for as well; this table finds what an entry does not know.

/// A name on the wire, and who says that it reaches the web.
pub(crate) struct Name {
    /// As it is in a list of tools: a function's name, or the type of a tool that the server runs itself.
    pub(crate) name: &'static str,
    /// Where that is said.
    pub(crate) source: &'static str,
}

/// The table.
pub(crate) const NAMES: [Name; 21] = [
    name("WebFetch", "seen on the wire: a client-side tool over Anthropic messages"),
    name("WebSearch", "seen on the wire: a client-side tool over Anthropic messages"),
    name("browser", "seen on the wire: a browser that a gateway of messengers drives"),
    name("browser_navigate", "the Playwright MCP server's list of tools"),
    name("code_search", "seen on the wire: a search over repositories of a host"),
    name("fetch", "the reference MCP server for fetching"),
    name("fetch_web_content", "seen on the wire: a client-side tool over chat completions"),
    name("googleSearch", "Gemini API, grounding, in the spelling of the SDKs"),
    name("googleSearchRetrieval", "Gemini API, grounding of the first generation"),
    name("google_search", "Gemini API, grounding: `tools: [{google_search: {}}]`"),
    name("google_web_search", "seen on the wire: a function over the Gemini API"),
    name("semantic_code_search", "seen on the wire: a search over repositories of a host"),
    name("urlContext", "Gemini API, URL context, in the spelling of the SDKs"),
    name("url_context", "Gemini API, URL context: `tools: [{url_context: {}}]`"),
    name("web__run", "seen on the wire: described in the first input over Responses"),
    name("web_fetch", "Anthropic messages, server tool `web_fetch_20250910`; also functions of this name"),
    name("web_search", "OpenAI Responses and Anthropic messages, a tool that the server runs"),
    name("web_search_call", "OpenAI Responses, the item that such a tool leaves"),
    name("web_search_preview", "OpenAI Responses, the tool's former type"),
    name("webfetch", "seen on the wire: a function over chat completions"),
    name("websearch", "seen on the wire: a function over chat completions"),
];

const fn name(name: &'static str, source: &'static str) -> Name {
    Name { name, source }
}

/// Who says that a tool of this name, or of this type with a date behind it, reaches the web.
pub(crate) fn source_of(tool: &str) -> Option<&'static str> {
    let dated = |it: &&Name| tool.strip_prefix(it.name).is_some_and(|rest| rest.starts_with("_2"));
    let exact = NAMES.iter().find(|it| it.name == tool);
    exact.or_else(|| NAMES.iter().find(dated)).map(|it| it.source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_names_are_sorted_and_cite_sources() {
        assert!(NAMES.is_sorted_by(|one, other| one.name < other.name));
        assert!(NAMES.iter().all(|it| it.source.len() > 10));
    }

    #[test]
    fn dated_tool_type_matches_its_base_name() {
        let plain = source_of("web_search");
        assert_eq!((plain.is_some(), source_of("web_search_20250305"), source_of("web_searcher")), (true, plain, None));
    }
}
