use super::*;
use proptest::prelude::*;

/// Checks that the files are the parts of one log, oldest first.
#[track_caller]
fn check(log: &str, files: &[&str]) {
    let parts: Vec<Part> = files.iter().map(|file| part_of_path(file)).collect();
    for (file, part) in files.iter().zip(&parts) {
        assert_eq!(part.log, log, "{file}");
    }
    for (pair, names) in parts.windows(2).zip(files.windows(2)) {
        assert!(pair[0].turn < pair[1].turn, "{names:?}: {pair:?}");
    }
}

/// Checks that each of the files stands for itself.
#[track_caller]
fn check_apart(files: &[&str]) {
    for (at, file) in files.iter().enumerate() {
        for other in files.iter().skip(at + 1) {
            assert_ne!(part_of_path(file).log, part_of_path(other).log, "{file}, {other}");
        }
    }
}

#[test]
fn logrotate() {
    check("logs/x", &["logs/x.log.10.gz", "logs/x.log.2.gz", "logs/x.log.1", "logs/x.log.0", "logs/x.log"]);
    check("x", &["x.log-20260102", "x.log-20260102-1767322800.gz", "x.log-20260103.xz", "x.log"]);
    check("messages", &["messages-20251231.bz2", "messages-20260102", "messages"]);
    check("syslog", &["syslog.7.gz", "syslog.1", "syslog"]);
    check("access_log", &["access_log.1767312000", "access_log.1767398400", "access_log"]);
}

#[test]
fn veeam() {
    check("Svc.X", &["2026-07-19_Svc.X.zip", "Svc.X.10.log.gz", "Svc.X.2.log", "Svc.X.1.log", "Svc.X.log"]);
    check("Svc.X", &["2026-07-19_Svc.X.zip!/Svc.X.log", "Svc.X.10.log.gz!/Svc.X.10.log", "Svc.X.log"]);
    check("VeeamGuestHelper", &["VeeamGuestHelper_31.01.2026.log", "VeeamGuestHelper_18.02.2026.log"]);
    let starts = ["Veeam.StandBy.Service_2026_08_03_05_33_09.log", "Veeam.StandBy.Service_2026.08.03_05_33_45.zip"];
    check("Veeam.StandBy.Service", &starts);
    check("Task.vm01", &["Task.vm01.2.log", "Task.vm01.1.log", "Task.vm01.log"]);
    check("Job.Backup Job 1", &["Job.Backup Job 1.1.log", "Job.Backup Job 1.log"]);
    check_apart(&["Job.A.log", "Job.B.log", "Svc.VeeamBackup.log", "Svc.VeeamMount.log", "Job.Backup Job 2.log"]);
}

#[test]
fn windows() {
    check("u_ex", &["u_ex2512.log", "u_ex260102.log", "u_ex26010203.log"]);
    check("ERRORLOG", &["ERRORLOG.6", "ERRORLOG.1", "ERRORLOG"]);
    check("SQLAGENT", &["SQLAGENT.9", "SQLAGENT.1", "SQLAGENT.OUT"]);
    let cbs = ["CbsPersist_20260102030405.cab", "CbsPersist_20260103030405.log", "CBS.log"];
    check("Windows/Logs/CBS/CBS", &cbs.map(|name| format!("Windows/Logs/CBS/{name}")).each_ref().map(String::as_str));
    check("System.evtx", &["Archive-System-2026-01-02-03-04-05-678.evtx", "System.evtx"]);
    check("x", &["x.bak.log", "x.log"]);
    check("x", &["x.log_bak", "x.log"]);
    check("x", &["x.old", "x.log"]);
    check("MSGTRK", &["MSGTRK2026010203-1.LOG", "MSGTRK2026010203-2.LOG", "MSGTRK2026010204-1.LOG"]);
    check("httperr", &["httperr9.log", "httperr10.log"]);
}

#[test]
fn java_and_net() {
    check("app", &["app.log.2026-01-02", "app.log.2026-01-03", "app.log"]);
    check("app", &["app-2026-01-02.0.log.gz", "app-2026-01-02.1.log.gz", "app-2026-01-03.0.log", "app.log"]);
    check("catalina", &["catalina.2026-01-02.log", "catalina.2026-01-03.log"]);
    check("localhost_access_log.txt", &["localhost_access_log.2026-01-02.txt", "localhost_access_log.2026-01-03.txt"]);
    check("server", &["server.log.2026-01-02-03", "server.log.2026-01-02-11", "server.log"]);
    check("es", &["es-2026-01-02-1.log.gz", "es-2026-01-02-2.log.gz", "es-2026-01-02-10.log.gz", "es.log"]);
    check("SystemOut", &["SystemOut_26.01.02_03.04.05.log", "SystemOut.log"]);
    check("AdminServer", &["AdminServer.log00009", "AdminServer.log00010", "AdminServer.log"]);
    check("log.txt", &["log-20260102.txt", "log20260102_001.txt", "log20260102_002.txt"]);
    check("app", &["app.2.log", "app.1.log", "app.log"]);
}

