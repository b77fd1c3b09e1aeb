use super::*;

#[track_caller]
fn stays(text: &str) {
    let (redacted, map) = redact(text);
    assert_eq!(redacted, text);
    let leaks = LeakScan::new(&map, &[], false).leaks(text.as_bytes());
    assert!(leaks.is_empty(), "{leaks:?} of {text}");
}

#[test]
fn codes_versions_and_times_stay() {
    for text in [
        "2026-02-18 03:04:05.123 ERROR 0x80070005 Access is denied",
        "Veeam Backup & Replication 12.1.0.2131, build 10.0.19045.3803",
        "version 10.0.0.4, ver. 9.1.14.7 and FileVersion=6.2.9.1",
        "Chrome/120.0.0.0 Safari/537.36 curl/8.5.0",
        "kernel: Linux version 5.14.0-362.8.1.el9_3.x86_64",
        "openssl-3.0.7.24-1.el9.x86_64.rpm and lib-1.2.3.4.jar",
        "OID 1.3.6.1.4.1.311.21 at 10:11:12:13",
        "session {6f9619ff-8b86-d011-b42d-00cf4fc964ff} ended",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of x",
        "d41d8cd98f00b204e9800998ecf8427e  ./file.txt",
        "blk_-1608999687919862906 of 1400000000123 at 1700000000123456789",
    ] {
        stays(text);
    }
}

#[test]
fn code_and_paths_stay() {
    for text in [
        "java.lang.NullPointerException: null at com.example.app.Main.run(Main.java:42)",
        "org.apache.zookeeper.server.NIOServerCnxn@1000 std::vector::at foo::bar",
        "System.Net.Sockets.SocketException at System.IO.File.Open",
        "java.lang.Object@1a2b3c and SendWorker@688",
        "C:\\Windows\\System32\\drivers\\etc\\hosts HKLM\\SYSTEM\\CurrentControlSet\\Services",
        "C:\\Program Files\\Veeam\\Backup and Replication\\Backup\\Veeam.Backup.Manager.exe",
        "/usr/lib/systemd/systemd-logind.service /var/log/messages /etc/ssl/openssl.cnf",
        "systemd: Started user@1000.service, getty@tty1.service",
        "{\"message\":\"first\\nsecond\\tthird\",\"level\":\"ERROR\"}",
        "ERROR\\nnext {\"a\":1}",
        "org.example.ipc.Server: IPC Server Responder, ContainerManagementProtocolProxy: yarn.client.max-proxies : 0",
        "yarn.client.max-cached-nodemanagers-proxies : 0, dfs.namenode.name.dir=/data",
        "https://www.veeam.com/kb1680 and http://www.w3.org/2001/XMLSchema",
    ] {
        stays(text);
    }
}

#[test]
fn words_of_messages_stay() {
    for text in [
        "Failed password for root from 127.0.0.1 port 22 ssh2",
        "Password first 8 characters must be letters, password last changed: 2026-01-02, password length: 12",
        "user unknown; check pass; the password is incorrect, password expired",
        "The user is not allowed to log on to this server because the host is down",
        "NT AUTHORITY\\SYSTEM and BUILTIN\\Administrators, user=root, User: Administrator",
        "unexpected token: '}', token=1, tokens: 512, key=value, secret: none",
        "password=******** password=null Password: [redacted:password] pwd=${DB_PASSWORD}",
        "sudo: root : TTY=pts/0 ; PWD=/var/tmp ; USER=root ; COMMAND=/bin/ls, Log Name: Security",
        "Server: Apache/2.4.57 (Unix), server: started, host: localhost, domain: none",
        "listening on 0.0.0.0:443, [::]:22, ::1 and 255.255.255.0, gateway 169.254.1.1, ff02::1",
        "serial: 1, Serial port COM1, serial number not found",
        "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=",
        "link/ether 00:00:00:00:00:00 brd ff:ff:ff:ff:ff:ff 01:00:5e:00:00:01",
        "Authorization: required, Cookie: none",
        "password 3 times wrong, secret 1 of 2, snmp-server community public RO, the community of users",
        "mysqld --port=3306 -pid /run/mysqld.pid, tar -pxf x.tar, ssh -p 22, net use failed with 53",
        "cost $5$ each, $1$ is a group, ${1}$2",
    ] {
        stays(text);
    }
}

