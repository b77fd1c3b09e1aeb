"""What further services write when all is well: brokers, proxies, VPN, mail, directory, databases, firewalls, containers.

In: a clock and a seeded random source. Out: lists of lines. Each family is a list of (prefix kind, text); the texts are near misses
of well-known errors on purpose ("0 slow ops", "proposal chosen", "licence valid"), so that a loose signature fires here.
"""

from healthy_linux import fill
from logformats import klog, milliseconds, syslog


def rows(clock, rng, count, texts, line, pause=(0.2, 40)):
    """`count` lines: a random text, filled, given to `line` with the time."""
    return [line(clock.tick(*pause), fill(rng, rng.choice(texts))) for _ in range(count)]


def iso(when, comma="."):
    return f"{when:%Y-%m-%d %H:%M:%S}{comma}{milliseconds(when)}"


def rabbitmq(clock, rng, count):
    texts = [
        "[info] <0.{c}.0> accepting AMQP connection <0.{c}.0> (10.20.40.{b}:4{c} -> 10.20.40.5:5672)",
        "[info] <0.{c}.0> connection <0.{c}.0> (10.20.40.{b}:4{c} -> 10.20.40.5:5672): user 'shop' authenticated and granted access to vhost '/'",
        "[info] <0.{c}.0> closing AMQP connection <0.{c}.0> (10.20.40.{b}:4{c} -> 10.20.40.5:5672, vhost: '/', user: 'shop')",
        "[info] <0.{c}.0> Waiting for Mnesia tables for 30000 ms, 9 retries left",
        "[info] <0.{c}.0> Successfully synced tables from a peer",
        "[info] <0.{c}.0> Memory high watermark set to {c} MiB, no alarm is set",
        "[info] <0.{c}.0> Free disk space is sufficient. Free bytes: {c}{c}. Limit: 50000000",
        "[info] <0.{c}.0> Mirrored queue 'error_queue' in vhost '/': Synchronising: all slaves already synced",
        "[debug] <0.{c}.0> Queue 'dead-letter' in vhost '/' is empty",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"{iso(when)} {text}")


def haproxy(clock, rng, count):
    texts = [
        '10.20.10.{b}:5{c} [18/Feb/2026:00:00:0{a}.123] www~ app/app{a} 0/0/1/{b}/{b} 200 {c} - - ---- 12/12/0/0/0 0/0 "GET /errors HTTP/1.1"',
        "Server app/app{a} is UP, reason: Layer7 check passed, code: 200, check duration: {a}ms. 3 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.",
        "Proxy www started.",
        "Health check for server app/app{a} succeeded, reason: Layer4 check passed, check duration: 0ms, status: 3/3 UP.",
        "[NOTICE]   (1660) : haproxy version is 2.8.3-86e043a",
        "[NOTICE]   (1660) : New worker ({c}) forked",
    ]
    return rows(clock, rng, count, texts, lambda when, text: syslog(when, "lb1", "haproxy", 1660, text))


def strongswan(clock, rng, count):
    texts = [
        "1{a}[NET] received packet: from 198.51.100.{b}[500] to 192.0.2.1[500] ({c} bytes)",
        "1{a}[CFG] looking for an ike config for 192.0.2.1...198.51.100.{b}",
        "1{a}[CFG] selecting proposal:",
        "1{a}[CFG]   proposal matches",
        "1{a}[CFG] received proposals: IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
        "1{a}[CFG] selected proposal: IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
        "1{a}[IKE] authentication of 'branch{a}.example.com' with pre-shared key successful",
        "1{a}[IKE] IKE_SA branch{a}[{b}] established between 192.0.2.1[hq.example.com]...198.51.100.{b}[branch{a}.example.com]",
        "1{a}[IKE] CHILD_SA branch{a}{{{c}}} established with SPIs {x}_i {x}_o and TS 10.20.0.0/16 === 10.8{a}.0.0/16",
        "1{a}[IKE] sending DPD request",
        "1{a}[ENC] parsed INFORMATIONAL response {b} [ ]",
        "1{a}[IKE] remote host is behind NAT",
    ]
    return rows(clock, rng, count, texts, lambda when, text: syslog(when, "vpn1", "charon", None, text))


