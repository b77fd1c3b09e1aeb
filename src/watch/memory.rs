//! Memory that was freed and that the C library keeps: a watch runs for months, and needs little of what its start and a burst of
//! uploads have needed.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "no crate that we have calls this function of the C library")
)]

/// Gives it back to the system. Only the library of GNU keeps much, in a pool for each thread.
pub(super) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes no pointer, and any thread may call it at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}
