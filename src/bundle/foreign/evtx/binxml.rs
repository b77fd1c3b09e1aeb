//! Binary XML: bytes of a chunk in, the elements, attributes and values of one event out.
//!
//! Names and templates are stored once in a chunk and referred to by where they lie in it. A template is XML with gaps,
//! which a record fills with its values; a value can be XML again. All of it can be damaged or made to never end, so steps
//! and depth are bounded, and `None` is the end of what makes sense. Each chunk stores the templates that it uses, so one
//! that is damaged is taken from another chunk ([`templates`](super::templates)).

use super::chunk::Record;
use super::names::Names;
use super::templates::{HEAD, Templates};
use super::value::{BINARY_XML, NULL, STRING, Value};
use super::{u16_at, u32_at, usize_at};
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
    /// A value whose place in the event nobody knows any more.
    fn stray(&mut self, value: Value<'_>) -> Option<()>;
}

/// Steps that one record may take; the longest that were seen take a few thousand.
const STEPS: u32 = 50_000;
/// Steps that all records of a chunk may take together.
const STEPS_OF_CHUNK: u32 = 1_000_000;
/// Fragments inside each other: a record's, a template's, that of a value, the template's of that one...
const DEPTH: u32 = 16;

/// Reads the records of a chunk.
pub(super) struct Reader {
    names: Names,
    /// Those of the chunk that a template was taken from.
    other_names: Names,
    templates: Templates,
    /// Where the values lie of all templates that are being read.
    values: Vec<(u8, Range<usize>)>,
    steps: u32,
    steps_of_chunk: u32,
    /// A template is only looked at: gaps stay open.
    is_trial: bool,
    /// A template of this record is lost.
    is_lost: bool,
}

/// Where tokens and names are read from: the chunk of the record, or that of a template in its stead.
#[derive(Clone, Copy)]
struct Tokens<'c> {
    chunk: &'c [u8],
    is_own: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Reader {
            names: Names::default(),
            other_names: Names::default(),
            templates: Templates::default(),
            values: Vec::new(),
            steps: 0,
            steps_of_chunk: STEPS_OF_CHUNK,
            is_trial: false,
            is_lost: false,
        }
    }
}

impl Reader {
    /// Forgets the chunk before, but for its templates.
    pub(super) fn start(&mut self) {
        self.names.clear();
        self.templates.start();
        self.steps_of_chunk = STEPS_OF_CHUNK;
    }

    /// Reads a record; `None` if it is damaged, and then what came before the damage has been told.
    pub(super) fn record(&mut self, chunk: &[u8], record: &Record, out: &mut impl Events) -> Option<()> {
        let steps = STEPS.min(self.steps_of_chunk);
        self.steps = steps;
        self.values.clear();
        self.is_lost = false;
        // What is behind the end of a record is not its own, but templates that it refers to may be.
        let tokens = Tokens { chunk, is_own: true };
        let read = self.fragment(tokens, record.content.clone(), chunk, 0..0, DEPTH, out);
        self.steps_of_chunk -= steps - self.steps;
        read.filter(|()| !self.is_lost)
    }

