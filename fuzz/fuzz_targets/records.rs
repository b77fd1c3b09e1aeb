//! Any bytes as a log file: its records are the same whether it is at hand as a whole or comes in pieces, and every
//! visible byte is in exactly one of them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tierline::record::{Encoding, Reading, fuzzing};

fuzz_target!(|data: &[u8]| {
    // The first bytes choose what does not stand in the file.
    let Some((&[split, modified, path], text)) = data.split_first_chunk() else { return };
    let modified = (modified > 0).then(|| 1_700_000_000 + i64::from(modified) * 86_400);
    let path = ["", "u_ex260102.log", "app.2026-02-18.log", "debuglog_18.02.2026.log"][usize::from(path) % 4];
    let Some(reading) = Reading::of_file(path, text, modified) else { return };
    let (head, mut rest) = text.split_at(usize::from(split).min(text.len()));
    let streamed = fuzzing::streamed(&mut rest, head.to_vec(), &reading);
    assert!(streamed.windows(2).all(|pair| pair[0].0 < pair[1].0), "records overlap");
    if reading.encoding == Encoding::Bytes {
        let mapped = fuzzing::mapped(text, &reading);
        assert_eq!(mapped, streamed);
        let seen: usize = mapped.iter().map(|record| visible(&record.1)).sum();
        assert_eq!(seen, visible(text), "bytes were lost or read twice");
    }
});

/// Bytes that can be seen; byte order marks are stepped over by the walk.
fn visible(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_graphic()).count()
}
