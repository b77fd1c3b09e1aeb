"""Bundle `veeam-backup-server`: the log export of a Veeam Backup & Replication server after a bad night.

Out: a folder as the export wizard leaves it, CRLF, one log in UTF-16LE, rotated service logs, one of them gzipped, and
one archive with a password. What is planted where is written in `testdata/expected/veeam-backup-server.md`.
"""

import random
from datetime import datetime
from pathlib import Path

import healthy_veeam as healthy
from logformats import Clock, encrypted_zip, guest, gzip_bytes, mover, vbr, vbr_header, write_text

BUILD = "12.3.1.1139"
MACHINE = "VBR01"
CRLF = "\r\n"


def at(hour, minute, second=0, day=18):
    return datetime(2026, 2, day, hour, minute, second)


def header(when, module, pid, parameters):
    return vbr_header(when, MACHINE, BUILD, module, pid, parameters, 1)


def write(root: Path):
    for part in (services, sql_daily, file_servers, copy_offsite, guest_of_sql01, others):
        # Each part has its own source of randomness, so that a change in one does not move the others.
        part(root, random.Random(f"veeam-backup-server/{part.__name__}"))


# The unknown problem: the cause is in the oldest, gzipped service log, once; what follows from it is in the newer ones.

LEDGER_ERROR = [
    "[SobrExtentLedger] Extent placement ledger is out of sequence: expected generation 4117, ledger holds 4116. "
    "Ledger is sealed until an operator confirms it. HRESULT: 0x8A0E0217 (Veeam.Backup.Core.CExtentLedgerSequenceException)",
    "   at Veeam.Backup.Core.CExtentLedger.Advance(Int64 expectedGeneration)",
    "   at Veeam.Backup.Core.CExtentLedger.CommitPlacement(CPlacementTicket ticket)",
    "   at Veeam.Backup.Core.CSobrPlacementService.OnRestorePointCreated(Guid pointId)",
]


def services(root, rng):
    clock = Clock(rng, at(0, 0, 4))
    oldest = header(clock.now, "Veeam.Backup.Service.exe", 3120, "")
    oldest += healthy.backup_service(clock, rng, 70)
    clock.jump_to(at(1, 12, 7))
    for text in LEDGER_ERROR:
        oldest.append(vbr(clock.now, 42, "Error", text))
    oldest += healthy.backup_service(clock, rng, 110)
    (root / "Backup").mkdir(parents=True, exist_ok=True)
    text = CRLF.join(oldest) + CRLF
    (root / "Backup/Svc.VeeamBackup.2.log.gz").write_bytes(gzip_bytes(text.encode(), "Svc.VeeamBackup.2.log"))

    middle = placement_refusals(clock, rng, at(8, 0), 60)
    write_text(root / "Backup/Svc.VeeamBackup.1.log", middle, CRLF)
    newest = header(at(16, 0), "Veeam.Backup.Service.exe", 3120, "")
    clock.jump_to(at(16, 0, 1))
    newest += placement_refusals(clock, rng, at(16, 0, 1), 84)
    write_text(root / "Backup/Svc.VeeamBackup.log", newest, CRLF)


def placement_refusals(clock, rng, start, times):
    """The same complaint every few minutes: loud, and only a consequence."""
    clock.jump_to(start)
    lines = []
    for _ in range(times):
        lines += healthy.backup_service(clock, rng, 3, (20, 80))
        lines.append(vbr(clock.tick(1, 30), 17, "Warning",
                         "[SobrPlacement] No extent of [SOBR-Offsite] is ready to accept new restore points"))
        if rng.random() < 0.5:
            lines.append(vbr(clock.tick(0, 1), 17, "Error",
                             "[Scheduler] Job [Copy Offsite] cannot start copying: placement service gave no ticket"))
    return lines


