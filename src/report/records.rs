//! How a file is cut into records, one line each: `tierline records`.

use super::json::escape_hidden;
use super::neutral::{lines, one_line};
use super::wording::{moment, plural};
use crate::finding::{Level, Time};
use serde::Serialize;

/// A record as `tierline records` shows it.
#[derive(Clone, Copy, Debug)]
pub struct RecordLine<'a> {
    /// Path as people read it.
    pub file: &'a str,
    /// Number of its first line in the file, from 1.
    pub line: u64,
    /// How many lines it has.
    pub lines: u64,
    /// When, if it says so.
    pub time: Option<Time>,
    /// How serious, if it says so.
    pub level: Option<Level>,
    /// Which program, class or module, if it says so.
    pub component: Option<&'a str>,
    /// Everything behind the header, all lines.
    pub message: &'a str,
}

impl RecordLine<'_> {
    /// Returns it as one line of JSON with a line end. The names of the fields are part of the contract.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct JsonRecord<'a> {
            file: &'a str,
            line: u64,
            lines: u64,
            time: Option<String>,
            level: Option<&'static str>,
            component: Option<&'a str>,
            message: &'a str,
        }
        let record = JsonRecord {
            file: self.file,
            line: self.line,
            lines: self.lines,
            time: self.time.map(|it| it.to_string()),
            level: self.level.map(Level::name),
            component: self.component,
            message: self.message,
        };
        let json = serde_json::to_string(&record).expect("no map with other keys than strings, no failing Serialize");
        escape_hidden(&json) + "\n"
    }

    /// Returns it for a person: line number, time, level, component, the first line of the message and how many follow.
    pub fn text(&self) -> String {
        let time = self.time.map_or_else(|| "-".to_string(), moment);
        let level = self.level.map_or("-", Level::name);
        let component = self.component.map_or_else(|| "-".to_string(), one_line);
        let message = lines(self.message).next().unwrap_or_default();
        let more = match self.lines.saturating_sub(1) {
            0 => String::new(),
            more => format!(" [and {}]", plural(more, "line")),
        };
        format!("{:>8}  {time}  {level:<5}  {component}  {message}{more}\n", self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::at;

    const RECORD: RecordLine<'static> = RecordLine {
        file: "a.log",
        line: 7,
        lines: 3,
        time: None,
        level: Some(Level::Error),
        component: None,
        message: "boom\n\u{1b}[2J\n\u{9b}2J",
    };

    #[test]
    fn json_is_one_line_with_the_fields_of_the_contract() {
        let expected = r#"{"file":"a.log","line":7,"lines":3,"time":null,"level":"error","component":null,"message":"boom\n\u001b[2J\n\u009b2J"}"#;
        assert_eq!(RECORD.json(), format!("{expected}\n"));
        let timed = RecordLine { time: Some(at(0)), component: Some("x"), ..RECORD }.json();
        assert!(timed.contains(&format!(r#""time":"{}","level":"error","component":"x""#, at(0))), "{timed}");
    }

    #[test]
    fn text_shows_the_first_line_and_how_many_follow() {
        assert_eq!(RECORD.text(), "       7  -  error  -  boom [and 2 lines]\n");
        let hostile = RecordLine { lines: 1, component: Some("\u{1b}c"), message: "\u{202e}x", ..RECORD };
        assert_eq!(hostile.text(), "       7  -  error  \\x1bc  \\u{202e}x\n");
    }
}
