//! YAML text becomes a tree of nodes that know their place.
//!
//! In goes the text of one file, out comes its [`Node`] or the place of the first mistake. Scalars stay text: whether
//! `0x80070005` is a number or a message is decided by the field that holds it, so nothing an author copied from a log is
//! ever changed. A file that could be expensive is refused: it is limited in bytes and depth, and aliases, tags, merge
//! keys and further documents, which signatures do not need, are mistakes, so a small file cannot grow.

use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};
use std::borrow::Cow;
use std::ops::Range;

/// The largest file that is read, in bytes. The longest signature that a person would write has a tenth of it.
pub const MAX_BYTES: usize = 1 << 20;
/// How deep lists and mappings may be nested.
const MAX_DEPTH: usize = 64;

/// Line and column of a mistake, both from 1; 0 if there is no place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// A mistake at a place of a file whose name the caller knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What is wrong, a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Mistake {
    /// Makes a mistake without a hint.
    pub fn new(place: Place, message: impl Into<String>) -> Mistake {
        Mistake { place, message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Mistake {
        self.hint = Some(hint.into());
        self
    }
}

/// A value of the file.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub value: Value<'a>,
}

/// What a node can be.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Text, whatever it looks like.
    Scalar {
        /// After YAML's own escapes and folding.
        text: Cow<'a, str>,
        /// Not quoted and not a block, so that `true` and nothing at all have their usual meaning.
        plain: bool,
        /// A literal block (`|`), each line of which is a line of the text.
        block: bool,
        /// Bytes of the file that hold it, to find places inside it.
        source: Range<usize>,
    },
    /// Items in order.
    List(Vec<Node<'a>>),
    /// Fields in order; no name twice.
    Map(Vec<(Key<'a>, Node<'a>)>),
}

/// The name of a field.
#[derive(Clone, Debug)]
pub struct Key<'a> {
    /// Where it begins.
    pub place: Place,
    /// The name.
    pub name: Cow<'a, str>,
}

impl<'a> Node<'a> {
    /// Returns the text of a scalar that is not an empty or `null` plain one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, plain: true, .. } if matches!(&**text, "" | "~" | "null") => None,
            Value::Scalar { text, .. } => Some(text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Returns what it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } if self.text().is_none() => "nothing",
            Value::Scalar { .. } => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Returns the field of a mapping.
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        match &self.value {
            Value::Map(fields) => fields.iter().find(|(key, _)| key.name == name).map(|(_, node)| node),
            Value::Scalar { .. } | Value::List(_) => None,
        }
    }

    /// Returns the name of the field of a mapping with its place.
    pub fn key(&self, name: &str) -> Option<&Key<'a>> {
        match &self.value {
            Value::Map(fields) => fields.iter().map(|(key, _)| key).find(|key| key.name == name),
            Value::Scalar { .. } | Value::List(_) => None,
        }
    }

    /// Returns the items of a list; of anything else none.
    pub fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::List(items) => items,
            Value::Scalar { .. } | Value::Map(_) => &[],
        }
    }
}

/// Refuses a file of more than [`MAX_BYTES`].
pub fn limit_size(bytes: usize) -> Result<(), Mistake> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    let mistake = Mistake::new(Place::default(), format!("the file has more than {MAX_BYTES} bytes"));
    Err(mistake.hint("one file is one problem: split it"))
}

/// Reads the one document of a file.
pub fn parse(yaml: &str) -> Result<Node<'_>, Mistake> {
    limit_size(yaml.len())?;
    let options = granit_parser::options! { disallow_directives: true, emit_comments: false };
    let mut events = Events { parser: Parser::new_from_str_with_options(yaml, options) };
    loop {
        match events.next()? {
            (Event::StreamStart, _) => {}
            (Event::DocumentStart(..), _) => break,
            (_, span) => {
                return Err(Mistake::new(place(span.start), "the file is empty")
                    .hint("begin with `title:`; `signatures/README.md` has an example"));
            }
        }
    }
    let first = events.next()?;
    let root = events.node(first, 0)?;
    events.next()?; // The document's end.
    match events.next()? {
        (Event::StreamEnd, _) => Ok(root),
        (_, span) => Err(Mistake::new(place(span.start), "a second document begins here")
            .hint("one file is one problem: remove `---` or move the rest into a file of its own")),
    }
}

