//! The words by which a record gives itself away as an error, in whatever log it stands.
//!
//! This is only the table; `suspicion.rs` decides whether an occurrence counts. To add a word, add a row.

/// How much a word says about its record. The greatest in a record counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Nothing: part of another word, negated, a file's name, an option.
    Nothing,
    /// Stands in healthy logs as well.
    Weak,
    /// Something did not work.
    Strong,
    /// Something broke, whatever level the program chose.
    Certain,
}

/// Where a word may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// As a word of its own.
    Word,
    /// As a word or at the end of a name in camel case: `IOException`, `TypeError`.
    NameEnd,
    /// At the end of any word: German compounds.
    WordEnd,
    /// As a word of its own in capitals.
    Capitals,
    /// As a word of its own; said of a setting if `=` or `:` follows (`timeout=30`).
    NotSetting,
    /// As a word of its own; an option of the kernel if `=` and a number or `panic` follow (`panic=-1`, `oops=panic`).
    NotOption,
    /// Followed by digits that make it eight hexadecimal digits: Windows error codes.
    Hex,
    /// Followed by a number that is not zero: the status of a command that has ended.
    Status,
    /// Wherever it stands.
    Anywhere,
}

/// One word or phrase; ASCII letters are in lower case.
pub(super) struct Marker {
    pub(super) word: &'static str,
    pub(super) place: Place,
    pub(super) strength: Strength,
}

const fn marker(word: &'static str, place: Place, strength: Strength) -> Marker {
    Marker { word, place, strength }
}

const fn strong(word: &'static str) -> Marker {
    marker(word, Place::Word, Strength::Strong)
}

const fn weak(word: &'static str) -> Marker {
    marker(word, Place::Word, Strength::Weak)
}

const fn certain(word: &'static str) -> Marker {
    marker(word, Place::Word, Strength::Certain)
}

const fn status(word: &'static str) -> Marker {
    marker(word, Place::Status, Strength::Strong)
}

/// What programs print before a text in red, which many do for what they think is wrong and some for decoration.
const fn red(sequence: &'static str) -> Marker {
    marker(sequence, Place::Anywhere, Strength::Weak)
}

/// A mark that a test or a check has failed.
const fn cross(mark: &'static str) -> Marker {
    marker(mark, Place::Anywhere, Strength::Strong)
}

/// All of them. Each is a literal of the scanner's one pass.
pub(super) const MARKERS: &[Marker] = &[
    marker("error", Place::NameEnd, Strength::Strong),
    strong("errors"),
    weak("err"),
    marker("err", Place::Capitals, Strength::Strong),
    strong("fail"),
    strong("fails"),
    strong("failed"),
    strong("failing"),
    marker("failure", Place::NameEnd, Strength::Strong),
    strong("failures"),
    marker("exception", Place::NameEnd, Strength::Strong),
    weak("exceptions"),
    certain("fatal"),
    strong("critical"),
    strong("crit"),
    strong("emerg"),
    strong("emergency"),
    marker("alert", Place::Capitals, Strength::Strong),
    marker("severe", Place::Capitals, Strength::Strong),
    marker("panic", Place::NotOption, Strength::Certain),
    marker("oops", Place::NotOption, Strength::Strong),
    marker("bug", Place::Capitals, Strength::Certain),
    certain("segfault"),
    certain("segmentation fault"),
    certain("general protection fault"),
    certain("core dumped"),
    certain("call trace"),
    certain("traceback"),
    certain("unhandled"),
    certain("uncaught"),
    strong("assertion"),
    certain("out of memory"),
    certain("oomkilled"),
    strong("oom"),
    certain("oom-killer"),
    weak("killed"),
    strong("killed process"),
    strong("was killed"),
    strong("been killed"),
    strong("crash"),
    strong("crashed"),
    certain("crashloopbackoff"),
    strong("denied"),
    strong("refused"),
    strong("rejected"),
    strong("forbidden"),
    weak("unauthorized"),
    strong("not permitted"),
    weak("not allowed"),
    strong("timed out"),
    strong("time out"),
    marker("timeout", Place::NotSetting, Strength::Weak),
    strong("timeout occurred"),
    strong("timeout expired"),
    strong("deadline exceeded"),
    strong("cannot"),
    strong("can't"),
    strong("can not"),
    strong("could not"),
    strong("couldn't"),
    strong("unable"),
    weak("invalid"),
    certain("corrupt"),
    certain("corrupted"),
    certain("corruption"),
    strong("abort"),
    strong("aborted"),
    strong("aborting"),
    strong("unreachable"),
    strong("no route to host"),
    strong("broken pipe"),
    strong("reset by peer"),
    status("exited with"),
    status("exit code"),
    status("exitcode"),
    status("exit status"),
    status("return code"),
    strong("non-zero exit"),
    strong("returned non-zero"),
    strong("not ok"),
    weak("expected:"),
    weak("but was"),
    weak("but got"),
    weak("not equal"),
    weak("does not match"),
    weak("illegal"),
    weak("undefined"),
    cross("❌"),
    cross("✗"),
    cross("✘"),
    cross("✖"),
    red("\x1b[31m"),
    red("\x1b[31;1m"),
    red("\x1b[1;31m"),
    red("\x1b[0;31m"),
    red("\x1b[91m"),
    strong("not responding"),
    strong("no response"),
    strong("blocked for more than"),
    strong("unavailable"),
    weak("not available"),
    weak("not found"),
    strong("no such"),
    strong("does not exist"),
    strong("no space"),
    strong("disk full"),
    strong("disk is full"),
    strong("read-only file system"),
    strong("insufficient"),
    strong("unexpectedly"),
    weak("unexpected"),
    weak("unsupported"),
    weak("unrecognized"),
    weak("mismatch"),
    weak("violation"),
    weak("exceeded"),
    weak("exhausted"),
    weak("overflow"),
    weak("missing"),
    weak("lost"),
    weak("expired"),
    weak("degraded"),
    weak("too many"),
    weak("deadlock"),
    strong("deadlock detected"),
    certain("unrecoverable"),
    weak("warn"),
    weak("warning"),
    weak("warnings"),
    marker("fehler", Place::WordEnd, Strength::Strong),
    strong("fehlgeschlagen"),
    strong("verweigert"),
    strong("nicht gefunden"),
    strong("erreur"),
    marker("0x8007", Place::Hex, Strength::Strong),
    marker("0x8004", Place::Hex, Strength::Strong),
    marker("0xc000", Place::Hex, Strength::Strong),
];
