//! The exceptions to rules that an entry declares.

use crate::place::Place;

/// An exception to a rule at one place, with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Allow<'a> {
    /// The rule's code.
    #[cfg_attr(feature = "serde", serde(rename = "rule"))]
    pub code: &'a str,
    /// Why it does not apply.
    pub reason: &'a str,
    /// What it is about; none for the whole entry.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub place: Option<Place>,
}
