"""Writes logs to measure on: plain.log, bundle.tar.gz and bundle.zip. Every run gives the same log.

The lines are the healthy logs of all formats (testdata/tools/quiet.py) with rare errors and stack traces between them.
Each replica of a line has other times and numbers. Runs of 1 to 64 lines of one file follow each other, as in a log that
many services write.
"""

import io
import random
import re
import sys
import tarfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "testdata/tools"))
import quiet  # noqa: E402  (found by the line above)

# Lines of healthy logs that are replicated; more have more different numbers.
BASE_LINES = 120_000
# One error, some with a stack trace, comes in so many runs of healthy lines.
RUNS_PER_ERROR = 6
MEMBERS = 16

# What varies: a clock time, a date (stays), any other number.
VARIES = re.compile(rb"(\d\d:\d\d:\d\d)|(\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}|\d\d/[A-Z][a-z]{2}/\d{4})|(\d+)")
POOL = 4096

# Where errors come from: a header, filled with a time and a number.
HEADERS = [
    "Mar  3 {time} node{n2} {program}[{n4}]: {message}",
    "2026-03-03 {time},{n3} ERROR [worker-{n2}] {program}.Main - {message}",
    "2026-03-03T{time}.{n3}Z {program} ERROR {message}",
    "[03.03.2026 {time}.{n3}] <{n2}> Error    {message}",
    "E0303 {time}.{n6} {n5} {program}.go:{n3}] {message}",
    '{{"time":"2026-03-03T{time}Z","level":"error","logger":"{program}","msg":"{message}"}}',
]
PROGRAMS = ["storaged", "relay", "ledger", "broker", "replicator", "gatekeeper", "indexer", "courier"]

# Errors that stand in the log; signatures.py makes patterns of them. Braces are numbers and names.
ERRORS = [
    "cannot open segment {n5} of volume {name}: no space left on device",
    "connection to {ip}:{n4} refused by peer after {n3} ms",
    "checksum of block {n6} does not agree, expected {hex}, found {hex}",
    "lease {hex} of {name} expired {n3} seconds ago, giving it up",
    "quorum lost: {n1} of {n1} voters answer",
    "certificate of {name} is not yet valid, check the clock",
    "request {hex} timed out after {n5} ms in stage {name}",
    "authentication of {name} from {ip} failed: ticket too old",
    "journal replay stopped at offset {n6}: record is truncated",
    "too many open files, limit is {n4}",
    "snapshot {n5} of {name} cannot be removed, it is in use by {name}",
    "worker {n2} was killed by signal {n1}, restarting",
    "disk {name} reports {n3} pending sectors",
    "queue {name} is full, {n4} messages dropped",
    "license server {ip} does not answer, grace period ends in {n2} days",
    "upload of {name} aborted: remote side closed the stream at byte {n6}",
    "schema version {n2} is newer than {n2}, refusing to start",
    "deadlock between transaction {n5} and {n5}, the second one is rolled back",
    "heap of {n5} MB exhausted while sorting {name}",
    "route to {ip} withdrawn, no alternative path",
    "mount of //{name}/backup failed with status {hex}",
    "index {name} is corrupt at page {n5}, rebuild it",
    "replica {n2} lags {n4} seconds behind and is taken out",
    "user {name} exceeded the quota of {n4} GB",
]
TRACE = [
    "java.io.IOException: stream closed by {name}",
    "\tat com.example.store.Segment.read(Segment.java:{n3})",
    "\tat com.example.store.Volume.next(Volume.java:{n3})",
    "\tat com.example.net.Session.serve(Session.java:{n3})",
    "\tat java.base/java.lang.Thread.run(Thread.java:{n3})",
    "Caused by: java.nio.channels.ClosedChannelException: id {hex}",
    "\t... {n2} more",
]
NAMES = ["alpha", "atlas", "borealis", "cobalt", "delta", "ember", "fjord", "granite", "harbor", "iris", "juniper", "krypton"]


class Pools:
    """Digits of each length, to take numbers from."""

    def __init__(self, rng):
        self.digits = [[b"%0*d" % (size, rng.randrange(10**size)) if size else b"" for _ in range(POOL)] for size in range(13)]

    def tail(self, size, index):
        return self.digits[min(size, 12)][index % POOL]


