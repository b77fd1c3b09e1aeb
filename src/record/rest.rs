//! The walk from the end of the time to the beginning of the message.

use super::Time;
use super::header::Rules;
use super::keyvalue;
use super::level::Level;
use super::special;
use super::stamp::{Date, Shape, Stamp, stamp};

/// What a header has said so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found<'a> {
    pub time: Option<Time>,
    pub level: Option<Level>,
    pub component: Option<&'a [u8]>,
}

/// How many parts a header may have behind its time.
const STEPS: usize = 12;
/// How long a group in brackets may be.
const GROUP: usize = 240;
/// How far behind the time a level word is looked for when the walk has found none.
const LATE: usize = 200;

/// Walks on from the end of the time and returns where the message begins.
pub(super) fn rest<'a>(line: &'a [u8], end: usize, first: &Stamp, found: &mut Found<'a>, rules: &Rules) -> usize {
    let mut walk = Walk {
        line,
        at: end,
        first,
        host: false,
        named: false,
        weak: false,
        barred: false,
        groups: 0,
        replaced: false,
    };
    // A quote that was opened before the time closes behind it.
    if matches!(line.get(end), Some(b'"' | b'\'')) {
        walk.at += 1;
    }
    walk.at = separators(line, walk.at);
    if let Some(level) = special::redis_mark(line, walk.at) {
        found.level = found.level.or(Some(level));
        return separators(line, walk.at + 1);
    }
    let mut message = walk.at;
    for step in 0..STEPS {
        if !walk.step(step, found, rules) {
            break;
        }
        walk.at = separators(line, walk.at);
        message = walk.at;
    }
    if let Some(inner) = special::inner(line, message, found, rules) {
        return inner;
    }
    // Behind a program's name in syslog the message begins: a level there has just been looked for.
    if found.level.is_none() && !(walk.named && first.shape == Shape::Syslog) {
        found.level = late_level(line, end);
    }
    message.min(line.len())
}

struct Walk<'a, 'f> {
    line: &'a [u8],
    at: usize,
    first: &'f Stamp,
    host: bool,
    /// The program's name was found: its colon ends the header, or nearly.
    named: bool,
    /// The component is only the content of brackets, more likely a thread than a class.
    weak: bool,
    /// The component stood before a bar.
    barred: bool,
    groups: usize,
    replaced: bool,
}

