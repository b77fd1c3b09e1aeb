//! Regexes that are a sequence of simple things, matched around a literal of theirs.
//!
//! Most patterns for logs are literals with `.*`, `\S+`, `[0-9]+` or a few alternatives in between. Whether such a one
//! matches is found by looking for its longest literal and matching the rest forwards and backwards from there, which
//! takes a fraction of what an automaton takes to read the whole record. The answer is exactly that of the regex; who
//! would have to try too much gives up and the regex is asked.

use memchr::memmem::Finder;
use memchr::{memchr, memchr2, memrchr, memrchr2};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Elements, bytes of literals and repetitions that are counted out: far below where a regex gets too large to be used.
const MOST_ELEMENTS: usize = 64;
const MOST_BYTES: usize = 2 << 10;
const MOST_COUNTED: u32 = 64;

/// Steps that may be taken, besides those that the length of the text allows.
const FUEL: usize = 500;

/// A regex that is a sequence of simple elements with a literal among them.
pub(super) struct Sequence {
    /// What stands before the literal, the last element first.
    before: Vec<Element>,
    literal: Literal,
    behind: Vec<Element>,
    finder: Finder<'static>,
}

#[derive(Clone, Debug)]
enum Element {
    Literal(Literal),
    /// Any one of them; in both cases of ASCII if `nocase` says so.
    OneOf(Vec<Literal>),
    /// So many bytes of a set.
    Bytes {
        set: Set,
        min: u32,
        max: u32,
    },
    Look(Look),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Literal {
    bytes: Vec<u8>,
    /// ASCII letters stand for both of their cases.
    nocase: bool,
    /// Where its rarest byte is, which is looked for first.
    rarest: usize,
}

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Set([u64; 4]);

/// More steps than are allowed were needed.
#[derive(Debug)]
struct Exhausted;

#[derive(Clone, Copy)]
enum Way {
    Forwards,
    Backwards,
}

impl Sequence {
    /// Takes a regex as the scanner reads it; `None` if it is something else.
    pub(super) fn new(hir: &Hir) -> Option<Sequence> {
        let mut elements = Vec::new();
        flatten(hir, &mut elements)?;
        let length = |element: &Element| match element {
            // Without case it is harder to find.
            Element::Literal(literal) if literal.nocase => literal.bytes.len() / 2 + 1,
            Element::Literal(literal) => literal.bytes.len() + 1,
            _ => 0,
        };
        elements.iter_mut().for_each(Element::make_ready);
        let bytes: usize = elements.iter().map(Element::size).sum();
        let best = (0..elements.len()).max_by_key(|&index| length(&elements[index]))?;
        if elements.len() > MOST_ELEMENTS || bytes > MOST_BYTES {
            return None;
        }
        let behind = elements.split_off(best + 1);
        let Some(Element::Literal(literal)) = elements.pop() else { return None };
        elements.reverse();
        let finder = Finder::new(&literal.bytes).into_owned();
        Some(Sequence { before: elements, literal, behind, finder })
    }

    /// Whether the regex matches somewhere in `text`; `None` if that takes too long.
    pub(super) fn is_match(&self, text: &[u8]) -> Option<bool> {
        let mut steps = Steps { text, left: FUEL + text.len() / 4 };
        let mut from = 0;
        while let Some(start) = self.find(text, from) {
            let end = start + self.literal.bytes.len();
            let matches = steps
                .follow(&self.behind, end, Way::Forwards)
                .and_then(|behind| Ok(behind && steps.follow(&self.before, start, Way::Backwards)?));
            match matches {
                Ok(false) => from = start + 1,
                Ok(true) => return Some(true),
                Err(Exhausted) => return None,
            }
        }
        Some(false)
    }

    /// Where the literal stands next, from a position on.
    fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        if !self.literal.nocase {
            return self.finder.find(text.get(from..)?).map(|start| from + start);
        }
        let mut from = from;
        while let Some(distance) = self.literal.skip(text.get(from..)?, Way::Forwards) {
            from += distance;
            if self.literal.starts(&text[from..]) {
                return Some(from);
            }
            from += 1;
        }
        None
    }
}

