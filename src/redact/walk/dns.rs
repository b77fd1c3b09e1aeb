//! Names with dots, mail addresses, and addresses with a scheme.

use super::super::names::{Meaning, key};
use super::super::words::{self, Ending};
use super::super::{Kind, pseudonym};
use super::{DIGIT, Run, UPPER, Walk, What, is_atom, is_run};

/// Ends of the names of units, which stand behind an `@` as domains do.
const UNITS: &[&[u8]] = &[b"service", b"socket", b"timer", b"mount", b"target", b"device", b"slice", b"scope", b"path"];

impl Walk<'_> {
    /// A run with dots and letters may be a DNS name.
    pub(super) fn dns(&mut self, run: Run) -> bool {
        let (start, end) = self.trimmed(run);
        if self.text[start..end].starts_with(b"iqn.") {
            return self.initiator(start, end);
        }
        if self.in_file_name(run) {
            return true;
        }
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

    /// `srv1.contoso.local.crt`, `backup_srv1.contoso.local_2026.log`: a DNS name in that of a file.
    fn in_file_name(&mut self, run: Run) -> bool {
        // Most dotted runs are names of classes.
        if run.flags & DIGIT == 0 {
            return false;
        }
        let text = self.text;
        let whole = &text[run.start..run.end];
        let last = whole.rsplit(|it| *it == b'.').next().unwrap_or_default();
        let is_file = FILES.contains(&&*last.to_ascii_lowercase());
        if !is_file && !whole.contains(&b'_') || memchr::memchr_iter(b'.', whole).count() < 2 {
            return false;
        }
        let (mut start, mut found) = (run.start, false);
        for part in whole.split(|it| *it == b'_') {
            let cut = part.strip_suffix(last).and_then(|it| it.strip_suffix(b".")).filter(|_| is_file);
            let end = start + cut.unwrap_or(part).len();
            let name = Run { start, end, flags: run.flags };
            let first = text[start..end].split(|it| *it == b'.').next().unwrap_or_default();
            let labels = memchr::memchr_iter(b'.', &text[start..end]).count();
            let sure = labels >= 2 && first.iter().any(u8::is_ascii_digit) && !first.iter().all(u8::is_ascii_digit);
            found |= sure && end > start && self.is_dns(name) && self.push(start, end, What::Dns);
            start += part.len() + 1;
        }
        found
    }

    /// `iqn.2026-01.com.contoso:srv1` (RFC 3720): a date, a domain backwards, and a name that the domain gives out.
    fn initiator(&mut self, start: usize, end: usize) -> bool {
        let text = self.text;
        let labels: Vec<&[u8]> = text[start..end].split(|it| *it == b'.').skip(2).collect();
        let domain: Vec<u8> = labels.iter().rev().copied().collect::<Vec<_>>().join(&b"."[..]);
        let mut at = end - labels.iter().map(|it| it.len() + 1).sum::<usize>() + 1;
        let mut found = false;
        for label in &labels {
            let names = !words::is_public_name(&domain) && words::is_telling(label);
            found |= names && self.push(at, at + label.len(), What::Name(Kind::Domain));
            at += label.len() + 1;
        }
        // Of Windows and ESXi it is the computer: `com.microsoft:srv1`, `com.vmware:esx1-1a2b3c4d`.
        let is_computers = [&b"microsoft.com"[..], b"vmware.com"].iter().any(|it| domain.eq_ignore_ascii_case(it));
        if is_computers && text.get(end) == Some(&b':') {
            let last = self.run_end(end + 1);
            let name = &text[end + 1..last];
            let cut = name.len().checked_sub(9).filter(|at| {
                domain.eq_ignore_ascii_case(b"vmware.com")
                    && name[*at] == b'-'
                    && name[at + 1..].iter().all(u8::is_ascii_hexdigit)
            });
            found |= self.host(end + 1, cut.map_or(last, |at| end + 1 + at));
        }
        self.done = self.done.max(end);
        found || !labels.is_empty()
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
        if self.before(start) == Some(b'/') && self.of_oracle(start, at, end) {
            return true;
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

    /// `sqlplus user/password@srv1`, `user/password@srv1:1521/service`: the password is before the `@`.
    fn of_oracle(&mut self, start: usize, at: usize, end: usize) -> bool {
        let text = self.text;
        let from = self.line.min(start - 1);
        let length = text[from..start - 1].iter().rev().take_while(|it| is_run(**it)).count();
        let first = start - 1 - length;
        let begins = self.before(first).is_none_or(|it| it.is_ascii_whitespace() || b"\"'=:".contains(&it));
        let line = &text[self.line.min(first)..first];
        let is_tool = |tool: &&[u8]| line.split(|it| !is_atom(*it)).any(|word| word.eq_ignore_ascii_case(tool));
        let tool = [&b"sqlplus"[..], b"expdp", b"impdp", b"rman", b"sqlldr", b"connect"].iter().any(is_tool);
        let port = text[end..].strip_prefix(b":").map(|it| it.iter().take_while(|it| it.is_ascii_digit()).count());
        let service = port.is_some_and(|it| it > 0 && text.get(end + 1 + it) == Some(&b'/'));
        if length == 0 || !begins || !(tool || service) {
            return false;
        }
        self.user(first, start - 1);
        let found = self.push(start, at, What::Secret(Kind::Password));
        self.host_value(at + 1, end) || found
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
        let end = length.map_or(start + whole, |length| host + length);
        // Several of one cluster: `mongodb://a@srv1:27017,srv2:27017/`.
        let mut from = host;
        for part in text[host..end].split(|it| *it == b',') {
            self.host_value(from, from + part.len());
            from += part.len() + 1;
        }
        // Whoever knows the path may write there.
        let is_hook = [&b"hooks.slack.com"[..], b"webhook.office.com", b"logic.azure.com", b"discord.com/api/webhooks"];
        let rest = &text[host..start + whole];
        let is_hook = is_hook.iter().any(|it| memchr::memmem::find(rest, it).is_some_and(|at| at < 64));
        if is_hook && start + whole > end + 20 {
            self.push(self.done.max(end + 1), start + whole, What::Secret(Kind::Token));
        }
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
    b"yml", b"crt", b"cer", b"pem", b"key", b"pfx", b"csr", b"php", b"html", b"js", b"css", b"sql", b"db", b"vbk",
    b"vib", b"vmx", b"vmdk",
];