impl<'a> Walk<'a, '_> {
    /// Steps over one part of the header; false if the message begins here.
    fn step(&mut self, step: usize, found: &mut Found<'a>, rules: &Rules) -> bool {
        let line = self.line;
        let Some(&byte) = line.get(self.at) else { return false };
        // A second time: relayed syslog, wrapper scripts, supercomputers. The one that states its year wins.
        if byte.is_ascii_alphanumeric() && !self.replaced && (step < 4 || self.named) && self.second_time(found, rules)
        {
            return true;
        }
        if found.level.is_none()
            && let Some((level, end, shouted)) = level(line, self.at, !self.named)
        {
            found.level = Some(level);
            // Behind the program's name, "error: ..." in small letters is what the message says.
            if (self.named || found.component.is_some()) && !shouted {
                return false;
            }
            self.at = end;
            return true;
        }
        match byte {
            b'[' | b'(' | b'<' | b'{' => self.group(byte, found),
            b'0'..=b'9' if !self.named => {
                self.number(found.level.is_some() && self.first.shape != Shape::Glog) || self.word(found)
            }
            b'\'' if !self.named => self.quoted(found),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'#' | b'/' | b'$' | b'-' | b'0'..=b'9' if !self.named => {
                self.word(found)
            }
            _ => false,
        }
    }

    fn second_time(&mut self, found: &mut Found<'a>, rules: &Rules) -> bool {
        let Some((second, end)) = stamp(self.line, self.at, rules.orders) else { return false };
        if !second.strong() && second.shape != Shape::Clock {
            return false;
        }
        let full = matches!(second.date, Date::Days(_));
        if !full && (self.named || self.first.date == Date::Absent) {
            return false;
        }
        if full
            && (!matches!(self.first.date, Date::Days(_))
                || self.first.shape == Shape::Epoch && second.offset.is_some())
        {
            found.time = Some(rules.calendar.time(&second));
        }
        self.replaced = true;
        self.at = end;
        // Behind a relay's header the inner one names host and program again.
        self.host = false;
        if full
            && self.named
            && let Some(message) = special::pulse_standard(self.line, end)
        {
            self.at = message;
        }
        true
    }

    /// `[...]`, `(...)`, `<...>`, `{...}`: a thread, a number, a class, a level among other things.
    fn group(&mut self, open: u8, found: &mut Found<'a>) -> bool {
        let line = self.line;
        if self.groups >= 5 || (self.named && (self.groups >= 3 || open != b'[')) {
            return false;
        }
        let Some(end) = group_end(line, self.at, open) else {
            // A bracket that stays open around the rest of the header: step into it.
            let stepped = open == b'[' && !self.named && self.groups == 0;
            self.at += usize::from(stepped);
            self.groups += 1;
            return stepped;
        };
        let content = line[self.at + 1..end - 1].trim_ascii();
        if open == b'{' && content.contains(&b'"') {
            return false;
        }
        if self.barred && level_in_group(content).is_none() {
            return false;
        }
        if found.level.is_none() {
            found.level = level_in_group(content);
        }
        // A group behind the program's name belongs to the header only if it looks like one of its fields.
        if self.named && !(content.contains(&b'@') || content.contains(&b'=') || content.is_empty()) {
            return false;
        }
        if open == b'[' && identifier(content) && Level::from_word(content).is_none() {
            let better = match found.component {
                None => true,
                Some(old) => content.contains(&b'.') && !old.contains(&b'.'),
            };
            if better && !self.named && (self.weak || found.component.is_none()) {
                found.component = Some(content);
                self.weak = true;
            }
        } else if open == b'[' && found.component.is_none() {
            // `[core:error]`, `[main] ` and `[http:info]`: the name before the level.
            if let Some(colon) = content.iter().position(|&byte| byte == b':')
                && Level::from_word(&content[colon + 1..]).is_some()
                && identifier(&content[..colon])
            {
                found.component = Some(&content[..colon]);
            }
        }
        self.groups += 1;
        self.at = end + usize::from(line.get(end) == Some(&b':'));
        true
    }

    /// A process or thread number, decimal or hexadecimal.
    fn number(&mut self, level_known: bool) -> bool {
        let rest = &self.line[self.at..];
        let hex = rest.starts_with(b"0x");
        let skip = if hex { 2 } else { 0 };
        let length = skip
            + rest[skip..]
                .iter()
                .take(20)
                .take_while(|byte| if hex { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() || **byte == b'#' })
                .count();
        let after = rest.get(length).copied().unwrap_or(b' ');
        let next = rest.get(length + 1).copied().unwrap_or(b' ');
        let ends = match after {
            b' ' if level_known => matches!(next, b' ' | b'-' | b'[' | b'(' | b'|' | b'<'),
            b' ' | b'\t' | b'|' | b')' | b']' => true,
            b':' | b',' => !level_known && matches!(next, b' ' | b'\t'),
            _ => false,
        };
        if ends {
            self.at += length;
        }
        ends
    }

    /// `'Default'`: a quoted component.
    fn quoted(&mut self, found: &mut Found<'a>) -> bool {
        let rest = &self.line[self.at + 1..];
        let Some(close) = rest.iter().take(80).position(|&byte| byte == b'\'') else { return false };
        if found.component.is_some() || close == 0 {
            return false;
        }
        found.component = Some(&rest[..close]);
        self.at += close + 2;
        true
    }

    /// A host, a program, a class, a file, a `key=value`.
    fn word(&mut self, found: &mut Found<'a>) -> bool {
        let line = self.line;
        let (at, end) = (self.at, name_end(line, self.at));
        if end == at {
            return false;
        }
        // Supercomputer logs repeat the day behind the epoch.
        if self.first.shape == Shape::Epoch && day_only(&line[at..end]) {
            self.at = end;
            return true;
        }
        let name = &line[at..end];
        if postgres_follow_up(name) || product_format(line, at) {
            return false;
        }
        if let Some(after) = program(line, end) {
            // nginx: process and thread, `12#12:`.
            if name.contains(&b'#') && !name.iter().any(u8::is_ascii_alphabetic) {
                self.at = after;
                return true;
            }
            // `[core:error] ... AH00135: text`: the component is known, this is the message.
            if found.component.is_some() && !self.weak && self.groups > 0 {
                return false;
            }
            found.component = Some(strip(name));
            self.named = true;
            self.at = after;
            return true;
        }
        let blanks = line[end..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
        let next = end + blanks;
        let following = line.get(next).copied();
        if blanks == 0 {
            return match following {
                // `vpxd[05160] [Originator@...`: a program without colon.
                Some(b'[') => match group_end(line, end, b'[') {
                    Some(close)
                        if close - end < 40 && matches!(line.get(close), Some(b' ' | b'|')) && !name.is_empty() =>
                    {
                        found.component = Some(strip(name));
                        self.at = close;
                        true
                    }
                    _ => false,
                },
                Some(b'|') => {
                    self.component(found, name);
                    self.barred = true;
                    self.at = end + 1;
                    true
                }
                // vmkernel: `cpu7:35233)ALERT: text`.
                Some(b')') if name.starts_with(b"cpu") => {
                    self.component(found, name);
                    self.at = end + 1;
                    true
                }
                Some(b'=') => self.pair(end),
                Some(b']') => {
                    // `file.cc:253] text` and a bracket that was stepped into.
                    self.component(found, name);
                    self.at = end;
                    true
                }
                _ => false,
            };
        }
        match following {
            Some(b'|') => {
                self.component(found, name);
                self.barred = true;
                self.at = next;
                return true;
            }
            Some(b':') if blanks > 0 && matches!(line.get(next + 1), Some(b' ') | None) => {
                found.component = Some(strip(name));
                self.named = true;
                self.at = next + 1;
                return true;
            }
            Some(b'-') if matches!(line.get(next + 1), Some(b' ')) || line[next..].starts_with(b"--- ") => {
                self.component(found, name);
                self.at = next + 1;
                return true;
            }
            _ => {}
        }
        let dots = name.iter().filter(|&&byte| byte == b'.').count();
        let dotted = dots >= 2 || (dots == 1 && name.iter().any(u8::is_ascii_uppercase));
        let module = if self.first.shape == Shape::Compact { module_level(name) } else { None };
        if let Some(level) = facility(name).or(module) {
            found.level = found.level.or(Some(level));
            self.at = end;
            return true;
        }
        if dotted && found.level.is_some() && !name.ends_with(b".") && !self.host {
            found.component = Some(strip(name));
            self.host = true;
            self.at = end;
            return true;
        }
        let columns = blanks >= 2 || line.get(end) == Some(&b'\t');
        if columns
            && (found.level.is_some()
                || name.iter().any(u8::is_ascii_digit)
                || self.first.shape == Shape::Iso && blanks >= 8)
        {
            self.component(found, name);
            self.at = end;
            return true;
        }
        // A host stands before a program (`host sshd[1]:`), a facility or another time.
        if !self.host && (found.level.is_none() || self.first.shape == Shape::Syslog) && self.before_program(next) {
            self.host = true;
            self.at = end;
            return true;
        }
        // Thread names and numbers before the level word: `F5A5AB90 info`, `worker-5  INFO`, `RAS KERNEL INFO`.
        if found.level.is_none() && level_ahead(line, end, self.first.shape == Shape::MonthDay) {
            self.at = end;
            return true;
        }
        false
    }

    /// Takes a name as component unless a better one is known.
    fn component(&mut self, found: &mut Found<'a>, name: &'a [u8]) {
        if found.component.is_none() || self.weak {
            found.component = Some(strip(name));
            self.weak = false;
        }
    }

    fn before_program(&self, next: usize) -> bool {
        let line = self.line;
        let end = name_end(line, next);
        if end == next {
            // `host [tag] ...`
            return line.get(next) == Some(&b'[') && self.first.shape == Shape::Syslog;
        }
        if postgres_follow_up(&line[next..end]) {
            return false;
        }
        if program(line, end).is_some() || facility(&line[next..end]).is_some() {
            return true;
        }
        if self.first.shape == Shape::Epoch {
            return stamp(line, next, super::stamp::Orders::Usual).is_some();
        }
        // Security products put no program before their own formats.
        if product_format(line, next) {
            return true;
        }
        // `host 1 2026-01-02T03:04:05Z ...`: RFC 5424 within RFC 3164.
        if &line[next..end] == b"1" {
            return stamp(line, end + 1, super::stamp::Orders::Usual).is_some();
        }
        // Program names with one blank: `Setup Assistant[1173]:`.
        let second = end + 1;
        self.first.shape == Shape::Syslog
            && line.get(end) == Some(&b' ')
            && group_after_name(line, name_end(line, second))
    }

    /// `opID=52f1-aa`: a pair between other header fields.
    fn pair(&mut self, equals: usize) -> bool {
        let line = self.line;
        let length = line[equals..].iter().take(120).take_while(|&&byte| !matches!(byte, b' ' | b'\t' | b']')).count();
        let end = equals + length;
        let closes = line.get(end) == Some(&b']');
        if length >= 120 || !(closes || level_ahead(line, end, false)) {
            return false;
        }
        self.at = end;
        true
    }
}

