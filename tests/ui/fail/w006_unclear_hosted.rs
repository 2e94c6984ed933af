//! Nothing turns the hosted tools off, there are none, they are all of the web tools, or they are others.

registry_ui::agents! {
    empty {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
        hosted: { tools: [], off: [argv ["--offline"]] },
    }
    every {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
        hosted: { tools: ["search", "fetch"], off: [argv ["--offline"]] },
    }
    idle {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
        hosted: { tools: ["search"], off: [unset [IDLE_HOME]] },
    }
    stranger {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
        hosted: { tools: ["find"], off: [argv ["--no-search"]] },
    }
}
