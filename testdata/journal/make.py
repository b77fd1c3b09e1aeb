#!/usr/bin/env python3
"""Makes the journals of this folder: make.py FOLDER

Needs systemd-journal-remote 252 or later and the Python package lz4. The export stream is made up here; systemd writes it
into journals without compression, and the long fields are compressed here, since a systemd compresses in one way only.
`small.export.gz` is the stream; `<compression>.journal.gz` and `<compression>-compact.journal.gz` hold its entries.
"""
import gzip, lzma, lz4.block, os, pathlib, struct, subprocess, sys, tempfile

BOOT, MACHINE = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
WORDS = "the quick brown fox jumps over the lazy dog while größer gets smaller ".split(" ")

def long_text(seed, count):
    return " ".join(WORDS[(seed * 7 + i * i) % len(WORDS)] + str(i % 17) for i in range(count))

def entries():
    sshd = {"SYSLOG_IDENTIFIER": "sshd", "_PID": "42", "_SYSTEMD_UNIT": "ssh.service", "SYSLOG_FACILITY": "4"}
    app = {"SYSLOG_IDENTIFIER": "app", "_PID": "7", "_SYSTEMD_UNIT": "app.service", "SYSLOG_FACILITY": "3"}
    yield {**sshd, "PRIORITY": "6", "MESSAGE": "Server listening on :: port 22."}
    yield {"_TRANSPORT": "kernel", "SYSLOG_IDENTIFIER": "kernel", "SYSLOG_FACILITY": "0", "PRIORITY": "4",
           "MESSAGE": "EXT4-fs warning (device sda1): ext4_dx_add_entry:2461: Directory index full!"}
    for n in range(30):
        yield {**app, "PRIORITY": "6", "MESSAGE": f"request {n} done"}
    yield {**app, "PRIORITY": "3", "MESSAGE": "java.lang.IllegalStateException: no\n    at a.b.C.run(C.java:7)\nCaused by: x.Y: z\n"}
    yield {**app, "PRIORITY": "3", "MESSAGE": "", "ERRNO": "0"}
    yield {**app, "PRIORITY": "5", "MESSAGE": "long " + long_text(1, 200)}
    yield {**app, "PRIORITY": "5", "MESSAGE": "longer " + long_text(2, 4000)}
    yield {**app, "PRIORITY": "2", "MESSAGE": "\x1b[31mred\x1b[0m", "CODE_FILE": "src/a.c", "CODE_LINE": "12", "ERRNO": "5"}
    yield {"_COMM": "bare", "MESSAGE": "no identifier", "FIELD": "x" * 3000}
    yield {"_SYSTEMD_UNIT": "alone.mount", "PRIORITY": "4", "MESSAGE_ID": "be02cf6855d2428ba40df7e9d022f03d"}
    yield {"SYSLOG_IDENTIFIER": "systemd-coredump", "_PID": "99", "PRIORITY": "2",
           "_SYSTEMD_UNIT": "systemd-coredump@0.service", "COREDUMP_UNIT": "app.service", "COREDUMP_EXE": "/usr/bin/app",
           "COREDUMP_SIGNAL_NAME": "SIGSEGV", "MESSAGE_ID": "fc2e22bc6ee647b6b90729ab34a250b1",
           "MESSAGE": "Process 7 (app) of user 0 dumped core.\n\n#0  0x1 n/a (n/a)"}
    for n in range(30):
        yield {**sshd, "PRIORITY": "6", "MESSAGE": f"Accepted publickey for root from 192.0.2.{n}"}

def export():
    out, time = bytearray(), 1767323045123456
    for number, fields in enumerate(entries()):
        time += 1_000_000 + number
        head = {"__CURSOR": f"s=x;i={number:x}", "__REALTIME_TIMESTAMP": str(time), "__MONOTONIC_TIMESTAMP": str(time - 1767323000000000),
                "_BOOT_ID": BOOT, "_MACHINE_ID": MACHINE, "_HOSTNAME": "gate"}
        if number % 3 == 0:
            head["_SOURCE_REALTIME_TIMESTAMP"] = str(time - 1234)
        for key, value in {**head, **fields}.items():
            value = value.encode()
            if b"\n" in value or b"\x1b" in value:
                out += key.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
            else:
                out += key.encode() + b"=" + value + b"\n"
        out += b"\n"
    return bytes(out)

def xz(data):
    return lzma.compress(data, format=lzma.FORMAT_XZ, check=lzma.CHECK_NONE, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}])

def lz4_block(data):
    return struct.pack("<Q", len(data)) + lz4.block.compress(data, store_size=False)

def zstd(data):
    return subprocess.run(["zstd", "-q", "-c", "--no-check", f"--stream-size={len(data)}"], input=data, capture_output=True, check=True).stdout

COMPRESSIONS = {"plain": None, "xz": (1, 1, xz), "lz4": (2, 2, lz4_block), "zstd": (8, 4, zstd)}

def pack(journal, compression):
    """Compresses long fields in place and cuts off the room for entries to come."""
    data = bytearray(journal)
    at, (flags,), (tail,) = struct.unpack_from("<Q", data, 88)[0], struct.unpack_from("<I", data, 12), struct.unpack_from("<Q", data, 136)
    payload = 72 if flags & 16 else 64
    while at <= tail:
        size = struct.unpack_from("<Q", data, at + 8)[0]
        if compression and data[at] == 1 and size - payload >= 512:
            content = bytes(data[at + payload:at + size])
            packed = compression[2](content)
            data[at + 1] = compression[1]
            struct.pack_into("<Q", data, at + 8, payload + len(packed))
            data[at + payload:at + size] = packed + bytes(len(content) - len(packed))
        end = at + size
        at = (end + 7) & ~7
    struct.pack_into("<I", data, 12, flags & ~11 | (compression[0] if compression else 0))
    struct.pack_into("<Q", data, 96, at - struct.unpack_from("<Q", data, 88)[0])
    return bytes(data[:at])

def main():
    folder = pathlib.Path(sys.argv[1])
    stream = export()
    (folder / "small.export.gz").write_bytes(gzip.compress(stream, mtime=0))
    with tempfile.TemporaryDirectory() as scratch:
        for compact in (0, 1):
            path = f"{scratch}/{compact}.journal"
            subprocess.run(["/lib/systemd/systemd-journal-remote", "--compress=no", "-o", path, "-"], input=stream, check=True,
                           env={**os.environ, "SYSTEMD_JOURNAL_COMPACT": str(compact)})
            for name, compression in COMPRESSIONS.items():
                packed = pack(pathlib.Path(path).read_bytes(), compression)
                (folder / f"{name}{'-compact' * compact}.journal.gz").write_bytes(gzip.compress(packed, mtime=0))

main()