def openvpn(clock, rng, count):
    texts = [
        "198.51.100.{b}:1194 TLS: Initial packet from [AF_INET]198.51.100.{b}:1194, sid={x} {x}",
        "198.51.100.{b}:1194 VERIFY OK: depth=0, CN=client{a}",
        "198.51.100.{b}:1194 Control Channel: TLSv1.3, cipher TLSv1.3 TLS_AES_256_GCM_SHA384, 2048 bit RSA",
        "client{a}/198.51.100.{b}:1194 TLS: soft reset sec=3600/3600 bytes={c}/-1 pkts={c}/0",
        "client{a}/198.51.100.{b}:1194 PUSH: Received control message: 'PUSH_REQUEST'",
        "client{a}/198.51.100.{b}:1194 Data Channel: using negotiated cipher 'AES-256-GCM'",
        "Initialization Sequence Completed",
        "event_wait : Interrupted system call (code=4), stopping on request",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"{when:%a %b} {when.day:2d} {when:%H:%M:%S %Y} {text}")


def sssd(clock, rng, count):
    texts = [
        "[be[corp.example.com]] [be_resolve_server_done] (0x0200): Found address for server dc01.corp.example.com: [10.20.30.10] TTL 1200",
        "[be[corp.example.com]] [sdap_id_op_connect_done] (0x4000): Connection established, no error",
        "[be[corp.example.com]] [fo_set_port_status] (0x0100): Marking port 389 of server 'dc01.corp.example.com' as 'working'",
        "[be[corp.example.com]] [krb5_auth_done] (0x0100): Backend is marked online.",
        "[nss] [cache_req_search_cache] (0x0400): CR #{c}: Returning [user{a}@corp.example.com] from cache",
        "[be[corp.example.com]] [sysdb_store_user] (0x0400): User \"user{a}@corp.example.com\" has been stored",
        "[be[corp.example.com]] [child_handler_setup] (0x2000): Setting up signal handler up for pid [{c}], timeout in {a} s not reached",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"({iso(when)[:19]}): {text}")


def postfix(clock, rng, count):
    texts = [
        ("postfix/smtpd", "connect from mx{a}.example.net[192.0.2.{b}]"),
        ("postfix/smtpd", "{x}: client=mx{a}.example.net[192.0.2.{b}]"),
        ("postfix/cleanup", "{x}: message-id=<failed-jobs-{c}@example.com>"),
        ("postfix/qmgr", "{x}: from=<errors@example.com>, size={c}, nrcpt=1 (queue active)"),
        ("postfix/smtp", "{x}: to=<ops@example.com>, relay=mail.example.com[192.0.2.25]:25, delay=0.{b}, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.6.0 <x> Queued mail for delivery)"),
        ("postfix/qmgr", "{x}: removed"),
        ("postfix/smtpd", "disconnect from mx{a}.example.net[192.0.2.{b}] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7"),
        ("postfix/anvil", "statistics: max connection rate {a}/60s for (smtp:192.0.2.{b}) at Feb 18 00:00:0{a}"),
        ("dovecot", "imap-login: Login: user=<a.berg>, method=PLAIN, rip=10.20.10.{b}, lip=10.20.40.7, mpid={c}, TLS"),
    ]
    lines = []
    for _ in range(count):
        program, text = rng.choice(texts)
        lines.append(syslog(clock.tick(0.1, 20), "mail1", program, rng.randint(1000, 9999), fill(rng, text)))
    return lines


def redis(clock, rng, count):
    texts = [
        "* Ready to accept connections tcp",
        "* {b} changes in 300 seconds. Saving...",
        "* Background saving started by pid {c}",
        "* DB saved on disk",
        "* Fork CoW for RDB: current 0 MB, peak 0 MB, average 0 MB",
        "* Background saving terminated with success",
        "- {a} clients connected (0 replicas), {c} bytes in use",
        "* Replica 10.20.40.{b}:6379 asks for synchronization",
        "* Partial resynchronization request from 10.20.40.{b}:6379 accepted. Sending {c} bytes of backlog starting from offset {c}.",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"1:M {when:%d %b %Y %H:%M:%S}.{milliseconds(when)} {text}")


