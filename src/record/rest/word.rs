//! A word of a header: host, program, class, file, thread, `key=value`, or the first word of the message.

use super::Found;
use super::walk::Walk;
use crate::record::facility::{self, facility};
use crate::record::level::Level;
use crate::record::severity::{level_ahead, module_level, postgres_follow_up};
use crate::record::stamp::Shape;
use crate::record::token::{day_only, group_end, name_end, product_format, program, strip};
use crate::record::watch::Watch;

impl<'a> Walk<'a, '_> {
    /// A host, a program, a class, a file, a `key=value`.
    pub(super) fn word(&mut self, found: &mut Found<'a>, rules: &Watch<'_>) -> bool {
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
        if self.first.shape == Shape::Syslog
            && let Some((level, end)) = facility::aix(line, at)
        {
            found.level = found.level.or(Some(level));
            self.at = end;
            return true;
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
        // `bigip notice mcpd[1]: text`: everyday words are levels between host and program.
        if self.host
            && self.first.shape == Shape::Syslog
            && found.level.is_none()
            && let Some(level) = Level::from_word(name)
            && program(line, name_end(line, next)).is_some()
        {
            found.level = Some(level);
            self.at = end;
            return true;
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
        if !self.host
            && (found.level.is_none() || self.first.shape == Shape::Syslog)
            && self.before_program(next, rules)
        {
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

    fn before_program(&self, next: usize, rules: &Watch<'_>) -> bool {
        let line = self.line;
        let end = name_end(line, next);
        if end == next {
            // `host [tag] ...`
            return line.get(next) == Some(&b'[') && self.first.shape == Shape::Syslog;
        }
        if postgres_follow_up(&line[next..end]) {
            return false;
        }
        let is_syslog = self.first.shape == Shape::Syslog;
        if program(line, end).is_some()
            || facility(&line[next..end]).is_some()
            || is_syslog && facility::aix(line, next).is_some()
        {
            return true;
        }
        let levelled = is_syslog && Level::from_word(&line[next..end]).is_some();
        if levelled && line.get(end) == Some(&b' ') && program(line, name_end(line, end + 1)).is_some() {
            return true;
        }
        if self.first.shape == Shape::Epoch {
            return rules.usual_stamp(line, next).is_some();
        }
        // Security products put no program before their own formats.
        if product_format(line, next) {
            return true;
        }
        // `host 1 2026-01-02T03:04:05Z ...`: RFC 5424 within RFC 3164.
        if end == next + 1 && line[next].is_ascii_digit() {
            rules.number(&line[next..end]);
        }
        if &line[next..end] == b"1" {
            return rules.usual_stamp(line, end + 1).is_some();
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

fn group_after_name(line: &[u8], end: usize) -> bool {
    line.get(end) == Some(&b'[') && program(line, end).is_some()
}
