//! A file has the content of the key, which the process of the agent does not get.

registry_ui::agents! {
    fixture {
        accepts: [FIXTURE_KEY],
        withhold: [API_KEY, OPENAI_API_KEY, FIXTURE_KEY],
        config: [json("~/.fixture/a.json") { "url": BASE_URL, "key"?: if set(API_KEY) { API_KEY } else { FIXTURE_KEY } }],
    }
}
