//! Facility and severity as syslog daemons and devices print them in words: `daemon.err`, AIX, Solaris, RouterOS.

use super::level::Level;

/// `user.warn`, `daemon.err`: facility and severity as syslog daemons print them.
pub(super) fn facility(name: &[u8]) -> Option<Level> {
    let dot = name.iter().position(|&byte| byte == b'.')?;
    is_facility(&name[..dot]).then(|| Level::from_word(&name[dot + 1..])).flatten()
}

fn is_facility(name: &[u8]) -> bool {
    let known: [&[u8]; 13] = [
        b"kern",
        b"user",
        b"mail",
        b"daemon",
        b"auth",
        b"authpriv",
        b"security",
        b"syslog",
        b"lpr",
        b"news",
        b"uucp",
        b"cron",
        b"ftp",
    ];
    matches!(name.strip_prefix(b"local"), Some(&[b'0'..=b'9'])) || known.contains(&name)
}

/// AIX: `daemon:err|error`, `auth|security:info`; names of the same thing have a bar between them. Returns the level and
/// where it ends.
pub(super) fn aix(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let near = line.get(at..line.len().min(at + 40))?;
    let end = near.iter().position(|&byte| byte == b' ')?;
    let colon = near[..end].iter().position(|&byte| byte == b':')?;
    let name = near[..colon].split(|&byte| byte == b'|').next()?;
    let level = near[colon + 1..end].split(|&byte| byte == b'|').next()?;
    is_facility(name).then(|| Level::from_word(level)).flatten().map(|level| (level, at + end))
}

/// The content of Solaris' group `[ID 123456 daemon.error]`, or of one that is a facility: `<local0.err>`.
pub(super) fn in_group(content: &[u8]) -> Option<Level> {
    match content.strip_prefix(b"ID ") {
        Some(id) => facility(&id[memchr::memchr(b' ', id)? + 1..]),
        None => facility(content),
    }
}

/// RouterOS: `system,error,critical login failure`, topics in small letters with commas between them. Returns the most
/// serious one and where they end.
pub(super) fn topics(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let near = line.get(at..line.len().min(at + 60))?;
    let end = near.iter().position(|&byte| !(byte.is_ascii_lowercase() || matches!(byte, b',' | b'-')))?;
    let all = &near[..end];
    if near[end] != b' ' || !all.contains(&b',') || all.ends_with(b",") {
        return None;
    }
    let levels = all.split(|&byte| byte == b',').filter_map(|topic| match topic {
        b"critical" => Some(Level::Fatal),
        b"error" => Some(Level::Error),
        b"warning" => Some(Level::Warn),
        b"info" => Some(Level::Info),
        b"debug" => Some(Level::Debug),
        _ => None,
    });
    levels.max().map(|level| (level, at + end))
}