/// `2005.06.03`
fn day_only(name: &[u8]) -> bool {
    name.len() == 10
        && name
            .iter()
            .enumerate()
            .all(|(index, byte)| if matches!(index, 4 | 7) { *byte == b'.' } else { byte.is_ascii_digit() })
}

fn group_after_name(line: &[u8], end: usize) -> bool {
    line.get(end) == Some(&b'[') && program(line, end).is_some()
}

/// Where a program's or class' name ends.
fn name_end(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    let mut length = 0;
    while let Some(&byte) = rest.get(length).filter(|_| length < 120) {
        let inside = byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'.' | b'-' | b'/' | b'$' | b'@' | b'#' | b'\\' | b'*' | b'+' | b'%')
            || byte >= 0x80
            || (byte == b':' && rest.get(length + 1).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b':'));
        if !inside {
            break;
        }
        length += 1;
    }
    at + length
}

/// If a name that ends at `end` is a program's (`:`, `[12]:`, `(pam_unix)[12]:`, `[12] (sub):`), where its colon ends.
fn program(line: &[u8], end: usize) -> Option<usize> {
    let mut at = end;
    let mut groups = 0;
    loop {
        match line.get(at)? {
            b':' => return matches!(line.get(at + 1), None | Some(b' ' | b'\t')).then_some(at + 1),
            open @ (b'[' | b'(') if groups < 2 => {
                at = group_end(line, at, *open).filter(|close| close - end < 140)?;
                groups += 1;
            }
            b' ' if groups == 1 && line.get(at + 1) == Some(&b'(') => at += 1,
            _ => return None,
        }
    }
}

