//! Values behind a key: `password=x`, `"apiKey": "x"`, `<user>x</user>`, `--token x`, `User Name: x`.

use super::super::Kind;
use super::super::words;
use super::key_names::{Asks, BY_END, Key, end_of};
use super::value::{Style, Value};
use super::{Run, Walk, What, is_atom};

/// How many letters of a key are looked at.
const LONGEST: usize = 32;

impl Walk<'_> {
    /// Looks at the sign behind a run: if it is that of a key, its value may be something. True if anything was found.
    pub(super) fn assigned(&mut self, run: Run, next: u8) -> bool {
        let text = self.text;
        let option = text[run.start] == b'-'
            && matches!(next, b' ' | b'\t')
            && self.before(run.start).is_none_or(|it| !is_atom(it));
        let later = || {
            let rest = &text[run.end..];
            // Behind most words one blank and another word stand.
            if !rest.get(1).is_some_and(|byte| b"=: \t.".contains(byte)) {
                return false;
            }
            // `Host Name . . . . : x`
            let blanks = rest.iter().take(60).take_while(|byte| matches!(byte, b' ' | b'\t' | b'.')).count();
            matches!(rest.get(blanks), Some(b'=' | b':'))
        };
        let sign = match next {
            b'=' | b':' | b'"' | b'\'' | b'>' | b'\\' | b']' => true,
            b' ' if run.end - run.start == 2 && self.before(run.start) == Some(b'/') => true,
            b' ' | b'\t' => option || later() || self.opens_element(run),
            _ => false,
        };
        if !sign {
            return false;
        }
        // `schtasks /ru jdoe /rp x`.
        if next == b' ' && &text[run.start..run.end] == b"rp" && self.before(run.start) == Some(b'/') {
            let (from, to) = self.argument(run.end);
            return !is_placeholder(&text[from..to]) && self.push(from, to, What::Secret(Kind::Password));
        }
        let slash_option = next == b':' && self.before(run.start) == Some(b'/');
        let Some(asks) = self.asks(run, option) else { return false };
        let Some(value) = self.value(run.end, option, self.style(run, asks, option)) else { return false };
        if slash_option && asks == Asks::User {
            return self.net_use(run.start - 1, (value.start, value.end));
        }
        self.take(run, asks, value, option || slash_option)
    }

    /// Whether a run is the name of an element with attributes: `<password type="string">x</password>`.
    fn opens_element(&self, run: Run) -> bool {
        let text = self.text;
        let tag = self.before(run.start) == Some(b'<') || self.before(run.start) == Some(b':');
        tag && text[..run.start].iter().rev().take(16).any(|it| *it == b'<') && self.tag_end(run.end).is_some()
    }

    /// Where the tag ends in which a place lies, if the element has a text.
    pub(super) fn tag_end(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..self.text.len().min(at + 200)];
        let end = memchr::memchr3(b'>', b'<', b'\n', rest).filter(|end| rest[*end] == b'>')?;
        (end > 0 && rest[end - 1] != b'/' && rest[end - 1] != b'-').then_some(at + end)
    }

    /// What the object asks in which a key stands: `"user": {"id": 7, "name": `.
    fn of_object(&self, at: usize) -> Option<Asks> {
        let before = &self.text[self.line.max(at.saturating_sub(512)).min(at)..at];
        let mut depth = 0;
        let open = before.iter().rposition(|byte| {
            depth += match byte {
                b'}' => 1,
                b'{' => -1,
                _ => 0,
            };
            depth < 0
        })?;
        let signs = |byte: &u8| b" \t\"':\\=".contains(byte);
        let end = open - before[..open].iter().rev().take_while(|it| signs(it)).count();
        let length = before[..end].iter().rev().take_while(|it| is_atom(**it) || **it == b'_').count();
        let key = before[end - length..end].to_ascii_lowercase();
        match &*key {
            b"host" | b"server" | b"computer" | b"machine" | b"node" | b"device" | b"vm" => Some(Asks::Host),
            b"user" | b"account" | b"owner" | b"actor" | b"author" | b"login" => Some(Asks::User),
            b"domain" => Some(Asks::Domain),
            _ => None,
        }
    }

    /// How the value of a key ends.
    fn style(&self, run: Run, asks: Asks, option: bool) -> Style {
        // Only blanks or signs of a list before it: `password = x` in a file of settings.
        let first = self.text[self.line.min(run.start)..run.start].iter().all(|byte| b" \t-#;*/".contains(byte));
        match asks {
            Asks::Header => Style::Line,
            Asks::Password => Style::Secret { first },
            // They have no blanks.
            Asks::Token | Asks::Cloud => Style::Secret { first: false },
            Asks::Common => Style::Line,
            Asks::User => Style::Words { first: !option && self.begins_line(run) },
            _ => Style::Word,
        }
    }

    /// Whether nothing but words stands between the key and the beginning of the line.
    fn begins_line(&self, run: Run) -> bool {
        let before = &self.text[self.line.min(run.start)..run.start];
        before.len() <= 32 && before.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'\t'))
    }

    /// What the key that ends with a run asks for.
    fn asks(&self, run: Run, option: bool) -> Option<Asks> {
        let text = self.text;
        let mut end = run.end;
        // `password2`.
        while end > run.start && !text[end - 1].is_ascii_alphabetic() {
            end -= 1;
        }
        if option && &text[run.start..run.end] == b"-u" {
            return Some(Asks::UserAndPassword);
        }
        if end == run.start + 1
            && text[run.start] | 0x20 == b'n'
            && text[..run.start].to_ascii_lowercase().ends_with(b"s/")
        {
            return Some(Asks::Serial);
        }
        if end - run.start < 2 {
            return None;
        }
        let candidates = &BY_END[end_of(&text[run.start..end])];
        if candidates.is_empty() {
            return None;
        }
        // The key backwards, and where words in it begin.
        let mut letters = [0_u8; LONGEST];
        let (mut count, mut begins, mut at) = (0, 1_u64 << 63, end);
        while at > self.line.min(run.start) && count < LONGEST {
            let byte = text[at - 1];
            let (before, after) = (self.before(at - 1), text.get(at).copied().unwrap_or(0));
            match byte {
                _ if byte.is_ascii_alphanumeric() => {
                    let hump = byte.is_ascii_lowercase() && after.is_ascii_uppercase() && at < end;
                    begins |= u64::from(hump) << count;
                    letters[LONGEST - 1 - count] = byte.to_ascii_lowercase();
                    count += 1;
                }
                b'-' | b'_' | b'.' => begins |= 1 << count,
                b' ' if before.is_some_and(is_atom) => begins |= 1 << count,
                b'/' if before.is_some_and(|it| it.eq_ignore_ascii_case(&b's')) && count == 1 => {}
                _ => break,
            }
            at -= 1;
        }
        begins |= 1 << count;
        let key = &letters[LONGEST - count..];
        let fits =
            |(_, whole, name): &&Key| key.ends_with(name.as_bytes()) && (!whole || begins >> name.len() & 1 == 1);
        let (asks, _, name) = candidates.iter().find(fits)?;
        // `Log Name: Security` of an event is none.
        let log = *name == "logname" && end - run.start < name.len();
        (!log).then_some(*asks)
    }

    /// Takes what a key asks for out of its value.
    fn take(&mut self, run: Run, asks: Asks, value: Value, option: bool) -> bool {
        let Value { start, end, .. } = value;
        let text = &self.text[start..end];
        if text.is_empty() || is_placeholder(text) {
            return false;
        }
        // In `key: value` of a message the value may be any word.
        let loose = !value.quoted && !value.equals && !option;
        let digits = text.iter().any(u8::is_ascii_digit);
        let asks = match asks {
            Asks::Inner => match self.of_object(run.start) {
                Some(asks) => asks,
                None => return false,
            },
            asks => asks,
        };
        match asks {
            Asks::Inner => false,
            Asks::Id => self.named_id(start, end),
            Asks::Common => self.common_name(start, end),
            Asks::User if self.named_id(start, end) => true,
            Asks::Password => {
                let says = loose && !value.first && words::is_ordinary(text);
                // `PWD=/root` is the folder in which a command was started.
                let folder =
                    self.text[run.start..run.end].to_ascii_lowercase().ends_with(b"pwd") && b"/~".contains(&text[0]);
                let says = says || folder;
                !says && self.push(start, end, What::Secret(Kind::Password))
            }
            Asks::Token | Asks::Cloud => {
                let kind = if asks == Asks::Cloud { Kind::CloudKey } else { Kind::Token };
                // The sessions of jobs and of clusters have numbers that support needs, and nobody logs in with.
                let key = &self.text[run.start..run.end];
                let number = key.to_ascii_lowercase().ends_with(b"id")
                    && (is_guid(text) || text.starts_with(b"0x") || text.iter().all(u8::is_ascii_digit));
                let fits = text.len() >= 6 && !text.contains(&b' ') && (digits || text.len() >= 16)
                    || value.quoted && text.len() >= 8;
                let fits = fits && (!number || words_of_cookies(key));
                fits && self.push(start, end, What::Secret(kind))
            }
            Asks::Header => self.header_value(start, end),
            Asks::Licence => {
                let fits = text.len() >= 8 && digits && !text.contains(&b' ');
                fits && self.push(start, end, What::Secret(Kind::Licence))
            }
            Asks::Serial => {
                let fits = (digits || text.starts_with(b"VMware-"))
                    && text.len() >= 4
                    && text.iter().all(|it| is_atom(*it) || b"-_./ ".contains(it));
                let hex = text.starts_with(b"0x");
                // `VMware-56 4d 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7`, as the firmware of a virtual machine has it.
                let more = match text.starts_with(b"VMware-") {
                    true => self.text[end..]
                        .iter()
                        .take(48)
                        .take_while(|it| it.is_ascii_hexdigit() || b" -".contains(it))
                        .count(),
                    false => 0,
                };
                let end = self.trim(start, end + more);
                fits && !hex && self.push(start, end, What::Name(Kind::Serial))
            }
            Asks::User if option && text.contains(&b':') && !text.contains(&b'\\') => {
                self.take(run, Asks::UserAndPassword, value, option)
            }
            Asks::User => !(loose && !value.first && words::is_ordinary(text)) && self.user(start, end),
            Asks::Host => self.host_by_key(run, value, loose),
            Asks::Domain => self.domain(start, end, loose),
            Asks::Mac => {
                let hex = matches!(text.len(), 12 | 16) && text.iter().all(u8::is_ascii_hexdigit);
                hex && self.push(start, end, What::Mac)
            }
            Asks::Phone => {
                let end = if value.quoted { end } else { self.line_end(start) };
                self.telephone_at(start, end)
            }
            Asks::SocialSecurity => self.social_security_at(start),
            Asks::UserAndPassword => {
                let Some(colon) = memchr::memchr(b':', text) else { return self.user(start, end) };
                let user = self.user(start, start + colon);
                self.push(start + colon + 1, end, What::Secret(Kind::Password)) || user
            }
        }
    }

    /// `1000(jdoe)` behind `uid=`.
    fn named_id(&mut self, start: usize, end: usize) -> bool {
        let text = &self.text[start..end];
        let digits = text.iter().take_while(|it| it.is_ascii_digit()).count();
        let Some(name) = text[digits..].strip_prefix(b"(").filter(|_| digits > 0) else { return false };
        let length = name.iter().position(|it| *it == b')').unwrap_or(name.len());
        self.user(start + digits + 1, start + digits + 1 + length)
    }

    /// `CN=Jane Doe,OU=Users,DC=x`. The names of authorities and of folders that every directory has stay.
    fn common_name(&mut self, start: usize, end: usize) -> bool {
        let text = &self.text[start..end];
        let length = text.iter().position(|it| b",/+;".contains(it)).unwrap_or(text.len());
        let (name, behind) = text.split_at(length);
        let is_person =
            [&b"OU="[..], b"ou=", b"DC=", b"dc="].iter().any(|it| memchr::memmem::find(behind, it).is_some());
        let mut parts = name.split(|it| *it == b' ');
        let ordinary =
            parts.clone().any(|it| words::is_ordinary(it) || it.eq_ignore_ascii_case(b"ca")) || parts.next().is_none();
        let plain = name.iter().all(|it| is_atom(*it) || b" .-_'".contains(it)) && name.len() <= 48;
        let few = name.iter().filter(|it| **it == b' ').count() <= 2;
        is_person && plain && few && !ordinary && self.user(start, start + length)
    }

    fn host_by_key(&mut self, run: Run, value: Value, loose: bool) -> bool {
        let text = self.text;
        // `tcp:srv1,1433` of SQL Server.
        let scheme = [&b"tcp:"[..], b"np:"].into_iter().find(|it| text[value.start..value.end].starts_with(it));
        let begin = value.start + scheme.map_or(0, |it| it.len());
        let end = self.run_end(begin).min(value.end);
        let word = &text[begin..end];
        let marked = word.iter().any(|it| it.is_ascii_digit() || b"-.\\".contains(it))
            || !word.iter().any(u8::is_ascii_lowercase);
        // `Server: Apache/2.4` names a program.
        let program = text.get(end) == Some(&b'/') && !word.iter().any(|it| it.is_ascii_digit() || b".-".contains(it));
        let key = &text[run.start..run.end];
        let sure = key.to_ascii_lowercase().ends_with(b"name");
        // `org.apache.hadoop.ipc.Server: IPC` is the name of a class.
        if loose && (key.contains(&b'.') || key.len() > 20) {
            return false;
        }
        if word.len() < 2 && !text[value.start..value.end].starts_with(b"\\")
            || program
            || loose && !marked && !(sure && value.first)
            || words::is_ordinary(word)
        {
            return false;
        }
        let first = self.host_value(value.start, value.end);
        // More of them: `server1,server2`, `SRV\INSTANCE`.
        let mut at = self.done.max(end);
        let mut found = first;
        while first && at < value.end && matches!(text[at], b',' | b';') {
            found |= self.host_value(at + 1, value.end);
            at = self.done.max(at + 1);
            at = self.run_end(at);
        }
        found
    }

    /// The name of a domain.
    fn domain(&mut self, start: usize, end: usize, loose: bool) -> bool {
        let end = self.run_end(start).min(end);
        let (start, end) = self.trimmed(Run { start, end, flags: 0 });
        let name = &self.text[start..end];
        let marked = name.contains(&b'.') || !name.iter().any(u8::is_ascii_lowercase);
        if name.len() < 2 || words::is_no_host(name) || words::is_ordinary(name) || loose && !marked {
            return false;
        }
        if !name.iter().any(u8::is_ascii_alphabetic)
            || super::super::pseudonym::is_redacted(name)
            || is_well_known(name)
        {
            return false;
        }
        match name.contains(&b'.') {
            true => self.host(start, end),
            false => self.push(start, end, What::Name(Kind::Domain)),
        }
    }

    /// The value of a header: `Bearer x`, `Basic x`, `a=b; c=d`.
    fn header_value(&mut self, start: usize, end: usize) -> bool {
        let text = &self.text[start..end];
        // The longest is `AWS4-HMAC-SHA256`.
        // Its values are in quotes.
        let end = match text.starts_with(b"Digest ") {
            true => self.trim(start, self.line_end(start)),
            false => end,
        };
        let scheme = text
            .iter()
            .position(|byte| *byte == b' ')
            .filter(|at| *at <= 16 && text[..*at].iter().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(it)));
        let from = start + scheme.map_or(0, |at| at + 1);
        // `cookie: 5`, `authorization: required`.
        let value = &self.text[from..end];
        let random = value.iter().any(|it| it.is_ascii_digit() || b"=+/".contains(it));
        let telling = value.len() >= 6 && (random || value.len() >= 16 && !value.contains(&b' '));
        telling && !is_placeholder(value) && self.push(from, end, What::Secret(Kind::Token))
    }
}

