//! Message templates, one line each: `tierline templates`.

use super::contents::json_line;
use super::neutral::one_line;
use super::wording::number;
use serde::Serialize;

/// A template as `tierline templates` shows it.
#[derive(Clone, Copy, Debug)]
pub struct TemplateLine<'a> {
    /// Stable between runs and machines.
    pub id: u64,
    /// How many messages it has.
    pub count: u64,
    /// The words they have in common, with `<*>` where they differ.
    pub template: &'a str,
}

impl TemplateLine<'_> {
    /// Returns it as one line of JSON with a line end. The names of the fields are part of the contract.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct JsonTemplate<'a> {
            template_id: String,
            count: u64,
            template: &'a str,
        }
        json_line(&JsonTemplate { template_id: shown_id(self.id), count: self.count, template: self.template })
    }

    /// Returns it for a person: count, id, template.
    pub fn text(&self) -> String {
        format!("{:>13}  {}  {}\n", number(self.count), shown_id(self.id), one_line(self.template))
    }

    /// Returns the row of `--assign` for the line of this number: number, id and template with tabs between.
    pub fn row(&self, line: u64) -> String {
        format!("{line}\t{}\t{}\n", shown_id(self.id), one_line(self.template))
    }
}

fn shown_id(id: u64) -> String {
    format!("{id:016x}")
}
