//! The causes that the catalogue names: a bundle for each, in which the cause is there before its effect, and after it.

use std::collections::BTreeSet;
use tierline::diagnosis::Diagnosis;
use tierline::scan::Scanner;
use tierline::signature::SignatureSet;
use tierline::triage::triage_texts;

/// An effect, its cause, and for both the file and the record, with `{time}` for a time of 10 February 2026.
type Case = (&'static str, &'static str, (&'static str, &'static str), (&'static str, &'static str));

const CASES: &[Case] = &[
    (
        "ivanti/openconnect/gateway-not-reached",
        "ivanti/openconnect/gateway-name-not-resolved",
        (
            "vpn.log",
            "Feb 10 {time} srv07 openconnect[911]: getaddrinfo failed for host 'vpn.corp.example': Name or service not known",
        ),
        ("vpn.log", "Feb 10 {time} srv07 openconnect[911]: Failed to open HTTPS connection to vpn.corp.example"),
    ),
    (
        "ivanti/openconnect/gateway-not-reached",
        "ivanti/openconnect/server-certificate-not-verified",
        ("vpn.log", "Feb 10 {time} srv07 openconnect[911]: Server certificate verify failed: certificate expired"),
        ("vpn.log", "Feb 10 {time} srv07 openconnect[911]: Failed to open HTTPS connection to vpn.corp.example"),
    ),
    (
        "ivanti/openconnect/gateway-not-reached",
        "ivanti/openconnect/tls-handshake-failed",
        (
            "vpn.log",
            "Feb 10 {time} srv07 openconnect[911]: SSL connection failure: A TLS fatal alert has been received.",
        ),
        ("vpn.log", "Feb 10 {time} srv07 openconnect[911]: Failed to open HTTPS connection to vpn.corp.example"),
    ),
    (
        "linux/systemd/unit-killed-by-oom",
        "linux/kernel/process-killed-out-of-memory",
        (
            "messages",
            "Feb 10 {time} srv07 kernel: Out of memory: Killed process 4711 (java) total-vm:1kB, anon-rss:1kB",
        ),
        (
            "messages",
            "Feb 10 {time} srv07 systemd[1]: shop.service: A process of this unit has been killed by the OOM killer.",
        ),
    ),
    (
        "linux/systemd/unit-killed-by-oom",
        "linux/kernel/oom-killer-invoked",
        (
            "messages",
            "Feb 10 {time} srv07 kernel: mysqld invoked oom-killer: gfp_mask=0x2084d0, order=0, oom_score_adj=0",
        ),
        ("messages", "Feb 10 {time} srv07 systemd[1]: shop.service: Failed with result 'oom-kill'."),
    ),
    (
        "linux/systemd/unit-killed-by-oom",
        "linux/systemd/oomd-killed-unit",
        (
            "messages",
            "Feb 10 {time} srv07 systemd-oomd[911]: Killed /system.slice/shop.service due to memory pressure for /system.slice being 71.2% > 50.00% for > 20s with reclaim activity",
        ),
        ("messages", "Feb 10 {time} srv07 systemd[1]: shop.service: Failed with result 'oom-kill'."),
    ),
    (
        "benoitc/gunicorn/worker-killed-memory",
        "linux/kernel/process-killed-out-of-memory",
        (
            "messages",
            "2026-02-10T{time}+00:00 srv07 kernel: Out of memory: Killed process 4123 (gunicorn) total-vm:1kB, anon-rss:1kB",
        ),
        (
            "gunicorn.log",
            "[2026-02-10 {time} +0000] [911] [ERROR] Worker (pid:4123) was sent SIGKILL! Perhaps out of memory?",
        ),
    ),
    (
        "benoitc/gunicorn/worker-killed-memory",
        "linux/kernel/oom-killer-invoked",
        (
            "messages",
            "2026-02-10T{time}+00:00 srv07 kernel: gunicorn invoked oom-killer: gfp_mask=0x2084d0, order=0, oom_score_adj=0",
        ),
        (
            "gunicorn.log",
            "[2026-02-10 {time} +0000] [911] [ERROR] Worker (pid:4123) was sent SIGKILL! Perhaps out of memory?",
        ),
    ),
    (
        "redis/redis/writes-refused-after-failed-save",
        "redis/redis/background-save-fork-fails",
        ("redis.log", "1255:M 10 Feb 2026 {time}.069 # Can't save in background: fork: Cannot allocate memory"),
        (
            "app.log",
            "2026-02-10 {time},100 ERROR MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
        ),
    ),
    (
        "linux/sssd/backend-offline",
        "linux/sssd/server-name-not-resolved",
        (
            "sssd_fabrikam.com.log",
            "(2026-02-10 {time}): [be[fabrikam.com]] [fo_resolve_service_done] (0x0020): Failed to resolve server 'dc9.fabrikam.com': Domain name not found",
        ),
        (
            "sssd_fabrikam.com.log",
            "(2026-02-10 {time}): [be[fabrikam.com]] [sbus_issue_request_done] (0x0040): sssd.dataprovider.getAccountInfo: Error [1432158212]: SSSD is offline",
        ),
    ),
    (
        "oracle/database/archiver-stuck",
        "oracle/database/disk-group-full",
        ("alert_shop.log", "2026-02-10T{time}.101+00:00\nORA-15041: diskgroup \"RECO\" space exhausted"),
        (
            "alert_shop.log",
            "2026-02-10T{time}.101+00:00\nORA-00257: Archiver error. Connect AS SYSDBA only until resolved.",
        ),
    ),
    (
        "microsoft/failover-cluster/cluster-role-not-fully-online",
        "microsoft/failover-cluster/cluster-resource-failed",
        (
            "system.jsonl",
            r#"{"time":"2026-02-10T{time}.1Z","level":"error","provider":"Microsoft-Windows-FailoverClustering","event_id":1069,"channel":"System","computer":"srv01.fabrikam.com","record":1,"data":{}}"#,
        ),
        (
            "system.jsonl",
            r#"{"time":"2026-02-10T{time}.1Z","level":"error","provider":"Microsoft-Windows-FailoverClustering","event_id":1205,"channel":"System","computer":"srv01.fabrikam.com","record":2,"data":{}}"#,
        ),
    ),
    (
        "microsoft/windows/time-not-synchronised",
        "microsoft/windows/time-peer-name-not-resolved",
        (
            "system.jsonl",
            r#"{"time":"2026-02-10T{time}.1Z","level":"warn","provider":"Microsoft-Windows-Time-Service","event_id":17,"channel":"System","computer":"srv01.fabrikam.com","record":1,"data":{}}"#,
        ),
        (
            "system.jsonl",
            r#"{"time":"2026-02-10T{time}.1Z","level":"warn","provider":"Microsoft-Windows-Time-Service","event_id":36,"channel":"System","computer":"srv01.fabrikam.com","record":2,"data":{}}"#,
        ),
    ),
    (
        "microsoft/windows/time-not-synchronised",
        "microsoft/windows/time-peer-no-answer",
        (
            "system.jsonl",
            r#"{"time":"2026-02-10T{time}.1Z","level":"warn","provider":"Microsoft-Windows-Time-Service","event_id":47,"channel":"System","computer":"srv01.fabrikam.com","record":1,"data":{}}"#,
        ),
        (
            "system.jsonl",
            r#"{"time":"2026-02-10T{time}.1Z","level":"warn","provider":"Microsoft-Windows-Time-Service","event_id":36,"channel":"System","computer":"srv01.fabrikam.com","record":2,"data":{}}"#,
        ),
    ),
    (
        "synology/dsm/hyper-backup-task-failed",
        "synology/dsm/hyper-backup-target-full",
        (
            "synobackup.log",
            "err\t2026/02/10 {time}\tSYSTEM:\t[Local][Backup Task Backup1] Exception occured while backing up data. (Capacity at destination is insufficient.) [Path: /share4/usbshare/Backup1.hbk]",
        ),
        ("synobackup.log", "err\t2026/02/10 {time}\tSYSTEM:\t[Local][Backup Task Backup1] Failed to run backup task."),
    ),
    (
        "synology/dsm/hyper-backup-task-failed",
        "synology/dsm/hyper-backup-source-folder-locked",
        (
            "synobackup.log",
            "warning\t2026/02/10 {time}\tSYSTEM:\t[Local][Backup Task Backup1] Backup folder [Vol/DS] failed. (The backup source shared folder is encrypted and not mounted. Please mount the backup source shared folder and try again.)",
        ),
        ("synobackup.log", "err\t2026/02/10 {time}\tSYSTEM:\t[Local][Backup Task Backup1] Failed to run backup task."),
    ),
    (
        "strongswan/strongswan/critical-plugin-not-loaded",
        "strongswan/strongswan/kernel-interface-not-opened",
        (
            "messages",
            "Feb 10 {time} gw1 charon[29833]: 00[KNL] unable to create netlink socket: Protocol not supported (93)",
        ),
        ("messages", "Feb 10 {time} gw1 charon[29833]: 00[LIB] failed to load 1 critical plugin feature"),
    ),
    (
        "strongswan/strongswan/critical-plugin-not-loaded",
        "strongswan/strongswan/ike-port-in-use",
        ("messages", "Feb 10 {time} gw1 charon[29833]: 00[NET] unable to bind socket: Address already in use"),
        ("messages", "Feb 10 {time} gw1 charon[29833]: 00[LIB] failed to load 1 critical plugin feature"),
    ),
    (
        "strongswan/strongswan/daemon-died",
        "strongswan/strongswan/critical-plugin-not-loaded",
        ("messages", "Feb 10 {time} gw1 charon[29833]: 00[LIB] failed to load 1 critical plugin feature"),
        ("messages", "Feb 10 {time} gw1 ipsec[25836]: charon has died -- restart scheduled (5sec)"),
    ),
    (
        "strongswan/strongswan/daemon-died",
        "strongswan/strongswan/privileges-not-dropped",
        ("messages", "Feb 10 {time} gw1 charon[29833]: 00[DMN] capability dropping failed - aborting charon"),
        ("messages", "Feb 10 {time} gw1 ipsec[25836]: charon has died -- restart scheduled (5sec)"),
    ),
    (
        "strongswan/strongswan/daemon-died",
        "strongswan/strongswan/kernel-interface-not-opened",
        (
            "messages",
            "Feb 10 {time} gw1 charon[29833]: 00[KNL] unable to create netlink socket: Protocol not supported (93)",
        ),
        ("messages", "Feb 10 {time} gw1 ipsec[25836]: charon has died -- restart scheduled (5sec)"),
    ),
    (
        "strongswan/strongswan/swanctl-cannot-reach-daemon",
        "strongswan/strongswan/daemon-died",
        ("messages", "Feb 10 {time} gw1 ipsec[25836]: charon has died -- restart scheduled (5sec)"),
        (
            "messages",
            "Feb 10 {time} gw1 swanctl[31002]: connecting to 'unix:///var/run/charon.vici' failed: No such file or directory",
        ),
    ),
    (
        "strongswan/strongswan/swanctl-cannot-reach-daemon",
        "strongswan/strongswan/critical-plugin-not-loaded",
        ("messages", "Feb 10 {time} gw1 charon[29833]: 00[LIB] failed to load 1 critical plugin feature"),
        (
            "messages",
            "Feb 10 {time} gw1 swanctl[31002]: connecting to 'unix:///var/run/charon.vici' failed: No such file or directory",
        ),
    ),
    (
        "strongswan/strongswan/swanctl-cannot-reach-daemon",
        "strongswan/strongswan/privileges-not-dropped",
        ("messages", "Feb 10 {time} gw1 charon[29833]: 00[DMN] capability dropping failed - aborting charon"),
        (
            "messages",
            "Feb 10 {time} gw1 swanctl[31002]: connecting to 'unix:///var/run/charon.vici' failed: No such file or directory",
        ),
    ),
    (
        "acassen/keepalived/instance-in-fault",
        "acassen/keepalived/check-script-failed",
        ("messages", "Feb 10 {time} lb1 Keepalived_vrrp[1234]: VRRP_Script(chk_haproxy) failed"),
        ("messages", "Feb 10 {time} lb1 Keepalived_vrrp[1234]: (VI_1) Entering FAULT STATE"),
    ),
    (
        "acassen/keepalived/instance-in-fault",
        "acassen/keepalived/check-script-too-slow",
        ("messages", "Feb 10 {time} lb1 Keepalived_vrrp[1234]: VRRP_Script(chk_haproxy) timed_out"),
        ("messages", "Feb 10 {time} lb1 Keepalived_vrrp[1234]: (VI_1) Entering FAULT STATE"),
    ),
    (
        "linux/cifs-client/mount-error",
        "linux/cifs-client/mount-option-unknown",
        ("messages", "Feb 10 {time} srv07 kernel: CIFS: Unknown mount option \"ZC\""),
        ("messages", "Feb 10 {time} srv07 mount[6623]: mount error(22): Invalid argument"),
    ),
    (
        "nginx/nginx/worker-killed",
        "linux/kernel/process-killed-out-of-memory",
        (
            "messages",
            "Feb 10 {time} srv07 kernel: Out of memory: Killed process 4711 (nginx) total-vm:1kB, anon-rss:1kB",
        ),
        ("messages", "Feb 10 {time} srv07 nginx[910]: [alert] 910#910: worker process 911 exited on signal 9"),
    ),
    (
        "php/php/fpm-worker-killed",
        "linux/kernel/process-killed-out-of-memory",
        (
            "messages",
            "Feb 10 {time} srv07 kernel: Out of memory: Killed process 4711 (php-fpm) total-vm:1kB, anon-rss:1kB",
        ),
        (
            "messages",
            "Feb 10 {time} srv07 php-fpm[911]: [WARNING] [pool www] child 12 exited on signal 9 (SIGKILL) after 100 seconds from start",
        ),
    ),
    (
        "postfix/postfix/process-killed",
        "linux/kernel/process-killed-out-of-memory",
        (
            "messages",
            "Feb 10 {time} srv07 kernel: Out of memory: Killed process 4711 (smtpd) total-vm:1kB, anon-rss:1kB",
        ),
        (
            "messages",
            "Feb 10 {time} srv07 postfix/master[911]: warning: process /usr/lib/postfix/sbin/smtpd pid 1234 killed by signal 9",
        ),
    ),
    (
        "nginx/nginx/worker-killed",
        "linux/kernel/oom-killer-invoked",
        (
            "messages",
            "Feb 10 {time} srv07 kernel: nginx invoked oom-killer: gfp_mask=0x2084d0, order=0, oom_score_adj=0",
        ),
        ("messages", "Feb 10 {time} srv07 nginx[910]: [alert] 910#910: worker process 911 exited on signal 9"),
    ),
    (
        "php/php/fpm-worker-killed",
        "linux/kernel/oom-killer-invoked",
        (
            "messages",
            "Feb 10 {time} srv07 kernel: php-fpm invoked oom-killer: gfp_mask=0x2084d0, order=0, oom_score_adj=0",
        ),
        (
            "messages",
            "Feb 10 {time} srv07 php-fpm[911]: [WARNING] [pool www] child 12 exited on signal 9 (SIGKILL) after 100 seconds from start",
        ),
    ),
    (
        "postfix/postfix/process-killed",
        "linux/kernel/oom-killer-invoked",
        (
            "messages",
            "Feb 10 {time} srv07 kernel: smtpd invoked oom-killer: gfp_mask=0x2084d0, order=0, oom_score_adj=0",
        ),
        (
            "messages",
            "Feb 10 {time} srv07 postfix/master[911]: warning: process /usr/lib/postfix/sbin/smtpd pid 1234 killed by signal 9",
        ),
    ),
    (
        "openstack/cinder/no-backend-fits",
        "openstack/cinder/backend-without-space",
        (
            "scheduler.log",
            "2026-02-10 {time}.123 1234 WARNING cinder.scheduler.filters.capacity_filter [-] Insufficient free space for volume creation on host cinder@lvm#LVM (requested / avail): 100/20.0",
        ),
        (
            "scheduler.log",
            "2026-02-10 {time}.124 1234 ERROR cinder.scheduler.flows.create_volume [req-1] Failed to run task cinder.scheduler.flows.create_volume.ScheduleCreateVolumeTask;volume:create: No valid backend was found. No weighed backends available",
        ),
    ),
    (
        "samba/rsync/exit-code",
        "samba/rsync/attributes-not-set",
        (
            "backup.log",
            "2026-02-10 {time} backup: rsync: [receiver] failed to set times on \"/mnt/x\": Operation not permitted (1)",
        ),
        (
            "backup.log",
            "2026-02-10 {time} backup: rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1205) [sender=3.2.7]",
        ),
    ),
    (
        "samba/rsync/exit-code",
        "samba/rsync/path-not-usable",
        (
            "backup.log",
            "2026-02-10 {time} backup: rsync: [sender] link_stat \"/data/x\" failed: No such file or directory (2)",
        ),
        (
            "backup.log",
            "2026-02-10 {time} backup: rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1205) [sender=3.2.7]",
        ),
    ),
    (
        "samba/rsync/exit-code",
        "samba/rsync/shell-prints-text",
        ("backup.log", "2026-02-10 {time} backup: protocol version mismatch -- is your shell clean?"),
        (
            "backup.log",
            "2026-02-10 {time} backup: rsync error: protocol incompatibility (code 2) at main.c(1205) [sender=3.2.7]",
        ),
    ),
    (
        "samba/rsync/exit-code",
        "samba/rsync/target-full",
        (
            "backup.log",
            "2026-02-10 {time} backup: rsync: [receiver] write failed on \"/mnt/a\": No space left on device (28)",
        ),
        (
            "backup.log",
            "2026-02-10 {time} backup: rsync error: error in file IO (code 11) at main.c(1205) [sender=3.2.7]",
        ),
    ),
];

