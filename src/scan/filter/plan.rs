//! Chooses for each pattern the literals and the places in them that occur least in the input, and how to look for them.

use super::bitmap::{Bitmap, LONGEST, key, key_at, other_hash};
use super::nibble::{self, Nibbles};
use super::table::{Place, Table};
use super::{Filter, Kernel, Search, Tier};

/// Sampling distances and lengths of keys that are worth a comparison. A literal needs `stride + length - 1` bytes.
const OPTIONS: [(usize, usize); 5] = [(8, 8), (8, 6), (8, 5), (4, 8), (4, 5)];

/// The one for an input that nobody has seen: the shortest keys leave the fewest patterns for other searches, and a plan with half as
/// many places is made in half the time, for which a small input waits. A large one is searched by another plan soon.
const UNSEEN: (usize, usize) = (4, 5);

/// What things cost, in nanoseconds; roughly, since only their ratios count.
mod cost {
    use super::Kernel;

    /// A candidate without a key.
    pub(super) const FALSE: f64 = 1.7;
    /// A key that stands there.
    pub(super) const KEY: f64 = 9.0;

    /// One sampled position.
    pub(super) fn probe(kernel: Kernel) -> f64 {
        match kernel {
            Kernel::Portable => 0.7,
            Kernel::Avx2 => 0.55,
            Kernel::Avx512 => 0.4,
        }
    }

    /// One position of a search at all of them.
    pub(super) fn everywhere(kernel: Kernel) -> f64 {
        match kernel {
            Kernel::Portable => probe(kernel),
            Kernel::Avx2 => 0.065,
            Kernel::Avx512 => 0.023,
        }
    }
}

/// The counters of a sample: keys are counted by 17 bits of a hash.
const COUNTERS: u32 = 17;

/// Bytes of a sample that are counted: more does not change the choice.
const COUNTED: usize = 1 << 20;

/// Patterns by which the options are compared.
const COMPARED: usize = 1000;

/// A sample of the input.
pub(in crate::scan) struct Sample<'a> {
    texts: &'a [&'a [u8]],
}

/// How often keys of one length occur in a sample.
struct Counts {
    length: usize,
    bytes: f64,
    counts: Vec<u32>,
    /// Which part of the sample each byte is.
    frequencies: [f32; 256],
}

impl<'a> Sample<'a> {
    /// A few MiB from all over the input are enough.
    pub(in crate::scan) fn of(texts: &'a [&'a [u8]]) -> Sample<'a> {
        Sample { texts }
    }

    fn count(&self, length: usize) -> Counts {
        let mut counts = Counts { length, bytes: 1.0, counts: Vec::new(), frequencies: [1.0 / 256.0; 256] };
        if self.texts.is_empty() {
            return counts;
        }
        counts.counts = vec![0; 1 << COUNTERS];
        let mut bytes = [1_u32; 256];
        let each = COUNTED / self.texts.len() + LONGEST;
        for text in self.texts.iter().map(|text| &text[..text.len().min(each)]) {
            counts.bytes += text.len() as f64;
            for window in text.windows(LONGEST).filter_map(|window| window.first_chunk()) {
                counts.counts[counter(key(*window, length))] += 1;
                bytes[usize::from(window[0])] += 1;
            }
        }
        counts.frequencies = bytes.map(|count| (f64::from(count) / counts.bytes) as f32);
        counts
    }
}

fn counter(key: u64) -> usize {
    (other_hash(key) >> (64 - COUNTERS)) as usize
}

impl Counts {
    fn of(&self, key: u64) -> u32 {
        self.counts.get(counter(key)).copied().unwrap_or(0)
    }

    /// Where in `literal` the `stride` keys that occur least together stand, and how often they do.
    fn rarest(&self, literal: &[u8], stride: usize) -> (usize, u64) {
        if self.counts.is_empty() && stride > 1 {
            return (0, 0);
        }
        // The last ones: there is no larger stride.
        let mut window = [0; LONGEST];
        let (mut sum, mut rarest) = (0, (0, u64::MAX));
        for at in 0..(literal.len() + 1).saturating_sub(self.length) {
            let Some(key) = key_at(literal, at, self.length) else { break };
            let occurs = u64::from(self.of(key)) + if stride == 1 { self.passing(&literal[at..]) } else { 0 };
            let oldest = &mut window[at % stride];
            sum = sum + occurs - *oldest;
            *oldest = occurs;
            if at + 1 >= stride && sum < rarest.1 {
                rarest = (at + 1 - stride, sum);
            }
        }
        if rarest.1 == u64::MAX { (0, 0) } else { rarest }
    }

    /// How often the tables of [`Nibbles`] let through something that looks like the key at the beginning of `bytes`, if
    /// it shares them with a few others.
    fn passing(&self, bytes: &[u8]) -> u64 {
        let part = |byte: &u8| {
            let both =
                [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()].map(|it| self.frequencies[usize::from(it)]);
            f64::from(both[0] + both[1]) + 0.02
        };
        (bytes[..self.length].iter().map(part).product::<f64>() * self.bytes) as u64
    }
}

/// The literals of one pattern and where in each its keys begin.
struct Chosen<'a> {
    owner: u32,
    literals: Vec<(&'a [u8], usize)>,
    /// How often the keys occur in the sample.
    occurs: u64,
}

