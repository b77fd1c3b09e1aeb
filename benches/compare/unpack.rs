//! Unpacks a bundle and throws its bytes away: `unpack THREADS PATH...`.
//!
//! This is what the program does with an archive when nothing is looked for; `compare.py` measures the scan against it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use tierline::bundle::{Bundle, Content, Limits};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let threads = arguments.next().and_then(|it| it.to_str()?.parse().ok());
    let paths: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let Some(threads) = threads else { return fail("usage: unpack THREADS PATH...") };
    let bundle = match Bundle::open(&paths, Limits::default()) {
        Ok(bundle) => bundle,
        Err(err) => return fail(&err.to_string()),
    };
    let pool = match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool,
        Err(err) => return fail(&err.to_string()),
    };
    let unpacked = AtomicU64::new(0);
    let visited = pool.install(|| {
        bundle.visit(&|entry| match entry.content {
            Content::Mapped(text) => {
                unpacked.fetch_add(text.len() as u64, Ordering::Relaxed);
            }
            Content::Stream(stream) => {
                let mut block = vec![0; 256 << 10];
                while let Ok(read @ 1..) = stream.read(&mut block) {
                    unpacked.fetch_add(read as u64, Ordering::Relaxed);
                }
            }
        })
    });
    println!("{} bytes, {} problems", unpacked.into_inner(), visited.problems.len());
    ExitCode::SUCCESS
}

fn fail(message: &str) -> ExitCode {
    eprintln!("unpack: {message}");
    ExitCode::FAILURE
}
