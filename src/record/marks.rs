//! Levels that programs write in a way of their own: redis, Xorg, VMware, macOS, WebSphere, Ruby, logrus, .NET, Nagios, CI.

use super::clock::digits_run;
use super::header::Cut;
use super::level::Level;
use super::rest::Found;
use super::source_marks;
use super::stamp::{Shape, Stamp};
use super::token::{name_end_plain, separators};
use super::watch::Watch;
use memchr::memmem;

/// redis: `1234:M 02 Jan 2026 03:04:05.678 # text`, old `[1234] 02 Jan 03:04:05.678 # text`; the mark is the level.
pub(super) fn redis<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let digits = digits_run(line, at);
    let colon = at + digits;
    if !(1..=8).contains(&digits)
        || line.get(colon) != Some(&b':')
        || !matches!(line.get(colon + 1), Some(b'M' | b'S' | b'C' | b'X'))
        || line.get(colon + 2) != Some(&b' ')
    {
        return None;
    }
    let (stamp, end) = rules.stamp(line, colon + 3)?;
    let mut found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
    let message = super::rest::rest(line, end, &stamp, &mut found, rules);
    Some(Cut::stamped("redis", found, message, &stamp))
}

/// `#`, `*`, `-`, `.` alone behind the time: redis' warning, notice, verbose, debug.
pub(super) fn redis_mark(line: &[u8], at: usize) -> Option<Level> {
    if line.get(at + 1) != Some(&b' ') {
        return None;
    }
    match line.get(at)? {
        b'#' => Some(Level::Warn),
        b'*' => Some(Level::Info),
        b'.' => Some(Level::Debug),
        _ => None,
    }
}

/// Looks for the mark of a program behind the time; returns the level, the component and where the message begins.
pub(super) fn behind_time<'a>(line: &'a [u8], end: usize, stamp: &Stamp, rules: &Watch<'_>) -> Option<Marked<'a>> {
    match stamp.shape {
        Shape::Iso => ruby(line, end)
            .or_else(|| macos(line, end, rules))
            .or_else(|| icinga(line, end))
            .or_else(|| ceph(line, end, rules))
            .or_else(|| source_marks::behind_time(line, end)),
        Shape::Slashed if line.get(end) == Some(&b']') => websphere(line, end, rules),
        Shape::Slashed => source_marks::behind_time(line, end),
        _ => None,
    }
}

/// What a mark has shown.
pub(super) struct Marked<'a> {
    pub level: Option<Level>,
    pub component: Option<&'a [u8]>,
    pub message: usize,
}

/// Ruby's logger: `I, [2026-01-05T10:11:12.345678 #1234]  INFO -- app: text`.
fn ruby(line: &[u8], end: usize) -> Option<Marked<'_>> {
    let rest = line.get(end..)?.strip_prefix(b" #")?;
    let digits = digits_run(rest, 0);
    let word = end + 2 + digits + rest.get(digits..)?.strip_prefix(b"]").map(|_| 1).filter(|_| digits > 0)?;
    let word = word + line.get(word..)?.iter().take(3).take_while(|&&byte| byte == b' ').count();
    let length = line.get(word..)?.iter().take(8).take_while(|byte| byte.is_ascii_uppercase()).count();
    let level = Level::from_word(&line[word..word + length]);
    let rest = line.get(word + length..)?.strip_prefix(b" -- ").filter(|_| level.is_some())?;
    let colon = rest.iter().take(80).position(|&byte| byte == b':')?;
    let message = separators(line, word + length + 4 + colon + 1);
    Some(Marked { level, component: Some(&rest[..colon]).filter(|it| !it.is_empty()), message })
}

