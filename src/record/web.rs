//! Levels of requests: web servers, proxies and load balancers say by an HTTP status how serious a line is.

use super::clock::{digits_run, number};
use super::header::{Cut, after_time};
use super::level::Level;
use super::rest::Found;
use super::watch::Watch;
use memchr::memmem;

/// How far into a line the status is looked for.
const NEAR: usize = 4 << 10;

/// Access logs in the common and combined formats. `end` is the end of the time.
pub(super) fn access(line: &[u8], end: usize, found: &mut Found<'_>, rules: &Watch<'_>) -> Option<usize> {
    if line.get(end..end + 3) != Some(b"] \"") {
        return None;
    }
    let request = end + 3;
    let near = &line[request..line.len().min(request + NEAR)];
    let mut close = None;
    for quote in memchr::memchr_iter(b'"', near) {
        if quote == 0 || near[quote - 1] != b'\\' {
            close = Some(quote);
            break;
        }
    }
    let close = close?;
    found.level = Some(status(line, request + close + 2, &near[..close], rules)?.0);
    Some(end + 2)
}

/// A status of three digits at `at`, the level of the request that got it, and where it ends.
///
/// What browsers and robots ask for on their own is missing on most servers and nobody's fault.
pub(super) fn status(line: &[u8], at: usize, request: &[u8], rules: &Watch<'_>) -> Option<(Level, usize)> {
    let (status, after) = number(line, at, 3, 3)?;
    rules.number(&line[after - 3..after]);
    if !(100..=599).contains(&status) || !matches!(line.get(after), None | Some(b' ' | b'\t' | b',' | b')' | b'"')) {
        return None;
    }
    let level = match Level::from_http(status as u64) {
        Level::Warn if status == 404 && asked_for_by_itself(request) => Level::Info,
        level => level,
    };
    Some((level, after))
}

/// Whether a client asks for it without anybody having put it there.
pub(super) fn asked_for_by_itself(request: &[u8]) -> bool {
    let usual: [&[u8]; 4] = [b"/favicon.ico", b"/robots.txt", b"/apple-touch-icon", b"/.well-known/"];
    let request = &request[..request.len().min(200)];
    usual.iter().any(|path| memmem::find(request, path).is_some())
}

/// The level of a request that ends somewhere behind `from`: `"GET / HTTP/1.1" 502`.
pub(super) fn request(line: &[u8], from: usize, rules: &Watch<'_>) -> Option<Level> {
    let text = line.get(from..line.len().min(from + NEAR))?;
    // Nearly no line without a quote is of this kind.
    memchr::memchr(b'"', text)?;
    let version = memmem::find(text, b" HTTP/")?;
    let mut next = version + 6 + digits_run(text, version + 6);
    if text.get(next) == Some(&b'.') {
        next += 1 + digits_run(text, next + 1);
    }
    (text.get(next..next + 2) == Some(b"\" "))
        .then(|| status(line, from + next + 2, &text[..version], rules))?
        .map(|it| it.0)
}

/// What haproxy says of a request behind its name: `10.0.0.1:33317 [time] frontend backend/server 10/0/30/69/109 503 ...`.
pub(super) fn haproxy(line: &[u8], message: usize, rules: &Watch<'_>) -> Option<Level> {
    let text = line.get(message..line.len().min(message + NEAR))?;
    let open = text.iter().take(80).position(|&byte| byte == b'[')?;
    let close = open + text[open..].iter().take(40).position(|&byte| byte == b']')?;
    let mut words = text.get(close + 1..)?.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let (_frontend, backend, timers) = (words.next()?, words.next()?, words.next()?);
    let is_timer = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'/' | b'-' | b'+');
    if !backend.contains(&b'/') || !timers.contains(&b'/') || !timers.iter().all(is_timer) {
        return None;
    }
    let at = words.next()?.as_ptr() as usize - line.as_ptr() as usize;
    status(line, at, text, rules).map(|it| it.0)
}