/// How often a byte stands in logs, roughly.
pub(super) fn commonness(byte: u8) -> usize {
    const ORDER: &[u8] = b"qjxzwkvgybpfhumdlcsn0123456789oaritEe ";
    ORDER.iter().position(|&it| it == byte).map_or(0, |place| place + 1)
}

struct Steps<'t> {
    text: &'t [u8],
    left: usize,
}

impl Steps<'_> {
    fn take(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.left = self.left.checked_sub(steps).ok_or(Exhausted)?;
        Ok(())
    }

    /// Whether the elements follow from a position on, in their order, to one side of it.
    fn follow(&mut self, elements: &[Element], mut at: usize, way: Way) -> Result<bool, Exhausted> {
        for (index, element) in elements.iter().enumerate() {
            self.take(1)?;
            match element {
                Element::Literal(literal) => match literal.step(self.text, at, way) {
                    Some(next) => at = next,
                    None => return Ok(false),
                },
                Element::Look(look) => {
                    if !holds(*look, self.text, at) {
                        return Ok(false);
                    }
                }
                Element::OneOf(literals) => {
                    for literal in literals {
                        if let Some(next) = literal.step(self.text, at, way)
                            && self.follow(&elements[index + 1..], next, way)?
                        {
                            return Ok(true);
                        }
                    }
                    return Ok(false);
                }
                Element::Bytes { set, min, max } => {
                    let rest = &elements[index + 1..];
                    // What comes last needs not be read to its end.
                    let enough = if rest.is_empty() { *min } else { *max };
                    let run = set.run(self.text, at, enough, way);
                    self.take(run / 16)?;
                    if run < *min as usize {
                        return Ok(false);
                    }
                    if rest.is_empty() {
                        return Ok(true);
                    }
                    if min == max {
                        at = way.go(at, run);
                        continue;
                    }
                    return self.somewhere(rest, at, *min as usize, run, way);
                }
            }
        }
        Ok(true)
    }

    /// Whether `rest` follows after `min` to `run` more bytes.
    fn somewhere(&mut self, rest: &[Element], at: usize, min: usize, run: usize, way: Way) -> Result<bool, Exhausted> {
        let mut distance = min;
        while distance <= run {
            if let Some(Element::Literal(literal)) = rest.first() {
                // No further than that it begins, or ends, at the end of the run.
                let part = match way {
                    Way::Forwards => at + distance..self.text.len().min(at + run + literal.rarest + 1),
                    Way::Backwards => (at - run + literal.rarest).saturating_sub(literal.bytes.len())..at - distance,
                };
                match self.text.get(part).and_then(|part| literal.skip(part, way)) {
                    Some(skipped) => distance += skipped,
                    None => return Ok(false),
                }
            }
            if self.follow(rest, way.go(at, distance), way)? {
                return Ok(true);
            }
            distance += 1;
        }
        Ok(false)
    }
}

impl Way {
    fn go(self, at: usize, distance: usize) -> usize {
        match self {
            Way::Forwards => at + distance,
            Way::Backwards => at - distance,
        }
    }
}

impl Literal {
    fn starts(&self, text: &[u8]) -> bool {
        match text.get(..self.bytes.len()) {
            Some(start) if self.nocase => start.eq_ignore_ascii_case(&self.bytes),
            Some(start) => start == self.bytes,
            None => false,
        }
    }

