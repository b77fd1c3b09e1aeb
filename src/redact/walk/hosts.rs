//! Names of computers that are told by the signs around them: `srv1:/export`, `//srv1/share`, `srv1# `, `srv1 [10.0.0.1]`.

use super::super::{Kind, pseudonym, words};
use super::phrases::is_numbered;
use super::{Run, Walk, What, is_run};

impl Walk<'_> {
    /// `srv1:/export`, as mounts have it.
    pub(super) fn export(&mut self, run: Run) -> bool {
        let begins = self.before(run.start).is_none_or(|it| it.is_ascii_whitespace() || b"\"'=,(".contains(&it));
        begins && self.computer(run.start, run.end)
    }

    /// `//srv1/share`, and no address with a scheme.
    pub(super) fn share(&mut self, run: Run) -> bool {
        let before = self.text[..run.start - 2].last();
        before.is_none_or(|it| it.is_ascii_whitespace() || b"\"'=,(".contains(it)) && self.computer(run.start, run.end)
    }

    /// `srv1# show version` on a console.
    pub(super) fn prompt(&mut self, run: Run) -> bool {
        self.text.get(run.end + 1) == Some(&b' ') && self.computer(run.start, run.end)
    }

    /// `srv1 [10.0.0.1]`, `srv1(10.0.0.1)`: the name before an address in brackets, which begins at `at`.
    pub(super) fn named_address(&mut self, at: usize) {
        let text = self.text;
        let Some(b'[' | b'(') = self.before(at) else { return };
        let end = self.line.min(at) + text[self.line.min(at)..at - 1].trim_ascii_end().len();
        let from = self.done.max(self.line).min(end);
        let length = text[from..end].iter().rev().take(64).take_while(|it| is_run(**it)).count();
        self.computer(end - length, end);
    }

    /// `10.0.0.1 - jdoe [18/Feb/2026`: who has asked a web server, behind an address that ends at `at`.
    pub(super) fn remote_user(&mut self, at: usize) {
        let Some(rest) = self.text[at..].strip_prefix(b" - ") else { return };
        let length = rest.iter().take(64).take_while(|it| is_run(**it) || b"\\@".contains(it)).count();
        let behind = &rest[length..];
        if behind.starts_with(b" [") && behind.get(2).is_some_and(u8::is_ascii_digit) {
            self.user(at + 3, at + 3 + length);
        }
    }

    /// A word that only a computer is called: letters and a number, and no ordinary word with a number behind it.
    pub(super) fn computer(&mut self, start: usize, end: usize) -> bool {
        is_computer(&self.text[start..end]) && self.push(start, end, What::Name(Kind::Host))
    }

    /// `[10.0.0.1] jdoe(Users)[Role]`: the user of a realm in the logs of Connect Secure.
    pub(super) fn of_realm(&mut self, run: Run) -> bool {
        let text = self.text;
        // Most are calls of functions.
        if !text[..run.start].ends_with(b"] ") {
            return false;
        }
        let behind = &text[run.end..text.len().min(run.end + 80)];
        let realm = behind.iter().position(|it| b")\n".contains(it));
        realm.is_some_and(|at| behind[at..].starts_with(b")[")) && self.user(run.start, run.end)
    }
}

/// See [`Walk::computer`].
pub(super) fn is_computer(word: &[u8]) -> bool {
    let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    word.len() >= 3
        && word.len() <= 63
        && word[0].is_ascii_alphabetic()
        && letters >= 2
        && word.iter().any(u8::is_ascii_digit)
        && !word.contains(&b'.')
        && !words::is_no_host(word)
        && !words::is_ordinary(word)
        && !is_numbered(word)
        && !pseudonym::is_redacted(word)
}
