//! Error codes: what the vendor's knowledge base is searched for.
//!
//! [`codes`] takes them out of a text. [`is_code`] and [`Lead`] say the same of a single word and of a number after
//! words such as `error code`, so that templates keep them: "error 5" and "error 1326" are different problems.

use super::classes::{CLASSES, DIGIT, LOWER, NON_ASCII, UNDERSCORE, UPPER};
use super::kinds::{Kinds, is_like_known, kinds};

/// Codes that are taken from one text at most.
pub const MAX_CODES: usize = 16;

/// Bytes of a text that are looked at.
const MAX_TEXT: usize = 64 << 10;

/// Prefixes of numbered messages, `ORA-01017`: Oracle's programs, MySQL, DB2.
const NUMBERED: &[&str] =
    &["ORA", "TNS", "PLS", "RMAN", "KUP", "LRM", "NNL", "DIA", "OGG", "CRS", "PRVF", "IMP", "EXP", "MY", "CVE"];

/// Beginnings of the names of Windows constants.
const SYMBOLS: &[&str] = &[
    "VSS_E_",
    "VSS_S_",
    "RPC_S_",
    "RPC_E_",
    "RPC_X_",
    "STATUS_",
    "ERROR_",
    "E_",
    "CO_E_",
    "SEC_E_",
    "NTE_",
    "CERT_E_",
    "CRYPT_E_",
    "WSAE",
    "WBEM_E_",
    "DISP_E_",
    "STG_E_",
    "REGDB_E_",
    "TRUST_E_",
    "HTTP_E_",
    "VDS_E_",
    "WSMAN_",
    "DNS_ERROR_",
    "KDC_ERR_",
    "KRB_AP_ERR_",
    "LDAP_",
    "NERR_",
    "SCHED_E_",
    "SQL_ERROR_",
    "ERR_",
    "NS_ERROR_",
    "SSL_ERROR_",
    "X509_V_ERR_",
];

/// Returns the error codes in a text in the order in which they first stand there, without duplicates, at most
/// `MAX_CODES`. Each stands for itself: `0x80070005`, `error 1326`, `HTTP 503`, `ORA-01017`, `exit code 1`, `ENOSPC`.
/// Hexadecimal codes are in lower case.
pub fn codes(text: &[u8]) -> Vec<String> {
    let text = &text[..text.len().min(MAX_TEXT)];
    let mut codes = Vec::new();
    let mut lead = Lead::None;
    let mut at = 0;
    while let Some(&byte) = text.get(at)
        && codes.len() < MAX_CODES
    {
        let rest = &text[at..];
        let length = word_length(rest);
        if length == 0 || (byte == b'-' && !rest.get(1).is_some_and(u8::is_ascii_digit)) {
            lead = lead.over(byte);
            at += 1;
            continue;
        }
        let word = &rest[..length];
        at += length;
        let code = if is_code(word) && !begins_range(word, &text[at..]) {
            Some(spelled(word))
        } else if lead.makes_code(word, &text[at..]) {
            lead.named(word)
        } else {
            lead = if is_numbered_level(text, at - length, at) { Lead::None } else { lead.after(word) };
            continue;
        };
        lead = Lead::None;
        if let Some(code) = code
            && !codes.contains(&code)
        {
            codes.push(code);
        }
    }
    codes
}

/// Whether a number is the beginning of a range of addresses: `[mem 0xc0001000-0xeebfffff window]`.
fn begins_range(word: &[u8], after: &[u8]) -> bool {
    word.starts_with(b"0x") && after.starts_with(b"-0x")
}

/// Whether the word at `start..end` is a level with its number, `Error (3)` of Veeam's logs: it begins a column.
fn is_numbered_level(text: &[u8], start: usize, end: usize) -> bool {
    let begins = || {
        let before = text[..start].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        before.is_none_or(|byte| matches!(byte, b'>' | b']' | b'|' | b'\n'))
    };
    &text[start..end] == b"Error"
        && matches!(text[end..], [b' ', b'(', b'0'..=b'9', b')', b' ' | b'\t', ..])
        && begins()
}

