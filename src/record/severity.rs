//! Where a line says how serious it is: a level word behind the time, in brackets, before the time, or further on in
//! capitals. `level` knows the words; this file knows the places.

use super::facility;
use super::level::Level;
use super::token::{name_end, separators};

/// How far behind the time a level word is looked for when the walk has found none.
pub(super) const LATE: usize = 200;
/// How far a level in a column of its own is looked for.
const COLUMNS: usize = 4 << 10;

/// `dsssl.error`: module and level of Pulse Secure's service on Linux.
pub(super) fn module_level(name: &[u8]) -> Option<Level> {
    let dot = name.iter().rposition(|&byte| byte == b'.')?;
    let level = &name[dot + 1..];
    matches!(level, b"info" | b"para" | b"warn" | b"error" | b"debug").then(|| Level::from_word(level)).flatten()
}

/// PostgreSQL's lines that belong to the message before.
pub(super) fn postgres_follow_up(name: &[u8]) -> bool {
    matches!(name, b"DETAIL" | b"HINT" | b"CONTEXT" | b"STATEMENT" | b"QUERY" | b"LOCATION" | b"BACKTRACE")
}

/// Reads a level at `at`: a word, a bracketed word, ESXi's `Wa(180)`, a letter if `letters`. Returns it, where it ends,
/// and whether it is in capitals or brackets, so that it cannot be a word of the message.
pub(super) fn level(line: &[u8], at: usize, letters: bool) -> Option<(Level, usize, bool)> {
    let byte = *line.get(at)?;
    if matches!(byte, b'[' | b'<' | b'(') {
        let (level, end) = bracketed_level(line, at)?;
        return Some((level, end, true));
    }
    // Sling: `*ERROR*`.
    if byte == b'*' {
        let length = line[at + 1..].iter().take(15).take_while(|byte| byte.is_ascii_uppercase()).count();
        let level = Level::from_word(&line[at + 1..at + 1 + length])?;
        return (line.get(at + 1 + length) == Some(&b'*')).then_some((level, at + length + 2, true));
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
    // `DEBUG1` to `DEBUG5` are levels, `ERROR404` is something else.
    let numbered = word.eq_ignore_ascii_case(b"debug") || word.eq_ignore_ascii_case(b"trace");
    let digits = super::clock::digits_run(line, end);
    // `WARN574240[Thread-35]`: a thread's number joined to it.
    let thread = shouted && line.get(end + digits) == Some(&b'[');
    if digits > usize::from(numbered) && !thread {
        return None;
    }
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
        // Aruba's words of four letters.
        b"NOTI" => Level::Info,
        b"ERRS" => Level::Error,
        // MySQL 8 calls so what is always logged. Elsewhere it is the name of a component, and of no level.
        b"System" if line[at + 2 + length..].starts_with(b" [MY-") => Level::Info,
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

/// A level among the words of a bracketed group: all of it, its first or last word, or any word in capitals.
pub(super) fn level_in_group(content: &[u8]) -> Option<Level> {
    if content.len() < 3 {
        return None;
    }
    if let Some(mask) = content.strip_prefix(b"0x").filter(|mask| mask.len() == 4) {
        return sssd(mask);
    }
    // `[E|app|1a2b]`
    if content.get(1) == Some(&b'|') {
        return Level::from_letter(content[0]);
    }
    if let Some(level) = facility::in_group(content) {
        return Some(level);
    }
    // XenServer: `[error|host|123 |task D:1a2b|xapi]`. Twisted: `[module#error]`.
    let first = content.split(|&byte| byte == b'|').next().filter(|first| first.len() < content.len());
    let behind_mark = || memchr::memrchr(b'#', content).map(|mark| &content[mark + 1..]);
    let word = first.or_else(behind_mark).filter(|word| !Level::everyday(word));
    if let Some(level) = word.and_then(Level::from_word) {
        return Some(level);
    }
    // The last word counts behind a colon (`core:notice`) or alone, whatever it is.
    let tail = content.rsplit(|&byte| byte == b':').next().unwrap_or(content);
    if let Some(level) = Level::from_word(tail.trim_ascii()) {
        return Some(level);
    }
    let separator = |byte: &u8| matches!(byte, b' ' | b':' | b'\t' | b'|' | b',' | b'[' | b']' | b'/');
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
pub(super) fn level_ahead(line: &[u8], from: usize, letters: bool) -> bool {
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
pub(super) fn header_like(word: &[u8]) -> bool {
    word.iter().any(|byte| !byte.is_ascii_alphabetic()) || word.iter().all(u8::is_ascii_uppercase)
}

/// Looks for a level word in capitals further on, over words that cannot be the message's: `lifecycle: 10002: ctl:58
/// ERROR Failed`, `cpu7:35233)ALERT: text`, `[25376]INFO:module`, `5LOG:  text`.
pub(super) fn late_level(line: &[u8], from: usize) -> Option<Level> {
    let window = line.get(from..)?;
    let window = &window[..window.len().min(LATE)];
    let mut plain = 0;
    let mut rest = window;
    for _ in 0..14 {
        rest = rest.trim_ascii_start();
        let (mut length, mut capital, mut small, mut other) = (0, false, false, false);
        while let Some(&byte) = rest.get(length).filter(|byte| !matches!(byte, b' ' | b'\t')) {
            match byte {
                b'A'..=b'Z' => capital = true,
                b'a'..=b'z' => small = true,
                _ => other = true,
            }
            length += 1;
        }
        if length == 0 {
            break;
        }
        let (token, tail) = rest.split_at(length);
        if capital && let Some(level) = level_in_token(token, tail.len() > 1) {
            return Some(level);
        }
        let header_like = other || !small;
        let columns =
            tail.starts_with(b"  ") || tail.starts_with(b" - ") || tail.starts_with(b" |") || tail.starts_with(b"\t");
        if !header_like && !columns {
            plain += 1;
            if plain > 1 {
                break;
            }
        }
        rest = tail;
    }
    postgres_level(window)
}

/// A level word in capitals that is a column of its own, in lines whose first column is a quoted time (OpenAM, OpenDJ).
pub(super) fn column_level(line: &[u8], from: usize) -> Option<Level> {
    let columns = line.get(from..line.len().min(from + COLUMNS))?;
    let mut at = 0;
    while at < columns.len() {
        let length = columns[at..].iter().take_while(|byte| !matches!(byte, b' ' | b'\t')).count();
        let (token, after) = (&columns[at..at + length], columns.get(at + length..).unwrap_or_default());
        let alone = matches!(after, [b'\t', ..] | [b' ', b' ', ..]);
        if alone
            && length > 3
            && token.iter().all(u8::is_ascii_uppercase)
            && let Some(level) = Level::from_word(token)
        {
            return Some(level);
        }
        at += length + 1;
    }
    None
}

/// `program.exe *64 - host:443 error : text` of Proxifier: a small word that a blank and a colon follow.
pub(super) fn spaced_error(line: &[u8], from: usize) -> Option<Level> {
    let near = line.get(from..line.len().min(from + LATE))?;
    memchr::memmem::find(near, b" error : ").map(|_| Level::Error)
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
        // Monolog: `production.ERROR: text`, channel and level.
        let opened = opened || before == Some(b'.') && after == Some(b':');
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
    postgres_named(postgres_word(window)?)
}

/// The level that PostgreSQL calls so; of DEBUG the number is left out.
pub(super) fn postgres_named(word: &[u8]) -> Option<Level> {
    match word {
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

/// A level word that a bar follows: `ERR | text`.
pub(super) fn delimited_level_before_bar(line: &[u8], at: usize) -> Option<(Level, usize)> {
    let (level, end, shouted) = level(line, at, false)?;
    (shouted && line.get(end..)?.trim_ascii_start().starts_with(b"|")).then_some((level, end))
}
