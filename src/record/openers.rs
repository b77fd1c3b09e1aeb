//! Lines whose time stands behind a beginning that only one program writes: GLib, Windows' policy client, Couchbase,
//! MySQL's slow queries, flow logs of AWS, alerts of supercomputers.

use super::clock::digits_run;
use super::header::{Cut, after_time};
use super::level::Level;
use super::rest::Found;
use super::token::{day_only, identifier, separators};
use super::watch::Watch;
use memchr::memmem;

/// How much of a line may stand before the time.
const NEAR: usize = 160;

/// `(app:1234): Gtk-WARNING **: 10:11:12.345: text`, `** (app:1234): CRITICAL **: 10:11:12.345: text`
pub(super) fn glib<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let near = line.get(at..line.len().min(at + NEAR))?;
    let process = near.strip_prefix(b"** ").unwrap_or(near).strip_prefix(b"(")?;
    let close = memmem::find(process, b"): ")?;
    let colon = memchr::memchr(b':', &process[..close])?;
    if digits_run(process, colon + 1) != close - colon - 1 {
        return None;
    }
    let kind = &process[close + 3..];
    let stars = memmem::find(kind, b" **: ")?;
    let dash = memchr::memrchr(b'-', &kind[..stars]);
    let level = match &kind[dash.map_or(0, |dash| dash + 1)..stars] {
        b"CRITICAL" | b"ERROR" => Level::Error,
        b"WARNING" => Level::Warn,
        b"Message" | b"INFO" => Level::Info,
        b"DEBUG" => Level::Debug,
        _ => return None,
    };
    let start = at + near.len() - kind.len() + stars + 5;
    let component = Some(dash.map_or(&process[..colon], |dash| &kind[..dash]));
    let found = Found { level: Some(level), component, time: None };
    let Some((stamp, end)) = rules.stamp(line, start) else { return Some(Cut::new("glib", found, start)) };
    let found = Found { time: Some(rules.moment(&stamp)), ..found };
    Some(Cut::stamped("glib", found, separators(line, end), &stamp))
}

/// Where the epoch begins in `APPSEV 1117838570 2005.06.03 R24-M0 2005-06-03-15.42.50.363779 ...` of supercomputers.
pub(super) fn behind_alert(line: &[u8], at: usize) -> Option<usize> {
    let kind = line.get(at..)?.iter().take(20).take_while(|byte| byte.is_ascii_uppercase() || **byte == b'_').count();
    let start = at + kind + 1;
    let is_epoch =
        line.get(at + kind) == Some(&b' ') && digits_run(line, start) == 10 && line.get(start + 10) == Some(&b' ');
    (kind >= 2 && is_epoch && day_only(line.get(start + 11..start + 21)?)).then_some(start)
}

/// `GPSVC(1f4.5dc) 10:11:12:345 text`, `USERENV(1f4.5dc) ...`: process and thread in hexadecimal digits.
pub(super) fn policy_client<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let rest = line.get(at..)?;
    let name = [&b"GPSVC("[..], b"USERENV("].iter().find(|name| rest.starts_with(name))?.len();
    let close = rest[name..].iter().take(20).position(|byte| !(byte.is_ascii_hexdigit() || *byte == b'.'))?;
    let start = at + name + close + 2;
    let (stamp, end) = rules.stamp(line, start).filter(|_| line.get(start - 2..start) == Some(b") "))?;
    let found = Found { time: Some(rules.moment(&stamp)), component: Some(&rest[..name - 1]), level: None };
    Some(Cut::stamped("userenv", found, separators(line, end), &stamp))
}

/// `[ns_server:error,2026-01-05T10:11:12.345Z,ns_1@host:name<0.1.0>:f:12]text` of Couchbase.
pub(super) fn couchbase<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let near = line.get(at..line.len().min(at + 80))?.strip_prefix(b"[")?;
    let colon = near.iter().position(|&byte| !(byte.is_ascii_alphanumeric() || byte == b'_'))?;
    let word = near.get(colon + 1..).filter(|_| near[colon] == b':' && identifier(&near[..colon]))?;
    let length = word.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let level = Level::from_word(&word[..length]).filter(|_| word.get(length) == Some(&b','))?;
    let start = at + 1 + colon + 1 + length + 1;
    let (stamp, end) = rules.stamp(line, start).filter(|&(_, end)| line.get(end) == Some(&b','))?;
    let close = end + line[end..].iter().take(NEAR).position(|&byte| byte == b']')?;
    let found = Found { time: Some(rules.moment(&stamp)), level: Some(level), component: Some(&near[..colon]) };
    Some(Cut::stamped("couchbase", found, separators(line, close), &stamp))
}

/// `# Time: 260105 10:11:12` before the statements of MySQL's slow log, up to 5.6 without century.
pub(super) fn slow_query<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let start = at + line.get(at..)?.strip_prefix(b"# Time: ").map(|_| 8)?;
    let (stamp, end) = rules.stamp(line, start)?;
    Some(after_time(line, start, &stamp, end, Found::default(), rules))
}

/// Flow logs of AWS' networks in their usual columns: version, account, interface, two addresses, two ports, protocol,
/// packets, bytes, start, end, action, status.
pub(super) fn flow<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let rest = line.get(at..line.len().min(at + 400))?;
    // Most lines that begin with a digit are something else.
    if rest.get(1) != Some(&b' ') || rest.get(14..19) != Some(b" eni-") {
        return None;
    }
    let columns: Vec<&[u8]> = rest.split(|&byte| byte == b' ').collect();
    if columns.len() != 14 || !matches!(columns[13], b"OK" | b"NODATA" | b"SKIPDATA") {
        return None;
    }
    let start = columns[10].as_ptr() as usize - line.as_ptr() as usize;
    let (stamp, _) = rules.stamp(line, start)?;
    let found = Found { time: Some(rules.moment(&stamp)), component: Some(columns[2]), level: None };
    Some(Cut::stamped("vpcflow", found, at, &stamp))
}
