//! Dates of days, as `2026-11-23`, in universal time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a day.
const DAY: u64 = 86_400;

/// Today.
pub(crate) fn today() -> String {
    date(number_of_today())
}

/// The day so many days ago.
pub(crate) fn before(days: u64) -> String {
    date(number_of_today().saturating_sub(days))
}

/// The day so many days after a date; none for what is no date.
pub(crate) fn after(text: &str, days: u64) -> Option<String> {
    Some(date(number(text)?.checked_add(days)?))
}

/// How many days ago a date was; none for what is no date. A date to come is no days ago.
pub(crate) fn age(date: &str) -> Option<u64> {
    Some(number_of_today().saturating_sub(number(date)?))
}

fn number_of_today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs()) / DAY
}

/// The date of a day counted from 1970-01-01 (Hinnant's `civil_from_days`, for days after it).
fn date(days: u64) -> String {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

/// The number of the day of a date (Hinnant's `days_from_civil`); only what [`date`] gives back is one.
fn number(text: &str) -> Option<u64> {
    let mut parts = text.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year = year.checked_sub(u64::from(month <= 2))?;
    let shifted = if month > 2 { month.checked_sub(3)? } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day.checked_sub(1)?;
    let (era, of_era) = (year / 400, year % 400);
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    let days = days.checked_sub(719_468)?;
    (date(days) == text).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_day(days: u64, text: &str) {
        assert_eq!((date(days).as_str(), number(text)), (text, Some(days)));
    }

    #[test]
    fn days_have_dates() {
        check_day(0, "1970-01-01");
        check_day(20_780, "2026-11-23");
        check_day(19_782, "2024-02-29");
        check_day(20_819, "2027-01-01");
    }

    #[test]
    fn what_is_no_date_has_no_age() {
        for text in ["", "2026", "2026-13-01", "2026-02-30", "2026-2-3", "2026-11-23-1", "-1-1-1", "1969-12-31"] {
            assert_eq!(age(text), None, "{text:?}");
        }
        assert_eq!((age(&today()), age("9999-01-01")), (Some(0), Some(0)));
    }
}
