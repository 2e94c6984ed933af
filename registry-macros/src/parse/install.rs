//! The artefacts of an agent.

use proc_macro2::{Delimiter, Ident};
use registry_model::check::{Field, Part, Place};
use registry_model::model::{
    Archive, Artefact, ArtefactKind, Download, Git, Npm, Program, Pypi, RuntimeKind, Step, Target,
};

use super::cursor::Cursor;
use super::draft::Draft;
use super::fields::{allow, argument_key, arguments, known_word, listed, marked_texts, text, unknown_argument, word};
use crate::syntax::{Cx, Diagnostic};

pub(super) fn parse_install<'b>(cx: &mut Cx<'b>, draft: &mut Draft<'b>, cursor: &mut Cursor) -> Result<(), Diagnostic> {
    let group = cursor.group(Delimiter::Bracket, "a list `[npm(\"…\"), …]`")?;
    let mut artefacts = Vec::new();
    for piece in Cursor::of(&group).split() {
        let parsed = parse_artefact(cx, draft, artefacts.len(), piece);
        artefacts.extend(cx.take(parsed));
    }
    draft.agent.install = cx.list(&artefacts);
    Ok(())
}

fn parse_artefact<'b>(
    cx: &mut Cx<'b>,
    draft: &mut Draft<'b>,
    index: usize,
    mut piece: Cursor,
) -> Result<Artefact<'b>, Diagnostic> {
    let kind = piece.ident("an artefact")?;
    let Some(known) = known_word::<ArtefactKind>(&kind) else {
        let words = || ArtefactKind::ALL.iter().map(|it| it.word());
        let help = match registry_model::names::nearest(&kind.to_string(), words()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected one of {}", listed(words())),
        };
        return Err(Diagnostic::new(kind.span(), format!("unknown kind of artefact `{kind}`"), help));
    };
    let place = Place::field(Field::Install).item(index);
    cx.mark(place, kind.span());
    let group = piece.group(Delimiter::Parenthesis, &format!("`(…)` after `{kind}`"))?;
    piece.end()?;
    let mut pieces = arguments(Cursor::of(&group)).into_iter();
    let first = pieces.next().unwrap_or_else(|| Cursor::of(&group));
    let args = Arguments { cx, draft, place, rest: pieces.collect() };
    match known {
        ArtefactKind::Npm => args.npm(first),
        ArtefactKind::Pypi => args.pypi(first),
        ArtefactKind::Archive => args.archive(first),
        ArtefactKind::Git => args.git(first),
        ArtefactKind::Program => args.program(first),
        ArtefactKind::Sh => args.sh(first),
    }
}

/// The arguments of one artefact.
struct Arguments<'c, 'b> {
    cx: &'c mut Cx<'b>,
    draft: &'c mut Draft<'b>,
    place: Place,
    rest: Vec<Cursor>,
}

