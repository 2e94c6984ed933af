//! A withheld variable that a file refers to, and one that the entry does not use.

registry_ui::agents! {
    fixture {
        references: parsed("${NAME}"),
        withhold: [API_KEY, OPENAI_API_KYE],
        config: [json("~/.fixture/a.json") { "url": BASE_URL, "key": ref(API_KEY) }],
    }
}
