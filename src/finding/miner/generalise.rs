//! Opens the positions in which many masked messages differ.
//!
//! Masked messages of one length that are equal but for one position are a bucket. If a bucket has enough different words at
//! its position, the position holds a value there and the messages become one. That is repeated, largest bucket first,
//! until nothing changes. What decides is the set of messages and not their order or frequency.
//!
//! The thresholds were found on public logs of eight systems and are the same for every log: four different words; two more
//! at the first position, where messages have their verb, and where only one word is left to hold them together; one less if
//! none of the words is a plain one. A position that holds a value in one message of the bucket is open at once.

use super::super::template::hash;
use super::tokens::VALUE;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// Different words that make a position open.
const WORDS: usize = 4;
/// How often the buckets are made anew.
const ROUNDS: usize = 6;

/// The general forms of masked messages.
pub(super) struct General<'t> {
    /// The different ones of one length stand together.
    texts: Vec<Cow<'t, [u8]>>,
    /// Which of them stands for a message.
    of: Vec<usize>,
}

impl General<'_> {
    /// The general form of each message, in the order of the messages.
    pub(super) fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.of.iter().map(|&text| &*self.texts[text])
    }
}

/// Finds the general form of each masked message. Their words have one blank between.
pub(super) fn generalise<'t>(texts: &[&'t [u8]]) -> General<'t> {
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, text) in texts.iter().enumerate() {
        by_length.entry(words(text).count()).or_default().push(index);
    }
    let mut general = General { texts: Vec::new(), of: vec![0; texts.len()] };
    // One length after the other: what is needed to compare messages takes more room than they do.
    for (length, indices) in by_length {
        let mut messages: Vec<Message> = indices.iter().map(|&index| Message::of(texts[index])).collect();
        let mut live: Vec<usize> = (0..messages.len()).collect();
        for _ in 0..ROUNDS {
            let candidates = candidates(&messages, &live, length);
            if candidates.is_empty() {
                break;
            }
            merge(&mut messages, &mut live, candidates);
        }
        for (place, index) in indices.into_iter().enumerate() {
            let mut last = place;
            while let Some(next) = messages[last].into {
                last = next;
            }
            general.of[index] = general.texts.len() + last;
        }
        // Of those that became another one nobody asks any more.
        general.texts.extend(messages.into_iter().map(|it| if it.into.is_none() { it.text } else { Cow::default() }));
    }
    general
}

/// A masked message, or what several have become.
struct Message<'t> {
    text: Cow<'t, [u8]>,
    /// What each word gives at its place, see [`mix`].
    places: Box<[u64]>,
    /// Their sum. Without what one word gives it stands for the message without that word.
    sum: u64,
    /// The more general one that stands for it.
    into: Option<usize>,
}

impl Message<'_> {
    fn of(text: &[u8]) -> Message<'_> {
        let places: Box<[u64]> = words(text).enumerate().map(|(at, word)| mix(at, word)).collect();
        let sum = places.iter().fold(0_u64, |sum, &it| sum.wrapping_add(it));
        Message { text: text.into(), places, sum, into: None }
    }
}

/// Messages that differ in one position, which is to be opened.
struct Bucket {
    position: usize,
    members: Vec<usize>,
}

/// Finds the buckets whose position is a value's, the largest first, equals by their text.
fn candidates(messages: &[Message], live: &[usize], length: usize) -> Vec<Bucket> {
    let mut candidates = Vec::new();
    let mut rests: Vec<(u64, usize)> = Vec::with_capacity(live.len());
    for position in 0..length {
        rests.clear();
        let rest = |message: &Message| message.sum.wrapping_sub(message.places[position]);
        rests.extend(live.iter().map(|&index| (rest(&messages[index]), index)));
        rests.sort_unstable();
        for bucket in rests.chunk_by(|a, b| a.0 == b.0).filter(|bucket| bucket.len() > 1) {
            let around_first = around(&messages[bucket[0].1].text, position);
            // Two different rests with one hash do not happen; if they do, the second is left alone.
            let alike = |index: &usize| around(&messages[*index].text, position) == around_first;
            let members: Vec<usize> = bucket.iter().map(|it| it.1).filter(alike).collect();
            if is_value(messages, position, &members) {
                candidates.push(Bucket { position, members });
            }
        }
    }
    let rest = |bucket: &Bucket| words_but(&messages[bucket.members[0]].text, bucket.position);
    candidates.sort_unstable_by(|a, b| {
        let by_size = b.members.len().cmp(&a.members.len());
        by_size.then(a.position.cmp(&b.position)).then_with(|| rest(a).cmp(rest(b)))
    });
    candidates
}

