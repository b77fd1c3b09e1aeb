//! Saved JSON reports, as `new` and `stats` read them.

use anyhow::{Context, bail};
use serde_json::Value;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// The contract whose fields are read here.
const SCHEMA: &str = "tierline.report/1";

/// A larger file is no report: even one with thousands of findings has some megabytes.
const LARGEST: u64 = 1 << 30;

/// Reads a report that `triage -o json` has written.
pub(super) fn read(path: &Path) -> anyhow::Result<Value> {
    let what = || format!("failed to read the report `{}`", path.display());
    let file = File::open(path).with_context(what)?;
    let report: Value = serde_json::from_reader(BufReader::new(file.take(LARGEST))).with_context(what)?;
    match report.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => Ok(report),
        Some(other) => bail!("`{}` is of schema `{other}`; known is `{SCHEMA}`", path.display()),
        None => bail!("`{}` is not a report that `triage -o json` has written", path.display()),
    }
}

/// The text of a field.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list.
pub(super) fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
