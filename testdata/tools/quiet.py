"""Healthy logs of every format family.

`python3 testdata/tools/quiet.py --write` writes the committed files in `testdata/quiet/`.
`python3 testdata/tools/quiet.py N` prints N lines of all families to standard output, one family after the other.
`python3 testdata/tools/quiet.py N FOLDER` writes N lines in all as one file per family into FOLDER.

Every run gives the same bytes. No line may ever cause a diagnosis.
"""

import random
import shutil
import sys
from datetime import datetime
from pathlib import Path

import healthy_apps as apps
import healthy_linux as linux
import healthy_pulse as pulse
import healthy_services as services
import healthy_veeam as veeam
import healthy_windows as windows
from logformats import Clock, vbr, vbr_header, write_text

START = datetime(2026, 2, 18, 0, 0, 2)
CRLF = "\r\n"


def veeam_job(clock, rng, count):
    """Whole sessions of a job that succeeds, with the header that opens each."""
    lines = []
    while len(lines) < count:
        machines = rng.sample(["SQL01", "SQL02", "APP01", "FS01", "FS02", "WEB01"], 3)
        lines += vbr_header(clock.tick(), "VBR01", "12.3.1.1139", "Veeam.Backup.Manager.exe", rng.randint(3000, 9000),
                            f"startbackupjob {veeam.guid(rng)} {veeam.guid(rng)}", 1)
        lines += veeam.job_log_start(clock, rng, "SQL Daily", machines, 1)
        clock.tick(600, 1200)
        lines += veeam.job_log_end(clock, rng, "SQL Daily", {name: "Success" for name in machines}, 1)
        lines.append(vbr(clock.tick(), 1, "Info", "[JobSession] Job session [SQL Daily] is finished with state [Success], errors: 0"))
        clock.tick(3000, 9000)
    return lines[:count]


def veeam_task(clock, rng, count):
    lines = []
    while len(lines) < count:
        lines += veeam.task_log(clock, rng, f"APP{rng.randint(1, 20):02d}", rng.randint(4, 30), f"10.20.40.{rng.randint(2, 250)}")
    return lines[:count]


def veeam_mover(clock, rng, count):
    lines = []
    while len(lines) < count:
        lines += veeam.mover_log(clock, rng, f"APP{rng.randint(1, 20):02d}")
    return lines[:count]


def veeam_agent_job(clock, rng, count):
    lines = []
    while len(lines) < count:
        lines += veeam.agent_linux_job(clock, rng, "db01.corp.example.com", 139700000000000 + rng.randint(0, 99) * 8392704)
        clock.tick(3000, 9000)
    return lines[:count]


def on(host, family):
    """A family that also wants a host name."""
    return lambda clock, rng, count: family(clock, rng, host, count)


def syslog_with_boot(clock, rng, count):
    lines = linux.kernel_boot(clock, rng, "web01")
    return (lines + linux.messages(clock, rng, "web01", max(0, count - len(lines))))[:count]


def admin_welf(clock, rng, count):
    return pulse.gateway_admin(clock, rng, count, "welf")


def events_csv(clock, rng, count):
    return windows.events_csv(clock, rng, count)[:count]