/// Length of the word that a text begins with; a `-` counts before and between digits and capitals.
fn word_length(text: &[u8]) -> usize {
    let of_word = |byte: &&u8| CLASSES[usize::from(**byte)] & (LOWER | UPPER | DIGIT | UNDERSCORE | NON_ASCII) != 0;
    let mut length = 0;
    loop {
        length += text[length..].iter().take_while(of_word).count();
        match text[length..] {
            [b'-', b'0'..=b'9', ..] if length == 0 || text[length - 1].is_ascii_uppercase() => length += 1,
            _ => return length,
        }
    }
}

/// Whether a word is an error code by its shape alone.
pub(super) fn is_code(word: &[u8]) -> bool {
    match word.first() {
        Some(b'0') => is_failure_hex(word),
        Some(b'A'..=b'Z') => is_numbered(word) || is_symbol(word),
        _ => false,
    }
}

/// Whether some answer about a word may be another one if it had other digits: it is like a hexadecimal number, or like
/// a word that is known. What is said of all other words depends on where the digits stand and not on their values.
///
/// A hexadecimal number that does not begin with an 8 is compared with such only, and what has another digit before its `x`
/// with the like, see [`Hit::shape`](crate::scan::Hit::shape).
pub(super) fn depends_on_digits(word: &[u8]) -> bool {
    let may_be_failure = matches!(word, [b'0', b'x' | b'X', b'8', ..]);
    may_be_failure || word.starts_with(b"X") && has_digit_like_symbol(word) || is_like_known(word)
}

/// Whether a word begins like one of [`SYMBOLS`] with other digits.
fn has_digit_like_symbol(word: &[u8]) -> bool {
    matches!(word, [b'X', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'_', ..])
}

/// HRESULT and NTSTATUS: `0x` and eight digits, the first one 8 or C.
fn is_failure_hex(word: &[u8]) -> bool {
    let digits = match word {
        [b'0', b'x' | b'X', digits @ ..] => digits,
        _ => return false,
    };
    digits.len() == 8 && matches!(digits[0], b'8' | b'c' | b'C') && digits.iter().all(u8::is_ascii_hexdigit)
}

/// `ORA-01017`, `MY-010119`, and three capitals with five digits as Pulse Connect Secure writes (`AUT24604`).
fn is_numbered(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (prefix, number) = word.split_at(letters);
    match number {
        [b'-', digits @ ..] => {
            let known = NUMBERED.iter().any(|it| prefix == it.as_bytes());
            known && (3..=8).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
        }
        digits => letters == 3 && digits.len() == 5 && digits.iter().all(u8::is_ascii_digit),
    }
}

/// Names of constants: `ENOSPC`, `VSS_E_WRITERERROR_TIMEOUT`, `ERROR_ACCESS_DENIED`.
fn is_symbol(word: &[u8]) -> bool {
    let capitals = word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    if !capitals {
        return false;
    }
    if word.first() == Some(&b'E') && kinds(word).has(Kinds::ERRNO) {
        return true;
    }
    // Most words in capitals are none, and all beginnings but one have it.
    if !word.contains(&b'_') && !word.starts_with(b"WSAE") {
        return false;
    }
    let known = SYMBOLS.iter().any(|start| word.starts_with(start.as_bytes()) && word.len() > start.len() + 2);
    word.len() <= 64 && known && !word.ends_with(b"_SUCCESS") && !word.ends_with(b"_LOG")
}

/// What the words before a number say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lead {
    /// Nothing.
    #[default]
    None,
    /// `error`: a number is its code if no noun follows.
    Error,
    /// `error code`, `errno`, `win32`: a number is a code.
    Code(Code),
    /// `http`, `status`: three digits are a status.
    Http(bool),
    /// `exit`: a number is an exit code if `code` or `status` stands between.
    Exit,
    /// `event`: a number is one if `id` stands between.
    Event,
}

/// What kind of code a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Error,
    Errno,
    Exit,
    Event,
    Msg,
    Severity,
    Sqlstate,
    Status,
}

impl Code {
    fn name(self) -> &'static str {
        match self {
            Code::Error => "error",
            Code::Errno => "errno",
            Code::Exit => "exit code",
            Code::Event => "event",
            Code::Msg => "MSG",
            Code::Severity => "severity",
            Code::Sqlstate => "SQLSTATE",
            Code::Status => "status",
        }
    }
}

