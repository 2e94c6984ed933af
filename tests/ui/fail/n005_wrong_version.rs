//! Other versions: a tag; the newest, one whose lock is another's, one twice, and fields that no version has.

registry_ui::agents! {
    outdated {
        also: [
            "1.3.0",
            "1.2.0" { aliases: ["old"], effrot: none("it came later") },
            "1.2.0",
        ],
        install: [npm("left-pad", bin: "fixture")],
        runs: node,
    }
    tagged {
        also: ["latest"],
        install: [npm("left-pad", bin: "fixture")],
        runs: node,
    }
}
