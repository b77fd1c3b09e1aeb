//! Any text as a signature's YAML: a clear mistake or a signature, never a panic, and a signature compiles and runs.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::Path;
use tierline::scan::Scanner;
use tierline::signature::{SignatureSet, load_str};
use tierline::workshop::run_examples;

fuzz_target!(|yaml: &str| {
    match load_str("a/b/c", Path::new("a/b/c.yaml"), yaml) {
        Ok(signature) => {
            let set = SignatureSet::new(vec![signature]);
            let _ = Scanner::new(&set);
            let _ = run_examples(&set);
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "refused without a reason");
            mistakes.iter().for_each(|mistake| assert!(!mistake.to_string().is_empty()));
        }
    }
});
