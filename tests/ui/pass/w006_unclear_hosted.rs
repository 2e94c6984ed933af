//! All, some or none of the web tools are hosted, or that is untested; an entry that does not say is refused at a run.

registry_ui::agents! {
    every {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
        hosted: all,
    }
    none {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
        hosted: none("its own process fetches and searches; read in 1.2.0"),
    }
    some {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
        hosted: { tools: ["search"], off: [argv ["--no-search"], unset [SOME_HOME]] },
    }
    unsaid {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
    }
    untested {
        web: { tools: ["fetch", "search"], off: NoSwitch("nothing in its package turns them off") },
        hosted: untested("whose servers search was not measured"),
    }
}
