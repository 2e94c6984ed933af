//! Another version has a lock of its own, and a field that differs.

registry_ui::agents! {
    fixture {
        also: ["1.2.0", "1.1.0" { home: [".fixture", ".fixture-1"] }],
        install: [npm("left-pad", bin: "fixture")],
        runs: node,
    }
}

const _: () = assert!(agents::FIXTURE.home.len() == 1);
const _: () = assert!(matches!(agents::FIXTURE.also, [one, two] if one.home.len() == 1 && two.home.len() == 2));