def sql_server(clock, rng, count):
    texts = [
        ("Server", "Microsoft SQL Server 2019 (RTM-CU22) (KB5027702) - 15.0.4322.2 (X64)"),
        ("Server", "Logging SQL Server messages in file 'C:\\Program Files\\Microsoft SQL Server\\MSSQL15\\MSSQL\\Log\\ERRORLOG'."),
        ("spid{b}s", "Starting up database 'erp'."),
        ("spid{b}s", "Recovery completed for database erp (database ID {a}) in {a} second(s) (analysis 1 ms, redo 0 ms, undo 0 ms.) This is an informational message only. No user action is required."),
        ("spid{b}", "DBCC CHECKDB (erp) executed by CORP\\svc-sql found 0 errors and repaired 0 errors. Elapsed time: 0 hours 0 minutes {b} seconds."),
        ("Backup", "Log was backed up. Database: erp, creation date(time): 2021/03/01(12:00:00), first LSN: {b}:{c}:1, last LSN: {b}:{c}:1, number of dump devices: 1. This is an informational message only. No user action is required."),
        ("Logon", "Login succeeded for user 'CORP\\svc-app'. Connection made using Windows authentication. [CLIENT: 10.20.40.{b}]"),
        ("spid{b}", "I/O is frozen on database erp. No user action is required. However, if I/O is not resumed promptly, you could cancel the backup."),
        ("spid{b}", "I/O was resumed on database erp. No user action is required."),
        ("spid{b}s", "The error log has been reinitialized. See the previous log for older entries."),
    ]
    lines = []
    for _ in range(count):
        who, text = rng.choice(texts)
        when = clock.tick(0.2, 90)
        lines.append(f"{when:%Y-%m-%d %H:%M:%S}.{when.microsecond // 10000:02d} {fill(rng, who):<11} {fill(rng, text)}")
    return lines


def docker(clock, rng, count):
    texts = [
        'level=info msg="Loading containers: done."',
        'level=info msg="API listen on /run/docker.sock"',
        'level=info msg="ignoring event" container={x} module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"',
        'level=info msg="Default bridge (docker0) is assigned with an IP address 172.17.0.0/16. Daemon option --bip can be used to set a preferred IP address"',
        'level=info msg="Firewalld: docker zone already exists, returning"',
        'level=info msg="Container {x} exited with code 0 after request to stop"',
        'level=info msg="NetworkDB stats node-{a}({x}) - healthscore:0 (connectivity issues: none)"',
    ]
    return rows(clock, rng, count, texts, lambda when, text: syslog(when, "node-1", "dockerd", 1310, f'time="{when:%Y-%m-%dT%H:%M:%S.%f}Z" {text}'))


def etcd(clock, rng, count):
    texts = [
        '"level":"info","caller":"mvcc/index.go:214","msg":"compact tree index","revision":{c}',
        '"level":"info","caller":"mvcc/kvstore_compaction.go:66","msg":"finished scheduled compaction","compact-revision":{c},"took":"{a}.2ms"',
        '"level":"info","caller":"traceutil/trace.go:171","msg":"trace[{c}] range","detail":"{{range_begin:/registry/leases; response_count:{a}; }}","duration":"{b}.1ms"',
        '"level":"info","caller":"wal/wal.go:785","msg":"created a new WAL segment","path":"/var/lib/etcd/member/wal/{x}.wal"',
        '"level":"info","caller":"etcdserver/server.go:2425","msg":"saved snapshot","snapshot-index":{c}',
        '"level":"info","caller":"etcdserver/corrupt.go:116","msg":"initial corruption checking passed; no corruption","local-member-id":"{x}"',
        '"level":"info","caller":"fileutil/purge.go:77","msg":"purged","path":"/var/lib/etcd/member/snap/{x}.snap"',
    ]
    return rows(clock, rng, count, texts, lambda when, text: f'{{"ts":"{when:%Y-%m-%dT%H:%M:%S.%f}Z",{text}}}')


def kube_apiserver(clock, rng, count):
    texts = [
        ("controller.go:624", "quota admission added evaluator for: leases.coordination.k8s.io"),
        ("trace.go:236", "Trace[{c}]: \"List\" url:/api/v1/pods,user-agent:error-exporter/v1 (total time: 5{b}ms):"),
        ("handler.go:232", "Adding GroupVersion example.com v1 to ResourceManager"),
        ("dynamic_cafile_content.go:157", "\"Starting controller\" name=\"request-header::/etc/kubernetes/pki/front-proxy-ca.crt\""),
        ("alloc.go:330", "\"allocated clusterIPs\" service=\"shop/error-reporter\" clusterIPs=map[IPv4:10.96.0.{b}]"),
        ("leaderelection.go:255", "successfully acquired lease kube-system/kube-scheduler"),
        ("proxier.go:854", "\"Syncing iptables rules\" failures=0"),
        ("garbagecollector.go:818", "\"Proceeding to sync with monitors\" errors=null"),
    ]
    lines = []
    for _ in range(count):
        source, text = rng.choice(texts)
        lines.append(klog(clock.tick(0.1, 20), "I", 1, source, fill(rng, text)))
    return lines