#[test]
fn what_only_looks_like_a_name_or_a_secret_stays() {
    for text in [
        "connected to node-3, connection from worker12 closed, connect to port 443",
        "started by systemd, created by job-7, started by cron.service, running as root, logged in as root",
        "docker run -p 8080:80 nginx, zip -P x, top -p 1234",
        "unexpected token 'x', token is missing, token bucket is full, license key is missing, serial number is missing",
        "%d of %s, 50%25 done, 100% of a&b, x && y, C:\\\\Users, \\u0000",
        "Session ID: 4711, sessionId=6f9619ff-8b86-d011-b42d-00cf4fc964ff, sessionid=0x14f05578bd80006",
        "Logging in to [iface: default, target: iqn.2026-01.com.example:t3]",
        "at com.example.shop.cache.Warmup.run(Warmup.java:3), api.example.com is well",
        "CN=DigiCert Global Root CA,OU=www.digicert.com, CN=Users,DC=x",
        "Linux version 5.14.0, linux 5.10, domain is missing, social security is a right",
        "{\"user\": {\"id\": 7}, \"name\": \"backup job\"}",
    ] {
        stays(text);
    }
}

#[test]
fn what_is_redacted_is_no_leak() {
    for text in [
        "from ::ffff:192.168.254.174 port 22\n",
        "to hollsteinrsk+tag@konpuglat.io\n",
        "api.payments.contoso.com: payments are late\n",
        "imap-login: Login: user=<a.berg>, method=PLAIN\nconnection authorized: user=app database=erp\n",
    ] {
        let (redacted, map) = redact(text);
        let leaks = LeakScan::new(&map, &[], false).leaks(redacted.as_bytes());
        assert!(redacted != text && leaks.is_empty(), "{leaks:?} of {redacted}");
    }
}

#[test]
fn the_name_of_an_initiator_is_no_host() {
    let (text, map) = redact("target iqn.2026-01.com.contoso:t3 of iqn.1991-05.com.microsoft:srv41\n");
    assert!(
        text.contains("iqn.2026-01.com.domain-") && text.contains(":t3 of iqn.1991-05.com.microsoft:host-"),
        "{text}"
    );
    // No name is learnt that others have: classes of a program may be called so.
    let classes = "at com.example.shop.Warmup, com.contoso.shop.Warmup";
    let leaks = LeakScan::new(&map, &[], false).leaks(classes.as_bytes());
    assert_eq!(leaks.len(), 1, "{leaks:?}");
}

#[test]
fn digits_that_are_no_telephone_number_stay() {
    for text in [
        "tel=1111111",
        "phone: 999-999-9999",
        "fax 2026/01/02 10:22:11",
        "tel: 1234567 rows",
        "phone: +1234567890",
        "phone rang at 1234567 times",
    ] {
        stays(text);
    }
}

#[test]
fn a_telephone_number_in_brackets_goes() {
    for text in ["Phone: (030 1234567)", "Fax (030 / 1234567)"] {
        let (redacted, _) = redact(text);
        assert!(!redacted.contains("1234567"), "{redacted}");
        assert!(!LeakScan::new(&Map::default(), &[], false).leaks(text.as_bytes()).is_empty(), "{text}");
    }
}

/// What the redaction leaves, the rules for telephones leave: a leak would refuse what nobody can mend.
#[test]
fn both_agree_on_telephone_numbers() {
    let mut random = Random(7);
    for _ in 0..4000 {
        let word = random.pick(&["tel", "phone", "Fax", "phone number", "mobile", "Tel.", "call"]);
        let sign = random.pick(&["=", ": ", " ", "=\"", " (", ":"]);
        let mut text = format!("{word}{sign}{}", random.pick(&["", "", "+", "("]));
        for _ in 0..=random.below(6) {
            let length = [1, 2, 2, 3, 4, 4, 7, 10, 13, 16][random.below(10)];
            let digits = random.pick(&["0123456789", "1", "0129"]);
            text += &random.text(digits, length);
            text += random.pick(&["", " ", "-", "/", ".", ") ", ")", " (", " - ", " / ", "  ", ":"]);
        }
        text += random.pick(&["", " rows", "ms", "%", "=", "/x", ":", " at", "\"", "_a"]);
        let (redacted, map) = redact(&text);
        let leaks = LeakScan::new(&map, &[], false).leaks(redacted.as_bytes());
        assert!(!leaks.iter().any(|it| it.kind == Kind::Phone), "{text} -> {redacted}");
    }
}
