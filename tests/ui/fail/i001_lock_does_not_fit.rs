//! The lock has another package, a version range, and no package for a target.

registry_ui::agents! {
    unfit {
        install: [npm("left-pad", bin: "fixture"), npm("ranged")],
        carries: ["absent"],
        platforms: [LinuxX64, LinuxArm64],
    }
}
