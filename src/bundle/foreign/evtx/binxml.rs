//! Binary XML: bytes of a chunk in, the elements, attributes and values of one event out.
//!
//! Names and templates are stored once in a chunk and referred to by where they lie in it. A template is XML with gaps,
//! which a record fills with its values; a value can be XML again. All of it can be damaged or made to never end, so steps
//! and depth are bounded, and `None` is the end of what makes sense.

use super::chunk::Record;
use super::value::{BINARY_XML, NULL, STRING, Value, write_utf16};
use super::{u16_at, usize_at};
use std::ops::Range;

/// What is told of an event, in the order of the document.
pub(super) trait Events {
    /// An element begins.
    fn open(&mut self, name: &str) -> Option<()>;
    /// An attribute of the element that began last; its value follows.
    fn attribute(&mut self, name: &str);
    /// The attributes are complete; what follows is content.
    fn opened(&mut self);
    /// A part of the attribute's value or of the element's content.
    fn value(&mut self, value: Value<'_>) -> Option<()>;
    /// One character.
    fn character(&mut self, character: char);
    /// The innermost element ends.
    fn close(&mut self) -> Option<()>;
}

/// Steps that one record may take; the longest that were seen take a few thousand.
const STEPS: u32 = 50_000;
/// Steps that all records of a chunk may take together.
const STEPS_OF_CHUNK: u32 = 1_000_000;
/// Fragments inside each other: a record's, a template's, that of a value, the template's of that one...
const DEPTH: u32 = 16;
/// Characters of a name.
const NAME: usize = 1024;

/// Reads the records of a chunk.
pub(super) struct Reader {
    names: Names,
    /// Where the values lie of all templates that are being read.
    values: Vec<(u8, Range<usize>)>,
    steps: u32,
    steps_of_chunk: u32,
}

impl Default for Reader {
    fn default() -> Self {
        Reader { names: Names::default(), values: Vec::new(), steps: 0, steps_of_chunk: STEPS_OF_CHUNK }
    }
}

impl Reader {
    /// Forgets the chunk before.
    pub(super) fn start(&mut self) {
        self.names.clear();
        self.steps_of_chunk = STEPS_OF_CHUNK;
    }

    /// Reads a record; `None` if it is damaged, and then what came before the damage has been told.
    pub(super) fn record(&mut self, chunk: &[u8], record: &Record, out: &mut impl Events) -> Option<()> {
        let steps = STEPS.min(self.steps_of_chunk);
        self.steps = steps;
        self.values.clear();
        // What is behind the end of a record is not its own, but templates that it refers to may be.
        let read = self.fragment(chunk, record.content.start, record.content.end, 0..0, DEPTH, out);
        self.steps_of_chunk -= steps - self.steps;
        read
    }