def coredns(clock, rng, count):
    texts = [
        "[INFO] plugin/reload: Running configuration SHA512 = {x}{x}{x}",
        "[INFO] 127.0.0.1:5{c} - {c} \"HINFO IN {c}{c}.{c}{c}. udp 57 false 512\" NXDOMAIN qr,rd,ra 132 0.00{b}s",
        "[INFO] 10.244.{a}.{b}:4{c} - {c} \"A IN error-reporter.shop.svc.cluster.local. udp 60 false 512\" NOERROR qr,aa,rd 118 0.0001{b}s",
        "[INFO] plugin/ready: all plugins are ready",
        "[INFO] SIGTERM: Shutting down servers then terminating",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"{when:%Y-%m-%dT%H:%M:%S}.{milliseconds(when)}Z {text}")


def cisco_asa(clock, rng, count):
    texts = [
        "%ASA-6-302013: Built inbound TCP connection {c} for outside:198.51.100.{b}/4{c} (198.51.100.{b}/4{c}) to dmz:10.1.1.{a}/443 (192.0.2.{a}/443)",
        "%ASA-6-302014: Teardown TCP connection {c} for outside:198.51.100.{b}/4{c} to dmz:10.1.1.{a}/443 duration 0:00:{b} bytes {c} TCP FINs",
        "%ASA-6-305011: Built dynamic TCP translation from inside:10.1.2.{b}/5{c} to outside:192.0.2.1/5{c}",
        "%ASA-5-111008: User 'enable_15' executed the 'show logging | include error' command.",
        "%ASA-6-605005: Login permitted from 10.1.9.{a}/5{c} to inside:10.1.1.1/ssh for user \"netops\"",
        "%ASA-6-725002: Device completed SSL handshake with client inside:10.1.9.{a}/5{c} to 10.1.1.1/443 for TLSv1.2 session",
        "%ASA-6-113008: AAA transaction status ACCEPT : user = a.berg",
        "%ASA-5-713119: Group = 198.51.100.{b}, IP = 198.51.100.{b}, PHASE 1 COMPLETED",
        "%ASA-6-106100: access-list outside_in permitted tcp outside/198.51.100.{b}(4{c}) -> dmz/10.1.1.{a}(443) hit-cnt 1 first hit [0x{x}, 0x0]",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"{when:%b} {when.day:2d} {when:%Y %H:%M:%S} asa1 : {text}")


def elasticsearch(clock, rng, count):
    texts = [
        "[INFO ][o.e.n.Node               ] [es1] started",
        "[INFO ][o.e.b.BootstrapChecks    ] [es1] bound or publishing to a non-loopback address, enforcing bootstrap checks",
        "[INFO ][o.e.c.r.a.AllocationService] [es1] Cluster health status changed from [YELLOW] to [GREEN] (reason: [shards started [[error-logs-2026.02][0]]]).",
        "[INFO ][o.e.m.j.JvmGcMonitorService] [es1] [gc][{c}] overhead, spent [{b}ms] collecting in the last [1s]",
        "[INFO ][o.e.c.m.MetadataCreateIndexService] [es1] [failed-jobs-000{a}] creating index, cause [rollover_index], shards [1]/[1]",
        "[INFO ][o.e.x.i.IndexLifecycleTransition] [es1] moving index [app-errors-0000{a}] to the next step",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"[{when:%Y-%m-%dT%H:%M:%S},{milliseconds(when)}]{text}")


def mongodb(clock, rng, count):
    texts = [
        '"s":"I",  "c":"NETWORK",  "id":22943,   "ctx":"listener","msg":"Connection accepted","attr":{{"remote":"10.20.40.{b}:5{c}","connectionCount":{a}}}',
        '"s":"I",  "c":"STORAGE",  "id":22430,   "ctx":"Checkpointer","msg":"WiredTiger message","attr":{{"message":"saving checkpoint snapshot min: {c}, error 0"}}',
        '"s":"I",  "c":"COMMAND",  "id":51803,   "ctx":"conn{b}","msg":"Slow query","attr":{{"ns":"shop.errors","durationMillis":1{b}}}',
        '"s":"I",  "c":"REPL",     "id":21358,   "ctx":"ReplCoord-{a}","msg":"Replica set state transition","attr":{{"newState":"SECONDARY","oldState":"RECOVERING"}}',
        '"s":"I",  "c":"INDEX",    "id":20345,   "ctx":"conn{b}","msg":"Index build: done building","attr":{{"index":"failed_at_1"}}',
    ]
    return rows(clock, rng, count, texts, lambda when, text: f'{{"t":{{"$date":"{when:%Y-%m-%dT%H:%M:%S}.{milliseconds(when)}+00:00"}},{text}}}')


