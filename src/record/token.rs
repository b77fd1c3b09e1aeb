//! The pieces that headers are made of besides times and levels: names, groups in brackets, separators, colour codes.

/// How long a group in brackets may be.
const GROUP: usize = 240;

/// How many ASCII letters begin a text, at most `most`.
#[inline]
pub(super) fn letters(text: &[u8], most: usize) -> usize {
    let Some(first) = text.first_chunk::<8>() else { return letters_one_by_one(text, most) };
    // Eight bytes at once: in the highest bit of each byte stands what is known of it, and no sum reaches into the next.
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let text_bits = u64::from_le_bytes(*first);
    let small = (text_bits | 0x2020_2020_2020_2020) & !HIGHEST;
    let from_a = small + 0x1f1f_1f1f_1f1f_1f1f;
    let behind_z = small + 0x0505_0505_0505_0505;
    let others = !(from_a & !behind_z & !text_bits) & HIGHEST;
    match others {
        0 if most > 8 => 8 + letters_one_by_one(&text[8..], most - 8),
        _ => (others.trailing_zeros() as usize / 8).min(most),
    }
}

/// The same, and easier to see.
fn letters_one_by_one(text: &[u8], most: usize) -> usize {
    text.iter().take(most).take_while(|byte| byte.is_ascii_alphabetic()).count()
}

/// `2005.06.03`
pub(super) fn day_only(name: &[u8]) -> bool {
    name.len() == 10
        && name
            .iter()
            .enumerate()
            .all(|(index, byte)| if matches!(index, 4 | 7) { *byte == b'.' } else { byte.is_ascii_digit() })
}

/// The bytes that names of programs and classes are made of, but for the colon.
static IN_NAMES: [bool; 256] = {
    let mut inside = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let it = byte as u8;
        inside[byte] = it.is_ascii_alphanumeric()
            || matches!(it, b'_' | b'.' | b'-' | b'/' | b'$' | b'@' | b'#' | b'\\' | b'*' | b'+' | b'%')
            || it >= 0x80;
        byte += 1;
    }
    inside
};

/// Where a program's or class' name ends.
pub(super) fn name_end(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    let near = &rest[..rest.len().min(120)];
    let mut length = 0;
    while let Some(&byte) = near.get(length) {
        let inside = IN_NAMES[usize::from(byte)]
            || (byte == b':' && rest.get(length + 1).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b':'));
        if !inside {
            break;
        }
        length += 1;
    }
    at + length
}

/// If a name that ends at `end` is a program's (`:`, `[12]:`, `(pam_unix)[12]:`, `[12] (sub):`), where its colon ends.
pub(super) fn program(line: &[u8], end: usize) -> Option<usize> {
    let mut at = end;
    let mut groups = 0;
    loop {
        match line.get(at)? {
            b':' => return matches!(line.get(at + 1), None | Some(b' ' | b'\t')).then_some(at + 1),
            open @ (b'[' | b'(') if groups < 2 => {
                at = group_end(line, at, *open).filter(|close| close - end < 140)?;
                groups += 1;
            }
            b' ' if groups == 1 && line.get(at + 1) == Some(&b'(') => at += 1,
            _ => return None,
        }
    }
}

/// Whether CEF, LEEF, WELF or the pairs of another security product begin here.
pub(super) fn product_format(line: &[u8], at: usize) -> bool {
    match line.get(at) {
        Some(b'C' | b'L') => [&b"CEF:"[..], b"LEEF:"].iter().any(|start| line[at..].starts_with(start)),
        Some(b'a'..=b'z') => pairs_begin(line, at),
        _ => false,
    }
}

/// Whether the words before a time say that it is not when the line was written: how long a certificate is valid, when an
/// object was made, when a listed file was changed.
pub(super) fn of_something_else(prefix: &[u8]) -> bool {
    let listed = |prefix: &[u8]| {
        matches!(prefix[0], b'-' | b'd' | b'l' | b'c' | b'b' | b's' | b'p')
            && prefix[1..10].iter().all(|byte| matches!(byte, b'r' | b'w' | b'x' | b's' | b'S' | b't' | b'T' | b'-'))
    };
    if prefix.len() > 12 && listed(prefix) {
        return true;
    }
    const WORDS: [&[u8]; 10] = [
        b"not after",
        b"notafter",
        b"not before",
        b"notbefore",
        b"valid",
        b"expir",
        b"until",
        b"creationtimestamp",
        b"transitiontime",
        b"born on",
    ];
    let lower = prefix.to_ascii_lowercase();
    WORDS.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
}