/// Whether a key is that of a cookie: then any value is secret.
fn words_of_cookies(key: &[u8]) -> bool {
    let key = key.to_ascii_lowercase();
    [&b"jsession"[..], b"phpsess", b"aspnet"].iter().any(|it| memchr::memmem::find(&key, it).is_some())
}

/// Whether this is `6f9619ff-8b86-d011-b42d-00cf4fc964ff`.
fn is_guid(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"{").map_or(text, |it| it.strip_suffix(b"}").unwrap_or(it));
    let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    text.len() == 36
        && text.iter().enumerate().all(|(at, it)| if dash(at) { *it == b'-' } else { it.is_ascii_hexdigit() })
}

/// Authorities that are the same on every system.
fn is_well_known(name: &[u8]) -> bool {
    [&b"AUTHORITY"[..], b"BUILTIN", b"NT", b"APPPOOL", b"WORKGROUP", b"MACHINE"]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it))
}

/// Whether a value stands for one: nothing, a mask, a variable, a mark.
pub(super) fn is_placeholder(text: &[u8]) -> bool {
    let word = text.to_ascii_lowercase();
    let mask = text.iter().all(|byte| b"*xX.#-?".contains(byte))
        || text.starts_with("•".as_bytes())
        || text.starts_with("●".as_bytes());
    let none = [
        "null",
        "none",
        "(null)",
        "nil",
        "true",
        "false",
        "yes",
        "no",
        "undefined",
        "n/a",
        "empty",
        "<null>",
        "(none)",
    ];
    let variable = text.starts_with(b"${")
        || text.starts_with(b"%{")
        || matches!(text, b"%s" | b"%d" | b"{0}" | b"{}" | b"{1}" | b"%v");
    mask || none.iter().any(|it| word == it.as_bytes()) || variable || super::super::pseudonym::is_redacted(text)
}