class Source:
    """One healthy log, cut where it varies: runs of lines of which only numbers and times change."""

    def __init__(self, lines, rng):
        self.runs, self.times, self.numbers = [], [], []
        places = {}
        start = 0
        while start < len(lines):
            end = start + rng.randint(1, 64)
            text = b"".join(line.encode() + b"\n" for line in lines[start:end])
            self.runs.append(self.cut(text, places, rng))
            start = end

    def cut(self, text, places, rng):
        fixed, varying, at = [], [], 0
        for found in VARIES.finditer(text):
            if found[2]:
                continue
            token = found[0]
            if token not in places:
                if found[1]:
                    hours, minutes, seconds = map(int, token.split(b":"))
                    places[token] = (True, len(self.times))
                    self.times.append(hours * 3600 + minutes * 60 + seconds)
                else:
                    # Short numbers are versions, codes and counts: half of them stay.
                    keep = len(token) if len(token) <= 2 and rng.random() < 0.5 else (len(token) + 1) // 3
                    places[token] = (False, len(self.numbers))
                    self.numbers.append((token[:keep], len(token) - keep, rng.randrange(POOL)))
            fixed.append(text[at : found.start()])
            varying.append(places[token])
            at = found.end()
        fixed.append(text[at:])
        return fixed, varying

    def replica(self, pools, rng):
        """Returns the runs with other times and numbers."""
        late, shift = rng.randrange(86400), rng.randrange(POOL)
        clock = [(seconds + late) % 86400 for seconds in self.times]
        times = [b"%02d:%02d:%02d" % (it // 3600, it // 60 % 60, it % 60) for it in clock]
        numbers = [head + pools.tail(size, offset + shift) for head, size, offset in self.numbers]
        for fixed, varying in self.runs:
            parts = [b""] * (2 * len(fixed) - 1)
            parts[0::2] = fixed
            parts[1::2] = [times[place] if is_time else numbers[place] for is_time, place in varying]
            yield b"".join(parts)


class Values(dict):
    """Fills the braces of an error."""

    def __init__(self, rng, **more):
        super().__init__(more)
        self.rng = rng

    def __missing__(self, field):
        rng = self.rng
        if field == "time":
            return "%02d:%02d:%02d" % (rng.randrange(24), rng.randrange(60), rng.randrange(60))
        if field == "ip":
            return "10.%d.%d.%d" % (rng.randrange(256), rng.randrange(256), rng.randrange(256))
        if field == "hex":
            return "0x%08x" % rng.getrandbits(32)
        if field == "name":
            return rng.choice(NAMES)
        if field == "program":
            return rng.choice(PROGRAMS)
        size = int(field[1:])
        return str(rng.randrange(10 ** (size - 1), 10**size))


def error(rng):
    """Returns one error, every fourth with a stack trace."""
    message = rng.choice(ERRORS).format_map(Values(rng))
    lines = [rng.choice(HEADERS).format_map(Values(rng, message=message))]
    if rng.random() < 0.25:
        lines += [line.format_map(Values(rng)) for line in TRACE]
    return "".join(line + "\n" for line in lines).encode()


def write_plain(path, size):
    rng = random.Random(1)
    pools = Pools(rng)
    families = quiet.FAMILIES
    sources = []
    for name, _, family, _, _ in families:
        share = BASE_LINES // len(families)
        sources.append(Source([line.lstrip("\ufeff") for line in quiet.lines_of(name, family, share)[:share]], rng))
    written = 0
    with open(path, "wb", buffering=1 << 20) as file:
        while True:
            runs = [run for source in sources for run in source.replica(pools, rng)]
            rng.shuffle(runs)
            for index, run in enumerate(runs):
                written += file.write(run)
                if index % RUNS_PER_ERROR == 0:
                    written += file.write(error(rng))
                if written >= size:
                    return


def parts_of(path, size):
    """Returns the first `size` bytes of a file as (name, bytes), cut at line ends."""
    with open(path, "rb") as file:
        for number in range(MEMBERS):
            yield f"logs/node{number:02}.log", file.read(size // MEMBERS) + file.readline()


def write_archives(plain, tar_gz, zip_path, size):
    with tarfile.open(tar_gz, "w:gz", compresslevel=6) as archive:
        for name, text in parts_of(plain, size):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    with zipfile.ZipFile(zip_path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in parts_of(plain, size):
            archive.writestr(name, text)


def write(folder, size):
    """Writes the three files below `folder` unless they are there: a log of `size` bytes, archives of half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    plain, tar_gz, zip_path = folder / "plain.log", folder / "bundle.tar.gz", folder / "bundle.zip"
    done = folder / "done"
    if not done.exists():
        write_plain(plain, size)
        write_archives(plain, tar_gz, zip_path, size // 2)
        done.touch()


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(float(sys.argv[2]) * (1 << 20)))
