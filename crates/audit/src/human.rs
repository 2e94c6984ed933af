//! Findings for people: the line of the file with carets under the culprit.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Level};

/// The findings as a person reads them, with colours or without.
pub fn human(findings: &[Diagnostic], colours: bool, columns: Option<usize>) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(columns.unwrap_or(140).max(60));
    findings.iter().map(|finding| renderer.render(&[group(finding)]) + "\n\n").collect()
}

fn group(finding: &Diagnostic) -> Group<'_> {
    let Diagnostic { file, line, column, code, level, message, help, end_column, excerpt, .. } = finding;
    let severity = match level {
        Level::Error => Severity::ERROR,
        Level::Warning => Severity::WARNING,
        Level::Note => Severity::NOTE,
    };
    let group = Group::with_title(severity.primary_title(message.as_str()).id(*code));
    let group = if excerpt.is_empty() {
        group.element(Origin::path(file.as_str()).line(*line).char_column(*column))
    } else {
        let offset = |column: usize| {
            let at = excerpt.char_indices().nth(column.saturating_sub(1));
            at.map_or(excerpt.len(), |(at, _)| at)
        };
        let marked = AnnotationKind::Primary.span(offset(*column)..offset(*end_column));
        group.element(Snippet::source(excerpt.as_str()).line_start(*line).path(file.as_str()).annotation(marked))
    };
    if help.is_empty() { group } else { group.element(Severity::HELP.message(help.as_str())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(excerpt: &str) -> Diagnostic {
        Diagnostic {
            file: "a/b.sh".to_owned(),
            line: 12,
            column: 4,
            code: "X001",
            name: "an-example",
            level: Level::Warning,
            message: "`b` is wrong".to_owned(),
            help: "write `c`".to_owned(),
            end_column: 5,
            excerpt: excerpt.to_owned(),
        }
    }

    #[test]
    fn carets_are_under_the_culprit() {
        let text = human(&[finding("é; b d")], false, None);
        let expected = "warning[X001]: `b` is wrong\n  --> a/b.sh:12:4\n   |\n12 | é; b d\n   |    ^\n   |\n   \
                        = help: write `c`\n\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_finding_without_its_line_has_its_place() {
        let text = human(&[finding("")], false, None);
        assert_eq!(text, "warning[X001]: `b` is wrong\n--> a/b.sh:12:4\n = help: write `c`\n\n");
    }

    #[test]
    fn colours_change_nothing_else() {
        let plain = human(&[finding("é; b d")], false, None);
        let painted = human(&[finding("é; b d")], true, None);
        assert!(painted.contains('\u{1b}') && !plain.contains('\u{1b}'), "{painted}");
    }
}
