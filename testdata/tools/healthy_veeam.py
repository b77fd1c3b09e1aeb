"""What Veeam products write when all is well.

In: a clock, a seeded random source and names. Out: lists of lines. Used as background noise in the bundles and as the
quiet logs. `task_log` is the best picture of the flow: connect to the guest, freeze, snapshot, copy, release. The lines
hold words that look like trouble and are none ("errors: 0", "retry 1 succeeded", "error level", "failover is off").
"""

from logformats import agent_linux, guest, mover, vbr, vbr11

DISK_SIZES = ["40 GB", "60 GB", "100 GB", "250 GB", "1 TB"]


def guid(rng):
    raw = f"{rng.getrandbits(128):032x}"
    return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def job_log_start(clock, rng, job, machines, thread):
    """Job.<Job>.Backup.log up to the point where tasks run."""
    say = lambda text, level="Info": vbr(clock.tick(0.01, 0.9), thread, level, text)
    lines = [
        say(f"[JobSession] Starting job session. Job: [{job}], type: [Backup], session: [{guid(rng)}]"),
        say("[JobSession] Initiator: [NT AUTHORITY\\SYSTEM], scheduled run, retry: [False]"),
        say(f"Loading job options: [{job}]. ErrorsAsWarnings: [False], RetryTimes: [3], RetryTimeout: [10]"),
        say("License check: state [Valid], edition [Enterprise Plus], instances used [31] of [60]"),
        say(f"[BackupJob] Building VM list. Objects in job: [{len(machines)}]"),
    ]
    for name in machines:
        lines.append(say(f"[ViVmTaskBuilder] VM [{name}] resolved, ref [vm-{rng.randint(1000, 9999)}], host [esx0{rng.randint(1, 3)}.corp.example.com]"))
        lines.append(say(f"[CDiskTask] VM [{name}]: {rng.randint(1, 3)} disk(s), capacity {rng.choice(DISK_SIZES)}, CBT enabled: [True]"))
    lines += [
        say("[ResourceScheduler] Requesting resources. Proxy: any, repository: [Repo-A], task slots: [4]"),
        say("[ResourceScheduler] Resource request succeeded, 0 requests are waiting"),
        say("[BackupJob] Disk space check on repository [Repo-A]: free 8.4 TB of 20 TB, no warning needed"),
    ]
    for name in machines:
        lines.append(say(f"[CTaskSession] Task for VM [{name}] created, id [{guid(rng)}]"))
        lines.append(say(f"[CTaskSession] VM [{name}]: preferred transport mode [hotadd], failover to network mode: [allowed, not used]"))
    return lines


def job_log_end(clock, rng, job, results, thread):
    """The end of the session; `results` maps a machine to Success, Warning or Failed."""
    say = lambda text, level="Info": vbr(clock.tick(0.01, 0.9), thread, level, text)
    lines = []
    for name, result in results.items():
        level = {"Success": "Info", "Warning": "Warning", "Failed": "Error"}[result]
        lines.append(say(f"[CTaskSession] VM [{name}] finished with status [{result}]", level))
    good = sum(1 for result in results.values() if result == "Success")
    bad = sum(1 for result in results.values() if result == "Failed")
    lines += [
        say(f"[BackupJob] Retention: {rng.randint(0, 2)} restore point(s) removed, {rng.randint(7, 14)} kept"),
        say(f"[JobSession] Statistics: processed {good} of {len(results)}, read {rng.randint(2, 90)}.{rng.randint(0, 9)} GB, "
            f"transferred {rng.randint(1, 40)}.{rng.randint(0, 9)} GB, failed tasks: {bad}"),
        say(f"[JobSession] Bottleneck: [Source]. Load: Source {rng.randint(60, 95)}% > Proxy {rng.randint(20, 50)}% > "
            f"Network {rng.randint(5, 19)}% > Target {rng.randint(1, 4)}%"),
    ]
    return lines


def task_log(clock, rng, machine, thread, address, application_aware=True):
    """Task.<vm>.<guid>.log of a task that succeeds."""
    return (
        task_guest_connect(clock, rng, machine, thread, address)
        + (task_freeze(clock, rng, machine, thread) if application_aware else [])
        + task_copy(clock, rng, machine, thread)
        + task_end(clock, machine, thread)
    )


