//! What sentences say: `Failed password for x from`, `host 'x'`, `sudo: x : TTY=`.

use super::super::names::Trigger;
use super::super::{Kind, pseudonym, words};
use super::{Walk, What, is_atom, is_run};

impl Walk<'_> {
    /// Looks at what follows a word at `from..to`. True if anything was found.
    pub(super) fn triggered(&mut self, trigger: Trigger, from: usize, to: usize) -> bool {
        match trigger {
            Trigger::Homes => self.home(from, to),
            Trigger::User => self.user_phrase(from, to),
            Trigger::Password => self.password_phrase(to),
            Trigger::AcceptedFor => self.accepted_for(to),
            Trigger::Sudo => self.sudo(to),
            Trigger::Host => self.host_phrase(to),
            Trigger::Bearer => {
                let end = self.token_end(to + 1);
                let fits = self.text.get(to) == Some(&b' ') && end >= to + 17;
                fits && self.push(to + 1, end, What::Secret(Kind::Token))
            }
            Trigger::SecureString => self
                .quoted(self.skip(to, b"-String"))
                .is_some_and(|(start, end)| start < end && self.push(start, end, What::Secret(Kind::Password))),
            Trigger::Thin => self.thin(to),
            Trigger::Community => self.community(from, to),
            Trigger::Secret => self.password_phrase(to),
            Trigger::Phone => self.telephone_phrase(to),
            Trigger::Token => self.token_phrase(to),
            Trigger::Licence => self.licence_phrase(to),
            Trigger::Serial => self.serial_phrase(from, to),
            Trigger::Social => self.social_phrase(to),
            Trigger::Connect => self.connect_phrase(to),
            Trigger::Kernel => self.kernel_phrase(to),
            Trigger::Done => self.done_phrase(to),
            Trigger::Outcome => self.outcome_phrase(to),
            Trigger::Su => self.su_phrase(to),
            Trigger::Cron => self.cron_phrase(to),
            Trigger::Domain => self.domain_phrase(to),
            Trigger::Identified => {
                let by = self.skip(to, b"BY");
                by > to
                    && self.quoted(by).is_some_and(|(start, end)| self.push(start, end, What::Secret(Kind::Password)))
            }
        }
    }

    /// Where what follows a word begins: behind blanks, and behind `word` if it stands there in any case.
    pub(super) fn skip(&self, at: usize, word: &[u8]) -> usize {
        let blanks = |at: usize| at + self.text[at..].iter().take(8).take_while(|byte| **byte == b' ').count();
        let start = blanks(at);
        let end = start + word.len();
        match self.text.get(start..end) {
            Some(found)
                if start > at
                    && found.eq_ignore_ascii_case(word)
                    && !self.text.get(end).is_some_and(|it| is_run(*it)) =>
            {
                blanks(end)
            }
            _ => start,
        }
    }

    /// What stands in quotes at a place.
    pub(super) fn quoted(&self, at: usize) -> Option<(usize, usize)> {
        let rest = &self.text[at..self.text.len().min(at + 130)];
        let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
        let quote = *rest.get(slashes)?;
        let closing = match quote {
            b'"' | b'\'' => quote,
            b'[' => b']',
            b'`' => b'`',
            _ => return None,
        };
        let inside = &rest[slashes + 1..];
        let end = memchr::memchr2(closing, b'\n', inside).filter(|end| inside[*end] == closing)?;
        let end = end - inside[..end].iter().rev().take_while(|byte| **byte == b'\\').count().min(slashes);
        let start = at + slashes + 1;
        Some((start, start + end))
    }

    /// The end of what has the signs of a token.
    pub(super) fn token_end(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        start + rest.iter().take_while(|byte| is_run(**byte) || b"+/=~".contains(byte)).count()
    }

    /// `user 'x'`, `for user x`, `invalid user x from`.
    fn user_phrase(&mut self, from: usize, to: usize) -> bool {
        // `[jdoe] OK LOGIN: Client "10.0.0.7"`, as vsftpd writes it.
        if self.text.get(to) == Some(&b':') {
            let before = &self.text[self.line.min(from)..from];
            let before = before.strip_suffix(b"] OK ").or(before.strip_suffix(b"] FAIL "));
            let open = before.and_then(|it| Some((memchr::memrchr(b'[', it)? + 1, it.len())));
            return open.is_some_and(|(start, end)| self.user(self.line + start, self.line + end));
        }
        if self.text.get(to) != Some(&b' ') {
            return false;
        }
        let at = self.skip(to, b"");
        // `login for jdoe succeeded`.
        if self.skip(to, b"for") > at {
            return self.accepted_for(to);
        }
        // `net user jdoe x /add`.
        if self.text[self.line.min(from)..from].ends_with(b"net ") {
            let (name, end) = self.argument(to);
            let (start, last) = self.argument(end);
            let password = &self.text[start..last];
            let found = !self.text[name..end].starts_with(b"/") && self.user(name, end);
            let other = password.len() < 4 || password[0] == b'/' || super::keys::is_placeholder(password);
            return !other && self.push(start, last, What::Secret(Kind::Password)) || found;
        }
        if let Some((start, end)) = self.quoted(at) {
            return self.is_name(start, end, 48) && self.user(start, end);
        }
        let end =
            at + self.text[at..].iter().take(64).take_while(|byte| is_run(**byte) || b"\\@$".contains(byte)).count();
        let end = self.without_stop(at, end);
        let word = &self.text[at..end];
        let before = self.text[self.line.min(from)..from].trim_ascii_end();
        let before = before.rsplit(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
        let says = [&b"for"[..], b"by", b"invalid", b"illegal", b"as", b"of", b"unknown", b"from"]
            .iter()
            .any(|it| before.eq_ignore_ascii_case(it));
        let marked = word.iter().any(|byte| byte.is_ascii_digit() || b"._\\@-".contains(byte))
            && word.iter().any(u8::is_ascii_alphabetic);
        let code = word.contains(&b'(') || word.len() > 48 || words::is_ordinary(word);
        (says || marked) && !code && !word.is_empty() && self.user(at, end)
    }

    /// Whether text in quotes can be a name.
    fn is_name(&self, start: usize, end: usize, longest: usize) -> bool {
        let name = &self.text[start..end];
        let signs = |byte: &u8| is_run(*byte) || b" \\@$'+~".contains(byte);
        !name.is_empty()
            && name.len() <= longest
            && name.iter().all(signs)
            && name.iter().filter(|byte| **byte == b' ').count() <= 2
            && !words::is_ordinary(name)
    }

    pub(super) fn without_stop(&self, start: usize, end: usize) -> usize {
        let mut end = end;
        while end > start && b".-\\".contains(&self.text[end - 1]) {
            end -= 1;
        }
        end
    }

    /// `password for x from`, `password is x`, `password 'x'`.
    fn password_phrase(&mut self, to: usize) -> bool {
        if self.text.get(to) != Some(&b' ') {
            return self.done > to;
        }
        if self.accepted_for(to) {
            self.password_of_user();
            return true;
        }
        if self.typed_password(to) {
            return true;
        }
        if let Some((start, end)) = self.part_of_password(to) {
            return self.push(start, end, What::Secret(Kind::Password));
        }
        // `machine x login y password z` of .netrc.
        let line = &self.text[self.line.min(to)..to];
        if memchr::memmem::find(line, b"machine ").is_some() && memchr::memmem::find(line, b" login ").is_some() {
            let (from, end) = self.argument(to);
            return self.push(from, end, What::Secret(Kind::Password));
        }
        let is = self.skip(to, b"is");
        let at = if is > self.skip(to, b"") { is } else { self.skip(to, b"was") };
        let at = [&b"set to"[..], b"changed to", b"reset to"]
            .into_iter()
            .map(|it| self.skip(at - usize::from(at > to), it))
            .max()
            .unwrap_or(at);
        if let Some((start, end)) = self.quoted(at) {
            let word = &self.text[start..end];
            let says = words::is_ordinary(word) || super::keys::is_placeholder(word);
            return !says && start < end && self.push(start, end, What::Secret(Kind::Password));
        }
        let end = self.text[at..].iter().take(128).position(u8::is_ascii_whitespace);
        let end = end.map_or(self.text.len().min(at + 128), |length| at + length);
        let word = &self.text[at..end];
        let strong =
            word.len() >= 4 && word.iter().any(u8::is_ascii_digit) && word.iter().any(|it| !it.is_ascii_digit());
        let told = at > self.skip(to, b"");
        told && strong && !super::keys::is_placeholder(word) && self.push(at, end, What::Secret(Kind::Password))
    }

    /// `password first 5 chars: x`, as the Veeam Health Check writes of the account that it tries.
    fn part_of_password(&self, to: usize) -> Option<(usize, usize)> {
        let from = self.skip(to, b"");
        let side = [&b"first"[..], b"last"].into_iter().map(|it| self.skip(to, it)).find(|it| *it > from)?;
        let digits = self.text[side..].iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        let count: usize = std::str::from_utf8(&self.text[side..side + digits]).ok()?.parse().ok()?;
        let from = self.skip(side + digits, b"");
        let units = [&b"chars"[..], b"characters", b"char", b"letters"];
        let sign = units.into_iter().map(|it| self.skip(side + digits, it)).find(|it| *it > from)?;
        if !matches!(self.text.get(sign), Some(b':' | b'=')) {
            return None;
        }
        let start = self.skip(sign + 1, b"");
        let line = self.text[start..self.line_end(start)].trim_ascii_end();
        let part = std::str::from_utf8(line).ok().and_then(|it| it.char_indices().nth(count));
        let end = start + part.map_or(line.len(), |(length, _)| length);
        (start < end && !super::keys::is_placeholder(&self.text[start..end])).then_some((start, end))
    }

    /// `password for 'x' is 'y'`, behind the name that was just found.
    fn password_of_user(&mut self) {
        if self.text[self.done..].starts_with(b": ") {
            let (from, end) = self.argument(self.done + 1);
            let word = &self.text[from..end];
            let strong = word.len() >= 6 && word.iter().any(u8::is_ascii_digit) && !word.iter().all(u8::is_ascii_digit);
            if strong && end == self.line.max(from + self.text[from..self.line_end(from)].trim_ascii_end().len()) {
                self.push(from, end, What::Secret(Kind::Password));
            }
            return;
        }
        let at = self.done + usize::from(matches!(self.text.get(self.done), Some(b'"' | b'\'' | b'`' | b']')));
        let behind = [&b"is"[..], b"was", b"is now", b"set to", b"is set to", b"was set to"]
            .into_iter()
            .map(|words| self.skip(at, words))
            .max()
            .unwrap_or(at);
        if behind > self.skip(at, b"")
            && let Some((start, end)) = self.quoted(behind)
            && !words::is_ordinary(&self.text[start..end])
            && !super::keys::is_placeholder(&self.text[start..end])
        {
            self.push(start, end, What::Secret(Kind::Password));
        }
    }

    /// ` for x from`, ` for invalid user x from`.
    fn accepted_for(&mut self, to: usize) -> bool {
        let at = self.skip(to, b"for");
        if at == self.skip(to, b"") {
            return false;
        }
        let at = match self.skip(at - 1, b"invalid user") {
            same if same < at + 5 => self.skip(at - 1, b"user"),
            behind => behind,
        };
        if let Some((start, end)) = self.quoted(at) {
            return self.is_name(start, end, 48) && self.user(start, end);
        }
        let end =
            at + self.text[at..].iter().take(64).take_while(|byte| is_run(**byte) || b"\\@$".contains(byte)).count();
        let end = self.without_stop(at, end);
        let from = [&b" from "[..], b" succeeded", b" failed", b"/"].iter().any(|it| self.text[end..].starts_with(it));
        let word = &self.text[at..end];
        let marked = word.iter().any(|byte| byte.is_ascii_digit() || b"._\\@".contains(byte));
        (from || marked) && !words::is_ordinary(word) && self.user(at, end)
    }

    /// `sudo: x : TTY=pts/0`, `sudo[12]: x : `.
    fn sudo(&mut self, to: usize) -> bool {
        let text = self.text;
        let rest = &text[to..text.len().min(to + 100)];
        let Some(colon) = rest.iter().take(14).position(|byte| *byte == b':') else { return false };
        let start = self.skip(to + colon + 1, b"");
        let end = self.run_end(start);
        text[end..].starts_with(b" : ") && self.user(start, end)
    }

    /// `host 'x'`, `server x`, if that can only be a name.
    fn host_phrase(&mut self, to: usize) -> bool {
        // `node/srv1`, `HOST/srv1`.
        if self.text.get(to) == Some(&b'/') {
            return self.computer(to + 1, self.run_end(to + 1));
        }
        if self.text.get(to) != Some(&b' ') {
            return false;
        }
        let at = self.skip(to, b"name");
        let at = if at > to + 5 { at } else { self.skip(to, b"") };
        if let Some((start, end)) = self.quoted(at) {
            let name = &self.text[start..end];
            let plain = name.iter().all(|byte| is_run(*byte)) && !words::is_ordinary(name);
            return plain && name.len() <= 63 && self.host_value(start, end);
        }
        let end = self.run_end(at);
        let end = self.without_stop(at, end);
        let word = &self.text[at..end];
        let digits = word.iter().any(u8::is_ascii_digit);
        let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        let begins = word.first().is_some_and(u8::is_ascii_alphabetic);
        // `host0`, `v2`, `x86` are none.
        let named = word.len() >= 4
            && begins
            && digits
            && letters >= 2
            && !word.contains(&b'.')
            && !pseudonym::is_redacted(word);
        let device = words::is_no_host(word.trim_ascii_end())
            || is_numbered(word)
            || matches!(self.text.get(end), Some(b'=' | b'(' | b'/'));
        named && !device && self.push(at, end, What::Name(Kind::Host))
    }

    /// `jdbc:oracle:thin:user/password@`.
    fn thin(&mut self, to: usize) -> bool {
        let text = self.text;
        if text.get(to) != Some(&b':') {
            return false;
        }
        let rest = &text[to + 1..text.len().min(to + 200)];
        let Some(at) = memchr::memchr2(b'@', b'\n', rest).filter(|at| rest[*at] == b'@') else { return false };
        let Some(slash) = memchr::memchr(b'/', &rest[..at]) else { return false };
        self.user(to + 1, to + 1 + slash);
        let found = self.push(to + 2 + slash, to + 1 + at, What::Secret(Kind::Password));
        let host = to + 2 + at;
        self.host_value(host, self.line_end(host)) || found
    }
}

/// Whether a word is an ordinary one with a number behind it: `worker12`, `step3`.
pub(super) fn is_numbered(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|byte| is_atom(**byte) && !byte.is_ascii_digit()).count();
    let stem = &word[..letters];
    let rest = &word[letters..];
    rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
        && (words::is_ordinary(stem) || words::is_no_host(stem))
}
