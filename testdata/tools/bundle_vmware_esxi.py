"""Bundle `vmware-esxi`: logs of one host from a vm-support bundle, after a storage device went away.

Out: vmkernel.log, hostd.log and a gzipped vobd.log. What is planted is in `testdata/expected/vmware-esxi.md`.
"""

import random
from datetime import datetime
from pathlib import Path

import healthy_linux as healthy
from logformats import Clock, gzip_bytes, write_text

DEVICE = "naa.60a9800057396d2f5a3f4b2d6c6f7a21"


def write(root: Path):
    for part in (vmkernel, hostd, vobd):
        part(root, random.Random(f"vmware-esxi/{part.__name__}"))


def stamp(when):
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


# The unknown problem: an offload driver of an invented vendor parks its lane table; guests then lose packets for an hour.

LANE_CAUSE = "Al(177) vmkalert: cpu7:2098213)ALERT: qzoff: lane table parked at slot 0x31: shadow sum 0x9C2E differs from 0x9C2F, rc 0xBAD40117"
LANE_EFFECT = "Wa(180) vmkwarning: cpu{c}:2098213)WARNING: qzoff: port 0x400000{p:02x}: frame dropped, no lane"


def vmkernel(root, rng):
    clock = Clock(rng, datetime(2026, 6, 2, 1, 0, 0))
    lines = healthy.esxi(clock, rng, 80)
    clock.jump_to(datetime(2026, 6, 2, 1, 42, 9))
    lines.append(f"{stamp(clock.now)} {LANE_CAUSE}")
    lines += healthy.esxi(clock, rng, 20)
    for _ in range(120):
        lines.append(f"{stamp(clock.tick(2, 40))} " + LANE_EFFECT.format(c=rng.randint(0, 15), p=rng.randint(16, 40)))
        if rng.random() < 0.3:
            lines += healthy.esxi(clock, rng, 1)
    clock.jump_to(datetime(2026, 6, 2, 4, 10, 30))
    for number in range(4):
        lines.append(f'{stamp(clock.tick())} cpu2:2097571)VMW_SATP_ALUA: satp_alua_issueCommandOnPath:661: Path "vmhba3:C0:T{number}:L2" (PERM LOSS) command 0xa3 '
                     "failed with status Device is permanently unavailable. H:0x0 D:0x2 P:0x0 Valid sense data: 0x5 0x25 0x0.")
    lines += [
        f"{stamp(clock.tick())} cpu2:2097571)WARNING: ScsiDevice: 1223: Device :{DEVICE} has been removed or is permanently inaccessible.",
        f'{stamp(clock.tick())} cpu3:2097132)WARNING: NMP: nmp_DeviceStartLoop:721:NMP Device "{DEVICE}" is blocked. Not starting I/O from device.',
    ]
    lines += healthy.esxi(clock, rng, 40)
    write_text(root / "var/run/log/vmkernel.log", lines)


def hostd(root, rng):
    write_text(root / "var/run/log/hostd.log", healthy.esxi(Clock(rng, datetime(2026, 6, 2, 1, 0, 0)), rng, 160))


def vobd(root, rng):
    clock = Clock(rng, datetime(2026, 6, 1, 1, 0, 0))
    data = "\n".join(healthy.esxi(clock, rng, 150)) + "\n"
    path = root / "var/run/log/vobd.0.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip_bytes(data.encode(), "vobd.0"))