/// macOS' `log show`: ` 0x1a2b     Error       0x0                  123    0    mds: text`, and the compact form
/// ` Df kernel[0:1a2b] text`.
fn macos<'a>(line: &'a [u8], end: usize, rules: &Watch<'_>) -> Option<Marked<'a>> {
    let rest = line.get(end..)?.strip_prefix(b" ")?;
    let position = |part: &[u8]| part.as_ptr() as usize - line.as_ptr() as usize;
    let signed = line.get(end.checked_sub(5)?).is_some_and(|sign| matches!(sign, b'+' | b'-'));
    if signed && hexadecimal(rest, rules) {
        let mut words = rest[..rest.len().min(160)].split(|&byte| byte == b' ').filter(|word| !word.is_empty());
        let (_thread, kind, activity) = (words.next()?, words.next()?, words.next()?);
        let level = match kind {
            b"Default" | b"Info" | b"Activity" | b"Signpost" => Level::Info,
            b"Debug" => Level::Debug,
            b"Error" => Level::Error,
            b"Fault" => Level::Fatal,
            _ => return None,
        };
        let (_process, _lifetime, name) = (words.next()?, words.next()?, position(words.next()?));
        // A process may have blanks in its name.
        let colon = memmem::find(&line[name..line.len().min(name + 80)], b": ")?;
        if !hexadecimal(activity, rules) {
            return None;
        }
        let component = Some(&line[name..name + colon]);
        return Some(Marked { level: Some(level), component, message: separators(line, name + colon + 1) });
    }
    let (level, skip) = match rest {
        [b'D', b'f', b' ', ..] => (Level::Info, 3),
        [b'D', b'b', b' ', ..] => (Level::Debug, 3),
        [b'E', b' ', b' ', ..] => (Level::Error, 3),
        [b'F', b' ', b' ', ..] => (Level::Fatal, 3),
        [b'I' | b'A', b' ', b' ', ..] => (Level::Info, 3),
        _ => return None,
    };
    // `name[123:1a2b]`
    let name = end + 1 + skip;
    let near = &line[name..line.len().min(name + 80)];
    let open = near.iter().position(|&byte| byte == b'[')?;
    let digits = digits_run(near, open + 1);
    let close = open + near[open..].iter().take(40).position(|&byte| byte == b']')?;
    if digits == 0 || near.get(open + 1 + digits) != Some(&b':') {
        return None;
    }
    Some(Marked { level: Some(level), component: Some(&near[..open]), message: separators(line, name + close + 1) })
}

/// Whether `0x` begins a text; which digit it is decides.
fn hexadecimal(text: &[u8], rules: &Watch<'_>) -> bool {
    if text.get(1) != Some(&b'x') {
        return false;
    }
    rules.number(&text[..1]);
    text[0] == b'0'
}

/// Icinga 2: `] critical/ApiListener: text`.
fn icinga(line: &[u8], end: usize) -> Option<Marked<'_>> {
    let rest = line.get(end..)?.strip_prefix(b"] ")?;
    let length = rest.iter().take(12).take_while(|byte| byte.is_ascii_lowercase()).count();
    let level = Level::from_word(&rest[..length]).filter(|_| rest.get(length) == Some(&b'/'))?;
    let name = end + 2 + length + 1;
    let close = name_end_plain(line, name);
    (line.get(close..close + 2) == Some(b": ")).then(|| Marked {
        level: Some(level),
        component: Some(&line[name..close]),
        message: close + 2,
    })
}

/// Ceph: ` 7f1234567700 -1 osd.3 text`, thread and priority. -1 is what goes to the cluster's log as an error; the others are
/// depths of debugging and say nothing.
fn ceph<'a>(line: &'a [u8], end: usize, rules: &Watch<'_>) -> Option<Marked<'a>> {
    let (seven, thread) = line.get(end..)?.strip_prefix(b" ")?.split_at_checked(2)?;
    if seven[1] != b'f' || !seven[0].is_ascii_digit() {
        return None;
    }
    rules.number(&seven[..1]);
    let digits = thread.iter().take(13).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let message = end + 3 + digits + 4;
    let Some([b' ', b'-', priority, b' ']) = thread.get(digits..digits + 4) else { return None };
    if seven != b"7f" || !matches!(digits, 8..=12) || !priority.is_ascii_digit() {
        return None;
    }
    rules.number(&thread[digits + 2..digits + 3]);
    (*priority == b'1').then_some(Marked { level: Some(Level::Error), component: None, message })
}

/// WebSphere: `] 0000004c WsServerImpl  E   WSVR0009E: text`; the letter between the columns is the kind of event. The
/// classes of Liberty stand in a wider column.
fn websphere<'a>(line: &'a [u8], end: usize, rules: &Watch<'_>) -> Option<Marked<'a>> {
    let thread = line.get(end..)?.strip_prefix(b"] ")?;
    let hex = thread.iter().take(9).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let name = end + 2 + hex + 1;
    let column = line.get(name..).filter(|_| hex == 8 && thread.get(8) == Some(&b' '))?;
    let length = column.iter().take(120).take_while(|&&byte| byte != b' ').count();
    let blanks = column[length..].iter().take(120).take_while(|&&byte| byte == b' ').count();
    let kind = name + length + blanks;
    if length == 0 || blanks == 0 || line.get(kind + 1) != Some(&b' ') {
        return None;
    }
    let level = match line.get(kind)? {
        b'F' => Some(Level::Fatal),
        b'E' => Some(Level::Error),
        b'W' => Some(Level::Warn),
        b'A' | b'I' | b'C' => Some(Level::Info),
        b'D' => Some(Level::Debug),
        b'>' | b'<' => Some(Level::Trace),
        b'0'..=b'9' => {
            rules.number(&line[kind..kind + 1]);
            matches!(line[kind], b'1'..=b'3').then_some(Level::Trace)
        }
        // What the program has printed by itself.
        b'O' | b'R' => None,
        _ => return None,
    };
    Some(Marked { level, component: Some(&column[..length]), message: separators(line, kind + 1) })
}

