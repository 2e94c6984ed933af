//! How long an agent takes until its first answer, and from its first prompt to the model call. These are neither
//! verdicts nor facts to compare versions by: they depend on the machine, and differ from run to run.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::record::Record;

/// The times of a run, in milliseconds; none for what did not come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTimes {
    /// From the start of the launcher to the answer to `initialize`.
    pub start: Option<u64>,
    /// From the first `session/prompt` to the first model call with its text.
    pub first_call: Option<u64>,
}

/// The times of all runs of an agent, and the machine that they depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The architecture of the machine.
    pub architecture: String,
    /// How many processors the probe could use.
    pub processors: usize,
    /// How many runs there were at a time.
    pub jobs: usize,
    /// To the answer to `initialize`.
    pub start: Option<TimeRange>,
    /// From a prompt to its model call.
    pub first_call: Option<TimeRange>,
}

/// The shortest and the longest time of some runs, rounded so that all of them are between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// The shortest, in milliseconds, rounded down.
    pub shortest_ms: u64,
    /// The longest, in milliseconds, rounded up.
    pub longest_ms: u64,
    /// How many runs it is of.
    pub runs: usize,
}

/// The moment, by the clock that the model server's record has too.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// How long ago a moment is, in milliseconds.
pub(crate) fn elapsed(begin: Instant) -> u64 {
    u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// From a prompt to the first model call that has its word.
pub(crate) fn first_call(record: &Record, prompted_at: Option<u64>, word: &str) -> Option<u64> {
    // mutant: any call is the first
    let called_at = record.model_calls().find(|it| it.says(word))?.at_ms;
    // A clock that was set back in between measures nothing.
    called_at.checked_sub(prompted_at?)
}

impl Times {
    /// The times of runs on this machine.
    pub(crate) fn of(runs: &[RunTimes], jobs: usize) -> Self {
        let range = |of: fn(&RunTimes) -> Option<u64>| TimeRange::of(runs.iter().filter_map(of));
        Self {
            architecture: std::env::consts::ARCH.to_owned(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            jobs: jobs.max(1),
            start: range(|it| it.start),
            first_call: range(|it| it.first_call),
        }
    }
}

impl TimeRange {
    fn of(times: impl Iterator<Item = u64>) -> Option<Self> {
        let all: Vec<u64> = times.collect();
        let (shortest, longest) = (*all.iter().min()?, *all.iter().max()?);
        let down = shortest / step(shortest) * step(shortest);
        Some(Self { shortest_ms: down, longest_ms: longest.next_multiple_of(step(longest)), runs: all.len() })
    }
}

/// What a time is rounded to: a second from ten seconds on, a tenth of one below.
const fn step(milliseconds: u64) -> u64 {
    if milliseconds < 10_000 { 100 } else { 1000 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::record::RecordedRequest;
    use super::*;

    #[track_caller]
    fn check(times: &[u64], expected: Option<(u64, u64)>) {
        let range = TimeRange::of(times.iter().copied());
        assert_eq!(range.map(|it| (it.shortest_ms, it.longest_ms)), expected);
        assert_eq!(range.map_or(0, |it| it.runs), times.len());
    }

    #[test]
    fn range_is_rounded_away_from_its_times() {
        check(&[], None);
        check(&[40], Some((0, 100)));
        check(&[2049, 651, 1000], Some((600, 2100)));
        check(&[600], Some((600, 600)));
        check(&[9901, 10_001], Some((9900, 11_000)));
        check(&[12_345, 31_000], Some((12_000, 31_000)));
    }

    #[test]
    fn first_call_is_the_one_with_the_prompt() {
        let request = |at_ms, text: &str, protocol: Option<&str>| RecordedRequest {
            at_ms,
            body: json!({"messages": [text]}),
            protocol: protocol.map(str::to_owned),
            ..RecordedRequest::default()
        };
        let model = Some("openai-completions");
        let requests = [
            request(1100, "are you there", model),
            request(1200, "PROBE-HELLO", None),
            request(1700, "PROBE-HELLO", model),
            request(2900, "PROBE-HELLO and more", model),
        ];
        let record = Record { requests: requests.into(), ..Record::default() };
        assert_eq!(first_call(&record, Some(1000), "PROBE-HELLO"), Some(700));
        assert_eq!(first_call(&record, None, "PROBE-HELLO"), None);
        assert_eq!(first_call(&record, Some(1000), "PROBE-OTHER"), None);
        assert_eq!(first_call(&record, Some(9000), "PROBE-HELLO"), None);
    }

    #[test]
    fn times_are_of_the_runs_that_have_them() {
        let run = |start, first_call| RunTimes { start, first_call };
        let times = Times::of(&[run(Some(510), Some(90)), run(Some(700), None), run(None, None)], 0);
        assert_eq!(times.start, Some(TimeRange { shortest_ms: 500, longest_ms: 700, runs: 2 }));
        assert_eq!(times.first_call, Some(TimeRange { shortest_ms: 0, longest_ms: 100, runs: 1 }));
        assert_eq!((times.jobs, times.processors > 0), (1, true));
    }
}