impl<'b> Arguments<'_, 'b> {
    /// The first argument: a text, marked as a part.
    fn first(&mut self, mut piece: Cursor, part: Part, what: &str) -> Result<&'b str, Diagnostic> {
        let first = text(self.cx, self.place.part(part), &mut piece, what)?;
        piece.end()?;
        Ok(first)
    }

    /// Reads the named arguments; the function takes each, and `allow` is understood everywhere.
    fn named(
        self,
        words: &[&str],
        mut take: impl FnMut(&mut Cx<'b>, Place, &Ident, &mut Cursor) -> Result<bool, Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let Self { cx, draft, place, rest } = self;
        for mut piece in rest {
            let key = argument_key(&mut piece)?;
            if key == "allow" {
                allow(cx, &mut draft.allows, Some(place), &mut piece)?;
            } else if !take(cx, place, &key, &mut piece)? {
                return Err(unknown_argument(&key, words));
            }
            piece.end()?;
        }
        Ok(())
    }

    fn npm(mut self, first: Cursor) -> Result<Artefact<'b>, Diagnostic> {
        let package = self.first(first, Part::Name, "the name of a package")?;
        let mut npm = Npm { package, bin: "", postinstall: &[] };
        self.named(&["bin", "postinstall", "allow"], |cx, place, key, piece| {
            match key.to_string().as_str() {
                "bin" => npm.bin = text(cx, place.part(Part::Bin), piece, "the name of a program")?,
                "postinstall" => npm.postinstall = marked_texts(cx, piece, |_| place)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Artefact::Npm(npm))
    }

    fn pypi(mut self, first: Cursor) -> Result<Artefact<'b>, Diagnostic> {
        let package = self.first(first, Part::Name, "the name of a package")?;
        let mut pypi = Pypi { package, bin: "", python: "", source: "" };
        let place = self.place;
        let fault = Diagnostic::new(
            self.cx.find(place.part(Part::Name)).1,
            format!("missing `python` for `{package}`"),
            format!("write {}, with an upper bound", RuntimeKind::python_specifiers()),
        );
        self.named(&["bin", "python", "source", "allow"], |cx, place, key, piece| {
            match key.to_string().as_str() {
                "bin" => pypi.bin = text(cx, place.part(Part::Bin), piece, "the name of a program")?,
                "python" => pypi.python = text(cx, place.part(Part::Python), piece, "a specifier")?,
                "source" => {
                    pypi.source = text(cx, place.part(Part::Reason), piece, "the reason why it is built from source")?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if pypi.python.is_empty() { Err(fault) } else { Ok(Artefact::Pypi(pypi)) }
    }

    fn archive(mut self, first: Cursor) -> Result<Artefact<'b>, Diagnostic> {
        let bin = self.first(first, Part::Bin, "the program in the archive")?;
        if self.rest.is_empty() {
            let help = "write `archive(\"bin/agent\", { LinuxX64: url(\"https://…\", sha256: \"…\") })`";
            return Err(Diagnostic::new(self.cx.find(self.place.part(Part::Bin)).1, "this archive has no URL", help));
        }
        let mut targets = self.rest.remove(0);
        let group = targets.group(Delimiter::Brace, "`{ LinuxX64: url(…), … }`")?;
        targets.end()?;
        let mut downloads = Vec::new();
        for piece in Cursor::of(&group).split() {
            let parsed = parse_download(self.cx, self.place, downloads.len(), piece);
            downloads.extend(self.cx.take(parsed));
        }
        let downloads = self.cx.list(&downloads);
        self.named(&["allow"], |_, _, _, _| Ok(false))?;
        Ok(Artefact::Archive(Archive { bin, downloads }))
    }

    fn git(mut self, first: Cursor) -> Result<Artefact<'b>, Diagnostic> {
        let url = self.first(first, Part::Url(0), "the URL of a repository")?;
        let mut git = Git { url, commit: "", bin: "" };
        self.cx.mark(self.place.part(Part::Commit), self.cx.find(self.place.part(Part::Url(0))).1);
        self.named(&["commit", "bin", "allow"], |cx, place, key, piece| {
            match key.to_string().as_str() {
                "commit" => git.commit = text(cx, place.part(Part::Commit), piece, "a full commit")?,
                "bin" => git.bin = text(cx, place.part(Part::Bin), piece, "the name of a program")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Artefact::Git(git))
    }

    fn program(mut self, first: Cursor) -> Result<Artefact<'b>, Diagnostic> {
        let name = self.first(first, Part::Bin, "the name of a file next to the entry")?;
        let span = self.cx.find(self.place.part(Part::Bin)).1;
        if name.is_empty() || name.contains('/') || name.starts_with('.') {
            return Err(Diagnostic::new(
                span,
                format!("`{name}` is not a file name"),
                "put the file next to the entry",
            ));
        }
        self.named(&["allow"], |_, _, _, _| Ok(false))?;
        Ok(Artefact::Program(Program { name, text: "" }))
    }

    fn sh(mut self, first: Cursor) -> Result<Artefact<'b>, Diagnostic> {
        let script = self.first(first, Part::Script, "shell text")?;
        self.cx.keep_script(self.place.part(Part::Script), script);
        let mut step = Step { script, writes: &[], needs: &[], bin: "" };
        self.named(&["bin", "writes", "needs", "allow"], |cx, place, key, piece| {
            match key.to_string().as_str() {
                "bin" => step.bin = text(cx, place.part(Part::Bin), piece, "the name of a program")?,
                "writes" => step.writes = marked_texts(cx, piece, |_| place)?,
                "needs" => step.needs = marked_texts(cx, piece, |_| place)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Artefact::Sh(step))
    }
}

fn parse_download<'b>(
    cx: &mut Cx<'b>,
    place: Place,
    nth: usize,
    mut piece: Cursor,
) -> Result<Download<'b>, Diagnostic> {
    let target = piece.ident("a target")?;
    let target = word(cx, place.part(Part::Nth(nth)), &target, Target::LinuxX64);
    piece.punct(':')?;
    if !piece.eat_word("url") {
        return Err(piece.expected("`url(\"https://…\", sha256: \"…\")`"));
    }
    let group = piece.group(Delimiter::Parenthesis, "`(\"https://…\", sha256: \"…\")`")?;
    piece.end()?;
    let mut arguments = arguments(Cursor::of(&group)).into_iter();
    let mut first = arguments.next().unwrap_or_else(|| Cursor::of(&group));
    let url = text(cx, place.part(Part::Url(nth)), &mut first, "a URL")?;
    first.end()?;
    cx.mark(place.part(Part::Checksum(nth)), cx.find(place.part(Part::Url(nth))).1);
    let mut sha256 = "";
    let unchecked = Diagnostic::new(
        cx.find(place.part(Part::Url(nth))).1,
        format!("`{url}` has no checksum [I004]"),
        "write `url(\"https://…\", sha256: \"…\")` with the digits that `sha256sum` prints",
    );
    for mut argument in arguments {
        let key = argument_key(&mut argument)?;
        if key != "sha256" {
            return Err(unknown_argument(&key, &["sha256"]));
        }
        sha256 = text(cx, place.part(Part::Checksum(nth)), &mut argument, "64 hexadecimal digits")?;
        argument.end()?;
    }
    if sha256.is_empty() { Err(unchecked) } else { Ok(Download { target, url, sha256 }) }
}
