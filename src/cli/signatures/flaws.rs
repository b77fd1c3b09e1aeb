//! Mistakes of a catalogue as compilers show them.

use super::paint::Paint;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;
use tierline::report::one_line;
use tierline::signature::source_text;
use tierline::workshop::Flaw;

/// Writes flaws as compilers do: place, message, the line with a mark below it, hint.
pub(super) fn write_flaws(flaws: impl Iterator<Item = Flaw>, paint: Paint, out: &mut String) -> std::fmt::Result {
    let mut texts: HashMap<PathBuf, String> = HashMap::new();
    for flaw in flaws {
        let text =
            texts.entry(flaw.file.clone()).or_insert_with(|| source_text(&flaw.file).unwrap_or_default().into_owned());
        let kind = if flaw.is_error { paint.bad("error") } else { paint.warn("warning") };
        let file = one_line(&flaw.file.display().to_string());
        if flaw.line == 0 {
            writeln!(out, "{file}: {kind}: {}", one_line(&flaw.message))?;
        } else {
            writeln!(out, "{file}:{}:{}: {kind}: {}", flaw.line, flaw.column, one_line(&flaw.message))?;
            if let Some(line) = text.lines().nth(flaw.line - 1) {
                let (line, mark) = excerpt(line, flaw.column);
                let number = flaw.line.to_string();
                let gutter = " ".repeat(number.len());
                writeln!(out, "{number} | {line}\n{gutter} | {}{}", " ".repeat(mark), paint.bad("^"))?;
            }
        }
        if let Some(hint) = &flaw.hint {
            writeln!(out, "  = {}: {}", paint.quiet("hint"), one_line(hint))?;
        }
    }
    Ok(())
}

/// Returns the part of a line around a column that fits a terminal, and where the column is in it, from 0.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 100;
    let target = column.saturating_sub(1);
    let from = target.saturating_sub(WIDTH - 20);
    let cut = |count: usize| one_line(&line.chars().skip(from).take(count).collect::<String>());
    // What is hidden takes more room when it is shown.
    let mark = cut(target - from).chars().count();
    if from > 0 { (format!("…{}", cut(WIDTH)), mark + 1) } else { (cut(WIDTH), mark) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, column: usize, expected: char) {
        let (part, mark) = excerpt(line, column);
        assert_eq!(part.chars().nth(mark), Some(expected), "{part}");
        assert!(part.chars().count() <= 101);
    }

    #[test]
    fn the_mark_stands_below_the_column() {
        check("match: x", 8, 'x');
        check("ä: ö", 4, 'ö');
        let long = format!("{}x{}", "-".repeat(5_000), "-".repeat(5_000));
        check(&long, 5_001, 'x');
    }

    #[test]
    fn a_tab_does_not_move_the_mark() {
        check("a:\tb\tx", 6, 'x');
        check("a\u{1b}: x", 5, 'x');
    }

    #[test]
    fn flaws_look_as_those_of_a_compiler() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.yaml");
        std::fs::write(&file, "title: a\nfixs: []\n").unwrap();
        let flaw = |line, column, is_error| Flaw {
            file: file.clone(),
            line,
            column,
            is_error,
            message: "unknown field `fixs`".into(),
            hint: Some("did you mean `fixes`?".into()),
        };
        let mut out = String::new();
        write_flaws([flaw(2, 1, true), flaw(0, 0, false)].into_iter(), Paint::PLAIN, &mut out).unwrap();
        let name = file.display();
        assert_eq!(
            out,
            format!(
                "{name}:2:1: error: unknown field `fixs`\n2 | fixs: []\n  | ^\n  = hint: did you mean `fixes`?\n\
                 {name}: warning: unknown field `fixs`\n  = hint: did you mean `fixes`?\n"
            )
        );
    }
}
