//! Lines of many programs, made up by us after their documentation, each as the only line of a file: time and level.

use super::tests::{DEBUG, ERROR, FATAL, INFO, MODIFIED, NONE, WARN};
use super::{Level, Reading};

#[test]
fn a_line_of_any_program_shows_its_time_and_level() {
    let lines: &[(&str, &str, &str, Option<Level>)] = &[
        (
            "alb",
            r#"https 2023-05-14T08:12:33.456789Z app/front/1a2b 10.1.2.3:4711 10.0.0.5:80 0.001 0.010 0.000 502 502 34 366 "GET https://x.example:443/ HTTP/1.1" "curl/7" - -"#,
            "2023-05-14T08:12:33.456789Z",
            ERROR,
        ),
        (
            "zeek",
            "1684051953.123456\tCx1\t10.0.0.1\t5353\t10.0.0.2\t53\tudp\tdns\t0.01\t40\t80\tSF",
            "2023-05-14T08:12:33.123456Z",
            NONE,
        ),
        ("cups", "E [14/May/2023:08:12:33 +0200] [Job 12] Unable to open device", "2023-05-14T08:12:33+02:00", ERROR),
        (
            "cups-access",
            r#"localhost - - [14/May/2023:08:12:33 +0200] "POST / HTTP/1.1" 200 349 Create-Job ok"#,
            "2023-05-14T08:12:33+02:00",
            INFO,
        ),
        ("dpkg", "2023-05-14 08:12:33 status half-configured libgpg-error0:amd64 1.46-1", "2023-05-14T08:12:33", NONE),
        (
            "engine",
            "2023-05-14 08:12:33,456+02 ERROR [org.ovirt.engine.core.bll.Start] (default task-3) [5a] Host is down",
            "2023-05-14T08:12:33.456+02:00",
            ERROR,
        ),
        (
            "haproxy",
            r#"May 14 08:12:33 lb1 haproxy[123]: 10.0.0.1:4711 [14/May/2023:08:12:32.999] front back/srv1 0/0/1/2/3 503 217 - - SC-- 1/1/0/0/3 0/0 "GET / HTTP/1.1""#,
            "2023-05-14T08:12:33",
            ERROR,
        ),
        ("katello", "2023-05-14T08:12:33 [E|app|1a2b] undefined method", "2023-05-14T08:12:33", ERROR),
        (
            "openam",
            "\"2023-05-14 08:12:33\"\t\"Login failed|module=LDAP\"\tinternal\tid=bob\t10.0.0.1\tINFO\to=x\tAUTH-200\t10.0.0.2",
            "2023-05-14T08:12:33",
            INFO,
        ),
        (
            "openstack",
            "2023-05-14 08:12:33.456 2931 ERROR nova.compute.manager [req-1a2b - - - - -] [instance: 5] failed",
            "2023-05-14T08:12:33.456",
            ERROR,
        ),
        (
            "papertrail",
            r#"{"id":"7","received_at":"2023-05-14T08:12:33+02:00","source_name":"web1","severity":"Warning","program":"cron","message":"late"}"#,
            "2023-05-14T08:12:33+02:00",
            WARN,
        ),
        (
            "pgcsv",
            r#"2023-05-14 08:12:33.456 UTC,"bob","shop",123,"10.0.0.1:4711",6460.1,3,"SELECT",2023-05-14 08:00:00 UTC,3/22,0,ERROR,42P01,"relation ""x"" does not exist",,,,,,"select 1",8,,"psql","client backend",,0"#,
            "2023-05-14T08:12:33.456Z",
            ERROR,
        ),
        (
            "redis",
            "1234:M 14 May 2023 08:12:33.456 # Out of memory allocating 12 bytes",
            "2023-05-14T08:12:33.456",
            WARN,
        ),
        (
            "s3",
            r#"79a59df900b949e5 bucket1 [14/May/2023:08:12:33 +0000] 10.0.0.1 arn:x REQID REST.GET.OBJECT k "GET /k HTTP/1.1" 403 AccessDenied 243 - 12 - "-" "aws" -"#,
            "2023-05-14T08:12:33Z",
            WARN,
        ),
        (
            "sudo",
            "May 14 08:12:33 : bob : command not allowed ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls",
            "2026-05-14T08:12:33",
            NONE,
        ),
        (
            "strace",
            r#"08:12:33.456789 openat(AT_FDCWD, "/etc/x", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000012>"#,
            "2026-05-28T08:12:33.456789",
            NONE,
        ),
        ("strace-pid", r#"1234 1684051953.456789 read(3, "", 4096) = 0"#, "2023-05-14T08:12:33.456789Z", NONE),
        (
            "tomcat",
            "14-May-2023 08:12:33.456 SEVERE [main] org.apache.catalina.core.StandardService.initInternal Failed",
            "2023-05-14T08:12:33.456",
            ERROR,
        ),
        (
            "uwsgi",
            "[pid: 12|app: 0|req: 1/1] 10.0.0.1 () {30 vars in 400 bytes} [Sun May 14 08:12:33 2023] GET /x => generated 12 bytes in 3 msecs (HTTP/1.1 500) 2 headers in 70 bytes",
            "2023-05-14T08:12:33",
            ERROR,
        ),
        (
            "vdsm",
            "2023-05-14 08:12:33,456+0200 WARN  (jsonrpc/3) [vds] slow call (api:45)",
            "2023-05-14T08:12:33.456+02:00",
            WARN,
        ),
        (
            "vdsm-old",
            "Thread-13::DEBUG::2023-05-14 08:12:33,456::task::595::Storage.TaskManager.Task::(_updateState) moving",
            "2023-05-14T08:12:33.456",
            DEBUG,
        ),
        (
            "vmk",
            "2023-05-14T08:12:33.456Z cpu3:2097)WARNING: NMP: nmp_DeviceRetryCommand:133: device lost",
            "2023-05-14T08:12:33.456Z",
            WARN,
        ),
        (
            "vmw",
            "2023-05-14T08:12:33.456Z info hostd[2099] [Originator@6876 sub=Vimsvc.ha-eventmgr] Event 12 : x",
            "2023-05-14T08:12:33.456Z",
            INFO,
        ),
        ("vmwpy", "2023-05-14T08:12:33 PM UTC vpxd 12 ERROR x failed", "2023-05-14T20:12:33Z", ERROR),
        (
            "vpostgres",
            "2023-05-14 08:12:33.456 UTC 5a.1 0 VCDB vc 10.0.0.1(22) 12 4 FATAL:  the database system is starting up",
            "2023-05-14T08:12:33.456Z",
            FATAL,
        ),
        ("xmlrpc", "05/14 08:12:33 [xmlrpc:12] INFO done", "2026-05-14T08:12:33", INFO),
        (
            "caddy",
            r#"{"level":"error","ts":1684051953.456,"logger":"http.log.error","msg":"dial tcp: refused","status":502}"#,
            "2023-05-14T08:12:33.456Z",
            ERROR,
        ),
        (
            "caddy-console",
            "2023/05/14 08:12:33.456\tERROR\thttp.log.error\tdial tcp: refused\t{\"status\": 502}",
            "2023-05-14T08:12:33.456",
            ERROR,
        ),
        (
            "ghevents",
            r#"{"id":"1","type":"PushEvent","actor":{"login":"bob"},"created_at":"2023-05-14T08:12:33Z"}"#,
            "2023-05-14T08:12:33Z",
            NONE,
        ),
        (
            "gunicorn",
            "[2023-05-14 08:12:33 +0000] [12] [CRITICAL] WORKER TIMEOUT (pid:13)",
            "2023-05-14T08:12:33Z",
            FATAL,
        ),
        (
            "bunyan",
            r#"{"name":"api","hostname":"h","pid":1,"level":50,"msg":"boom","time":"2023-05-14T08:12:33.456Z","v":0}"#,
            "2023-05-14T08:12:33.456Z",
            ERROR,
        ),
        (
            "pino",
            r#"{"level":40,"time":1684051953456,"pid":1,"hostname":"h","msg":"slow"}"#,
            "2023-05-14T08:12:33.456Z",
            WARN,
        ),
        ("logback", "08:12:33.456 [main] ERROR c.e.App - boom", "2026-05-28T08:12:33.456", ERROR),
        ("log4net", "2023-05-14 08:12:33,456 [12] FATAL App.Main [(null)] - boom", "2023-05-14T08:12:33.456", FATAL),
        ("klog", "E0514 08:12:33.456789       1 reflector.go:138] failed to list", "2026-05-14T08:12:33.456789", ERROR),
        ("nlog", "2023-05-14 08:12:33.4567|WARN|App.Worker|retry", "2023-05-14T08:12:33.456700", WARN),
        ("serilog", "2023-05-14 08:12:33.456 +02:00 [ERR] boom", "2023-05-14T08:12:33.456+02:00", ERROR),
        (
            "serilog-json",
            r#"{"@t":"2023-05-14T08:12:33.456Z","@mt":"boom","@l":"Fatal"}"#,
            "2023-05-14T08:12:33.456Z",
            FATAL,
        ),
        (
            "winston",
            r#"{"level":"warn","message":"slow","timestamp":"2023-05-14T08:12:33.456Z"}"#,
            "2023-05-14T08:12:33.456Z",
            WARN,
        ),
        (
            "zap-epoch",
            r#"{"severity":"ERROR","eventTime":1684051953.456,"message":"x"}"#,
            "2023-05-14T08:12:33.456Z",
            ERROR,
        ),
        (
            "gcp",
            r#"{"severity":"NOTICE","timestamp":"2023-05-14T08:12:33.456Z","textPayload":"x"}"#,
            "2023-05-14T08:12:33.456Z",
            INFO,
        ),
        (
            "cloudtrail",
            r#"{"eventVersion":"1.08","eventTime":"2023-05-14T08:12:33Z","eventName":"X","errorCode":"AccessDenied"}"#,
            "2023-05-14T08:12:33Z",
            NONE,
        ),
        (
            "traefik",
            r#"time="2023-05-14T08:12:33+02:00" level=error msg="no route""#,
            "2023-05-14T08:12:33+02:00",
            ERROR,
        ),
        (
            "envoy",
            "[2023-05-14 08:12:33.456][12][warning][config] [source/common/x.cc:12] gRPC closed",
            "2023-05-14T08:12:33.456",
            WARN,
        ),
        (
            "envoy-access",
            r#"[2023-05-14T08:12:33.456Z] "GET /x HTTP/1.1" 503 UF 0 91 12 - "-" "curl" "1a" "h" "10.0.0.1:80""#,
            "2023-05-14T08:12:33.456Z",
            ERROR,
        ),
        ("nginx-error", "2023/05/14 08:12:33 [crit] 12#12: *1 connect() failed", "2023-05-14T08:12:33", FATAL),
        (
            "apache24",
            "[Sun May 14 08:12:33.456789 2023] [proxy:error] [pid 12:tid 13] AH01114: failed",
            "2023-05-14T08:12:33.456789",
            ERROR,
        ),
        (
            "mysql8",
            "2023-05-14T08:12:33.456789Z 0 [Warning] [MY-010068] [Server] CA certificate is self signed.",
            "2023-05-14T08:12:33.456789Z",
            WARN,
        ),
        ("mariadb", "2023-05-14  8:12:33 0 [ERROR] InnoDB: x", "2023-05-14T08:12:33", ERROR),
        (
            "mongo",
            r#"{"t":{"$date":"2023-05-14T08:12:33.456+02:00"},"s":"W","c":"CONTROL","id":1,"ctx":"main","msg":"x"}"#,
            "2023-05-14T08:12:33.456+02:00",
            WARN,
        ),
        ("db2", "2023-05-14-08.12.33.456789+120 I1A300 LEVEL: Error", "2023-05-14T08:12:33.456789+02:00", ERROR),
        (
            "cassandra",
            "ERROR [main] 2023-05-14 08:12:33,456 CassandraDaemon.java:12 - x",
            "2023-05-14T08:12:33.456",
            ERROR,
        ),
        ("elastic", "[2023-05-14T08:12:33,456][WARN ][o.e.c.r.Disk] [n1] low", "2023-05-14T08:12:33.456", WARN),
        (
            "kafka",
            "[2023-05-14 08:12:33,456] FATAL [KafkaServer id=1] x (kafka.Server)",
            "2023-05-14T08:12:33.456",
            FATAL,
        ),
        ("rabbit", "2023-05-14 08:12:33.456789+02:00 [error] <0.12.0> x", "2023-05-14T08:12:33.456789+02:00", ERROR),
        (
            "postfix",
            "May 14 08:12:33 mx postfix/smtpd[12]: warning: hostname x does not resolve",
            "2026-05-14T08:12:33",
            WARN,
        ),
        ("dovecot", "May 14 08:12:33 imap(bob)<12><x>: Error: x", "2026-05-14T08:12:33", ERROR),
        ("exim", "2023-05-14 08:12:33 1pyABC-0001-AB == x@y R=z T=s defer (-53): retry", "2023-05-14T08:12:33", NONE),
        (
            "squid",
            "1684051953.456    12 10.0.0.1 TCP_MISS/503 4000 GET http://x/ - HIER_NONE/- text/html",
            "2023-05-14T08:12:33.456Z",
            ERROR,
        ),
        ("slurm", "[2023-05-14T08:12:33.456] error: Node n1 not responding", "2023-05-14T08:12:33.456", ERROR),
        ("suricata", "14/5/2023 -- 08:12:33 - <Error> - [ERRCODE: X(1)] - x", "2023-05-14T08:12:33", ERROR),
        ("suricata7", "[12] 14/5/2023 -- 08:12:33 - (x.c:1) <Warning> (Main) -- x", "2023-05-14T08:12:33", WARN),
        (
            "snort",
            "05/14-08:12:33.456789  [**] [1:1:1] X [**] [Priority: 1] {TCP} 10.0.0.1:1 -> 10.0.0.2:2",
            "2026-05-14T08:12:33.456789",
            NONE,
        ),
        ("freeradius", "Sun May 14 08:12:33 2023 : Error: x", "2023-05-14T08:12:33", ERROR),
        ("openvpn", "Sun May 14 08:12:33 2023 us=12 WARNING: x", "2023-05-14T08:12:33", WARN),
        ("openvpn-new", "2023-05-14 08:12:33 VERIFY ERROR: depth=0", "2023-05-14T08:12:33", ERROR),
        ("bind", "14-May-2023 08:12:33.456 general: error: zone x: not loaded", "2023-05-14T08:12:33.456", ERROR),
        ("unbound", "[1684051953] unbound[12:0] error: x", "2023-05-14T08:12:33Z", ERROR),
        ("chrony", "2023-05-14 08:12:33 10.0.0.1 N 2 111 111 1111", "2023-05-14T08:12:33", NONE),
        ("puppet", "2023-05-14T08:12:33.456+02:00 [main] WARN  [p.s.X] slow", "2023-05-14T08:12:33.456+02:00", WARN),
        (
            "saltstack",
            "2023-05-14 08:12:33,456 [salt.minion      :12  ][ERROR   ][34] x",
            "2023-05-14T08:12:33.456",
            ERROR,
        ),
        ("jenkins", "2023-05-14 08:12:33.456+0000 [id=12]\tWARNING\th.m.X#run: slow", "2023-05-14T08:12:33.456Z", WARN),
        (
            "gitlab-json",
            r#"{"severity":"ERROR","time":"2023-05-14T08:12:33.456Z","correlation_id":"x","message":"y"}"#,
            "2023-05-14T08:12:33.456Z",
            ERROR,
        ),
        ("rails", "E, [2023-05-14T08:12:33.456789 #12] ERROR -- : boom", "2023-05-14T08:12:33.456789", ERROR),
        (
            "sidekiq",
            "2023-05-14T08:12:33.456Z pid=12 tid=ab class=X jid=1 WARN: retry",
            "2023-05-14T08:12:33.456Z",
            WARN,
        ),
        ("celery", "[2023-05-14 08:12:33,456: ERROR/ForkPoolWorker-1] Task x raised", "2023-05-14T08:12:33.456", ERROR),
        ("django", "ERROR 2023-05-14 08:12:33,456 views 12 34 boom", "2023-05-14T08:12:33.456", ERROR),
        ("loguru", "2023-05-14 08:12:33.456 | CRITICAL | app.main:run:12 - boom", "2023-05-14T08:12:33.456", FATAL),
        ("rust-env", "[2023-05-14T08:12:33Z WARN  app::x] slow", "2023-05-14T08:12:33Z", WARN),
        ("tracing", "2023-05-14T08:12:33.456789Z ERROR app::x: boom code=5", "2023-05-14T08:12:33.456789Z", ERROR),
        ("zerolog", r#"8:12AM ERR boom error="x""#, "2026-05-28T08:12:00", ERROR),
        ("hclog", "2023-05-14T08:12:33.456+0200 [ERROR] agent: boom", "2023-05-14T08:12:33.456+02:00", ERROR),
        ("nats", "[12] 2023/05/14 08:12:33.456789 [ERR] boom", "2023-05-14T08:12:33.456789", ERROR),
        (
            "etcd",
            r#"{"level":"warn","ts":"2023-05-14T08:12:33.456+0200","caller":"x.go:1","msg":"slow"}"#,
            "2023-05-14T08:12:33.456+02:00",
            WARN,
        ),
        (
            "ceph",
            "2023-05-14T08:12:33.456+0200 7f1a2b3c4700 -1 osd.3 123 heartbeat_check: no reply",
            "2023-05-14T08:12:33.456+02:00",
            ERROR,
        ),
        (
            "gluster",
            "[2023-05-14 08:12:33.456789] E [MSGID: 108006] [afr-common.c:12:x] 0-v: boom",
            "2023-05-14T08:12:33.456789",
            ERROR,
        ),
        (
            "gluster9",
            "[2023-05-14 08:12:33.456789 +0000] W [socket.c:12:x] 0-v: boom",
            "2023-05-14T08:12:33.456789Z",
            WARN,
        ),
        ("corosync", "May 14 08:12:33 [12] n1 corosync error   [TOTEM ] boom", "2026-05-14T08:12:33", ERROR),
        (
            "pacemaker",
            "May 14 08:12:33.456 n1 pacemaker-fenced    [12] (x)   warning: boom",
            "2026-05-14T08:12:33.456",
            WARN,
        ),
        ("keystone", "2023-05-14 08:12:33.456 12 CRITICAL keystone [-] boom", "2023-05-14T08:12:33.456", FATAL),
        ("mosquitto", "1684051953: Error: boom", "2023-05-14T08:12:33Z", ERROR),
        ("zabbix", "  1234:20230514:081233.456 cannot connect", "2023-05-14T08:12:33.456", NONE),
        ("icinga", "[2023-05-14 08:12:33 +0200] warning/ApiListener: boom", "2023-05-14T08:12:33+02:00", WARN),
        ("nagios", "[1684051953] SERVICE ALERT: h;s;CRITICAL;HARD;3;x", "2023-05-14T08:12:33Z", ERROR),
        ("telegraf", "2023-05-14T08:12:33Z E! [outputs.x] boom", "2023-05-14T08:12:33Z", ERROR),
        (
            "influx",
            r#"ts=2023-05-14T08:12:33.456789Z lvl=error msg="boom" log_id=1"#,
            "2023-05-14T08:12:33.456789Z",
            ERROR,
        ),
        (
            "loki",
            r#"level=warn ts=2023-05-14T08:12:33.456789Z caller=x.go:1 msg="slow""#,
            "2023-05-14T08:12:33.456789Z",
            WARN,
        ),
        (
            "grafana",
            "logger=x t=2023-05-14T08:12:33.456+02:00 level=error msg=boom",
            "2023-05-14T08:12:33.456+02:00",
            ERROR,
        ),
        (
            "grafana-old",
            r#"t=2023-05-14T08:12:33+0200 lvl=eror msg="boom" logger=x"#,
            "2023-05-14T08:12:33+02:00",
            ERROR,
        ),
        ("vault", "2023-05-14T08:12:33.456Z [WARN]  core: x", "2023-05-14T08:12:33.456Z", WARN),
        (
            "airflow",
            "[2023-05-14T08:12:33.456+0000] {taskinstance.py:12} ERROR - boom",
            "2023-05-14T08:12:33.456Z",
            ERROR,
        ),
        ("spark", "23/05/14 08:12:33 WARN TaskSetManager: lost", "2023-05-14T08:12:33", WARN),
        (
            "weblogic",
            "<May 14, 2023 8:12:33 AM CEST> <Error> <Deployer> <BEA-149265> <boom>",
            "2023-05-14T08:12:33+02:00",
            ERROR,
        ),
        (
            "weblogic-fmt",
            "####<May 14, 2023 8:12:33,456 AM CEST> <Warning> <Socket> <h> <s> <t> <<anon>> <> <> <1684051953456> <BEA-1> <x>",
            "2023-05-14T08:12:33.456+02:00",
            WARN,
        ),
        (
            "websphere",
            "[5/14/23 8:12:33:456 CEST] 0000001a SystemOut     E boom",
            "2023-05-14T08:12:33.456+02:00",
            ERROR,
        ),
        (
            "liberty",
            "[5/14/23, 8:12:33:456 CEST] 0000001a com.ibm.ws.X    W CWWK: boom",
            "2023-05-14T08:12:33.456+02:00",
            WARN,
        ),
        ("jboss", "08:12:33,456 ERROR [org.jboss.as] (main) boom", "2026-05-28T08:12:33.456", ERROR),
        (
            "citrix",
            r#"05/14/2023:08:12:33 GMT ns 0-PPE-0 : default SSLVPN Message 12 0 :  "x""#,
            "2023-05-14T08:12:33Z",
            NONE,
        ),
        ("asa", "May 14 2023 08:12:33 fw1 : %ASA-3-106014: Deny inbound icmp", "2023-05-14T08:12:33", ERROR),
        (
            "paloalto",
            r#"May 14 08:12:33 pa1 1,2023/05/14 08:12:33,0011,SYSTEM,general,0,2023/05/14 08:12:33,,general,,0,0,general,critical,"x""#,
            "2023-05-14T08:12:33",
            NONE,
        ),
        (
            "fortigate",
            r#"date=2023-05-14 time=08:12:33 devname="f" logid="1" type="event" level="warning" msg="x""#,
            "2023-05-14T08:12:33",
            WARN,
        ),
        ("junos", "May 14 08:12:33  r1 rpd[12]: %DAEMON-4-RPD_X: boom", "2026-05-14T08:12:33", WARN),
        ("f5", "May 14 08:12:33 bigip1 err tmm1[12]: 01010028:3: No members", "2026-05-14T08:12:33", ERROR),
        (
            "isi",
            "2023-05-14T08:12:33.456789+02:00 <3.3> n-1(id1) isi_x[12]: boom",
            "2023-05-14T08:12:33.456789+02:00",
            ERROR,
        ),
        (
            "android-year",
            "2023-05-14 08:12:33.456  1234  5678 W ActivityManager: boom",
            "2023-05-14T08:12:33.456",
            WARN,
        ),
        (
            "macos",
            "2023-05-14 08:12:33.456789+0200 0x1a2b     Error       0x0                  12     0    x: boom",
            "2023-05-14T08:12:33.456789+02:00",
            ERROR,
        ),
        ("iis-ftp", "2023-05-14 08:12:33 10.0.0.1 - 10.0.0.2 21 USER bob 331 0 0 1a /", "2023-05-14T08:12:33", NONE),
        (
            "iis-ncsa",
            r#"10.0.0.1 - bob [14/May/2023:08:12:33 +0200] "GET / HTTP/1.1" 500 12"#,
            "2023-05-14T08:12:33+02:00",
            ERROR,
        ),
        (
            "exchange",
            r#"2023-05-14T08:12:33.456Z,EX1\Default,08DB,1,10.0.0.1:25,10.0.0.2:4711,*,,x"#,
            "2023-05-14T08:12:33.456Z",
            NONE,
        ),
        (
            "wu",
            "2023/05/14 08:12:33.4567890 1234  5678  Agent           *FAILED* [80240016] x",
            "2023-05-14T08:12:33.456789000",
            NONE,
        ),
        (
            "sccm",
            r#"<![LOG[boom]LOG]!><time="08:12:33.456-120" date="05-14-2023" component="x" context="" type="3" thread="1" file="x.cpp:1">"#,
            "2023-05-14T08:12:33.456+02:00",
            ERROR,
        ),
        ("msi", "MSI (s) (1A:2B) [08:12:33:456]: boom", "2026-05-28T08:12:33.456", NONE),
        ("dism", "2023-05-14 08:12:33, Error                 DISM   DISM.EXE: boom", "2023-05-14T08:12:33", ERROR),
        ("pip", "2023-05-14T08:12:33,456 ERROR: boom", "2023-05-14T08:12:33.456", ERROR),
        ("yum", "May 14 08:12:33 Updated: openssl-1.1.1k-9.el8.x86_64", "2026-05-14T08:12:33", NONE),
        ("dnf", "2023-05-14T08:12:33+0200 CRITICAL Error: boom", "2023-05-14T08:12:33+02:00", FATAL),
        ("apt-hist", "Start-Date: 2023-05-14  08:12:33", "2023-05-14T08:12:33", NONE),
        ("cloud-init", "2023-05-14 08:12:33,456 - util.py[WARNING]: boom", "2023-05-14T08:12:33.456", WARN),
        ("auditd", "type=AVC msg=audit(1684051953.456:12): avc:  denied  { read }", "2023-05-14T08:12:33.456Z", NONE),
        ("systemd-short-full", "Sun 2023-05-14 08:12:33 CEST h1 sshd[12]: x", "2023-05-14T08:12:33+02:00", NONE),
        ("teamcity", "[2023-05-14 08:12:33,456]   WARN -  jetbrains.x - boom", "2023-05-14T08:12:33.456", WARN),
        ("azdo", "[2023-05-14 08:12:33Z ERR  Agent] boom", "2023-05-14T08:12:33Z", ERROR),
        (
            "gha",
            "2023-05-14T08:12:33.4567890Z ##[error]Process completed with exit code 1.",
            "2023-05-14T08:12:33.456789000Z",
            ERROR,
        ),
        (
            "minio",
            r#"{"level":"ERROR","errKind":"ALL","time":"2023-05-14T08:12:33.456789Z","message":"x"}"#,
            "2023-05-14T08:12:33.456789Z",
            ERROR,
        ),
        ("asterisk", "[May 14 08:12:33] ERROR[12][C-1]: pbx.c:12 x: boom", "2026-05-14T08:12:33", ERROR),
        ("freeswitch", "2023-05-14 08:12:33.456789 [WARNING] sofia.c:12 boom", "2023-05-14T08:12:33.456789", WARN),
        ("kamailio", "May 14 08:12:33 s1 kamailio[12]: ERROR: <core> [x.c:1]: boom", "2026-05-14T08:12:33", ERROR),
        (
            "horizon",
            "2023-05-14T08:12:33.456+02:00 ERROR (1A2B-3C4D) <Thread-1> [X] boom",
            "2023-05-14T08:12:33.456+02:00",
            ERROR,
        ),
        (
            "nsx",
            r#"2023-05-14T08:12:33.456Z n1 NSX 12 - [nsx@6876 comp="nsx-manager" level="WARNING" subcomp="x"] boom"#,
            "2023-05-14T08:12:33.456Z",
            WARN,
        ),
        ("proxmox", "2023-05-14 08:12:33 ERROR: Backup of VM 100 failed", "2023-05-14T08:12:33", ERROR),
        ("commvault", "1234  1a2b  05/14 08:12:33 123456 CVD::x() - boom", "2026-05-14T08:12:33", NONE),
        ("netbackup", "08:12:33.456 [1234] <16> bpbrm main: boom", "2026-05-28T08:12:33.456", ERROR),
        ("tsm", "05/14/23   08:12:33 ANS1228E Sending of object failed", "2023-05-14T08:12:33", ERROR),
    ];
    let mut wrong = Vec::new();
    for &(program, line, time, level) in lines {
        let reading = Reading::guess(line.as_bytes(), Some(MODIFIED)).expect("text");
        let header = reading.format.header(line.as_bytes()).unwrap_or_default();
        let shown = header.time.map(|time| time.to_string()).unwrap_or_default();
        if (shown.as_str(), header.level) != (time, level) {
            wrong.push(format!("{program}: {shown} {:?}, not {time} {level:?}", header.level));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_only_resembles_a_mark_is_none() {
    for line in [
        // Codes of other kinds, a word before a colon, a plural.
        "2023-05-14 08:12:33 ABC12345X was sent",
        "2023-05-14 08:12:33 ORDER1234E5 was sent",
        "May 14 08:12:33 host: the error: text",
        "2023-05-14 08:12:33,one,two,THREE,four",
        // Out of the range of severities, and no process before it.
        "2023-05-14T08:12:33 <3.9> host name[1]: text",
        "08:12:33.456 <16> text",
    ] {
        let reading = Reading::guess(line.as_bytes(), Some(MODIFIED)).expect("text");
        let header = reading.format.header(line.as_bytes()).unwrap_or_default();
        assert_eq!(header.level, None, "{line}");
    }
    // No time: a thread that is too long for one, a call without bracket.
    for line in ["1234  1a2b3c4d5e  05/14 08:12:33 text", "1234 1684051953.456789 read", "8:12AMERR text"] {
        let reading = Reading::guess(line.as_bytes(), Some(MODIFIED)).expect("text");
        assert_eq!(reading.format.header(line.as_bytes()).and_then(|it| it.time), None, "{line}");
    }
}