def copy_offsite(root, rng):
    clock = Clock(rng, at(20, 0, 2))
    lines = header(clock.now, "Veeam.Backup.Manager.exe", 9164, f"startcopyjob {healthy.guid(rng)} {healthy.guid(rng)}")
    for attempt in range(1, 7):
        lines.append(vbr(clock.tick(1, 4), 1, "Info", f"[BackupCopyJob] Copy interval check, attempt {attempt}"))
        lines.append(vbr(clock.tick(1, 4), 1, "Info", "[BackupCopyJob] Source restore points found: 9, missing: 0"))
        lines.append(vbr(clock.tick(1, 4), 1, "Error", "[BackupCopyJob] Placement service gave no ticket, waiting 600 sec"))
        clock.tick(600, 602)
    write_text(root / "Backup/Copy_Offsite/Job.Copy_Offsite.Copy.log", lines, CRLF)


# SQL Daily: one machine with a lost keep-alive (L2), one with a failed writer (L2), one healthy.


def sql_daily(root, rng):
    folder = root / "Backup/SQL_Daily"
    machines = ["SQL01", "SQL02", "APP01"]
    clock = Clock(rng, at(22, 0, 3))
    job = header(clock.now, "Veeam.Backup.Manager.exe", 7712, f"startbackupjob {healthy.guid(rng)} {healthy.guid(rng)}")
    job += healthy.job_log_start(clock, rng, "SQL Daily", machines, 1)
    clock.jump_to(at(23, 15))
    job += healthy.job_log_end(clock, rng, "SQL Daily", {"SQL01": "Failed", "SQL02": "Failed", "APP01": "Success"}, 1)
    job.append(vbr(clock.tick(), 1, "Error", "[JobSession] Job session [SQL Daily] is finished with state [Failed]"))
    write_text(folder / "Job.SQL_Daily.Backup.log", job, CRLF)

    clock = Clock(rng, at(22, 1, 10))
    task = header(clock.now, "Veeam.Backup.Manager.exe", 7712, "")
    task += healthy.task_guest_connect(clock, rng, "SQL01", 9, "10.20.40.51")
    clock.jump_to(at(22, 3, 40))
    task += healthy.task_freeze(clock, rng, "SQL01", 9)
    clock.jump_to(at(22, 5, 6))
    task += healthy.task_copy(clock, rng, "SQL01", 9)
    clock.jump_to(at(22, 25, 31))
    task.append(vbr(clock.now, 9, "Error", "Failed to call RPC function 'Vss.KeepSnapshot': Error code: 0x800401fd. "
                    "Failed to invoke func [KeepSnapshot]: Object is not connected to server. "))
    clock.jump_to(at(22, 41, 2))
    task.append(vbr(clock.now, 9, "Error", "Failed to call RPC function 'Vss.FinishSnapshot': Error code: 0x800401fd. "
                    "Failed to invoke func [FinishSnapshot]: Object is not connected to server. "))
    task.append(vbr(clock.tick(), 9, "Info", "[ViSnapshot] Removing snapshot of [SQL01]"))
    task.append(vbr(clock.tick(9, 30), 9, "Info", "[ViSnapshot] Snapshot removed, consolidation is not needed for [SQL01]"))
    task.append(vbr(clock.tick(), 9, "Error", "[CTaskSession] Task for VM [SQL01] is finished with state [Failed]"))
    write_text(folder / f"Task.SQL01.{healthy.guid(rng)}.log", task, CRLF)

    clock = Clock(rng, at(22, 1, 12))
    task = header(clock.now, "Veeam.Backup.Manager.exe", 7712, "")
    task += healthy.task_guest_connect(clock, rng, "SQL02", 11, "10.20.40.52")
    task.append(vbr(clock.tick(), 11, "Info", "[VSSControl] Preparing guest for freeze, timeout 900 sec"))
    task.append(vbr(clock.tick(2, 6), 11, "Info", "[VSSControl] Freezing guest"))
    clock.jump_to(at(22, 3, 19))
    task += [
        vbr(clock.now, 11, "Error",
            "VSSControl: -2147467259 Backup job failed.\r\nCannot create a shadow copy of the volumes containing writer's data.\r\n"
            "A VSS critical writer has failed. Writer name: [SqlServerWriter]. Class ID: [{a65faa63-5ea8-4ebc-9dbd-a0c4db26912a}]. "
            "Instance ID: [{0f1c7e0e-6a5a-4cf4-8d0a-2f7d7c2e9b11}]. Writer's state: [VSS_WS_FAILED_AT_FREEZE]. Error code: [0x800423f2]."),
        vbr(clock.tick(), 11, "Info", "[VSSControl] Retry is off for this job, guest is unfrozen"),
        vbr(clock.tick(), 11, "Error", "[CTaskSession] Task for VM [SQL02] is finished with state [Failed]"),
    ]
    write_text(folder / f"Task.SQL02.{healthy.guid(rng)}.log", task, CRLF)

    clock = Clock(rng, at(22, 1, 15))
    task = header(clock.now, "Veeam.Backup.Manager.exe", 7712, "")
    task += healthy.task_log(clock, rng, "APP01", 14, "10.20.40.60")
    write_text(folder / f"Task.APP01.{healthy.guid(rng)}.log", task, CRLF)
    for machine in ("SQL01", "APP01"):
        clock = Clock(rng, at(22, 5, 8))
        write_text(folder / f"Agent.SQL_Daily.Source.{machine}.log", healthy.mover_log(clock, rng, machine, 24), CRLF)