    /// Reads tokens from `at` to the end of the fragment. `gaps` are the values that fill a template.
    fn fragment(
        &mut self,
        chunk: &[u8],
        mut at: usize,
        end: usize,
        gaps: Range<usize>,
        depth: u32,
        out: &mut impl Events,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let mut elements = 0_u32;
        while at < end {
            self.steps = self.steps.checked_sub(1)?;
            let token = *chunk.get(at)?;
            at += 1;
            match token {
                0x00 => break,
                // A fragment's header: its version.
                0x0f => at += 3,
                0x01 | 0x41 => {
                    elements += 1;
                    at = self.element(chunk, at, token == 0x41, out)?;
                }
                0x02 => out.opened(),
                0x03 | 0x04 => {
                    elements = elements.checked_sub(1)?;
                    out.close()?;
                }
                0x05 | 0x45 => {
                    let kind = *chunk.get(at)?;
                    let (value, next) = counted(chunk, at + 1).filter(|_| kind == STRING)?;
                    out.value(value)?;
                    at = next;
                }
                0x06 | 0x46 => {
                    let (name, next) = self.names.get(chunk, at)?;
                    out.attribute(name);
                    at = next;
                }
                // CDATA.
                0x07 | 0x47 => {
                    let (value, next) = counted(chunk, at)?;
                    out.value(value)?;
                    at = next;
                }
                0x08 | 0x48 => {
                    let code = u32::from(u16_at(chunk, at)?);
                    out.character(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    at += 2;
                }
                0x09 | 0x49 => {
                    let (name, next) = self.names.get(chunk, at)?;
                    out.character(entity(name));
                    at = next;
                }
                // Processing instructions say nothing to us.
                0x0a => at = self.names.get(chunk, at)?.1,
                0x0b => at = counted(chunk, at)?.1,
                0x0c => at = self.template(chunk, at, end, depth, out)?,
                0x0d | 0x0e => {
                    let index = gaps.start.checked_add(usize::from(u16_at(chunk, at)?))?;
                    let (kind, place) = self.values.get(index).filter(|_| index < gaps.end)?.clone();
                    self.fill(chunk, kind, place, depth, out)?;
                    at += 3;
                }
                _ => return None,
            }
        }
        (elements == 0).then_some(())
    }

    /// Reads the beginning of an element: the gap that it depends on, its size, its name, the size of its attributes.
    fn element(&mut self, chunk: &[u8], at: usize, attributes: bool, out: &mut impl Events) -> Option<usize> {
        // In some fragments there is nothing to depend on. The name lies where it is told, or right behind.
        let is_name_at =
            |name_at: usize| usize_at(chunk, name_at).is_some_and(|it| it == name_at + 4 || self.names.has(it));
        let name_at = if !is_name_at(at + 6) && is_name_at(at + 4) { at + 4 } else { at + 6 };
        let (name, next) = self.names.get(chunk, name_at)?;
        out.open(name)?;
        Some(if attributes { next + 4 } else { next })
    }

    /// Reads a template with the values for its gaps.
    fn template(&mut self, chunk: &[u8], at: usize, end: usize, depth: u32, out: &mut impl Events) -> Option<usize> {
        /// Before the content: where the next one lies, a GUID, the size.
        const HEAD: usize = 24;
        let definition = usize_at(chunk, at + 5)?;
        let size = usize_at(chunk, definition.checked_add(20)?)?;
        let content = definition + HEAD..(definition + HEAD).checked_add(size)?;
        // Stored here if it is used for the first time.
        let mut at = if definition == at + 9 { content.end } else { at + 9 };
        let count = usize_at(chunk, at)?;
        at += 4;
        let first = self.values.len();
        let mut place = at.checked_add(count.checked_mul(4)?).filter(|place| *place <= end)?;
        for description in chunk.get(at..place)?.chunks_exact(4) {
            let (size, kind) = (usize::from(u16_at(description, 0)?), *description.get(2)?);
            self.values.push((kind, place..place + size));
            place += size;
        }
        if place > end {
            return None;
        }
        let gaps = first..self.values.len();
        self.fragment(chunk, content.start, content.end.min(chunk.len()), gaps, depth, out)?;
        self.values.truncate(first);
        Some(place)
    }

    fn fill(&mut self, chunk: &[u8], kind: u8, place: Range<usize>, depth: u32, out: &mut impl Events) -> Option<()> {
        match kind {
            NULL => Some(()),
            BINARY_XML => self.fragment(chunk, place.start, place.end, 0..0, depth, out),
            kind => out.value(Value { kind, bytes: chunk.get(place)? }),
        }
    }
}

/// Returns the text at `at`, which has its length before it, and where it ends.
fn counted(chunk: &[u8], at: usize) -> Option<(Value<'_>, usize)> {
    let end = at + 2 + 2 * usize::from(u16_at(chunk, at)?);
    Some((Value { kind: STRING, bytes: chunk.get(at + 2..end)? }, end))
}

fn entity(name: &str) -> char {
    match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// The names of a chunk.
#[derive(Default)]
struct Names {
    /// By where it lies in the chunk, the number of a name; zero if it is not known yet.
    numbers: Vec<u16>,
    names: Vec<(usize, String)>,
}

impl Names {
    fn clear(&mut self) {
        for (at, _) in self.names.drain(..) {
            if let Some(number) = self.numbers.get_mut(at) {
                *number = 0;
            }
        }
    }

    fn known(&self, at: usize) -> Option<usize> {
        let number = *self.numbers.get(at)?;
        usize::from(number).checked_sub(1)
    }

    fn has(&self, at: usize) -> bool {
        self.known(at).is_some()
    }

    /// Returns the name that is referred to at `at`, and where what follows begins: behind the name if that is stored here.
    fn get(&mut self, chunk: &[u8], at: usize) -> Option<(&str, usize)> {
        let place = usize_at(chunk, at)?;
        let index = match self.known(place) {
            Some(index) => index,
            None => self.read(chunk, place)?,
        };
        let next = match place == at + 4 {
            true => place + 10 + 2 * usize::from(u16_at(chunk, place + 6)?),
            false => at + 4,
        };
        Some((&self.names.get(index)?.1, next))
    }

    /// Reads a name: where the next one lies, a hash, the length, the characters, a zero.
    fn read(&mut self, chunk: &[u8], place: usize) -> Option<usize> {
        let length = usize::from(u16_at(chunk, place.checked_add(6)?)?);
        let characters = chunk.get(place + 8..place + 8 + 2 * length).filter(|_| (1..=NAME).contains(&length))?;
        let mut name = Vec::with_capacity(length);
        write_utf16(characters, &mut name);
        let name = String::from_utf8(name).ok()?;
        if name.chars().any(|character| character.is_control() || matches!(character, '<' | '>' | '&')) {
            return None;
        }
        if self.numbers.len() < chunk.len() {
            self.numbers.resize(chunk.len(), 0);
        }
        self.names.push((place, name));
        // There are fewer places in a chunk than numbers.
        *self.numbers.get_mut(place)? = u16::try_from(self.names.len()).ok()?;
        Some(self.names.len() - 1)
    }
}
