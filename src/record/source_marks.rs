//! Levels that stand beside a place in the source: TensorFlow, Gitea, SAP HANA; and those of installers made with WiX.

use super::clock::digits_run;
use super::level::Level;
use super::marks::Marked;
use super::token::{name_end_plain, separators};

/// Longest name of a source file or function that is looked at, in bytes.
const PLACE: usize = 120;

/// Looks for such a mark behind a time that ends at `end`.
pub(super) fn behind_time(line: &[u8], end: usize) -> Option<Marked<'_>> {
    match line.get(end)? {
        b':' => tensorflow(line, end),
        b']' => burn(line, end),
        b' ' => hana(line, end).or_else(|| gitea(line, end)),
        _ => None,
    }
}

/// `2026-01-05 10:11:12.345678: W tensorflow/core/x.cc:12] text`
fn tensorflow(line: &[u8], end: usize) -> Option<Marked<'_>> {
    let [b':', b' ', letter, b' ', ..] = *line.get(end..end + 5)? else { return None };
    let level = Level::from_letter(letter)?;
    let place = &line[end + 4..line.len().min(end + 4 + PLACE)];
    let bracket = place.iter().position(|&byte| matches!(byte, b']' | b' ')).filter(|&at| place[at] == b']')?;
    let file = number_behind(&place[..bracket], b':')?;
    Some(Marked { level: Some(level), component: Some(file), message: separators(line, end + 4 + bracket) })
}

/// `[1A2B:3C4D][2026-01-05T10:11:12]e000: Error 0x80070005: text` of WiX' bootstrapper: i, w or e, and a number.
fn burn(line: &[u8], end: usize) -> Option<Marked<'_>> {
    let level = match line.get(end + 1)? {
        b'i' => Level::Info,
        b'w' => Level::Warn,
        b'e' => Level::Error,
        _ => return None,
    };
    let fits = digits_run(line, end + 2) == 3 && line.get(end + 5..end + 7) == Some(b": ");
    fits.then_some(Marked { level: Some(level), component: None, message: end + 7 })
}

/// `[1234]{-1}[-1/-1] 2026-01-05 10:11:12.345678 e Basis            File.cpp(00012) : text`
fn hana(line: &[u8], end: usize) -> Option<Marked<'_>> {
    let level = match line.get(end..end + 3)? {
        b" d " => Level::Debug,
        b" i " => Level::Info,
        b" w " => Level::Warn,
        b" e " => Level::Error,
        b" f " => Level::Fatal,
        _ => return None,
    };
    let name = end + 3;
    let close = name_end_plain(line, name);
    let place = close + line.get(close..)?.iter().take(40).take_while(|&&byte| byte == b' ').count();
    let near = line.get(place..line.len().min(place + PLACE)).filter(|_| place > close && close > name)?;
    let open = near.iter().position(|&byte| matches!(byte, b'(' | b' ')).filter(|&at| near[at] == b'(')?;
    let digits = digits_run(near, open + 1);
    let ends = digits > 0 && near.get(open + 1 + digits..open + 5 + digits) == Some(b") : ");
    ends.then(|| Marked { level: Some(level), component: Some(&line[name..close]), message: place + open + 5 + digits })
}

/// `2026/01/05 10:11:12 ...dules/web/x.go:12:Name() [E] text`
fn gitea(line: &[u8], end: usize) -> Option<Marked<'_>> {
    let near = line.get(end + 1..line.len().min(end + 1 + PLACE))?;
    let blank = near.iter().position(|&byte| byte == b' ')?;
    let place = near[..blank].strip_suffix(b"()")?;
    let colon = memchr::memrchr(b':', place)?;
    let file = number_behind(&place[..colon], b':').filter(|file| file.ends_with(b".go"))?;
    let [b'[', letter, b']', ..] = *near.get(blank + 1..)? else { return None };
    let level = Some(Level::from_letter(letter)?);
    Some(Marked { level, component: Some(file), message: separators(line, end + 1 + blank + 4) })
}

/// The text before a mark and a number that end `place`.
fn number_behind(place: &[u8], mark: u8) -> Option<&[u8]> {
    let at = memchr::memrchr(mark, place)?;
    let digits = digits_run(place, at + 1);
    (at > 0 && digits > 0 && at + 1 + digits == place.len()).then(|| &place[..at])
}
