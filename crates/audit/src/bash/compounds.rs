//! Builtins, declarations and compound commands.

use registry_model::shell::{ListPlace, Word};
use shuck_ast as ast;

use super::lowering::{Lowering, Scope};

impl Lowering<'_> {
    pub(super) fn builtin(&mut self, index: usize, builtin: &ast::BuiltinCommand, depth: usize) {
        let (name, first, rest, assignments, span) = match builtin {
            ast::BuiltinCommand::Break(it) => ("break", &it.depth, &it.extra_args, &it.assignments, it.span),
            ast::BuiltinCommand::Continue(it) => ("continue", &it.depth, &it.extra_args, &it.assignments, it.span),
            ast::BuiltinCommand::Return(it) => ("return", &it.code, &it.extra_args, &it.assignments, it.span),
            ast::BuiltinCommand::Exit(it) => ("exit", &it.code, &it.extra_args, &it.assignments, it.span),
        };
        self.assignments(index, assignments, depth);
        let start = self.commands.get(index).map_or_else(|| self.at(span.start), |it| it.range.start);
        let start = assignments.last().map_or(start, |it| self.at(it.span.end));
        let text = self.script.get(start..).unwrap_or_default();
        let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.add_word(index, start + blank..start + blank + name.len(), &[]);
        self.words(index, first.iter().chain(rest), depth);
    }

    pub(super) fn declaration(&mut self, index: usize, decl: &ast::DeclClause, depth: usize) {
        self.assignments(index, &decl.assignments, depth);
        let span = decl.variant_span;
        self.add_word(index, self.at(span.start)..self.at(span.end), &[]);
        for operand in &decl.operands {
            match operand {
                ast::DeclOperand::Flag(word) | ast::DeclOperand::Dynamic(word) => {
                    self.words(index, std::iter::once(word), depth);
                }
                ast::DeclOperand::Name(name) => {
                    self.add_word(index, self.at(name.span.start)..self.at(name.span.end), &[]);
                }
                ast::DeclOperand::Assignment(assignment) => {
                    let word = self.assignment(index, assignment, depth);
                    if let Some(command) = self.commands.get_mut(index) {
                        command.words.push(word);
                    }
                }
            }
        }
    }

    pub(super) fn compound(&mut self, index: usize, compound: &ast::CompoundCommand, depth: usize) {
        use ListPlace::{Body, Condition};
        use ast::CompoundCommand as Compound;
        match compound {
            Compound::If(it) => {
                self.statements(&it.condition, index, Condition, 0, depth);
                self.statements(&it.then_branch, index, Body, 1, depth);
                let mut list = 2;
                for (condition, body) in &it.elif_branches {
                    self.statements(condition, index, Condition, list, depth);
                    self.statements(body, index, Body, list + 1, depth);
                    list += 2;
                }
                if let Some(body) = &it.else_branch {
                    self.statements(body, index, Body, list, depth);
                }
            }
            Compound::For(it) => {
                self.words(index, it.targets.iter().take(1).map(|it| &it.word), depth);
                self.words(index, it.words.iter().flatten(), depth);
                self.statements(&it.body, index, Body, 0, depth);
            }
            Compound::Select(it) => {
                self.words(index, &it.words, depth);
                self.statements(&it.body, index, Body, 0, depth);
            }
            Compound::Foreach(it) => self.statements(&it.body, index, Body, 0, depth),
            Compound::Repeat(it) => self.statements(&it.body, index, Body, 0, depth),
            Compound::ArithmeticFor(it) => self.statements(&it.body, index, Body, 0, depth),
            Compound::While(it) => {
                self.statements(&it.condition, index, Condition, 0, depth);
                self.statements(&it.body, index, Body, 1, depth);
            }
            Compound::Until(it) => {
                self.statements(&it.condition, index, Condition, 0, depth);
                self.statements(&it.body, index, Body, 1, depth);
            }
            Compound::Case(it) => {
                self.words(index, std::iter::once(&it.word), depth);
                for (list, case) in it.cases.iter().enumerate() {
                    for pattern in &case.patterns {
                        let word = Word::read(self.script, self.at(pattern.span.start)..self.at(pattern.span.end), &[]);
                        if let Some(command) = self.commands.get_mut(index) {
                            command.patterns.push(word);
                        }
                    }
                    self.statements(&case.body, index, Body, list, depth);
                }
            }
            Compound::Subshell(list) | Compound::BraceGroup(list) => self.statements(list, index, Body, 0, depth),
            Compound::Conditional(it) => {
                self.add_word(index, self.at(it.left_bracket_span.start)..self.at(it.left_bracket_span.end), &[]);
                self.conditional(index, &it.expression, depth);
            }
            Compound::Arithmetic(it) => {
                self.add_word(index, self.at(it.left_paren_span.start)..self.at(it.left_paren_span.end), &[]);
            }
            Compound::Time(_) => {}
            Compound::Coproc(it) => {
                let mut scope = Scope::new(Some(index), Body, 0);
                self.statement(&mut scope, &it.body, depth);
            }
            Compound::Always(it) => {
                self.statements(&it.body, index, Body, 0, depth);
                self.statements(&it.always_body, index, Body, 1, depth);
            }
        }
    }

    /// The words and operators of `[[ … ]]`.
    pub(super) fn conditional(&mut self, index: usize, expression: &ast::ConditionalExpr, depth: usize) {
        let mut waiting = vec![expression];
        let mut operators = Vec::new();
        while let Some(expression) = waiting.pop() {
            match expression {
                ast::ConditionalExpr::Binary(it) => {
                    operators.push(it.op_span);
                    waiting.push(&it.right);
                    waiting.push(&it.left);
                }
                ast::ConditionalExpr::Unary(it) => {
                    operators.push(it.op_span);
                    waiting.push(&it.expr);
                }
                ast::ConditionalExpr::Parenthesized(it) => waiting.push(&it.expr),
                ast::ConditionalExpr::Word(word) | ast::ConditionalExpr::Regex(word) => {
                    self.words(index, std::iter::once(word), depth);
                }
                ast::ConditionalExpr::Pattern(it) => {
                    let range = self.at(it.span.start)..self.at(it.span.end);
                    let expands = self.script.get(range.clone()).is_some_and(|it| it.contains(&b'$'));
                    let parts = if expands { vec![(range.start, range.end)] } else { Vec::new() };
                    self.add_word(index, range, &parts);
                }
                ast::ConditionalExpr::VarRef(it) => {
                    self.add_word(index, self.at(it.span.start)..self.at(it.span.end), &[]);
                }
            }
        }
        for span in operators {
            self.add_word(index, self.at(span.start)..self.at(span.end), &[]);
        }
    }
}
