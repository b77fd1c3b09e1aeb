//! Titles of cases without secrets and names, as they may leave.

use crate::cli::redact::{Customer, remember};
use std::path::Path;
use tierline::connect::Title;
use tierline::redact::{LeakScan, Names, Options, Redacted, Redactor};
use tierline::store::{Case, Origin};
use tierline::watch::{read_report, report_folder};

/// The title of a case, redacted; hidden if that cannot be done, or something would be left.
pub(super) fn title(case: &Case, keywords: &[String]) -> Title {
    redacted(case, keywords).ok().flatten().map_or(Title::Hidden, Title::Redacted)
}

fn redacted(case: &Case, keywords: &[String]) -> anyhow::Result<Option<Redacted>> {
    // What a person wrote has names that no report shows.
    if case.origin != Origin::Bundle {
        return Ok(None);
    }
    let customer = Customer::new(&case.customer, None)?;
    let (key, known) = (customer.key(None)?, customer.map()?);
    let mut names = Names::default();
    names.learn(case.title.as_bytes());
    // What a name in the title is, the report of its logs shows.
    for bundle in &case.bundles {
        if let Ok(report) = read_report(&report_folder(Path::new(&bundle.path)), "report.txt", &bundle.sha256) {
            names.learn(&report);
        }
    }
    remember(&mut names, &known);
    let options = Options { keywords: keywords.to_vec(), ..Options::default() };
    let redactor = Redactor::new(key, &options, &names);
    let title = redactor.str(&case.title);
    let map = redactor.map();
    let mut all = known;
    all.merge(&map);
    if !LeakScan::new(&all, keywords, false).leaks(title.as_str().as_bytes()).is_empty() {
        return Ok(None);
    }
    customer.save(&map)?;
    Ok(Some(title))
}