/// What PHP says itself: `PHP Fatal error:  Uncaught ...`, with the names of its error levels.
pub(super) fn php(line: &[u8], message: usize) -> Option<Level> {
    const NAMES: [(&[u8], Level); 10] = [
        (b"Fatal error:", Level::Error),
        (b"Parse error:", Level::Error),
        (b"Core error:", Level::Error),
        (b"Compile error:", Level::Error),
        (b"Recoverable fatal error:", Level::Error),
        (b"Catchable fatal error:", Level::Error),
        (b"Warning:", Level::Warn),
        (b"Notice:", Level::Info),
        (b"Deprecated:", Level::Info),
        (b"Strict Standards:", Level::Info),
    ];
    let rest = line.get(message..)?;
    let rest = rest.strip_prefix(b"PHP ").unwrap_or(rest);
    NAMES.iter().find(|(name, _)| rest.starts_with(name)).map(|&(_, level)| level)
}

/// Load balancers of AWS: `time balancer client target 0.000 0.001 0.000 502 502 34 366 "GET http://x/ HTTP/1.1" ...`, the
/// balancer's own status before the target's. `end` is the end of the time.
pub(super) fn balancer(line: &[u8], end: usize, rules: &Watch<'_>) -> Option<Level> {
    let text = line.get(end..line.len().min(end + NEAR))?.strip_prefix(b" ")?;
    let mut words = text.split(|&byte| byte == b' ');
    let _names = (words.next()?, words.next()?, words.next()?);
    // Seconds in decimals; -1 if there were none.
    let is_span = |word: &[u8]| {
        word == b"-1" || word.contains(&b'.') && word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
    };
    let spans = [words.next()?, words.next()?, words.next()?];
    let at = words.next()?.as_ptr() as usize - line.as_ptr() as usize;
    if !spans.into_iter().all(is_span) {
        return None;
    }
    // Whether a span is -1 depends on its digit.
    spans.iter().filter(|span| span.len() == 2).for_each(|span| rules.number(&span[1..]));
    status(line, at, text, rules).map(|it| it.0)
}

/// Squid's own format: `1767607872.345    123 10.0.0.1 TCP_MISS/503 1234 GET http://x/ ...`. `end` is the end of the time.
pub(super) fn squid(line: &[u8], end: usize, rules: &Watch<'_>) -> Option<Level> {
    let near = line.get(end..line.len().min(end + 120))?;
    let mut words = near.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let (elapsed, _client, result) = (words.next()?, words.next()?, words.next()?);
    if !elapsed.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return None;
    }
    let slash = result.iter().position(|&byte| byte == b'/')?;
    let code = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_';
    if slash < 3 || !result[..slash].iter().all(code) {
        return None;
    }
    let at = result.as_ptr() as usize - line.as_ptr() as usize + slash + 1;
    status(line, at, line, rules).map(|it| it.0)
}

/// uWSGI: `[pid: 12|app: 0|req: 1/1] 10.0.0.1 () {40 vars in 600 bytes} [Mon Jan  5 10:11:12 2026] GET / => ... (HTTP/1.1 500)`.
pub(super) fn uwsgi<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let text = line.get(at..line.len().min(at + NEAR))?;
    if !text.starts_with(b"[pid: ") {
        return None;
    }
    let start = at + memmem::find(text, b"} [")? + 3;
    let (stamp, end) = rules.stamp(line, start)?;
    let mut found = Found::default();
    let behind = line.get(end..line.len().min(end + NEAR)).unwrap_or_default();
    if let Some(version) = memmem::find(behind, b" (HTTP/") {
        let length = behind[version + 7..].iter().take(4).take_while(|&&byte| byte != b' ').count();
        found.level = status(line, end + version + 8 + length, behind, rules).map(|it| it.0);
    }
    Some(after_time(line, start, &stamp, end, found, rules))
}
