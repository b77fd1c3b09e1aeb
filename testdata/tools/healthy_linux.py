"""What Linux systems and the services on them write when all is well.

In: a clock, a seeded random source and a host name. Out: lists of lines. `messages` is the smallest example to copy: a list
of texts and a loop. The texts include harmless lines with alarming words ("errors=remount-ro", "0 failed", "error_log").
"""

from logformats import combined, klog, mysql8, nginx_error, postgres, syslog

AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
    "curl/8.4.0",
    "Prometheus/2.48.1",
    "error-monitor/1.4 (+https://status.example.com)",
]


def fill(rng, text):
    """Puts numbers for {a} (1-9), {b} (10-99), {c} (100-9999) and a short hex id for {x}."""
    return text.format(a=rng.randint(1, 9), b=rng.randint(10, 99), c=rng.randint(100, 9999), x=f"{rng.getrandbits(32):08x}")


BOOT = [
    "Linux version 5.14.0-427.13.1.el9_4.x86_64 (mockbuild@build.example.com) (gcc 11.4.1) #1 SMP PREEMPT_DYNAMIC",
    "Command line: BOOT_IMAGE=(hd0,gpt2)/vmlinuz-5.14.0 root=/dev/mapper/rl-root ro crashkernel=1G-4G:192M rd.lvm.lv=rl/root",
    "x86/fpu: Supporting XSAVE feature 0x001: 'x87 floating point registers'",
    "ACPI: Core revision 20220331",
    "ACPI: bus type PCI registered",
    "ACPI: [Firmware Bug]: none reported",
    "PCI: Using configuration type 1 for base access",
    "MCE: In-kernel MCE decoding enabled.",
    "EDAC MC: Ver: 3.0.0",
    "RAS: Correctable Errors collector initialized.",
    "ERST: Error Record Serialization Table (ERST) support is initialized.",
    "GHES: Generic hardware error reporting is enabled, no record is pending",
    "pstore: Registered erst as persistent store backend",
    "SCSI subsystem initialized",
    "sd 0:0:0:0: [sda] 209715200 512-byte logical blocks: (107 GB/100 GiB)",
    "sd 0:0:0:0: [sda] Write Protect is off",
    "EXT4-fs (sda1): mounted filesystem with ordered data mode. Opts: errors=remount-ro. Quota mode: none.",
    "XFS (dm-0): Mounting V5 Filesystem",
    "XFS (dm-0): Ending clean mount",
    "vmxnet3 0000:0b:00.0 ens192: NIC Link is Up 10000 Mbps",
    "random: crng init done",
    "systemd[1]: Detected virtualization vmware.",
    "audit: type=1404 audit(1771200002.301:2): enforcing=1 old_enforcing=0 auid=4294967295 ses=4294967295",
    "SELinux:  policy capability network_peer_controls=1",
    "NFSD: Using UMH upcall client tracking operations.",
    "perf: interrupt took too long is checked every 25 percent",
    "watchdog: hard and soft lockup detectors are enabled, thresholds 10 and 20 s",
    "hung_task: checks every 120 seconds, no task is blocked",
    "Adding 4194300k swap on /dev/mapper/rl-swap.  Priority:-2 extents:1 across:4194300k FS",
]


