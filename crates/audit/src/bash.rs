//! Bash as bash: the commands of a script, lowered from the tree of `shuck-parser` into the one that the rules read.
//!
//! A statement that is not understood is left out, and so said; the rest of the script is read.

use registry_model::shell::{Command, Follow, ListPlace, Operator, Redirection, Shape, Word};
use shuck_ast as ast;
use shuck_parser::parser::{ParseStatus, Parser};
use shuck_parser::{ShellDialect, ShellProfile};

/// How often a script is read on after a statement that is not understood.
const RESTARTS: usize = 20;

/// How deep a script is nested. The parser allows more, and what walks its tree is recursive.
const DEPTH: usize = 60;

/// Parser steps for each byte, so that the time is bounded. Real scripts take fewer.
const FUEL: usize = 1;

/// How many `${` may be open. The parser's time grows with the third power of that (300 take 5 s, and 40 a millisecond;
/// shuck-parser 0.2.8), and its limit of steps does not count it.
const EXPANSIONS: usize = 30;

/// Where a text has too many `${` open, quotes and comments not considered.
fn nests_too_deeply(text: &str) -> Option<usize> {
    let mut open = 0usize;
    let mut before = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if before == b'$' => open += 1,
            b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > EXPANSIONS {
            // The line that opens the last one is left out with the rest.
            return text.get(..at).map(|it| it.rfind('\n').map_or(0, |at| at + 1));
        }
        before = byte;
    }
    None
}

/// A part of a script that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// Its offset.
    pub(crate) offset: usize,
    /// What the parser says.
    pub(crate) why: String,
}

/// The commands of a script, and what was left out.
pub(crate) struct Lowered<'a> {
    pub(crate) commands: Vec<Command<'a>>,
    pub(crate) skipped: Vec<Skipped>,
}

/// The commands of a bash script.
pub(crate) fn commands(script: &[u8]) -> Vec<Command<'_>> {
    read(script, ShellDialect::Bash).commands
}

/// Reads a script of bash, or of zsh, on a thread of its own: what walks a tree is recursive, so its stack must be
/// known; and if the parser panics in spite of its limits, only this script is left out.
pub(crate) fn read(script: &[u8], dialect: ShellDialect) -> Lowered<'_> {
    let failed = |why: &str| {
        let skipped = vec![Skipped { offset: 0, why: why.to_owned() }];
        Lowered { commands: Vec::new(), skipped }
    };
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || lower(script, dialect));
        match reader {
            Ok(reader) => reader.join().unwrap_or_else(|_| failed("the parser failed")),
            Err(error) => failed(&format!("no thread for the parser: {error}")),
        }
    })
}

/// The stack of the thread that reads a script; the parser itself takes no more than 1.5 MiB.
const STACK: usize = 32 << 20;

fn lower(script: &[u8], dialect: ShellDialect) -> Lowered<'_> {
    let (text, skipped) = match std::str::from_utf8(script) {
        Ok(text) => (text, Vec::new()),
        Err(error) => {
            let offset = error.valid_up_to();
            let before = script.get(..offset).unwrap_or_default();
            let why = "what follows is not UTF-8".to_owned();
            (std::str::from_utf8(before).unwrap_or_default(), vec![Skipped { offset, why }])
        }
    };
    let (text, skipped) = match nests_too_deeply(text) {
        Some(offset) => {
            let why = format!("`${{` is nested more than {EXPANSIONS} deep");
            (text.get(..offset).unwrap_or_default(), vec![Skipped { offset, why }])
        }
        None => (text, skipped),
    };
    let mut lowering =
        Lowering { script, base: 0, commands: Vec::new(), skipped, top: Scope::new(None, ListPlace::Top, 0) };
    let mut start = 0;
    for _ in 0..RESTARTS {
        let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) else { break };
        let Some(next) = lowering.take(rest, start, dialect) else { break };
        start = next;
    }
    Lowered { commands: lowering.commands, skipped: lowering.skipped }
}

/// A list being lowered.
struct Scope {
    owner: Option<usize>,
    place: ListPlace,
    list: usize,
    /// The pipeline that ended last, by its last member.
    last: Option<usize>,
}

impl Scope {
    fn new(owner: Option<usize>, place: ListPlace, list: usize) -> Self {
        Self { owner, place, list, last: None }
    }
}

struct Lowering<'a> {
    script: &'a [u8],
    /// Where in the script the text under parse starts.
    base: usize,
    commands: Vec<Command<'a>>,
    skipped: Vec<Skipped>,
    top: Scope,
}

