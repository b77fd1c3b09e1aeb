//! Names in paths: `\\server\share`, `C:\Users\name\`, `/home/name/`, and `DOMAIN\user`, which looks like a path.

use super::super::{Kind, pseudonym, words};
use super::{Run, Walk, What, is_atom, is_run};

/// Authorities and roots that are the same everywhere, and words in capitals that stand before an escape.
const NO_DOMAINS: &[&str] = &[
    "AUTHORITY",
    "BUILTIN",
    "SERVICE",
    "APPPOOL",
    "MANAGER",
    "HOST",
    "MACHINE",
    "HKLM",
    "HKCU",
    "HKCR",
    "HKU",
    "SOFTWARE",
    "SYSTEM",
    "SAM",
    "SECURITY",
    "WINDOWS",
    "WINNT",
    "BCD00000000",
    "REGISTRY",
    "HARDWARE",
    "DEVICE",
    "GLOBAL",
    "ROOT",
    "ERROR",
    "WARN",
    "WARNING",
    "INFO",
    "DEBUG",
    "TRACE",
    "FATAL",
    "PCI",
    "USB",
    "SCSI",
    "ACPI",
    "SWD",
    "HID",
    "STORAGE",
    "IDE",
    "DISPLAY",
    "CIMV2",
    "MSSQL",
    "LOCALDB",
    "EOF",
    "OK",
    "FAILED",
    "NULL",
    "TRUE",
    "FALSE",
    "END",
    "BEGIN",
    "SELECT",
    "FROM",
    "WHERE",
    "TEMP",
    "TMP",
    "BIN",
    "LIB",
    "SRC",
    "UNC",
    "GLOBALROOT",
    "NTDS",
    "SYSVOL",
    "VMBUS",
    "MONITOR",
];

/// Names below the folder of homes that every system has.
const COMMON_HOMES: &[&[u8]] = &[
    b"public",
    b"default",
    b"all users",
    b"default user",
    b"shared",
    b"lost+found",
    b"networkservice",
    b"localservice",
];

