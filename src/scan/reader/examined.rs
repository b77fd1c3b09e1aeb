//! Lines that were never seen: what of them holds for all values of their digits.

use super::super::digits::Spot;
use super::super::engine::LiteralHit;
use super::super::hexes;
use super::super::line_cache::{KnownLine, List, Words};
use super::super::markers::{MARKERS, Strength};
use super::super::scanner::word_strength;
use super::super::suspicion::{enough, suspicion};
use super::{LONG, Remembering, words_begin};
use crate::record::{Level, Line};
use std::ops::Range;

/// Places of literals with digits that are kept of a line; where there are more, those who ask are candidates at any rate.
const MOST_SPOTS: usize = 64;

/// If more lines of a chunk than this are new, in percent, the text behind one is searched with it; not before so many were read.
const MANY: u64 = 25;
const FEW: u64 = 32;

impl<'a> Remembering<'a, '_> {
    /// Finds out about a line that was never seen, or whose header is not what it was. `start` is where it begins in the chunk's
    /// buffer.
    pub(super) fn examine(
        &mut self,
        line: &'a [u8],
        start: usize,
    ) -> (Line<'a>, Option<(Words, List)>, Option<KnownLine>) {
        let (read, layout) = self.usual.learn(self.format, line);
        if line.len() >= LONG {
            return (read, None, None);
        }
        let many = self.lines > FEW && self.new * 100 > self.lines * MANY;
        self.searched.bring(start..start + line.len(), many);
        self.signatures.clear();
        self.spots.clear();
        self.words.clear();
        self.take_hits(start..start + line.len());
        let header = read.header().unwrap_or_default();
        let message = words_begin(header.level, header.message);
        let words = words_of(line, message, &self.words);
        let before = self.words.len();
        self.take_spots(start..start + line.len());
        let mut varies = self.words.len() > before;
        let judged = Judged { begins: read.begins(), level: header.level, message };
        self.signatures.sort_unstable();
        self.signatures.dedup();
        self.rule_out(start..start + line.len());
        let (candidates, spots) = (self.cache.keep(&self.signatures), self.cache.keep(&self.spots));
        let (Some(candidates), Some(spots)) = (candidates, spots) else { return (read, None, None) };
        let known = Some((words, candidates));
        let hexes = hexes::are_there(line);
        let Some(layout) = layout else { return (read, known, None) };
        varies = (varies || !self.is_same(words, line, judged))
            && !(judged.begins && enough(judged.level) == Strength::Nothing);
        if !varies {
            let suspicious = suspicion(header.level, words.of_head).is_some();
            return (
                read,
                known,
                Some(KnownLine { layout, words, varying: List::EMPTY, candidates, spots, suspicious, hexes }),
            );
        }
        let words = self.fixed_words(line, message);
        let varying = self.cache.keep(&self.words);
        (
            read,
            known,
            varying.map(|varying| KnownLine { layout, words, varying, candidates, spots, suspicious: true, hexes }),
        )
    }

    /// Tells signatures from error words. Who asks for literals with digits is told by [`Remembering::take_spots`].
    fn take_hits(&mut self, line: Range<usize>) {
        let patterns = self.scanner.patterns.len() as u32;
        let digits = self.scanner.digits.as_ref();
        for LiteralHit { start, asker } in self.searched.hits(line) {
            match asker {
                asker if asker >= patterns => self.words.push(word(start, asker - patterns)),
                signature if digits.is_some_and(|digits| digits.contains(signature)) => {}
                signature => self.signatures.push(signature),
            }
        }
    }

    /// Finds where in the line literals with digits may stand, if its digits were others.
    fn take_spots(&mut self, line: Range<usize>) {
        let Some(digits) = &self.scanner.digits else { return };
        let patterns = self.scanner.patterns.len() as u32;
        let (zeros, hits) = self.searched.zeros(line);
        for hit in hits {
            match digits.asker(hit) {
                Some(asker) if asker >= patterns => self.words.push(word(hit.start, asker - patterns)),
                _ => digits.spots(zeros, hit, &mut |spot| match spot {
                    Spot::Always(signature) => self.signatures.push(signature),
                    Spot::Perhaps(form) => add_spot(&mut self.spots, [hit.start as u32, form]),
                }),
            }
        }
        if self.spots.len() > 2 * MOST_SPOTS {
            self.signatures.extend(self.spots.as_chunks().0.iter().flat_map(|&[_, form]| digits.askers_of(form)));
            self.spots.clear();
        }
    }

    /// Takes out the signatures that cannot claim a record because of this line, whatever its digits are. Those that are not
    /// asked for in this file may be in another one that has such a line.
    fn rule_out(&mut self, line: Range<usize>) {
        let (scanner, scope, (zeros, _)) = (self.scanner, self.scope, self.searched.zeros(line));
        let may_hold = |signature: usize| !scope.contains(signature) || scanner.may_hold_by(signature, zeros);
        self.signatures.retain(|&signature| may_hold(signature as usize));
    }

    fn change_digits(&mut self, line: &[u8], digit: u8) {
        self.changed.clear();
        self.changed.extend(line.iter().map(|&byte| if byte.is_ascii_digit() { digit } else { byte }));
    }

    /// Whether the words mean the same whatever the digits around them are. They count only as zero or something else,
    /// and the more of them are zero the less a word means (`0 errors`), so both ends are enough.
    fn is_same(&mut self, words: Words, line: &[u8], judged: Judged) -> bool {
        self.words.is_empty()
            || [b'0', b'7'].into_iter().all(|digit| {
                self.change_digits(line, digit);
                judged.is_same(words_of(&self.changed, judged.message, &self.words), words)
            })
    }

    /// Takes the words out of the list that mean the same whatever the digits around them are, and returns what those mean.
    /// A word that there is with other digits only is in the list too.
    fn fixed_words(&mut self, line: &[u8], message: usize) -> Words {
        let mut all = std::mem::take(&mut self.words);
        let mut fixed = Words::NOTHING;
        all.retain(|&word| {
            let means = words_of(line, message, &[word]);
            let same = (means != Words::NOTHING || !has_digits(word))
                && [b'0', b'7'].into_iter().all(|digit| {
                    self.change_digits(line, digit);
                    words_of(&self.changed, message, &[word]) == means
                });
            if same {
                fixed = fixed.max(means);
            }
            !same
        });
        self.words = all;
        fixed
    }
}

