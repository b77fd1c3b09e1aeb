//! Any bytes as a bundle: archives and compressed files of every kind, and what lies in them.
//!
//! Nothing may panic, hang or grow; every member is read to its end within the budget.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tierline::bundle::{Bundle, Content, Limits, ProblemKind};

/// All work happens on one thread, so that the fuzzer sees it as one path.
static POOL: LazyLock<rayon::ThreadPool> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("starts a thread"));

const LIMITS: Limits = Limits {
    unpacked_bytes: 4 << 20,
    slow_share: 4,
    ratio: 10,
    time: Duration::MAX,
    time_of_mib: Duration::ZERO,
    members: 500,
    depth: 4,
};

fuzz_target!(|data: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("makes a file");
    file.write_all(data).expect("writes it");
    let bundle = Bundle::open(&[file.path().into()], LIMITS).expect("opens what was just written");
    let bytes = AtomicU64::new(0);
    let visited = POOL.install(|| {
        bundle.visit(&|entry| {
            assert!(!entry.path.chars().any(char::is_control), "{:?}", entry.path);
            let read = match entry.content {
                Content::Mapped(text) => text.len() as u64,
                Content::Stream(source) => std::io::copy(source, &mut std::io::sink()).expect("a stream has no errors"),
            };
            bytes.fetch_add(read, Ordering::Relaxed);
        })
    });
    assert!(visited.problems.iter().all(|problem| problem.kind != ProblemKind::Panic), "{:?}", visited.problems);
    // What a file holds that is no container is not charged, and one block may be on its way when the budget ends.
    let most = LIMITS.unpacked_bytes + (LIMITS.ratio + 1) * data.len() as u64 + (1 << 20);
    assert!(bytes.into_inner() <= most, "more than the budget was unpacked");
});
