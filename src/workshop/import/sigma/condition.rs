//! The `condition` of a Sigma rule: names of selections with `and`, `or`, `not` and `1 of`.

use crate::signature::Condition;
use crate::workshop::import::conditions::all;

/// Nested deeper than this nothing is written by people.
const DEPTH: u32 = 32;

/// Returns what the condition says of the selections, which are given by name in the order of the file.
pub(super) fn condition(text: &str, selections: &[(String, Condition)]) -> Result<Condition, String> {
    if text.contains('|') {
        return Err("an aggregation in the condition (`| count()`, `| near`): write a correlation rule".into());
    }
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, selections, depth: 0 };
    let condition = parser.either()?;
    match parser.words.first() {
        Some(word) => Err(format!("`{word}` is not expected in the condition")),
        None if matches!(condition, Condition::None(_)) => Err("it says only what must not be there".into()),
        None => Ok(condition),
    }
}

struct Parser<'w> {
    words: &'w [&'w str],
    selections: &'w [(String, Condition)],
    depth: u32,
}

impl Parser<'_> {
    fn either(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("the condition is nested too deeply".into());
        }
        let mut parts = vec![self.both()?];
        while self.take("or") {
            parts.push(self.both()?);
        }
        self.depth -= 1;
        any(parts)
    }

    fn both(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.one()?];
        while self.take("and") {
            parts.push(self.one()?);
        }
        Ok(all(parts))
    }

    fn one(&mut self) -> Result<Condition, String> {
        if self.take("not") {
            self.depth += 1;
            if self.depth > DEPTH {
                return Err("the condition is nested too deeply".into());
            }
            let inner = self.one()?;
            self.depth -= 1;
            return not(inner);
        }
        if self.take("(") {
            let inner = self.either()?;
            return if self.take(")") { Ok(inner) } else { Err("a bracket of the condition is not closed".into()) };
        }
        let Some((&word, rest)) = self.words.split_first() else {
            return Err("the condition ends where a name should be".into());
        };
        self.words = rest;
        let is_quantifier = matches!(word.to_ascii_lowercase().as_str(), "1" | "any" | "all") && self.take("of");
        if !is_quantifier {
            let named = self.selections.iter().find(|(name, _)| name == word);
            return named.map(|(_, it)| it.clone()).ok_or_else(|| format!("there is no selection `{word}`"));
        }
        let Some((&pattern, rest)) = self.words.split_first() else {
            return Err(format!("`{word} of` ends where a name should be"));
        };
        self.words = rest;
        let chosen: Vec<Condition> =
            self.selections.iter().filter(|(name, _)| fits(pattern, name)).map(|(_, it)| it.clone()).collect();
        if chosen.is_empty() {
            return Err(format!("there is no selection `{pattern}`"));
        }
        if word.eq_ignore_ascii_case("all") { Ok(all(chosen)) } else { any(chosen) }
    }

    fn take(&mut self, wanted: &str) -> bool {
        match self.words.split_first() {
            Some((word, rest)) if word.eq_ignore_ascii_case(wanted) => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

/// `them` are all names that do not begin with `_`; a name may end in `*`.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None if pattern == "them" => !name.starts_with('_'),
        None => pattern == name,
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
    }
}

/// Joins what may hold. That something is absent cannot be one of several.
pub(super) fn any(mut parts: Vec<Condition>) -> Result<Condition, String> {
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    if parts.iter().any(|part| matches!(part, Condition::None(_))) {
        return Err("`or` with what must not be there".into());
    }
    Ok(Condition::Any(parts))
}

fn not(condition: Condition) -> Result<Condition, String> {
    match condition {
        Condition::None(mut inner) if inner.len() == 1 => Ok(inner.remove(0)),
        Condition::None(inner) => any(inner),
        Condition::Any(parts) => Ok(Condition::None(parts)),
        condition => Ok(Condition::None(vec![condition])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::import::conditions::shown;

    fn text(text: &str) -> Condition {
        Condition::Text { text: text.into(), nocase: true }
    }

    #[track_caller]
    fn check(text_of: &str, expected: &str) {
        let selections = ["a", "b", "sel_x", "sel_y", "_hidden"].map(|name| (name.to_owned(), text(name)));
        let found = condition(text_of, &selections);
        assert_eq!(found.map_or_else(|error| format!("no: {error}"), |it| shown(&it)), expected);
    }

    #[test]
    fn operators_bind_as_sigma_says() {
        check("a", "a");
        check("a and b or sel_x", "any(all(a b) sel_x)");
        check("a and (b or sel_x)", "all(a any(b sel_x))");
        check("not a and b", "all(b none(a))");
        check("a AND NOT (b or sel_x)", "all(a none(b sel_x))");
        check("a and not (b and sel_x)", "all(a none(all(b sel_x)))");
        check("a and not not b", "all(a b)");
    }

    #[test]
    fn quantifiers_take_selections_by_name() {
        check("1 of sel_*", "any(sel_x sel_y)");
        check("all of sel_*", "all(sel_x sel_y)");
        check("a and not 1 of sel_*", "all(a none(sel_x sel_y))");
        check("1 of them", "any(a b sel_x sel_y)");
        check("any of s*_x", "sel_x");
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        check("not a", "no: it says only what must not be there");
        check("a or not b", "no: `or` with what must not be there");
        check("a and", "no: the condition ends where a name should be");
        check("a b", "no: `b` is not expected in the condition");
        check("(a", "no: a bracket of the condition is not closed");
        check("c", "no: there is no selection `c`");
        check("1 of c*", "no: there is no selection `c*`");
        check(
            "a | count() > 5",
            "no: an aggregation in the condition (`| count()`, `| near`): write a correlation rule",
        );
        check(&"(".repeat(100), "no: the condition is nested too deeply");
        check(&"not ".repeat(100), "no: the condition is nested too deeply");
    }
}