# A virtual machine in a cloud: it tells at length what it lacks and what it does about it.
GUEST_BOOT = [
    "Linux version 6.12.43-cloud-amd64 (builder@build.example.com) (gcc 14.2.0) #1 SMP PREEMPT_DYNAMIC",
    "Command line: console=ttyS0 quiet reboot=k panic=1 oops=panic nomodule random.trust_cpu=1 swiotlb=noforce",
    "NX (Execute Disable) protection: active",
    "APIC: Static calls initialized",
    "DMI not present or invalid.",
    "Hypervisor detected: KVM",
    "last_pfn = 0xc0000 max_arch_pfn = 0x400000000",
    "tsc: Detected {c}.412 MHz processor",
    "e820: update [mem 0x00000000-0x00000fff] usable ==> reserved",
    "ACPI: Early table checksum verification disabled",
    "No NUMA configuration found",
    "On node 0, zone DMA: 1 pages in unavailable ranges",
    "On node 0, zone DMA: {b} pages in unavailable ranges",
    "TSC deadline timer available",
    "CPU topo: Allowing {a} present CPUs plus 0 hotplug CPUs",
    "Kernel is locked down from Kernel configuration; see man kernel_lockdown.7",
    "Kernel command line: mitigations=auto console=ttyS0 quiet reboot=k panic=-1 nomodule rcupdate.rcu_cpu_stall_cputime=1",
    "Unknown kernel command line parameters \"nomodule\", will be passed to user space.",
    "mem auto-init: stack:all(zero), heap alloc:off, heap free:off",
    "rcu:     RCU restricting CPUs from NR_CPUS=256 to nr_cpu_ids=2.",
    "Console: colour dummy device 80x25",
    "mitigations: Enabled attack vectors: user_kernel, user_user, SMT mitigations: auto",
    "Speculative Store Bypass: Mitigation: Speculative Store Bypass disabled via prctl",
    "Spectre V2 : Mitigation: Retpolines",
    "Speculative Return Stack Overflow: Mitigation: Safe RET",
    "Spectre V1 : Mitigation: usercopy/swapgs barriers and __user pointer sanitization",
    "Spectre V2 : Spectre v2 / PBRSB-eIBRS: Retire a single CALL on VMEXIT",
    "L1TF: Not affected",
    "Performance Events: PMU not available due to virtualization, using software events only.",
    "rcu: Hierarchical SRCU implementation.",
    "NMI watchdog: Perf NMI watchdog permanently disabled",
    "SCSI subsystem initialized",
    "clocksource: Switched to clocksource kvm-clock",
    "TCP established hash table entries: 262144 (order: 9, 2097152 bytes, linear)",
    "virtio_blk virtio0: [vda] 528482304 512-byte logical blocks (271 GB/252 GiB)",
    "EXT4-fs (vda): mounted filesystem with ordered data mode. Opts: errors=remount-ro. Quota mode: none.",
    "audit: type=2000 audit({c}.150:1): state=initialized audit_enabled=0 res=1",
    "random: crng init done",
]


def guest_boot(clock, rng, count):
    """What `dmesg` prints in a virtual machine, one start after the other. Its times are seconds since the start, so `clock` is not asked."""
    lines = []
    while len(lines) < count:
        since = 0.0
        for text in GUEST_BOOT:
            lines.append(f"[{since:12.6f}] {fill(rng, text)}")
            since += rng.randint(1, 9000) / 1e6
    return lines[:count]


def kernel_boot(clock, rng, host):
    """The kernel part of /var/log/messages at a start."""
    uptime = 0.0
    lines = []
    for text in BOOT:
        uptime += rng.random() / 2
        lines.append(syslog(clock.tick(0, 0.3), host, "kernel", None, f"[{uptime:12.6f}] {text}"))
    return lines


