//! Ways to fail on purpose: a parser that breaks behind its first piece of text, to prove that nothing else does.

use super::Members;
use std::io::{self, Write};
use std::time::Duration;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Panic,
    Abort,
    Stack,
    Loop,
    Drip,
    Sleep,
    Memory,
    Exit,
    WriteFile,
    OpenFile,
    Problems,
}

impl Fault {
    const ALL: &[(&str, Fault)] = &[
        ("panic", Fault::Panic),
        ("abort", Fault::Abort),
        ("stack", Fault::Stack),
        ("loop", Fault::Loop),
        ("drip", Fault::Drip),
        ("sleep", Fault::Sleep),
        ("memory", Fault::Memory),
        ("exit", Fault::Exit),
        ("write-file", Fault::WriteFile),
        ("open-file", Fault::OpenFile),
        ("problems", Fault::Problems),
    ];

    pub(super) fn of_name(name: &str) -> Option<Fault> {
        Fault::ALL.iter().find(|(it, _)| *it == name).map(|(_, fault)| *fault)
    }
}

impl Fault {
    /// Gives some text, then fails; comes back only where nothing has stopped it.
    pub(super) fn read(self, out: &mut dyn Members) -> io::Result<()> {
        out.begin(None, None)?;
        for line in 0..10_000 {
            out.data(format!("line {line} before the fault\n").as_bytes())?;
        }
        match self {
            Fault::Panic => std::panic::panic_any("on purpose"),
            Fault::Abort => std::process::abort(),
            Fault::Stack => {
                std::hint::black_box(sink(0, &[0; 512]));
            }
            Fault::Loop => while std::hint::black_box(true) {},
            // Something comes all the time, and it is next to nothing.
            Fault::Drip => loop {
                // Work and not time, of which a busy machine gives us little.
                for step in 0..1_000_000_000_u64 {
                    std::hint::black_box(step);
                }
                out.data(&b"line of a drip before the fault\n".repeat(2048))?;
            },
            Fault::Sleep => std::thread::sleep(Duration::from_secs(1000)),
            Fault::Memory => {
                let mut all = Vec::new();
                while std::hint::black_box(true) {
                    all.push(vec![1_u8; 1 << 20]);
                }
            }
            Fault::Exit => return Err(io::ErrorKind::BrokenPipe.into()),
            Fault::WriteFile => tempfile::tempfile()?.write_all(b"must not be")?,
            Fault::OpenFile => drop(std::fs::File::open(".")?),
            Fault::Problems => loop {
                out.problem(super::ProblemKind::Corrupt, "one of many")?;
            },
        }
        out.data(b"nothing has stopped the fault\n")?;
        out.end()
    }
}

/// Fills the stack.
#[expect(unconditional_recursion, reason = "that is the fault")]
fn sink(depth: u64, frame: &[u64; 512]) -> u64 {
    let next = std::hint::black_box([depth; 512]);
    sink(depth.wrapping_add(1), &next).wrapping_add(frame.iter().sum())
}