# File name, lines in the committed file, family, line end, encoding (None: UTF-8).
FAMILIES = [
    ("veeam/Backup/SQL_Daily/Job.SQL_Daily.Backup.log", 200, veeam_job, CRLF, None),
    ("veeam/Backup/SQL_Daily/Task.APP01.log", 160, veeam_task, CRLF, None),
    ("veeam/Backup/SQL_Daily/Agent.SQL_Daily.Source.APP01.log", 120, veeam_mover, CRLF, None),
    ("veeam/Backup/Svc.VeeamBackup.log", 180, veeam.backup_service, CRLF, None),
    ("veeam/Backup/Svc.VeeamMount.log", 80, veeam.mount_service, CRLF, "utf-16-le"),
    ("veeam/Backup/SQL_Daily/Agent.SQL_Daily.APP01.Hotadd.Attacher.log", 80, veeam.hotadd_attacher, CRLF, None),
    ("veeam/Endpoint/Svc.VeeamEndpointBackup.log", 80, veeam.endpoint_service, CRLF, None),
    ("veeam/Utils/VMC.log", 80, veeam.vmc_log, CRLF, None),
    ("veeam/Guest/VeeamGuestHelper_18.02.2026.log", 120, veeam.guest_helper, CRLF, None),
    ("veeam/Guest/VeeamGuestHelper_dated.log", 60, lambda c, r, n: veeam.guest_helper(c, r, n, True), CRLF, None),
    ("veeam-agent/var/log/veeam/Backup/daily/Session_20260218_000002/Job.log", 160, veeam_agent_job, "\n", None),
    ("veeam-agent/var/log/veeam/veeamservice.log", 120, veeam.agent_linux_service, "\n", None),
    ("pulse-gateway/log.access", 200, pulse.gateway_sessions, "\n", None),
    ("pulse-gateway/log.access.welf", 160, pulse.gateway_sessions_welf, "\n", None),
    ("pulse-gateway/log.events", 120, pulse.gateway_events, "\n", None),
    ("pulse-gateway/log.events.welf", 100, pulse.gateway_events_welf, "\n", None),
    ("pulse-gateway/log.admin", 80, pulse.gateway_admin, "\n", None),
    ("pulse-gateway/log.admin.welf", 60, admin_welf, "\n", None),
    ("pulse-gateway/by-syslog.log", 100, pulse.gateway_by_syslog, "\n", None),
    ("pulse-client/LogsAndDiagnostics/Logs/debuglog.log", 160, pulse.client_debuglog, CRLF, None),
    ("pulse-client/pulsesvc.log", 100, pulse.client_linux, "\n", None),
    ("linux/var/log/messages", 260, syslog_with_boot, "\n", None),
    ("linux/var/log/dmesg", 60, linux.guest_boot, "\n", None),
    ("linux/var/log/secure", 140, on("web01", linux.secure), "\n", None),
    ("linux/var/log/nginx/error.log", 80, linux.nginx_errors, "\n", None),
    ("linux/var/log/nginx/access.log", 140, linux.web_access, "\n", None),
    ("linux/var/log/httpd/error_log", 80, linux.apache_errors, "\n", None),
    ("linux/var/log/httpd/access_log", 100, linux.web_access, "\n", None),
    ("linux/var/log/postgresql/postgresql-15.log", 160, linux.postgresql, "\n", None),
    ("linux/var/log/mysql/error.log", 100, linux.mysql, "\n", None),
    ("kubernetes/journal-kubelet.log", 160, on("node-3", linux.kubelet), "\n", None),
    ("vmware-esxi/var/log/hostd.log", 140, linux.esxi, "\n", None),
    ("windows/System.txt", 240, on("APP01.corp.example.com", windows.events_text), CRLF, "utf-16-le"),
    ("windows/Application.csv", 80, events_csv, CRLF, None),
    ("windows/CBS.log", 140, windows.cbs_log, CRLF, None),
    ("windows/u_ex260218.log", 80, windows.iis_log, CRLF, None),
    ("apps/shop.jsonl", 120, apps.json_lines, "\n", None),
    ("apps/gateway.logfmt.log", 80, apps.logfmt, "\n", None),
    ("apps/shop-java.log", 160, apps.java, "\n", None),
    ("apps/shop-python.log", 120, apps.python, "\n", None),
    ("apps/shop-dotnet.log", 80, apps.dotnet, "\n", None),
    ("veeam/syslog-events.log", 60, services.veeam_syslog, "\n", None),
    ("veeam-agent/var/lib/dkms/blksnap/6.3.1.1016/build/make.log", 50, services.dkms_make_log, "\n", None),
    ("services/rabbitmq/rabbit@mq1.log", 60, services.rabbitmq, "\n", None),
    ("services/haproxy.log", 60, services.haproxy, "\n", None),
    ("services/charon.log", 80, services.strongswan, "\n", None),
    ("services/openvpn.log", 60, services.openvpn, "\n", None),
    ("services/sssd/sssd_corp.example.com.log", 60, services.sssd, "\n", None),
    ("services/mail.log", 80, services.postfix, "\n", None),
    ("services/redis.log", 60, services.redis, "\n", None),
    ("services/mssql/ERRORLOG", 80, services.sql_server, CRLF, None),
    ("services/dockerd.log", 60, services.docker, "\n", None),
    ("services/etcd.log", 60, services.etcd, "\n", None),
    ("kubernetes/kube-apiserver.log", 60, services.kube_apiserver, "\n", None),
    ("kubernetes/coredns.log", 60, services.coredns, "\n", None),
    ("services/asa.log", 60, services.cisco_asa, "\n", None),
    ("services/elasticsearch.log", 60, services.elasticsearch, "\n", None),
    ("services/mongod.log", 60, services.mongodb, "\n", None),
    ("services/kafka/server.log", 60, services.kafka, "\n", None),
    ("services/ceph/ceph.log", 60, services.ceph, "\n", None),
]


def lines_of(name, family, count):
    """The first `count` lines of a family; each has its own source of randomness, seeded by its name."""
    rng = random.Random(f"quiet/{name}")
    return family(Clock(rng, START), rng, count)


def main(arguments):
    home = Path(__file__).resolve().parent.parent / "quiet"
    if arguments == ["--write"]:
        shutil.rmtree(home, ignore_errors=True)
        for name, count, family, newline, encoding in FAMILIES:
            write_text(home / name, lines_of(name, family, count), newline, encoding or "utf-8", bom=bool(encoding))
        return
    if not 1 <= len(arguments) <= 2:
        sys.exit(__doc__)
    total = int(arguments[0])
    for index, (name, _, family, newline, encoding) in enumerate(FAMILIES):
        share = total * (index + 1) // len(FAMILIES) - total * index // len(FAMILIES)
        lines = lines_of(name, family, share)[:share]
        if len(arguments) == 2:
            write_text(Path(arguments[1]) / name, lines, newline, encoding or "utf-8", bom=bool(encoding))
        elif lines:
            sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
