//! The versions of Node.js that a package accepts: the ranges of `engines`, as npm reads them.

use nodejs_semver::Range;
use registry_model::model::Version;

/// The verdict of a range on one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It accepts the version, and every version from this floor up to it.
    From(Version),
    /// It does not accept the version.
    Refused,
    /// It cannot be parsed; npm accepts any version then.
    Unknown,
}

/// Whether a range accepts a version, and the floor of the alternative that does.
pub(crate) fn judge(range: &str, version: Version) -> Verdict {
    // Each alternative is checked alone: the floor of the whole range would be that of its lowest alternative.
    let Ok(alternatives) = range.split("||").map(Range::parse).collect::<Result<Vec<Range>, _>>() else {
        return Verdict::Unknown;
    };
    let pinned = (version.major, version.minor, version.patch).into();
    let takes = alternatives.iter().filter(|it| it.satisfies(&pinned));
    takes.filter_map(Range::min_version).filter_map(|it| floor(&it)).min().map_or(Verdict::Refused, Verdict::From)
}

fn floor(version: &nodejs_semver::Version) -> Option<Version> {
    let number = |it: u64| u32::try_from(it).ok();
    Some(Version::new(number(version.major())?, number(version.minor())?, number(version.patch())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINNED: Version = Version::new(22, 20, 0);

    #[track_caller]
    fn check_from(range: &str, floor: &str) {
        let floor = Version::parse(floor).expect("the test has a version");
        assert_eq!(judge(range, PINNED), Verdict::From(floor), "{range}");
    }

    #[test]
    fn node_floor_comes_from_the_matching_range_alternative() {
        for (range, floor) in [
            (">=18", "18"),
            (">= 18.17.0", "18.17"),
            ("^20.19.0 || >=22.12.0", "22.12"),
            ("18 || 20 || 22", "22"),
            ("18.x||22.x", "22"),
            (">=14.0.0 <23", "14"),
            ("20 - 22", "20"),
            ("~22.20", "22.20"),
            ("^22.1.0-rc.1", "22.1"),
            ("v22", "22"),
            (">21", "22"),
            ("*", "0"),
            ("", "0"),
            ("<=22", "0"),
            ("x", "0"),
            ("^ 22", "22"),
            (">=18 ||", "0"),
            (">= 20 < 23", "20"),
            ("<23.0.0-0", "0"),
        ] {
            check_from(range, floor);
        }
    }

    #[test]
    fn range_without_the_pinned_node_differs_from_an_unreadable_range() {
        for range in [">=24", "^20.0.0", "<22.20.0", "18 || 20", ">22", "~22.19.0", "^0.10.0", "22.21.x", "99999999999"]
        {
            assert_eq!(judge(range, PINNED), Verdict::Refused, "{range}");
        }
        for range in ["lts", ">=", ">=18 || newest", "=>18", ">=18,<23", "99999999999999999999"] {
            assert_eq!(judge(range, PINNED), Verdict::Unknown, "{range}");
        }
    }
}
