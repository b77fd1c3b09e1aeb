"""Writes lists of signatures, one regular expression per line in the dialect that Rust, ripgrep and Hyperscan share.

sig-N.txt       mostly messages that do not stand in the log, and 4 % that do
sig-N-ci.txt    the same, every fifth without regard to case
sig-N-busy.txt  as sig-N.txt with so many frequent messages that 20 % of the lines match
"""

import random
import re
from pathlib import Path

import corpus

SIZES = [100, 1000, 5000]
BUSY_SHARE = 0.2

SUBJECTS = """volume session replica channel snapshot proxy tablespace lease quorum mailbox certificate cursor manifest
segment cluster extent token partition pipeline controller listener handshake descriptor keyring journal allocator
scheduler datastore hypervisor adapter firmware enclosure inode namespace registry subscription credential cipher
archive repository transport agent catalog checkpoint consumer offset bucket shard tenant gateway tunnel route""".split()
PARTS = """header index metadata checksum version owner parent state flag size limit timeout signature key entry table
lock queue handle buffer record block stream policy quota password address schema format driver path target map
""".split()
TROUBLES = """is stale;was truncated;lost its owner;went backwards;is out of range;has drifted;was orphaned;cannot be parsed
does not exist;is not supported;must not be empty;could not be written;cannot be read;is already in use;was rejected
has an invalid value;exceeds the limit;does not match;failed verification;was not found;is missing;has expired
could not be allocated;is corrupted;timed out;was aborted by peer;is read-only;has been revoked;cannot be resolved
overflowed;is locked by another process;returned an unexpected result;was refused;is inconsistent;is not reachable
""".replace("\n", ";").strip(";").split(";")
TAILS = """while closing the file;during startup;after failover;in recovery mode;on the secondary node;before commit
for the requested range;because the peer is gone;with the given options;at the end of input;inside a transaction
from the configuration;in the upgrade step;of the previous generation;under memory pressure;near the boundary
""".replace("\n", ";").strip(";").split(";")
STARTS = """unable to use;error in;cannot open;failed to load;invalid;unexpected;refusing;giving up on;no such;broken
illegal;skipping;missing;conflict in;lost contact with;retry of;out of space for;rejected;mismatch of;bad
""".replace("\n", ";").strip(";").split(";")


def absent(rng):
    """Returns one signature of a made-up message, in one of the shapes that people write."""
    subject, part, trouble = rng.choice(SUBJECTS), rng.choice(PARTS), rng.choice(TROUBLES)
    start, tail = rng.choice(STARTS), rng.choice(TAILS)
    wild = rng.choice([r"\S+", ".*", "[0-9]+"])
    return rng.choice(
        [
            f"{start} {subject} {part}",
            f"{subject} {part} {trouble}",
            f"{subject} {wild} {trouble} {tail}",
            f"{start} {part} {wild}: {subject} {trouble}",
            f"{start} {subject} {part} {wild} {tail}",
            f"{subject} {part} {trouble}.*{tail}",
            f"kernel: .*{subject} {part} {trouble}",
            f"(ERROR|FATAL).*{start} {subject} {part}",
            f"{start} {subject} ({part}|handle|unknown)",
            rf"\[[0-9]+\]: {subject} {part} {trouble}",
        ]
    )


def present():
    """Returns a signature of each error that stands in the log."""
    for message in corpus.ERRORS:
        pattern = re.sub(r"\\\{n\d\\\}", "[0-9]+", re.escape(message))
        pattern = re.sub(r"\\\{\w+\\\}", r"\\S+", pattern)
        yield re.sub(r"\\([^\w.\\S+])", r"\1", pattern)


def sample_of(log):
    """Returns 20,000 lines from all over the log."""
    size = log.stat().st_size
    lines = []
    with open(log, "rb") as file:
        for place in range(200):
            file.seek(size * place // 200)
            file.readline()
            lines += [file.readline().decode("latin-1").rstrip("\r\n") for _ in range(100)]
    return lines


def frequent(lines):
    """Returns texts that stand in so many lines of the sample that together they match about a fifth of it."""
    by_text = {}
    for number, line in enumerate(lines):
        runs = [run.strip() for run in re.findall(r"[A-Za-z][A-Za-z ,:'-]+", line)]
        longest = max((run for run in runs if " " in run), key=len, default="")
        if 12 <= len(longest) <= 60:
            by_text.setdefault(longest, set()).add(number)
    matched, texts = set(), []
    for text, numbers in sorted(by_text.items(), key=lambda it: (-len(it[1]), it[0])):
        if len(matched | numbers) <= BUSY_SHARE * len(lines):
            matched |= numbers
            texts.append(text)
    return texts


def write(folder, log):
    """Writes the lists below `folder` unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "done").exists():
        return
    busy = frequent(sample_of(log))
    for size in SIZES:
        rng = random.Random(size)
        known = list(present())
        share = max(8, size * 4 // 100)
        made_up = {}
        while len(made_up) < size:
            made_up[absent(rng)] = None

        def mixed(chosen):
            patterns = chosen + list(made_up)[: size - len(chosen)]
            rng.shuffle(patterns)
            return patterns

        usual = mixed(known[:share])
        write_list(folder / f"sig-{size}.txt", usual)
        write_list(folder / f"sig-{size}-ci.txt", [("(?i)" if index % 5 == 0 else "") + it for index, it in enumerate(usual)])
        write_list(folder / f"sig-{size}-busy.txt", mixed(busy[: max(share, 60)]))
    (folder / "done").touch()


def write_list(path, patterns):
    path.write_text("".join(pattern + "\n" for pattern in patterns))
