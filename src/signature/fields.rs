//! Typed access to the nodes of a file that gathers mistakes instead of stopping at the first.
//!
//! Every method returns what could be read and remembers what could not, with its place and a hint.

use super::apart::Shelves;
use super::fragments::Fragments;
use super::yaml::{Key, Mistake, Node, Place, Value};

/// Collects the mistakes of one file.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) mistakes: Vec<Mistake>,
    /// What `use:` may name.
    pub(super) fragments: Fragments,
    /// Where the rest of a signature of the built-in catalogue is; of others all is in their tree.
    pub(super) shelves: Option<Shelves>,
    /// How many conditions of fragments were put in.
    pub(super) put_in: usize,
}

/// The fields of one mapping, all of which have a known name.
pub(super) struct Fields<'n, 'a> {
    entries: &'n [(Key<'a>, Node<'a>)],
    place: Place,
    what: &'static str,
    /// Those that nobody knows.
    unknown: Vec<&'n str>,
}

impl<'n, 'a> Fields<'n, 'a> {
    /// The fields of a mapping whose names have been looked at.
    pub(super) fn of(node: &Node<'_>, entries: &'n [(Key<'a>, Node<'a>)], what: &'static str) -> Fields<'n, 'a> {
        Fields { entries, place: node.place, what, unknown: Vec::new() }
    }

    fn is_known(&self, name: &str) -> bool {
        !self.unknown.contains(&name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'n Node<'a>> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    pub(super) fn entries(&self) -> &'n [(Key<'a>, Node<'a>)] {
        self.entries
    }
}

impl Reader {
    pub(super) fn mistake(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// Takes a mapping whose fields must have one of `names`. `what` completes "of ...", e.g. `a fix`.
    pub(super) fn fields<'n, 'a>(&mut self, node: &'n Node<'a>, what: &'static str, names: &[&str]) -> Fields<'n, 'a> {
        let Value::Map(entries) = &node.value else {
            let message = format!("here must be the fields of {what}, not {}", node.kind());
            self.mistake(Mistake::new(node.place, message).hint(format!("its fields are {}", listed(names, "or"))));
            return Fields { entries: &[], place: node.place, what, unknown: Vec::new() };
        };
        let mut unknown = Vec::new();
        let is_unknown = |key: &Key<'_>| self.shelves.is_none() && !names.contains(&&*key.name);
        for (key, _) in entries.iter().filter(|(key, _)| is_unknown(key)) {
            self.mistakes.push(unknown_field(key, what, names));
            unknown.push(&*key.name);
        }
        Fields { entries, place: node.place, what, unknown }
    }

    /// Takes a field that must be there, as text.
    pub(super) fn required(&mut self, fields: &Fields<'_, '_>, name: &str) -> String {
        match fields.get(name) {
            Some(node) => self.text(node, name).unwrap_or_default(),
            None => {
                self.missing(fields, name);
                String::new()
            }
        }
    }

    /// Takes a field that may be left out, as text.
    pub(super) fn optional(&mut self, fields: &Fields<'_, '_>, name: &str) -> Option<String> {
        fields.get(name).and_then(|node| self.text(node, name))
    }

    /// Tells that a field is missing. That one is misspelt has been told, with this name in the hint.
    pub(super) fn missing(&mut self, fields: &Fields<'_, '_>, name: &str) {
        if fields.entries.iter().any(|(key, _)| similar(&key.name, &[name]).is_some() && !fields.is_known(&key.name)) {
            return;
        }
        let message = format!("the field `{name}` of {} is missing", fields.what);
        self.mistake(Mistake::new(fields.place, message).hint(format!("add `{name}:`")));
    }

    /// Takes text that is not empty. Blanks around it, which folded blocks leave, are not part of it.
    pub(super) fn text(&mut self, node: &Node<'_>, name: &str) -> Option<String> {
        match node.text().map(str::trim) {
            Some("") => {
                let message = format!("`{name}` is empty");
                self.mistake(Mistake::new(node.place, message).hint("write its text or remove the field"));
                None
            }
            Some(text) => Some(text.to_owned()),
            None => {
                self.not_text(node, name);
                None
            }
        }
    }

    /// Takes text as it stands, blanks included.
    pub(super) fn verbatim(&mut self, node: &Node<'_>, name: &str) -> Option<String> {
        match node.text() {
            Some("") => {
                self.mistake(
                    Mistake::new(node.place, format!("`{name}` is empty"))
                        .hint("write the text as it stands in the log"),
                );
                None
            }
            Some(text) => Some(text.to_owned()),
            None => {
                self.not_text(node, name);
                None
            }
        }
    }

    fn not_text(&mut self, node: &Node<'_>, name: &str) {
        let mistake = Mistake::new(node.place, format!("`{name}` must be text, not {}", node.kind()));
        self.mistake(mistake.hint(match node.value {
            Value::List(_) | Value::Map(_) => "if it is text with `: ` or a bracket in front, put it in single quotes",
            Value::Scalar { .. } => "write its text or remove the field",
        }));
    }

    /// Takes a list of texts; a field that is left out is an empty list.
    pub(super) fn texts(&mut self, fields: &Fields<'_, '_>, name: &str) -> Vec<String> {
        let Some(node) = fields.get(name) else { return Vec::new() };
        self.list(node, name).iter().filter_map(|item| self.text(item, name)).collect()
    }

    /// Takes the items of a list.
    pub(super) fn list<'n, 'a>(&mut self, node: &'n Node<'a>, name: &str) -> &'n [Node<'a>] {
        match &node.value {
            Value::List(items) => items,
            Value::Scalar { .. } | Value::Map(_) => {
                let message = format!("`{name}` must be a list, not {}", node.kind());
                self.mistake(
                    Mistake::new(node.place, message).hint("begin each item with `- `, or write `[one, two]`"),
                );
                &[]
            }
        }
    }