struct Events<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Mistake> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(err)) => Err(not_yaml(&err)),
            // The parser ends with `StreamEnd`, behind which nobody asks.
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, (event, span): (Event<'a>, Span), depth: usize) -> Result<Node<'a>, Mistake> {
        let place = place(span.start);
        if depth > MAX_DEPTH {
            return Err(Mistake::new(place, format!("nested more than {MAX_DEPTH} levels deep")));
        }
        let value = match event {
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => {
                return Err(Mistake::new(place, "a YAML tag (`!...`) stands in front of this, which is not supported")
                    .hint("if the text begins with `!`, put it in single quotes"));
            }
            Event::Alias(_) => {
                return Err(Mistake::new(place, "a YAML alias (`*...`) is not supported")
                    .hint("repeat the text; if it begins with `*`, put it in single quotes"));
            }
            Event::Scalar(text, style, _, _) => {
                let source = span.byte_range().unwrap_or_default();
                Value::Scalar { text, plain: style == ScalarStyle::Plain, block: style == ScalarStyle::Literal, source }
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break Value::List(items),
                        item => items.push(self.node(item, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut fields: Vec<(Key<'a>, Node<'a>)> = Vec::new();
                loop {
                    let key = match self.next()? {
                        (Event::MappingEnd, _) => break Value::Map(fields),
                        key => self.key(key, depth, &fields)?,
                    };
                    let value = self.next()?;
                    fields.push((key, self.node(value, depth + 1)?));
                }
            }
            _ => return Err(Mistake::new(place, "a value is missing here")),
        };
        Ok(Node { place, value })
    }

    fn key(
        &mut self,
        event: (Event<'a>, Span),
        depth: usize,
        before: &[(Key<'a>, Node<'a>)],
    ) -> Result<Key<'a>, Mistake> {
        let Node { place, value } = self.node(event, depth + 1)?;
        let Value::Scalar { text: name, .. } = value else {
            return Err(Mistake::new(place, "a field's name must be text")
                .hint("if this is meant as text, put it in single quotes"));
        };
        if let Some((first, _)) = before.iter().find(|(key, _)| key.name == name) {
            return Err(Mistake::new(place, format!("the field `{name}` stands here a second time"))
                .hint(format!("the first one is in line {}: keep one of them", first.place.line)));
        }
        Ok(Key { place, name })
    }
}

fn place(marker: Marker) -> Place {
    Place { line: marker.line(), column: marker.col() + 1 }
}

fn not_yaml(err: &ScanError) -> Mistake {
    let message = err.info();
    let message = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let mistake = Mistake::new(place(*err.marker()), format!("not valid YAML: {message}"));
    use granit_parser::ErrorKind as Kind;
    match err.kind() {
        Kind::TabNotAllowed | Kind::TabInBlockIndentation | Kind::TabInIndentation | Kind::TabAtBlockScalarStart => {
            mistake.hint("indent with spaces")
        }
        Kind::UnclosedQuotedScalar => mistake.hint("a quote is not closed; inside single quotes write `''` for `'`"),
        Kind::UnknownQuotedScalarEscape => {
            mistake.hint("use single quotes: inside them `\\` is an ordinary character, as regexes need it")
        }
        Kind::InvalidTrailingSingleQuotedScalar => {
            mistake.hint("inside single quotes write `''` for `'`; or a quote further up is not closed")
        }
        Kind::RecursionLimitExceeded => mistake.hint("nest less deeply"),
        Kind::UnclosedFlowCollection { .. } | Kind::UnknownAnchor | Kind::MissingAnchorOrAliasName => {
            mistake.hint("text that begins with `[`, `{`, `&` or `*` needs single quotes")
        }
        _ => mistake.hint("text with `: `, ` #` or a special first character needs single quotes"),
    }
}

/// Finds the place of a byte of a scalar's text in the file.
///
/// Exact for text on one line and for blocks (`|`); otherwise the beginning of the scalar.
pub fn place_in(yaml: &str, node: &Node<'_>, offset: usize) -> Place {
    let Value::Scalar { text, block, source, .. } = &node.value else { return node.place };
    let (Some(raw), Some(before)) = (yaml.get(source.clone()), text.get(..offset)) else { return node.place };
    if *block {
        // The parser's place of a block is its first character, so its column is the indentation of all its lines.
        let lines = before.matches('\n').count();
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count());
        return Place { line: node.place.line + lines, column: node.place.column + column };
    }
    if raw.contains('\n') {
        return node.place;
    }
    let mut rest = raw.char_indices().peekable();
    let quote = rest.next_if(|(_, c)| matches!(c, '\'' | '"')).map(|(_, c)| c);
    for _ in before.chars() {
        match (rest.next(), quote) {
            (Some((_, '\'')), Some('\'')) => drop(rest.next()),
            (Some((_, '\\')), Some('"')) => {
                let digits = match rest.next() {
                    Some((_, 'x')) => 2,
                    Some((_, 'u')) => 4,
                    Some((_, 'U')) => 8,
                    _ => 0,
                };
                rest.by_ref().take(digits).for_each(drop);
            }
            _ => {}
        }
    }
    let offset = rest.peek().map_or(raw.len(), |(at, _)| *at);
    let columns = raw.get(..offset).map_or(0, |passed| passed.chars().count());
    Place { line: node.place.line, column: node.place.column + columns }
}
