use crate::signature::yaml::{self, Node, Place, Value};
use crate::signature::{Signature, SignatureError, Status, source_text};
use std::path::{Path, PathBuf};

/// Something that is wrong in a catalogue, with the place and the way out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The file.
    pub file: PathBuf,
    /// From 1; 0 if it has no place.
    pub line: usize,
    /// In characters, from 1; 0 if it has no place.
    pub column: usize,
    /// Whether the catalogue cannot be accepted with it; otherwise it is a warning.
    pub is_error: bool,
    /// What is wrong, a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl From<SignatureError> for Flaw {
    fn from(error: SignatureError) -> Flaw {
        let SignatureError { file, line, column, message, hint } = error;
        Flaw { file, line, column, is_error: true, message, hint }
    }
}

/// Collects the flaws of one signature and knows the places of its parts.
pub(super) struct Sheet<'s, 't> {
    pub(super) signature: &'s Signature,
    file: &'s Path,
    root: Option<Node<'t>>,
    pub(super) flaws: Vec<Flaw>,
}

/// A step from a node to one inside it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// The field with this name.
    Field(&'static str),
    /// The item with this index.
    Item(usize),
    /// The field with this index, whatever its name; its place is that of the name.
    Entry(usize),
}

/// Returns the text of a signature's file, to find places in it.
pub(super) fn text_of(signature: &Signature) -> String {
    source_text(&signature.source).unwrap_or_default().into_owned()
}

impl<'s, 't> Sheet<'s, 't> {
    /// `text` is that of the signature's file.
    pub(super) fn new(signature: &'s Signature, text: &'t str) -> Sheet<'s, 't> {
        Sheet { signature, file: &signature.source, root: yaml::parse(text).ok(), flaws: Vec::new() }
    }

    /// Returns where the part of the file that `path` leads to begins, or the innermost part around it that exists.
    pub(super) fn place(&self, path: &[Step]) -> Place {
        self.find(path).map_or_else(Place::default, |(place, _)| place)
    }

    /// As [`Sheet::place`], with the part itself.
    fn find(&self, path: &[Step]) -> Option<(Place, &Node<'t>)> {
        let mut node = self.root.as_ref()?;
        let mut place = node.place;
        for step in path {
            let inner = match (step, &node.value) {
                (Step::Field(name), _) => node.get(name).map(|node| (node.place, node)),
                (Step::Item(index), _) => node.items().get(*index).map(|node| (node.place, node)),
                (Step::Entry(index), Value::Map(fields)) => fields.get(*index).map(|(key, node)| (key.place, node)),
                (Step::Entry(_), _) => None,
            };
            let Some(inner) = inner else { break };
            (place, node) = inner;
        }
        Some((place, node))
    }

    /// Returns where the first text below `path` begins that contains one of `parts`, or where `path` leads to.
    pub(super) fn place_of(&self, path: &[Step], parts: &[&str]) -> Place {
        fn search(node: &Node<'_>, parts: &[&str]) -> Option<Place> {
            match &node.value {
                Value::Scalar { text, .. } => parts.iter().any(|it| text.contains(it)).then_some(node.place),
                Value::List(items) => items.iter().find_map(|it| search(it, parts)),
                Value::Map(fields) => fields.iter().find_map(|(_, it)| search(it, parts)),
            }
        }
        self.find(path).and_then(|(_, node)| search(node, parts)).unwrap_or_else(|| self.place(path))
    }

    /// Where the fragment stands that a part uses, if what is wrong with the part is in that.
    fn fragment_of(&self, path: &[Step]) -> Option<String> {
        let (_, node) = self.find(path)?;
        let name = node.get("use")?.text()?;
        let product = self.file.with_file_name("_product.yaml");
        let text = source_text(&product)?;
        let root = yaml::parse(&text).ok()?;
        let Place { line, column } = root.get("fragments")?.key(name)?.place;
        Some(format!("the fragment `{name}` stands in {}:{line}:{column}", product.display()))
    }

    /// Adds what makes the signature unacceptable.
    pub(super) fn error(&mut self, path: &[Step], message: impl Into<String>, hint: impl Into<String>) {
        self.add(path, true, message.into(), hint.into());
    }

    /// Adds what is unacceptable unless the signature is a draft.
    pub(super) fn error_unless_draft(&mut self, path: &[Step], message: impl Into<String>, hint: impl Into<String>) {
        let is_error = self.signature.status != Status::Draft;
        self.add(path, is_error, message.into(), hint.into());
    }

    /// Adds what the author should look at.
    pub(super) fn warning(&mut self, path: &[Step], message: impl Into<String>, hint: impl Into<String>) {
        self.add(path, false, message.into(), hint.into());
    }

    /// As [`Sheet::warning`], at a place that was looked for.
    pub(super) fn warning_at(
        &mut self,
        Place { line, column }: Place,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let (file, message, hint) = (self.file.to_path_buf(), message.into(), Some(hint.into()));
        self.flaws.push(Flaw { file, line, column, is_error: false, message, hint });
    }

    fn add(&mut self, path: &[Step], is_error: bool, message: String, hint: String) {
        let Place { line, column } = self.place(path);
        let file = self.file.to_path_buf();
        let hint = match self.fragment_of(path) {
            Some(fragment) => format!("{hint}; {fragment}"),
            None => hint,
        };
        self.flaws.push(Flaw { file, line, column, is_error, message, hint: Some(hint) });
    }
}
