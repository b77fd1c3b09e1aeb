//! The walk over the parts of a header: a level, a second time, groups in brackets, numbers, quoted names. What words are,
//! `word.rs` knows.

use super::Found;
use crate::record::level::Level;
use crate::record::severity::{level, level_in_group};
use crate::record::stamp::{Date, Shape, Stamp};
use crate::record::token::{group_end, identifier};
use crate::record::watch::Watch;
use crate::record::{facility, marks, special};

/// A walk, and what it has come by so far.
pub(super) struct Walk<'a, 'f> {
    pub(super) line: &'a [u8],
    /// Where it has got to.
    pub(super) at: usize,
    /// The time that it began behind.
    pub(super) first: &'f Stamp,
    /// The name of a host was stepped over.
    pub(super) host: bool,
    /// The program's name was found: its colon ends the header, or nearly.
    pub(super) named: bool,
    /// The component is only the content of brackets, more likely a thread than a class.
    pub(super) weak: bool,
    /// The component stood before a bar.
    pub(super) barred: bool,
    /// How many groups in brackets were stepped over.
    pub(super) groups: usize,
    /// A second time was found.
    replaced: bool,
}

impl<'a, 'f> Walk<'a, 'f> {
    /// Begins at `at`, which is the end of the time.
    pub(super) fn new(line: &'a [u8], at: usize, first: &'f Stamp) -> Walk<'a, 'f> {
        let (host, named, weak, barred, replaced) = (false, false, false, false, false);
        Walk { line, at, first, host, named, weak, barred, groups: 0, replaced }
    }

    /// Steps over one part of the header; false if the message begins here.
    pub(super) fn step(&mut self, step: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> bool {
        let line = self.line;
        let Some(&byte) = line.get(self.at) else { return false };
        if found.level.is_none()
            && step == 0
            && byte.is_ascii_lowercase()
            && let Some((level, end)) = facility::topics(line, self.at)
        {
            (found.level, self.named) = (Some(level), true);
            self.at = end;
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
        if self.barred
            && found.level.is_none()
            && let Some((level, end)) = marks::vmware(line, self.at)
        {
            (found.level, self.named) = (Some(level), true);
            self.at = end;
            return true;
        }
        // A second time: relayed syslog, wrapper scripts, supercomputers. The one that states its year wins.
        if byte.is_ascii_alphanumeric() && !self.replaced && (step < 4 || self.named) && self.second_time(found, rules)
        {
            return true;
        }
        match byte {
            b'[' | b'(' | b'<' | b'{' => self.group(byte, found, rules),
            b'0'..=b'9' if !self.named => {
                self.number(found.level.is_some() && self.first.shape != Shape::Glog, rules) || self.word(found, rules)
            }
            b'\'' if !self.named => self.quoted(found),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'#' | b'/' | b'$' | b'-' | b'0'..=b'9' if !self.named => {
                self.word(found, rules)
            }
            _ => false,
        }
    }

    fn second_time(&mut self, found: &mut Found<'a>, rules: &Watch<'_>) -> bool {
        let Some((second, end)) = rules.stamp(self.line, self.at) else { return false };
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
            found.time = Some(rules.moment(&second));
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
    fn group(&mut self, open: u8, found: &mut Found<'a>, rules: &Watch<'_>) -> bool {
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
        // A mask of sssd: `(0x0010)`.
        if content.len() == 6 && content[0].is_ascii_digit() && content[1] == b'x' {
            rules.number(&content[..1]);
            rules.number(&content[2..]);
        }
        if self.barred && level_in_group(content).is_none() {
            return false;
        }
        if found.level.is_none() {
            found.level = level_in_group(content).or_else(|| self.numbered(open, content, rules));
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

    /// A level that is a number in `<...>`: facility and severity of syslog with a dot between them (`<3.4>`), or behind a
    /// time of day and the process NetBackup's 2, 4, 8, 16 and 32.
    fn numbered(&self, open: u8, content: &[u8], rules: &Watch<'_>) -> Option<Level> {
        if open != b'<' || !content.first()?.is_ascii_digit() {
            return None;
        }
        match *content {
            [b'.', ..] => None,
            [.., b'.', severity @ b'0'..=b'9'] if content.len() <= 4 => {
                rules.number(&content[content.len() - 1..]);
                (severity <= b'7').then(|| Level::from_syslog(u64::from(severity - b'0')))
            }
            [_] | [_, b'0'..=b'9'] if self.first.shape == Shape::Clock && self.groups > 0 => {
                rules.number(content);
                Some(match content {
                    b"2" => Level::Debug,
                    b"4" => Level::Info,
                    b"8" => Level::Warn,
                    b"16" => Level::Error,
                    b"32" => Level::Fatal,
                    _ => return None,
                })
            }
            _ => None,
        }
    }

    /// A process or thread number, decimal or hexadecimal.
    fn number(&mut self, level_known: bool, rules: &Watch<'_>) -> bool {
        let rest = &self.line[self.at..];
        if rest.get(1) == Some(&b'x') {
            rules.number(&rest[..1]);
        }
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
}
