"""Bundle `linux-sos`: a sosreport-like tree of a web and database server that came down in the morning.

Out: var/log with syslog, secure, PostgreSQL, nginx and MySQL logs, kubelet lines in the journal, command outputs, a link that
leads nowhere and a rotated log whose gzip was cut. What is planted is in `testdata/expected/linux-sos.md`.
"""

import random
from datetime import datetime
from pathlib import Path

import healthy_linux as healthy
from logformats import Clock, gzip_bytes, klog, mysql8, nginx_error, postgres, syslog, write_text

HOST = "web01"


def write(root: Path):
    for part in (messages, secure, postgresql, nginx, mysql, kubelet, commands, odd_files):
        part(root, random.Random(f"linux-sos/{part.__name__}"))


def at(hour, minute, second=0, day=9):
    return datetime(2026, 4, day, hour, minute, second)


# The unknown problem: the key broker of the order service loses its ring at 03:17, once. From 03:40 on everything that needs a key
# is refused, hundreds of times. The daemon, its words and its code are invented.

RING_CAUSE = "error: ring shard 3/8 dropped by quorum arithmetic: weight 11 of 23 is not a majority, code KBX-4419-R"
RING_EFFECT = "refusing sign request {n}: ring is not whole"
APP_EFFECT = "order {n} not signed: broker answered 'ring is not whole', will try again in 5 s"


def messages(root, rng):
    clock = Clock(rng, at(2, 30))
    lines = healthy.kernel_boot(clock, rng, HOST)
    lines += healthy.messages(clock, rng, HOST, 60)
    clock.jump_to(at(3, 17, 22))
    lines.append(syslog(clock.now, HOST, "keybrokerd", 1702, RING_CAUSE))
    lines += healthy.messages(clock, rng, HOST, 30)
    clock.jump_to(at(3, 40))
    request = 81200
    for _ in range(260):
        request += rng.randint(1, 9)
        lines.append(syslog(clock.tick(1, 8), HOST, "keybrokerd", 1702, "error: " + RING_EFFECT.format(n=request)))
        if rng.random() < 0.6:
            lines.append(syslog(clock.tick(0, 1), HOST, "orderd", 2290, "ERROR: " + APP_EFFECT.format(n=request * 3)))
        if rng.random() < 0.2:
            lines += healthy.messages(clock, rng, HOST, 1)
    clock.jump_to(at(5, 2, 11))
    lines += out_of_memory(clock, rng)
    lines += [
        syslog(clock.tick(), HOST, "systemd", 1, "report-worker.service: Main process exited, code=killed, status=9/KILL"),
        syslog(clock.tick(), HOST, "systemd", 1, "report-worker.service: Failed with result 'oom-kill'."),
    ]
    lines += healthy.messages(clock, rng, HOST, 20)
    clock.jump_to(at(5, 30, 40))
    uptime = 11200.5
    lines += [
        syslog(clock.now, HOST, "kernel", None, f"[{uptime:12.6f}] INFO: task jbd2/sdb1-8:611 blocked for more than 120 seconds."),
        syslog(clock.now, HOST, "kernel", None, f"[{uptime + 0.00001:12.6f}]       Not tainted 5.14.0-427.13.1.el9_4.x86_64 #1"),
        syslog(clock.now, HOST, "kernel", None, f'[{uptime + 0.00002:12.6f}] "echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.'),
        syslog(clock.now, HOST, "kernel", None, f"[{uptime + 0.00003:12.6f}] task:jbd2/sdb1-8     state:D stack:    0 pid:  611 ppid:     2 flags:0x00004000"),
    ]
    lines += healthy.messages(clock, rng, HOST, 40)
    write_text(root / "var/log/messages", lines)


def out_of_memory(clock, rng):
    uptime = 9711.2
    texts = [
        "java invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0",
        "CPU: 2 PID: 30511 Comm: java Not tainted 5.14.0-427.13.1.el9_4.x86_64 #1",
        "Mem-Info:",
        "active_anon:1829120 inactive_anon:91020 isolated_anon:0",
        "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/report-worker.service,task=java,pid=30511,uid=991",
        "Out of memory: Killed process 30511 (java) total-vm:9128340kB, anon-rss:6412288kB, file-rss:0kB, shmem-rss:0kB, UID:991 pgtables:13644kB oom_score_adj:0",
    ]
    lines = []
    for text in texts:
        uptime += 0.00002
        lines.append(syslog(clock.now, HOST, "kernel", None, f"[{uptime:12.6f}] {text}"))
    return lines


def secure(root, rng):
    clock = Clock(rng, at(2, 40))
    lines = healthy.secure(clock, rng, HOST, 60)
    clock.jump_to(at(4, 10))
    for number in range(25):
        source, port = "203.0.113.66", rng.randint(30000, 60000)
        name = ["admin", "oracle", "test", "ubuntu", "git"][number % 5]
        pid = rng.randint(30000, 40000)
        lines += [
            syslog(clock.tick(1, 4), HOST, "sshd", pid, f"Invalid user {name} from {source} port {port}"),
            syslog(clock.tick(1, 2), HOST, "sshd", pid, f"Failed password for invalid user {name} from {source} port {port} ssh2"),
            syslog(clock.tick(0, 1), HOST, "sshd", pid, f"Connection closed by invalid user {name} {source} port {port} [preauth]"),
        ]
    lines += healthy.secure(clock, rng, HOST, 40)
    write_text(root / "var/log/secure", lines)


