//! Severities: the words, letters and numbers by which programs name them.

/// How serious the program that wrote the record thought it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Finest detail.
    Trace,
    /// For developers.
    Debug,
    /// Normal operation; `notice` too.
    Info,
    /// Something to look at.
    Warn,
    /// Something failed.
    Error,
    /// The program or a part of it cannot go on; `critical`, `alert`, `emergency`, `panic` too.
    Fatal,
}

/// What words for levels with one initial have in common.
#[derive(Clone, Copy)]
struct Initial {
    /// Their lengths, as bits.
    lengths: u16,
    /// Their second letters, as bits: the low five bits of a letter are its place.
    seconds: u32,
}

/// For each initial, as the low five bits of its letter.
static INITIALS: [Initial; 32] = {
    let mut initials = [Initial { lengths: 0, seconds: 0 }; 32];
    let table: [(u8, &[u8], &[u8]); 13] = [
        (b'a', &[5], b"lu"),
        (b'c', &[4, 6, 8], b"ro"),
        (b'd', &[3, 4, 5, 6], b"ebp"),
        (b'e', &[3, 4, 5, 6, 9], b"rm"),
        (b'f', &[3, 4, 5, 6, 7], b"atei"),
        (b'i', &[3, 4, 11, 13], b"n"),
        (b'l', &[3], b"o"),
        (b'n', &[4, 6], b"o"),
        (b'p', &[4, 5], b"a"),
        (b's', &[6, 7], b"eut"),
        (b't', &[3, 4, 5, 6], b"r"),
        (b'v', &[3, 4, 7], b"er"),
        (b'w', &[3, 4, 7, 8], b"ar"),
    ];
    let mut index = 0;
    while index < table.len() {
        let (initial, lengths, seconds) = table[index];
        let known = &mut initials[(initial & 0x1f) as usize];
        let mut at = 0;
        while at < lengths.len() {
            known.lengths |= 1 << lengths[at];
            at += 1;
        }
        at = 0;
        while at < seconds.len() {
            known.seconds |= 1 << (seconds[at] & 0x1f);
            at += 1;
        }
        index += 1;
    }
    initials
};