    /// How much of `text`, on the way through it, the literal cannot begin in; `None` if it does not stand in it.
    fn skip(&self, text: &[u8], way: Way) -> Option<usize> {
        let Some(&byte) = self.bytes.get(self.rarest) else { return Some(0) };
        let other = if self.nocase { byte.to_ascii_uppercase() } else { byte };
        match way {
            Way::Forwards => {
                let text = text.get(self.rarest..)?;
                if other == byte { memchr(byte, text) } else { memchr2(byte, other, text) }
            }
            Way::Backwards => {
                let text = text.get(..text.len().checked_sub(self.bytes.len() - 1 - self.rarest)?)?;
                let found = if other == byte { memrchr(byte, text) } else { memrchr2(byte, other, text) };
                found.map(|place| text.len() - 1 - place)
            }
        }
    }

    /// The position behind the literal, if it stands at a position and to one side of it.
    fn step(&self, text: &[u8], at: usize, way: Way) -> Option<usize> {
        match way {
            Way::Forwards => self.starts(&text[at..]).then_some(at + self.bytes.len()),
            Way::Backwards => {
                let start = at.checked_sub(self.bytes.len())?;
                self.starts(&text[start..]).then_some(start)
            }
        }
    }
}

impl Set {
    fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    /// How many bytes from a position on are in the set, at most `max`.
    fn run(&self, text: &[u8], at: usize, max: u32, way: Way) -> usize {
        let max = max as usize;
        match way {
            Way::Forwards => {
                let text = &text[at..text.len().min(at.saturating_add(max))];
                if *self == Set::LINE {
                    return memchr2(b'\r', b'\n', text).unwrap_or(text.len());
                }
                text.iter().position(|&byte| !self.contains(byte)).unwrap_or(text.len())
            }
            Way::Backwards => {
                let text = &text[at.saturating_sub(max)..at];
                if *self == Set::LINE {
                    return text.len() - memrchr2(b'\r', b'\n', text).map_or(0, |end| end + 1);
                }
                text.iter().rev().position(|&byte| !self.contains(byte)).unwrap_or(text.len())
            }
        }
    }

    /// What `.` stands for.
    const LINE: Set = Set([!(1 << b'\n' | 1 << b'\r'), u64::MAX, u64::MAX, u64::MAX]);
}

impl Element {
    /// To be called when all bytes of literals are there.
    fn make_ready(&mut self) {
        if let Element::Literal(literal) = self {
            let rarest = (0..literal.bytes.len()).min_by_key(|&index| commonness(literal.bytes[index]));
            literal.rarest = rarest.unwrap_or_default();
        }
    }

    fn size(&self) -> usize {
        match self {
            Element::Literal(literal) => literal.bytes.len(),
            Element::OneOf(literals) => literals.iter().map(|literal| literal.bytes.len() + 1).sum(),
            Element::Bytes { min, max, .. } => *if *max == u32::MAX { min } else { max } as usize,
            Element::Look(_) => 1,
        }
    }
}

/// Whether an assertion holds between two bytes; see [`is_supported`].
fn holds(look: Look, text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| text.get(before)).copied();
    let behind = text.get(at).copied();
    let is_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match look {
        Look::Start => before.is_none(),
        Look::End => behind.is_none(),
        Look::StartCRLF => match before {
            None | Some(b'\n') => true,
            Some(b'\r') => behind != Some(b'\n'),
            Some(_) => false,
        },
        Look::EndCRLF => match behind {
            None | Some(b'\r') => true,
            Some(b'\n') => before != Some(b'\r'),
            Some(_) => false,
        },
        Look::WordAscii => is_word(before) != is_word(behind),
        Look::WordAsciiNegate => is_word(before) == is_word(behind),
        _ => false,
    }
}

fn is_supported(look: Look) -> bool {
    use Look::{End, EndCRLF, Start, StartCRLF, WordAscii, WordAsciiNegate};
    matches!(look, Start | End | StartCRLF | EndCRLF | WordAscii | WordAsciiNegate)
}

