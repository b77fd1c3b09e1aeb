//! Conditions with a name that the signatures of one product share: `fragments:` of its `_product.yaml`.
//!
//! They are put in where a signature says `use:`, when its file is read, so that nothing behind the loader knows of them.

use super::fields::{Reader, listed, similar};
use super::yaml::{Mistake, Node, Place};
use super::{Condition, FieldValue};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A condition with a name.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// What `use:` calls it.
    pub name: String,
    /// With the fragments that it uses itself put in.
    pub condition: Condition,
}

/// The fragments that a file may use.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragments {
    known: Arc<Vec<Fragment>>,
    /// Why there may be others.
    others: Others,
}

#[derive(Clone, Debug, Default)]
enum Others {
    #[default]
    None,
    /// `_product.yaml` has mistakes.
    Broken,
    /// The file itself defines these; those that are not known yet stand further down.
    Below(Arc<BTreeSet<String>>),
}

/// Conditions in one condition, counted with all that it consists of: a fragment that uses another twice, which uses another
/// twice, and so on, would fill any memory.
pub(super) const MOST: usize = 4096;

impl Fragments {
    pub(super) fn new(known: &[Fragment]) -> Fragments {
        Fragments { known: Arc::new(known.to_vec()), others: Others::None }
    }

    /// Those of a `_product.yaml` with mistakes.
    pub(super) fn broken() -> Fragments {
        Fragments { known: Arc::default(), others: Others::Broken }
    }
}

impl Reader {
    /// Returns the condition that `use:` names.
    pub(super) fn fragment(&mut self, node: &Node<'_>) -> Option<Condition> {
        let name = self.text(node, "use")?;
        let Some(condition) = self.fragments.known.iter().find(|it| it.name == name).map(|it| it.condition.clone())
        else {
            let mistake = self.no_such_fragment(node.place, &name);
            self.mistake(mistake);
            return None;
        };
        self.put_in = self.put_in.saturating_add(size(&condition));
        if self.put_in > MOST {
            let hint = "write less into the fragments, or use them less often";
            self.mistake(Mistake::new(node.place, format!("more than {MOST} conditions are put in here")).hint(hint));
            return None;
        }
        Some(condition)
    }

    fn no_such_fragment(&self, place: Place, name: &str) -> Mistake {
        let known: Vec<&str> = self.fragments.known.iter().map(|it| it.name.as_str()).collect();
        let message = format!("there is no fragment `{name}`");
        let mistake = Mistake::new(place, message);
        match (&self.fragments.others, similar(name, &known)) {
            (Others::Broken, _) => Mistake::new(place, format!("the fragment `{name}` cannot be read"))
                .hint("`_product.yaml` beside this file has mistakes: correct them first"),
            (Others::Below(below), _) if below.contains(name) => {
                Mistake::new(place, format!("the fragment `{name}` stands below this one"))
                    .hint("a fragment may use those above it: change their order")
            }
            (_, Some(other)) => mistake.hint(format!("did you mean `{other}`?")),
            (_, None) if known.is_empty() => {
                mistake.hint(format!("write `{name}:` and a condition below `fragments:` of `_product.yaml` beside it"))
            }
            (_, None) => mistake.hint(format!("those of `_product.yaml` are {}", listed(&known, "and"))),
        }
    }
}

