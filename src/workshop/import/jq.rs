//! Expressions of `jq` as conditions on the fields of a record, as far as they say something about fields.
//!
//! Understood are paths (`.spec.volumes[]?.name`), comparisons for equality, `and`, `or`, `not`, `select`, `//` with a
//! value, a pipe behind a path, and `test`, `contains`, `startswith`, `endswith`.

use super::conditions::all;
use crate::signature::{Condition, FieldTest, FieldValue};

/// Nested deeper than this nothing is written by people.
const DEPTH: u32 = 32;

/// Returns the condition and what of the expression it says only nearly; fails with what is not understood.
pub(super) fn condition(jq: &str) -> Result<(Condition, Vec<String>), String> {
    let mut parser = Parser { rest: jq.trim(), notes: Vec::new(), depth: 0 };
    let condition = parser.either("")?;
    if !parser.rest.is_empty() {
        return Err(format!("`{}`", start_of(parser.rest)));
    }
    match condition {
        Condition::None(_) => Err("an expression that says only what must not be there".into()),
        _ => Ok((condition, parser.notes)),
    }
}

struct Parser<'j> {
    rest: &'j str,
    notes: Vec<String>,
    depth: u32,
}

/// What a term is before it is compared.
enum Term {
    Path(String),
    /// A path, or this value if there is none.
    Or(String, String),
    Condition(Condition),
}

