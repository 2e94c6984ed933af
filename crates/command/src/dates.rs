//! Dates of days, as `2026-11-23`, in universal time.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Today.
pub fn today() -> String {
    number_of_today().to_string()
}

/// The date a number of days ago.
pub fn before(days: u64) -> String {
    moved(number_of_today(), days, true).unwrap_or(Date::MIN).to_string()
}

/// The date a number of days after a date; `None` for an invalid date.
pub fn after(text: &str, days: u64) -> Option<String> {
    moved(date(text)?, days, false).map(|day| day.to_string())
}

/// The day before a date; `None` for an invalid date.
pub fn day_before(text: &str) -> Option<String> {
    moved(date(text)?, 1, true).map(|day| day.to_string())
}

/// How many days ago a date was; `None` for an invalid date, and 0 for a future date.
pub fn age(text: &str) -> Option<u64> {
    let days = number_of_today().duration_since(date(text)?).as_hours() / 24;
    Some(u64::try_from(days).unwrap_or_default())
}

fn number_of_today() -> Date {
    TimeZone::UTC.to_datetime(Timestamp::now()).date()
}

fn moved(day: Date, days: u64, back: bool) -> Option<Date> {
    let span = Span::new().try_days(i64::try_from(days).ok()?).ok()?;
    if back { day.checked_sub(span) } else { day.checked_add(span) }.ok()
}

/// Parses a date; only the form `2026-11-23` is accepted.
fn date(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_arithmetic_crosses_months_and_years() {
        assert_eq!(after("2026-12-31", 1).as_deref(), Some("2027-01-01"));
        assert_eq!(after("2024-02-28", 1).as_deref(), Some("2024-02-29"));
        assert_eq!(after("2026-02-30", 1), None);
        assert_eq!(after("2026-11-23", u64::MAX), None);
        assert_eq!((day_before("2026-03-01").as_deref(), day_before("soon")), (Some("2026-02-28"), None));
        assert_eq!((age(&before(9)), before(0)), (Some(9), today()));
        assert_eq!(before(u64::MAX), Date::MIN.to_string());
    }

    #[test]
    fn age_of_an_invalid_date_is_none() {
        for text in ["", "2026", "2026-13-01", "2026-02-30", "2026-2-3", "20261123", "2026-11-23-1", "2026-11-23T00:00"]
        {
            assert_eq!(age(text), None, "{text:?}");
        }
        assert_eq!((age(&today()), age("9999-01-01")), (Some(0), Some(0)));
    }
}
