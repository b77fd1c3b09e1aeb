//! The redaction as a whole: planted secrets and identifiers of every kind in every form, and what must stay.

pub(crate) mod forms;
mod planted;
mod stays;
mod whole;

use super::*;

/// Learns the names of a text and redacts it, as for a bundle of this one file.
fn redact(text: &str) -> (String, Map) {
    redact_with(text, &Options::default())
}

fn redact_with(text: &str, options: &Options) -> (String, Map) {
    let mut names = Names::default();
    names.learn(text.as_bytes());
    let redactor = Redactor::new(CustomerKey::new([5; 32]), options, &names);
    (redactor.str(text).as_str().to_owned(), redactor.map())
}

/// Random numbers that are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| letters[self.below(letters.len())]).collect()
    }
}

const SMALL: &str = "abcdefghijklmnopqrstuvwxyz";
const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const WORD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