def task_guest_connect(clock, rng, machine, thread, address):
    say = lambda text, level="Info": vbr(clock.tick(0.02, 1.2), thread, level, text)
    return [
        say(f"[CTaskSession] Processing VM [{machine}]"),
        say(f"[GuestProcessing] Guest OS of [{machine}]: [Microsoft Windows Server 2019 (64-bit)], tools status [guestToolsRunning]"),
        say(f"[GuestProcessing] Guest interaction proxy: [VBR01], candidates: [2], failed candidates: [0]"),
        say(f"[GuestProcessing] Testing admin share accessibility. Host: [{address}]. Account: [CORP\\svc-veeam]"),
        say(f"[GuestProcessing] Connected to the administrative share of [{address}] in {rng.randint(20, 400)} ms"),
        say(f"[GuestProcessing] Deploying guest runtime to [{machine}], version matches, upload skipped"),
        say(f"[GuestProcessing] RPC connection to [{address}:6160] established, error code 0"),
    ]


def task_freeze(clock, rng, machine, thread):
    say = lambda text, level="Info": vbr(clock.tick(0.05, 3.0), thread, level, text)
    return [
        say("[VSSControl] Preparing guest for freeze, timeout 900 sec"),
        say(f"[VSSControl] Writers enumerated: {rng.randint(9, 14)}, in state [VSS_WS_STABLE]: all, last error: [No error]"),
        say("[VSSControl] Freezing guest"),
        say(f"[VSSControl] Guest is frozen, freeze took {rng.randint(1, 9)} sec of 60 sec"),
        say(f"[ViSnapshot] Creating snapshot 'VEEAM BACKUP TEMPORARY SNAPSHOT' for [{machine}], memory: [False], quiesce: [False]"),
        say(f"[ViSnapshot] Snapshot created, ref [snapshot-{rng.randint(10000, 99999)}]"),
        say("[VSSControl] Unfreezing guest"),
        say("[VSSControl] Keeping snapshot alive: RPC KeepSnapshot succeeded"),
    ]


def task_copy(clock, rng, machine, thread):
    say = lambda text, level="Info": vbr(clock.tick(0.5, 20.0), thread, level, text)
    lines = [
        say(f"[SourceAgent] Agent started on proxy [PROXY0{rng.randint(1, 2)}], pid [{rng.randint(1000, 9999)}], connection timeout: [300000]"),
        say("[TargetAgent] Agent started on [REPO01], gate: [10.20.30.21:2501], fault tolerant writer: [on]"),
    ]
    for disk in range(rng.randint(1, 3)):
        lines.append(say(f"[DiskTransfer] [{machine}] Hard disk {disk + 1}: using transport [hotadd], retry attempts left: [5]"))
        for percent in (10, 35, 60, 85, 100):
            lines.append(say(f"[DiskTransfer] [{machine}] Hard disk {disk + 1}: {percent}% done, {rng.randint(60, 240)} MB/s, read errors: 0"))
    lines.append(say(f"[DiskTransfer] [{machine}] All disks are saved, checksum errors found: 0"))
    return lines


def task_end(clock, machine, thread):
    say = lambda text, level="Info": vbr(clock.tick(0.2, 3.0), thread, level, text)
    return [
        say("[VSSControl] Releasing guest snapshot: RPC FinishSnapshot succeeded"),
        say(f"[ViSnapshot] Removing snapshot of [{machine}]"),
        say(f"[ViSnapshot] Snapshot removed, consolidation is not needed for [{machine}]"),
        say(f"[GuestProcessing] Stopping guest runtime on [{machine}]"),
        say(f"[CTaskSession] Task for VM [{machine}] is finished with state [Success], error: []"),
    ]


