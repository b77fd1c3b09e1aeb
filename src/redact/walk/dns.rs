//! Names with dots, mail addresses, and addresses with a scheme.

use super::super::names::{Meaning, key};
use super::super::words::{self, Ending};
use super::super::{Kind, pseudonym};
use super::{Run, UPPER, Walk, What, is_atom, is_run};

/// Ends of the names of units, which stand behind an `@` as domains do.
const UNITS: &[&[u8]] = &[b"service", b"socket", b"timer", b"mount", b"target", b"device", b"slice", b"scope", b"path"];

impl Walk<'_> {
    /// A run with dots and letters may be a DNS name.
    pub(super) fn dns(&mut self, run: Run) -> bool {
        let (start, end) = self.trimmed(run);
        // `socket.io(` is a call, `x.local=1` a setting.
        if self.text.get(run.end).is_some_and(|byte| b"(=$".contains(byte)) || !self.is_dns(run) {
            return false;
        }
        if self.before(start).is_some_and(|byte| b"$%#".contains(&byte)) {
            return false;
        }
        let named = self.hits.iter().any(|(.., meaning)| matches!(meaning, Meaning::Name(_)));
        if !named && words::is_public_name(&self.text[start..end]) {
            // Nothing else is in it.
            self.done = self.done.max(end);
            return true;
        }
        self.push(start, end, What::Dns)
    }

    /// Whether a name that is known begins somewhere in a part of the text.
    fn has_name(&self, from: usize, to: usize) -> bool {
        let mut at = from;
        while at < to {
            let length = self.text[at..to].iter().take_while(|byte| is_atom(**byte)).count();
            let key = key(&self.text[at..at + length]);
            if length > 0
                && self.dictionary.may_have(key)
                && matches!(self.dictionary.word_at(self.text, at, key), Some((end, Meaning::Name(_))) if end <= to)
            {
                return true;
            }
            at += length + 1;
        }
        false
    }

    /// The run without signs at its ends.
    pub(super) fn trimmed(&self, run: Run) -> (usize, usize) {
        let bytes = &self.text[run.start..run.end];
        let first = bytes.iter().position(|byte| is_atom(*byte)).unwrap_or(bytes.len());
        let last = bytes.iter().rposition(|byte| is_atom(*byte)).map_or(first, |at| at + 1);
        (run.start + first, run.start + last)
    }

    /// Whether the shape of a run is that of a DNS name.
    pub(super) fn is_dns(&self, run: Run) -> bool {
        let (start, end) = self.trimmed(run);
        let name = &self.text[start..end];
        let Some(dot) = memchr::memrchr(b'.', name) else { return false };
        let (last, rest) = (&name[dot + 1..], &name[..dot]);
        let ending = words::ending(last);
        if ending == Ending::None || name.len() > 253 || pseudonym::pseudonym_at(name).is_some() {
            return false;
        }
        let labels = 1 + rest.split(|byte| *byte == b'.').count();
        let first = rest.split(|byte| *byte == b'.').next().unwrap_or_default();
        if rest.split(|byte| *byte == b'.').any(|label| label.is_empty() || label.len() > 63) {
            return false;
        }
        // Names of classes have capitals inside, and begin as Java packages do.
        let capitals = run.flags & UPPER != 0;
        let small = name.iter().any(u8::is_ascii_lowercase);
        if capitals && small && last.iter().any(u8::is_ascii_uppercase) || words::begins_code(first) {
            return false;
        }
        let is_camel =
            |label: &[u8]| label.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
        if rest.split(|byte| *byte == b'.').any(is_camel) || !rest.iter().any(u8::is_ascii_alphabetic) {
            return false;
        }
        match ending {
            Ending::Sure => true,
            Ending::Weak => labels >= 3 && !capitals && first.iter().any(|byte| byte.is_ascii_digit() || *byte == b'-'),
            Ending::None => false,
        }
    }

    /// Something before an `@`: a mail address, a user of a realm or of a host.
    pub(super) fn mail(&mut self, run: Run) -> bool {
        let text = self.text;
        let at = run.end;
        let local = |byte: &u8| is_run(*byte) || b"+%'".contains(byte);
        let back = text[self.done.max(self.line).min(run.start)..at]
            .iter()
            .rev()
            .take(64)
            .take_while(|byte| local(byte))
            .count();
        let mut start = at - back;
        while start < at && !is_atom(text[start]) {
            start += 1;
        }
        let mut end = self.run_end(at + 1);
        while end > at + 1 && !is_atom(text[end - 1]) {
            end -= 1;
        }
        let (user, domain) = (&text[start..at], text.get(at + 1..end).unwrap_or_default());
        let number = domain.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        let address = std::str::from_utf8(domain).is_ok_and(|it| it.parse::<std::net::Ipv4Addr>().is_ok());
        let dotted = domain.contains(&b'.');
        let last = domain.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        if user.is_empty() || domain.is_empty() || number && !address || UNITS.contains(&last) {
            return false;
        }
        // `java.lang.Object@1a2b3c`, `SendWorker@688`.
        let hash = domain.iter().all(u8::is_ascii_hexdigit) && domain.iter().any(u8::is_ascii_digit);
        let code =
            user.contains(&b'$') || user.windows(2).any(|it| it[0].is_ascii_lowercase() && it[1].is_ascii_uppercase());
        if !dotted && (hash || code) || pseudonym::is_redacted(user) && pseudonym::is_redacted(domain) {
            return false;
        }
        let mut found = false;
        if !words::is_account(user) {
            found |= self.push(start, at, What::Name(Kind::User));
        }
        found |= match (address, dotted) {
            (true, _) => self.push(at + 1, end, What::Ipv4(None)),
            (_, true) if words::is_public_name(domain) && !self.has_name(at + 1, end) => false,
            (_, true) => self.push(at + 1, end, What::Dns),
            _ => self.host(at + 1, end),
        };
        // Accounts of makers' systems stay, and so does all that is left.
        self.done = self.done.max(if found { end } else { self.done });
        found
    }

    /// A run before `://`: the address behind it may name a user, a password and a host.
    pub(super) fn address_of(&mut self, run: Run) -> bool {
        let text = self.text;
        let start = run.end + 3;
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'<>`\\".contains(byte);
        let rest = &text[start..];
        let whole = rest.iter().take(2048).position(ends).unwrap_or(rest.len().min(2048));
        let rest = &rest[..whole];
        let slash = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(whole);
        // A password may hold a slash that should have been encoded; then the last `@` is behind it.
        let authority = match memchr::memrchr(b'@', &rest[..slash]) {
            Some(at) => Some(at),
            None => {
                let at = memchr::memchr(b'@', rest);
                let colon = memchr::memchr(b':', &rest[..slash]);
                let port = colon.is_some_and(|it| slash > it + 1 && rest[it + 1..slash].iter().all(u8::is_ascii_digit));
                at.filter(|at| colon.is_some() && !port && !rest[..*at].iter().any(|byte| b"?&".contains(byte)))
            }
        };
        let mut host = start;
        if let Some(at) = authority {
            let user = &rest[..at];
            let colon = memchr::memchr(b':', user);
            match colon {
                Some(colon) => {
                    self.user(start, start + colon);
                    self.push(start + colon + 1, start + at, What::Secret(Kind::Password));
                }
                // `https://<token>@host`.
                None if at >= 20 && user.iter().any(u8::is_ascii_digit) => {
                    self.push(start, start + at, What::Secret(Kind::Token));
                }
                None => {
                    self.user(start, start + at);
                }
            }
            host = start + at + 1;
        }
        let length = text[host..start + whole].iter().position(|byte| b"/?#".contains(byte));
        self.host_value(host, length.map_or(start + whole, |length| host + length));
        // The rest of the address is looked at as any text.
        false
    }

    /// The value of something that names a host: a label, a DNS name or an address, perhaps with a port.
    pub(super) fn host_value(&mut self, start: usize, limit: usize) -> bool {
        let text = self.text;
        let mut start = start;
        for scheme in [&b"tcp:"[..], b"np:", b"udp:", b"ssl:"] {
            if text[start..limit].len() > scheme.len() && text[start..limit].to_ascii_lowercase().starts_with(scheme) {
                start += scheme.len();
            }
        }
        while start < limit && b"\\/ [".contains(&text[start]) {
            start += 1;
        }
        let end = self.run_end(start).min(limit);
        if end <= start {
            return false;
        }
        let run = Run {
            start,
            end,
            flags: text[start..end].iter().fold(0, |all, byte| all | super::CLASS[usize::from(*byte)]),
        };
        if text.get(end) == Some(&b':') && self.colon_hex(start) {
            return true;
        }
        self.dotted_digits(run) || self.host(start, end)
    }

    /// A run that is known to be a host. Words that are none stay.
    pub(super) fn host(&mut self, start: usize, end: usize) -> bool {
        let (start, end) = self.trimmed(Run { start, end, flags: 0 });
        let name = &self.text[start..end];
        if name.len() < 2 || pseudonym::is_redacted(name) || !name.iter().any(u8::is_ascii_alphabetic) {
            return false;
        }
        let numbers = |name: &[u8]| name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        if !name.contains(&b'.') {
            return !words::is_no_host(name) && self.push(start, end, What::Name(Kind::Host));
        }
        let file =
            name.rsplit(|byte| *byte == b'.').next().is_some_and(|it| FILES.contains(&&*it.to_ascii_lowercase()));
        let odd = name.split(|byte| *byte == b'.').any(<[u8]>::is_empty);
        let is_public = words::is_public_name(name) && !self.has_name(start, end);
        !file && !odd && !numbers(name) && !is_public && self.push(start, end, What::Dns)
    }
}

/// Ends of names of files, behind which no host is.
const FILES: &[&[u8]] = &[
    b"exe", b"dll", b"log", b"txt", b"xml", b"json", b"conf", b"cfg", b"ini", b"java", b"cs", b"cpp", b"c", b"h",
    b"rs", b"sys", b"so", b"jar", b"gz", b"zip", b"bak", b"tmp", b"sock", b"socket", b"pid", b"service", b"yaml",
    b"yml", b"php", b"html", b"js", b"css", b"sql", b"db", b"vbk", b"vib", b"vmx", b"vmdk",
];