/// A bundle of both records at these times, in the order of time.
fn bundle(case: &Case, cause: &str, effect: &str) -> Vec<(String, String)> {
    let (_, _, of_cause, of_effect) = case;
    let mut records = [(cause, of_cause), (effect, of_effect)];
    records.sort_by_key(|(time, _)| *time);
    let mut files: Vec<(String, String)> = Vec::new();
    for (time, (path, text)) in records {
        let text = text.replace("{time}", time) + "\n";
        match files.iter_mut().find(|(other, _)| other == path) {
            Some((_, whole)) => whole.push_str(&text),
            None => files.push(((*path).to_owned(), text)),
        }
    }
    files
}

/// Both ids with their causes, in the order of the report.
fn told(diagnosis: &Diagnosis, case: &Case) -> Vec<(String, Option<String>)> {
    let own = diagnosis.known.iter().filter(|it| [case.0, case.1].contains(&&*it.signature.id));
    own.map(|it| (it.signature.id.to_string(), it.caused_by.as_deref().map(str::to_owned))).collect()
}

#[test]
fn each_cause_of_the_catalogue_brings_its_effect_about_if_it_comes_before() {
    let set = SignatureSet::load(true, &[]).unwrap();
    let scanner = Scanner::new(&set);
    for case in CASES {
        let run = |cause, effect| {
            let files = bundle(case, cause, effect);
            let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
            told(&triage_texts(&scanner, &set, files), case)
        };
        let expected = [(case.1.to_owned(), None), (case.0.to_owned(), Some(case.1.to_owned()))];
        assert_eq!(run("04:11:07", "04:11:30"), expected, "{} and {}", case.1, case.0);
        let mut apart = run("04:11:30", "04:11:07");
        apart.sort();
        let mut expected = [(case.0.to_owned(), None), (case.1.to_owned(), None)];
        expected.sort();
        assert_eq!(apart, expected, "{} and {}, the wrong way round", case.1, case.0);
    }
}

#[test]
fn each_cause_of_the_catalogue_has_a_bundle() {
    let set = SignatureSet::load(true, &[]).unwrap();
    let causes = |it: &tierline::signature::Signature| {
        it.caused_by.iter().map(|cause| (it.id.to_string(), cause.to_string())).collect::<Vec<_>>()
    };
    let named: BTreeSet<(String, String)> = set.signatures().iter().flat_map(causes).collect();
    let tried: BTreeSet<(String, String)> = CASES.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
    assert_eq!(tried, named);
    assert!(!set.errors().iter().any(|it| it.message.contains("caused_by")));
}
