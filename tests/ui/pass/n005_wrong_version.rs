//! Another version has a lock of its own, and a field that differs.

registry_ui::agents! {
    fixture {
        also: ["1.2.0", "1.1.0" { home: [".fixture", ".fixture-1"] }],
        install: [npm("left-pad", bin: "fixture")],
        runs: node,
    }
}

const _: () = assert!(agents::FIXTURE.also.len() == 2);
const _: () = assert!(agents::FIXTURE.home.len() == 1);
const _: () = assert!(agents::FIXTURE.also[0].home.len() == 1);
const _: () = assert!(agents::FIXTURE.also[1].home.len() == 2);
