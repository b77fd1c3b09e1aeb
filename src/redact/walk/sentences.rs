//! More of what sentences say: `serial no. x`, `license key x`, `started by x`, `connect to x:443`.

use super::super::{Kind, words};
use super::hosts::is_computer;
use super::{Walk, What, is_run};

impl Walk<'_> {
    /// Behind the first of these words that stand at a place, each once and in this order.
    fn behind(&self, at: usize, all: &[&[u8]]) -> usize {
        let mut at = at;
        for word in all {
            let next = self.skip(at, word);
            if next > self.skip(at, b"") {
                at = next - 1;
            }
        }
        self.skip(at, b"")
    }

    /// `token x`, `token is x`, `Received token 'x'`.
    pub(super) fn token_phrase(&mut self, to: usize) -> bool {
        if self.text.get(to) != Some(&b' ') {
            return false;
        }
        let at = self.behind(to, &[b"is", b"was"]);
        let (start, end) = self.quoted(at).unwrap_or((at, self.token_end(at)));
        let end = self.without_stop(start, end);
        let token = &self.text[start..end];
        let has = |kind: fn(&u8) -> bool| token.iter().any(kind);
        let random = token.len() >= 20 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        // A path, a name of a class.
        let other =
            token.contains(&b'.') && !token.starts_with(b"ey") || token.iter().filter(|it| **it == b'/').count() > 3;
        random && !other && self.push(start, end, What::Secret(Kind::Token))
    }

    /// `license key x`, `activation code x`, `slmgr /ipk x`.
    pub(super) fn licence_phrase(&mut self, to: usize) -> bool {
        if self.text.get(to) != Some(&b' ') {
            return false;
        }
        let at = self.behind(to, &[b"key", b"code", b"id", b"is"]);
        let end = self.run_end(at);
        let end = self.without_stop(at, end);
        let key = &self.text[at..end];
        let plain = key.iter().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || *it == b'-');
        let hex = key.iter().all(|it| it.is_ascii_hexdigit() || *it == b'-');
        let fits = key.len() >= 16 && key.iter().any(u8::is_ascii_digit) && (plain || hex);
        fits && self.push(at, end, What::Secret(Kind::Licence))
    }

    /// `serial x`, `serial no. x`, `serial number is x`, `BIOS SN x`, `serial [x]`.
    pub(super) fn serial_phrase(&mut self, from: usize, to: usize) -> bool {
        let text = self.text;
        let short = to - from == 2 && &text[from..to] != b"SN";
        if text.get(to) != Some(&b' ') || short {
            return false;
        }
        let at = self.behind(to, &[b"number", b"no.", b"no", b"nr.", b"nr", b"is", b"was"]);
        let at = at + text[at..].iter().take(4).take_while(|it| b".:# ".contains(it)).count();
        let (start, mut end) = self.quoted(at).unwrap_or((at, self.run_end(at)));
        end = self.without_stop(start, end);
        // `VMware-56 4d 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7`.
        let is_vm = text[start..end].starts_with(b"VMware-");
        if is_vm {
            let more = text[start + 7..].iter().take(48).take_while(|it| it.is_ascii_hexdigit() || b" -".contains(it));
            end = self.trim(start, start + 7 + more.count());
        }
        let serial = &text[start..end];
        let plain = serial.iter().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || b"-_/".contains(it));
        let fits = serial.len() >= 6 && serial.iter().any(u8::is_ascii_digit) && (plain || is_vm);
        fits && self.push(start, end, What::Name(Kind::Serial))
    }

    /// `social security number x`.
    pub(super) fn social_phrase(&mut self, to: usize) -> bool {
        let at = self.skip(to, b"security");
        if at == self.skip(to, b"") {
            return false;
        }
        let at = self.behind(at - 1, &[b"number", b"no", b"is", b"was"]);
        let at = at + self.text[at..].iter().take(4).take_while(|it| b".:# ".contains(it)).count();
        self.social_security_at(at)
    }

    /// `connect to x:443`, `Connection from x [10.0.0.1]`, `ping x`, `agent on x`.
    pub(super) fn connect_phrase(&mut self, to: usize) -> bool {
        if self.text.get(to) != Some(&b' ') {
            return false;
        }
        let at = self.behind(to, &[b"to", b"from", b"with", b"on", b"host", b"server"]);
        let end = self.run_end(at);
        self.computer(at, self.without_stop(at, end))
    }

    /// `Linux x 5.14.0-362.el9 #1 SMP`, as `uname` prints it.
    pub(super) fn kernel_phrase(&mut self, to: usize) -> bool {
        let text = self.text;
        let start = self.skip(to, b"");
        let end = self.run_end(start);
        let version = text.get(end) == Some(&b' ') && text.get(end + 1).is_some_and(u8::is_ascii_digit);
        let release = version && text.get(end + 2).is_some_and(|it| it.is_ascii_digit() || *it == b'.');
        let word = &text[start..end];
        start > to && release && !words::is_ordinary(word) && self.host(start, end)
    }

    /// `started by x`, `changed by user x`, `logged in as x`.
    pub(super) fn done_phrase(&mut self, to: usize) -> bool {
        if self.text.get(to) != Some(&b' ') {
            return false;
        }
        let mut at = self.behind(to, &[b"in", b"on"]);
        let by = self.skip(at - 1, b"by").max(self.skip(at - 1, b"as"));
        let account = self.skip(at - 1, b"as") > at;
        if by == at {
            return false;
        }
        at = self.behind(by - 1, &[b"user"]);
        if let Some((start, end)) = self.quoted(at) {
            let plain = self.text[start..end].iter().all(|it| is_run(*it) || b"\\@".contains(it));
            return plain && !words::is_ordinary(&self.text[start..end]) && self.user(start, end);
        }
        let length = self.text[at..].iter().take(64).take_while(|it| is_run(**it) || b"\\@$".contains(it)).count();
        let end = self.without_stop(at, at + length);
        let word = &self.text[at..end];
        let letters = word.iter().filter(|it| it.is_ascii_alphabetic()).count();
        let marked = word.iter().any(|it| it.is_ascii_digit() || b"._\\@".contains(it))
            || [&b"adm-"[..], b"svc-", b"usr-", b"sa-"].iter().any(|it| word.starts_with(it));
        // `created by job-7`, `started by x.service`, `by org.example.Main`.
        let code =
            word.iter().filter(|it| **it == b'.').count() > 1 || word.ends_with(b".service") || word.ends_with(b".exe");
        let numbered = super::phrases::is_numbered(word);
        (marked || account && letters == word.len() && letters >= 4)
            && !code
            && !numbered
            && letters >= 2
            && !words::is_ordinary(word)
            && self.user(at, end)
    }

    /// `Primary authentication successful for x/Realm from`.
    pub(super) fn outcome_phrase(&mut self, to: usize) -> bool {
        let at = self.skip(to, b"for");
        if at == self.skip(to, b"") || self.text.get(to) != Some(&b' ') {
            return false;
        }
        let length = self.text[at..].iter().take(64).take_while(|it| is_run(**it) || b"\\@$".contains(it)).count();
        let end = at + length;
        let behind = &self.text[end..self.text.len().min(end + 48)];
        let from = memchr::memmem::find(behind, b" from ");
        let realm = behind.first() == Some(&b'/') && from.is_some();
        (from == Some(0) || realm) && !words::is_ordinary(&self.text[at..end]) && self.user(at, end)
    }

    /// `su: (to root) x on pts/0`, `su[12]: Successful su for root by x`.
    pub(super) fn su_phrase(&mut self, to: usize) -> bool {
        let text = self.text;
        if let Some(rest) = text[to..].strip_prefix(b": (to ") {
            let Some(close) = rest.iter().take(40).position(|it| *it == b')') else { return false };
            let start = to + 6 + close + 2;
            let end = self.run_end(start.min(text.len()));
            return text[end..].starts_with(b" on ") && self.user(start, end);
        }
        let at = self.skip(to, b"for");
        if at == self.skip(to, b"") {
            return false;
        }
        let by = self.run_end(at);
        let start = self.skip(by, b"by");
        start > self.skip(by, b"") && self.user(start, self.run_end(start))
    }

    /// `CRON[12]: (x) CMD`.
    pub(super) fn cron_phrase(&mut self, to: usize) -> bool {
        let rest = &self.text[to..self.text.len().min(to + 90)];
        let Some(open) = memchr::memmem::find(rest, b"]: (").filter(|at| *at <= 12) else { return false };
        let start = to + open + 4;
        let end = self.run_end(start);
        self.text[end..].starts_with(b") ") && self.user(start, end)
    }

    /// `joined to domain x.io`, `domain 'x'`.
    pub(super) fn domain_phrase(&mut self, to: usize) -> bool {
        if self.text.get(to) != Some(&b' ') {
            return false;
        }
        let at = self.skip(to, b"");
        let (start, end) = self.quoted(at).unwrap_or((at, self.run_end(at)));
        let end = self.without_stop(start, end);
        let name = &self.text[start..end];
        let last = name.rsplit(|it| *it == b'.').next().unwrap_or_default();
        let dotted = name.contains(&b'.') && last.len() < name.len() && words::ending(last) != words::Ending::None;
        let plain = name.iter().all(|it| is_run(*it)) && !is_computer(name);
        dotted && plain && self.host(start, end)
    }
}
