//! Redirections, assignments and words.

use registry_model::shell::{ListPlace, Operator, Redirection, Word};
use shuck_ast as ast;

use super::lowering::{DEPTH, Lowering};

impl<'a> Lowering<'a> {
    pub(super) fn redirection(&mut self, index: usize, redirect: &ast::Redirect, depth: usize) {
        use ast::RedirectKind as Kind;
        let offset = self.at(redirect.span.start);
        let target = match &redirect.target {
            ast::RedirectTarget::Word(word) => self.word(index, word, depth),
            ast::RedirectTarget::Heredoc(here) => {
                let span = here.delimiter.span;
                for part in &here.body.parts {
                    if let ast::HeredocBodyPart::CommandSubstitution { body, .. } = &part.kind {
                        self.statements(body, index, ListPlace::HereDocument, 0, depth + 1);
                    }
                }
                Word::read(self.script, self.at(span.start)..self.at(span.end), &[])
            }
        };
        // `>& file` and `&> file` are both outputs.
        let is_file = !target.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let both = redirect.kind == Kind::OutputBoth
            || redirect.kind == Kind::DupOutput && redirect.fd.is_none_or(|fd| fd == 1) && is_file && target.literal;
        let operator = match redirect.kind {
            Kind::Output | Kind::OutputBoth => Operator::Output,
            Kind::DupOutput if both => Operator::Output,
            Kind::Clobber => Operator::Clobber,
            Kind::Append => Operator::Append,
            Kind::Input => Operator::Input,
            Kind::ReadWrite => Operator::ReadWrite,
            Kind::HereDoc => Operator::Here,
            Kind::HereDocStrip => Operator::HereStripped,
            Kind::HereString => Operator::HereString,
            Kind::DupOutput => Operator::DuplicateOutput,
            Kind::DupInput => Operator::DuplicateInput,
        };
        let fd = match redirect.fd_var {
            Some(_) => Some(u8::MAX),
            None => redirect.fd.and_then(|fd| u8::try_from(fd).ok()),
        };
        let Some(command) = self.commands.get_mut(index) else { return };
        if both {
            let target = Some(target.clone());
            command.redirections.push(Redirection { fd: Some(2), operator, offset, target });
        }
        command.redirections.push(Redirection { fd, operator, offset, target: Some(target) });
    }

    pub(super) fn assignments(&mut self, index: usize, assignments: &[ast::Assignment], depth: usize) {
        for assignment in assignments {
            let word = self.assignment(index, assignment, depth);
            if let Some(command) = self.commands.get_mut(index) {
                command.assignments.push(word);
            }
        }
    }

    pub(super) fn assignment(&mut self, index: usize, assignment: &ast::Assignment, depth: usize) -> Word<'a> {
        let mut parts = Vec::new();
        match &assignment.value {
            ast::AssignmentValue::Scalar(word) => self.parts(index, &word.parts, &mut parts, depth),
            ast::AssignmentValue::Compound(array) => {
                for element in &array.elements {
                    self.parts(index, &element.value().word.parts, &mut parts, depth);
                }
            }
        }
        let span = assignment.span;
        Word::read(self.script, self.at(span.start)..self.at(span.end), &parts)
    }

    pub(super) fn words<'w>(&mut self, index: usize, words: impl IntoIterator<Item = &'w ast::Word>, depth: usize) {
        for word in words {
            let word = self.word(index, word, depth);
            // An assignment without a command has an empty name.
            if let Some(command) = self.commands.get_mut(index).filter(|_| !word.source.is_empty()) {
                command.words.push(word);
            }
        }
    }

    pub(super) fn word(&mut self, index: usize, word: &ast::Word, depth: usize) -> Word<'a> {
        let mut parts = Vec::new();
        self.parts(index, &word.parts, &mut parts, depth);
        Word::read(self.script, self.at(word.span.start)..self.at(word.span.end), &parts)
    }

    /// The ranges that expand in a word; the commands of its substitutions are lowered.
    pub(super) fn parts(
        &mut self,
        index: usize,
        nodes: &[ast::WordPartNode],
        parts: &mut Vec<(usize, usize)>,
        depth: usize,
    ) {
        if depth > DEPTH * 4 {
            return;
        }
        for node in nodes {
            match &node.kind {
                ast::WordPart::Literal(_) | ast::WordPart::SingleQuoted { .. } | ast::WordPart::ZshQualifiedGlob(_) => {
                    continue;
                }
                ast::WordPart::DoubleQuoted { parts: inner, .. } => {
                    self.parts(index, inner, parts, depth + 1);
                    continue;
                }
                ast::WordPart::CommandSubstitution { body, .. } | ast::WordPart::ProcessSubstitution { body, .. } => {
                    self.statements(body, index, ListPlace::Substitution, 0, depth + 1);
                }
                ast::WordPart::ParameterExpansion { operand_word_ast: Some(word), .. } => {
                    self.parts(index, &word.parts, &mut Vec::new(), depth + 1);
                }
                _ => {}
            }
            parts.push((self.at(node.span.start), self.at(node.span.end)));
        }
    }
}
