//! Opens the positions in which many masked messages differ.
//!
//! Masked messages of one length that are equal but for one position are a bucket. If a bucket has enough different words at
//! its position, the position holds a value there and the messages become one. That is repeated, largest bucket first,
//! until nothing changes. What decides is the set of messages and not their order or frequency.
//!
//! The thresholds were found on public logs of eight systems and are the same for every log: four different words; two more
//! at the first position, where messages have their verb, and where only one word is left to hold them together; one less if
//! none of the words is a plain one. A position that holds a value in one message of the bucket is open at once.

use super::tokens::VALUE;
use std::collections::{BTreeMap, HashMap};

/// Different words that make a position open.
const WORDS: usize = 4;
/// How often the buckets are made anew.
const ROUNDS: usize = 6;

/// Returns the general form of each masked message.
pub(super) fn generalise(texts: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut words = Words::default();
    let mut messages: Vec<Message> = texts.iter().map(|text| Message { words: words.of(text), into: None }).collect();
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, message) in messages.iter().enumerate() {
        by_length.entry(message.words.len()).or_default().push(index);
    }
    let value = words.id(VALUE);
    for mut live in by_length.into_values() {
        for _ in 0..ROUNDS {
            let candidates = candidates(&messages, &live, &words);
            if candidates.is_empty() {
                break;
            }
            merge(&mut messages, &mut live, candidates, value);
        }
    }
    let last = |mut index: usize| {
        while let Some(next) = messages[index].into {
            index = next;
        }
        words.text(&messages[index].words)
    };
    (0..texts.len()).map(last).collect()
}

/// A masked message, or what several have become.
struct Message {
    words: Vec<u32>,
    /// The more general one that stands for it.
    into: Option<usize>,
}

/// Messages that differ in one position, which is to be opened.
struct Bucket {
    position: usize,
    members: Vec<usize>,
}

/// Finds the buckets whose position is a value's, the largest first, equals by their text.
fn candidates(messages: &[Message], live: &[usize], words: &Words) -> Vec<Bucket> {
    // A message without one position, as a hash: the sum of what its words give at their places.
    let mut places = Vec::new();
    for &index in live {
        let message = &messages[index].words;
        let sum = message.iter().enumerate().fold(0_u64, |sum, (at, &word)| sum.wrapping_add(mix(at, word)));
        places.extend(message.iter().enumerate().map(|(at, &word)| (at, sum.wrapping_sub(mix(at, word)), index)));
    }
    places.sort_unstable();
    let mut candidates = Vec::new();
    for bucket in places.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|bucket| bucket.len() > 1) {
        let (position, _, first) = bucket[0];
        let first = &messages[first].words;
        let alike = |index: &usize| {
            let other = &messages[*index].words;
            other[..position] == first[..position] && other[position + 1..] == first[position + 1..]
        };
        // Two different rests with one hash do not happen; if they do, the second is left alone.
        let members: Vec<usize> = bucket.iter().map(|it| it.2).filter(alike).collect();
        if is_value(messages, position, &members, words) {
            candidates.push(Bucket { position, members });
        }
    }
    let text = |bucket: &Bucket| {
        let message = &messages[bucket.members[0]].words;
        let rest = message.iter().enumerate().filter(|(at, _)| *at != bucket.position);
        rest.map(|(_, word)| words.all[*word as usize].text.clone()).collect::<Vec<_>>()
    };
    candidates.sort_by_cached_key(|it| (std::cmp::Reverse(it.members.len()), it.position, text(it)));
    candidates
}

fn mix(at: usize, word: u32) -> u64 {
    let mixed = (u64::from(word) << 16 ^ at as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Whether the words at a position of otherwise equal messages are values.
fn is_value(messages: &[Message], position: usize, members: &[usize], words: &Words) -> bool {
    let Some(&first) = members.first().filter(|_| members.len() > 1) else { return false };
    let rest = messages[first].words.iter().enumerate().filter(|(at, _)| *at != position);
    let constant: Vec<&Word> = rest.map(|(_, &word)| &words.all[word as usize]).filter(|word| !word.is_value).collect();
    let with_letters = constant.iter().filter(|word| word.has_letter).count();
    if with_letters == 0 {
        return false;
    }
    let here = || members.iter().map(|&index| &words.all[messages[index].words[position] as usize]);
    if here().any(|word| word.has_value) {
        return true;
    }
    let mut needed = WORDS;
    needed += if position == 0 { 2 } else { 0 };
    needed += if with_letters == 1 { 2 } else { 0 };
    needed -= usize::from(here().all(|word| !word.is_plain));
    members.len() >= needed
}

/// Makes one message of each bucket whose members are not taken by a larger one.
fn merge(messages: &mut Vec<Message>, live: &mut Vec<usize>, candidates: Vec<Bucket>, value: u32) {
    let mut known: HashMap<Vec<u32>, usize> =
        live.iter().map(|&index| (messages[index].words.clone(), index)).collect();
    for Bucket { position, members } in candidates {
        let members: Vec<usize> = members.into_iter().filter(|&index| messages[index].into.is_none()).collect();
        if members.len() < 2 {
            continue;
        }
        let mut words = messages[members[0]].words.clone();
        words[position] = value;
        let general = *known.entry(words).or_insert_with_key(|words| {
            messages.push(Message { words: words.clone(), into: None });
            live.push(messages.len() - 1);
            messages.len() - 1
        });
        members.into_iter().filter(|&index| index != general).for_each(|index| messages[index].into = Some(general));
    }
    live.retain(|&index| messages[index].into.is_none());
}

/// All different words.
#[derive(Default)]
struct Words {
    ids: HashMap<Vec<u8>, u32>,
    all: Vec<Word>,
}

struct Word {
    text: Vec<u8>,
    /// Nothing but a value.
    is_value: bool,
    /// A value, perhaps with punctuation around it.
    has_value: bool,
    has_letter: bool,
    /// Nothing but letters, without the punctuation at its ends.
    is_plain: bool,
}

impl Words {
    fn of(&mut self, text: &[u8]) -> Vec<u32> {
        text.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).map(|word| self.id(word)).collect()
    }

    fn id(&mut self, text: &[u8]) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.all.len() as u32;
        let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
        let is_edge = |byte: &u8| matches!(byte, b'.' | b',' | b';' | b':' | b'(' | b')' | b'[' | b']' | b'"' | b'\'');
        let start = text.iter().take_while(|byte| is_edge(byte)).count();
        let end = text.len() - text.iter().rev().take_while(|byte| is_edge(byte)).count();
        self.all.push(Word {
            text: text.into(),
            is_value: text == VALUE,
            has_value: memchr::memmem::find(text, VALUE).is_some() && !text.iter().any(is_letter),
            has_letter: text.iter().any(is_letter),
            is_plain: start < end && text[start..end].iter().all(is_letter),
        });
        self.ids.insert(text.into(), id);
        id
    }

    fn text(&self, words: &[u32]) -> Vec<u8> {
        words.iter().map(|&word| self.all[word as usize].text.as_slice()).collect::<Vec<_>>().join(&b' ')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(texts: &[&str], expected: &[&str]) {
        let bytes: Vec<&[u8]> = texts.iter().map(|it| it.as_bytes()).collect();
        let found: Vec<String> = generalise(&bytes).iter().map(|it| String::from_utf8_lossy(it).into_owned()).collect();
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
