//! Which of the errors that no signature claims to look at first, and what is shown of it.
//!
//! `nature.rs` says what kind of message an error is, `endings.rs` where commands ended in failure, `score.rs` puts the weights
//! together with the reasons in words, `fair.rs` sees to it that the first ones differ, `context.rs` chooses the lines
//! around each; `novelty.rs` is about what older logs and other bundles do
//! not have, `related.rs` about known problems that read alike.

mod context;
mod endings;
mod fair;
mod nature;
mod novelty;
mod related;
mod score;

use super::{Known, Unresolved};
use crate::finding::{Level, Source, UnknownGroup, objects, root};
use novelty::Novelty;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

pub(super) use context::trim_to_nearest;
pub(super) use related::relate;

/// Records that do not look like errors and are there only because the baseline does not have them: so many are told.
const NEW_RECORDS: usize = 200;

/// Ranks the errors that no signature claims: the likeliest root first. What the
/// baseline has too must have been left out.
pub(super) fn unresolved(
    mut unknown: Vec<UnknownGroup>,
    known: &[Known],
    sources: &[Source],
    has_baseline: bool,
) -> Vec<Unresolved> {
    let natures: Vec<_> = unknown.par_iter().map(nature::Nature::of).collect();
    let logs = novelty::Logs::of(sources);
    let novelties: Vec<_> = unknown.iter().map(|finding| Novelty::of(finding, &logs, has_baseline)).collect();
    let scores = score::scores(&unknown, &natures, &novelties, known);
    unknown.iter_mut().zip(&natures).for_each(|(finding, nature)| context::trim_context(finding, nature));
    let scored = unknown.into_par_iter().zip(scores).map(|(finding, (score, reasons))| {
        let id = id(&finding.template);
        let text = finding.group.evidence.first().map_or("", |it| it.text.as_str());
        let (root, objects) = (root(text), objects(text));
        Unresolved { id, score, reasons, root, objects, related: Vec::new(), finding }
    });
    let mut ordered = fair::fair_order(scored.collect());
    let mut new = 0;
    ordered.retain(|it| {
        new += usize::from(it.finding.level < Level::Warn);
        it.finding.level >= Level::Warn || new <= NEW_RECORDS
    });
    ordered
}

/// First 64 bits of the template's SHA-256: independent of the counting, so the same on every machine.
fn id(template: &str) -> String {
    Sha256::digest(template.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
