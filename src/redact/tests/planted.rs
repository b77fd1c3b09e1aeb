use super::forms::{KINDS, Planted, RARER};
use super::*;

/// Each kind so many times.
const VARIANTS: usize = 1000;
/// Percent of each kind that the leak scan must see if nothing was redacted.
const CAUGHT: usize = 95;

fn has(text: &str, value: &str) -> bool {
    text.to_lowercase().contains(&value.to_lowercase())
}

#[test]
fn everything_planted_is_gone() {
    let mut failures = Vec::new();
    for (kind, plant) in KINDS.iter().chain(RARER) {
        let mut random = Random(0x1234_5678_9abc_def1);
        let mut left = 0;
        for _ in 0..VARIANTS {
            let planted = plant(&mut random);
            assert!(planted.gone.iter().any(|value| has(&planted.text, value)), "{kind}: nothing in {}", planted.text);
            let (text, _) = redact(&planted.text);
            if let Some(value) = planted.gone.iter().find(|value| has(&text, value)) {
                left += 1;
                if left <= 6 {
                    failures.push(format!("{kind}: `{value}` is left of\n    {:?}\n    {text:?}", planted.text));
                }
            }
        }
        if left > 0 {
            failures.push(format!("{kind}: {left} of {VARIANTS} left"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn nothing_that_is_redacted_leaks() {
    let mut failures = Vec::new();
    for (kind, plant) in KINDS.iter().chain(RARER) {
        let mut random = Random(0xfeed_5678_9abc_def1);
        for _ in 0..VARIANTS / 4 {
            let planted = plant(&mut random);
            let (text, map) = redact(&planted.text);
            if let Some(leak) = LeakScan::new(&map, &[], false).leaks(text.as_bytes()).first() {
                let part = text.get(leak.start..leak.end).unwrap_or("");
                failures.push(format!("{kind}: {} `{part}` in\n    {:?}\n    {text:?}", leak.rule, planted.text));
            }
        }
    }
    assert!(failures.is_empty(), "{} leaks\n{}", failures.len(), failures[..failures.len().min(20)].join("\n"));
}

/// Whether a leak lies on something that was planted. Of a private key its head is enough.
fn is_on_planted(leak: &Leak, planted: &Planted) -> bool {
    let text = planted.text.to_ascii_lowercase();
    let is_on = |value: &String| {
        let value = value.to_ascii_lowercase();
        text.match_indices(&value).any(|(at, _)| leak.start < at + value.len() && at < leak.end)
    };
    leak.kind == Kind::PrivateKey || planted.gone.iter().any(is_on)
}

#[test]
fn what_is_not_redacted_is_seen_to_leak() {
    let mut failures = Vec::new();
    for (kind, plant) in KINDS {
        let mut random = Random(0xbeef_5678_9abc_def1);
        let scan = LeakScan::new(&Map::default(), &[], false);
        let all: Vec<Planted> = (0..VARIANTS).map(|_| plant(&mut random)).collect();
        let is_missed = |it: &&Planted| !scan.leaks(it.text.as_bytes()).iter().any(|leak| is_on_planted(leak, it));
        let missed: Vec<&Planted> = all.iter().filter(is_missed).collect();
        let share = 100 * (VARIANTS - missed.len()) / VARIANTS;
        eprintln!("{kind}: {share} %");
        if share < CAUGHT {
            failures.push(format!("{kind}: {share} % are seen, but not"));
            failures.extend(missed.iter().take(12).map(|it| format!("    {:?}", it.text)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_was_replaced_elsewhere_is_seen_to_leak() {
    for (kind, plant) in KINDS {
        let mut random = Random(0xcafe_5678_9abc_def1);
        for _ in 0..VARIANTS / 10 {
            let planted = plant(&mut random);
            let (_, map) = redact(&planted.text);
            let names = map.entries().any(|(kind, _, name)| {
                !matches!(kind, Kind::Ipv4 | Kind::Ipv6 | Kind::Mac | Kind::Sid) && words::is_telling(name.as_bytes())
            });
            if names {
                let leaks = LeakScan::new(&map, &[], false).leaks(planted.text.as_bytes());
                assert!(leaks.iter().any(|leak| leak.rule == "known name"), "{kind}: {leaks:?} of {:?}", planted.text);
            }
        }
    }
}
