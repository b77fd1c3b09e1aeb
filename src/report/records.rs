//! How a file is cut into records, one line each: `tierline records`.

use super::json::escape_hidden;
use super::neutral::{lines, one_line};
use super::wording::{moment, plural};
use crate::finding::{Level, Time};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

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
    /// Names and values of its fields as signatures have them; `None` if nobody asked.
    pub fields: Option<&'a [(String, Cow<'a, str>)]>,
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
            #[serde(skip_serializing_if = "Option::is_none")]
            fields: Option<JsonFields<'a>>,
        }
        let record = JsonRecord {
            file: self.file,
            line: self.line,
            lines: self.lines,
            time: self.time.map(|it| it.to_string()),
            level: self.level.map(Level::name),
            component: self.component,
            message: self.message,
            fields: self.fields.map(JsonFields),
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
        let mut text = format!("{:>8}  {time}  {level:<5}  {component}  {message}{more}\n", self.line);
        for (name, value) in self.fields.unwrap_or_default() {
            text += &format!("{:>8}    {}: {}\n", "", one_line(name), one_line(value));
        }
        text
    }
}

/// An object of which a name that occurs several times has an array.
struct JsonFields<'a>(&'a [(String, Cow<'a, str>)]);

impl Serialize for JsonFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Values<'a> {
            One(&'a str),
            Several(Vec<&'a str>),
        }
        // Few records have more than a few dozens.
        let is_first = |(index, (name, _)): &(usize, &(String, Cow<'_, str>))| {
            !self.0.iter().take(*index).any(|(before, _)| before == name)
        };
        serializer.collect_map(self.0.iter().enumerate().filter(is_first).map(|(_, (name, value))| {
            let values: Vec<&str> = self.0.iter().filter(|it| it.0 == *name).map(|it| &*it.1).collect();
            (name, if values.len() > 1 { Values::Several(values) } else { Values::One(value) })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::at;

    const RECORD: RecordLine<'static> = RecordLine {
        fields: None,
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
    fn fields_are_an_object_or_lines() {
        let fields = [("a", "1"), ("b.c", "x\u{1b}"), ("a", "2")].map(|(name, value)| (name.to_string(), value.into()));
        let record = RecordLine { fields: Some(&fields), message: "boom", lines: 1, ..RECORD };
        assert!(
            record.json().ends_with(",\"fields\":{\"a\":[\"1\",\"2\"],\"b.c\":\"x\\u001b\"}}\n"),
            "{}",
            record.json()
        );
        let lines = "            a: 1\n            b.c: x\\x1b\n            a: 2\n";
        assert_eq!(record.text(), format!("       7  -  error  -  boom\n{lines}"));
    }

    #[test]
    fn text_shows_the_first_line_and_how_many_follow() {
        assert_eq!(RECORD.text(), "       7  -  error  -  boom [and 2 lines]\n");
        let hostile = RecordLine { lines: 1, component: Some("\u{1b}c"), message: "\u{202e}x", ..RECORD };
        assert_eq!(hostile.text(), "       7  -  error  \\x1bc  \\u{202e}x\n");
    }
}
