//! What is lowered into: the commands so far, and the list that is being lowered.

use registry_model::shell::{Command, ListPlace, Word};
use shuck_ast as ast;

/// A part of a script that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// Its offset.
    pub(crate) offset: usize,
    /// What the parser says.
    pub(crate) why: String,
}

/// How deep a script is nested. The parser allows more, and what walks its tree is recursive.
pub(super) const DEPTH: usize = 60;

/// A list being lowered.
pub(super) struct Scope {
    pub(super) owner: Option<usize>,
    pub(super) place: ListPlace,
    pub(super) list: usize,
    /// The pipeline that ended last, by its last member.
    pub(super) last: Option<usize>,
}

impl Scope {
    pub(super) fn new(owner: Option<usize>, place: ListPlace, list: usize) -> Self {
        Self { owner, place, list, last: None }
    }
}

pub(super) struct Lowering<'a> {
    pub(super) script: &'a [u8],
    /// Where in the script the text under parse starts.
    pub(super) base: usize,
    pub(super) commands: Vec<Command<'a>>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) top: Scope,
}

impl<'a> Lowering<'a> {
    pub(super) fn at(&self, position: ast::Position) -> usize {
        (self.base + position.offset()).min(self.script.len())
    }

    /// Changes every command of the pipeline that ends with `last`.
    pub(super) fn pipeline(&mut self, last: Option<usize>, change: impl Fn(&mut Command<'a>)) {
        let mut member = last;
        while let Some(command) = member.and_then(|member| self.commands.get_mut(member)) {
            change(command);
            member = command.previous;
        }
    }

    pub(super) fn add_word(&mut self, index: usize, range: std::ops::Range<usize>, parts: &[(usize, usize)]) {
        let word = Word::read(self.script, range, parts);
        if let Some(command) = self.commands.get_mut(index) {
            command.words.push(word);
        }
    }
}