    /// Reads the tokens of a fragment. `gaps` are the values in `chunk` that fill a template.
    fn fragment(
        &mut self,
        tokens: Tokens<'_>,
        place: Range<usize>,
        chunk: &[u8],
        gaps: Range<usize>,
        depth: u32,
        out: &mut impl Events,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let mut elements = 0_u32;
        let (mut at, end, bytes) = (place.start, place.end, tokens.chunk);
        while at < end {
            self.steps = self.steps.checked_sub(1)?;
            let token = *bytes.get(at)?;
            at += 1;
            match token {
                0x00 => break,
                // A fragment's header: its version.
                0x0f => at += 3,
                0x01 | 0x41 => {
                    elements += 1;
                    at = self.element(tokens, at, token == 0x41, out)?;
                }
                0x02 => out.opened(),
                0x03 | 0x04 => {
                    elements = elements.checked_sub(1)?;
                    out.close()?;
                }
                0x05 | 0x45 => {
                    let kind = *bytes.get(at)?;
                    let (value, next) = counted(bytes, at + 1).filter(|_| kind == STRING)?;
                    out.value(value)?;
                    at = next;
                }
                0x06 | 0x46 => {
                    let (name, next) = self.names_of(tokens).get(bytes, at)?;
                    out.attribute(name);
                    at = next;
                }
                // CDATA.
                0x07 | 0x47 => {
                    let (value, next) = counted(bytes, at)?;
                    out.value(value)?;
                    at = next;
                }
                0x08 | 0x48 => {
                    let code = u32::from(u16_at(bytes, at)?);
                    out.character(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    at += 2;
                }
                0x09 | 0x49 => {
                    let (name, next) = self.names_of(tokens).get(bytes, at)?;
                    out.character(entity(name));
                    at = next;
                }
                // Processing instructions say nothing to us.
                0x0a => at = self.names_of(tokens).get(bytes, at)?.1,
                0x0b => at = counted(bytes, at)?.1,
                // A template holds no other; the values for its gaps can.
                0x0c if tokens.is_own && !self.is_trial => at = self.template(chunk, at, end, depth, out)?,
                0x0d | 0x0e if self.is_trial => at += 3,
                0x0d | 0x0e => {
                    let index = gaps.start.checked_add(usize::from(u16_at(bytes, at)?))?;
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
    fn element(&mut self, tokens: Tokens<'_>, at: usize, attributes: bool, out: &mut impl Events) -> Option<usize> {
        let chunk = tokens.chunk;
        let names = self.names_of(tokens);
        // In some fragments there is nothing to depend on. The name lies where it is told, or right behind.
        let is_name_at = |name_at: usize| usize_at(chunk, name_at).is_some_and(|it| it == name_at + 4 || names.has(it));
        let name_at = if !is_name_at(at + 6) && is_name_at(at + 4) { at + 4 } else { at + 6 };
        let (name, next) = names.get(chunk, name_at)?;
        out.open(name)?;
        Some(if attributes { next + 4 } else { next })
    }

    /// Reads a template with the values for its gaps.
    fn template(&mut self, chunk: &[u8], at: usize, end: usize, depth: u32, out: &mut impl Events) -> Option<usize> {
        let (id, definition) = (u32_at(chunk, at + 1)?, usize_at(chunk, at + 5)?);
        let content = content_of(chunk, definition);
        // Stored here if it is used for the first time.
        let mut at = if definition == at + 9 { content.clone()?.end } else { at + 9 };
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
        let sound = content.filter(|content| self.is_sound(chunk, definition, content));
        let is_right = u32_at(chunk, definition + 4) == Some(id);
        match (sound, self.templates.known(id)) {
            (Some(content), _) if is_right => {
                self.templates.learn(id, chunk, definition);
                self.fragment(Tokens { chunk, is_own: true }, content, chunk, gaps, depth, out)?;
            }
            (_, Some((other, definition))) => {
                self.other_names.clear();
                let content = content_of(&other, definition)?;
                self.fragment(Tokens { chunk: &other, is_own: false }, content, chunk, gaps, depth, out)?;
            }
            (Some(content), None) => self.fragment(Tokens { chunk, is_own: true }, content, chunk, gaps, depth, out)?,
            (None, None) => self.stray(chunk, gaps, depth, out)?,
        }
        self.values.truncate(first);
        Some(place)
    }

    /// Whether a template can be read to its end; looked at once in each chunk.
    fn is_sound(&mut self, chunk: &[u8], definition: usize, content: &Range<usize>) -> bool {
        if let Some(is_sound) = self.templates.is_sound(definition) {
            return is_sound;
        }
        self.is_trial = true;
        let tokens = Tokens { chunk, is_own: true };
        let is_sound = self.fragment(tokens, content.clone(), chunk, 0..0, DEPTH, &mut Trial).is_some();
        self.is_trial = false;
        self.templates.set_sound(definition, is_sound);
        is_sound
    }

    /// Tells the values of a template that is lost.
    fn stray(&mut self, chunk: &[u8], gaps: Range<usize>, depth: u32, out: &mut impl Events) -> Option<()> {
        self.is_lost = true;
        for index in gaps {
            let (kind, place) = self.values.get(index)?.clone();
            match kind {
                NULL => {}
                // A part of the event with a template of its own.
                BINARY_XML => self.fill(chunk, kind, place, depth, out)?,
                kind => out.stray(Value { kind, bytes: chunk.get(place)? })?,
            }
        }
        Some(())
    }

    fn fill(&mut self, chunk: &[u8], kind: u8, place: Range<usize>, depth: u32, out: &mut impl Events) -> Option<()> {
        match kind {
            NULL => Some(()),
            BINARY_XML => self.fragment(Tokens { chunk, is_own: true }, place, chunk, 0..0, depth, out),
            kind => out.value(Value { kind, bytes: chunk.get(place)? }),
        }
    }

    fn names_of(&mut self, tokens: Tokens<'_>) -> &mut Names {
        if tokens.is_own { &mut self.names } else { &mut self.other_names }
    }
}

/// Listens to a template of which nothing is wanted but whether it comes to its end.
struct Trial;

impl Events for Trial {
    fn open(&mut self, _: &str) -> Option<()> {
        Some(())
    }

    fn attribute(&mut self, _: &str) {}

    fn opened(&mut self) {}

    fn value(&mut self, _: Value<'_>) -> Option<()> {
        Some(())
    }

    fn character(&mut self, _: char) {}

    fn close(&mut self) -> Option<()> {
        Some(())
    }

    fn stray(&mut self, _: Value<'_>) -> Option<()> {
        Some(())
    }
}

/// Where the content of a template lies.
fn content_of(chunk: &[u8], definition: usize) -> Option<Range<usize>> {
    let size = usize_at(chunk, definition.checked_add(20)?)?;
    let content = definition + HEAD..(definition + HEAD).checked_add(size)?;
    Some(content).filter(|content| content.end <= chunk.len())
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
