//! A repository at a full commit.

registry_ui::agents! {
    fixture {
        install: [git("https://example.org/a.git", commit: "0123456789abcdef0123456789abcdef01234567", bin: "fixture")],
    }
}