# File Servers: administrative share not reachable (L1), and a damaged block found by the health check (L3).


def file_servers(root, rng):
    folder = root / "Backup/File_Servers"
    clock = Clock(rng, at(23, 0, 3))
    job = header(clock.now, "Veeam.Backup.Manager.exe", 8840, f"startbackupjob {healthy.guid(rng)} {healthy.guid(rng)}")
    job += healthy.job_log_start(clock, rng, "File Servers", ["FS01", "FS02"], 1)
    job.append(vbr(clock.tick(), 1, "Info", "[HealthCheck] Health check is scheduled for this session, restore point of [FS01]"))
    clock.jump_to(at(23, 44))
    job += healthy.job_log_end(clock, rng, "File Servers", {"FS01": "Warning", "FS02": "Failed"}, 1)
    write_text(folder / "Job.File_Servers.Backup.log", job, CRLF)

    clock = Clock(rng, at(23, 1, 4))
    task = header(clock.now, "Veeam.Backup.Manager.exe", 8840, "")
    task += healthy.task_guest_connect(clock, rng, "FS02", 22, "10.20.40.72")[:4]
    for host in ("FS02.corp.example.com", "10.20.40.72"):
        clock.tick(20, 22)
        task += [
            vbr(clock.now, 22, "Error", f"Cannot connect to the host's administrative share. Host: [{host}]. Account: [CORP\\svc-veeam]."),
            "Win32 error:The network path was not found.",
            " Code: 53",
        ]
    task += [
        vbr(clock.tick(), 22, "Info", "[GuestProcessing] Trying to connect without network, through the hypervisor"),
        vbr(clock.tick(5, 9), 22, "Error", "Testing admin share accessibility via VIX failed"),
        vbr(clock.tick(), 22, "Error", "[CTaskSession] Task for VM [FS02] is finished with state [Failed]"),
    ]
    write_text(folder / f"Task.FS02.{healthy.guid(rng)}.log", task, CRLF)

    clock = Clock(rng, at(23, 1, 6))
    task = header(clock.now, "Veeam.Backup.Manager.exe", 8840, "")
    task += healthy.task_log(clock, rng, "FS01", 23, "10.20.40.71", application_aware=False)
    write_text(folder / f"Task.FS01.{healthy.guid(rng)}.log", task, CRLF)

    clock = Clock(rng, at(23, 31, 0))
    lines = healthy.mover_log(clock, rng, "FS01", 20)[:-4]
    thread = 5188
    lines += [
        mover(clock.tick(), thread, "stg", "Checking restore point FS01D2026-02-17T230112_4C1A.vib"),
        mover(clock.tick(4, 9), thread, "stg", "Failed to decompress LZ4 block: Bad crc (original crc: 5d1f06c2, calculated crc: 0b77e4a9).", "ERR "),
        mover(clock.tick(), thread, "stg", "--tr:Failed to read block [0x1f2c0000], length 524288", ">>  "),
        mover(clock.tick(), thread, "stg", "--tr:Failed to process method {Stg.CheckBlocks}", ">>  "),
        mover(clock.tick(), thread, "stg", "Health check: 1 damaged block of 118244, task goes on", "WARN"),
        mover(clock.tick(), thread, "cli", "Command 'exit' received, process ends with code 0"),
    ]
    write_text(folder / "Agent.File_Servers.Target.FS01.log", lines, CRLF)