/// `user.warn`, `daemon.err`: facility and severity as syslog daemons print them.
fn facility(name: &[u8]) -> Option<Level> {
    let dot = name.iter().position(|&byte| byte == b'.')?;
    let known: [&[u8]; 20] = [
        b"kern",
        b"user",
        b"mail",
        b"daemon",
        b"auth",
        b"authpriv",
        b"syslog",
        b"lpr",
        b"news",
        b"uucp",
        b"cron",
        b"ftp",
        b"local0",
        b"local1",
        b"local2",
        b"local3",
        b"local4",
        b"local5",
        b"local6",
        b"local7",
    ];
    known.contains(&&name[..dot]).then(|| Level::from_word(&name[dot + 1..])).flatten()
}

/// `dsssl.error`: module and level of Pulse Secure's service on Linux.
fn module_level(name: &[u8]) -> Option<Level> {
    let dot = name.iter().rposition(|&byte| byte == b'.')?;
    let level = &name[dot + 1..];
    matches!(level, b"info" | b"para" | b"warn" | b"error" | b"debug").then(|| Level::from_word(level)).flatten()
}

/// Whether CEF, LEEF or WELF begins here.
fn product_format(line: &[u8], at: usize) -> bool {
    matches!(line.get(at), Some(b'C' | b'L' | b'i'))
        && [&b"CEF:"[..], b"LEEF:", b"id=firewall "].iter().any(|start| line[at..].starts_with(start))
}