impl<'a> Lowering<'a> {
    /// Reads from an offset; the offset at which to go on, where a statement was not understood.
    fn take(&mut self, text: &str, base: usize, dialect: ShellDialect) -> Option<usize> {
        self.base = base;
        let fuel = text.len().saturating_mul(FUEL).max(100_000);
        let parser = Parser::with_limits_and_profile(text, DEPTH, fuel, ShellProfile::native(dialect));
        let result = parser.parse();
        let fault = result.diagnostics.first();
        let end = match (result.status, fault) {
            (ParseStatus::Clean, _) => text.len(),
            (_, Some(fault)) => fault.span.start.offset(),
            (_, None) => 0,
        };
        let mut scope = std::mem::replace(&mut self.top, Scope::new(None, ListPlace::Top, 0));
        let whole = result.file.body.stmts.iter().filter(|it| it.span.end.offset() <= end);
        let mut read = 0;
        for statement in whole {
            self.statement(&mut scope, statement, 0);
            read = read.max(statement.span.end.offset());
        }
        self.top = scope;
        if result.status == ParseStatus::Clean {
            return None;
        }
        // The statement that is not understood begins after those that are; the next line is tried after it.
        let from = text.get(read..)?;
        let blank = from.len() - without_comments(from).len();
        let why = fault.map_or_else(|| "it is not understood".to_owned(), |it| it.message.clone());
        let begin = read + blank;
        if self.skipped.last().is_none_or(|it| it.why != why || it.offset + 400 < base + begin) {
            self.skipped.push(Skipped { offset: base + begin, why });
        }
        let line = text.get(begin..)?.find('\n')?;
        Some(base + begin + line + 1)
    }

    fn at(&self, position: ast::Position) -> usize {
        (self.base + position.offset()).min(self.script.len())
    }

    fn statements(&mut self, list: &ast::StmtSeq, owner: usize, place: ListPlace, number: usize, depth: usize) {
        let mut scope = Scope::new(Some(owner), place, number);
        for statement in &list.stmts {
            self.statement(&mut scope, statement, depth);
        }
    }

