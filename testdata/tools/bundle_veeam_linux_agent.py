"""Bundle `veeam-linux-agent`: /var/log of a Linux server whose Veeam agent lost its snapshot module.

Out: a folder tree with the agent's logs, dmesg and syslog. What is planted is in `testdata/expected/veeam-linux-agent.md`.
"""

import random
from datetime import datetime
from pathlib import Path

import healthy_linux as linux
import healthy_veeam as healthy
from logformats import Clock, agent_linux, syslog, write_text

HOST = "db02"
SERVICE_THREAD = 139911784982080
JOB_THREAD = 140213001234176


def write(root: Path):
    for part in (agent_service, good_session, session_without_module, session_with_overflow, kernel, system_log):
        part(root, random.Random(f"veeam-linux-agent/{part.__name__}"))


def at(day, hour, minute, second=0):
    return datetime(2026, 2, day, hour, minute, second)


# The unknown problem: the catalogue of restore points refuses its journal at start; all later refusals follow from it.


def agent_service(root, rng):
    clock = Clock(rng, at(17, 4, 0, 1))
    lines = healthy.agent_linux_service(clock, rng, 30)
    clock.jump_to(at(17, 4, 41, 18))
    say = lambda component, text, mark="": agent_linux(clock.tick(0, 0.02), SERVICE_THREAD, component, text, mark)
    lines += [
        say("lpbcat", "Point catalogue journal refused: page 0x1A3 carries epoch 77, header says epoch 78 (status 0x5C10040D).", "ERR "),
        say("lpbcat", "--tr:Catalogue was opened read only", ">>  "),
        say("lpbcat", "--tr:Failed to replay catalogue journal [/var/lib/veeam/catalogue.jnl]", ">>  "),
    ]
    for _ in range(45):
        lines += healthy.agent_linux_service(clock, rng, 4)
        if rng.random() < 0.8:
            lines.append(say("lpbman", "Retention task is postponed: catalogue is read only", "WARN"))
    write_text(root / "var/log/veeam/veeamservice.log", lines)


def good_session(root, rng):
    clock = Clock(rng, at(16, 22, 0, 1))
    lines = healthy.agent_linux_job(clock, rng, f"{HOST}.corp.example.com", JOB_THREAD, 40)
    write_text(root / "var/log/veeam/Backup/daily/Session_20260216_220001_{5b0f6a1e-8c2a-4a70-9b34-3a1f7d7c2210}/Job.log", lines)


def session_without_module(root, rng):
    """After a kernel update with secure boot: the module is refused, the agent says that it is not there."""
    clock = Clock(rng, at(17, 22, 0, 1))
    say = lambda component, text, mark="": agent_linux(clock.tick(0.01, 0.6), JOB_THREAD, component, text, mark)
    lines = healthy.agent_linux_job(clock, rng, f"{HOST}.corp.example.com", JOB_THREAD, 1, "5.15.0-94-generic")[:5]
    lines += [
        say("lpbsnap", "Loading kernel module [veeamblksnap]"),
        say("lpbsnap", "Process [modprobe veeamblksnap] ended with exit code 1"),
        say("lpbcore", "Veeam snapshot kernel module not found", "ERR "),
        say("lpbcore", "--tr:Failed to load module [veeamblksnap].", ">>  "),
        say("lpbcore", "--tr:Failed to create volume snapshot", ">>  "),
        say("lpbcore", "--tr:Failed to take volume snapshot", ">>  "),
        say("lpbcore", "--tr:Failed to perform managed backup", ">>  "),
        say("lpbcore", "Session result: [Failed]"),
    ]
    write_text(root / "var/log/veeam/Backup/daily/Session_20260217_220001_{0f0d9a52-7be0-4ce3-a4a3-51a1fd0f6d6b}/Job.log", lines)


def session_with_overflow(root, rng):
    """Weekly job on a busy file system: there is no room for the snapshot data."""
    clock = Clock(rng, at(15, 1, 0, 1))
    lines = healthy.agent_linux_job(clock, rng, f"{HOST}.corp.example.com", JOB_THREAD, 30)[:-6]
    say = lambda component, text, mark="": agent_linux(clock.tick(0.01, 0.6), JOB_THREAD, component, text, mark)
    lines += [
        say("lpbsnap", "No space for snapshot", "ERR "),
        say("lpbsnap", "--tr:Snapshot storage cannot grow any further: requested 1073741824, granted 0", ">>  "),
        say("dsk", "Retrieved less bytes from the storage: required 1048576, actual 524288.", "ERR "),
        say("dsk", "--tr:Failed to read from snapshot image [/dev/veeamblksnapimg0]", ">>  "),
        say("lpbcore", "Session result: [Failed]"),
    ]
    write_text(root / "var/log/veeam/Backup/weekly/Session_20260215_010001_{9a1d4a7e-20cb-4b9e-8d53-c2b8b0b21e77}/Job.log", lines)


def kernel(root, rng):
    """dmesg: seconds since the start and no date."""
    refusal = [
        "Loading of module with unavailable key is rejected",
        "Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7",
    ]
    lines = []
    uptime = 0.0
    for text in ["Linux version 5.15.0-94-generic (buildd@build.example.com) (gcc 11.4.0) #104-Ubuntu SMP", *linux.BOOT[2:]]:
        lines.append(f"[{uptime:12.6f}] {text}")
        uptime += rng.random() / 2
    uptime = 64790.221
    for text in refusal:
        uptime += 0.000214
        lines.append(f"[{uptime:12.6f}] {text}")
    lines.insert(1, f"[{0:12.6f}] secureboot: Secure boot enabled")
    write_text(root / "dmesg.txt", lines)
    older = [
        "veeamblksnap: loading out-of-tree module taints kernel.",
        "veeamblksnap-main: Loading",
        "veeamblksnap-main: Version: 6.3.1.1016",
        "veeamblksnap-snapshot: Create snapshot 0d1c7c3e-42a1-4b90-8f53-6b1a8a0f1e52",
        "veeamblksnap-snapshot: Added new snapshot image veeamblksnapimg0",
        "veeamblksnap-diff-buffer: Allocated 64 buffers, none is missing",
        "veeamblksnap-snapshot: Snapshot 0d1c7c3e-42a1-4b90-8f53-6b1a8a0f1e52 was released",
    ]
    lines = []
    uptime = 31.5
    for text in older:
        uptime += rng.random() * 40
        lines.append(f"[{uptime:12.6f}] {text}")
    write_text(root / "dmesg.before-update.txt", lines)


def system_log(root, rng):
    clock = Clock(rng, at(17, 3, 50))
    lines = linux.messages(clock, rng, HOST, 60)
    lines += [
        syslog(clock.tick(), HOST, "kernel", None, "[    0.000000] secureboot: Secure boot enabled"),
        syslog(clock.tick(), HOST, "dkms", 1811, "blksnap/6.3.1.1016, 5.15.0-94-generic, x86_64: installed"),
        syslog(clock.tick(), HOST, "dkms", 1811, "Sign command: /lib/modules/5.15.0-94-generic/build/scripts/sign-file"),
        syslog(clock.tick(), HOST, "dkms", 1811, "Signing key: /var/lib/shim-signed/mok/MOK.priv, public certificate is not enrolled yet"),
    ]
    clock.jump_to(at(17, 22, 0, 4))
    lines.append(syslog(clock.now, HOST, "kernel", None, "[64790.221214] Loading of module with unavailable key is rejected"))
    lines += linux.messages(clock, rng, HOST, 120)
    write_text(root / "var/log/syslog", lines)