/// PostgreSQL's lines that belong to the message before.
pub(super) fn postgres_follow_up(name: &[u8]) -> bool {
    matches!(name, b"DETAIL" | b"HINT" | b"CONTEXT" | b"STATEMENT" | b"QUERY" | b"LOCATION" | b"BACKTRACE")
}

/// Where the group that opens at `at` has closed (behind its bracket), nested groups included.
fn group_end(line: &[u8], at: usize, open: u8) -> Option<usize> {
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'<' => b'>',
        _ => b'}',
    };
    let mut depth = 0;
    for (index, &byte) in line.get(at..)?.iter().take(GROUP).enumerate() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(at + index + 1);
            }
        }
    }
    None
}

/// Whether a group's content is a name: one word with a letter in it.
fn identifier(content: &[u8]) -> bool {
    !content.is_empty()
        && content.len() <= 80
        && content
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'$' | b'/' | b'@' | b'#'))
        && content.iter().any(u8::is_ascii_alphabetic)
        && content.iter().filter(|byte| byte.is_ascii_digit()).count() * 2 <= content.len()
}

fn strip(name: &[u8]) -> &[u8] {
    match name {
        [inner @ .., b':' | b'-' | b'.'] => inner,
        name => name,
    }
}

/// Steps over blanks, bars, commas, closing brackets, colour codes, and dashes, colons and arrows before a blank.
pub(super) fn separators(line: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = line.get(at) {
        at += match byte {
            b' ' | b'\t' | b'|' | b',' | b';' | b']' | b')' | b'}' => 1,
            b'-' | b':' | b'>' => {
                let run = line[at..].iter().take_while(|&&byte| matches!(byte, b'-' | b':' | b'>')).count();
                if run > 3 || !matches!(line.get(at + run), None | Some(b' ' | b'\t')) {
                    return at + usize::from(byte == b':' && run == 1);
                }
                run
            }
            0x1b => match skip_colour(line, at) {
                Some(end) => end - at,
                None => return at,
            },
            0xef if line[at..].starts_with(b"\xef\xbb\xbf") => 3,
            0xe2 if line[at..].starts_with(b"\xe2\x80\x93 ") => 3,
            _ => return at,
        };
    }
    at
}

/// Where an escape sequence `ESC [ ... letter` ends.
pub(super) fn skip_colour(line: &[u8], at: usize) -> Option<usize> {
    if line.get(at + 1) != Some(&b'[') {
        return None;
    }
    let parameters = line[at + 2..].iter().take(20).take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    line.get(at + 2 + parameters).filter(|byte| byte.is_ascii_alphabetic()).map(|_| at + 3 + parameters)
}

/// Reads a level at `at`: a word, a bracketed word, ESXi's `Wa(180)`, a letter if `letters`. Returns it, where it ends,
/// and whether it is in capitals or brackets, so that it cannot be a word of the message.
fn level(line: &[u8], at: usize, letters: bool) -> Option<(Level, usize, bool)> {
    let byte = *line.get(at)?;
    if matches!(byte, b'[' | b'<' | b'(') {
        let (level, end) = bracketed_level(line, at)?;
        return Some((level, end, true));
    }
    if !byte.is_ascii_alphabetic() {
        return None;
    }
    let length = line[at..].iter().take(15).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = &line[at..at + length];
    let end = at + length;
    let after = line.get(end).copied().unwrap_or(b' ');
    if length == 1 {
        let fits = match after {
            b' ' | b'\t' => byte != b'I' || line.get(end + 1).is_none_or(|next| !next.is_ascii_lowercase()) || !letters,
            b'|' | b'/' => true,
            _ => false,
        };
        let end = end + usize::from(after == b'/');
        return Level::from_letter(byte).filter(|_| letters && fits).map(|level| (level, end, true));
    }
    if length == 2 {
        return esxi(word, line, end).map(|(level, end)| (level, end, true));
    }
    let level = Level::from_word(word)?;
    let shouted = word.iter().all(u8::is_ascii_uppercase);
    let digits = if shouted || after.is_ascii_digit() { super::clock::digits_run(line, end) } else { 0 };
    let mut end = end + digits;
    let after = line.get(end).copied().unwrap_or(b' ');
    let delimited = matches!(after, b':' | b'|' | b']' | b'\t' | b',' | b'>')
        || (after == b' ' && matches!(line.get(end + 1), Some(b' ' | b'|' | b'[' | b'(' | b'-' | b'<')));
    let ends = delimited || matches!(after, b' ' | b'[' | b'(' | b')' | b';' | b'/' | 0x1b);
    if !ends || (!shouted && !delimited && (Level::everyday(word) || after == b'/' || after == b'(')) {
        return None;
    }
    // `Error (3)`: Veeam prints the verbosity behind the word.
    if after == b' ' && line.get(end + 1) == Some(&b'(') {
        let digits = super::clock::digits_run(line, end + 2);
        if digits > 0 && line.get(end + 2 + digits) == Some(&b')') {
            end += 3 + digits;
        }
    }
    Some((level, end, shouted || (delimited && after != b':' && after != b',')))
}