    fn statement(&mut self, scope: &mut Scope, statement: &ast::Stmt, depth: usize) {
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
    fn list(&mut self, scope: &mut Scope, statement: &ast::Stmt, depth: usize) {
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
    fn piped(&mut self, scope: &mut Scope, statement: &ast::Stmt, depth: usize) {
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

    /// Changes every command of the pipeline that ends with `last`.
    fn pipeline(&mut self, last: Option<usize>, change: impl Fn(&mut Command<'a>)) {
        let mut member = last;
        while let Some(command) = member.and_then(|member| self.commands.get_mut(member)) {
            change(command);
            member = command.previous;
        }
    }

    fn command(&mut self, scope: &Scope, statement: &ast::Stmt, depth: usize) {
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

    fn builtin(&mut self, index: usize, builtin: &ast::BuiltinCommand, depth: usize) {
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

    fn declaration(&mut self, index: usize, decl: &ast::DeclClause, depth: usize) {
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

    fn compound(&mut self, index: usize, compound: &ast::CompoundCommand, depth: usize) {
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
    fn conditional(&mut self, index: usize, expression: &ast::ConditionalExpr, depth: usize) {
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

    fn redirection(&mut self, index: usize, redirect: &ast::Redirect, depth: usize) {
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

    fn assignments(&mut self, index: usize, assignments: &[ast::Assignment], depth: usize) {
        for assignment in assignments {
            let word = self.assignment(index, assignment, depth);
            if let Some(command) = self.commands.get_mut(index) {
                command.assignments.push(word);
            }
        }
    }

    fn assignment(&mut self, index: usize, assignment: &ast::Assignment, depth: usize) -> Word<'a> {
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

    fn words<'w>(&mut self, index: usize, words: impl IntoIterator<Item = &'w ast::Word>, depth: usize) {
        for word in words {
            let word = self.word(index, word, depth);
            // An assignment without a command has an empty name.
            if let Some(command) = self.commands.get_mut(index).filter(|_| !word.source.is_empty()) {
                command.words.push(word);
            }
        }
    }

    fn word(&mut self, index: usize, word: &ast::Word, depth: usize) -> Word<'a> {
        let mut parts = Vec::new();
        self.parts(index, &word.parts, &mut parts, depth);
        Word::read(self.script, self.at(word.span.start)..self.at(word.span.end), &parts)
    }

    fn add_word(&mut self, index: usize, range: std::ops::Range<usize>, parts: &[(usize, usize)]) {
        let word = Word::read(self.script, range, parts);
        if let Some(command) = self.commands.get_mut(index) {
            command.words.push(word);
        }
    }

    /// The ranges that expand in a word; the commands of its substitutions are lowered.
    fn parts(&mut self, index: usize, nodes: &[ast::WordPartNode], parts: &mut Vec<(usize, usize)>, depth: usize) {
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

/// A text without the blanks and comments that it begins with.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim_start_matches([' ', '\t', '\n', ';']);
    while let Some((_, rest)) = text.strip_prefix('#').and_then(|it| it.split_once('\n')) {
        text = rest.trim_start_matches([' ', '\t', '\n', ';']);
    }
    text
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use registry_model::shell;
    use shuck_parser::ShellDialect;

    use super::{commands, read};

    const CORPUS: &str = include_str!("../../../tests/vectors/audit/corpus/bash.txt");

    /// The words of each command, and what was left out.
    #[track_caller]
    fn check(script: &str, expected: &[&str], skipped: usize) {
        let read = read(script.as_bytes(), ShellDialect::Bash);
        let shown: Vec<String> = read
            .commands
            .iter()
            .map(|it| it.assignments.iter().chain(&it.words).map(|it| &*it.text).collect::<Vec<_>>().join(" "))
            .filter(|it| !it.is_empty())
            .collect();
        assert_eq!(
            (shown, read.skipped.len()),
            (expected.iter().map(|it| (*it).to_owned()).collect(), skipped),
            "{script}"
        );
    }

    #[test]
    fn the_syntax_of_bash_is_lowered() {
        check("a=(b c); echo \"${a[@]}\"", &["a=(b c)", "echo ${a[@]}"], 0);
        check("function f { x y; }; my-fn() { z; }", &["f", "x y", "my-fn", "z"], 0);
        check("cat <<<\"$x\"; a |& b", &["cat", "a", "b"], 0);
        check("diff <(a b) <(c)", &["diff <(a b) <(c)", "a b", "c"], 0);
        check("[[ $a == b* ]] && ((x++)); y", &["[[ $a b* ==", "((", "y"], 0);
        check("case $x in a) b ;;& c) d ;& esac", &["$x", "b", "d"], 0);
        check("for ((i=0;i<3;i++)); do a; done; select x in y; do b; done", &["a", "y", "b"], 0);
        check("time npm ci; export A=1 B; exit 3", &["npm ci", "export A=1 B", "exit 3"], 0);
        check("echo \"$(a \"$(b)\")\" `c`", &["echo $(a \"$(b)\") `c`", "a $(b)", "b", "c"], 0);
        check("a\necho )\nb", &["a", "b"], 1);
    }

    #[test]
    fn chains_and_pipes_keep_their_order() {
        let read = commands(b"a | b && c || d & e");
        let names: Vec<_> = read.iter().filter_map(shell::Command::name).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e"]);
        assert_eq!(read.iter().map(|it| it.next).collect::<Vec<_>>(), [Some(1), None, None, None, None]);
        let successors: Vec<_> = read.iter().map(|it| it.successor).collect();
        assert_eq!(successors, [Some(2), Some(2), Some(3), Some(4), None]);
    }

    #[test]
    fn hostile_scripts_take_bounded_time() {
        let deep = |open: &str, close: &str| format!("{}a{}", open.repeat(1_000), close.repeat(1_000));
        for script in [
            deep("$(", ")"),
            deep("{ ", "; }"),
            deep("(", ")"),
            deep("if a; then ", "; fi"),
            deep("\"${a:-", "}\""),
            deep("[[ ( ", " ) ]]"),
            "a && ".repeat(3_000) + "b",
            "a | ".repeat(3_000) + "b",
            "echo )\n".repeat(500),
            "`".repeat(2_000),
        ] {
            let start = Instant::now();
            let read = read(script.as_bytes(), ShellDialect::Bash);
            let found = shell::lint_commands(script.as_bytes(), read.commands, commands);
            assert!(start.elapsed() < Duration::from_mins(2), "{:.40}: {} findings", script, found.len());
        }
        assert_eq!(read(b"a \xff b", ShellDialect::Bash).skipped.len(), 1);
    }

    /// `MUTATIONS=100000 cargo test -p registry-audit mutated` tries so many.
    #[test]
    fn mutated_scripts_cause_no_panic() {
        let wanted = std::env::var("MUTATIONS").ok().and_then(|it| it.parse().ok()).unwrap_or(500);
        let text: Vec<u8> =
            CORPUS.lines().filter_map(|it| it.split_once(" | ")).flat_map(|it| [it.1, "\n"]).collect::<String>().into();
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below.max(1) as u64).unwrap_or_default()
        };
        for _ in 0..wanted {
            let start = random(text.len());
            let end = (start + 100 + random(700)).min(text.len());
            let mut script = text[start..end].to_vec();
            for _ in 0..=random(4) {
                let at = random(script.len());
                match random(3) {
                    0 => drop(script.drain(at..(at + random(20)).min(script.len()))),
                    1 => script.insert(at, b"(){}[]$`'\"\\;|&<>\n #!=*?~"[random(24)]),
                    _ => {
                        let piece = script[at..(at + random(30)).min(script.len())].to_vec();
                        let to = random(script.len());
                        script.splice(to..to, piece);
                    }
                }
            }
            let read = read(&script, ShellDialect::Bash);
            let failed = read.skipped.iter().any(|it| it.why.contains("the parser failed"));
            assert!(!failed, "{}", String::from_utf8_lossy(&script));
            drop(shell::lint_commands(&script, read.commands, commands));
        }
    }
}
