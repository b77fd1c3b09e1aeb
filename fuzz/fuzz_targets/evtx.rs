//! Any bytes as a Windows event log: no panic, no hang, and what comes out is in order.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tierline::bundle::fuzzing;

fuzz_target!(|data: &[u8]| {
    fuzzing::parse("evtx", data, 16 << 20).expect("is a format");
});