/// Adds the elements of a regex; `None` if there is one of another kind.
fn flatten(hir: &Hir, elements: &mut Vec<Element>) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Look(look) if is_supported(*look) => elements.push(Element::Look(*look)),
        HirKind::Look(_) => return None,
        HirKind::Capture(capture) => flatten(&capture.sub, elements)?,
        HirKind::Concat(parts) => {
            for part in parts {
                flatten(part, elements)?;
            }
        }
        HirKind::Literal(literal) => {
            literal.0.iter().for_each(|&byte| push_byte(elements, byte, false));
        }
        HirKind::Class(class) => {
            let set = set(class)?;
            match set.as_letter() {
                Some(letter) => push_byte(elements, letter, true),
                None => elements.push(Element::Bytes { set, min: 1, max: 1 }),
            }
        }
        HirKind::Repetition(repetition) => {
            let (min, max) = (repetition.min, repetition.max.unwrap_or(u32::MAX));
            let set = match repetition.sub.kind() {
                HirKind::Class(class) => set(class),
                HirKind::Literal(literal) => match *literal.0 {
                    [byte] => Some(Set::of(byte)),
                    _ => None,
                },
                _ => None,
            };
            match set {
                Some(set) if min <= MOST_COUNTED && (max == u32::MAX || max <= MOST_COUNTED) => {
                    elements.push(Element::Bytes { set, min, max });
                }
                None if (min, max) == (0, 1) => {
                    let literal = literal(&repetition.sub)?;
                    elements
                        .push(Element::OneOf(vec![literal, Literal { bytes: Vec::new(), nocase: false, rarest: 0 }]));
                }
                _ => return None,
            }
        }
        HirKind::Alternation(branches) => {
            elements.push(Element::OneOf(branches.iter().map(literal).collect::<Option<_>>()?));
        }
    }
    (elements.len() <= MOST_ELEMENTS).then_some(())
}

/// A regex that is one literal.
fn literal(hir: &Hir) -> Option<Literal> {
    let mut elements = Vec::new();
    flatten(hir, &mut elements)?;
    match elements.pop() {
        None => Some(Literal { bytes: Vec::new(), nocase: false, rarest: 0 }),
        Some(Element::Literal(literal)) if elements.is_empty() => Some(literal),
        Some(_) => None,
    }
}

/// Adds a byte to the literal at the end, or begins one. `nocase` says that the byte, a lower-case letter, stands for
/// both cases.
fn push_byte(elements: &mut Vec<Element>, byte: u8, nocase: bool) {
    if let Some(Element::Literal(last)) = elements.last_mut() {
        let has_letters = last.bytes.iter().any(u8::is_ascii_alphabetic);
        if !byte.is_ascii_alphabetic() || !has_letters || last.nocase == nocase {
            last.nocase = if byte.is_ascii_alphabetic() { nocase } else { last.nocase };
            last.bytes.push(byte);
            return;
        }
    }
    elements.push(Element::Literal(Literal { bytes: vec![byte], nocase, rarest: 0 }));
}

/// The set of a class, unless it has characters of several bytes.
fn set(class: &Class) -> Option<Set> {
    let mut set = Set([0; 4]);
    let mut add = |start: u8, end: u8| (start..=end).for_each(|byte| set.0[usize::from(byte >> 6)] |= 1 << (byte & 63));
    match class {
        Class::Bytes(class) => class.ranges().iter().for_each(|range| add(range.start(), range.end())),
        Class::Unicode(class) => {
            for range in class.ranges() {
                if !range.end().is_ascii() {
                    return None;
                }
                add(range.start() as u8, range.end() as u8);
            }
        }
    }
    Some(set)
}

impl Set {
    fn of(byte: u8) -> Set {
        let mut set = Set([0; 4]);
        set.0[usize::from(byte >> 6)] = 1 << (byte & 63);
        set
    }

    /// The lower-case letter of which this is both cases.
    fn as_letter(&self) -> Option<u8> {
        (b'a'..=b'z').find(|&letter| {
            let (lower, upper) = (Set::of(letter).0, Set::of(letter.to_ascii_uppercase()).0);
            (0..4).all(|word| self.0[word] == lower[word] | upper[word])
        })
    }
}

#[cfg(test)]
mod tests;
