//! Withheld are a variable that a file refers to, and one that the agent never had.

registry_ui::agents! {
    fixture {
        references: parsed("${NAME}"),
        withhold: [API_KEY, OPENAI_API_KYE],
        config: [json("~/.fixture/a.json") { "url": BASE_URL, "key": ref(API_KEY) }],
    }
}
