//! The walk from the end of the time to the beginning of the message.

use super::facility::{self, facility};
use super::keyvalue;
use super::level::Level;
use super::severity::{
    column_level, late_level, level, level_ahead, level_in_group, module_level, postgres_follow_up, spaced_error,
};
use super::stamp::{Date, Shape, Stamp};
use super::token::{
    day_only, group_end, identifier, letters, name_end, name_end_plain, product_format, program, separators, strip,
};
use super::watch::{Moment, Watch};
use super::{marks, network, special, veeam, web};

/// What a header has said so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found<'a> {
    pub time: Option<Moment>,
    pub level: Option<Level>,
    pub component: Option<&'a [u8]>,
}

/// How many parts a header may have behind its time.
const STEPS: usize = 12;

/// Walks on from the end of the time and returns where the message begins.
pub(super) fn rest<'a>(line: &'a [u8], end: usize, first: &Stamp, found: &mut Found<'a>, rules: &Watch<'_>) -> usize {
    let usual = found.level.is_none()
        && found.component.is_none()
        && line.get(end) == Some(&b' ')
        && matches!(first.shape, Shape::Syslog | Shape::Iso);
    let program = if usual { host_and_program(line, end + 1) } else { None };
    walk(line, end, first, found, rules, program)
}

/// The walk itself. `program` is what [`host_and_program`] has found.
fn walk<'a>(
    line: &'a [u8],
    end: usize,
    first: &Stamp,
    found: &mut Found<'a>,
    rules: &Watch<'_>,
    program: Option<(&'a [u8], usize)>,
) -> usize {
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
    if let Some(level) = marks::redis_mark(line, walk.at) {
        found.level = found.level.or(Some(level));
        return separators(line, walk.at + 1);
    }
    let mut steps = 0..STEPS;
    if let Some((program, after)) = program {
        found.component = Some(program);
        (walk.host, walk.named) = (true, true);
        walk.at = separators(line, after);
        steps.start = 2;
    }
    let mut message = walk.at;
    for step in steps {
        if !walk.step(step, found, rules) {
            break;
        }
        walk.at = separators(line, walk.at);
        message = walk.at;
    }
    if let Some(inner) = special::inner(line, message, found, rules) {
        return inner;
    }
    if found.level.is_none()
        && let Some(end) = marked(line, message, end, first, found, rules)
    {
        return end;
    }
    if found.level.is_none() && first.shape == Shape::Dotted {
        if walk.barred && line.first() == Some(&b'[') {
            return veeam::data_mover(line, message, found, rules);
        }
        found.level = veeam::job_outcome(line, end);
    }
    // Behind a program's name in syslog, or between bars, a level has just been looked for.
    if found.level.is_none() && !walk.barred && !(walk.named && first.shape == Shape::Syslog) {
        found.level = match first.shape {
            Shape::MonthDay => late_level(line, end).or_else(|| spaced_error(line, end)),
            _ if line.first() == Some(&b'"') => late_level(line, end).or_else(|| column_level(line, end)),
            _ => late_level(line, end),
        };
    }
    message.min(line.len())
}

/// Looks for a level in the marks that programs put before their messages; returns where the message begins if the mark
/// is no part of it.
fn marked<'a>(
    line: &'a [u8],
    message: usize,
    end: usize,
    first: &Stamp,
    found: &mut Found<'a>,
    rules: &Watch<'_>,
) -> Option<usize> {
    match found.component {
        Some(b"haproxy") => found.level = web::haproxy(line, message, rules),
        None if first.shape == Shape::Iso || first.shape == Shape::Access => {
            found.level = web::request(line, end, rules)
                .or_else(|| web::php(line, message))
                .or_else(|| web::balancer(line, end, rules))
                .or_else(|| marks::vcenter_event(line, message))
        }
        _ => {}
    }
    if found.level.is_none()
        && let Some((level, end)) = marks::shouted_letter(line, message)
    {
        found.level = Some(level);
        return Some(end);
    }
    if found.level.is_none() {
        found.level = match first.shape {
            Shape::Syslog => marks::behind_subject(line, message).or_else(|| marks::cluster(line, end)),
            Shape::Iso if line.get(end) == Some(&b',') => marks::csv_level(line, end),
            _ => None,
        }
        .or_else(|| marks::message_code(line, message));
    }
    if line.get(message) == Some(&b'#')
        && let Some((level, end)) = marks::build_step(line, message)
    {
        found.level = Some(level);
        return Some(end);
    }
    if found.level.is_none() {
        found.level = keyvalue::leading_level(line, message);
    }
    if found.level.is_none()
        && let Some((level, facility)) = network::mark_near(line, message, rules)
    {
        (found.level, found.component) = (Some(level), found.component.or(Some(facility)));
    }
    None
}