SERVICES = [
    ("systemd", 1, "Starting Cleanup of Temporary Directories..."),
    ("systemd", 1, "systemd-tmpfiles-clean.service: Deactivated successfully."),
    ("systemd", 1, "Finished Cleanup of Temporary Directories."),
    ("systemd", 1, "Started Session {c} of User deploy."),
    ("systemd", 1, "session-{c}.scope: Deactivated successfully."),
    ("systemd", 1, "logrotate.service: Consumed {a}.{b}s CPU time."),
    ("systemd", 1, "Reloading OpenBSD Secure Shell server..."),
    ("systemd-logind", 812, "New session {c} of user deploy."),
    ("systemd-logind", 812, "Removed session {c}."),
    ("chronyd", 901, "Selected source 10.50.4.10 (ntp1.corp.example.com)"),
    ("chronyd", 901, "System clock wrong by 0.000{b} seconds"),
    ("NetworkManager", 933, "<info>  [177120{c}.4321] dhcp4 (ens192): state changed bound -> bound, address=10.20.40.{b}"),
    ("NetworkManager", 933, "<info>  [177120{c}.4321] manager: NetworkManager state is now CONNECTED_GLOBAL"),
    ("rsyslogd", 1044, "[origin software=\"rsyslogd\" swVersion=\"8.2310.0\" x-pid=\"1044\" x-info=\"https://www.rsyslog.com\"] rsyslogd was HUPed"),
    ("crond", 1101, "(root) CMD (run-parts /etc/cron.hourly)"),
    ("run-parts", 20211, "(/etc/cron.hourly) finished 0anacron"),
    ("anacron", 20219, "Anacron started on 2026-02-18, no jobs to be executed"),
    ("postfix/smtp", 18233, "{x}: to=<ops@example.com>, relay=mail.example.com[192.0.2.25]:25, delay=0.{b}, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {x})"),
    ("postfix/qmgr", 1420, "{x}: removed"),
    ("dnf", 22110, "Metadata cache created, 0 repositories failed"),
    ("smartd", 1090, "Device: /dev/sda [SAT], SMART Prefailure Attribute: 1 Raw_Read_Error_Rate changed from 118 to 119"),
    ("smartd", 1090, "Device: /dev/sda [SAT], self-test log error count is still 0"),
    ("multipathd", 1102, "mpatha: all {a} paths are up, no failed path"),
    ("kernel", None, "[{c}{c}.{b}4211] Peer 10.20.40.{b} answered again, retransmits: 0"),
    ("backup.sh", 23115, "rsync finished: {c} files, 0 errors, 0 vanished"),
    ("backup.sh", 23115, "retry 1 of 3 succeeded, nothing was lost"),
    ("monit", 1333, "'error_log' file size is {c} B, below the limit"),
    ("dbus-broker", 790, "Activation of org.freedesktop.problems was not needed"),
    ("auditd", 744, "Audit daemon rotating log files"),
    ("keepalived", 1501, "Script `chk_failover` now returning 0"),
    ("haproxy", 1660, "Server web/app{a} is UP, reason: Layer7 check passed, code: 200, check duration: {a}ms."),
    ("puppet-agent", 24012, "Applied catalog in {a}.{b} seconds, failed resources: 0"),
    ("sssd", 1210, "Starting up"),
    ("named", 1330, "zone corp.example.com/IN: loaded serial 20260218{b}"),
    ("dhclient", 977, "bound to 10.20.40.{b} -- renewal in {c} seconds."),
]


def messages(clock, rng, host, count):
    """/var/log/messages in normal operation."""
    lines = []
    for _ in range(count):
        program, pid, text = rng.choice(SERVICES)
        lines.append(syslog(clock.tick(1, 60), host, program, pid, fill(rng, text)))
    return lines


def secure(clock, rng, host, count):
    """/var/log/secure with people and services that sign in as they should."""
    lines = []
    while len(lines) < count:
        pid = rng.randint(2000, 60000)
        user = rng.choice(["deploy", "ansible", "n.hoffmann", "backup"])
        source = f"10.20.10.{rng.randint(2, 60)}"
        port = rng.randint(30000, 60000)
        say = lambda text, program="sshd": syslog(clock.tick(0, 3), host, program, pid, text)
        lines += [
            say(f"Accepted publickey for {user} from {source} port {port} ssh2: ED25519 SHA256:q1bN0t2rE4lKeyT3rm1nal{rng.getrandbits(64):x}"),
            say(f"pam_unix(sshd:session): session opened for user {user}(uid=1001) by (uid=0)"),
            say(f"    {user} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND=/usr/bin/journalctl -p err -n 50", "sudo"),
            say("pam_unix(sudo:session): session opened for user root(uid=0) by deploy(uid=1001)", "sudo"),
            say("pam_unix(sudo:session): session closed for user root", "sudo"),
            say(f"Received disconnect from {source} port {port}:11: disconnected by user"),
            say(f"Disconnected from user {user} {source} port {port}"),
            say(f"pam_unix(sshd:session): session closed for user {user}"),
        ]
        clock.tick(60, 900)
    return lines[:count]


