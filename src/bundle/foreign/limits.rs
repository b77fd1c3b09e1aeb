//! What a helper process may take from the machine.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::io;

/// All memory that the process can address, its program and stack included. The largest window of an archive that we
/// unpack is 128 MiB.
const MEMORY: u64 = 448 << 20;
/// Seconds of the processor's time without any result.
const SECONDS: u64 = 5;

/// Limits this process: memory, processor time, no files written, none opened, no core dump.
pub(super) fn set() -> io::Result<()> {
    limit(Resource::As, MEMORY)?;
    // What is open stays open; nothing else can be opened, not even a copy.
    limit(Resource::Nofile, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    extend();
    Ok(())
}

/// Gives the processor's time anew: something was achieved.
pub(super) fn extend() {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = used.saturating_add(SECONDS + 1).min(maximum.unwrap_or(u64::MAX));
    // A limit that cannot be raised ends the process as it would have without us.
    let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(current), maximum });
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let most = Some(getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most)));
    Ok(setrlimit(resource, Rlimit { current: most, maximum: most })?)
}
