//! The lines of a long record that are worth showing.
//!
//! An event of Windows has its message in the last of twenty lines, a stack trace has its cause in the middle: the first
//! lines alone would say nothing.

use super::neutral;
use super::wording::plural;
use crate::finding::{Evidence, UnknownGroup, visible};

/// Returns at most `most` lines of a record, neutral, and notes in brackets where lines are left out.
///
/// The first line is always shown, then the message below its title (`Description:`), then for each of `marks`
/// (letters match in both cases) the last line with it, then other lines with one, then the others from the top; they come in the order of the record.
pub(super) fn excerpt(text: &str, marks: &[&str], most: usize) -> Vec<String> {
    let all: Vec<&str> = text.trim_end().split('\n').collect();
    let marks: Vec<String> = marks.iter().map(|mark| mark.to_lowercase()).filter(|mark| !mark.is_empty()).collect();
    let lower: Vec<String> = all.iter().map(|line| line.to_lowercase()).collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    if all.len() > most {
        // The last line of each mark: what an event says comes after the names of its source and task.
        let said: Vec<usize> =
            marks.iter().filter_map(|mark| lower.iter().rposition(|line| line.contains(mark.as_str()))).collect();
        let is_marked = |line: &String| marks.iter().any(|mark| line.contains(mark.as_str()));
        // Stable, so all parts stay in the order of the record.
        order.sort_by_key(|&index| match index {
            0 => 0,
            _ if is_title_of_message(all[index - 1]) => 1,
            _ if said.contains(&index) => 2,
            _ if lower.get(index).is_some_and(is_marked) => 3,
            _ => 4,
        });
    }
    let mut shown: Vec<usize> = order.into_iter().take(most).collect();
    shown.sort_unstable();

    let mut out = Vec::new();
    let mut next = 0;
    for index in shown {
        out.extend(gap(index - next));
        out.extend(neutral::lines(all[index]));
        next = index + 1;
    }
    out.extend(gap(all.len() - next));
    out
}

/// Returns the lines before and after the first evidence of an error that belong to it and are worth showing, neutral: those
/// of a command's output. The records of a service stand for themselves.
pub(super) fn lines_around(finding: &UnknownGroup) -> (Vec<String>, Vec<String>) {
    const MOST: usize = 6;
    let of_command = |evidence: &&Evidence| !finding.leveled && evidence.time.is_none();
    let Some(evidence) = finding.group.evidence.first().filter(of_command) else { return Default::default() };
    let shown = |line: &&String| !visible(line).trim().is_empty();
    let neutral = |line: &String| neutral::one_line(&visible(line));
    // More are kept than usual only if the error itself says nothing and what was said before it does.
    let before = if evidence.before.len() > Evidence::CONTEXT { evidence.before.as_slice() } else { &[] };
    let mut before: Vec<String> = before.iter().rev().filter(shown).take(MOST).map(neutral).collect();
    before.reverse();
    let after = if evidence.text.contains('\n') { &[] } else { evidence.after.as_slice() };
    (before, after.iter().take_while(shown).take(MOST).map(neutral).collect())
}

/// What to look for in an error that nobody knows.
pub(super) const ERROR_MARKS: &[&str] = &[
    "error",
    "fail",
    "exception",
    "cannot",
    "could not",
    "unable",
    "denied",
    "refused",
    "timed out",
    "caused by",
    "fatal",
];

/// Whether the next line is the message of an event as Windows exports it to text.
fn is_title_of_message(line: &str) -> bool {
    ["Description:", "Message:"].contains(&line.trim())
}

/// Returns a line that is too long for anybody to read without its rest: its beginning, and the part around the first of
/// `marks` (letters match in both cases) if that comes later. Of an event of Windows the beginning is what names it, and what
/// comes later are its values.
pub(super) fn cut(line: &str, marks: &[&str]) -> String {
    const LONGEST: usize = 400;
    const HEAD: usize = 100;
    const BEFORE_MARK: usize = 60;
    let characters: Vec<char> = line.chars().collect();
    if characters.len() <= LONGEST {
        return line.to_string();
    }
    let event = event_parts(line);
    let (head, body) = event.map_or((HEAD, ""), |(head, body)| (head.chars().count().clamp(HEAD, LONGEST / 2), body));
    let body = if body.is_empty() { 0 } else { characters.len() - body.chars().count() };
    let lower: String = characters.iter().skip(body).map(char::to_ascii_lowercase).collect();
    let found = marks.iter().filter(|mark| !mark.is_empty()).filter_map(|mark| lower.find(&mark.to_ascii_lowercase()));
    let mark = body + found.min().and_then(|at| lower.get(..at)).map_or(0, |before| before.chars().count());
    let more = |count: usize| format!("[{}]", plural(count as u64, "more character"));
    let part = |from: usize, to: usize| characters.iter().skip(from).take(to.saturating_sub(from)).collect::<String>();
    let all = characters.len();
    let room = LONGEST - head;
    if body == 0 && mark <= LONGEST * 3 / 4 {
        return format!("{} {}", part(0, LONGEST), more(all - LONGEST));
    }
    let from = if mark < body + room * 3 / 4 && body > 0 { body } else { mark - BEFORE_MARK }.max(head);
    let to = (from + room).min(all);
    let rest = if to < all { format!(" {}", more(all - to)) } else { String::new() };
    format!("{} {} {}{rest}", part(0, head), more(from - head), part(from, to))
}