/// `Er(11)`, `Wa(180)`, `No(29)`, `In(14)`, `Db(167)`: ESXi 8 and later.
fn esxi(word: &[u8], line: &[u8], end: usize) -> Option<(Level, usize)> {
    let level = match word {
        b"Em" | b"Al" | b"Cr" => Level::Fatal,
        b"Er" => Level::Error,
        b"Wa" => Level::Warn,
        b"No" | b"In" => Level::Info,
        b"Db" => Level::Debug,
        _ => return None,
    };
    let digits = super::clock::digits_run(line, end + 1);
    (line.get(end) == Some(&b'(') && digits > 0 && line.get(end + 1 + digits) == Some(&b')'))
        .then_some((level, end + digits + 2))
}

/// `[INFO ]`, `<Error>`, `(warning)`, `[E]`.
fn bracketed_level(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let close = match line.get(at)? {
        b'[' => b']',
        b'<' => b'>',
        _ => b')',
    };
    let length = line[at + 1..].iter().take(18).position(|&byte| byte == close)?;
    let word = line[at + 1..at + 1 + length].trim_ascii();
    let level = match word {
        &[letter] if letter.is_ascii_uppercase() => Level::from_letter(letter)?,
        word => Level::from_word(word)?,
    };
    let end = at + 2 + length;
    Some((level, end + usize::from(line.get(end) == Some(&b':'))))
}

/// A level which its surroundings show to be one, at the start of a line without time.
pub(super) fn delimited_level(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let (level, end, _) = level(line, at, false)?;
    if line.get(at).is_some_and(u8::is_ascii_alphabetic) {
        let length = line[at..].iter().take(15).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = &line[at..at + length];
        let after = line.get(end).copied().unwrap_or(b' ');
        let shouted = word.iter().all(u8::is_ascii_uppercase);
        // "Error: text" and "ERROR text" are headers, "error opening file" is prose, "Note: text" too.
        let fits = matches!(after, b':' | b'|' | b'[' | b'\t') || (after == b' ' && shouted && length > 2);
        if !fits || (Level::everyday(word) && !shouted) || length == 2 {
            return None;
        }
    }
    Some((level, end))
}

/// The rest of a header that has only a level: `ERROR:root:text`, `[INFO] text`.
pub(super) fn after_level<'a>(line: &'a [u8], end: usize, found: &mut Found<'a>) -> usize {
    let at = separators(line, end);
    if line.get(end) == Some(&b':') && at == end + 1 {
        let name = name_end_plain(line, at);
        if name > at && line.get(name) == Some(&b':') {
            found.component = Some(&line[at..name]);
            return name + 1;
        }
    }
    at
}

fn name_end_plain(line: &[u8], at: usize) -> usize {
    at + line
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take(80)
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        .count()
}

