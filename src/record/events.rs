//! The event formats of security products: CEF (`CEF:0|vendor|product|version|id|name|severity|extension`) and LEEF
//! (`LEEF:2.0|vendor|product|version|id|delimiter|attributes`), bare or behind a syslog header.

use super::clock::number;
use super::header::Cut;
use super::level::Level;
use super::rest::Found;
use super::watch::Watch;
use memchr::memmem;

/// How far into an event its parts are looked for.
const NEAR: usize = 4 << 10;
/// Longest time among the attributes.
const TIME: usize = 48;

/// Returns the header of an event that begins at `at`.
pub(super) fn event<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let mut found = Found::default();
    let message = inner(line, at, &mut found, rules)?;
    Some(Cut::new(if line[at..].starts_with(b"CEF:") { "cef" } else { "leef" }, found, message))
}

/// Adds what an event that begins at `at` says; returns where its message begins.
pub(super) fn inner<'a>(line: &'a [u8], at: usize, found: &mut Found<'a>, rules: &Watch<'_>) -> Option<usize> {
    let text = line.get(at..line.len().min(at + NEAR))?;
    let leef = text.starts_with(b"LEEF:");
    if !leef && !text.starts_with(b"CEF:") {
        return None;
    }
    let mut bars = [0; 7];
    let mut n_bars = 0;
    for (index, &byte) in text.iter().enumerate() {
        if byte == b'|' && text[index - 1] != b'\\' {
            bars[n_bars] = index;
            n_bars += 1;
            if n_bars == bars.len() {
                break;
            }
        }
    }
    if n_bars < 5 {
        return None;
    }
    let product = &line[at + bars[1] + 1..at + bars[2]];
    found.component = found.component.filter(|it| !it.is_empty()).or(Some(product));
    if leef {
        let (attributes, delimiter) = attributes(text, bars[4] + 1, rules);
        leef_attributes(&text[attributes..], delimiter, found, rules);
        return Some(at + attributes);
    }
    if n_bars == 7 {
        found.level = cef_severity(text[bars[5] + 1..bars[6]].trim_ascii(), rules).or(found.level);
        if found.time.is_none() {
            let extension = &text[bars[6]..];
            // When the device has got it, or else when it was over or began.
            let time = [&b"rt="[..], b"end=", b"start="].iter().find_map(|key| extension_value(extension, key));
            found.time = time.and_then(|value| rules.field_time(value)).map(|(time, _)| time);
        }
    }
    Some(at + bars[4] + 1)
}

/// 0 to 10, or a word.
fn cef_severity(severity: &[u8], rules: &Watch<'_>) -> Option<Level> {
    if severity.first().is_some_and(u8::is_ascii_digit) {
        let (value, end) = number(severity, 0, 1, 2)?;
        rules.number(&severity[..end]);
        return Some(Level::from_cef(value as u64));
    }
    let is = |word: &[u8]| severity.eq_ignore_ascii_case(word);
    match () {
        () if is(b"Low") => Some(Level::Info),
        () if is(b"Medium") => Some(Level::Warn),
        () if is(b"High") => Some(Level::Error),
        () if is(b"Very-High") || is(b"Very High") => Some(Level::Fatal),
        () => None,
    }
}

/// The value of a key behind a blank or a bar; it ends where the next key begins.
fn extension_value<'t>(extension: &'t [u8], key: &[u8]) -> Option<&'t [u8]> {
    let start = memmem::find_iter(extension, key)
        .find(|&place| place > 0 && matches!(extension[place - 1], b' ' | b'|'))
        .map(|place| place + key.len())?;
    let rest = &extension[start..];
    let rest = &rest[..rest.len().min(TIME)];
    let equals = memchr::memchr(b'=', rest);
    let end = equals.and_then(|equals| memchr::memrchr(b' ', &rest[..equals])).unwrap_or(rest.len());
    Some(rest[..end].trim_ascii_end())
}

/// Where the attributes of a LEEF event begin and what stands between them. Version 2 may name the delimiter, as itself
/// or as its number: `^`, `x09`, `0x7C`.
fn attributes(text: &[u8], at: usize, rules: &Watch<'_>) -> (usize, u8) {
    let rest = text.get(at..).unwrap_or_default();
    rules.number(&text[5..6]);
    let Some(bar) = rest.iter().take(6).position(|&byte| byte == b'|').filter(|_| text.starts_with(b"LEEF:2")) else {
        return (at, b'\t');
    };
    let delimiter = match &rest[..bar] {
        &[delimiter] => delimiter,
        _ => {
            rules.lose();
            named_byte(&rest[..bar]).unwrap_or(b'\t')
        }
    };
    (at + bar + 1, delimiter)
}

/// A byte written as its number, `x09` or `0x7C`.
fn named_byte(name: &[u8]) -> Option<u8> {
    let name = name.strip_prefix(b"0").unwrap_or(name);
    let digits = name.strip_prefix(b"x").or_else(|| name.strip_prefix(b"X"))?;
    super::packed::hex(digits).and_then(|value| u8::try_from(value).ok())
}

fn leef_attributes(attributes: &[u8], delimiter: u8, found: &mut Found<'_>, rules: &Watch<'_>) {
    for attribute in attributes.split(|&byte| byte == delimiter).take(64) {
        let Some(equals) = memchr::memchr(b'=', &attribute[..attribute.len().min(40)]) else { continue };
        let (key, value) = (attribute[..equals].trim_ascii(), &attribute[equals + 1..]);
        match key {
            b"sev" | b"severity" => {
                if let Some((severity, end)) = number(value, 0, 1, 2) {
                    rules.number(&value[..end]);
                    found.level = Some(Level::from_cef(severity as u64));
                }
            }
            b"devTime" if found.time.is_none() => {
                found.time = rules.field_time(&value[..value.len().min(TIME)]).map(|(time, _)| time);
            }
            _ => {}
        }
    }
}
