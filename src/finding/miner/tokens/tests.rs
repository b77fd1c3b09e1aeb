use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(message: &str, expected: &str) {
    assert_eq!(String::from_utf8_lossy(Masking::default().mask(message.as_bytes())), expected);
}

#[test]
fn values_are_masked() {
    check("timeout after 5 ms on 10.0.0.1:443", "timeout after <*> on <*>");
    check("took 1.2 KB, 15 seconds", "took <*>");
    check("user=root shell=/bin/bash uid=0 tty", "user= <*> shell= <*> uid= <*> tty");
    check("say \"hello world\" to 'x y' don't", "say <*> to <*> don't");
    check("key=\"a b c\" next", "key= <*> next");
    check("open /var/lib/x failed: No such file", "open <*> failed: No such file");
    check("lookup db.corp.local java.io.IOException a.b", "lookup <*> java.io.IOException a.b");
    check("Mon Sep 23 started (null) [] -", "<*> started <*>");
    check("blk_123,blk_456 done", "<*> done");
    check("state:running pid:77", "state: running pid: <*>");
    check("mac ff:f2:9f:16:dc:95 at 10:11:12:13", "mac <*> at <*>");
    check("prefetch depth.......0 lines", "prefetch depth.......<*> lines");
    check("workers[12] <a1> ok", "workers[<*>] <*> ok");
}

#[test]
fn a_long_message_is_cut_at_a_word() {
    let mask = Masking::default().mask("word ".repeat(500).as_bytes()).to_vec();
    assert!(mask.len() <= LONGEST && mask.ends_with(b"word"));
}

proptest! {
    #[test]
    fn any_bytes_give_tokens_with_one_blank_between(message in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut masking = Masking::default();
        let mask = masking.mask(&message).to_vec();
        prop_assert!(mask.len() <= LONGEST);
        prop_assert!(mask.is_empty() || mask.split(|&byte| byte == b' ').all(|token| !token.is_empty()));
        prop_assert_eq!(masking.mask(&message), mask);
    }

    #[test]
    fn words_and_numbers_are_masked_as_any_token(
        token in "[a-z]{1,4}|[A-Za-z0-9._/-]{1,6}|(Mon|may|JUNE|utc|null|-|cest|am|septembe)|[ -~&&[^ ]]{1,9}|<\\*>|\\PC{1,5}",
    ) {
        let (mut one, mut other) = (Masking::default(), Masking::default());
        one.mask_token(token.as_bytes());
        other.mask_compound(token.as_bytes());
        prop_assert_eq!(one.token, other.token);
    }

    /// What lets messages of one shape share a mask.
    #[test]
    fn other_digits_make_no_difference(
        message in "([a-f0-9:]{0,9}|[ -~]{0,6}|[ =:.,'\"/<>\\\\-]|[0-9]{1,6}|é){0,40}",
        digits in proptest::collection::vec(b'0'..=b'9', 1..60),
    ) {
        let mut digits = digits.iter().cycle();
        let mut other = message.clone().into_bytes();
        other.iter_mut().filter(|byte| byte.is_ascii_digit()).for_each(|byte| *byte = *digits.next().unwrap());
        let mut masking = Masking::default();
        let mask = masking.mask(message.as_bytes()).to_vec();
        prop_assert!(!mask.iter().any(u8::is_ascii_digit));
        prop_assert_eq!(masking.mask(&other), mask, "{}", message);
    }

    #[test]
    fn numbers_make_no_difference(words in proptest::collection::vec("[a-z]{2,6}", 1..8), a in 0..9999_u32, b in 0..9999_u32) {
        let message = |number: u32| format!("{} {number} {}", words.join(" "), words.join("/"));
        let mut masking = Masking::default();
        let first = masking.mask(message(a).as_bytes()).to_vec();
        prop_assert_eq!(masking.mask(message(b).as_bytes()), first);
    }
}
