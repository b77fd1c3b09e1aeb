"""Line formats of the products, one small writer each, and the clock and files that all generators share.

In: a time, a thread, a level, a message. Out: one line as the product writes it, without line end.
The smallest example to copy is `vbr`. Everything is deterministic: all randomness comes from a seeded `random.Random`
and no writer looks at the clock or the environment.
"""

import gzip
import io
import random
import zlib
from datetime import datetime, timedelta
from pathlib import Path


class Clock:
    """A time that only moves forward, by random steps."""

    def __init__(self, rng: random.Random, start: datetime):
        self.rng = rng
        self.now = start

    def tick(self, low: float = 0.05, high: float = 2.0) -> datetime:
        """Moves by `low` to `high` seconds and returns the new time."""
        self.now += timedelta(milliseconds=self.rng.randint(int(low * 1000), int(high * 1000)))
        return self.now

    def jump_to(self, when: datetime) -> None:
        """Moves to `when` if that is later."""
        self.now = max(self.now, when)


def milliseconds(when: datetime) -> str:
    return f"{when.microsecond // 1000:03d}"


# Veeam


def vbr(when, thread, level, message):
    """Managed services and jobs of Veeam Backup & Replication 12 and later."""
    return f"[{when:%d.%m.%Y %H:%M:%S}.{milliseconds(when)}]    <{thread:02d}>    {level} (3)    {message}"


def vbr11(when, thread, level, message):
    """The same up to version 11: no milliseconds, no level number."""
    return f"[{when:%d.%m.%Y %H:%M:%S}] <{thread:02d}> {level:<12} {message}"


def vbr_header(when, machine, build, module, pid, parameters, offset_hours):
    """The lines without prefix that open each log session."""
    utc = when - timedelta(hours=offset_hours)
    return [
        "=" * 79,
        "Starting new log",
        f"MachineName: [{machine}], OS: [Microsoft Windows Server 2022 Standard (10.0.20348)], CPU: [8]",
        f"Process: [64 bit], PID: [{pid}], SessionId: [0]",
        f"UTC Time: [{utc:%d.%m.%Y %H:%M:%S}], DaylightSavingTime: [False]",
        f"Culture: [en-US], UiCulture: [en-US]",
        f"Module: [C:\\Program Files\\Veeam\\Backup and Replication\\Backup\\{module}]. File version: [{build}], "
        f"Assembly version: [12.0.0.0], Edition: [standard]",
        "Private Fixes [0]: []",
        f"Process start time: [{when:%d.%m.%Y %H:%M:%S}], Garbage collector mode: [Server]",
        f"CmdLineParams: [{parameters}]",
        "Network Interface, Name: Ethernet0, Description: vmxnet3 Ethernet Adapter",
        f"UTC offset: {offset_hours:.2f} hours",
    ]


def mover(when, thread, component, message, mark=""):
    """Native data mover on Windows: day first, hour without leading zero, thread padded to six."""
    hour = f"{when.hour}"
    prefix = f"[{when:%d.%m.%Y} {hour}:{when:%M:%S}.{milliseconds(when)}] <{thread:6d}> {component:<9}|"
    return f"{prefix} {mark}|{message}" if mark else f"{prefix} {message}"


def agent_linux(when, thread, component, message, mark=""):
    """Veeam Agent for Linux: thread is a pthread id."""
    prefix = f"[{when:%d.%m.%Y %H:%M:%S}.{milliseconds(when)}] <{thread}> {component:<9}|"
    return f"{prefix} {mark}|{message}" if mark else f"{prefix} {message}"


def guest(when, thread, level, depth, message, dated=False):
    """Guest VSS support and guest helper: 12-hour US time, thread id, indentation is call depth."""
    hour = when.hour % 12 or 12
    clock = f"{hour}:{when:%M:%S} {'AM' if when.hour < 12 else 'PM'}"
    if dated:
        clock = f"{when.month}/{when.day}/{when.year} {clock}"
    return f"{clock} {thread:6d}  {level:<4}{'    ' * (depth + 1)}{message}"


# Pulse Secure / Ivanti


def pulse(when, node, source, user, realm, roles, message, vsys="Default Network::"):
    """Event viewer export of the gateway, standard format."""
    return f"{when:%Y-%m-%d %H:%M:%S} - {node} - [{source}] {vsys}{user}({realm})[{roles}] - {message}"


def welf(when, priority, gateway, node, user, realm, roles, source, code, message, agent="", kind="vpn"):
    """The same in WELF form, with message code."""
    return (
        f'id=firewall time="{when:%Y-%m-%d %H:%M:%S}" pri={priority} fw={gateway} vpn={node} ivs=Default Network '
        f'user={user} realm="{realm}" roles="{roles}" proto= src={source} dst= dstname= type={kind} op= arg="" '
        f'result= sent= rcvd= agent="{agent}" duration= msg="{code}: {message}"'
    )


