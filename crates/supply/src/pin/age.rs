//! The minimum age of releases: malicious releases are usually detected in their first days.

use std::fmt;

use registry_command::dates;

/// Releases younger than this are not pinned.
pub const MIN_DAYS: u64 = 7;

/// How long after a release that is named its own parts may be published.
const GRACE_DAYS: u64 = 2;

/// The first day whose releases are too young.
pub fn limit() -> String {
    dates::before(MIN_DAYS)
}

/// The cutoff for a whole tree: later releases are not pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cutoff {
    day: String,
    min_days: u64,
    /// A younger package that was named with its version; its own parts are as young.
    named: Option<String>,
}

impl Cutoff {
    /// The cutoff of today.
    pub fn of_today() -> Self {
        Self::of(MIN_DAYS)
    }

    /// The cutoff of today, for another minimum age.
    pub fn of(min_days: u64) -> Self {
        // Without a minimum age, today's releases are accepted too.
        let tomorrow = || dates::after(&dates::today(), 1).unwrap_or_else(dates::today);
        Self { day: if min_days == 0 { tomorrow() } else { dates::before(min_days) }, min_days, named: None }
    }

    /// Accepts a package that is named with its version, and what was published with it.
    pub fn admit(&mut self, spec: &str, published: Option<&str>) {
        let Some(day) = published.and_then(|day| dates::after(day, GRACE_DAYS)) else { return };
        if day > self.day {
            self.day = day;
            self.named = Some(spec.to_owned());
        }
    }

    /// The cutoff for npm and uv.
    pub fn instant(&self) -> String {
        format!("{}T00:00:00Z", self.day)
    }
}

impl fmt::Display for Cutoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, min_days, named } = self;
        match named {
            None if *min_days == 0 => f.write_str("releases of any age are accepted"),
            None => write!(f, "only releases before {day} are accepted: later ones are under {min_days} days old"),
            Some(spec) => {
                write!(f, "only releases before {day} are accepted: `{spec}` is younger than {min_days} days")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_younger_package_moves_the_cutoff() {
        let mut cutoff = Cutoff { day: "2026-11-22".to_owned(), min_days: 7, named: None };
        cutoff.admit("old@1.0.0", Some("2026-11-01"));
        cutoff.admit("unknown@1.0.0", None);
        assert_eq!(cutoff.instant(), "2026-11-22T00:00:00Z");
        cutoff.admit("young@1.0.0", Some("2026-11-28"));
        cutoff.admit("old@1.0.0", Some("2026-11-01"));
        assert_eq!(cutoff.instant(), "2026-11-30T00:00:00Z");
        assert!(cutoff.to_string().contains("`young@1.0.0` is younger"), "{cutoff}");
    }

    #[test]
    fn minimum_age_zero_accepts_releases_of_today() {
        let cutoff = Cutoff::of(0);
        assert!(cutoff.day > dates::today(), "{cutoff:?}");
        assert_eq!(cutoff.to_string(), "releases of any age are accepted");
        assert_eq!((Cutoff::of(MIN_DAYS), Cutoff::of(30).day), (Cutoff::of_today(), dates::before(30)));
    }
}