def postgresql(clock, rng, count):
    """PostgreSQL server log: checkpoints, vacuum, connections, statements that mention errors."""
    texts = [
        ("LOG", "", "checkpoint starting: time"),
        ("LOG", "", "checkpoint complete: wrote {c} buffers (0.{a}%); 0 WAL file(s) added, 0 removed, {a} recycled; write={b}.1 s, sync=0.0{a} s, total={b}.2 s; sync files={b}, longest=0.0{a} s, average=0.001 s; distance={c} kB, estimate={c} kB"),
        ("LOG", "", "automatic vacuum of table \"erp.public.error_log\": index scans: 0\n\tpages: 0 removed, {c} remain, {b} scanned (1.00% of total)\n\ttuples: {b} removed, {c} remain, 0 are dead but not yet removable"),
        ("LOG", "", "automatic analyze of table \"erp.public.orders\" system usage: CPU: user: 0.{a} s, system: 0.00 s, elapsed: 0.{b} s"),
        ("LOG", "app@erp ", "connection authorized: user=app database=erp SSL enabled (protocol=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384, bits=256)"),
        ("LOG", "[unknown]@[unknown] ", "connection received: host=10.20.40.{b} port=5{c}"),
        ("LOG", "app@erp ", "disconnection: session time: 0:0{a}:{b}.123 user=app database=erp host=10.20.40.{b} port=4{c}"),
        ("LOG", "app@erp ", "duration: {c}.{b} ms  statement: SELECT count(*) FROM error_log WHERE level = 'FATAL' AND resolved"),
        ("LOG", "app@erp ", "duration: {c}.{b} ms  execute <unnamed>: UPDATE jobs SET error = NULL, failed_at = NULL WHERE id = $1"),
        ("DETAIL", "app@erp ", "parameters: $1 = '{c}'"),
        ("LOG", "replicator@[unknown] ", "received replication command: START_REPLICATION SLOT \"standby1\" {a}/{x} TIMELINE 1"),
        ("LOG", "", "restartpoint is not needed, recovery is not in progress"),
        ("LOG", "", "parameter \"log_min_error_statement\" is already \"error\""),
    ]
    lines = [
        postgres(clock.tick(), 1201, "LOG", "starting PostgreSQL 15.8 on x86_64-redhat-linux-gnu, compiled by gcc (GCC) 11.4.1, 64-bit"),
        postgres(clock.tick(), 1201, "LOG", "listening on IPv4 address \"0.0.0.0\", port 5432"),
        postgres(clock.tick(), 1205, "LOG", "database system was shut down at 2026-02-17 23:58:02 UTC"),
        postgres(clock.tick(), 1201, "LOG", "database system is ready to accept connections"),
    ]
    while len(lines) < count:
        level, who, text = rng.choice(texts)
        lines += postgres(clock.tick(1, 120), rng.randint(1300, 1900), level, fill(rng, text), who).split("\n")
    return lines[:count]


def mysql(clock, rng, count):
    """MySQL 8 error log: an error log in name only."""
    start = [
        ("System", "MY-010116", "Server", "/usr/sbin/mysqld (mysqld 8.0.36) starting as process 1877"),
        ("System", "MY-013576", "InnoDB", "InnoDB initialization has started."),
        ("System", "MY-013577", "InnoDB", "InnoDB initialization has ended."),
        ("System", "MY-011323", "Server", "X Plugin ready for connections. Bind-address: '::' port: 33060, socket: /var/run/mysqld/mysqlx.sock"),
        ("System", "MY-010931", "Server", "/usr/sbin/mysqld: ready for connections. Version: '8.0.36'  socket: '/var/lib/mysql/mysql.sock'  port: 3306  MySQL Community Server - GPL."),
    ]
    texts = [
        ("Note", "MY-010914", "Server", "Closed connection {c} to db: 'shop' user: 'shop' host: '10.20.40.{b}', time-outs so far: 0"),
        ("Note", "MY-011953", "InnoDB", "Page cleaner is idle, no loop took longer than intended"),
        ("Note", "MY-012551", "InnoDB", "Buffer pool(s) dump completed at 2602{b} 04:00:0{a}"),
        ("Note", "MY-010559", "Repl", "Replica I/O thread: connected to source 'repl@10.20.40.{b}:3306', error count 0"),
        ("Note", "MY-013360", "Server", "Plugin sha256_password is present, log_error_verbosity is 3"),
        ("Note", "MY-010909", "Server", "Flushed the error log, new file was opened"),
        ("Note", "MY-012922", "InnoDB", "Purge is up to date, history list length {b}"),
        ("Note", "MY-011071", "Server", "Table './shop/error_codes' was analyzed: status OK"),
    ]
    lines = [mysql8(clock.tick(), 0, *entry) for entry in start]
    while len(lines) < count:
        level, code, subsystem, text = rng.choice(texts)
        lines.append(mysql8(clock.tick(5, 200), rng.randint(8, 99), level, code, subsystem, fill(rng, text)))
    return lines[:count]