def debuglog(when, level, user, process, component, pid, tid, source, facility, message):
    """Desktop client debuglog.log: the first field is near the length of the record."""
    rest = (
        f"{when:%Y/%m/%d %H:%M:%S}.{milliseconds(when)} {level} {user} {process} {component} "
        f"p{pid} t{tid:X} {source} - '{facility}' {message}"
    )
    return f"{len(rest) + 9:05d},09 {rest}"


def pulsesvc(when, process, pid, tid, module, level, message, source):
    """Linux client pulsesvc.log."""
    return f"{when:%Y%m%d%H%M%S.%f} {process}[p{pid}.t{tid}] {module}.{level} {message} ({source})"


# Linux


def syslog(when, host, program, pid, message):
    """RFC 3164: no year, no zone."""
    tag = f"{program}[{pid}]" if pid else program
    return f"{when:%b} {when.day:2d} {when:%H:%M:%S} {host} {tag}: {message}"


def klog(when, level, thread, source, message):
    """Kubernetes components (glog): level letter, month and day without year."""
    return f"{level}{when:%m%d %H:%M:%S.%f} {thread:7d} {source}] {message}"


def postgres(when, pid, level, message, who=""):
    return f"{when:%Y-%m-%d %H:%M:%S}.{milliseconds(when)} UTC [{pid}] {who}{level}:  {message}"


def mysql8(when, thread, level, code, subsystem, message):
    return f"{when:%Y-%m-%dT%H:%M:%S.%f}Z {thread} [{level}] [{code}] [{subsystem}] {message}"


def nginx_error(when, level, pid, message, connection=None):
    number = f" *{connection}" if connection else ""
    return f"{when:%Y/%m/%d %H:%M:%S} [{level}] {pid}#{pid}:{number} {message}"


def combined(when, client, user, request, status, size, referer, agent, zone="+0000"):
    """Apache and nginx combined access log."""
    return f'{client} - {user} [{when:%d/%b/%Y:%H:%M:%S} {zone}] "{request}" {status} {size} "{referer}" "{agent}"'


def cbs(when, level, component, message):
    return f"{when:%Y-%m-%d %H:%M:%S}, {level:<22}{component:<7}{message}"


# Files


def write_text(path: Path, lines, newline="\n", encoding="utf-8", bom=False):
    """Writes the lines; `bom` puts a byte order mark in front."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = newline.join(lines) + newline
    data = text.encode(encoding)
    if bom:
        data = "\ufeff".encode(encoding) + data
    path.write_bytes(data)


def gzip_bytes(data: bytes, name: str = "") -> bytes:
    """Compresses with a header that has no time, so that the bytes are the same on every run."""
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", compresslevel=9, fileobj=out, mtime=0) as stream:
        stream.write(data)
    return out.getvalue()


def zip_crypto(data: bytes, password: bytes, header: bytes) -> bytes:
    """Traditional PKWARE encryption; `header` is 12 bytes whose last one must be the high byte of the CRC."""
    table = [_crc_step(n) for n in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte):
        keys[0] = (keys[0] >> 8) ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ table[(keys[2] ^ (keys[1] >> 24)) & 0xFF]

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in header + data:
        mask = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ (((mask * (mask ^ 1)) >> 8) & 0xFF))
        update(byte)
    return bytes(out)


def _crc_step(value):
    for _ in range(8):
        value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
    return value


def encrypted_zip(name: str, data: bytes, password: bytes, rng: random.Random) -> bytes:
    """A zip with one deflated, really encrypted member, as Python's zipfile cannot write it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(data) + deflate.flush()
    crc = zlib.crc32(data)
    header = bytes(rng.randrange(256) for _ in range(11)) + bytes([crc >> 24])
    body = zip_crypto(packed, password, header)
    raw_name = name.encode()
    dos_date = ((2026 - 1980) << 9) | (2 << 5) | 18
    fixed = (
        (20).to_bytes(2, "little") + (1).to_bytes(2, "little") + (8).to_bytes(2, "little")
        + (0).to_bytes(2, "little") + dos_date.to_bytes(2, "little") + crc.to_bytes(4, "little")
        + len(body).to_bytes(4, "little") + len(data).to_bytes(4, "little") + len(raw_name).to_bytes(2, "little")
    )
    local = b"PK\x03\x04" + fixed + b"\0\0" + raw_name + body
    central = b"PK\x01\x02" + b"\x14\0" + fixed + b"\0" * 12 + (0).to_bytes(4, "little") + raw_name
    end = (
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0" + len(central).to_bytes(4, "little")
        + len(local).to_bytes(4, "little") + b"\0\0"
    )
    return local + central + end
