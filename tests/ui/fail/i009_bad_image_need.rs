//! Requirements on the image that no install can check, and one that is given twice.

registry_ui::agents! {
    fixture {
        image: [library("libssl", debian: "libssl3"), tool("a/git", debian: "Git"), certificates, certificates],
    }
}
