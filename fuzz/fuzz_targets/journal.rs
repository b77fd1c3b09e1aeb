//! Any bytes as a systemd journal, and as its export format: no panic and no hang, whatever the offsets say.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tierline::bundle::fuzzing;

fuzz_target!(|data: &[u8]| {
    let format = if data.starts_with(b"LPKSHHRH") { "journal" } else { "journal-export" };
    fuzzing::parse(format, data, 16 << 20).expect("is a format");
});
