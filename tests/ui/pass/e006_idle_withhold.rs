//! A file contains the key, which is withheld from the environment of the agent.

registry_ui::agents! {
    fixture {
        accepts: [FIXTURE_KEY],
        withhold: [API_KEY, OPENAI_API_KEY, FIXTURE_KEY],
        config: [json("~/.fixture/a.json") { "url": BASE_URL, "key"?: if set(API_KEY) { API_KEY } else { FIXTURE_KEY } }],
    }
}