def guest_of_sql01(root, rng):
    """The guest side of the lost keep-alive, and a healthy guest helper log beside it."""
    folder = root / "Guest/SQL01/ProgramData/Veeam/Backup"
    write_text(folder / "VeeamGuestHelper_18.02.2026.log", healthy.guest_helper(Clock(rng, at(19, 30)), rng, 120), CRLF)
    clock = Clock(rng, at(22, 3, 41))
    job = healthy.guid(rng)
    thread = 224
    lines = [
        guest(clock.now, thread, "INFO", 0, "Veeam VSS support service started, version 12.3.1.1139"),
        guest(clock.tick(), thread, "INFO", 2, "RPC: Freeze"),
        guest(clock.tick(2, 5), thread, "INFO", 2, "RPC: Freeze. Ok."),
        guest(clock.tick(), thread, "INFO", 2, "RPC: Unfreeze"),
        guest(clock.tick(), thread, "INFO", 2, "RPC: Unfreeze. Ok."),
    ]
    clock.jump_to(at(22, 5, 6))
    lines += [
        guest(clock.now, thread, "INFO", 2, "RPC: KeepSnapshotEx"),
        guest(clock.now, thread, "INFO", 4, f"Keep snapshot. JobId: {{{job}}}"),
        guest(clock.now, thread, "INFO", 5, f"Snapshot job id: {{{job}}}, ttl: 1200."),
        guest(clock.now, thread, "", 6, "KeepSnapshot. TTL: [1200]"),
        guest(clock.now, thread, "INFO", 2, "RPC: KeepSnapshotEx. Ok."),
    ]
    clock.jump_to(at(22, 25, 7))
    lines += [
        guest(clock.now, 4484, "WARN", 0, "Snapshot timeout occurred."),
        guest(clock.tick(), 4484, "INFO", 0, "Releasing shadow copies"),
        guest(clock.tick(1, 4), 4484, "INFO", 0, "Releasing shadow copies. Ok."),
    ]
    write_text(folder / "VeeamVssSupport_18.02.2026.log", lines, CRLF)


def others(root, rng):
    clock = Clock(rng, at(21, 0))
    vmc = header(clock.now, "Veeam.Backup.Service.exe", 3120, "") + healthy.vmc_log(clock, rng, 90)
    write_text(root / "Utils/VMC.log", vmc, CRLF)

    clock = Clock(rng, at(9, 12, 40))
    mount = vbr_header(clock.now, MACHINE, BUILD, "Veeam.Backup.MountService.exe", 2290, "", 1)
    mount += healthy.mount_service(clock, rng, 60)
    mount.append(vbr(clock.tick(), 6, "Info", "[MountSession] Benutzer [CORP\\jürgen.größl] hat Datei [Übersicht – Müller.docx] geöffnet"))
    mount += healthy.mount_service(clock, rng, 60)
    write_text(root / "Backup/Svc.VeeamMount.log", mount, CRLF, "utf-16-le", bom=True)

    clock = Clock(rng, at(10, 0))
    catalog = healthy.backup_service(clock, rng, 40)
    data = (CRLF.join(catalog) + CRLF).encode()
    (root / "Backup/Svc.VeeamCatalog.zip").write_bytes(
        encrypted_zip("Svc.VeeamCatalog.log", data, b"invented-password", rng))