def nginx_errors(clock, rng, count):
    """nginx error.log at level notice."""
    texts = [
        ("notice", "using the \"epoll\" event method"),
        ("notice", "nginx/1.24.0"),
        ("notice", "start worker processes"),
        ("notice", "start worker process {c}"),
        ("notice", "signal 1 (SIGHUP) received from {c}, reconfiguring"),
        ("notice", "reconfiguring"),
        ("notice", "gracefully shutting down"),
        ("notice", "exiting"),
        ("notice", "signal 17 (SIGCHLD) received from {c}"),
        ("notice", "worker process {c} exited with code 0"),
        ("notice", "reopening logs"),
        ("info", "client 10.20.40.{b} closed keepalive connection"),
        ("info", "error_log \"/var/log/nginx/error.log\" was opened"),
    ]
    return [nginx_error(clock.tick(1, 300), level, rng.randint(1000, 1020), fill(rng, text))
            for level, text in (rng.choice(texts) for _ in range(count))]


def web_access(clock, rng, count):
    """Combined access log; statuses are good ones or what any site has (304, a few 404)."""
    paths = [
        ("GET /", 200), ("GET /assets/app.css", 304), ("GET /assets/app.js", 200), ("GET /api/v1/orders?page={a}", 200),
        ("POST /api/v1/login", 204), ("GET /docs/error-codes.html", 200), ("GET /api/v1/errors/count", 200),
        ("GET /favicon.ico", 404), ("GET /robots.txt", 404), ("GET /health", 200), ("GET /metrics", 200),
        ("GET /reports/failed-orders?from=2026-02-01", 200), ("PUT /api/v1/orders/{c}", 200), ("GET /img/fatal-frame-{a}.jpg", 200),
    ]
    lines = []
    for _ in range(count):
        path, status = rng.choice(paths)
        size = 0 if status in (204, 304) else rng.choice([500, 502, 503, 504]) + rng.randint(0, 9000)
        lines.append(combined(clock.tick(0, 12), f"10.20.{rng.randint(0, 40)}.{rng.randint(2, 250)}", "-",
                              f"{fill(rng, path)} HTTP/1.1", status, size, "https://shop.example.com/", rng.choice(AGENTS)))
    return lines


def apache_errors(clock, rng, count):
    """Apache error.log with notices."""
    texts = [
        ("mpm_event:notice", "AH00489: Apache/2.4.57 (Rocky Linux) OpenSSL/3.0.7 configured -- resuming normal operations"),
        ("core:notice", "AH00094: Command line: '/usr/sbin/httpd -D FOREGROUND'"),
        ("mpm_event:notice", "AH00493: SIGUSR1 received.  Doing graceful restart"),
        ("lbmethod_heartbeat:notice", "AH02282: No slotmem from mod_heartmonitor"),
        ("ssl:info", "AH01914: Configuring server www.example.com:443 for SSL protocol"),
        ("suexec:notice", "AH01232: suEXEC mechanism enabled (wrapper: /usr/sbin/suexec)"),
        ("core:info", "AH00096: removed PID file /run/httpd/httpd.pid (pid={c})"),
        ("proxy:info", "AH01144: balancer shop: {a} workers, none in error state"),
    ]
    lines = []
    for _ in range(count):
        module, text = rng.choice(texts)
        when = clock.tick(2, 600)
        pid = rng.randint(1000, 1100)
        lines.append(f"[{when:%a %b %d %H:%M:%S.%f %Y}] [{module}] [pid {pid}:tid {pid}] {fill(rng, text)}")
    return lines