/// Reads `fragments`: names and conditions, each of which may use those above it. `read` reads a condition.
pub(super) fn fragments(
    reader: &mut Reader,
    node: &Node<'_>,
    read: impl Fn(&mut Reader, &Node<'_>) -> Option<Condition>,
) -> Vec<Fragment> {
    const EXAMPLE: &str = "write a name and a condition, e.g. `disk-full: { text: no space left }`";
    let super::yaml::Value::Map(entries) = &node.value else {
        let message = format!("`fragments` must be a mapping, not {}", node.kind());
        reader.mistake(Mistake::new(node.place, message).hint(EXAMPLE));
        return Vec::new();
    };
    let all: Arc<BTreeSet<String>> = Arc::new(entries.iter().map(|(key, _)| key.name.to_string()).collect());
    let mut known: Arc<Vec<Fragment>> = Arc::default();
    for (key, node) in entries {
        if !is_name(&key.name) {
            let hint = "write a word such as `disk-full`: a letter, then letters, digits, `-` or `_`";
            reader.mistake(Mistake::new(key.place, format!("`{}` is not the name of a fragment", key.name)).hint(hint));
            continue;
        }
        reader.fragments = Fragments { known: Arc::clone(&known), others: Others::Below(Arc::clone(&all)) };
        reader.put_in = 0;
        let condition = read(reader, node);
        // Nobody else has it any longer, so that nothing is copied.
        reader.fragments = Fragments::default();
        Arc::make_mut(&mut known).extend(condition.map(|condition| Fragment { name: key.name.to_string(), condition }));
    }
    Arc::unwrap_or_clone(known)
}

/// `start`, `first-error`; not a number.
pub(super) fn is_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// How many conditions it consists of, itself included.
fn size(condition: &Condition) -> usize {
    let of_value = |value: &FieldValue| match value {
        FieldValue::Is(_) => 1,
        FieldValue::Like(condition) => size(condition),
    };
    match condition {
        Condition::Text { .. } | Condition::Regex(_) => 1,
        Condition::Fields(tests) => 1 + tests.iter().flat_map(|test| &test.values).map(of_value).sum::<usize>(),
        Condition::Any(parts) | Condition::All(parts) | Condition::None(parts) => {
            1 + parts.iter().map(size).sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Product, product, schema};
    use super::*;
    use std::path::Path;

    fn product_with(fragments: &str) -> Result<Product, Vec<Mistake>> {
        let yaml = format!("vendor: Acme\nproduct: App\nfragments:\n{fragments}\n");
        product::product("acme/app", Path::new("_product.yaml"), &yaml)
    }

    fn told(mistakes: Vec<Mistake>) -> Vec<String> {
        let told = |it: Mistake| {
            let hint = it.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{}:{} {}{hint}", it.place.line, it.place.column, it.message)
        };
        mistakes.into_iter().map(told).collect()
    }

    /// Mistakes in `fragments`, whose first line is line 4.
    #[track_caller]
    fn check(fragments: &str, expected: &[&str]) {
        assert_eq!(told(product_with(fragments).err().unwrap_or_default()), expected);
    }

    /// What a signature with this condition becomes, or its mistakes.
    #[track_caller]
    fn check_use(condition: &str, fragments: &Fragments, expected: &str) {
        let yaml = format!("title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\nmatch: {condition}\n");
        let told = match schema::signature("acme/app/x", Path::new("x.yaml"), &yaml, fragments) {
            Ok(signature) => format!("{:?} {:?}", signature.condition, signature.correlation.map(|it| it.parts.len())),
            Err(mistakes) => told(mistakes).join("; "),
        };
        assert_eq!(told, expected);
    }

    const TWO: &str =
        "  full: { text: disk full }\n  start: { any: [{ use: full }, { regex: 'job (?<job>.) starts' }] }";

    #[test]
    fn fragments_stand_wherever_a_condition_may() {
        let fragments = &Fragments::new(&product_with(TWO).unwrap().fragments);
        let full = r#"Text { text: "disk full", nocase: false }"#;
        let start = format!(r#"Any([{full}, Regex("job (?<job>.) starts")])"#);
        check_use("{ use: full }", fragments, &format!("{full} None"));
        check_use(
            "{ all: [{ use: start }, { none: [{ use: full }] }] }",
            fragments,
            &format!("All([{start}, None([{full}])]) None"),
        );
        check_use("{ use: full, count: 3 }", fragments, &format!("{full} Some(1)"));
        let unless = "{ sequence: [{ use: start, name: one }, { use: full }], same: [job], unless: [{ use: start, anchor: one }] }";
        check_use(unless, fragments, &format!("Any([{start}, {full}]) Some(2)"));
    }

    #[test]
    fn a_name_that_nothing_has_is_told_in_the_file_that_uses_it() {
        let fragments = &Fragments::new(&product_with(TWO).unwrap().fragments);
        check_use("{ use: ful }", fragments, "6:15 there is no fragment `ful` (did you mean `full`?)");
        check_use(
            "{ any: [{ text: abc }, { use: disk-is-gone }] }",
            fragments,
            "6:38 there is no fragment `disk-is-gone` (those of `_product.yaml` are `full` and `start`)",
        );
        check_use(
            "{ use: full }",
            &Fragments::default(),
            "6:15 there is no fragment `full` (write `full:` and a condition below `fragments:` of `_product.yaml` beside it)",
        );
        check_use(
            "{ use: full }",
            &Fragments::broken(),
            "6:15 the fragment `full` cannot be read (`_product.yaml` beside this file has mistakes: correct them first)",
        );
        check_use(
            "{ use: full, text: abc }",
            fragments,
            "6:21 a second condition, `text`, in the same mapping (make each an item of a list (`- `) below `all:` or `any:`)",
        );
    }

    #[test]
    fn a_mistake_in_a_fragment_is_told_where_it_stands() {
        check(
            "  full: { regex: 'disk (full' }",
            &["4:24 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check(
            "  full: { text: a, count: 3 }",
            &[
                "4:20 `count` stands in the condition of one record (write it directly below `match:`, beside the condition or the list of parts)",
            ],
        );
        check(
            "  1st: { text: abc }",
            &[
                "4:3 `1st` is not the name of a fragment (write a word such as `disk-full`: a letter, then letters, digits, `-` or `_`)",
            ],
        );
        check(
            "  [full]",
            &[
                "4:3 `fragments` must be a mapping, not a list (write a name and a condition, e.g. `disk-full: { text: no space left }`)",
            ],
        );
        check(
            "  a: { use: b }\n  b: { text: abc }",
            &["4:13 the fragment `b` stands below this one (a fragment may use those above it: change their order)"],
        );
        check(
            "  a: { use: a }",
            &["4:13 the fragment `a` stands below this one (a fragment may use those above it: change their order)"],
        );
    }

    #[test]
    fn a_bomb_is_refused() {
        let doubled = |(number, name): (usize, char)| {
            let before = char::from(b'a' + number as u8);
            format!("  {name}: {{ any: [{{ use: {before} }}, {{ use: {before} }}] }}\n")
        };
        let bomb = "  a: { text: abc }\n".to_owned() + &('b'..='z').enumerate().map(doubled).collect::<String>();
        let mistakes = told(product_with(&bomb).unwrap_err());
        assert!(mistakes[0].contains("more than 4096 conditions are put in here"), "{mistakes:?}");
        let many = format!("{{ any: [{}] }}", "{ use: full }, ".repeat(5_000));
        let fragments = Fragments::new(&product_with(TWO).unwrap().fragments);
        check_use("{ use: full }", &fragments, r#"Text { text: "disk full", nocase: false } None"#);
        let yaml = format!("title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\nmatch: {many}\n");
        assert!(schema::signature("acme/app/x", Path::new("x.yaml"), &yaml, &fragments).is_err());
    }
}
