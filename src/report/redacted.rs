//! A diagnosis without secrets and identifiers, for reports that are given away.
//!
//! It goes through the JSON report, which has all that any format shows: so no text of a report can be forgotten.

use super::{SavedError, json, saved};
use crate::diagnosis::Diagnosis;
use crate::redact::Redactor;
use serde_json::{Map, Value};

/// Fields whose values come from the catalogue or are fixed words, numbers and times.
const KEPT: &[&str] = &[
    "schema",
    "tool",
    "signature",
    "state",
    "level",
    "side",
    "severity",
    "references",
    "sha256",
    "id",
    "kind",
    "first_time",
    "last_time",
    "time",
    "caused_by",
    "suppressed",
];

/// Returns the diagnosis with all texts redacted that come from the logs, and these texts one below the other for a leak scan.
///
/// # Errors
/// [`SavedError`] if the report cannot be read back, which is a mistake of this program.
pub fn redacted(diagnosis: &Diagnosis, redactor: &Redactor) -> Result<(Diagnosis, String), SavedError> {
    let mut report: Value = serde_json::from_str(&json(diagnosis))?;
    let mut walk = Walk { redactor, texts: String::new() };
    walk.value(&mut report);
    Ok((saved(&report.to_string())?, walk.texts))
}

struct Walk<'r> {
    redactor: &'r Redactor,
    texts: String,
}

impl Walk<'_> {
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => self.object(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str) -> String {
        let new = self.redactor.str(text).as_str().to_owned();
        self.texts += &new;
        self.texts.push('\n');
        new
    }

    fn object(&mut self, fields: &mut Map<String, Value>) {
        if fields.contains_key("before") && fields.contains_key("after") {
            self.excerpt(fields);
        }
        for (name, value) in fields.iter_mut().filter(|(name, _)| !KEPT.contains(&name.as_str())) {
            match value {
                Value::Array(_) | Value::String(_) if matches!(&**name, "before" | "text" | "after") => {}
                Value::Object(captures) if name == "captures" => {
                    captures.iter_mut().for_each(|(name, value)| self.named(name, value));
                }
                Value::Array(objects) if name == "objects" => objects.iter_mut().for_each(|it| self.thing(it)),
                value => self.value(value),
            }
        }
        // Texts of other objects than excerpts.
        if !fields.contains_key("before") {
            fields.get_mut("text").into_iter().for_each(|text| self.value(text));
        }
    }

    /// A value whose name may say what it is: `user=jdoe`.
    fn named(&mut self, name: &str, value: &mut Value) {
        let Value::String(text) = value else { return };
        let pair = self.text(&format!("{name}={text}"));
        *text = pair.strip_prefix(&format!("{name}=")).unwrap_or(&pair).to_owned();
    }

    /// Something that an error names: its kind says what it is.
    fn thing(&mut self, object: &mut Value) {
        let kind = object["kind"].as_str().unwrap_or_default().to_owned();
        if let Some(name) = object.get_mut("name") {
            self.named(&kind, name);
        }
    }

    /// Lines with those around them: a private key may go through all of them.
    fn excerpt(&mut self, fields: &mut Map<String, Value>) {
        let lines_of = |value: Option<&Value>| -> Vec<String> {
            match value {
                Some(Value::String(text)) => vec![text.clone()],
                Some(Value::Array(items)) => items.iter().filter_map(|it| Some(it.as_str()?.to_owned())).collect(),
                _ => Vec::new(),
            }
        };
        let parts = ["before", "text", "after"].map(|name| (name, lines_of(fields.get(name))));
        let all: Vec<&str> = parts.iter().flat_map(|(_, texts)| texts.iter().map(String::as_str)).collect();
        let new = self.text(&all.join("\n"));
        // A redaction keeps all line ends.
        let mut lines = new.split('\n');
        for (name, texts) in &parts {
            let mut texts = texts.iter().map(|text| {
                let count = 1 + text.matches('\n').count();
                lines.by_ref().take(count).collect::<Vec<_>>().join("\n")
            });
            if let Some(value) = fields.get_mut(*name) {
                *value = match value {
                    Value::String(_) => texts.next().unwrap_or_default().into(),
                    _ => texts.collect::<Vec<_>>().into(),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{CustomerKey, Names, Options};

    #[test]
    fn nothing_from_outside_is_left_in_any_field() {
        let diagnosis = crate::report::hostile("password=hunter22 for user 'jdoe' at 10.1.2.3; ", "/var/log/x.log");
        let redactor = Redactor::new(CustomerKey::new([1; 32]), &Options::default(), &Names::default());
        let (redacted, texts) = redacted(&diagnosis, &redactor).unwrap();
        let report = json(&redacted);
        // The catalogue and its references are the same for everybody.
        let value: Value = serde_json::from_str(&report).unwrap();
        let mut rest = value.clone();
        for known in rest["diagnoses"].as_array_mut().unwrap() {
            known["references"] = Value::Null;
        }
        let rest = rest.to_string();
        for word in ["hunter22", "jdoe", "10.1.2.3"] {
            assert!(!rest.contains(word) && !texts.contains(word), "{word} in {rest}");
        }
        assert!(report.contains("[redacted:password]"), "{report}");
    }

    #[test]
    fn a_key_around_a_line_is_removed_from_all_of_its_lines() {
        let mut value = serde_json::json!({
            "before": ["-----BEGIN RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEAx7"],
            "text": "abcdefghijklmnop1234\nqrstuvwxyz123456", "after": ["ABCDEFGHIJ123456", "-----END RSA PRIVATE KEY-----", "rest"],
        });
        let redactor = Redactor::new(CustomerKey::new([1; 32]), &Options::default(), &Names::default());
        Walk { redactor: &redactor, texts: String::new() }.value(&mut value);
        let expected = serde_json::json!({
            "before": ["[redacted:private-key]", ""], "text": "\n", "after": ["", "", "rest"],
        });
        assert_eq!(value, expected);
    }
}