impl Lead {
    /// What holds behind a word.
    pub(super) fn after(self, word: &[u8]) -> Lead {
        self.after_known(word, kinds(word))
    }

    /// The same if it is known already what the word is known for.
    pub(super) fn after_known(self, word: &[u8], kinds: Kinds) -> Lead {
        if kinds == Kinds::default() {
            return Lead::None;
        }
        if kinds.has(Kinds::ERROR) {
            return Lead::Error;
        }
        if kinds.has(Kinds::CODE) {
            return match self {
                Lead::Exit => Lead::Code(Code::Exit),
                Lead::Http(_) => Lead::Http(true),
                _ => Lead::Code(Code::Error),
            };
        }
        if kinds.has(Kinds::NUMBER) {
            return match self {
                Lead::Event => Lead::Code(Code::Event),
                lead => lead,
            };
        }
        if kinds.has(Kinds::STATUS) {
            return match self {
                Lead::Exit => Lead::Code(Code::Exit),
                _ => Lead::Http(word.eq_ignore_ascii_case(b"response") || self == Lead::Http(true)),
            };
        }
        if !kinds.has(Kinds::LEADING) {
            return Lead::None;
        }
        let is = |words: &[&str]| words.iter().any(|it| word.eq_ignore_ascii_case(it.as_bytes()));
        match () {
            () if is(&["exitcode", "exit_code", "exitstatus"]) => Lead::Code(Code::Exit),
            () if is(&["errno"]) => Lead::Code(Code::Errno),
            () if is(&["hresult", "hr", "ntstatus", "result"]) => Lead::Code(Code::Status),
            () if is(&["sqlstate"]) => Lead::Code(Code::Sqlstate),
            () if is(&["severity"]) => Lead::Code(Code::Severity),
            () if is(&["msg"]) => Lead::Code(Code::Msg),
            () if is(&["eventid", "event_id"]) => Lead::Code(Code::Event),
            () if is(&["http"]) => Lead::Http(true),
            () if is(&["exit", "exited"]) => Lead::Exit,
            () if is(&["event"]) => Lead::Event,
            () if is(&["with"]) && self == Lead::Exit => self,
            () => Lead::None,
        }
    }

    /// What holds behind a blank or punctuation.
    pub(super) fn over(self, byte: u8) -> Lead {
        match byte {
            b' ' | b'\t' | b':' | b'=' | b'#' | b'(' | b'[' | b'"' | b'\'' | b'/' => self,
            _ => Lead::None,
        }
    }

    /// Whether a word without digits may be a code here.
    pub(super) fn takes_letters(self) -> bool {
        self == Lead::Code(Code::Sqlstate)
    }

    /// Whether `word` is a code here; `after` is what follows it.
    pub(super) fn makes_code(self, word: &[u8], after: &[u8]) -> bool {
        if matches!(self, Lead::None | Lead::Exit | Lead::Event) {
            return false;
        }
        let digits = word.strip_prefix(b"-").unwrap_or(word);
        let number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let hex = matches!(word, [b'0', b'x' | b'X', digits @ ..]
            if (1..=8).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit));
        match self {
            Lead::None | Lead::Exit | Lead::Event => false,
            Lead::Code(Code::Sqlstate) => word.len() == 5 && word.iter().all(u8::is_ascii_alphanumeric),
            Lead::Code(Code::Severity) => number && digits.len() <= 2,
            Lead::Code(Code::Msg) => number && digits.len() <= 6,
            Lead::Code(_) => hex || (number && digits.len() <= 10),
            Lead::Http(_) => hex || (number && digits.len() <= 5),
            Lead::Error => {
                let next = after.iter().find(|byte| !matches!(byte, b' ' | b'\t')).copied().unwrap_or(b'.');
                hex || (number && digits.len() <= 6 && !next.is_ascii_alphabetic() && next.is_ascii())
            }
        }
    }

    /// The code with its name, or `None` if it says that all went well or is no code of its own.
    fn named(self, word: &[u8]) -> Option<String> {
        let zero = word.iter().all(|byte| matches!(byte, b'0' | b'x' | b'X' | b'-'));
        let hex = matches!(word, [b'0', b'x' | b'X', ..]);
        let number = spelled(word);
        match self {
            Lead::Code(Code::Sqlstate) if !zero => Some(format!("SQLSTATE {number}")),
            Lead::Code(Code::Severity) | Lead::None | Lead::Exit | Lead::Event => None,
            _ if zero => None,
            _ if hex => Some(number),
            Lead::Code(code) => Some(format!("{} {number}", code.name())),
            Lead::Error => Some(format!("error {number}")),
            Lead::Http(_) if matches!(word, [b'4' | b'5', _, _]) => Some(format!("HTTP {number}")),
            Lead::Http(false) if !matches!(word, [b'1'..=b'3', _, _]) => Some(format!("status {number}")),
            Lead::Http(_) => None,
        }
    }
}