impl Level {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Level::Trace => "trace",
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
            Level::Fatal => "fatal",
        }
    }

    /// Returns the level that a word names, in any mixture of cases, without brackets around it.
    pub(super) fn from_word(word: &[u8]) -> Option<Level> {
        // Most words that this is asked of are no levels: their first two letters and their length say so.
        let &[first, second, ..] = word else { return None };
        let Initial { lengths, seconds } = INITIALS[usize::from(first & 0x1f)];
        if word.len() > 13 || lengths & 1 << word.len() == 0 || seconds & 1 << (second & 0x1f) == 0 {
            return None;
        }
        let mut lower = [0; 13];
        for (to, from) in lower.iter_mut().zip(word) {
            *to = from | 0x20;
        }
        use Level::{Debug, Error, Fatal, Info, Trace, Warn};
        let same_initial: &[(&[u8], Level)] = match lower[0] {
            b'a' => &[(b"alert", Fatal), (b"audit", Info)],
            b'c' => &[(b"critical", Fatal), (b"crit", Fatal), (b"config", Info)],
            b'd' => &[(b"debug", Debug), (b"dbg", Debug), (b"dbug", Debug), (b"debu", Debug), (b"dpanic", Fatal)],
            b'e' => &[
                (b"error", Error),
                (b"err", Error),
                (b"eror", Error),
                (b"erro", Error),
                (b"errors", Error),
                (b"emerg", Fatal),
                (b"emergency", Fatal),
            ],
            b'f' => &[
                (b"fatal", Fatal),
                (b"ftl", Fatal),
                (b"fata", Fatal),
                // Windows in German says so in its exports.
                (b"fehler", Error),
                (b"failure", Error),
                (b"fault", Error),
                (b"fine", Debug),
                (b"finer", Trace),
                (b"finest", Trace),
            ],
            b'i' => &[
                (b"info", Info),
                (b"inf", Info),
                (b"information", Info),
                (b"informational", Info),
                (b"informationen", Info),
            ],
            b'l' => &[(b"log", Info)],
            b'n' => &[(b"notice", Info), (b"note", Info)],
            b'p' => &[(b"panic", Fatal), (b"pani", Fatal), (b"para", Info)],
            b's' => &[(b"severe", Error), (b"success", Info), (b"status", Info)],
            b't' => &[(b"trace", Trace), (b"trc", Trace), (b"trac", Trace)],
            b'v' => &[(b"verbose", Trace), (b"verb", Trace), (b"vrb", Trace)],
            b'w' => &[(b"warn", Warn), (b"warning", Warn), (b"warnung", Warn), (b"wrn", Warn), (b"warnings", Warn)],
            _ => return None,
        };
        let lower = &lower[..word.len()];
        // PostgreSQL's DEBUG1 to DEBUG5 and their like: which digit it is means nothing.
        let lower = match lower {
            [name @ .., b'0'..=b'9'] if matches!(name, b"debug" | b"trace") && word[5].is_ascii_digit() => name,
            name => name,
        };
        same_initial.iter().find(|(name, _)| *name == lower).map(|&(_, level)| level)
    }

    /// Whether a level word is also an everyday word, which only counts in capitals or between delimiters.
    pub(super) fn everyday(word: &[u8]) -> bool {
        matches!(
            word.to_ascii_lowercase().as_slice(),
            b"fine"
                | b"finer"
                | b"note"
                | b"log"
                | b"audit"
                | b"config"
                | b"success"
                | b"status"
                | b"failure"
                | b"fault"
                | b"alert"
                | b"notice"
                | b"errors"
                | b"warnings"
                | b"information"
                | b"para"
                | b"critical"
                | b"panic"
                | b"emergency"
        )
    }

    /// Returns the level of a single capital letter, as glog, Android and others write it.
    pub(super) fn from_letter(letter: u8) -> Option<Level> {
        Some(match letter {
            b'V' | b'T' => Level::Trace,
            b'D' => Level::Debug,
            b'I' | b'N' => Level::Info,
            b'W' => Level::Warn,
            b'E' => Level::Error,
            b'F' | b'C' => Level::Fatal,
            _ => return None,
        })
    }

    /// Returns the level of a syslog severity (RFC 5424, table 2), which is a PRI modulo 8 and journald's PRIORITY.
    pub(super) fn from_syslog(severity: u64) -> Level {
        match severity {
            0..=2 => Level::Fatal,
            3 => Level::Error,
            4 => Level::Warn,
            5 | 6 => Level::Info,
            _ => Level::Debug,
        }
    }

    /// Returns the level of bunyan's and pino's numbers: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal.
    pub(super) fn from_tens(number: u64) -> Option<Level> {
        Some(match number {
            10..=19 => Level::Trace,
            20..=29 => Level::Debug,
            30..=39 => Level::Info,
            40..=49 => Level::Warn,
            50..=59 => Level::Error,
            60 => Level::Fatal,
            _ => return None,
        })
    }

    /// Returns the level of Monolog's numbers: 100 debug, 200 info, 250 notice, 300 warning, 400 error, 500 critical, 550
    /// alert, 600 emergency.
    pub(super) fn from_hundreds(number: u64) -> Option<Level> {
        Some(match number {
            100 => Level::Debug,
            200 | 250 => Level::Info,
            300 => Level::Warn,
            400 => Level::Error,
            500 | 550 | 600 => Level::Fatal,
            _ => return None,
        })
    }

    /// Returns the level of a Windows event: 1 critical, 2 error, 3 warning, 4 information (0 too), 5 verbose.
    pub(super) fn from_windows(number: u64) -> Option<Level> {
        Some(match number {
            0 | 4 => Level::Info,
            1 => Level::Fatal,
            2 => Level::Error,
            3 => Level::Warn,
            5 => Level::Trace,
            _ => return None,
        })
    }

    /// Returns the level of an HTTP status: the server's fault is an error, the client's a warning.
    pub(super) fn from_http(status: u64) -> Level {
        match status {
            500.. => Level::Error,
            400..=499 => Level::Warn,
            _ => Level::Info,
        }
    }

    /// Returns the level of a CEF severity (0 to 10): 0-3 low, 4-6 medium, 7-8 high, 9-10 very high.
    pub(super) fn from_cef(severity: u64) -> Level {
        match severity {
            0..=3 => Level::Info,
            4..=6 => Level::Warn,
            7 | 8 => Level::Error,
            _ => Level::Fatal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_any_case_are_levels() {
        for (word, level) in [
            ("Verbose", Level::Trace),
            ("DBG", Level::Debug),
            ("Information", Level::Info),
            ("NOTICE", Level::Info),
            ("wrn", Level::Warn),
            ("SEVERE", Level::Error),
            ("err", Level::Error),
            ("Crit", Level::Fatal),
            ("emerg", Level::Fatal),
        ] {
            assert_eq!(Level::from_word(word.as_bytes()), Some(level), "{word}");
        }
        for word in ["", "er", "errors!", "information-x", "hello", "internationalisation"] {
            assert_eq!(Level::from_word(word.as_bytes()), None, "{word}");
        }
    }

    #[test]
    fn every_word_for_a_level_passes_the_refusal_by_letters_and_length() {
        let words = "alert audit critical crit config debug dbg dbug debug1 DEBUG5 error err eror errors emerg emergency \
            fatal ftl failure fault fine finer finest info inf information informational log notice note panic para \
            severe success status trace trc trace1 TRACE2 verbose verb vrb warn warning wrn warnings dbug debu dpanic \
            eror erro fata fehler finer informationen pani para trac warnung";
        for word in words.split_whitespace() {
            assert!(Level::from_word(word.as_bytes()).is_some(), "{word}");
        }
    }

    #[test]
    fn numbers_are_levels_in_their_own_scales() {
        assert_eq!(Level::from_syslog(134 % 8), Level::Info);
        assert_eq!(Level::from_syslog(11 % 8), Level::Error);
        assert_eq!(Level::from_tens(50), Some(Level::Error));
        assert_eq!(Level::from_tens(5), None);
        assert_eq!(Level::from_windows(3), Some(Level::Warn));
        assert_eq!(Level::from_http(503), Level::Error);
        assert_eq!(Level::from_http(404), Level::Warn);
        assert_eq!(Level::from_cef(10), Level::Fatal);
    }
}
