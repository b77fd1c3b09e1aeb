//! `variants`: one family of problems, and a table of what each of its codes means.
//!
//! A condition finds the family and captures the code; the row of the code says what is different: another title, level,
//! cause or fix. A value without a row has the family's own texts. [`Rows`] finds the row of a value.

use super::later::Later;
use super::{Example, Examples, Fix, Reference, Severity, Side, Signature, SupportLevel};
use std::collections::BTreeMap;

/// A table of what each value of a capture means.
#[derive(Clone, Debug)]
pub struct Variants {
    /// The capture whose value decides.
    pub key: String,
    /// In the order of the file; no two are for the same value.
    pub rows: Vec<Row>,
}

/// What is different for some values of the key; what a row leaves out is as the family says.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The value, as its author wrote it.
    pub key: String,
    /// Further values that mean the same.
    pub also: Vec<String>,
    /// In place of [`Signature::title`].
    pub title: Option<String>,
    /// In place of [`Signature::level`].
    pub level: Option<SupportLevel>,
    /// In place of [`Signature::side`].
    pub side: Option<Side>,
    /// In place of [`Signature::severity`].
    pub severity: Option<Severity>,
    /// In place of [`Signature::advice`].
    pub advice: Later<RowAdvice>,
    /// Log excerpts that must be this row's, and that must not be.
    pub examples: Later<Examples>,
}

/// What is told for some values of the key in place of the same in [`Advice`](super::Advice).
#[derive(Clone, Debug, Default)]
pub struct RowAdvice {
    /// Why it happens.
    pub cause: Option<String>,
    /// What it means for the customer.
    pub impact: Option<String>,
    /// What to do.
    pub fixes: Option<Vec<Fix>>,
    /// Public pages that state the problem.
    pub references: Option<Vec<Reference>>,
}

/// Finds the row of a value.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Folded values and the numbers of their rows.
    by_value: BTreeMap<Vec<u8>, u32>,
}

impl Variants {
    /// Returns what finds rows by their values.
    pub fn rows_by_value(&self) -> Rows {
        let rows = self.rows.iter().zip(0..);
        let values = rows.flat_map(|(row, number)| row.values().map(move |value| (folded(value.as_bytes()), number)));
        Rows { by_value: values.collect() }
    }
}

impl Row {
    /// The values that the row is for.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.key).chain(&self.also).map(String::as_str)
    }
}

impl Rows {
    /// Returns the number of the row for a value: blanks around it and the case of ASCII letters make no difference.
    pub fn row_of(&self, value: &[u8]) -> Option<u32> {
        self.by_value.get(folded(value).as_slice()).copied()
    }
}

impl Signature {
    /// Returns a row of the variants.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.variants.as_ref()?.rows.get(number as usize)
    }

    /// Returns the examples that must match: its own, then those of its rows.
    pub fn positive_examples(&self) -> impl Iterator<Item = &Example> {
        let rows = self.variants.iter().flat_map(|variants| &variants.rows);
        self.examples.matching.iter().chain(rows.flat_map(|row| &row.examples.matching))
    }

    /// Returns the signature as it is for the values of a row, without the table.
    pub fn with_row(&self, row: &Row) -> Signature {
        let mut own = Signature { variants: None, ..self.clone() };
        if let Some(title) = &row.title {
            own.title.clone_from(title);
        }
        let (new, advice) = (&*row.advice, &mut *own.advice);
        if let Some(cause) = &new.cause {
            advice.cause.clone_from(cause);
        }
        if new.impact.is_some() {
            advice.impact.clone_from(&new.impact);
        }
        if let Some(fixes) = &new.fixes {
            advice.fixes.clone_from(fixes);
        }
        if let Some(references) = &new.references {
            advice.references.clone_from(references);
        }
        own.level = row.level.unwrap_or(own.level);
        own.side = row.side.unwrap_or(own.side);
        own.severity = row.severity.unwrap_or(own.severity);
        own
    }
}

/// Returns what all ways to write a value have in common.
pub(super) fn folded(value: &[u8]) -> Vec<u8> {
    value.trim_ascii().to_ascii_lowercase()
}