/// What a word gives at a place.
fn mix(at: usize, word: &[u8]) -> u64 {
    let mixed = (hash(word) ^ at as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Whether the words at a position of otherwise equal messages are values.
fn is_value(messages: &[Message], position: usize, members: &[usize]) -> bool {
    let Some(&first) = members.first().filter(|_| members.len() > 1) else { return false };
    let constant = words_but(&messages[first].text, position);
    let with_letters = constant.filter(|word| has_letter(word)).count();
    if with_letters == 0 {
        return false;
    }
    let here = || members.iter().filter_map(|&index| words(&messages[index].text).nth(position));
    if here().any(has_value) {
        return true;
    }
    let mut needed = WORDS;
    needed += if position == 0 { 2 } else { 0 };
    needed += if with_letters == 1 { 2 } else { 0 };
    needed -= usize::from(here().all(|word| !is_plain(word)));
    members.len() >= needed
}

/// Makes one message of each bucket whose members are not taken by a larger one.
fn merge(messages: &mut Vec<Message<'_>>, live: &mut Vec<usize>, candidates: Vec<Bucket>) {
    let mut known: HashMap<u64, usize> = live.iter().map(|&index| (messages[index].sum, index)).collect();
    for Bucket { position, members } in candidates {
        let members: Vec<usize> = members.into_iter().filter(|&index| messages[index].into.is_none()).collect();
        if members.len() < 2 {
            continue;
        }
        let first = &messages[members[0]];
        let (before, after) = around(&first.text, position);
        let text = [before, VALUE, after].concat();
        let mut places = first.places.clone();
        places[position] = mix(position, VALUE);
        let sum = first.sum.wrapping_sub(first.places[position]).wrapping_add(places[position]);
        let general = match known.get(&sum).filter(|&&index| *messages[index].text == *text) {
            Some(&index) => index,
            None => {
                let index = messages.len();
                messages.push(Message { text: text.into(), places, sum, into: None });
                live.push(index);
                known.insert(sum, index);
                index
            }
        };
        members.into_iter().filter(|&index| index != general).for_each(|index| messages[index].into = Some(general));
    }
    live.retain(|&index| messages[index].into.is_none());
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b' ').filter(|word| !word.is_empty())
}

/// All words but the one at a position.
fn words_but(text: &[u8], position: usize) -> impl Iterator<Item = &[u8]> {
    words(text).enumerate().filter(move |(at, _)| *at != position).map(|(_, word)| word)
}

/// What stands before and behind the word at a position.
fn around(text: &[u8], position: usize) -> (&[u8], &[u8]) {
    let mut blanks = memchr::memchr_iter(b' ', text);
    let start = position.checked_sub(1).and_then(|before| blanks.nth(before)).map_or(0, |blank| blank + 1);
    (&text[..start], &text[blanks.next().unwrap_or(text.len())..])
}

fn is_letter(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || *byte >= 0x80
}

fn has_letter(word: &[u8]) -> bool {
    word.iter().any(is_letter)
}

/// A value, perhaps with punctuation around it.
fn has_value(word: &[u8]) -> bool {
    !has_letter(word) && memchr::memmem::find(word, VALUE).is_some()
}

/// Nothing but letters, without the punctuation at its ends.
fn is_plain(word: &[u8]) -> bool {
    let is_edge = |byte: &u8| matches!(byte, b'.' | b',' | b';' | b':' | b'(' | b')' | b'[' | b']' | b'"' | b'\'');
    let start = word.iter().take_while(|byte| is_edge(byte)).count();
    let end = word.len() - word.iter().rev().take_while(|byte| is_edge(byte)).count();
    start < end && word[start..end].iter().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(texts: &[&str], expected: &[&str]) {
        let bytes: Vec<&[u8]> = texts.iter().map(|it| it.as_bytes()).collect();
        let found: Vec<String> = generalise(&bytes).all().map(|it| String::from_utf8_lossy(it).into_owned()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn four_names_make_a_variable_and_three_do_not() {
        let login = |name: &str| format!("user {name} has logged in");
        let names = ["anna", "bert", "cleo", "dora"].map(login);
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        check(&texts, &["user <*> has logged in"; 4]);
        check(&texts[..3], &texts[..3]);
    }

    #[test]
    fn a_position_that_holds_a_value_once_holds_one_always() {
        check(&["disk <*> is full", "disk data is full"], &["disk <*> is full"; 2]);
    }

    #[test]
    fn general_messages_are_generalised_again() {
        let names = ["anna", "bert", "cleo", "dora"];
        let hosts = ["alpha", "beta", "gamma", "delta"];
        let texts: Vec<String> =
            names.iter().flat_map(|name| hosts.map(|host| format!("user {name} came to {host} today"))).collect();
        check(&texts.iter().map(String::as_str).collect::<Vec<_>>(), &["user <*> came to <*> today"; 16]);
    }

    #[test]
    fn messages_of_one_common_word_need_more() {
        check(&["start a", "start b", "start c", "start d"], &["start a", "start b", "start c", "start d"]);
        let texts = ["start a", "start b", "start c", "start d", "start e", "start f"];
        check(&texts, &["start <*>"; 6]);
    }

    #[test]
    fn nothing_is_opened_that_values_alone_hold_together() {
        check(
            &["<*> a", "<*> b", "<*> c", "<*> d", "<*> e", "<*> f"],
            &["<*> a", "<*> b", "<*> c", "<*> d", "<*> e", "<*> f"],
        );
        check(&[], &[]);
        check(&[""], &[""]);
    }
}