/// Chooses the set of literals whose keys occur least; `None` if none of the sets allows keys of this kind.
fn choose<'a>(owner: usize, sets: &'a [Vec<Vec<u8>>], stride: usize, counts: &Counts) -> Option<Chosen<'a>> {
    let occurs = |set: &Vec<Vec<u8>>| set.iter().map(|literal| counts.rarest(literal, stride).1).sum::<u64>();
    let usable = sets.iter().filter(|set| shortest(set) >= stride + counts.length - 1);
    let (occurs, set) = usable.map(|set| (occurs(set), set)).min_by_key(|(occurs, set)| (*occurs, set.len()))?;
    let literals = set.iter().map(|literal| (literal.as_slice(), counts.rarest(literal, stride).0));
    Some(Chosen { literals: literals.collect(), owner: owner as u32, occurs })
}

/// The search for all patterns that allow one kind of keys.
struct Draft<'a> {
    stride: usize,
    length: usize,
    chosen: Vec<Chosen<'a>>,
    left: Vec<usize>,
    /// In nanoseconds for each byte of the input, if there are `times` as many patterns.
    cost: f64,
}

impl<'a> Draft<'a> {
    fn new(
        kernel: Kernel,
        patterns: &'a [Vec<Vec<Vec<u8>>>],
        wanted: &[usize],
        times: usize,
        stride: usize,
        counts: &Counts,
    ) -> Draft<'a> {
        let (mut chosen, mut left) = (Vec::new(), Vec::new());
        for &owner in wanted {
            match choose(owner, &patterns[owner], stride, counts) {
                Some(places) => chosen.push(places),
                None => left.push(owner),
            }
        }
        let keys = times * chosen.iter().map(|it| it.literals.len() * stride).sum::<usize>();
        let occurs = times as f64 * chosen.iter().map(|it| it.occurs).sum::<u64>() as f64 / counts.bytes;
        let position = if stride == 1 { cost::everywhere(kernel) } else { cost::probe(kernel) };
        let each = position + cost::FALSE * Bitmap::density(keys) + cost::KEY * occurs;
        let cost = if chosen.is_empty() { 0.0 } else { each / stride as f64 };
        Draft { stride, length: counts.length, chosen, left, cost }
    }

    fn tier(self, kernel: Kernel, frequencies: &[f32; 256]) -> Option<Tier> {
        if self.chosen.is_empty() {
            return None;
        }
        let own = |chosen: Chosen<'a>| {
            chosen.literals.into_iter().map(move |(literal, start)| (chosen.owner, literal, start))
        };
        let literals: Vec<_> = self.chosen.into_iter().flat_map(own).collect();
        let mut places = Vec::with_capacity(literals.len() * self.stride);
        for (number, &(_, literal, start)) in (0..).zip(&literals) {
            for at in start..start + self.stride {
                let Some(key) = key_at(literal, at, self.length) else { continue };
                places.push(Place { key, literal: number, at: at as u16 });
            }
        }
        places.sort_unstable();
        let search = if self.stride == 1 && kernel != Kernel::Portable {
            let keys = literals.iter().map(|(_, literal, start)| &literal[*start..start + self.length]).collect();
            Search::Nibbles(Box::new(Nibbles::new(keys, self.length, frequencies)))
        } else {
            let mut keys: Vec<_> = places.iter().map(|place| place.key).collect();
            keys.dedup();
            Search::Sampled(self.stride, Bitmap::new(&keys, self.length))
        };
        let literals: Vec<_> = literals.into_iter().map(|(owner, literal, _)| (owner, literal)).collect();
        Some(Tier { search, table: Table::new(self.length, &places, &literals) })
    }
}

impl Filter {
    /// Plans the search. `patterns` has for each pattern the sets of literals (lower-case ASCII) of which one set has
    /// to be looked for; every literal of it is. A pattern that [`can_be_searched`] denies is left out.
    pub(in crate::scan) fn plan(kernel: Kernel, patterns: &[Vec<Vec<Vec<u8>>>], sample: &Sample<'_>) -> Filter {
        let wanted: Vec<_> = (0..patterns.len()).filter(|&owner| can_be_searched(&patterns[owner])).collect();
        let [three, four] = [3, 4].map(|length| sample.count(length));
        let counts = [5, 6, 8].map(|length| sample.count(length));
        let drafts = |(stride, length): (usize, usize), wanted: &[usize], times: usize| {
            let counts = counts.iter().find(|counts| counts.length == length)?;
            let long = Draft::new(kernel, patterns, wanted, times, stride, counts);
            let middle = Draft::new(kernel, patterns, &long.left, times, 1, &four);
            let short = Draft::new(kernel, patterns, &middle.left, times, 1, &three);
            Some([long, middle, short])
        };
        let option = if sample.texts.is_empty() {
            UNSEEN
        } else {
            // Of many patterns a part is enough to compare.
            let times = (wanted.len() / COMPARED).max(1);
            let some: Vec<_> = wanted.iter().copied().step_by(times).collect();
            let cost =
                |option| drafts(option, &some, times).map_or(f64::MAX, |it| it.iter().map(|it| it.cost).sum::<f64>());
            let costs = OPTIONS.map(|option| (cost(option), option));
            costs.iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(UNSEEN, |&(_, option)| option)
        };
        let best = drafts(option, &wanted, 1);
        let tiers = best.into_iter().flatten().filter_map(|draft| draft.tier(kernel, &four.frequencies)).collect();
        Filter { kernel, tiers }
    }
}

/// Whether a pattern with these sets of literals can be searched for.
pub(in crate::scan) fn can_be_searched(sets: &[Vec<Vec<u8>>]) -> bool {
    sets.iter().any(|set| shortest(set) >= *nibble::LENGTHS.start())
}

fn shortest(set: &[Vec<u8>]) -> usize {
    set.iter().map(Vec::len).min().unwrap_or(0)
}
