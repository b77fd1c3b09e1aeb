//! `tierline signatures stats`.

use super::saved::{self, items, text};
use super::{Catalogues, Format, counted, deliver};
use crate::cli::Exit;
use crate::cli::output::Output;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use tierline::report::one_line;
use tierline::signature::SignatureSet;

/// Counts in saved reports what fires how often, and what never did.
///
/// Reads what `triage -o json` has written. A report is one bundle. Signatures of reports that no catalogue has any more
/// are counted, too.
#[derive(Debug, clap::Args)]
#[command(after_help = STATS_EXAMPLES, after_long_help = STATS_EXAMPLES)]
pub(super) struct StatsArgs {
    /// Saved reports.
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,
    /// Writes text for a person or json for a program.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = Output::<Format>::parse)]
    output: Output<Format>,
    /// Lists every signature that never fired, in place of their number by product.
    #[arg(long)]
    never: bool,
    #[command(flatten)]
    catalogues: Catalogues,
}

const STATS_EXAMPLES: &str = "\
Examples:
  tierline signatures stats case-1.json case-2.json
  tierline signatures stats case-1.json --signatures my-signatures --no-builtin --never
  tierline signatures stats case-1.json -o json=stats.json

Exit codes: 0 done, 1 a report could not be read, 2 wrong usage.";

/// What one signature did in all reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    product: String,
    /// Records.
    count: u64,
    /// Reports that have it, in any state.
    bundles: u64,
    /// Of these, reports in which it is inconclusive or old only.
    weak: u64,
    /// The last time any report has, as it stands there.
    last: Option<String>,
}

/// All reports together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stats {
    reports: u64,
    /// Reports with nothing but unexplained errors.
    unexplained: u64,
    rows: BTreeMap<String, Row>,
}

pub(super) fn run(args: &StatsArgs) -> anyhow::Result<Exit> {
    let set = args.catalogues.load()?;
    let mut stats = Stats::default();
    for path in &args.reports {
        stats.add(&saved::read(path)?, &set);
    }
    let never: Vec<&str> =
        set.signatures().iter().map(|it| &*it.id).filter(|id| !stats.rows.contains_key(*id)).collect();
    let out = match args.output.format {
        Format::Json => format!("{:#}\n", stats.json(&set, &never)),
        Format::Text => stats.text(&set, &never, args.never)?,
    };
    deliver(&out, &args.output)?;
    Ok(Exit::Done)
}

impl Stats {
    fn add(&mut self, report: &Value, set: &SignatureSet) {
        self.reports += 1;
        let diagnoses = items(report, "diagnoses");
        self.unexplained += u64::from(diagnoses.is_empty() && !items(report, "unresolved").is_empty());
        let mut seen = BTreeMap::new();
        for it in diagnoses {
            // A signature that was renamed is counted under its name of today.
            let id = set.get(text(it, "signature")).map_or(text(it, "signature"), |it| &it.id);
            let row = self.rows.entry(id.to_owned()).or_default();
            row.product = format!("{} {}", text(it, "vendor"), text(it, "product"));
            row.count = row.count.saturating_add(it.get("count").and_then(Value::as_u64).unwrap_or(0));
            let last = Some(text(it, "last_time")).filter(|time| !time.is_empty()).map(str::to_owned);
            row.last = row.last.take().max(last);
            // Several diagnoses of one signature are one bundle.
            *seen.entry(id.to_owned()).or_insert(false) |= matches!(text(it, "state"), "" | "match");
        }
        for (id, is_sure) in seen {
            let row = self.rows.entry(id).or_default();
            row.bundles += 1;
            row.weak += u64::from(!is_sure);
        }
    }

    /// Ids and rows, those in most bundles first.
    fn ranked(&self) -> Vec<(&String, &Row)> {
        let mut ranked: Vec<_> = self.rows.iter().collect();
        ranked.sort_by(|a, b| (b.1.bundles, b.1.count).cmp(&(a.1.bundles, a.1.count)).then_with(|| a.0.cmp(b.0)));
        ranked
    }