def mover_log(clock, rng, machine, blocks=12):
    """Agent.<Job>.Source.<vm>.log of a transfer that succeeds."""
    thread = rng.randint(2000, 9000)
    say = lambda component, text: mover(clock.tick(0.01, 4.0), thread, component, text)
    lines = [
        say("cli", "Veeam Data Mover. Version 12.3.1.1139, commands are read from stdin"),
        say("cli", "Process start: [source], parent process id is known, error mode set to [SEM_FAILCRITICALERRORS]"),
        say("net", "Listening on port range [2500..3300], port [2507] is free"),
        say("net", "Client connected from [10.20.30.11:61522], handshake ok, TLS errors: 0"),
        say("vdl", f"[vddk] VixDiskLib version 8.0.2 build-23118472, transport modes [hotadd:nbdssl]"),
        say("vdl", f"[vddk] Opening disk [datastore1] {machine}/{machine}.vmdk, result [OK]"),
        say("dsk", f"Disk capacity: {rng.randint(40, 900)} GB, block size 1024 KB"),
        say("dsk", f"Changed blocks tracking: {rng.randint(200, 9000)} changed areas"),
    ]
    for number in range(blocks):
        lines.append(say("dsk", f"Area {number + 1} of {blocks} read, queue depth {rng.randint(1, 16)}, failed reads: 0"))
        if number % 4 == 3:
            lines.append(say("stat", f"Speed {rng.randint(80, 260)} MB/s, busy {rng.randint(20, 95)}%, dropped packets: 0"))
    lines += [
        say("dsk", "All areas are sent, waiting for the target to confirm"),
        say("net", "Target confirmed, closing connection, error code [0]"),
        say("vdl", "[vddk] Disk closed, result [OK]"),
        say("cli", "Command 'exit' received, no pending errors, process ends with code 0"),
    ]
    return lines


def backup_service(clock, rng, count, pause=(20.0, 90.0)):
    """Svc.VeeamBackup.log: scheduler and housekeeping."""
    texts = [
        "[Scheduler] Tick, {a} job(s) enabled, {b} waiting for start time, 0 failed to start",
        "[Scheduler] Next run of job [SQL Daily]: 22:00:00",
        "[Scheduler] Next run of job [File Servers]: 23:00:00",
        "[DbAccessor] Statistics: {a} queries, slowest {c} ms, deadlock retries: 0",
        "[DbAccessor] Connection pool: {b} of 100 in use, broken connections: 0",
        "[HostDiscovery] Rescan of [vcenter01.corp.example.com] finished, {a} hosts, no errors",
        "[HostDiscovery] Host [esx0{d}.corp.example.com] is available",
        "[RepositoryMonitor] Repository [Repo-A]: free {e}.4 TB, threshold 10% is not reached",
        "[SessionCleaner] {b} old session(s) deleted, error log retention is 12 weeks",
        "[LicenseAgent] License is valid, expiration in {c} days, usage report was sent",
        "[CertManager] Certificate of [PROXY0{f}] is trusted, expires in {c} days",
        "[MailNotifier] Job report for [SQL Daily] was sent to 1 recipient, delivery failures: 0",
        "[RpcServer] Client [console] connected from [10.20.30.5], authenticated as [CORP\\bkadmin]",
        "[RpcServer] Client [console] disconnected by user request",
        "[SOBR] Tiering job is not scheduled, policy: [disabled]",
        "[ProxyDetector] Proxy [PROXY0{f}] answers in {g} ms, no failover needed",
        "[ConfigBackup] Skipping configuration backup: already done today",
        "[MalwareDetection] Scan of index data: 0 suspicious objects, signatures are up to date",
    ]
    lines = []
    for _ in range(count):
        text = rng.choice(texts).format(
            a=rng.randint(3, 40), b=rng.randint(0, 9), c=rng.randint(12, 300), d=rng.randint(1, 3),
            e=rng.randint(6, 9), f=rng.randint(1, 2), g=rng.randint(1, 40))
        lines.append(vbr(clock.tick(*pause), rng.randint(3, 64), "Info", text))
    return lines


def vmc_log(clock, rng, count):
    """Utils/VMC.log: what the server knows about its hosts, jobs and licence."""
    texts = [
        "[VmcStat] Backup server: [VBR01], product version [12.3.1.1139], database [PostgreSQL 15.8]",
        "[VmcStat] Jobs: backup [{a}], backup copy [1], agent policies [2], failed last run [0]",
        "[VmcStat] Repositories: [3], SOBR extents: [2], object storage: [1]",
        "[VmcStat] Proxies: [2], max concurrent tasks [8]",
        "[VmcStat] Hosts: [3], protected VMs: [{a}]",
        "[VmcStat] Tape devices: [0]",
        "[VmcHealth] CPU {b}%, memory {b}%, handles {c}",
        "[VmcHealth] System drive free {b} GB",
    ]
    return [vbr(clock.tick(1.0, 30.0), rng.randint(1, 30), "Info",
                rng.choice(texts).format(a=rng.randint(4, 31), b=rng.randint(11, 70), c=rng.randint(900, 4000)))
            for _ in range(count)]