/// A level among the words of a bracketed group: all of it, its first or last word, or any word in capitals.
fn level_in_group(content: &[u8]) -> Option<Level> {
    if content.len() < 3 {
        return None;
    }
    if let Some(mask) = content.strip_prefix(b"0x").filter(|mask| mask.len() == 4) {
        return sssd(mask);
    }
    // The last word counts behind a colon (`core:notice`) or alone, whatever it is.
    let tail = content.rsplit(|&byte| byte == b':').next().unwrap_or(content);
    if let Some(level) = Level::from_word(tail.trim_ascii()) {
        return Some(level);
    }
    let separator = |byte: &u8| matches!(byte, b' ' | b':' | b'\t' | b'|' | b',' | b'[' | b']');
    let mut thread_before = false;
    for (index, word) in content.split(separator).filter(|word| !word.is_empty()).enumerate() {
        if let Some(level) = Level::from_word(word) {
            let shouted = word.iter().all(u8::is_ascii_uppercase);
            let leads = index == 0 && content.get(word.len()) == Some(&b':');
            // `[7F03ECE76700 verbose 'Default' ...]`
            let second = index == 1 && thread_before && !Level::everyday(word);
            if shouted || leads || second {
                return Some(level);
            }
        }
        thread_before = word.iter().any(u8::is_ascii_digit);
    }
    None
}

/// sssd's debug masks, from its documentation: 0x0010 fatal, 0x0020 critical, 0x0040 serious, 0x0080 minor, 0x0100
/// configuration, 0x0200 and 0x0400 functions, beyond that finer and finer.
fn sssd(mask: &[u8]) -> Option<Level> {
    Some(match mask {
        b"0010" | b"0020" => Level::Fatal,
        b"0040" => Level::Error,
        b"0080" => Level::Warn,
        b"0100" => Level::Info,
        b"0200" | b"0400" | b"1000" => Level::Debug,
        b"2000" | b"4000" | b"8000" => Level::Trace,
        _ => return None,
    })
}

/// Whether a level word comes within the next few words that look like parts of a header.
fn level_ahead(line: &[u8], from: usize, letters: bool) -> bool {
    let mut at = from;
    for _ in 0..4 {
        at = separators(line, at);
        if level(line, at, letters).is_some_and(|(_, _, shouted)| shouted) || small_level(line, at) {
            return true;
        }
        let end = name_end(line, at);
        if end == at || !header_like(&line[at..end]) {
            return false;
        }
        at = end;
    }
    false
}

/// `info`, `verbose` in small letters as a word of its own.
fn small_level(line: &[u8], at: usize) -> bool {
    let length =
        line.get(at..).map_or(0, |rest| rest.iter().take(12).take_while(|byte| byte.is_ascii_lowercase()).count());
    length > 0
        && line.get(at + length).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'|'))
        && matches!(&line[at..at + length], b"info" | b"verbose" | b"warning" | b"trivia" | b"debug")
}

/// Whether a word looks like a thread, host, class or number rather than a word of a sentence.
fn header_like(word: &[u8]) -> bool {
    word.iter().any(|byte| !byte.is_ascii_alphabetic()) || word.iter().all(u8::is_ascii_uppercase)
}

/// Looks for a level word in capitals further on, over words that cannot be the message's: `lifecycle: 10002: ctl:58
/// ERROR Failed`, `cpu7:35233)ALERT: text`, `[25376]INFO:module`, `5LOG:  text`.
fn late_level(line: &[u8], from: usize) -> Option<Level> {
    let window = line.get(from..)?;
    let window = &window[..window.len().min(LATE)];
    let mut plain = 0;
    let mut rest = window;
    for _ in 0..14 {
        rest = rest.trim_ascii_start();
        let length = rest.iter().take_while(|&&byte| !matches!(byte, b' ' | b'\t')).count();
        if length == 0 {
            break;
        }
        let (token, tail) = rest.split_at(length);
        if let Some(level) = level_in_token(token, tail.len() > 1) {
            return Some(level);
        }
        let columns =
            tail.starts_with(b"  ") || tail.starts_with(b" - ") || tail.starts_with(b" |") || tail.starts_with(b"\t");
        if !header_like(token) && !columns {
            plain += 1;
            if plain > 1 {
                break;
            }
        }
        rest = tail;
    }
    postgres_level(window)
}

