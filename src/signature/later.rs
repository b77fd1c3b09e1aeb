//! Parts of a signature that are read when somebody asks for them.
//!
//! Most of the built-in catalogue is text for people: what a problem means, what to do, what its log looks like. A triage tells a dozen
//! problems of thousands; the texts of the others are never made.

use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::OnceLock;

/// A value that is there, or is read from where it is stored at the first look.
#[derive(Clone)]
pub struct Later<T: 'static> {
    stored: Option<(&'static Shelf<T>, Range<u32>)>,
    value: OnceLock<Box<T>>,
}

/// Where all values of one kind are stored.
pub struct Shelf<T> {
    /// Returns the bytes in a range of the store; none if it has no such range.
    pub bytes: fn(Range<u32>) -> &'static [u8],
    /// Reads a value from its bytes.
    pub read: fn(&[u8]) -> T,
}

impl<T> Later<T> {
    /// Returns a value that is stored.
    pub(super) fn stored(shelf: &'static Shelf<T>, at: Range<u32>) -> Later<T> {
        Later { stored: Some((shelf, at)), value: OnceLock::new() }
    }

    /// The bytes of a value that is stored, each text in them as it is; what was changed since is not in them.
    pub fn bytes(&self) -> Option<&'static [u8]> {
        self.stored.as_ref().map(|(shelf, at)| (shelf.bytes)(at.clone()))
    }
}

impl<T: Default> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let read = || self.stored.as_ref().map(|(shelf, at)| (shelf.read)((shelf.bytes)(at.clone())));
        self.value.get_or_init(|| Box::new(read().unwrap_or_default()))
    }
}

impl<T: Default> DerefMut for Later<T> {
    fn deref_mut(&mut self) -> &mut T {
        let _: &T = self;
        // From here on it is no longer what the store says.
        self.stored = None;
        self.value.get_mut().expect("it has just been read")
    }
}

impl<T> From<T> for Later<T> {
    fn from(value: T) -> Later<T> {
        Later { stored: None, value: OnceLock::from(Box::new(value)) }
    }
}

impl<T: Default> Default for Later<T> {
    fn default() -> Later<T> {
        Later { stored: None, value: OnceLock::new() }
    }
}

impl<T: Default + fmt::Debug> fmt::Debug for Later<T> {
    /// As the value itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static WORDS: Shelf<String> = Shelf {
        bytes: |at| b"one two".get(at.start as usize..at.end as usize).unwrap_or_default(),
        read: |bytes| String::from_utf8_lossy(bytes).into_owned(),
    };

    #[test]
    fn a_value_is_read_at_the_first_look_and_may_be_changed() {
        let mut it = Later::stored(&WORDS, 4..7);
        let untouched = it.clone();
        assert_eq!((it.as_str(), it.bytes()), ("two", Some(&b"two"[..])));
        it.push('!');
        assert_eq!((it.as_str(), it.bytes()), ("two!", None));
        assert_eq!((format!("{untouched:?}"), it.clone().as_str()), ("\"two\"".to_owned(), "two!"));
    }

    #[test]
    fn what_is_not_stored_is_there_or_empty() {
        assert_eq!(Later::from(String::from("x")).as_str(), "x");
        assert_eq!(Later::<String>::default().as_str(), "");
        assert_eq!(Later::stored(&WORDS, 5..99).as_str(), "");
    }
}
