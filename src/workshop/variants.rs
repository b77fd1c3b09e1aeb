//! What can be said about the rows of a signature's variants.

use super::flaw::{Sheet, Step};
use super::lint::fixes;
use crate::signature::{Row, RowAdvice, Severity};
use Step::{Entry, Field};
use std::collections::BTreeSet;

/// Where a row stands.
pub(super) fn path_of(row: u32) -> [Step; 3] {
    [Field("variants"), Field("rows"), Entry(row as usize)]
}

/// Applies the rules that need nothing but the rows themselves: those for a signature hold for each.
pub(super) fn rows(sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    let Some(variants) = &signature.variants else { return };
    for (number, row) in (0..).zip(&variants.rows) {
        let at = path_of(number);
        let own = signature.with_row(row);
        if row.advice.fixes.is_some() || row.level.is_some() {
            fixes(sheet, &own, &at);
        }
        if row.severity == Some(Severity::Critical) && own.advice.impact.is_none() {
            let hint = "say what it means for the customer";
            sheet.warning(&[&at[..], &[Field("severity")]].concat(), "a critical problem without `impact`", hint);
        }
        for value in row.values().filter(|value| !signature.condition.may_capture(&variants.key, value)) {
            let message = format!("no pattern can ever capture `{value}` as `{}`", variants.key);
            sheet.warning(&at, message, "correct the value or the group of this name");
        }
        if is_empty(row) {
            let message = format!("the row `{}` changes nothing", row.key);
            sheet.warning(&at, message, "say what is different for this value: `title:`, `cause:`, `fixes:`, ...");
        }
    }
}

/// Tells rows that no example shows. `shown` are the numbers of those that one shows.
pub(super) fn untried_rows(sheet: &mut Sheet<'_, '_>, shown: &BTreeSet<Option<u32>>) {
    let Some(variants) = &sheet.signature.variants else { return };
    for (number, row) in (0..).zip(&variants.rows).filter(|(number, _)| !shown.contains(&Some(*number))) {
        let message = format!("no example shows the row `{}`", row.key);
        let hint = "add a log line with this value below `match:` of `examples:`, of the row or of the signature";
        sheet.warning(&path_of(number), message, hint);
    }
}

/// Whether a row says nothing that differs from the family.
fn is_empty(row: &Row) -> bool {
    let Row { key: _, also: _, title, level, side, severity, advice, examples: _ } = row;
    let RowAdvice { cause, impact, fixes, references } = &**advice;
    [title, cause, impact].into_iter().all(Option::is_none)
        && (level.is_none() && side.is_none() && severity.is_none())
        && (fixes.is_none() && references.is_none())
}