/// Telegraf: `E! [outputs.x] text`.
pub(super) fn shouted_letter(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let [letter @ (b'E' | b'W' | b'I' | b'D'), b'!', b' '] = line.get(at..at + 3)? else { return None };
    Some((Level::from_letter(*letter)?, at + 3))
}

/// Dovecot and others that put what they are about in front: `imap(bob)<12><x>: Error: text`, where the level is a word
/// between colons behind the first word.
pub(super) fn behind_subject(line: &[u8], at: usize) -> Option<Level> {
    let near = line.get(at..line.len().min(at + 120))?;
    let subject = near.iter().position(|&byte| byte == b' ')?;
    let word = near[..subject].strip_suffix(b":").and(near.get(subject + 1..))?;
    let length = word.iter().take(15).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_level = word.get(length) == Some(&b':') && word.first().is_some_and(u8::is_ascii_uppercase);
    Level::from_word(&word[..length]).filter(|_| is_level)
}

/// Corosync and Pacemaker write columns behind host and process: `n1 corosync error   [TOTEM ] text`,
/// `n1 pacemaker-fenced    [12] (main)   warning: text`.
pub(super) fn cluster(line: &[u8], end: usize) -> Option<Level> {
    let near = line.get(end..line.len().min(end + 160))?;
    let (mut at, mut after_group) = (0, false);
    for _ in 0..8 {
        at += near[at..].iter().take_while(|&&byte| byte == b' ').count();
        let length = near[at..].iter().take_while(|&&byte| byte != b' ').count();
        let (word, behind) = near[at..].split_at(length);
        let blanks = behind.iter().take_while(|&&byte| byte == b' ').count();
        let alone = blanks > 1 && behind.get(blanks) == Some(&b'[');
        let name = if after_group { word.strip_suffix(b":") } else { Some(word).filter(|_| alone) };
        if let Some(name) = name.filter(|name| name.iter().all(u8::is_ascii_lowercase))
            && let Some(level) = Level::from_word(name)
        {
            return Some(level);
        }
        after_group = word.ends_with(b")") && blanks > 1;
        at += length;
    }
    None
}

/// The code that messages of IBM's products begin with: `ANS1228E Sending failed`, `CWWKZ0002W: text`. Its last letter is
/// the kind of message.
pub(super) fn message_code(line: &[u8], at: usize) -> Option<Level> {
    let rest = line.get(at..)?;
    let letters = rest.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    let digits = digits_run(rest, letters);
    let (kind, after) = (rest.get(letters + digits)?, rest.get(letters + digits + 1)?);
    if !(3..=5).contains(&letters) || !(4..=5).contains(&digits) || !matches!(after, b' ' | b':') {
        return None;
    }
    match kind {
        b'I' => Some(Level::Info),
        b'W' => Some(Level::Warn),
        b'E' | b'S' => Some(Level::Error),
        _ => None,
    }
}

/// PostgreSQL's `csvlog`: the level is a column, and the next one is the code of the error. Quoted columns may have commas
/// inside, which makes more columns of them and does no harm.
pub(super) fn csv_level(line: &[u8], end: usize) -> Option<Level> {
    let near = line.get(end..line.len().min(end + 2048))?.strip_prefix(b",")?;
    let mut before: &[u8] = b"";
    for column in near.split(|&byte| byte == b',').take(40) {
        let is_code = column.len() == 5 && column.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if is_code && before.len() > 2 && before.iter().take_while(|byte| byte.is_ascii_uppercase()).count() > 2 {
            return super::severity::postgres_named(before.strip_suffix(b"1").unwrap_or(before));
        }
        before = column;
    }
    None
}

/// A process, a thread in hexadecimal digits and a day without year: `1234  1a2b  05/14 08:12:33 job text` of CommVault;
/// and what `strace -f -ttt` writes, `1234 1684051953.456789 read(3, ...`.
pub(super) fn behind_process<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let blanks =
        |at: usize| line.get(at..).map_or(0, |rest| rest.iter().take(6).take_while(|&&byte| byte == b' ').count());
    let process = digits_run(line, at);
    let second = at + process + blanks(at + process);
    if !(1..=7).contains(&process) || second == at + process {
        return None;
    }
    let (clock, is_epoch) = if digits_run(line, second) == 10 && line.get(second + 10) == Some(&b'.') {
        (second, true)
    } else {
        let thread = line.get(second..)?.iter().take(9).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let clock = second + thread + blanks(second + thread);
        (clock, false)
    };
    if clock == at || (!is_epoch && (clock < second + 2 || line.get(clock + 2) != Some(&b'/'))) {
        return None;
    }
    let (stamp, end) = rules.stamp(line, clock)?;
    let fits = if is_epoch {
        let name = line
            .get(end + 1..)?
            .iter()
            .take(40)
            .take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_')
            .count();
        stamp.shape == Shape::Epoch && name > 0 && line.get(end + 1 + name) == Some(&b'(')
    } else {
        stamp.shape == Shape::MonthDay
    };
    if !fits {
        return None;
    }
    let mut found = Found { time: Some(rules.moment(&stamp)), ..Found::default() };
    let message =
        if is_epoch { separators(line, end) } else { super::rest::rest(line, end, &stamp, &mut found, rules) };
    Some(Cut::stamped("process", found, message, &stamp))
}

