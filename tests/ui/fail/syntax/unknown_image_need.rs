//! A requirement on the image of an unknown kind, and one without its Debian package.

registry_ui::agents! {
    fixture {
        image: [package("git"), tool("git"), library("libssl.so.3", package: "libssl3")],
    }
}
