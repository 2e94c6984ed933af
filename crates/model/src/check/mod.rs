//! The types of a rule: the rule itself, the subject that it checks and the report that it fills.

mod subject;

use core::ops::Range;

pub use subject::LockUse;
pub(crate) use subject::{Channel, Located, Subject, switches};

pub use crate::place::{Field, Part, Place};

use crate::model::{Allow, Family, Provider, Registry};
use crate::names::Coded;

/// A rule: its documentation, and how it is run.
#[derive(Debug)]
pub struct Rule {
    /// Its code: a letter for its subject, and a number.
    pub code: &'static str,
    /// Its kebab-case name, which describes the mistake.
    pub name: &'static str,
    /// What the rule requires.
    pub sentence: &'static str,
    /// A piece of an entry that breaks it.
    pub example: &'static str,
    /// The same piece as it should be.
    pub corrected: &'static str,
    /// How to fix it.
    pub help: &'static str,
    /// Incidents behind it, by their numbers in [`incidents`](crate::incidents).
    pub incidents: &'static [u8],
    /// Where it is checked first.
    pub checked: Checked,
    /// Whether an entry may allow it, with a reason.
    pub allowable: bool,
    /// Whether it reports something missing: such a violation is reported only when there are no others.
    pub absence: bool,
    /// The fields that it reads besides the one that it points at. An error in one of them could cause a violation.
    pub reads: &'static [Field],
    /// How it checks an agent.
    pub(crate) agent: Option<fn(&Subject<'_>, &mut Diagnostics)>,
    /// How it checks a provider.
    pub(crate) provider: Option<fn(&Provider<'_>, &mut Diagnostics)>,
    /// How it checks a family.
    pub(crate) family: Option<fn(&Family<'_>, &mut Diagnostics)>,
    /// How it checks several entries together.
    pub(crate) registry: Option<fn(&Registry<'_>, &mut EntryDiagnostics)>,
    /// How it changes what the others found, by what the entry allows.
    pub(crate) allows: Option<ApplyAllows>,
}

/// Takes out of violations what an entry allows, and adds what is wrong with its allows.
type ApplyAllows = fn(&[Allow<'_>], Vec<Diagnostic>) -> Vec<Diagnostic>;

impl Rule {
    /// A rule named after its module, checked by the macro and never allowed, without documentation and function.
    pub(crate) const fn named(module: &'static Coded) -> Self {
        Self {
            code: module.code(),
            name: module.name(),
            sentence: "",
            example: "",
            corrected: "",
            help: "",
            incidents: &[],
            checked: Checked::Macro,
            allowable: false,
            absence: false,
            reads: &[],
            agent: None,
            provider: None,
            family: None,
            registry: None,
            allows: None,
        }
    }

    /// Whether it is documented and has a function; rules checked at generation run elsewhere.
    pub(crate) const fn is_whole(&self) -> bool {
        let said = !self.sentence.is_empty()
            && !self.example.is_empty()
            && !self.corrected.is_empty()
            && !self.help.is_empty()
            && !self.incidents.is_empty();
        let one = self.agent.is_some() || self.provider.is_some() || self.family.is_some();
        let runs = one || self.registry.is_some() || self.allows.is_some();
        said && runs != matches!(self.checked, Checked::Generation)
    }
}

/// Where a rule is checked first; all are checked again at generation, since constants can be written by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// By the macro of the entry.
    Macro,
    /// By the compiler, when the registry is compiled.
    Registry,
    /// When files are generated.
    Generation,
}

impl Checked {
    /// When that is, in words that go on from `checked`.
    pub const fn when(self) -> &'static str {
        match self {
            Self::Macro => "when an entry is compiled, and again when files are generated",
            Self::Registry => "when a registry is compiled, and again when files are generated",
            Self::Generation => "when files are generated",
        }
    }
}

/// A rule that an entry breaks.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule.
    pub rule: &'static Rule,
    /// Where.
    pub place: Place,
    /// Which bytes of the string at that place, if only a part of it is wrong.
    pub range: Option<Range<usize>>,
    /// Whether it is about a variable that is named in the text of a `fmt`: rustc underlines that one alone.
    pub in_format: bool,
    /// What is wrong: lower case, one line, the culprit in backticks.
    pub message: String,
    /// How to fix it; empty when the message contains it.
    pub help: String,
}

impl Diagnostic {
    /// A violation at a whole place.
    pub(crate) fn new(rule: &'static Rule, place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { rule, place, range: None, in_format: false, message: message.into(), help: help.into() }
    }
}

/// Collects the violations that the rules report.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    pub(crate) violations: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Reports a violation.
    pub(crate) fn add(
        &mut self,
        rule: &'static Rule,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.violations.push(Diagnostic::new(rule, place, message, help));
    }

    /// Reports a violation in some bytes of the text at a place.
    pub(crate) fn add_range(
        &mut self,
        rule: &'static Rule,
        place: Place,
        range: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.violations.push(Diagnostic { range: Some(range), ..Diagnostic::new(rule, place, message, help) });
    }
}

/// Violations, each with the name of the entry that it is in.
#[derive(Debug, Default)]
pub(crate) struct EntryDiagnostics {
    pub(crate) found: Vec<(String, Diagnostic)>,
}

impl EntryDiagnostics {
    /// Reports a violation in an entry.
    pub(crate) fn add(
        &mut self,
        entry: &str,
        rule: &'static Rule,
        place: Place,
        message: String,
        help: impl Into<String>,
    ) {
        self.found.push((entry.to_owned(), Diagnostic::new(rule, place, message, help)));
    }
}