#[test]
fn unix_and_vmware() {
    check("vmkernel", &["vmkernel.7.gz", "vmkernel.0.gz", "vmkernel.log"]);
    check("vmware", &["vmware-9.log", "vmware-10.log", "vmware.log"]);
    check("vpxd", &["vpxd-99.log.gz", "vpxd-100.log", "vpxd.log"]);
    check("system", &["system.log.1.gz", "system.log.0.bz2", "system.log"]);
    check("wifi", &["wifi-01-02-2026__12:34:56.789.log", "wifi.log"]);
    check(
        "kubelet.node1.root.log.INFO",
        &["kubelet.node1.root.log.INFO.20260102-030405.1234", "kubelet.node1.root.log.INFO"],
    );
    check("0", &["0.log.20260102-030405.gz", "0.log.20260102-040405", "0.log"]);
    check("audit", &["audit-2026-01-02T03-04-05.678.log", "audit.log"]);
    check("mongod", &["mongod.log.2026-01-02T03-04-05", "mongod.log"]);
    check("postgresql", &["postgresql-2026-01-02_030405.log", "postgresql-2026-01-03_000000.log"]);
    check("current", &["@4000000069571b8a2d0b1c5c.s", "current"]);
    check("rabbit@db", &["rabbit@db.log.1", "rabbit@db.log.0", "rabbit@db.log"]);
    let journal = [
        "j/system@0123456789abcdef0123456789abcdef-0000000000000001-00064762a9a8c000.journal",
        "j/system@00064800a9a8c000-1234567890abcdef.journal~",
        "j/system.journal",
    ];
    check("j/system.journal", &journal);
}

#[test]
fn pulse() {
    check("debuglog", &["debuglog.log.old", "debuglog.log"]);
    check("log.events.vc0", &["log.events.vc0.old", "log.events.vc0"]);
}

#[test]
fn what_belongs_to_different_things_is_not_joined() {
    check_apart(&["node1.log", "node2.log", "node-1.log", "node-2.log", "node.1.log", "node.2.log", "node.log"]);
    check_apart(&["core.1234", "core.123", "core.12", "core"]);
    check_apart(&["app-1.2.log", "app-1.3.log", "app-1.log", "app.log"]);
    check_apart(&["10.0.0.1.log", "10.0.0.2.log"]);
    check_apart(&["ceph-osd.1.log", "ceph-osd.2.log", "ceph-osd.log"]);
    check_apart(&["ifcfg-eth0", "ifcfg-eth0.100", "ifcfg-eth0.101", "python3.11", "python3"]);
    check_apart(&["libfoo.so", "libfoo.so.1", "libfoo.so.2"]);
    check_apart(&["Safari_2026-01-02-123456_host.ips", "Safari_2026-01-03-123456_host.ips"]);
    check_apart(&["catalina.out", "catalina.2026-01-02.log", "nightly.log", "nightly-backup.log"]);
    check_apart(&["a/x.log", "b/x.log", "a.zip!/x.log", "b.zip!/x.log", "a.zip!/a/x.log"]);
    check_apart(&["task-23118472.log", "task-23118473.log", "x-20261302.log", "x-20261402.log"]);
    check_apart(&["case.tar.gz!/case.log", "case.log", "x.gz!/y.log", "y.log"]);
}

#[test]
fn packed_files_are_what_is_in_them() {
    for path in ["d/x.log.2.gz", "d/x.log.2.gz!/x.log.2", "d/x.log.2.gz!/x.log", "d/x.log.2"] {
        let part = part_of_path(path);
        assert_eq!((part.log.as_str(), part.turn), ("d/x", Turn::Numbered(Reverse(2))), "{path}");
    }
    assert_eq!(part_of_path("d/x.log.gz!/x.log.3").turn, Turn::Numbered(Reverse(3)));
}

#[test]
fn copies_are_told_from_what_they_are_copies_of() {
    for name in [
        "x - Copy.log",
        "x - Copy (2).log",
        "x (2).log",
        "Copy of x.log",
        "x - Kopie.log",
        "x.log (1)",
        "x copy.log",
        "x.log~",
    ] {
        let part = part_of_name(name);
        assert_eq!((part.log.as_str(), part.turn, part.copy), ("x", Turn::Current, true), "{name}");
    }
    let copy = part_of_name("x.log - Copy.1");
    assert_eq!((copy.log.as_str(), copy.turn, copy.copy), ("x", Turn::Numbered(Reverse(1)), true));
    for name in ["robocopy.log", "x.log", "(2).log", "a (b).log", "Backup Copy Job.log"] {
        assert!(!part_of_name(name).copy, "{name}");
    }
}

proptest! {
    #[test]
    fn no_name_panics(path in "[0-9._@a-zA-Z/!-]{0,60}|.{0,30}|(x|log|20260102|03:04|[.]1|-|_| - Copy|~|@|!/|[.]gz){0,12}") {
        let _ = part_of_path(&path);
    }

    #[test]
    fn parts_of_a_log_are_numbered_backwards(a in 0..1000_u32, b in 0..1000_u32, log in "[a-z]{1,8}[.]log") {
        let turn = |number| part_of_name(&format!("{log}.{number}.gz")).turn;
        prop_assert_eq!(turn(a).cmp(&turn(b)), b.cmp(&a));
    }

    #[test]
    fn epochs_are_civil_times(seconds in 1_000_000_000_u64..4_070_908_800) {
        let at = when::of_epoch(seconds).unwrap();
        let two = |power: u64| at / power % 100;
        let days = {
            // From civil time back to days (Howard Hinnant, days_from_civil).
            let (year, month, day) = (at / 10_u64.pow(10), two(100_000_000), two(1_000_000));
            let year = if month <= 2 { year - 1 } else { year };
            let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
            365 * year + year / 4 - year / 100 + year / 400 + of_year - 719_468
        };
        prop_assert_eq!(days * 86_400 + two(10_000) * 3600 + two(100) * 60 + two(1), seconds);
    }
}
