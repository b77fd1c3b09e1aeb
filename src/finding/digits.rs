//! What must hold for all digits: a template that is said to be fixed does not change with them, if hexadecimal numbers stay
//! what they are.

use super::mark::Masked;
use super::template::mask;
use crate::scan::form_of_hexes;
use proptest::prelude::*;
use std::collections::HashMap;

/// Words for which it may matter which digits they have.
const WORDS: &str = "0x80070005|4x80070005|0x1f|E2BIG|E4BIG|X509_V_ERR_SOME|X123_V_ERR_SOME|X509_V_ERR_SOME:|ipv4|ipv5|\
    sha256|sha999:|802.1x|999.9x|tls1.2|utf-8|ext4/|HTTP/1.1|HTTP 404|status=503|http |error |error=|\
    Error 18456, Severity: 14, State: 8|code: |errno|exit status |SQLSTATE |08006|HY000|event id |5719|ORA-01017|AUT24604|\
    MY-010119|win32 |win64 5|10.0.0.1|10.0.0.1:443|256.300.1.9/24|fe80::1ff:fe23:4567:890a|1:2:3:4:5:6:7:8|\
    00:1b:44:11:3a:b7|7b1c2f9e-0f1d-4c3b-9a8e-112233445566|2024-01-02T03:04:05Z|Sep 3|Mon |Sep |5 ms|5ms|10%|12 of 20|\
    [64790.221214] |cpu5:20974074)|node3|db01.corp.local:5432|x1.service|/var/1|C:\\1|a@1|user 1 from |\
    user root 10.0.0.1|user ipv4 from|uid=|state=|'|\"|\"code\":|<n>|<ip>|…| | | | |:|=|-|, |(|[|]|)|\n|\nCaused by: |\
    ---> |0|1|-1|x|X";

fn word() -> impl Strategy<Value = String> {
    let words: Vec<_> = WORDS.split('|').collect();
    prop_oneof![
        4 => proptest::sample::select(words).prop_map(String::from),
        1 => "[0-9a-fxX./:_=E-]{1,12}",
    ]
}

#[test]
fn templates_without_digits_are_fixed() {
    for (message, fixed) in [
        ("timeout after 5 ms on 10.0.0.1:443", true),
        ("job 7b1c2f9e-0f1d-4c3b-9a8e-112233445566 at 2024-01-02 03:04:05.678 took 1.2 KB", true),
        ("worker-17 on node3, uid=0 euid=\"5\" of /var/lib/x1.db and 00:1b:44:11:3a:b7", true),
        ("mod_jk child workerEnv in error state 6, id 2, uid=0", true),
        ("[64790.221214] cpu5:20974074)NMP: last 5", true),
        ("Caused 5\nCaused by: x.Y: 5", true),
        ("error 5", false),
        ("code=0", false),
        ("\"GET /a HTTP/1.1\" 5", false),
        ("ORA-01017", false),
        ("at 0x00 and", true),
        ("at 0x80 and", false),
        ("at 5x00 and", true),
        ("over ext4 and", false),
        ("over ext5 and", false),
        ("ext5:login and", false),
        ("E5BIG::login", false),
        ("X500_V_ERR_LIKE and", false),
        ("E5BIG and", false),
        ("'E5BIG' and", false),
        ("uid=E5BIG and", false),
        ("disk 1\nCaused by: x.Y: error 5", false),
    ] {
        assert_eq!(mask(message.as_bytes(), &mut Masked::default()), fixed, "{message}");
    }
}

/// Two words with something between them, with their own digits and with all digits alike. Messages of one shape have one
/// template if one of them says that its template is fixed.
#[test]
fn each_two_words_with_other_digits_have_a_template_that_is_fixed_or_said_to_change() {
    /// What the messages of a shape have shown: the first template, whether all are alike, whether one is fixed.
    type Shown = (Vec<u8>, bool, bool);
    let mut shapes: HashMap<(String, u64), Shown> = HashMap::new();
    let masked = &mut Masked::default();
    for (first, second) in WORDS.split('|').flat_map(|first| WORDS.split('|').map(move |second| (first, second))) {
        for between in ["", ":", " ", "=\"", "'"] {
            let message = [first, between, second].concat();
            let with = |digit: &str| message.replace(|c: char| c.is_ascii_digit(), digit);
            let digits = ["1", "2", "3", "4", "6", "8", "9"];
            let numbers = digits.map(|digit| with(digit).replace(&format!("{digit}x"), "0x"));
            let all = digits.map(with).into_iter().chain(numbers).chain([message.clone(), with("0")]);
            for message in all {
                let Some(form) = form_of_hexes(message.as_bytes()) else { continue };
                let shown = shapes.entry((with("0"), form)).or_default();
                let fixed = mask(message.as_bytes(), masked);
                if shown.0.is_empty() {
                    *shown = (masked.text().to_vec(), true, false);
                }
                shown.1 &= shown.0 == masked.text();
                shown.2 |= fixed;
                assert!(shown.1 || !shown.2, "{message}");
            }
        }
    }
    let count = |of: fn(&&Shown) -> bool| shapes.values().filter(of).count();
    assert!(count(|shown| shown.2) > 10_000 && count(|shown| !shown.1) > 5_000);
}

proptest! {
    #[test]
    fn a_fixed_template_is_the_same_with_any_digits(
        words in proptest::collection::vec(word(), 1..6),
        digits in proptest::collection::vec(b'0'..=b'9', 1..40),
    ) {
        let message = words.concat();
        let mut digits = digits.iter().cycle();
        let mut other = message.clone().into_bytes();
        other.iter_mut().filter(|byte| byte.is_ascii_digit()).for_each(|byte| *byte = *digits.next().unwrap());
        let (mut masked, mut masked_other) = (Masked::default(), Masked::default());
        let form = form_of_hexes(message.as_bytes());
        prop_assume!(form.is_some() && form == form_of_hexes(&other));
        if mask(message.as_bytes(), &mut masked) {
            mask(&other, &mut masked_other);
            prop_assert_eq!(masked.text(), masked_other.text(), "{} and {}", message, String::from_utf8_lossy(&other));
        }
    }
}
