//! Certificates, a program and a library of the image.

registry_ui::agents! {
    fixture {
        image: [certificates, tool("git", debian: "git"), library("libssl.so.3", debian: "libssl3")],
    }
}
