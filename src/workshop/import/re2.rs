//! Patterns of RE2 (Go) as patterns of this program.
//!
//! The dialects agree in nearly everything. They differ in what is taken literally, which is rewritten here character by
//! character, and in what `.`, `^` and `$` mean: other programs search a folded record as one text, so that there `.` goes
//! over line ends and `^` is the beginning of the record.

/// Returns the pattern in the dialect of signatures. What neither dialect has stays as it is, for the loader to refuse.
pub(super) fn translated(pattern: &str) -> String {
    let mut out = Rewriting { out: String::with_capacity(pattern.len() + 8), dot: false, border: false };
    out.all(pattern);
    // The record is one text: no line borders, and `.` goes over line ends.
    let flags = match (out.dot, out.border) {
        (false, false) => "",
        (true, false) => "(?s)",
        (false, true) => "(?-m)",
        (true, true) => "(?s-m)",
    };
    format!("{flags}{}", out.out)
}

struct Rewriting {
    out: String,
    /// There is a `.`.
    dot: bool,
    /// There is a `^` or `$`.
    border: bool,
}

impl Rewriting {
    fn all(&mut self, pattern: &str) {
        let mut rest = pattern;
        while let Some(c) = rest.chars().next() {
            rest = match c {
                '\\' => self.escape(rest),
                '[' => self.class(rest),
                '{' => self.brace(rest),
                _ => {
                    self.dot |= c == '.';
                    self.border |= matches!(c, '^' | '$');
                    self.out.push(c);
                    &rest[c.len_utf8()..]
                }
            };
        }
    }

    /// Takes an escape off the front. RE2 takes every escaped mark literally; here `\<` and `\>` are borders of words.
    fn escape<'p>(&mut self, rest: &'p str) -> &'p str {
        let after = &rest[1..];
        if let Some(quoted) = after.strip_prefix('Q') {
            let (literal, behind) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            self.out.push_str(&regex_syntax::escape(literal));
            return behind;
        }
        let Some(c) = after.chars().next() else {
            self.out.push('\\');
            return after;
        };
        let behind = &after[c.len_utf8()..];
        match c {
            '<' | '>' => self.out.push(c),
            '0' => self.out.push_str("\\x00"),
            // Marks beyond ASCII have no meaning to escape.
            _ if !c.is_ascii() => self.out.push(c),
            _ => self.out.extend(['\\', c]),
        }
        behind
    }

    /// Takes a class off the front. In RE2 `[` and the doubled `&&`, `--`, `~~` mean nothing inside of it.
    fn class<'p>(&mut self, rest: &'p str) -> &'p str {
        self.out.push('[');
        let mut rest = &rest[1..];
        if let Some(behind) = rest.strip_prefix('^') {
            self.out.push('^');
            rest = behind;
        }
        if let Some(behind) = rest.strip_prefix(']') {
            self.out.push_str("\\]");
            rest = behind;
        }
        while let Some(c) = rest.chars().next() {
            if c == '\\' {
                rest = self.escape(rest);
                continue;
            }
            if let Some((name, behind)) = rest.strip_prefix("[:").and_then(|it| it.split_once(":]")) {
                self.out.push_str("[:");
                self.out.push_str(name);
                self.out.push_str(":]");
                rest = behind;
                continue;
            }
            rest = &rest[c.len_utf8()..];
            match c {
                ']' => {
                    self.out.push(c);
                    return rest;
                }
                '[' => self.out.push_str("\\["),
                '&' | '~' if rest.starts_with(c) => self.out.extend(['\\', c]),
                '-' if rest.starts_with("-]") => self.out.push_str("\\-"),
                _ => self.out.push(c),
            }
        }
        rest
    }

    /// Takes `{` off the front: a repetition if it looks like one, otherwise a character.
    fn brace<'p>(&mut self, rest: &'p str) -> &'p str {
        let after = &rest[1..];
        let inner = after.split_once('}').map(|(inner, _)| inner);
        let is_count = inner.is_some_and(|inner| {
            let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            !least.is_empty() && digits(least) && digits(most)
        });
        self.out.push_str(if is_count { "{" } else { "\\{" });
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: &str) {
        assert_eq!(translated(pattern), expected);
        assert!(regex::bytes::RegexBuilder::new(expected).multi_line(true).build().is_ok(), "{expected}");
    }

    #[test]
    fn a_record_is_one_text() {
        check("a b", "a b");
        check("panic(.+)error", "(?s)panic(.+)error");
        check("^a$", "(?-m)^a$");
        check("(?i)^a.b", "(?s-m)(?i)^a.b");
        check(r"a\.b[.]\^", r"a\.b[.]\^");
    }

    #[test]
    fn what_re2_takes_literally_is_escaped() {
        check(r#"\{"a": {x}"#, r#"\{"a": \{x}"#);
        check("a{2}b{3,}c{1,4}d{,5}", "a{2}b{3,}c{1,4}d\\{,5}");
        check(r"[[a]&&b\]~~--]", r"[\[a]&&b\]~~--]");
        check(r"[^]a[:alpha:]&&]", r"[^\]a[:alpha:]\&&]");
        check(r"\Qa.b(\E.c", r"(?s)a\.b\(.c");
        check(r"\<a\>\-\/", r"<a>\-\/");
    }
}
