//! Memory that was freed and that the C library keeps: a watch runs for months, and needs little of what its start and a burst of
//! uploads have needed. Only the library of GNU keeps much, in a pool for each thread.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "no crate that we have calls these functions of the C library")
)]

/// Lets the library keep little. With a pool for each thread every moment in which more threads were at work than ever before
/// would leave a megabyte for good, and by itself the library keeps twice the largest piece that was ever freed, in each pool.
pub(super) fn keep_little() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes no pointer, and any thread may call it at any time.
    unsafe {
        /// From so many bytes on a piece goes back to the system when it is freed: what the library begins with.
        const LARGE: libc::c_int = 128 << 10;
        libc::mallopt(libc::M_ARENA_MAX, 2);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LARGE);
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