def kafka(clock, rng, count):
    texts = [
        "INFO [GroupCoordinator 1]: Stabilized group error-consumers generation {b} (__consumer_offsets-{b}) with {a} members (kafka.coordinator.group.GroupCoordinator)",
        "INFO [Log partition=failed-orders-{a}, dir=/var/lib/kafka] Rolled new log segment at offset {c} in {a} ms. (kafka.log.Log)",
        "INFO [ReplicaFetcher replicaId=1, leaderId=2, fetcherId=0] Truncating partition dead-letter-{a} with TruncationState(offset={c}, completed=true) due to local high watermark {c} (kafka.server.ReplicaFetcherThread)",
        "INFO Cluster ID = {x}{x} (kafka.server.KafkaServer)",
        "INFO [KafkaServer id=1] started (kafka.server.KafkaServer)",
        "INFO [Partition errors-{a} broker=1] ISR updated to 1,2,3 and version updated to {b} (kafka.cluster.Partition)",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"[{iso(when, ',')}] {text}")


def ceph(clock, rng, count):
    texts = [
        "cluster [DBG] pgmap v{c}: 129 pgs: 129 active+clean; {b} GiB data, {b} GiB used, 2.{a} TiB / 3.1 TiB avail; {c} B/s rd, 0 slow ops",
        "cluster [INF] overall HEALTH_OK",
        "cluster [INF] Health check cleared: SLOW_OPS (was: 1 slow ops, oldest one blocked for 31 sec, osd.{a} has slow ops)",
        "cluster [DBG] osdmap e{c}: 12 total, 12 up, 12 in",
        "cluster [DBG] {a}.{a}b scrub ok",
        "cluster [DBG] {a}.{a}c deep-scrub ok",
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"{when:%Y-%m-%dT%H:%M:%S.%f}+0000 mon.a (mon.0) {rng.randint(1000, 90000)} : {text}")


def veeam_syslog(clock, rng, count):
    """Events that the backup server sends by syslog (RFC 5424)."""
    texts = [
        'instanceId=110 JobID="{x}" JobType="0" Description="Backup job \'SQL Daily\' has been started."]',
        'instanceId=190 JobID="{x}" JobResult="0" Description="The backup job \'SQL Daily\' has finished with Success state. 0 errors, 0 warnings"]',
        'instanceId=10010 OibID="{x}" VmName="APP0{a}" Description="VM \'APP0{a}\' restore point has been created."]',
        'instanceId=24000 Edition="3" DaysLeft="3{b}" Description="Licence is valid, it does not expire soon."]',
        'instanceId=44000 SourceIpAddress="10.20.30.5" ClientId="veeam-backup-web-ui" Description="Token request was granted."]',
    ]
    return rows(clock, rng, count, texts, lambda when, text: f"1 {when:%Y-%m-%dT%H:%M:%S.%f}+01:00 VBR01 Veeam_MP - - [origin enterpriseId=\"31023\"] [categoryId=0 {text}", (5, 300))


def dkms_make_log(clock, rng, count):
    """make.log of a module that builds, and lvm, iscsi and mount output: no times at all."""
    texts = [
        "DKMS make.log for blksnap-6.3.1.1016 for kernel 5.15.0-9{a}-generic (x86_64)",
        "  CC [M]  /var/lib/dkms/blksnap/6.3.1.1016/build/diff_area_{a}.o",
        "  CC [M]  /var/lib/dkms/blksnap/6.3.1.1016/build/error_inject_{b}.o",
        "  MODPOST /var/lib/dkms/blksnap/6.3.1.1016/build/Module.symvers",
        "  LD [M]  /var/lib/dkms/blksnap/6.3.1.1016/build/veeamblksnap.ko",
        "make[1]: Leaving directory '/usr/src/linux-headers-5.15.0-9{a}-generic'",
        "conftest: checking for -Werror=implicit-function-declaration... yes",
        "  Found volume group \"vg{a}\" using metadata type lvm2",
        "Logging in to [iface: default, target: iqn.2026-01.com.example:t{a}, portal: 10.20.50.{b},3260] successful.",
        "dkms: install completed, no errors.",
    ]
    return rows(clock, rng, count, texts, lambda when, text: text)
