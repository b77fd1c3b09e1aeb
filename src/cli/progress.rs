use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;
use tierline::bundle::Bundle;

/// Does `work` while a bar on standard error shows how much of the bundle was read, how fast, and how long it will take.
///
/// The bar is left out if it is not wanted or nobody would see it, and it is wiped away at the end.
pub(super) fn with_progress<T>(bundle: &Bundle, wanted: bool, work: impl FnOnce() -> T) -> T {
    with_count(bundle.bytes(), &|| bundle.bytes_read(), wanted, work)
}

/// The same of anything that counts its bytes.
pub(super) fn with_count<T>(total: u64, read: &(dyn Fn() -> u64 + Sync), wanted: bool, work: impl FnOnce() -> T) -> T {
    if !wanted || !std::io::stderr().is_terminal() {
        return work();
    }
    thread::scope(|scope| {
        // The sender is dropped when `work` ends, by a panic as well; that is the sign to stop.
        let (running, stopped) = mpsc::channel::<()>();
        scope.spawn(move || draw(total, read, &stopped));
        let result = work();
        drop(running);
        result
    })
}

fn draw(total: u64, read: &(dyn Fn() -> u64 + Sync), stopped: &mpsc::Receiver<()>) {
    const TEMPLATE: &str = "{bar:30} {percent}% {bytes}/{total_bytes} {bytes_per_sec} ETA {eta}";
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(total).with_style(style.progress_chars("=> "));
    while stopped.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
        bar.set_position(read());
    }
    bar.finish_and_clear();
}