impl<'j> Parser<'j> {
    fn either(&mut self, path: &str) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("an expression nested too deeply".into());
        }
        let mut parts = vec![self.both(path)?];
        while self.word("or") {
            parts.push(self.both(path)?);
        }
        self.depth -= 1;
        match parts.len() {
            1 => Ok(parts.remove(0)),
            _ if parts.iter().any(|part| matches!(part, Condition::None(_))) => {
                Err("`or` with what is not there".into())
            }
            _ => Ok(Condition::Any(parts)),
        }
    }

    fn both(&mut self, path: &str) -> Result<Condition, String> {
        let mut parts = vec![self.compared(path)?];
        while self.word("and") {
            parts.push(self.compared(path)?);
        }
        Ok(all(parts))
    }

    fn compared(&mut self, path: &str) -> Result<Condition, String> {
        let term = self.term(path)?;
        let equal = if self.mark("==") {
            true
        } else if self.mark("!=") {
            false
        } else if self.rest.starts_with(['<', '>', '+', '*', '/', '%']) {
            return Err(format!("`{}`", start_of(self.rest)));
        } else if self.mark("|") {
            return self.piped(term);
        } else {
            return match term {
                Term::Condition(condition) => Ok(condition),
                Term::Path(path) | Term::Or(path, _) => Ok(self.exists(&path)),
            };
        };
        let value = self.value()?;
        match (term, value) {
            (Term::Condition(_), _) => Err("a comparison of a comparison".into()),
            (Term::Path(path), None) => {
                let exists = self.exists(&path);
                Ok(if equal { Condition::None(vec![exists]) } else { exists })
            }
            (Term::Path(path), Some(value)) => {
                let is = field(&path, FieldValue::Is(value));
                Ok(if equal { is } else { Condition::None(vec![is]) })
            }
            (Term::Or(path, default), Some(value)) => {
                let (exists, is) = (self.exists(&path), field(&path, FieldValue::Is(value.clone())));
                match (equal, default == value) {
                    (true, false) => Ok(is),
                    (false, true) => Ok(all(vec![exists, Condition::None(vec![is])])),
                    (true, true) => Ok(Condition::None(vec![all(vec![exists, Condition::None(vec![is])])])),
                    (false, false) => Ok(Condition::None(vec![is])),
                }
            }
            (Term::Or(..), None) => Err("`//` compared with null".into()),
        }
    }

    fn term(&mut self, path: &str) -> Result<Term, String> {
        self.blanks();
        if self.mark("(") {
            // `(.a // 0)` is a value, anything else a condition.
            let before = self.rest;
            if let Ok(path) = self.path(path)
                && self.mark("//")
                && let Ok(Some(default)) = self.value()
                && self.mark(")")
            {
                return Ok(Term::Or(path, default));
            }
            self.rest = before;
            let inner = self.either(path)?;
            self.close()?;
            return Ok(Term::Condition(inner));
        }
        if self.word("select") {
            if !self.mark("(") {
                return Err("`select` without `(`".into());
            }
            let inner = self.either(path)?;
            self.close()?;
            return Ok(Term::Condition(inner));
        }
        if self.rest.starts_with('.') {
            return self.path(path).map(Term::Path);
        }
        Err(format!("`{}`", start_of(self.rest)))
    }

    /// What stands behind a pipe: a function of strings, `not`, or a condition on what the path leads to.
    fn piped(&mut self, term: Term) -> Result<Condition, String> {
        self.blanks();
        let condition = match term {
            Term::Condition(condition) if self.word("not") => return negated(condition),
            Term::Condition(_) | Term::Or(..) => return Err(format!("`| {}`", start_of(self.rest))),
            Term::Path(path) => {
                let name = ["test", "contains", "startswith", "endswith"].into_iter().find(|name| self.word(name));
                let Some(name) = name else {
                    return if self.word("not") { negated(self.exists(&path)) } else { self.either(&path) };
                };
                if !self.mark("(") {
                    return Err(format!("`{name}` without `(`"));
                }
                let Some(text) = self.value()? else { return Err(format!("`{name}` of null")) };
                let flags = if self.mark(";") { self.value()?.unwrap_or_default() } else { String::new() };
                if !flags.chars().all(|flag| matches!(flag, 'i' | 'g' | 'x' | 's')) {
                    return Err(format!("the flags `{flags}` of `{name}`"));
                }
                self.close()?;
                let like = match name {
                    "contains" => Condition::Text { text, nocase: false },
                    "startswith" => Condition::Regex(format!("^{}", regex_syntax::escape(&text))),
                    "endswith" => Condition::Regex(format!("{}$", regex_syntax::escape(&text))),
                    _ => {
                        let flags: String = flags.chars().filter(|flag| *flag != 'g').collect();
                        let pattern = super::re2::translated(&text);
                        Condition::Regex(if flags.is_empty() { pattern } else { format!("(?{flags}){pattern}") })
                    }
                };
                field(&path, FieldValue::Like(like))
            }
        };
        if self.mark("|") {
            return if self.word("not") { negated(condition) } else { Err(format!("`| {}`", start_of(self.rest))) };
        }
        Ok(condition)
    }

    /// Reads `.a."b c"["d"][]?.e`, which begins at `base`.
    fn path(&mut self, base: &str) -> Result<String, String> {
        self.blanks();
        let begin = self.rest;
        let mut parts: Vec<String> = if base.is_empty() { Vec::new() } else { vec![base.to_owned()] };
        let mut any = false;
        loop {
            if let Some(rest) = self.rest.strip_prefix("[]") {
                self.rest = rest;
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let (inner, behind) = rest.split_once(']').ok_or_else(|| format!("`{}`", start_of(begin)))?;
                parts.push(inner.trim_matches('"').to_owned());
                self.rest = behind;
            } else if let Some(rest) = self.rest.strip_prefix('.') {
                if let Some(quoted) = rest.strip_prefix('"') {
                    let (name, behind) = quoted.split_once('"').ok_or_else(|| format!("`{}`", start_of(begin)))?;
                    parts.push(name.to_owned());
                    self.rest = behind;
                } else {
                    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                    if end > 0 {
                        parts.push(rest[..end].to_owned());
                    }
                    self.rest = &rest[end..];
                }
            } else {
                break;
            }
            any = true;
            self.rest = self.rest.strip_prefix('?').unwrap_or(self.rest);
        }
        if !any || parts.iter().any(String::is_empty) || parts.is_empty() {
            return Err(format!("`{}`", start_of(begin)));
        }
        self.blanks();
        Ok(parts.join("."))
    }

    /// Reads a string, number or word; `None` is `null`.
    fn value(&mut self) -> Result<Option<String>, String> {
        self.blanks();
        if self.rest.starts_with('"') {
            let mut stream = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
            let Some(Ok(text)) = stream.next() else { return Err(format!("`{}`", start_of(self.rest))) };
            self.rest = &self.rest[stream.byte_offset()..];
            self.blanks();
            return Ok(Some(text));
        }
        let end =
            self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let is_value = matches!(word, "null" | "true" | "false") || word.parse::<f64>().is_ok();
        if !is_value {
            return Err(format!("`{}`", start_of(self.rest)));
        }
        self.rest = rest;
        self.blanks();
        Ok((word != "null").then(|| word.to_owned()))
    }

    /// A field can be told to be there only if it is a value; that of an object is looked for in the text.
    fn exists(&mut self, path: &str) -> Condition {
        let last = path.rsplit('.').next().unwrap_or(path);
        let note =
            format!("that there is a `.{path}` is looked for by its last name, wherever it stands in the record");
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        Condition::Regex(format!(r#""{}"\s*:\s*[^\sn]"#, regex_syntax::escape(last)))
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn mark(&mut self, mark: &str) -> bool {
        self.blanks();
        // `//` is not a division, and `==` never half of something else.
        let Some(rest) = self.rest.strip_prefix(mark) else { return false };
        self.rest = rest.trim_start();
        true
    }

    fn word(&mut self, word: &str) -> bool {
        self.blanks();
        let Some(rest) = self.rest.strip_prefix(word) else { return false };
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return false;
        }
        self.rest = rest.trim_start();
        true
    }

    fn close(&mut self) -> Result<(), String> {
        if self.mark(")") { Ok(()) } else { Err(format!("`{}` where `)` should be", start_of(self.rest))) }
    }
}

fn negated(condition: Condition) -> Result<Condition, String> {
    match condition {
        Condition::None(_) => Err("a double negation".into()),
        condition => Ok(Condition::None(vec![condition])),
    }
}

fn field(path: &str, value: FieldValue) -> Condition {
    Condition::Fields(vec![FieldTest { name: path.to_owned(), values: vec![value] }])
}

fn start_of(text: &str) -> String {
    let short: String = text.chars().take(24).collect();
    if short.len() < text.len() { format!("{short}...") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::import::conditions::shown;

    #[track_caller]
    fn check(jq: &str, expected: &str) {
        let shown = match condition(jq) {
            Ok((condition, _)) => shown(&condition),
            Err(message) => format!("no: {message}"),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn comparisons_become_fields() {
        check(r#".kind == "Pod""#, "kind=Pod");
        check(r#"select(.a.b[]?.c == 5 and (.d | test("x.y"; "i")))"#, r"all(a.b.c=5 d=~/(?i)(?s)x.y/)");
        check(r#".a == "x" or .b == "y""#, "any(a=x b=y)");
        check(
            r#".level == "error" and (.msg | contains("lost")) and .code != 3"#,
            "all(level=error msg=~lost none(code=3))",
        );
        check(r#".m | startswith("ab.")"#, r"m=~/^ab\./");
    }

    #[test]
    fn that_something_is_there_is_looked_for_in_the_text() {
        check(r".spec.nfs != null", r#"/"nfs"\s*:\s*[^\sn]/"#);
        check(r#".k == "P" and (.u // 0) != 0"#, r#"all(k=P /"u"\s*:\s*[^\sn]/ none(u=0))"#);
        check(r".v[]? | (.a != null or .b != null)", r#"any(/"a"\s*:\s*[^\sn]/ /"b"\s*:\s*[^\sn]/)"#);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        check(".a > 5", "no: `> 5`");
        check(r#".a == "x" | length"#, "no: `| length`");
        check("[.a]", "no: `[.a]`");
        check(".a == null", "no: an expression that says only what must not be there");
        check(&"(".repeat(100), "no: an expression nested too deeply");
        check("", "no: ``");
    }
}
