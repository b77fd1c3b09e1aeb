//! What a helper process may take from the machine.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::io;

/// All memory that the process can address, its program and stack included. The largest window of an archive that we
/// unpack is 128 MiB.
const MEMORY: u64 = 448 << 20;
/// Seconds of the processor's time without any result.
const SECONDS: u64 = 5;
/// Seconds of the processor's time in all, and bytes of result that are good for another one: the slowest decoders of ours
/// make ten times as many. Without it a file could give a byte every few seconds for ever.
const SECONDS_IN_ALL: u64 = 10;
const BYTES_A_SECOND: u64 = 1 << 20;

/// Limits this process: memory, processor time, no files written, none opened, no core dump.
pub(super) fn set() -> io::Result<()> {
    limit(Resource::As, MEMORY)?;
    // What is open stays open; nothing else can be opened, not even a copy.
    limit(Resource::Nofile, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    extend(0);
    Ok(())
}

/// Gives the processor's time anew: something was achieved, `given` bytes of it so far.
pub(super) fn extend(given: u64) {
    let used = u64::from(worked() / 1000);
    let in_all = SECONDS_IN_ALL.saturating_add(given / BYTES_A_SECOND);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = used.saturating_add(SECONDS + 1).min(in_all).min(maximum.unwrap_or(u64::MAX));
    // A limit that cannot be raised ends the process as it would have without us.
    let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(current), maximum });
}

/// Milliseconds of the processor's time that this process has had.
pub(super) fn worked() -> u32 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    u32::try_from(time.tv_sec.saturating_mul(1000).saturating_add(time.tv_nsec / 1_000_000)).unwrap_or(u32::MAX)
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let most = Some(getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most)));
    Ok(setrlimit(resource, Rlimit { current: most, maximum: most })?)
}