/// Whether words before a time say that something began or ended then: `Log started: `, `Start-Date: `.
pub(super) fn names_moment(words: &[u8]) -> bool {
    const MOMENTS: [&[u8]; 13] = [
        b"start",
        b"starts",
        b"started",
        b"starting",
        b"begin",
        b"begins",
        b"began",
        b"end",
        b"ends",
        b"ended",
        b"finish",
        b"finished",
        b"completed",
    ];
    let mut words = words.split(|byte| !byte.is_ascii_alphabetic());
    words.any(|word| MOMENTS.iter().any(|moment| word.eq_ignore_ascii_case(moment)))
}

/// Whether nothing but marks or something in brackets follows.
pub(super) fn closes(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii();
    let marks = |rest: &[u8]| rest.iter().all(|byte| byte.is_ascii_punctuation() || *byte == b' ');
    marks(rest) || rest.starts_with(b"[") && rest.ends_with(b"]")
}

/// Whether pairs that make a record begin here, behind the header of who has passed it on.
pub(super) fn pairs_begin(line: &[u8], at: usize) -> bool {
    let rest = line.get(at..).unwrap_or_default();
    match rest.first() {
        Some(b'd') => [&b"date="[..], b"device=", b"devname="].iter().any(|start| rest.starts_with(start)),
        Some(b'i') => rest.starts_with(b"id=firewall ") || rest.starts_with(b"id=sslvpn "),
        Some(b'l') => rest.starts_with(b"level=") || rest.starts_with(b"lvl="),
        Some(b't') => [&b"time="[..], b"ts=", b"timestamp="].iter().any(|start| rest.starts_with(start)),
        _ => false,
    }
}

/// Where the group that opens at `at` has closed (behind its bracket), nested groups included.
pub(super) fn group_end(line: &[u8], at: usize, open: u8) -> Option<usize> {
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'<' => b'>',
        _ => b'}',
    };
    let mut depth = 0;
    for (index, &byte) in line.get(at..)?.iter().take(GROUP).enumerate() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(at + index + 1);
            }
        }
    }
    None
}

/// Whether a group's content is a name: one word with a letter in it.
pub(super) fn identifier(content: &[u8]) -> bool {
    !content.is_empty()
        && content.len() <= 80
        && content
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'$' | b'/' | b'@' | b'#'))
        && content.iter().any(u8::is_ascii_alphabetic)
        && content.iter().filter(|byte| byte.is_ascii_digit()).count() * 2 <= content.len()
}

pub(super) fn strip(name: &[u8]) -> &[u8] {
    match name {
        [inner @ .., b':' | b'-' | b'.'] => inner,
        name => name,
    }
}

/// Steps over blanks, bars, commas, closing brackets, colour codes, and dashes, colons and arrows before a blank.
pub(super) fn separators(line: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = line.get(at) {
        at += match byte {
            b' ' | b'\t' | b'|' | b',' | b';' | b']' | b')' | b'}' => 1,
            b'-' | b':' | b'>' => {
                let run = line[at..].iter().take_while(|&&byte| matches!(byte, b'-' | b':' | b'>')).count();
                if run > 3 || !matches!(line.get(at + run), None | Some(b' ' | b'\t')) {
                    return at + usize::from(byte == b':' && run == 1);
                }
                run
            }
            0x1b => match skip_colour(line, at) {
                Some(end) => end - at,
                None => return at,
            },
            0xef if line[at..].starts_with(b"\xef\xbb\xbf") => 3,
            0xe2 if line[at..].starts_with(b"\xe2\x80\x93 ") => 3,
            _ => return at,
        };
    }
    at
}

/// Where an escape sequence `ESC [ ... letter` ends.
pub(super) fn skip_colour(line: &[u8], at: usize) -> Option<usize> {
    if line.get(at + 1) != Some(&b'[') {
        return None;
    }
    let parameters = line[at + 2..].iter().take(20).take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    line.get(at + 2 + parameters).filter(|byte| byte.is_ascii_alphabetic()).map(|_| at + 3 + parameters)
}

pub(super) fn name_end_plain(line: &[u8], at: usize) -> usize {
    at + line
        .get(at..)
        .unwrap_or_default()
        .iter()
        .take(80)
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn letters_at_once_are_those_one_by_one(
            text in "[a-zA-Z]{0,20}[@\\[`{a-z0-9\u{e1}]{0,12}",
            other in proptest::collection::vec(any::<u8>(), 0..20),
            most in 0_usize..20,
        ) {
            for text in [text.as_bytes(), &other] {
                prop_assert_eq!(letters(text, most), letters_one_by_one(text, most));
            }
        }
    }
}