/// The code as it is written in answers: hexadecimal digits in lower case.
fn spelled(word: &[u8]) -> String {
    let text = String::from_utf8_lossy(word);
    if text.starts_with("0x") || text.starts_with("0X") { text.to_ascii_lowercase() } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(codes(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn windows_codes() {
        check("failed, hr=0x80070005 and 0XC0000022.", &["0x80070005", "0xc0000022"]);
        check("Win32 error 1326", &["error 1326"]);
        check("root bus resource [mem 0xc0001000-0xeebfffff window]", &[]);
        check("Win32 error:Access is denied. Code: 53", &["error 53"]);
        check("Error code 0x4005, then error code 0x0", &["0x4005"]);
        check(
            "VSS_E_WRITERERROR_TIMEOUT, RPC_S_SERVER_UNAVAILABLE",
            &["VSS_E_WRITERERROR_TIMEOUT", "RPC_S_SERVER_UNAVAILABLE"],
        );
        check("Event ID: 5719", &["event 5719"]);
        check("hr: -2147024891", &["status -2147024891"]);
    }

    #[test]
    fn database_codes() {
        check("ORA-01017: invalid; TNS-12541", &["ORA-01017", "TNS-12541"]);
        check("SQLSTATE: 08006, SQLSTATE[HY000]", &["SQLSTATE 08006", "SQLSTATE HY000"]);
        check("[ERROR] [MY-010119] Aborting", &["MY-010119"]);
        check("Error: 18456, Severity: 14, State: 8.", &["error 18456"]);
        check("MSG 17187", &["MSG 17187"]);
    }

    #[test]
    fn unix_http_and_vendor_codes() {
        check("write: ENOSPC, errno 28 and errno=0", &["ENOSPC", "errno 28"]);
        check("exited with code 137, exit status 0, exit code -1", &["exit code 137", "exit code -1"]);
        check("\"GET /x HTTP/1.1\" status 503, status=200, HTTP 404", &["HTTP 503", "HTTP 404"]);
        check("AUT24604: login failed", &["AUT24604"]);
    }

    #[test]
    fn other_numbers_are_no_codes() {
        check("error: 15 of 20 failed", &[]);
        check("at 0xdeadbeef and 0x7ffe1234, port 443, KB1680", &[]);
        check("errors 5, 12 events, ABC123, ORA-1", &[]);
        check("[18.02.2026 20:00:06.448]    <01>    Error (3)    no ticket, waiting 600 sec", &[]);
        check("Error (3) no ticket: Win32 Error (5) Access is denied", &["error 5"]);
    }

    /// [`depends_on_digits`] relies on it.
    #[test]
    fn of_the_known_beginnings_only_one_has_digits() {
        let with_digit = |text: &&&str| text.bytes().any(|byte| byte.is_ascii_digit());
        assert_eq!(SYMBOLS.iter().chain(NUMBERED).filter(with_digit).collect::<Vec<_>>(), [&"X509_V_ERR_"]);
    }

    #[test]
    fn codes_are_distinct_in_order_and_bounded() {
        check("error 5, error 7, error 5", &["error 5", "error 7"]);
        let many: String = (1..100).map(|number| format!("error {number}, ")).collect();
        assert_eq!(codes(many.as_bytes()).len(), MAX_CODES);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(codes(&bytes).len() <= MAX_CODES);
        }
    }
}