    /// Takes one of the given words.
    pub(super) fn one_of<T: Copy>(&mut self, node: &Node<'_>, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node, name)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let hint = match similar(&text, &names) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("write {}", listed(&names, "or")),
        };
        self.mistake(Mistake::new(node.place, format!("`{text}` is not a value of `{name}`")).hint(hint));
        None
    }

    /// Takes `true` or `false`.
    pub(super) fn flag(&mut self, node: &Node<'_>, name: &str) -> bool {
        match &node.value {
            Value::Scalar { text, plain: true, .. } if text == "true" => return true,
            Value::Scalar { text, plain: true, .. } if text == "false" => return false,
            _ => {}
        }
        self.mistake(
            Mistake::new(node.place, format!("`{name}` must be `true` or `false`")).hint("write it without quotes"),
        );
        false
    }
}

fn unknown_field(key: &Key<'_>, what: &str, names: &[&str]) -> Mistake {
    let mistake = Mistake::new(key.place, format!("unknown field `{}` of {what}", key.name));
    match similar(&key.name, names) {
        Some(name) => mistake.hint(format!("did you mean `{name}`?")),
        None => mistake.hint(format!("the fields of {what} are {}", listed(names, "or"))),
    }
}

/// Returns the name that the author probably meant.
pub(crate) fn similar<'n>(word: &str, names: &[&'n str]) -> Option<&'n str> {
    let word = word.to_lowercase();
    let allowed = ((word.chars().count() + 1) / 3).clamp(1, 3);
    names
        .iter()
        .map(|name| (distance(&word, &name.to_lowercase()), *name))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// Counts the characters to insert, remove, replace or swap with their neighbour. Very long words are not compared.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > 64 {
        return a.len();
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // `edits[i][j]` turn the first `i` characters of `a` into the first `j` of `b`.
    let mut edits = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            edits[i][j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => {
                    let replaced = edits[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let best = replaced.min(edits[i - 1][j] + 1).min(edits[i][j - 1] + 1);
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if swapped { best.min(edits[i - 2][j - 2] + 1) } else { best }
                }
            };
        }
    }
    edits[a.len()][b.len()]
}

/// Writes names for people: `a`, `b` or `c`; the last behind another word.
pub(super) fn listed(names: &[&str], last_word: &str) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|name| format!("`{name}`")).collect();
            format!("{} {last_word} `{last}`", rest.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        assert_eq!(similar(word, &["title", "cause", "match", "text", "regex", "severity"]), expected);
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        check("titel", Some("title"));
        check("Cause", Some("cause"));
        check("regexp", Some("regex"));
        check("serverity", Some("severity"));
        check("txet", Some("text"));
    }

    #[test]
    fn another_word_is_not_taken_for_a_slip() {
        check("description", None);
        check("", None);
        check(&"x".repeat(100_000), None);
    }
}