/// What names an event of Windows, as event logs are read: time, level, provider and number; and its values with all behind
/// them. Between the two stand its place in the log and numbers of processes.
fn event_parts(line: &str) -> Option<(&str, &str)> {
    let (head, rest) = line.strip_prefix('{').filter(|rest| rest.starts_with("\"time\":")).and_then(|_| {
        let at = line.find(",\"channel\":")?;
        Some(line.split_at(at))
    })?;
    let values = rest.find("\"data\":{")?;
    Some((head, &rest[values..]))
}

fn gap(lines: usize) -> Option<String> {
    (lines > 0).then(|| format!("[{}]", plural(lines as u64, "more line")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, marks: &[&str], most: usize, expected: &[&str]) {
        assert_eq!(excerpt(text, marks, most), expected);
    }

    #[test]
    fn a_short_record_is_shown_as_it_is() {
        check("a\r\n  b\n\nc\n", &["b"], 4, &["a", "  b", "", "c"]);
    }

    #[test]
    fn the_lines_that_say_it_are_shown_with_the_first() {
        check(
            "Event\nLog\nSource\nDate\nAccess was DENIED\nx",
            &["denied"],
            2,
            &["Event", "[3 more lines]", "Access was DENIED", "[1 more line]"],
        );
    }

    #[test]
    fn the_message_of_an_event_is_shown_although_it_has_no_mark() {
        let event = "Event[12]:\n  Level: Error\n  User: N/A\n  Description: \nTwo writers hold ticket 5512.\n";
        check(
            event,
            &["error"],
            3,
            &["Event[12]:", "  Level: Error", "[2 more lines]", "Two writers hold ticket 5512."],
        );
        check(event, &["error"], 2, &["Event[12]:", "[3 more lines]", "Two writers hold ticket 5512."]);
    }

    #[test]
    fn without_marks_the_first_lines_are_shown() {
        check("a\nb\nc\nd", &[], 2, &["a", "b", "[2 more lines]"]);
    }

    #[test]
    fn a_long_line_is_cut_around_what_it_says() {
        let long = format!("{} Access DENIED {}", "é".repeat(900), "y".repeat(900));
        let shown = cut(&long, &["denied"]);
        assert!(shown.starts_with(&"é".repeat(100)) && shown.contains("[748 more characters] é"), "{shown}");
        assert!(shown.contains("é Access DENIED yy") && shown.ends_with("[667 more characters]"), "{shown}");
        assert!(cut(&long, &["nowhere"]).ends_with("[1,415 more characters]"));
        assert_eq!(cut("short", &["short"]), "short");
    }

    #[test]
    fn of_a_long_event_its_name_and_its_values_are_shown() {
        let place = format!("\"channel\":\"Application\",\"computer\":\"{}\"", "c".repeat(150));
        let head = r#"{"time":"2026-01-02T03:04:05Z","level":"error","provider":"Application Error","event_id":1000"#;
        let values = format!(r#""data":{{"param1":"app.exe","param2":"{}"}}}}"#, "y".repeat(900));
        let shown = cut(&format!("{head},{place},{values}"), &["error"]);
        assert!(shown.starts_with(&format!("{head},\"chann [")), "{shown}");
        assert!(shown.contains(r#" more characters] "data":{"param1":"app.exe","param2":"yyy"#), "{shown}");
        // What matters stands far behind in a value.
        let shown = cut(&format!("{head},{place},{values} it failed"), &["failed"]);
        assert!(shown.starts_with(head) && shown.ends_with("yyy\"}} it failed"), "{shown}");
        let shown = cut(&format!("{{\"time\":1,\"channel\":2,{values}"), &[]);
        assert!(shown.contains("app.exe"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_line_can_be_cut(
            parts in proptest::collection::vec("x{0,150}|é{0,150}|\\{\"time\":|,\"channel\":|\"data\":\\{|error", 0..12),
        ) {
            let line = parts.concat();
            prop_assert!(cut(&line, &["error"]).chars().count() <= line.chars().count().min(400) + 60);
        }

        #[test]
        fn every_line_is_shown_or_counted(text in "[ab\n]{0,40}", mark in "[ab]{0,2}", most in 1..5usize) {
            let shown = excerpt(&text, &[&mark], most);
            let counted = shown.iter().map(|line| match line.strip_prefix('[').and_then(|it| it.split(' ').next()) {
                Some(count) => count.parse().unwrap(),
                None => 1,
            });
            prop_assert_eq!(counted.sum::<usize>(), text.trim_end().split('\n').count());
        }
    }
}