impl Walk<'_> {
    /// Backslashes: the beginning of a network path, or between a domain and a user. Returns their end.
    pub(super) fn backslash(&mut self, start: usize) -> usize {
        let text = self.text;
        let count = text[start..].iter().take(16).take_while(|byte| **byte == b'\\').count();
        let behind = start + count;
        let Some(next) = text.get(behind) else { return behind };
        match self.before(start) {
            Some(before) if is_atom(before) || before == b'$' => {
                self.domain_user(start, behind, count);
            }
            Some(b':' | b'.' | b'%' | b')' | b'}' | b'?') => {}
            _ if count >= 2 && count.is_power_of_two() && is_atom(*next) => {
                // `\\server\`: behind the name stand half as many.
                let end = self.run_end(behind);
                let half = count / 2;
                let follows = text[end..].iter().take(half + 1).take_while(|byte| **byte == b'\\').count() == half;
                let ends = text.get(end).is_none_or(|byte| byte.is_ascii_whitespace() || b"\"',;)]".contains(byte));
                if follows || ends && count == 2 {
                    self.host_value(behind, end);
                }
            }
            _ if text[behind..].starts_with(b"?") => {
                let rest = &text[behind..text.len().min(behind + 12)];
                let unc = memchr::memmem::find(rest, b"UNC\\").map(|at| behind + at + 4);
                if let Some(at) = unc {
                    let from = at + text[at..].iter().take(4).take_while(|byte| **byte == b'\\').count();
                    let end = self.run_end(from);
                    self.host_value(from, end);
                }
            }
            _ => {}
        }
        behind
    }

    /// `DOMAIN\user`.
    fn domain_user(&mut self, slash: usize, behind: usize, count: usize) {
        let text = self.text;
        let back = text[self.line.max(self.done).min(slash)..slash]
            .iter()
            .rev()
            .take(64)
            .take_while(|it| is_run(**it))
            .count();
        let (start, _) = self.trimmed(Run { start: slash - back, end: slash, flags: 0 });
        let domain = &text[start..slash];
        let known = self.dictionary.kind_of(domain).filter(|kind| matches!(kind, Kind::Host | Kind::Domain));
        let mut end = self.run_end(behind);
        if text.get(end) == Some(&b'$') {
            end += 1;
        }
        while end > behind && b".-".contains(&text[end - 1]) {
            end -= 1;
        }
        let user = &text[behind..end];
        if user.is_empty()
            || domain.is_empty()
            || start < self.done
            || text.get(end).is_some_and(|byte| {
                b"\\/(:*%".contains(byte) && !(*byte == b':' && text.get(end + 1).is_none_or(|it| !is_run(*it)))
            }) && !self.escape_at(end)
        {
            return;
        }
        // Part of a path: `C:\x\y`, `%TEMP%\x`, `bin/x\y`.
        if self.before(start).is_some_and(|byte| b"\\/:%$@&".contains(&byte) && !self.opens(start)) {
            return;
        }
        let capitals = domain.iter().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || b"-_".contains(it))
            && domain.len() >= 2;
        let capitals = capitals && domain.iter().any(u8::is_ascii_uppercase) && domain.len() <= 15;
        let dns = domain.contains(&b'.')
            && words::ending(domain.rsplit(|it| *it == b'.').next().unwrap_or_default()) == words::Ending::Sure;
        let listed = NO_DOMAINS.iter().any(|it| domain.eq_ignore_ascii_case(it.as_bytes()));
        let escape =
            count == 1 && matches!(user[0], b'n' | b'r' | b't' | b'u' | b'x' | b'b' | b'f' | b'0') && self.is_escaped();
        let file = user
            .iter()
            .rposition(|it| *it == b'.')
            .is_some_and(|at| (2..=4).contains(&(user.len() - at - 1)) && is_file(&user[at + 1..]));
        // One, or as in JSON, or as in JSON within JSON.
        if !matches!(count, 1 | 2 | 4)
            || listed
            || escape
            || file
            || known.is_none() && !capitals && !dns
            || pseudonym::is_redacted(domain)
        {
            return;
        }
        let kind = known.unwrap_or(Kind::Domain);
        match dns {
            true => self.push(start, slash, What::Dns),
            false => self.push(start, slash, What::Name(kind)),
        };
        self.user(behind, end);
    }

    /// Whether what stands before a place only opens a value: `user:`, `=`.
    fn opens(&self, start: usize) -> bool {
        let text = self.text;
        let Some(&before) = text[..start].last() else { return true };
        // A drive is one letter.
        let letters = text[..start - 1].iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        before == b':' && letters != 1 || before == b'/' && letters == 0 && start >= 2 && text[start - 2] == b' '
    }

    /// Whether an escaped sign stands at a place: the end of a string, a line end.
    fn escape_at(&self, at: usize) -> bool {
        let slashes = self.text[at..].iter().take(8).take_while(|byte| **byte == b'\\').count();
        slashes > 0
            && matches!(self.text.get(at + slashes), Some(b'"' | b'\'' | b'n' | b'r' | b't'))
            && !self.text.get(at + slashes + 1).is_some_and(|it| is_atom(*it))
    }

    /// Whether backslashes in this line escape something, as in JSON.
    pub(super) fn is_escaped(&self) -> bool {
        let line = &self.text[self.line..self.line_end(self.line).min(self.line + 512)];
        let first = line.trim_ascii_start().first();
        matches!(first, Some(b'{' | b'[' | b'"')) || memchr::memmem::find(line, b"\":").is_some()
    }

    /// The folder of homes at `from..to`: the name behind it is that of a user.
    pub(super) fn home(&mut self, from: usize, to: usize) -> bool {
        let text = self.text;
        let slashes = text[to..].iter().take(8).take_while(|byte| b"\\/".contains(byte)).count();
        let rooted = matches!(self.before(from), Some(b'\\' | b'/')) || text[..from].ends_with(b"and ");
        if slashes == 0 || !rooted {
            return false;
        }
        let start = to + slashes;
        let windows = text[to] == b'\\' || text[..from].last() == Some(&b'\\');
        let part = |byte: u8| is_run(byte) || b"$~@".contains(&byte);
        let mut end = start + text[start..].iter().take(64).take_while(|byte| part(**byte)).count();
        // With blanks, if the path goes on behind them.
        if windows || text[..from].last() == Some(&b'/') && text.get(end) == Some(&b' ') {
            let rest = &text[start..text.len().min(start + 64)];
            let length = rest.iter().take_while(|byte| part(**byte) || b" '()".contains(byte)).count();
            let whole = matches!(rest.get(length), Some(b'\\' | b'/'))
                && rest[..length].iter().filter(|it| **it == b' ').count() <= 2;
            if whole && !(rest.get(length) == Some(&b'/') && windows) {
                end = start + length;
            }
        }
        while end > start && text[end - 1] == b'.' {
            end -= 1;
        }
        let name = &text[start..end];
        let common = COMMON_HOMES.iter().any(|it| name.eq_ignore_ascii_case(it));
        if name.is_empty()
            || common
            || words::is_account(name)
            || pseudonym::is_redacted(name)
            || !name.iter().any(|it| is_atom(*it))
        {
            return false;
        }
        self.push(start, end, What::Name(Kind::User))
    }

    /// The name of a user, perhaps with a domain before or behind it.
    pub(super) fn user(&mut self, start: usize, end: usize) -> bool {
        let text = self.text;
        let bytes = &text[start..end];
        if let Some(slash) = memchr::memchr(b'\\', bytes) {
            let behind = slash + bytes[slash..].iter().take_while(|byte| **byte == b'\\').count();
            let domain = &bytes[..slash];
            let listed =
                NO_DOMAINS.iter().any(|it| domain.eq_ignore_ascii_case(it.as_bytes())) || domain.contains(&b' ');
            let mut found = false;
            if !listed
                && domain.iter().all(|it| is_run(*it))
                && domain.iter().any(|it| is_atom(*it))
                && !pseudonym::is_redacted(domain)
            {
                let known = self.dictionary.kind_of(domain).filter(|kind| matches!(kind, Kind::Host | Kind::Domain));
                found |= match domain.contains(&b'.') && domain.len() > 1 {
                    true => self.host(start, start + slash),
                    false => {
                        domain != b"." && self.push(start, start + slash, What::Name(known.unwrap_or(Kind::Domain)))
                    }
                };
            }
            return self.user(start + behind, end) || found;
        }
        if let Some(at) = memchr::memchr(b'@', bytes) {
            let found = self.user(start, start + at);
            return self.host(start + at + 1, end) || found;
        }
        let bytes = bytes.trim_ascii();
        let number = bytes.iter().all(|byte| byte.is_ascii_digit() || b"-.x".contains(byte));
        let named = bytes.iter().all(|byte| is_run(*byte) || b" $'+~,=/".contains(byte));
        let sid = bytes.starts_with(b"S-1-");
        // `Login: user=<jdoe>`: another key.
        let none = bytes.ends_with(b"=")
            || bytes.len() < 2
            || number
            || !named
            || sid
            || !bytes.iter().any(|byte| is_atom(*byte));
        if none || words::is_account(bytes) || super::keys::is_placeholder(bytes) {
            return false;
        }
        // The account of a computer.
        if let Some(host) = bytes.strip_suffix(b"$") {
            return self.host(start, start + host.len());
        }
        // `NT AUTHORITY` and its like have been cut off above; accounts with blanks are of the system.
        let system = [&b"local service"[..], b"network service", b"local system"]
            .iter()
            .any(|it| bytes.eq_ignore_ascii_case(it));
        !system && self.push(start, start + text[start..end].trim_ascii_end().len(), What::Name(Kind::User))
    }
}

/// Whether this is the end of the name of a file.
fn is_file(ending: &[u8]) -> bool {
    const ENDINGS: &[&[u8]] = &[
        b"exe", b"dll", b"log", b"txt", b"sys", b"vbk", b"vib", b"vbm", b"ini", b"cfg", b"xml", b"json", b"bat",
        b"cmd", b"ps1", b"msi", b"zip", b"cs", b"cpp", b"h", b"c", b"mdf", b"ldf", b"bak", b"tmp", b"dat", b"db",
        b"evtx", b"inf", b"ocx", b"mof", b"vhd", b"vhdx", b"csv", b"htm", b"html", b"config",
    ];
    ENDINGS.iter().any(|it| ending.eq_ignore_ascii_case(it))
}