/// The usual header of syslog, `host program[12]: `, read in one go; the general walk finds the same in two steps.
/// Returns the program and where its colon ends.
pub(super) fn host_and_program(line: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let host = plain_name(line, at)?;
    if line.get(at + host.len()) != Some(&b' ') || host.contains(&b'.') || postgres_follow_up(host) {
        return None;
    }
    let start = at + host.len() + 1;
    let program = plain_name(line, start)?;
    let mut end = start + program.len();
    if line.get(end) == Some(&b'[') {
        let digits = super::clock::digits_run(line, end + 1);
        if digits == 0 || line.get(end + 1 + digits) != Some(&b']') {
            return None;
        }
        end += digits + 2;
    }
    let ends = line.get(end) == Some(&b':') && matches!(line.get(end + 1), Some(b' ') | None);
    (ends && !postgres_follow_up(program)).then(|| (strip(program), end + 1))
}

/// Two or more letters, digits and marks that begin with letters which are no level.
fn plain_name(line: &[u8], at: usize) -> Option<&[u8]> {
    let rest = line.get(at..)?;
    let letters = letters(rest, 15);
    if letters < 2 || Level::from_word(&rest[..letters]).is_some() {
        return None;
    }
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let length = letters + rest[letters..].iter().take(80).take_while(inside).count();
    Some(&rest[..length])
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
    fn step(&mut self, step: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> bool {
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

    /// A host, a program, a class, a file, a `key=value`.
    fn word(&mut self, found: &mut Found<'a>, rules: &Watch<'_>) -> bool {
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
pub(super) fn message_pairs<'a>(line: &'a [u8], at: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> Option<usize> {
    let cut = keyvalue::cut(line, at, rules)?;
    found.level = cut.found.level.or(found.level);
    found.time = match (found.time, cut.found.time) {
        (Some(outer), Some(inner)) if outer.time.assumed() => Some(inner),
        (Some(outer), _) => Some(outer),
        (None, inner) => inner,
    };
    found.component = found.component.or(cut.found.component);
    Some(cut.message)
}

#[cfg(test)]
mod tests {
    use super::super::calendar::Calendar;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn host_and_program_in_one_go_are_those_of_the_walk(
            time in prop_oneof![Just("Jan  5 10:11:12"), Just("2026-01-05T10:11:12.345+02:00"), Just("2026-01-05 10:11:12")],
            host in "[a-zA-Z]{0,3}[a-z0-9.-]{0,4}|error|Mon|E0517|CEF|DETAIL|local0.err|log1|Fine-1|ab",
            program in "[a-zA-Z]{0,3}[a-z0-9._-]{0,4}|WARN|Jan|warn_x|kernel|HINT|ab-|1",
            number in prop_oneof![Just(""), Just("[12]"), Just("[]"), Just("[a]"), Just("(x)[1]")],
            message in prop_oneof![
                Just(""), Just(" "), Just(" x"), Just("x"), Just("  ERROR: x"), Just(" error: x"), Just(" [a=b] x y"), Just(" E x"),
                Just(" 2026-01-05 10:11:13 - gw - [10.0.0.1] a[] - x"), Just(" DETAIL:  x"), Just(" a:  ERROR:  x"),
            ],
        ) {
            let line = format!("{time} {host} {program}{number}:{message}");
            let line = line.as_bytes();
            let rules = super::super::header::Rules {
                orders: super::super::stamp::Orders::Usual,
                calendar: Calendar::default(),
                boot: None,
                directives: None,
                prefixed: true,
                indented: true,
                level_only: true,
            };
            let rules = Watch::new(&rules, line);
            let (first, end) = rules.stamp(line, 0).expect("a time");
            let (mut quick, mut general) = (Found::default(), Found::default());
            let at = rest(line, end, &first, &mut quick, &rules);
            prop_assert_eq!(at, walk(line, end, &first, &mut general, &rules, None), "{}", String::from_utf8_lossy(line));
            prop_assert_eq!(
                (quick.time.map(|it| it.time), quick.level, quick.component),
                (general.time.map(|it| it.time), general.level, general.component),
                "{}",
                String::from_utf8_lossy(line)
            );
        }
    }
}