/// `(EE)`, `(WW)`, `(II)` and others of Xorg.
pub(super) fn xorg(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let text = line.get(at..at + 4)?;
    let level = match text {
        b"(EE)" => Level::Error,
        b"(WW)" => Level::Warn,
        b"(II)" | b"(--)" | b"(**)" | b"(==)" | b"(++)" | b"(!!)" => Level::Info,
        _ => return None,
    };
    Some((level, at + 4))
}

/// `I125: ` behind the thread's bar in a virtual machine's log.
pub(super) fn vmware(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let level = match line.get(at)? {
        b'A' | b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'P' => Level::Fatal,
        b'V' | b'D' => Level::Debug,
        _ => return None,
    };
    (digits_run(line, at + 1) == 3 && line.get(at + 4..at + 6) == Some(b": ")).then_some((level, at + 6))
}

/// vCenter's events: `Event [5096] [1-1] [time] [vim.event.UserLoginSessionEvent] [info] [user] [] [5096] [text]`.
pub(super) fn vcenter_event(line: &[u8], message: usize) -> Option<Level> {
    let near = line.get(message..line.len().min(message + 300))?;
    // Host, program and empty fields may stand before it.
    let near = &near[memmem::find(&near[..near.len().min(80)], b"Event [")?..];
    let groups = near.split(|&byte| byte == b'[').skip(1).map(|group| group.trim_ascii_end());
    groups.take(6).skip(3).find_map(|group| Level::from_word(group.strip_suffix(b"]")?))
}

/// `##[error]text` of build services.
pub(super) fn build_step(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let rest = line.get(at..)?.strip_prefix(b"##[")?;
    let close = rest.iter().take(12).position(|&byte| byte == b']')?;
    Some((Level::from_word(&rest[..close])?, at + 3 + close + 1))
}

/// `SERVICE ALERT: host;service;CRITICAL;HARD;3;text` of Nagios and its kin.
pub(super) fn nagios(line: &[u8], message: usize) -> Option<Level> {
    let near = line.get(message..line.len().min(message + 300))?;
    let kind = memmem::find(near, b" ALERT: ").or_else(|| memmem::find(near, b" NOTIFICATION: "))?;
    let state = |level: Level, words: &[&[u8]]| {
        near[kind..].split(|&byte| byte == b';').skip(1).take(3).any(|part| words.contains(&part)).then_some(level)
    };
    state(Level::Error, &[b"CRITICAL", b"DOWN", b"UNREACHABLE"])
        .or_else(|| state(Level::Warn, &[b"WARNING", b"UNKNOWN"]))
        .or_else(|| state(Level::Info, &[b"OK", b"UP"]))
}

/// Lines without time whose beginning is a level in a form that nothing else has: `ERRO[0012] text` of logrus on a
/// terminal, `fail: Name.Space.Class[0]` of .NET.
pub(super) fn bare_level<'a>(line: &'a [u8], at: usize) -> Option<Cut<'a>> {
    let word = line.get(at..at + 4)?;
    let next = at + 4;
    if line.get(next) == Some(&b'[') {
        let digits = digits_run(line, next + 1);
        if !word.iter().all(u8::is_ascii_uppercase) || digits < 4 || line.get(next + 1 + digits) != Some(&b']') {
            return None;
        }
        let found = Found { level: Some(Level::from_word(word)?), ..Found::default() };
        return Some(Cut::new("logrus", found, separators(line, next + digits + 2)));
    }
    let level = match word {
        b"trce" => Level::Trace,
        b"dbug" => Level::Debug,
        b"info" => Level::Info,
        b"warn" => Level::Warn,
        b"fail" => Level::Error,
        b"crit" => Level::Fatal,
        _ => return None,
    };
    let rest = line.get(next..)?.strip_prefix(b": ")?;
    let length = rest
        .iter()
        .take(200)
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+'))
        .count();
    let digits = digits_run(rest, length + 1);
    let ends = rest.get(length) == Some(&b'[') && digits > 0 && rest.get(length + 1 + digits..) == Some(b"]");
    let found = Found { level: Some(level), component: Some(&rest[..length]), ..Found::default() };
    (ends && length > 0).then(|| Cut::new("dotnet", found, next + 2))
}