def mount_service(clock, rng, count):
    """Svc.VeeamMount.log."""
    texts = [
        "[MountService] Listening on port 6170, sessions: {a}",
        "[MountSession] Mount point [C:\\VeeamFLR\\FS01_{b}\\Volume1] is attached, file system [NTFS], dirty bit is not set",
        "[MountSession] Client asks for directory listing, {b} entries, access denied entries: 0",
        "[MountSession] File [reports\\2026\\error-statistics.xlsx] restored to original location",
        "[MountSession] Idle for {a} min, keep alive",
        "[MountSession] Detached, result [Success]",
        "[iSCSI] Target portal 127.0.0.1:3260 is up, login retry count 0",
        "[Cleanup] No orphaned mount points were found",
    ]
    return [vbr(clock.tick(2.0, 60.0), rng.randint(3, 30), "Info",
                rng.choice(texts).format(a=rng.randint(1, 9), b=rng.randint(100, 900)))
            for _ in range(count)]


def guest_helper(clock, rng, count, dated=False):
    """VeeamGuestHelper_<date>.log."""
    thread = rng.randint(800, 9000)
    lines = []
    while len(lines) < count:
        lines += [
            guest(clock.tick(1, 5), thread, "INFO", 0, "Veeam guest helper started, version 12.3.1.1139", dated),
            guest(clock.tick(0, 1), thread, "INFO", 1, "Collecting VSS writers", dated),
            guest(clock.tick(0, 2), thread, "INFO", 2, f"Writer [SqlServerWriter], state [1], failure [0x00000000]", dated),
            guest(clock.tick(0, 2), thread, "INFO", 2, f"Writer [System Writer], state [1], failure [0x00000000]", dated),
            guest(clock.tick(0, 2), thread, "INFO", 2, f"Writer [WMI Writer], state [1], failure [0x00000000]", dated),
            guest(clock.tick(0, 1), thread, "INFO", 1, "Collecting VSS writers. Ok.", dated),
            guest(clock.tick(0, 1), thread, "INFO", 1, f"SQL instances found: {rng.randint(1, 3)}, not accessible: 0", dated),
            guest(clock.tick(0, 1), thread, "", 2, f"Database [erp_{rng.randint(1, 40)}], recovery model [Full]", dated),
            guest(clock.tick(0, 1), thread, "INFO", 1, "Truncation of logs is not required", dated),
            guest(clock.tick(0, 1), thread, "INFO", 0, "Veeam guest helper ends with code [0]", dated),
        ]
        clock.tick(600, 2400)
    return lines[:count]


def agent_linux_job(clock, rng, host, thread, blocks=20, kernel="5.15.0-91-generic"):
    """/var/log/veeam/Backup/<job>/Session_*/Job.log of a session that succeeds."""
    say = lambda component, text: agent_linux(clock.tick(0.01, 3.0), thread, component, text)
    lines = [
        say("lpbcore", "Session has been started, log level [2], error reporting [on]"),
        say("lpbcore", f"Product version: [6.3.1.1016], host name: [{host}], kernel: [{kernel} x86_64]"),
        say("lpbcore", "Job type: [managed], retry on failure: [3 times], last result: [Success]"),
        say("lpbman", "Connecting to backup server [vbr01.corp.example.com:10006]"),
        say("lpbman", "Connected, certificate is trusted, 0 errors"),
        say("lpbsnap", "Kernel module [veeamblksnap] is loaded, version [6.3.1.1016]"),
        say("lpbsnap", "Adding devices to tracking: [8:2], [253:0]"),
        say("lpbsnap", "Snapshot storage: [/dev/sda2], 10 percent, in-memory part [64 MB]"),
        say("lpbsnap", f"Snapshot {{{guid(rng)}}} has been created, overflow: [no]"),
        say("vdl", "Mounting snapshot image [/dev/veeamblksnapimg0] read only. Ok."),
        say("lpbfs", "File system [ext4] on [/dev/sda2] recognised, errors behaviour: [continue]"),
    ]
    for number in range(blocks):
        lines.append(say("dsk", f"Block range {number * 512}..{number * 512 + 511} sent, {rng.randint(50, 180)} MB/s, resent: 0"))
        if number % 7 == 6:
            lines.append(say("net", f"Keep alive answered in {rng.randint(1, 30)} ms, timeouts: 0"))
    lines += [
        say("lpbsnap", f"Releasing snapshot, used {rng.randint(2, 30)}% of the storage"),
        say("lpbsnap", "Snapshot has been released"),
        say("lpbman", "Restore point was created, failed items: 0"),
        say("lpbcore", "Session result: [Success], exit code 0"),
    ]
    return lines


