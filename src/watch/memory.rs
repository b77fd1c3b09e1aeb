//! Memory that was freed and that the C library keeps: a watch runs for months, and needs little of what its start and a burst of
//! uploads have needed. Only the library of GNU keeps much, in a pool for each thread.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "no crate that we have calls these functions of the C library")
)]

/// Lets threads share their pools: one of its own keeps pieces of what its thread has once needed, and each moment in which more
/// threads were at work than ever before would leave a megabyte for good.
pub(super) fn share_pools() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes no pointer, and any thread may call it at any time.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
    }
}

/// Gives it back to the system.
pub(super) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes no pointer, and any thread may call it at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}