def postgresql(root, rng):
    clock = Clock(rng, at(2, 31))
    lines = healthy.postgresql(clock, rng, 60)
    clock.jump_to(at(4, 50, 3))
    for _ in range(14):
        lines.append(postgres(clock.tick(0.2, 4), rng.randint(3000, 3900), "FATAL", "sorry, too many clients already", "app@erp "))
    lines += healthy.postgresql(clock, rng, 30)[4:]
    clock.jump_to(at(5, 20))
    lines += [
        postgres(clock.now, 3412, "ERROR", 'could not extend file "base/16384/24611": No space left on device', "app@erp "),
        postgres(clock.now, 3412, "HINT", "Check free disk space.", "app@erp "),
        postgres(clock.now, 3412, "STATEMENT", "INSERT INTO audit_trail (who, what)\n\tVALUES ($1, $2)", "app@erp "),
    ]
    lines += healthy.postgresql(clock, rng, 30)[4:]
    lines += [
        postgres(clock.tick(), 1455, "ERROR", "deadlock detected", "app@erp "),
        postgres(clock.now, 1455, "DETAIL", "Process 1455 waits for ShareLock on transaction 90211; blocked by process 1460.\n"
                 "\tProcess 1460 waits for ShareLock on transaction 90210; blocked by process 1455.\n"
                 "\tProcess 1455: UPDATE stock SET n = n - 1 WHERE id = 7\n\tProcess 1460: UPDATE stock SET n = n - 1 WHERE id = 4", "app@erp "),
        postgres(clock.now, 1455, "HINT", "See server log for query details.", "app@erp "),
    ]
    write_text(root / "var/log/postgresql/postgresql.log", lines)


def nginx(root, rng):
    clock = Clock(rng, at(3, 0))
    lines = healthy.nginx_errors(clock, rng, 25)
    clock.jump_to(at(5, 3))
    tail = 'client: 10.20.10.{b}, server: shop.example.com, request: "GET /reports/{c} HTTP/1.1", upstream: "http://127.0.0.1:8080/reports/{c}", host: "shop.example.com"'
    for number in range(30):
        lines.append(nginx_error(clock.tick(1, 9), "error", 1002, "connect() failed (111: Connection refused) while connecting to upstream, "
                                 + healthy.fill(rng, tail), 4000 + number))
    lines.append(nginx_error(clock.tick(), "error", 1002, "no live upstreams while connecting to upstream, "
                             'client: 10.20.10.8, server: shop.example.com, request: "GET / HTTP/1.1", upstream: "http://shop/", host: "shop.example.com"', 4044))
    lines += healthy.nginx_errors(clock, rng, 15)
    write_text(root / "var/log/nginx/error.log", lines)
    write_text(root / "var/log/nginx/access.log", healthy.web_access(Clock(rng, at(3, 0)), rng, 120))


def mysql(root, rng):
    clock = Clock(rng, at(2, 32))
    lines = healthy.mysql(clock, rng, 40)
    lines += [
        mysql8(clock.tick(), 1, "ERROR", "MY-012574", "InnoDB", "Unable to lock ./ibdata1 error: 11"),
        mysql8(clock.tick(), 1, "Note", "MY-012575", "InnoDB", "Check that you do not already have another mysqld process using the same InnoDB data or log files."),
    ]
    lines += healthy.mysql(clock, rng, 20)[5:]
    write_text(root / "var/log/mysql/error.log", lines)


def kubelet(root, rng):
    clock = Clock(rng, at(3, 0))
    lines = healthy.kubelet(clock, rng, "node-3", 60)
    for _ in range(6):
        when = clock.tick(8, 12)
        lines.append(syslog(when, "node-3", "kubelet", 1450, klog(when, "E", 1450, "pod_workers.go:1298",
                     '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"signer\\" with CrashLoopBackOff: '
                     '\\"back-off 5m0s restarting failed container=signer pod=signer-7c9d_shop(1f0c)\\"" pod="shop/signer-7c9d"')))
        lines += healthy.kubelet(clock, rng, "node-3", 4)
    write_text(root / "sos_commands/logs/journalctl_--no-pager_--unit_kubelet", lines)


def commands(root, rng):
    """Outputs of commands: no times at all."""
    write_text(root / "sos_commands/filesys/df_-al_-x_autofs", [
        "Filesystem          1K-blocks      Used Available Use% Mounted on",
        "/dev/mapper/rl-root  52403200  18824412  33578788  36% /",
        "/dev/sdb1           104806400 104806400         0 100% /var/lib/pgsql",
        "tmpfs                 8126464         0   8126464   0% /dev/shm",
    ])
    write_text(root / "sos_commands/systemd/systemctl_list-units_--failed", [
        "  UNIT                  LOAD   ACTIVE SUB    DESCRIPTION",
        "* report-worker.service loaded failed failed Report worker",
        "",
        "1 loaded units listed.",
    ])
    write_text(root / "sos_commands/memory/free", [
        "               total        used        free      shared  buff/cache   available",
        "Mem:        16252928    15981020       91220        4180      180688       62012",
        "Swap:        4194300     4194300           0",
    ])
    write_text(root / "sos_commands/date/date_--utc", ["Thu Apr  9 06:40:11 UTC 2026"])
    write_text(root / "etc/hostname", [HOST])
    write_text(root / "version.txt", ["sos report 4.7.1", "", "tree written for tests, not a real host"])


def odd_files(root, rng):
    """A link to nowhere and a gzip that was cut in the middle."""
    link = root / "sos_commands/kernel/dmesg"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to("../../var/log/dmesg-that-is-not-here")
    clock = Clock(rng, at(3, 0, day=8))
    text = "\n".join(healthy.messages(clock, rng, HOST, 400)) + "\n"
    packed = gzip_bytes(text.encode(), "messages-20260408")
    (root / "var/log/messages-20260408.gz").write_bytes(packed[: len(packed) * 2 // 3])