def kubelet(clock, rng, host, count):
    """kubelet and containerd in the journal."""
    lines = []
    for _ in range(count):
        when = clock.tick(0.5, 30)
        if rng.random() < 0.5:
            source, text = rng.choice([
                ("kubelet.go:2422", "\"SyncLoop (PLEG): event for pod\" pod=\"shop/web-{x}\" event={{\"ID\":\"{x}\",\"Type\":\"ContainerStarted\",\"Data\":\"{x}\"}}"),
                ("kubelet.go:2406", "\"SyncLoop UPDATE\" source=\"api\" pods=[\"shop/web-{x}\"]"),
                ("kubelet.go:2483", "\"SyncLoop (probe)\" probe=\"readiness\" status=\"ready\" pod=\"shop/web-{x}\""),
                ("reconciler_common.go:251", "\"operationExecutor.MountVolume started for volume \\\"config\\\" (UniqueName: \\\"kubernetes.io/configmap/{x}\\\") pod \\\"web-{x}\\\"\""),
                ("operation_generator.go:721", "\"MountVolume.SetUp succeeded for volume \\\"config\\\" pod \\\"web-{x}\\\"\""),
                ("pod_startup_latency_tracker.go:104", "\"Observed pod startup duration\" pod=\"shop/web-{x}\" podStartSLOduration={a}.{b}"),
                ("image_gc_manager.go:310", "\"Disk usage on image filesystem is below the high threshold\" usage={b} highThreshold=85"),
                ("scope.go:117", "\"RemoveContainer\" containerID=\"{x}{x}\""),
                ("certificate_manager.go:356", "kubernetes.io/kube-apiserver-client-kubelet: Rotation deadline is in {c}h, no error"),
                ("eviction_manager.go:170", "\"Eviction manager: no observed pressure\" errors=0"),
            ])
            lines.append(syslog(when, host, "kubelet", 1450, klog(when, "I", 1450, source, fill(rng, text))))
        else:
            text = rng.choice([
                "level=info msg=\"PullImage \\\"registry.example.com/shop/web:2.{b}.0\\\" returns image reference \\\"sha256:{x}{x}\\\"\"",
                "level=info msg=\"CreateContainer within sandbox \\\"{x}\\\" for container &ContainerMetadata{{Name:error-reporter,Attempt:0,}}\"",
                "level=info msg=\"StartContainer for \\\"{x}\\\" returns successfully\"",
                "level=info msg=\"StopPodSandbox for \\\"{x}\\\" returns successfully\"",
                "level=info msg=\"cleaning up dead shim\"",
                "level=info msg=\"shim disconnected\" id={x} namespace=k8s.io",
            ])
            stamp = f"time=\"{when:%Y-%m-%dT%H:%M:%S.%f}Z\" "
            lines.append(syslog(when, host, "containerd", 1201, stamp + fill(rng, text)))
    return lines


def esxi(clock, rng, count):
    """hostd.log, vmkernel.log and vobd.log lines of an ESXi host."""
    texts = [
        "info hostd[2099{c}] [Originator@6876 sub=Vimsvc.ha-eventmgr] Event {c} : User root@127.0.0.1 logged in as VMware-client/8.0.2",
        "info hostd[2099{c}] [Originator@6876 sub=Vmsvc.vm:/vmfs/volumes/ds1/APP0{a}/APP0{a}.vmx] Snapshot create completed, error: none",
        "info hostd[2099{c}] [Originator@6876 sub=Vimsvc.TaskManager] Task Completed : haTask-{b}-vim.VirtualMachine.removeSnapshot-{c} Status success",
        "verbose hostd[2099{c}] [Originator@6876 sub=PropertyProvider] RecordOp ASSIGN: latestEvent, ha-eventmgr. Applied change to temp map.",
        "In(182) vmkernel: cpu{a}:2097{c})ScsiDevice: 4192: Device naa.6000c29{x} has been registered, path errors 0",
        "In(182) vmkernel: cpu{a}:2097{c})NMP: nmp_ResetDeviceLogThrottling:3776: last error status from device naa.6000c29{x} repeated 0 times",
        "In(182) vmkernel: cpu{a}:2097{c})VSCSI: 6602: handle {c}(vscsi0:0):Destroying Device for world {c} (pendCom 0)",
        "In(182) vmkernel: cpu{a}:2097{c})Net: 2525: connected APP0{a}.eth0 to vDS, portID 0x4000{c}",
        "In(14) vobd[2097{c}]:  [netCorrelator] {c}us: [esx.clear.net.vmnic.linkstate.up] Physical NIC vmnic{a} linkstate is up",
        "info vpxa[2100{c}] [Originator@6876 sub=vpxLro opID={x}] [VpxLRO] -- FINISH lro-{c}",
        "info rhttpproxy[2098{c}] [Originator@6876 sub=Proxy Req {c}] Resolved endpoint : [N7Vmacore4Http16LocalServiceSpecE:0x{x}] _serverNamespace = /sdk",
        "In(30) healthd[2098{c}]: Hardware status: {b} sensors are green, none red",
    ]
    lines = []
    for _ in range(count):
        when = clock.tick(0.2, 20)
        lines.append(f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z {fill(rng, rng.choice(texts))}")
    return lines
