//! Local files at rest as memory maps that survive truncation: the only unsafe code of the bundle.
//!
//! Reading a map beyond the end of its file raises SIGBUS. Our handler finds the map in a table without locks, puts zero
//! pages where the file is missing and marks the map, so that the reader goes on and the bundle reports a `changed` problem.
#![expect(unsafe_code, reason = "maps files and handles the signal that a truncated one raises")]

use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};

/// A file mapped for reading, registered with the handler.
pub(super) struct Map {
    map: Mmap,
    slot: &'static Slot,
}

impl Map {
    /// Maps a file whose size is not zero. None if that is not possible here: the table is full, the file system refuses.
    pub(super) fn new(file: &File) -> Option<Map> {
        if !handler_installed() {
            return None;
        }
        // SAFETY: the caller has checked that the file is local and at rest. If somebody truncates it all the same, the
        // handler maps zero pages over what is missing. If somebody overwrites it, bytes change under a `&[u8]`; we only
        // ever read them one after the other and keep no invariant on their content (no `str` is made of a map).
        let map = unsafe { Mmap::map(file) }.ok()?;
        let slot = Slot::claim(map.as_ptr() as usize, map.len())?;
        let _ = map.advise(memmap2::Advice::Sequential);
        Some(Map { map, slot })
    }

    /// The file's bytes; zeros where it was truncated.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// Maps all pages of a part at once. False if that is not possible, as where the file was truncated; then each is
    /// mapped when it is read.
    pub(super) fn populate(&self, part: Range<usize>) -> bool {
        #[cfg(target_os = "linux")]
        return self.map.advise_range(memmap2::Advice::PopulateRead, part.start, part.len()).is_ok();
        #[cfg(not(target_os = "linux"))]
        return part.is_empty();
    }

    /// Reads a byte of each page of a part. The kernel maps some pages around each that is missing. False if the file is
    /// shorter.
    pub(super) fn touch(&self, part: Range<usize>) -> bool {
        let page = PAGE.load(Ordering::Relaxed);
        let Some(bytes) = self.map.get(part) else { return false };
        // Or the reads, of which nobody uses the result, would be left out.
        std::hint::black_box(bytes.iter().step_by(page).fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
        !self.was_cut()
    }

    /// Whether a part of it was missing when it was read.
    pub(super) fn was_cut(&self) -> bool {
        self.slot.cut.load(Ordering::Acquire)
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // Before the unmapping, which comes with the field: the address may belong to somebody else right after it.
        self.slot.release();
    }
}

/// One map that the handler knows. A version that is odd means that start and size are valid.
struct Slot {
    taken: AtomicBool,
    version: AtomicUsize,
    start: AtomicUsize,
    size: AtomicUsize,
    cut: AtomicBool,
}

/// As many maps at once as there can be threads, and then some.
static SLOTS: [Slot; 1024] = [const {
    Slot {
        taken: AtomicBool::new(false),
        version: AtomicUsize::new(0),
        start: AtomicUsize::new(0),
        size: AtomicUsize::new(0),
        cut: AtomicBool::new(false),
    }
}; 1024];

impl Slot {
    fn claim(start: usize, size: usize) -> Option<&'static Slot> {
        let free =
            |slot: &&Slot| slot.taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok();
        let slot = SLOTS.iter().find(free)?;
        slot.start.store(start, Ordering::Relaxed);
        slot.size.store(size, Ordering::Relaxed);
        slot.cut.store(false, Ordering::Relaxed);
        slot.version.fetch_add(1, Ordering::Release);
        Some(slot)
    }

    fn release(&self) {
        self.version.fetch_add(1, Ordering::Relaxed);
        // The handler must see the new version if it sees what the next owner writes.
        fence(Ordering::Release);
        self.taken.store(false, Ordering::Release);
    }

    /// Returns the end of the map if `address` lies in it.
    fn end_if_holds(&self, address: usize) -> Option<usize> {
        let version = self.version.load(Ordering::Acquire);
        let start = self.start.load(Ordering::Relaxed);
        let size = self.size.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let stable = version % 2 == 1 && self.version.load(Ordering::Relaxed) == version;
        let end = start.checked_add(size)?;
        (stable && (start..end).contains(&address)).then_some(end)
    }
}

/// Puts zero pages where the file is missing; false if `address` lies in no map of ours.
fn patch(address: usize) -> bool {
    // A truncated file is usually missing to its end, a bad disk block is not: zeros are laid in steps between the two.
    const STEP: usize = 64 << 10;
    let Some((slot, end)) = SLOTS.iter().find_map(|slot| Some((slot, slot.end_if_holds(address)?))) else {
        return false;
    };
    let page = PAGE.load(Ordering::Relaxed);
    let start = address - address % page;
    let last = end.div_ceil(page).saturating_mul(page);
    let size = STEP.max(page).min(last - start);
    // SAFETY: the range lies in a map of ours, which the thread that raised the signal is just reading, so that it cannot
    // be unmapped meanwhile. MAP_FIXED replaces its pages in one step. `mmap` is safe in a handler (it is a plain system call).
    let mapped = unsafe {
        libc::mmap(
            start as *mut libc::c_void,
            size,
            libc::PROT_READ,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
            -1,
            0,
        )
    };
    slot.cut.store(true, Ordering::Release);
    mapped != libc::MAP_FAILED
}

static PAGE: AtomicUsize = AtomicUsize::new(4096);
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();

/// Installs the handler with the first call.
fn handler_installed() -> bool {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    *INSTALLED.get_or_init(|| install().is_ok())
}

