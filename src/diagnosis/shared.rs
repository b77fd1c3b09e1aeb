use super::doubtful::Products;
use super::specificity::Specificity;
use super::{Known, State, Suppressed};
use crate::finding::{Claimant, Claims, Group};
use crate::signature::{SignatureSet, Status};

/// Hides a problem whose evidence is all explained by a more specific one.
///
/// A general text (`connection refused`) stands in the message of many a problem, and a signature that asks for no more
/// claims them all. Where every record that it claims is also claimed by a signature that demands more (see
/// [`Specificity`]), it adds nothing; one record of its own keeps it. Two that demand the same are both shown: the log does
/// not tell them apart. A problem seen in several records together is hidden only behind one that explains them and more,
/// since each of its records alone may be anything.
///
/// A draft, of which nobody has shown that it stays silent elsewhere, gives way more easily: if its text is short
/// ([`SHORT`]) and nothing names its product, neither the records and the lines around them nor their file's path, then it is
/// hidden where every file that it was seen in shows another product's problem by twice as much text.
///
/// What is hidden is listed in [`Known::suppressed`] of the one that is shown, so nothing gets lost.
pub(super) fn suppress_shared(found: Vec<Known>, claims: &Claims, set: &SignatureSet) -> Vec<Known> {
    if found.len() < 2 {
        return found;
    }
    let shared = Shared::new(&found, claims, set);
    let hidden_by: Vec<Option<usize>> = (0..found.len()).map(|it| shared.hider(it)).collect();
    // Whoever hides demands more, so this ends.
    let root = |mut it: usize| {
        while let Some(next) = hidden_by.get(it).copied().flatten() {
            it = next;
        }
        it
    };
    let mut suppressed: Vec<Vec<Suppressed>> = vec![Vec::new(); found.len()];
    for (it, known) in found.iter().enumerate().filter(|(it, _)| hidden_by[*it].is_some()) {
        let more = known.suppressed.iter().cloned();
        let own = Suppressed { signature: known.signature.id.clone(), count: known.group.count };
        suppressed[root(it)].extend([own].into_iter().chain(more));
    }
    let keep = found.into_iter().zip(suppressed).zip(&hidden_by).filter(|(_, hidden)| hidden.is_none());
    let keep = keep.map(|((mut known, more), _)| {
        known.suppressed.extend(more);
        known.suppressed.sort_by(|a, b| a.signature.cmp(&b.signature));
        known
    });
    keep.collect()
}

/// A draft's text of fewer bytes than this may stand anywhere.
const SHORT: usize = 24;

struct Shared<'f> {
    found: &'f [Known],
    demands: Vec<Specificity>,
    /// How many records each claims.
    records: Vec<u64>,
    /// Sets of them that claim records together, with how many.
    sets: Vec<(Vec<usize>, u64)>,
    products: Products<'f>,
}

impl<'f> Shared<'f> {
    fn new(found: &'f [Known], claims: &Claims, set: &'f SignatureSet) -> Shared<'f> {
        let position = |claimant: &Claimant| {
            let Claimant::Signature(index) = *claimant;
            let signature = set.signatures().get(index as usize)?;
            found.iter().position(|known| known.signature.id == signature.id)
        };
        let mut sets: Vec<(Vec<usize>, u64)> = Vec::new();
        for (claimants, count) in claims.sets() {
            let mut positions: Vec<usize> = claimants.iter().filter_map(position).collect();
            positions.sort_unstable();
            positions.dedup();
            sets.push((positions, count));
        }
        let records = found.iter().map(|known| known.group.count).collect();
        let demands = found.iter().map(|known| Specificity::of(&known.signature)).collect();
        Shared { found, demands, records, sets, products: Products::new(set) }
    }

    /// The one behind which a problem is hidden.
    fn hider(&self, it: usize) -> Option<usize> {
        self.by_evidence(it).or_else(|| self.by_product(it))
    }

    /// Whether `a` demands more than `b`, and is sure to be there.
    fn is_stronger(&self, a: usize, b: usize) -> bool {
        let (known, demands) = (&self.found[a], &self.demands);
        a != b && known.state == State::Match && demands[a].bytes > demands[b].bytes
    }

    fn by_evidence(&self, it: usize) -> Option<usize> {
        let mut with: Vec<u64> = vec![0; self.found.len()];
        let mut covered = 0;
        for (positions, count) in self.sets.iter().filter(|(positions, _)| positions.contains(&it)) {
            let mut stronger = positions.iter().filter(|&&other| self.is_stronger(other, it)).peekable();
            covered += if stronger.peek().is_some() { *count } else { 0 };
            stronger.for_each(|&other| with[other] += count);
        }
        if covered < self.records[it] || self.records[it] == 0 {
            return None;
        }
        let explains = |other: &usize| with[*other] > 0;
        // The one that explains most of it, then the most specific.
        (0..self.found.len())
            .filter(explains)
            .max_by_key(|&other| (with[other], self.demands[other], usize::MAX - other))
    }

    fn by_product(&self, it: usize) -> Option<usize> {
        let (known, demand) = (&self.found[it], self.demands[it]);
        let is_doubtful = known.signature.status == Status::Draft
            && demand.parts == 1
            && demand.bytes < SHORT
            && known.group.files.len() < Group::FILES
            && !self.products.is_named(known);
        if !is_doubtful {
            return None;
        }
        let is_sure = |&other: &usize| {
            self.is_stronger(other, it)
                && self.demands[other].bytes >= demand.bytes.saturating_mul(2)
                && !self.products.is_same(&self.found[other], known)
        };
        let sure: Vec<usize> = (0..self.found.len()).filter(is_sure).collect();
        let in_file = |file| {
            let in_it = sure.iter().copied().filter(|&other| self.found[other].group.files.contains(file));
            in_it.max_by_key(|&it| (self.demands[it], usize::MAX - it))
        };
        let hiders: Option<Vec<usize>> = known.group.files.iter().map(in_file).collect();
        hiders?.first().copied()
    }
}
