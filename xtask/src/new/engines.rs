//! Which Node.js a package accepts: the ranges of `engines`, as npm writes them.

use registry_core::model::Version;

/// What a range says of one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It takes the version, and every one from this one up to it.
    From(Version),
    /// It does not take the version.
    Refused,
    /// It cannot be read; npm takes anything then.
    Unknown,
}

/// Versions from the first on, and below the second where there is one.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: Version,
    below: Option<Version>,
}

const ANY: Span = Span { from: Version::new(0, 0, 0), below: None };

/// Holds a version against a range: alternatives with `||` between, each some comparators that must all hold.
pub(crate) fn judge(range: &str, version: Version) -> Verdict {
    let Some(spans) = range.split("||").map(alternative).collect::<Option<Vec<Span>>>() else {
        return Verdict::Unknown;
    };
    let takes = |span: &&Span| !version.is_below(span.from) && span.below.is_none_or(|below| version.is_below(below));
    spans.iter().filter(takes).map(|span| span.from).min().map_or(Verdict::Refused, Verdict::From)
}

fn alternative(text: &str) -> Option<Span> {
    if let Some((low, high)) = text.split_once(" - ") {
        let (low, high) = (Partial::parse(low.trim())?, Partial::parse(high.trim())?);
        return Some(Span { from: low.lowest(), below: high.next() });
    }
    let mut words = text.split_whitespace();
    let mut all = ANY;
    while let Some(word) = words.next() {
        // `>= 18` is two words and one comparator.
        let bare = word.bytes().all(|byte| b"<>=^~".contains(&byte));
        let comparator = if bare { format!("{word}{}", words.next()?) } else { word.to_owned() };
        let span = comparator_span(&comparator)?;
        all.from = all.from.max(span.from);
        all.below = [all.below, span.below].into_iter().flatten().min();
    }
    Some(all)
}

fn comparator_span(text: &str) -> Option<Span> {
    let digits = text.find(|char: char| !"<>=^~".contains(char)).unwrap_or(text.len());
    let (operator, version) = text.split_at_checked(digits)?;
    let version = Partial::parse(version)?;
    let (lowest, next) = (version.lowest(), version.next());
    Some(match operator {
        "" | "=" => Span { from: lowest, below: next },
        ">=" => Span { from: lowest, below: None },
        ">" => Span { from: next?, below: None },
        "<" => Span { below: Some(lowest), ..ANY },
        "<=" => Span { below: next, ..ANY },
        "~" | "~>" => Span { from: lowest, below: version.up_to(2).next() },
        "^" => Span { from: lowest, below: version.up_to(version.first_digit()).next() },
        _ => return None,
    })
}

/// A version with one to three numbers, or none at all (`*`).
#[derive(Clone, Copy, Debug)]
struct Partial {
    numbers: [u32; 3],
    given: usize,
}

impl Partial {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(['v', 'V']);
        let plain = text.split(['-', '+']).next().unwrap_or_default();
        let mut partial = Self { numbers: [0; 3], given: 0 };
        let mut parts = plain.split('.');
        for number in &mut partial.numbers {
            let Some(part) = parts.next().filter(|part| !matches!(*part, "" | "*" | "x" | "X")) else { break };
            *number = part.parse().ok()?;
            partial.given += 1;
        }
        Some(partial)
    }

    fn lowest(self) -> Version {
        let [major, minor, patch] = self.numbers;
        Version::new(major, minor, patch)
    }

    /// The first version after all that it stands for; none when it stands for all.
    fn next(self) -> Option<Version> {
        let [major, minor, patch] = self.numbers;
        match self.given {
            0 => None,
            1 => Some(Version::new(major.checked_add(1)?, 0, 0)),
            2 => Some(Version::new(major, minor.checked_add(1)?, 0)),
            _ => Some(Version::new(major, minor, patch.checked_add(1)?)),
        }
    }

    /// The same with so many numbers at most.
    fn up_to(self, count: usize) -> Self {
        Self { given: self.given.min(count), ..self }
    }

    /// How many numbers there are up to the first that is not 0: what `^` keeps.
    fn first_digit(self) -> usize {
        self.numbers.iter().position(|number| *number > 0).map_or(3, |index| index + 1)
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
    fn the_floor_is_that_of_the_alternative_that_takes_the_pinned_one() {
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
        ] {
            check_from(range, floor);
        }
    }

    #[test]
    fn what_refuses_the_pinned_one_is_told_from_what_nobody_can_read() {
        for range in [">=24", "^20.0.0", "<22.20.0", "18 || 20", ">22", "~22.19.0", "^0.10.0", "22.21.x"] {
            assert_eq!(judge(range, PINNED), Verdict::Refused, "{range}");
        }
        for range in ["lts", ">=", ">=18 || newest", "=>18", "99999999999"] {
            assert_eq!(judge(range, PINNED), Verdict::Unknown, "{range}");
        }
    }
}