    /// By product: how many signatures it has, and how many of them fired.
    fn products(&self, set: &SignatureSet) -> BTreeMap<String, (usize, usize)> {
        let mut products: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for it in set.signatures() {
            let (all, fired) = products.entry(format!("{} {}", it.vendor, it.product)).or_default();
            *all += 1;
            *fired += usize::from(self.rows.contains_key(&*it.id));
        }
        products
    }

    fn text(&self, set: &SignatureSet, never: &[&str], list_never: bool) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        let ranked = self.ranked();
        let width = ranked.iter().map(|(id, _)| id.len()).max().unwrap_or(0).max("signature".len());
        writeln!(out, "{:width$}  bundles    records  last seen", "signature")?;
        for (id, row) in &ranked {
            let last = row.last.as_deref().unwrap_or("-");
            let weak = if row.weak > 0 { format!("  ({} old or inconclusive)", row.weak) } else { String::new() };
            writeln!(out, "{:width$}  {:>7}  {:>9}  {}{weak}", one_line(id), row.bundles, row.count, one_line(last))?;
        }
        writeln!(out)?;
        if list_never {
            writeln!(out, "never fired:")?;
            never.iter().try_for_each(|id| writeln!(out, "  {id}"))?;
        } else {
            writeln!(out, "fired, of all signatures of the product:")?;
            for (product, (all, fired)) in self.products(set) {
                writeln!(out, "  {fired:>4} of {all:<4} {}", one_line(&product))?;
            }
        }
        writeln!(out)?;
        let reports = counted(usize::try_from(self.reports).unwrap_or(usize::MAX), "report");
        writeln!(
            out,
            "{reports}: {} fired, {} never did; {} with unexplained errors only",
            counted(self.rows.len(), "signature"),
            never.len(),
            self.unexplained
        )?;
        Ok(out)
    }

    fn json(&self, set: &SignatureSet, never: &[&str]) -> Value {
        let known: BTreeSet<&str> = set.signatures().iter().map(|it| &*it.id).collect();
        let rows = self.ranked().into_iter().map(|(id, row)| {
            json!({
                "signature": id, "product": row.product, "bundles": row.bundles, "inconclusive_or_old": row.weak,
                "count": row.count, "last_time": row.last, "in_catalogue": known.contains(id.as_str()),
            })
        });
        let products = self
            .products(set)
            .into_iter()
            .map(|(product, (all, fired))| json!({"product": product, "signatures": all, "fired": fired}));
        json!({
            "schema": "tierline.stats/1",
            "reports": self.reports,
            "only_unexplained": self.unexplained,
            "signatures": rows.collect::<Value>(),
            "products": products.collect::<Value>(),
            "never": never,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(diagnoses: &[(&str, u64, &str, &str)]) -> Value {
        let diagnoses = diagnoses.iter().map(|(id, count, last, state)| {
            json!({"signature": id, "vendor": "V", "product": "P", "count": count, "last_time": last, "state": state})
        });
        json!({"schema": "tierline.report/1", "diagnoses": diagnoses.collect::<Value>(), "unresolved": [{}]})
    }

    #[test]
    fn reports_are_counted_by_signature() {
        let mut stats = Stats::default();
        let set = SignatureSet::default();
        stats.add(&report(&[("a/b/x", 3, "2026-01-02", "match"), ("a/b/y", 1, "2026-01-01", "old")]), &set);
        stats.add(&report(&[("a/b/x", 4, "2026-01-01", "match"), ("a/b/x", 1, "", "inconclusive")]), &set);
        stats.add(&report(&[]), &set);
        assert_eq!((stats.reports, stats.unexplained), (3, 1));
        let shown =
            stats.ranked().into_iter().map(|(id, it)| (id.as_str(), it.bundles, it.count, it.weak, it.last.clone()));
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [("a/b/x", 2, 8, 0, Some("2026-01-02".to_owned())), ("a/b/y", 1, 1, 1, Some("2026-01-01".to_owned()))]
        );
        let text = stats.text(&set, &["a/b/z"], true).unwrap();
        assert!(
            text.contains("never fired:\n  a/b/z\n") && text.contains("3 reports: 2 signatures fired, 1 never did"),
            "{text}"
        );
    }
}
