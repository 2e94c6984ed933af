//! The versions of Node.js that a package accepts: the ranges of `engines`, as npm reads them.
//!
//! The grammar is that of <https://github.com/npm/node-semver#ranges>. A version before a release counts as the release
//! where it begins a range, since no line of Node.js here is one.

use super::Version;

/// The verdict of a range on one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It accepts the version, and every version from this floor up to it.
    From(Version),
    /// It does not accept the version.
    Refused,
    /// It cannot be parsed; npm accepts any version then.
    Unknown,
}

/// Whether a range accepts a version, and the floor of the alternative that does.
pub fn judge(range: &str, version: Version) -> Verdict {
    let Some(alternatives) = range.split("||").map(Interval::parse).collect::<Option<Vec<_>>>() else {
        return Verdict::Unknown;
    };
    let version = [version.major, version.minor, version.patch].map(u64::from);
    // Each alternative is checked alone: the floor of the whole range would be that of its lowest alternative.
    let takes = alternatives.iter().filter(|it| it.contains(version));
    takes.filter_map(|it| floor(it.low)).min().map_or(Verdict::Refused, Verdict::From)
}

fn floor([major, minor, patch]: Triple) -> Option<Version> {
    let number = |it: u64| u32::try_from(it).ok();
    Some(Version::new(number(major)?, number(minor)?, number(patch)?))
}

/// Major, minor, patch.
type Triple = [u64; 3];

/// The largest number of a version, which is that of JavaScript.
const MAX: u64 = (1 << 53) - 1;

/// From `low` up to, but not including, `high`.
#[derive(Clone, Copy)]
struct Interval {
    low: Triple,
    /// None for no bound.
    high: Option<Triple>,
}

impl Interval {
    const ALL: Self = Self { low: [0; 3], high: None };
    const NONE: Self = Self { low: [0; 3], high: Some([0; 3]) };

    /// Reads comparators with blanks between them, all of which must hold, or two versions with a hyphen between them.
    fn parse(alternative: &str) -> Option<Self> {
        let words: Vec<&str> = alternative.split_whitespace().collect();
        if let [from, "-", to] = words.as_slice() {
            let (from, to) = (Partial::parse(from)?, Partial::parse(to)?);
            return Some(Self { low: from.low(), high: to.end() });
        }
        let mut all = Self::ALL;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (operator, version) = split(word);
            // An operator may have blanks after it.
            let version = if version.is_empty() { words.next()? } else { version };
            all = all.and(Self::of(operator, Partial::parse(version)?)?);
        }
        Some(all)
    }

    /// The versions that a comparator accepts.
    fn of(operator: &str, version: Partial) -> Option<Self> {
        let low = version.low();
        let up_to = |high: Option<Triple>| Self { low, high };
        let Partial { numbers: [major, minor, patch], .. } = version;
        let Some(major) = major else {
            // `>*` and `<*` accept nothing.
            return match operator {
                ">" | "<" => Some(Self::NONE),
                "" | "=" | ">=" | "<=" | "~" | "~>" | "^" => Some(Self::ALL),
                _ => None,
            };
        };
        let next_major = Some([major + 1, 0, 0]);
        let next_minor = minor.map(|minor| [major, minor + 1, 0]);
        Some(match operator {
            "" | "=" => up_to(version.end()),
            ">=" => up_to(None),
            ">" => Self { low: version.end().unwrap_or(low), high: None },
            "<" => Self { low: [0; 3], high: Some(low) },
            "<=" => Self { low: [0; 3], high: version.end() },
            "~" | "~>" => up_to(next_minor.or(next_major)),
            "^" => up_to(match (major, minor, patch) {
                (0, Some(0), Some(patch)) => Some([0, 0, patch + 1]),
                (0, Some(_), _) => next_minor,
                _ => next_major,
            }),
            _ => return None,
        })
    }

    fn and(self, other: Self) -> Self {
        let high = match (self.high, other.high) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self { low: self.low.max(other.low), high }
    }

    fn contains(self, version: Triple) -> bool {
        self.low <= version && self.high.is_none_or(|high| version < high)
    }
}

/// The operator that a word begins with, and the rest.
fn split(word: &str) -> (&str, &str) {
    let rest = word.trim_start_matches(['<', '>', '=', '~', '^']);
    word.split_at(word.len() - rest.len())
}

/// A version of which the last numbers may be missing.
#[derive(Clone, Copy)]
struct Partial {
    numbers: [Option<u64>; 3],
    /// Whether it is a version before a release.
    early: bool,
}

impl Partial {
    /// Reads `22`, `v22.1`, `22.x`, `22.1.0-rc.1`, `*`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(version, _)| version);
        let (core, early) = text.split_once('-').map_or((text, None), |(core, early)| (core, Some(early)));
        let mut numbers = [None; 3];
        let mut parts = core.split('.');
        let mut open = false;
        for number in &mut numbers {
            let Some(part) = parts.next() else { break };
            open |= matches!(part, "x" | "X" | "*");
            if !open {
                let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                *number = Some(part.parse().ok().filter(|it| digits && *it <= MAX)?);
            }
        }
        let whole = numbers.iter().all(Option::is_some);
        let fits = parts.next().is_none() && early.is_none_or(|early| whole && !early.is_empty());
        fits.then_some(Self { numbers, early: early.is_some() })
    }

    /// The lowest version that it matches.
    fn low(self) -> Triple {
        self.numbers.map(Option::unwrap_or_default)
    }

    /// The lowest version that is above all that it matches; none when it matches any version.
    fn end(self) -> Option<Triple> {
        Some(match self.numbers {
            [Some(major), None, _] => [major + 1, 0, 0],
            [Some(major), Some(minor), None] => [major, minor + 1, 0],
            // The release itself is above what comes before it.
            [Some(_), Some(_), Some(_)] if self.early => self.low(),
            [Some(major), Some(minor), Some(patch)] => [major, minor, patch + 1],
            [None, ..] => return None,
        })
    }
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
            (">22.20.0-rc.1", "22.20"),
            ("~>22.20", "22.20"),
            ("=v22.20.0+build.1", "22.20"),
            ("22.20.*", "22.20"),
            ("20.1 - 22.20", "20.1"),
            ("<=22.20", "0"),
            ("^22 ^22.4", "22.4"),
        ] {
            check_from(range, floor);
        }
    }

    #[test]
    fn range_without_the_pinned_node_differs_from_an_unreadable_range() {
        for range in [
            ">=24",
            "^20.0.0",
            "<22.20.0",
            "18 || 20",
            ">22",
            "~22.19.0",
            "^0.10.0",
            "22.21.x",
            "99999999999",
            ">*",
            "<*",
            "22.20.0-rc.1",
            "<=22.20.0-rc.1",
            "20 - 22.19",
            "^0",
            "^0.0.3",
            ">=23 <24",
            "24 - 26",
            "~21",
        ] {
            assert_eq!(judge(range, PINNED), Verdict::Refused, "{range}");
        }
        for range in [
            "lts",
            ">=",
            ">=18 || newest",
            "=>18",
            ">=18,<23",
            "99999999999999999999",
            "22.1.0.0",
            "22.-1",
            "22-rc",
            "1 - 2 - 3",
            "><22",
        ] {
            assert_eq!(judge(range, PINNED), Verdict::Unknown, "{range}");
        }
    }
}
