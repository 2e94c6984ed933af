//! What each way answered, and which fields of an entry follow.

use registry_model::model::Via;
use serde::Serialize;

use super::judge::{Finding, Found};
use super::suggestion::Suggestion;
use super::trial::Trial;

/// The report on an agent.
#[derive(Clone, Debug, Serialize)]
pub struct TryReport {
    /// The agent.
    pub agent: String,
    /// The ways, in the order in which they were tried.
    pub answers: Vec<Answer>,
}

/// What came of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Base URL and key arrived together.
    Works,
    /// Some of it arrived.
    Partly,
    /// Nothing did.
    Nothing,
}

impl Verdict {
    /// The word of reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Partly => "partly",
            Self::Nothing => "nothing",
        }
    }
}

/// What a way answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The name of the way.
    pub way: String,
    /// What was given: variables and files.
    pub given: Vec<String>,
    /// Whether it works.
    pub verdict: Verdict,
    /// What was seen.
    pub detail: String,
    /// What the agent refused, in its own words.
    pub refused: Vec<String>,
    /// The fields of an entry, where it works.
    pub suggestion: Option<Suggestion>,
    /// How long it took.
    pub milliseconds: u64,
}

impl Answer {
    pub(crate) fn new(trial: &Trial, finding: &Finding, refused: Vec<String>) -> Self {
        let (verdict, detail) = match finding {
            Finding::Works(found) => (Verdict::Works, describe(found)),
            Finding::Partly(detail) => (Verdict::Partly, detail.clone()),
            Finding::Nothing(detail) => (Verdict::Nothing, detail.clone()),
        };
        let given = trial.sources().map(str::to_owned).collect();
        Self { way: trial.way.name.to_owned(), given, verdict, detail, refused, suggestion: None, milliseconds: 0 }
    }

    /// Compares what was found with a second trial that gave nothing else.
    pub(crate) fn confirm(&mut self, found: &Found, second: &Finding, whole: &Trial) {
        let same = |again: &Found| again.via == found.via && again.base == found.base && again.key == found.key;
        if matches!(second, Finding::Works(again) if same(again)) {
            return;
        }
        let given = whole.sources().collect::<Vec<_>>().join(", ");
        if let Some(suggestion) = &mut self.suggestion {
            let needed = found.sources().join(", ");
            suggestion.open.push(format!("with {needed} alone it does not work; it did with all of {given}"));
        }
    }
}

impl TryReport {
    pub(crate) fn new(agent: &str) -> Self {
        Self { agent: agent.to_owned(), answers: Vec::new() }
    }

    /// The answer to suggest: the first that works in whole, else the first that works.
    pub fn best(&self) -> Option<&Answer> {
        let mut works = self.answers.iter().filter(|it| it.verdict == Verdict::Works);
        let whole = |it: &&Answer| it.suggestion.as_ref().is_some_and(|it| it.open.is_empty());
        works.clone().find(whole).or_else(|| works.next())
    }

    /// What the agent refused in every way alike, where several were tried: it is not about the variables and files.
    fn refused_alike(&self) -> Option<&str> {
        let (first, others) = self.answers.split_first()?;
        let alike = others.iter().all(|it| it.refused == first.refused && it.verdict == Verdict::Nothing);
        let refused = first.refused.first().filter(|_| alike && !others.is_empty())?;
        (first.verdict == Verdict::Nothing).then_some(refused)
    }

    /// The suggestion as text: the fields, what is open, and the other ways that work.
    pub fn table(&self) -> String {
        let Some(best) = self.best() else {
            if let Some(refused) = self.refused_alike() {
                return format!(
                    "`{}` stops alike in each of the ways: {refused}\nhelp: correct that first. Where a dependency is \
                     too new, name it in `install` and hold it: `cargo pin {} DEPENDENCY=VERSION`. If the agent needs \
                     a file of its own to start, write `config`\n",
                    self.agent, self.agent
                );
            }
            return format!(
                "none of the ways reaches the model server with `{}`: look for its variables and files in its documents, \
                 and write `env` or `config`\n",
                self.agent
            );
        };
        let mut text = format!("for `{}`, by the way `{}`:\n\n", self.agent, best.way);
        if let Some(suggestion) = &best.suggestion {
            text.push_str(&suggestion.text());
            text.extend(suggestion.open.iter().map(|it| format!("\nopen: {it}")));
        }
        let others = self.answers.iter().filter(|it| it.verdict == Verdict::Works && it.way != best.way);
        text.extend(others.map(|it| format!("\nalso: `{}`, {}", it.way, it.detail)));
        text.trim_end().to_owned()
    }
}

fn describe(found: &Found) -> String {
    let model = match found.via {
        None => "no model id".to_owned(),
        Some(via @ (Via::Env | Via::File)) => format!("model by {} ({})", found.models.join(", "), via.word()),
        Some(via) => {
            let before =
                if found.models.is_empty() { String::new() } else { format!(" and {}", found.models.join(", ")) };
            format!("model by {}{before}", via.word())
        }
    };
    format!("{} at {} + `{}`, key by {}, {model}", found.protocol.word(), found.base, found.tail, found.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(way: &str, verdict: Verdict, open: &[&str]) -> Answer {
        let fields = vec![("env".to_owned(), format!("env: {{ {way} = BASE_URL }},"))];
        let open = open.iter().map(|it| (*it).to_owned()).collect();
        let suggestion = (verdict == Verdict::Works).then(|| Suggestion { fields, open, ..Suggestion::default() });
        Answer {
            way: way.to_owned(),
            given: Vec::new(),
            verdict,
            detail: format!("what {way} did"),
            refused: Vec::new(),
            suggestion,
            milliseconds: 0,
        }
    }

    #[test]
    fn first_whole_way_is_suggested() {
        let mut report = TryReport::new("x");
        assert!(report.table().contains("none of the ways"), "{}", report.table());
        let stops =
            |way: &str, why: &str| Answer { refused: vec![why.to_owned()], ..answer(way, Verdict::Nothing, &[]) };
        report.answers = vec![stops("A", "it ended"), stops("B", "it ended")];
        assert!(
            report.table().starts_with("`x` stops alike in each of the ways: it ended\nhelp: "),
            "{}",
            report.table()
        );
        report.answers.push(stops("C", "another"));
        assert!(report.table().contains("none of the ways"), "{}", report.table());
        report.answers = vec![
            answer("A", Verdict::Partly, &[]),
            answer("B", Verdict::Works, &["b"]),
            answer("C", Verdict::Works, &[]),
        ];
        assert_eq!(
            report.table(),
            "for `x`, by the way `C`:\n\n        env: { C = BASE_URL },\n\nalso: `B`, what B did"
        );
        report.answers.pop();
        assert_eq!(report.table(), "for `x`, by the way `B`:\n\n        env: { B = BASE_URL },\n\nopen: b");
    }
}
