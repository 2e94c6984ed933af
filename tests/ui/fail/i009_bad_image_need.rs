//! Requirements on the image that no install can check, and one that is given twice.

registry_ui::agents! {
    fixture {
        image: [
            library("libssl", debian: "libssl3"),
            tool("/usr/bin/git", debian: "git"),
            tool("bwrap", debian: "Bubblewrap"),
            certificates,
            certificates,
        ],
    }
}