/// What decides how much a line's words mean.
#[derive(Clone, Copy)]
struct Judged {
    begins: bool,
    level: Option<Level>,
    /// Where the words begin that count if it begins a record.
    message: usize,
}

impl Judged {
    /// Whether it makes no difference which words there are. Of a line that begins a record only the verdict matters,
    /// whatever other lines of it say.
    fn is_same(&self, words: Words, others: Words) -> bool {
        let verdict = |words: Words| suspicion(self.level, words.of_head);
        if self.begins { verdict(words) == verdict(others) } else { words == others }
    }
}

/// Adds where literals of a form may stand, which several askers may have told. Those of one place come together.
fn add_spot(spots: &mut Vec<u32>, spot: [u32; 2]) {
    let mut here = spots.as_chunks().0.iter().rev().take_while(|it| it[0] == spot[0]);
    if !here.any(|&it| it == spot) {
        spots.extend(spot);
    }
}

/// An error word: its place in a line, which has less than [`LONG`] bytes, and its number.
fn word(start: usize, marker: u32) -> u32 {
    (start as u32) << 16 | marker
}

/// Whether an error word has digits itself, so that with other digits it is not there.
fn has_digits(word: u32) -> bool {
    MARKERS.get((word & 0xffff) as usize).is_none_or(|marker| marker.word.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Judges the error words of a line, which are given as place (upper 16 bits) and number.
pub(super) fn words_of(line: &[u8], message: usize, words: &[u32]) -> Words {
    let mut strongest = Words::NOTHING;
    for &word in words {
        let (start, marker) = ((word >> 16) as usize, (word & 0xffff) as usize);
        let strength = word_strength(line, start, marker);
        strongest.anywhere = strongest.anywhere.max(strength);
        if start >= message {
            strongest.of_head = strongest.of_head.max(strength);
        }
    }
    strongest
}