/// A level word in capitals that fills the token between punctuation.
fn level_in_token(token: &[u8], followed: bool) -> Option<Level> {
    let mut at = 0;
    while at < token.len() {
        if !token[at].is_ascii_uppercase() {
            at += 1;
            continue;
        }
        let length = token[at..].iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
        let (before, after) = (at.checked_sub(1).map(|index| token[index]), token.get(at + length).copied());
        let word = &token[at..at + length];
        let opened = before.is_none_or(|byte| {
            matches!(byte, b'[' | b']' | b'(' | b')' | b'<' | b':' | b'|' | b'"') || byte.is_ascii_digit()
        });
        let closed = match after {
            None => before.is_none() && followed,
            Some(byte) => matches!(byte, b']' | b')' | b'>' | b':' | b'|' | b',' | b'"'),
        };
        if opened
            && closed
            && word.len() > 2
            && word.iter().all(u8::is_ascii_uppercase)
            && let Some(level) = Level::from_word(word)
        {
            return Some(level);
        }
        at += length;
    }
    None
}

/// PostgreSQL puts `LEVEL:` and two blanks behind whatever `log_line_prefix` holds.
fn postgres_level(window: &[u8]) -> Option<Level> {
    match postgres_word(window)? {
        b"LOG" | b"NOTICE" | b"INFO" => Some(Level::Info),
        b"WARNING" => Some(Level::Warn),
        b"ERROR" => Some(Level::Error),
        b"FATAL" | b"PANIC" => Some(Level::Fatal),
        b"DEBUG" => Some(Level::Debug),
        _ => None,
    }
}

/// The capitals before the first colon that two blanks follow.
pub(super) fn postgres_word(window: &[u8]) -> Option<&[u8]> {
    // A searcher for three bytes costs more to build than the few colons of a header cost to look at.
    for colon in memchr::memchr_iter(b':', window) {
        if window.get(colon + 1) == Some(&b' ') && window.get(colon + 2) == Some(&b' ') {
            let length = window[..colon].iter().rev().take_while(|byte| byte.is_ascii_uppercase()).count();
            return Some(&window[colon - length..colon]);
        }
    }
    None
}

/// A level among the words before a time: in capitals, or between delimiters.
pub(super) fn level_in_prefix(prefix: &[u8]) -> Option<Level> {
    let word = |byte: &u8| !byte.is_ascii_alphabetic();
    prefix
        .split(word)
        .filter(|word| word.len() > 2 && word.iter().all(u8::is_ascii_uppercase))
        .find_map(Level::from_word)
}

/// The name that begins the words before a time, where it ends with a colon or a bar: `HsmService:`, `web-1  |`.
pub(super) fn component_in_prefix(prefix: &[u8]) -> Option<&[u8]> {
    let start = usize::from(matches!(prefix.first(), Some(b'(' | b'[')));
    let end = name_end_plain(prefix, start);
    let name = prefix.get(start..end)?;
    let after = prefix.get(end..)?.trim_ascii_start();
    let delimited = matches!(after.first(), Some(b':' | b'|' | b')'));
    (delimited && identifier(name) && Level::from_word(name).is_none()).then_some(name)
}

/// Used by `special` for the pairs inside a syslog message.
pub(super) fn message_pairs<'a>(line: &'a [u8], at: usize, found: &mut Found<'a>, rules: &Rules) -> Option<usize> {
    let cut = keyvalue::cut(line, at, rules)?;
    found.level = cut.found.level.or(found.level);
    found.time = match (found.time, cut.found.time) {
        (Some(outer), Some(inner)) if outer.assumed() => Some(inner),
        (Some(outer), _) => Some(outer),
        (None, inner) => inner,
    };
    found.component = found.component.or(cut.found.component);
    Some(cut.message)
}

/// A level word that a bar follows: `ERR | text`.
pub(super) fn delimited_level_before_bar(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let (level, end, shouted) = level(line, at, false)?;
    (shouted && line.get(end..)?.trim_ascii_start().starts_with(b"|")).then_some((level, end))
}
