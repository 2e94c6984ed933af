//! Lists, pipelines and commands.

use registry_model::shell::{Command, Follow, ListPlace, Shape};
use shuck_ast as ast;

use super::lowering::{DEPTH, Lowering, Scope, Skipped};

impl Lowering<'_> {
    pub(super) fn statements(
        &mut self,
        list: &ast::StmtSeq,
        owner: usize,
        place: ListPlace,
        number: usize,
        depth: usize,
    ) {
        let mut scope = Scope::new(Some(owner), place, number);
        for statement in &list.stmts {
            self.statement(&mut scope, statement, depth);
        }
    }

    pub(super) fn statement(&mut self, scope: &mut Scope, statement: &ast::Stmt, depth: usize) {
        if depth > DEPTH * 4 {
            let offset = self.at(statement.span.start);
            self.skipped.push(Skipped { offset, why: "it is nested too deeply".to_owned() });
            return;
        }
        self.list(scope, statement, depth);
        let follow = match statement.terminator {
            Some(ast::StmtTerminator::Background(_)) => Follow::Background,
            _ => Follow::End,
        };
        self.pipeline(scope.last, |it| it.follow = follow);
    }

    /// A chain of pipelines joined by `&&` and `||`.
    pub(super) fn list(&mut self, scope: &mut Scope, statement: &ast::Stmt, depth: usize) {
        // Chains nest to the left, a thousand deep.
        let mut links = Vec::new();
        let mut first = statement;
        while let ast::Command::Binary(binary) = &first.command
            && matches!(binary.op, ast::BinaryOp::And | ast::BinaryOp::Or)
        {
            links.push((binary.op, &*binary.right));
            first = &binary.left;
        }
        self.piped(scope, first, depth);
        for (operator, next) in links.into_iter().rev() {
            let follow = if operator == ast::BinaryOp::And { Follow::And } else { Follow::Or };
            self.pipeline(scope.last, |it| it.follow = follow);
            let chains = match &next.command {
                ast::Command::Binary(it) => matches!(it.op, ast::BinaryOp::And | ast::BinaryOp::Or),
                _ => false,
            };
            if chains {
                self.list(scope, next, depth + 1);
            } else {
                self.piped(scope, next, depth);
            }
        }
    }

    /// A pipeline.
    pub(super) fn piped(&mut self, scope: &mut Scope, statement: &ast::Stmt, depth: usize) {
        let mut members = Vec::new();
        let mut first = statement;
        while let ast::Command::Binary(binary) = &first.command
            && matches!(binary.op, ast::BinaryOp::Pipe | ast::BinaryOp::PipeAll)
        {
            members.push(&*binary.right);
            first = &binary.left;
        }
        members.push(first);
        let before = scope.last;
        let mut previous: Option<usize> = None;
        let mut begin = None;
        for member in members.into_iter().rev() {
            let index = self.commands.len();
            begin = begin.or(Some(index));
            self.command(scope, member, depth);
            if let Some(command) = self.commands.get_mut(index) {
                command.previous = previous;
                command.negated = statement.negated || member.negated || first.negated;
            } else {
                continue;
            }
            if let Some(command) = previous.and_then(|it| self.commands.get_mut(it)) {
                command.next = Some(index);
            }
            previous = Some(index);
        }
        if previous.is_some() {
            self.pipeline(before, |it| it.successor = begin);
            scope.last = previous;
        }
    }

    pub(super) fn command(&mut self, scope: &Scope, statement: &ast::Stmt, depth: usize) {
        // `time npm ci` is `npm ci`.
        if let ast::Command::Compound(ast::CompoundCommand::Time(time)) = &statement.command
            && let Some(inner) = &time.command
        {
            return self.command(scope, inner, depth + 1);
        }
        let index = self.commands.len();
        let span = statement.span;
        self.commands.push(Command {
            shape: shape(&statement.command),
            range: self.at(span.start)..self.at(span.end),
            assignments: Vec::new(),
            words: Vec::new(),
            patterns: Vec::new(),
            redirections: Vec::new(),
            negated: false,
            follow: Follow::End,
            previous: None,
            next: None,
            successor: None,
            parent: scope.owner,
            place: scope.place,
            list: scope.list,
        });
        match &statement.command {
            ast::Command::Simple(simple) => {
                self.assignments(index, &simple.assignments, depth);
                self.words(index, std::iter::once(&simple.name).chain(&simple.args), depth);
            }
            ast::Command::Builtin(builtin) => self.builtin(index, builtin, depth),
            ast::Command::Decl(decl) => self.declaration(index, decl, depth),
            ast::Command::Binary(_) => {
                let mut scope = Scope::new(Some(index), ListPlace::Body, 0);
                self.list(&mut scope, statement, depth + 1);
            }
            ast::Command::Compound(compound) => self.compound(index, compound, depth + 1),
            ast::Command::Function(function) => {
                if let Some(entry) = function.header.entries.first() {
                    self.words(index, std::iter::once(&entry.word), depth);
                }
                let mut scope = Scope::new(Some(index), ListPlace::Body, 0);
                self.statement(&mut scope, &function.body, depth + 1);
            }
            ast::Command::AnonymousFunction(function) => {
                let mut scope = Scope::new(Some(index), ListPlace::Body, 0);
                self.statement(&mut scope, &function.body, depth + 1);
            }
        }
        for redirect in &statement.redirects {
            self.redirection(index, redirect, depth);
        }
        // A statement's own range may include what ends it.
        if let Some(command) = self.commands.get_mut(index).filter(|it| it.shape == Shape::Simple) {
            let targets = command.redirections.iter().filter_map(|it| it.target.as_ref());
            let ends = command.assignments.iter().chain(&command.words).chain(targets).map(|word| word.range.end);
            command.range.end = ends.max().unwrap_or(command.range.end);
        }
    }
}

fn shape(command: &ast::Command) -> Shape {
    use ast::CompoundCommand as Compound;
    match command {
        ast::Command::Simple(_) | ast::Command::Builtin(_) | ast::Command::Decl(_) => Shape::Simple,
        ast::Command::Binary(_) => Shape::Group,
        ast::Command::Function(_) | ast::Command::AnonymousFunction(_) => Shape::Function,
        ast::Command::Compound(compound) => match compound {
            Compound::If(_) => Shape::If,
            Compound::While(_) => Shape::While,
            Compound::Until(_) => Shape::Until,
            Compound::Case(_) => Shape::Case,
            Compound::Subshell(_) => Shape::Subshell,
            Compound::For(_)
            | Compound::Repeat(_)
            | Compound::Foreach(_)
            | Compound::ArithmeticFor(_)
            | Compound::Select(_) => Shape::For,
            Compound::BraceGroup(_) | Compound::Coproc(_) | Compound::Always(_) | Compound::Time(_) => Shape::Group,
            Compound::Arithmetic(_) | Compound::Conditional(_) => Shape::Simple,
        },
    }
}
