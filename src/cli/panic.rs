//! A panic inside the library becomes a problem in the report, so its message on the terminal would only disturb.

use std::panic;

/// How to see what the quiet hook hides.
pub(super) const HINT: &str = "run again with RUST_BACKTRACE=1 to see where";

/// Silences the message of panics unless RUST_BACKTRACE asks for it.
pub(super) fn keep_quiet() {
    let wanted = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    if !wanted {
        panic::set_hook(Box::new(|_| {}));
    }
}