fn install() -> io::Result<()> {
    // SAFETY: plain system calls with valid pointers to zeroed structures, which is what an empty `sigaction` is. The
    // previous action is stored before ours is installed, so that the handler finds it.
    unsafe {
        if let Ok(page) = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)) {
            PAGE.store(page.max(1), Ordering::Relaxed);
        }
        let mut previous: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGBUS, std::ptr::null(), &mut previous) != 0 {
            return Err(io::Error::last_os_error());
        }
        let _ = PREVIOUS.set(previous);
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_bus_error as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&mut action.sa_mask);
        match libc::sigaction(libc::SIGBUS, &action, std::ptr::null_mut()) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

extern "C" fn on_bus_error(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes a valid `siginfo_t`, which has an address if it raised the signal itself (a positive code).
    let address = unsafe { ((*info).si_code > 0).then(|| (*info).si_addr() as usize) };
    if address.is_some_and(patch) {
        return;
    }
    // SAFETY: the previous handler is called as the kernel would call it. Without one the default action is put back: the
    // instruction runs again and ends the process as it would have done without us; a signal that somebody sent is sent again.
    unsafe {
        let previous = PREVIOUS.get().map_or((libc::SIG_DFL, 0), |action| (action.sa_sigaction, action.sa_flags));
        match previous {
            (libc::SIG_IGN, _) if address.is_none() => {}
            (libc::SIG_DFL | libc::SIG_IGN, _) => {
                libc::signal(signal, libc::SIG_DFL);
                if address.is_none() {
                    libc::raise(signal);
                }
            }
            (handler, flags) if flags & libc::SA_SIGINFO != 0 => {
                type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
                std::mem::transmute::<usize, Handler>(handler)(signal, info, context);
            }
            (handler, _) => std::mem::transmute::<usize, extern "C" fn(libc::c_int)>(handler)(signal),
        }
    }
}

/// Returns where the last data of a file ends, if the file system says that only a hole follows: zeros that take no room.
/// The file's position stays what it was.
#[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
pub(super) fn end_of_data(mut file: &File, metadata: &std::fs::Metadata) -> Option<u64> {
    use std::io::Seek;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::MetadataExt;

    /// Files with more pieces than that are read as they are.
    const MOST_PIECES: usize = 10_000;
    let size = metadata.len();
    // Without a hole there is nothing to look for. The unit of `blocks` is 512 bytes everywhere.
    if metadata.blocks().saturating_mul(512) >= size {
        return None;
    }
    let seek = |from: u64, what| {
        let from = libc::off_t::try_from(from).ok()?;
        // SAFETY: a plain system call on a descriptor that is open for the duration of the call.
        u64::try_from(unsafe { libc::lseek(file.as_raw_fd(), from, what) }).ok()
    };
    let before = file.stream_position().ok()?;
    let mut end = 0;
    let mut known = false;
    for _ in 0..MOST_PIECES {
        let Some(data) = seek(end, libc::SEEK_DATA) else {
            // ENXIO: no more data. Any other error means that the file system does not tell.
            known = io::Error::last_os_error().raw_os_error() == Some(libc::ENXIO);
            break;
        };
        match seek(data, libc::SEEK_HOLE) {
            Some(hole) if hole < size => end = hole,
            _ => break,
        }
    }
    file.seek(io::SeekFrom::Start(before)).ok()?;
    known.then_some(end)
}

/// Unknown here, so files are read to their end.
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "freebsd")))]
pub(super) fn end_of_data(_file: &File, _metadata: &std::fs::Metadata) -> Option<u64> {
    None
}

/// Whether a file lies on a disk of this machine. Maps on network and user-space file systems can block or fail at any
/// moment, and the times of their files come from another clock.
#[cfg(target_os = "linux")]
pub(crate) fn is_local(file: &File) -> bool {
    use std::os::fd::AsRawFd;

    /// Numbers of `statfs(2)` and `linux/magic.h`.
    const REMOTE: [u32; 16] = [
        0x6969,      // NFS
        0x517b,      // SMB
        0xff53_4d42, // CIFS
        0xfe53_4d42, // SMB 2 and later
        0x6573_5546, // FUSE
        0x0102_1997, // 9P
        0x00c3_6400, // Ceph
        0x7375_7245, // Coda
        0x5346_414f, // OpenAFS
        0x6b41_4653, // AFS of the kernel
        0x564c,      // NetWare
        0x0116_1970, // GFS2
        0x7461_636f, // OCFS2
        0x0bd0_0bd0, // Lustre
        0x786f_4256, // VirtualBox shared folder
        0xbacb_acbc, // VMware shared folder
    ];
    // SAFETY: an empty `statfs` is valid, and the descriptor is open for the duration of the call.
    let kind = unsafe {
        let mut system: libc::statfs = std::mem::zeroed();
        (libc::fstatfs(file.as_raw_fd(), &mut system) == 0).then_some(system.f_type)
    };
    // The field's type differs between processors; the numbers have 32 bits.
    kind.is_some_and(|kind| !REMOTE.contains(&(kind as u32)))
}

/// Whether a file lies on a disk of this machine, as far as the system says.
#[cfg(any(target_os = "macos", target_os = "freebsd"))]
pub(crate) fn is_local(file: &File) -> bool {
    use std::os::fd::AsRawFd;
    // SAFETY: an empty `statfs` is valid, and the descriptor is open for the duration of the call.
    unsafe {
        let mut system: libc::statfs = std::mem::zeroed();
        libc::fstatfs(file.as_raw_fd(), &mut system) == 0 && system.f_flags as i64 & libc::MNT_LOCAL as i64 != 0
    }
}

/// Unknown here, so files are read.
#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "freebsd")))]
pub(crate) fn is_local(_file: &File) -> bool {
    false
}