def agent_linux_service(clock, rng, count):
    """/var/log/veeam/veeamservice.log."""
    texts = [
        ("lpbcore", "Scheduler: next start of job [daily] in {a} min"),
        ("lpbcore", "Database: integrity check passed, errors: none"),
        ("lpbman", "Heartbeat to [vbr01.corp.example.com] sent, answer in {b} ms"),
        ("lpbman", "Policy is up to date, revision {a}"),
        ("lpbcore", "Sessions in memory: {c}, zombies: 0"),
        ("lpbcfg", "Configuration file /etc/veeam/veeam.ini was read, ignored lines: 0"),
        ("lpbcore", "License: [Server], source [backup server], valid"),
        ("lpbsnap", "Tracking state: [active], devices {c}, corrupted: no"),
    ]
    lines = []
    for _ in range(count):
        component, text = rng.choice(texts)
        text = text.format(a=rng.randint(2, 600), b=rng.randint(2, 90), c=rng.randint(1, 4))
        lines.append(agent_linux(clock.tick(10, 90), 139600000000000 + rng.randint(0, 9) * 8392704, component, text))
    return lines


def endpoint_service(clock, rng, count):
    """Svc.VeeamEndpointBackup.log of the agent for Windows, in the form up to version 11."""
    texts = [
        "Backup target is available, free space {b} GB",
        "Battery level {b}%, scheduled backup may start",
        "License is valid, grace period: [not used]",
        "[Scheduler] Next backup at 12:30, missed backups: 0",
        "[TargetMonitor] Removable target [V:] was connected, last seen 0 days ago",
        "[Recovery media] OS version of the media equals the current OS version",
        "[JobSession] Backup finished with state [Success], skipped files: 0",
        "[Policy] Job is enabled by the Veeam Backup & Replication administrator",
        "[Cloud] Service provider is available, maintenance mode: [False]",
        "[Update] Product is up to date, update error: [none]",
    ]
    return [vbr11(clock.tick(10, 300), rng.randint(1, 40), "Info", rng.choice(texts).format(b=rng.randint(21, 99))) for _ in range(count)]


def hotadd_attacher(clock, rng, count):
    """Agent.<Job>.<vm>.Hotadd.Attacher.log: lines of the VMware library with their own time and level inside."""
    texts = [
        "info -[{t:05d}] [Originator@6876 sub=Default] SSL handshake with vcenter01.corp.example.com:443 finished, verify error: none",
        "info -[{t:05d}] [Originator@6876 sub=IO] HandshakeCb; <SSL(<io_obj p:0x{x:012x}, h:1100>)>; no error",
        "info -[{t:05d}] [Originator@6876 sub=transport] Advanced transport mode hotadd is selected, NBD is not needed",
        "verbose -[{t:05d}] [Originator@6876 sub=Default] Disk is attached to the proxy as SCSI({a}:{a})",
        "info -[{t:05d}] [Originator@6876 sub=vmomi.soapStub] Resolve of version done, retries: 0, timeouts: 0",
        "info -[{t:05d}] [Originator@6876 sub=transport] Disk was detached, error 0",
    ]
    lines = []
    for _ in range(count):
        when = clock.tick(0.05, 8)
        thread = rng.randint(300, 9000)
        text = rng.choice(texts).format(t=thread, x=rng.getrandbits(40), a=rng.randint(0, 3))
        lines.append(mover(when, thread, "vdl", f"[vddk] {when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}+01:00 {text}"))
    return lines
