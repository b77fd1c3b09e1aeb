//! The values that are planted, and the forms in which programs write them.

use super::*;

/// A text with something planted in it.
pub(super) struct Planted {
    pub text: String,
    /// What must not be in it any more, in any case.
    pub gone: Vec<String>,
}

/// What is planted, and how.
pub(super) type Planter = fn(&mut Random) -> Planted;

pub(super) const KINDS: &[(&str, Planter)] = &[
    ("host", host),
    ("dns name", dns),
    ("ipv4", ipv4),
    ("ipv6", ipv6),
    ("mac", mac),
    ("user", user),
    ("mail", mail),
    ("domain", domain),
    ("windows home", windows_home),
    ("unix home", unix_home),
    ("network path", network_path),
    ("serial", serial),
    ("licence key", licence),
    ("token", token),
    ("cookie", cookie),
    ("password", password),
    ("connection string", connection),
    ("private key", private_key),
    ("cloud key", cloud_key),
    ("card", card),
    ("iban", iban),
    ("base64", base64_text),
];

/// Puts a line where lines stand: behind a header, with either line end, between others.
fn line(random: &mut Random, line: &str) -> String {
    let header = random.pick(&[
        "",
        "",
        "2026-02-18 03:04:05.123 INFO  [main] ",
        "[18.02.2026 03:04:05] <01> Error    ",
        "2026-02-18T03:04:05Z WARN app: ",
        "Feb 18 03:04:05 ",
        "ERROR ",
        "\t",
    ]);
    let before = random.pick(&["", "Starting up, version 12.1.0.2131\n", "INFO all is well\n"]);
    let after = random.pick(&["", "\n", "\nnext line, code 0x80070005\n"]);
    let text = format!("{before}{header}{line}{after}");
    if random.below(4) == 0 { text.replace('\n', "\r\n") } else { text }
}

/// A value behind a key in one of the forms of pairs. The value has no quotes, blanks or signs that a form would escape.
fn pair(random: &mut Random, key: &str, value: &str) -> String {
    let rest = random.pick(&["", " done", ", next=1", " (try 2)"]);
    match random.below(14) {
        0 => format!("{key}={value}{rest}"),
        1 => format!("{key} = {value}"),
        2 => format!("{key}: {value}"),
        3 => format!("{{\"id\": 7, \"{key}\": \"{value}\", \"ok\": true}}"),
        4 => format!("{{\"id\":7,\"{key}\":\"{value}\"}}"),
        5 => format!(r#"{{"body":"{{\"{key}\":\"{value}\",\"x\":1}}"}}"#),
        6 => format!("<root><{key}>{value}</{key}></root>"),
        7 => format!("<add key=\"{key}\" value=\"{value}\" />"),
        8 => format!("<Data Name=\"{key}\">{value}</Data>"),
        9 => format!("{key}='{value}'{rest}"),
        10 => format!("{key}=\"{value}\"{rest}"),
        11 => format!("request ?id=7&{key}={value}&x=1 HTTP/1.1"),
        12 => format!("[settings]\n{key} = {value}\nother = 1"),
        _ => format!("{{'id': 7, '{key}': '{value}'}}"),
    }
}

fn host_name(random: &mut Random) -> String {
    let number = random.text(DIGITS, 2);
    let word = random.text(SMALL, 5);
    match random.below(6) {
        0 => format!("srv-{word}{number}"),
        1 => format!("{}{number}", word.to_uppercase()),
        2 => format!("{word}-dc{number}"),
        3 => format!("VBR-{}-{number}", word.to_uppercase()),
        4 => format!("{word}{number}x"),
        _ => format!("esx{number}-{word}"),
    }
}

fn domain_name(random: &mut Random) -> String {
    let word = random.text(SMALL, 8);
    let ending = random.pick(&["local", "com", "net", "lan", "corp", "de", "co.uk", "org", "internal"]);
    let sub = random.pick(&["", "corp.", "ad.", "emea."]);
    format!("{sub}{word}.{ending}")
}

fn user_name(random: &mut Random) -> String {
    let (first, last) = (random.text(SMALL, 1), random.text(SMALL, 7));
    match random.below(5) {
        0 => format!("{first}{last}"),
        1 => format!("{first}.{last}"),
        2 => format!("svc_{last}"),
        3 => format!("{last}{}", random.below(90) + 10),
        _ => format!("adm-{last}"),
    }
}

fn host(random: &mut Random) -> Planted {
    let name = host_name(random);
    let shown = match random.below(12) {
        0 => format!("Feb 18 03:04:05 {name} sshd[123]: Server listening on 0.0.0.0 port 22."),
        1 => format!("<34>1 2026-02-18T03:04:05.003Z {name} su - ID47 - failed"),
        2 => format!("2026-02-18T03:04:05+01:00 {name} kernel[1]: oops"),
        3 => format!("connected to \\\\{name}\\admin$"),
        4 => format!("resolved {name}.{}", domain_name(random)),
        5 => format!("cannot reach host '{name}' in time"),
        6 => format!("cannot reach server {name}: timed out"),
        7 => format!("GET https://{name}:9443/api/v1 failed"),
        8 => format!("Feb  8 03:04:05 {name} kernel: eth0 up"),
        _ => {
            let key =
                random.pick(&["host", "hostname", "ServerName", "computer_name", "machineName", "server", "rhost"]);
            pair(random, key, &name)
        }
    };
    // Where nothing says what it is.
    let bare = match random.below(4) {
        0 => format!("backup of {name} failed"),
        1 => format!("job 'Backup {}' ended", name.to_uppercase()),
        2 => format!("wrote {name}_2026-02-18.vbk"),
        _ => format!("{name}: disk is full"),
    };
    Planted { text: format!("{bare}\n{shown}\n{bare}"), gone: vec![name] }
}

fn dns(random: &mut Random) -> Planted {
    let name = format!("{}.{}", host_name(random), domain_name(random));
    let inner = match random.below(9) {
        0 => format!("connect to {name}:6160 refused"),
        1 => format!("GET https://{name}/api/sessions?id=7"),
        2 => format!("lookup of {name}."),
        3 => format!("[{name}] is down"),
        4 => format!("cn={name},ou=servers"),
        5 => format!("{name}/10.20.30.40:2181 closed"),
        6 => format!("\\\\{name}\\share$ is gone"),
        7 => pair(random, "fqdn", &name),
        _ => format!("\"{name}\",\"7\",\"ok\""),
    };
    Planted { text: line(random, &inner), gone: vec![name] }
}

fn ipv4(random: &mut Random) -> Planted {
    let (b, c, d) = (random.below(256), random.below(256), 1 + random.below(254));
    let address = match random.below(5) {
        0 => format!("10.{b}.{c}.{d}"),
        1 => format!("192.168.{c}.{d}"),
        2 => format!("172.{}.{c}.{d}", 16 + b % 16),
        _ => format!("{}.{b}.{c}.{d}", [5, 23, 62, 88, 131, 185, 203, 212][random.below(8)]),
    };
    let inner = match random.below(15) {
        0 => format!("from {address} port 22"),
        1 => format!("client /{address}:37177 closed"),
        2 => format!("route {address}/24 via eth0"),
        3 => format!("[{address}]:443 refused"),
        4 => format!("http://{address}:8080/x"),
        5 => format!("node7/{address}:2181"),
        6 => format!("\\\\{address}\\c$"),
        7 => format!("{address}-{address}"),
        8 => format!("peer {address}, retrying"),
        9 => format!("ping {address}."),
        10 => format!("esx_{address}.log"),
        11 => format!("{address} - - \"GET / HTTP/1.1\" 200"),
        12 => format!("ip-{} is up", address.replace('.', "-")),
        13 => format!("root@{address}"),
        _ => pair(random, "address", &address),
    };
    Planted { text: line(random, &inner), gone: vec![address.replace('.', "-"), address] }
}

fn ipv6(random: &mut Random) -> Planted {
    let mut group = || random.text(HEX, 4);
    let groups: Vec<String> = (0..6).map(|_| group()).collect();
    let (mut a, b) = (groups.join(":"), format!("{}:{}", groups[0], groups[1]));
    let host = 16 + random.below(60_000);
    a = match random.below(5) {
        0 => format!("2001:{a}:1"),
        1 => format!("2a02:{b}::{host:x}"),
        2 => format!("fd12:{b}:1::{host:x}"),
        3 => format!("2001:db8:{b}:0:0:0:{host:x}"),
        _ => format!("fe80::{}", groups[..4].join(":")),
    };
    if random.below(4) == 0 {
        a = a.to_uppercase();
    }
    let inner = match random.below(9) {
        0 => format!("from {a} port 22"),
        1 => format!("http://[{a}]:8080/x"),
        2 => format!("route {a}/64 via eth0"),
        3 => format!("inet6 {a}%eth0 scope link"),
        4 => format!("address {a}: unreachable"),
        5 => format!("({a})"),
        6 => format!("lost {a}."),
        7 => format!("peer=\"{a}\""),
        _ => format!("{a},443,open"),
    };
    Planted { text: line(random, &inner), gone: vec![a] }
}

fn mac(random: &mut Random) -> Planted {
    let digits = format!("00{}{}", random.pick(&["5056", "0c29", "1b21", "155d"]), random.text(HEX, 6));
    let groups = |size: usize, sign: &str| {
        let parts: Vec<&str> = (0..12 / size).map(|at| &digits[at * size..][..size]).collect();
        parts.join(sign)
    };
    let mut address = [groups(2, ":"), groups(2, "-"), groups(4, ".")][random.below(3)].clone();
    if !address.contains('.') && random.below(2) == 0 {
        address = address.to_uppercase();
    }
    // In groups of four without a letter it could be a number as well.
    if address.contains('.') && !address.contains(|it: char| it.is_ascii_alphabetic()) {
        address = groups(2, ":");
    }
    let inner = match random.below(7) {
        0 => format!("link/ether {address} brd ff:ff:ff:ff:ff:ff"),
        1 => format!("Physical Address. . . . : {address}"),
        2 => format!("DHCPREQUEST from {address} via eth0"),
        3 => format!("[{address}] joined"),
        4 => {
            return {
                let text = pair(random, "macAddress", &digits);
                Planted { text, gone: vec![digits] }
            };
        }
        5 => format!("station {address}: authenticated"),
        _ => pair(random, "mac", &address),
    };
    Planted { text: line(random, &inner), gone: vec![address] }
}

fn user(random: &mut Random) -> Planted {
    let name = user_name(random);
    let shown = match random.below(16) {
        0 => format!("Accepted password for {name} from 10.0.0.1 port 22 ssh2"),
        1 => format!("Failed password for invalid user {name} from 10.0.0.1 port 22"),
        2 => format!("session opened for user {name} by (uid=0)"),
        3 => format!("sudo: {name} : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls"),
        4 => format!("Login failed for user '{name}'."),
        5 => format!("password authentication failed for user \"{name}\""),
        6 => format!("log on as CONTOSO\\{}", name.replace(|it| "nrtuxbf0".contains(it), "m")),
        7 => format!("{{\"user\":\"CONTOSO\\\\{name}\"}}"),
        8 => format!("kinit {name}@CONTOSO.LOCAL"),
        9 => format!("Account Name:\t\t{name}"),
        10 => format!("ssh {name}@10.0.0.7 uptime"),
        11 => format!("\\\\10.0.0.8\\Users\\{name}\\Desktop"),
        12 => format!("run --user {name} --force"),
        _ => {
            let key =
                random.pick(&["user", "username", "userName", "login", "TargetUserName", "account_name", "logon"]);
            pair(random, key, &name)
        }
    };
    let gone = match shown.contains(&name) {
        true => name,
        false => name.replace(|it| "nrtuxbf0".contains(it), "m"),
    };
    let bare = match random.below(3) {
        0 => format!("{gone} has no rights"),
        1 => format!("started by ({gone})"),
        _ => format!("wrote /tmp/{gone}.log"),
    };
    Planted { text: format!("{bare}\n{shown}\n{bare}"), gone: vec![gone] }
}

fn mail(random: &mut Random) -> Planted {
    let (user, domain) = (user_name(random), domain_name(random));
    let user = if random.below(4) == 0 { format!("{user}+logs") } else { user };
    let address = format!("{user}@{domain}");
    let inner = match random.below(7) {
        0 => format!("mail to <{address}> failed"),
        1 => format!("from={address}, size=7"),
        2 => format!("mailto:{address}"),
        3 => format!("Sent report to {address}."),
        4 => format!("\"John Doe\" <{address}>; \"x\""),
        5 => pair(random, "email", &address),
        _ => format!("recipients: [{address}, {address}]"),
    };
    Planted { text: line(random, &inner), gone: vec![address, user, domain] }
}

fn domain(random: &mut Random) -> Planted {
    let name = random.text(CAPITALS, 7);
    let user = random.text("acdeghijklmopqsvwyz", 6);
    let shown = match random.below(7) {
        0 => format!("logon of {name}\\{user} failed"),
        1 => format!("{{\"user\":\"{name}\\\\{user}\"}}"),
        2 => format!("Account Domain:\t\t{name}"),
        3 => format!("krb5: realm = {name}.LOCAL"),
        4 => format!("kinit {user}@{name}.LOCAL"),
        5 => format!("search {}.local", name.to_lowercase()),
        _ => {
            let key = random.pick(&["domain", "domainName", "TargetDomainName", "userDomain"]);
            pair(random, key, &name)
        }
    };
    Planted { text: format!("{shown}\ntrust of {name} is broken"), gone: vec![name] }
}

fn windows_home(random: &mut Random) -> Planted {
    let name = match random.below(4) {
        0 => "John Q. Doe".replace("Doe", &random.text(SMALL, 7)),
        _ => user_name(random),
    };
    let inner = match random.below(6) {
        0 => format!("open C:\\Users\\{name}\\AppData\\Local\\Temp\\x.tmp"),
        1 => format!("{{\"path\":\"C:\\\\Users\\\\{name}\\\\x.log\"}}"),
        2 => format!("file:///C:/Users/{name}/x.log"),
        3 => format!("D:\\Documents and Settings\\{name}\\Desktop"),
        4 => format!("<path>C:\\Users\\{name}\\x.ini</path>"),
        _ => format!("\\\\10.1.2.3\\c$\\Users\\{name}\\ntuser.dat"),
    };
    Planted { text: line(random, &inner), gone: vec![name] }
}

fn unix_home(random: &mut Random) -> Planted {
    let name = user_name(random);
    let inner = match random.below(6) {
        0 => format!("open /home/{name}/.ssh/config"),
        1 => format!("HOME=/home/{name}"),
        2 => format!("/Users/{name}/Library/Logs/x.log"),
        3 => format!("cd \"/home/{name}\""),
        4 => format!("{{\"cwd\":\"\\/home\\/{name}\\/x\"}}"),
        _ => format!("file:///home/{name}/x:12: error"),
    };
    Planted { text: line(random, &inner), gone: vec![name] }
}

fn network_path(random: &mut Random) -> Planted {
    let name = host_name(random);
    let inner = match random.below(5) {
        0 => format!("open \\\\{name}\\backup$\\x.vbk"),
        1 => format!("{{\"path\":\"\\\\\\\\{name}\\\\share\\\\x\"}}"),
        2 => format!("path='\\\\{name}\\share'"),
        3 => format!("\\\\?\\UNC\\{name}\\share\\x"),
        _ => format!("smb://{name}/share"),
    };
    Planted { text: line(random, &inner), gone: vec![name] }
}

fn serial(random: &mut Random) -> Planted {
    let value = match random.below(3) {
        0 => format!("{}7", random.text("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", 6)),
        1 => format!("CN{}{}", random.text(DIGITS, 4), random.text(WORD, 6).to_uppercase()),
        _ => format!("VMware-{} {}-4", random.text(HEX, 2), random.text(HEX, 4)).replace(' ', "-"),
    };
    let inner = match random.below(6) {
        0 => format!("Serial Number: {value}"),
        1 => format!("Service Tag: {value}"),
        2 => format!("S/N: {value}"),
        3 => format!("Chassis Serial   : {value}"),
        4 => format!("disk 3, serial_number={value}, ok"),
        _ => pair(random, "serialNumber", &value),
    };
    Planted { text: line(random, &inner), gone: vec![value] }
}

fn licence(random: &mut Random) -> Planted {
    let mut group =
        || format!("{}{}", random.text("ABCDEFGHJKLMNPQRTUVWXYZ", 2), random.text("ABCDEFGH23456789", 2) + "7");
    let value = (0..5).map(|_| group()).collect::<Vec<_>>().join("-");
    let long = random.text(WORD, 30);
    let inner = match random.below(6) {
        0 => format!("activated with {value}"),
        1 => format!("License key: {value}"),
        2 => format!("<LicenseKey>{value}</LicenseKey>"),
        3 => {
            let text = pair(random, "license_key", &format!("{long}7"));
            return Planted { text: line(random, &text), gone: vec![long] };
        }
        4 => format!("slmgr /ipk {value}"),
        _ => pair(random, "productKey", &value),
    };
    Planted { text: line(random, &inner), gone: vec![value] }
}

fn token(random: &mut Random) -> Planted {
    let value = match random.below(10) {
        0 => format!("ghp_{}", random.text(WORD, 36)),
        1 => format!("glpat-{}", random.text(WORD, 20)),
        2 => format!("xoxb-{}-{}", random.text(DIGITS, 11), random.text(WORD, 24)),
        3 => format!("eyJ{}.eyJ{}.{}", random.text(WORD, 20), random.text(WORD, 40), random.text(WORD, 43)),
        4 => format!("sk_live_{}", random.text(WORD, 24)),
        5 => format!("npm_{}", random.text(WORD, 36)),
        6 => random.text(HEX, 40) + "7",
        7 => random.text(WORD, 32) + "7",
        8 => random.text(BASE64, 40) + "7==",
        _ => random.text(HEX, 32) + "7",
    };
    // Of their own shape, they need nobody to say what they are.
    let shaped = ["ghp_", "glpat-", "xoxb-", "eyJ", "sk_live_", "npm_"].iter().any(|it| value.starts_with(it));
    let inner = match random.below(if shaped { 13 } else { 10 }) {
        0 => format!("Authorization: Bearer {value}"),
        1 => format!("\"Authorization\": \"Bearer {value}\""),
        2 => format!("curl -H 'Authorization: Token {value}' https://10.0.0.1/"),
        3 => format!("X-Api-Key: {value}"),
        4 => format!("run --token {value} --force"),
        5 => format!("API_TOKEN={value}"),
        6..10 => {
            let key =
                random.pick(&["token", "access_token", "apiKey", "api_key", "client_secret", "secretKey", "authToken"]);
            pair(random, key, &value)
        }
        10 => format!("logged in with {value}"),
        11 => format!("git clone https://{value}@10.0.0.1/x.git"),
        _ => format!("[{value}]"),
    };
    Planted { text: line(random, &inner), gone: vec![value] }
}

fn cookie(random: &mut Random) -> Planted {
    let value = random.text(HEX, 31) + "7";
    let inner = match random.below(6) {
        0 => format!("Cookie: JSESSIONID={value}; theme=dark"),
        1 => format!("Set-Cookie: DSID={value}; path=/; secure"),
        2 => format!("\"cookie\": \"sid={value}\""),
        3 => format!("curl -H 'Cookie: PHPSESSID={value}' http://10.0.0.1/"),
        4 => format!("> cookie: a=1; session={value}"),
        _ => pair(random, "JSESSIONID", &value),
    };
    Planted { text: line(random, &inner), gone: vec![value] }
}

/// A password in which the signs of most forms may be.
fn password_of(random: &mut Random, signs: &str) -> String {
    let (length, places) = (6 + random.below(10), format!("{WORD}{signs}"));
    let first = random.text(WORD, 1);
    format!("{first}{}{}", random.text(&places, length), random.text(DIGITS, 1))
}

fn password(random: &mut Random) -> Planted {
    let plain = password_of(random, "!$%*+-_.~");
    let signs = password_of(random, "!#$%&()*+,-./:;=?@[]^_{|}~");
    let (text, value) = match random.below(24) {
        0 => (format!("password={plain}"), plain),
        1 => (format!("Password = {signs}\n"), signs),
        2 => (format!("run --password {plain} --force"), plain),
        3 => (format!("run --password={plain}"), plain),
        4 => (format!("powershell x.ps1 -Password '{signs}' -Force"), signs),
        5 => (format!("DB_PASSWORD={plain}"), plain),
        6 => (format!("export PGPASSWORD='{signs}'; psql"), signs),
        7 => (format!("curl -u jdoe:{plain} https://10.0.0.1/"), plain),
        8 => (format!("cannot log on, password \"{signs}\""), signs),
        9 => (format!("the password is {plain}"), plain),
        10 => (format!("ConvertTo-SecureString \"{signs}\" -AsPlainText -Force"), signs),
        11 => (format!("CREATE USER x IDENTIFIED BY '{signs}'"), signs),
        12 => (format!("  db:\n    password: {plain}\n    port: 1"), plain),
        13 => (format!("{{\"password\":\"{signs}\"}}"), signs),
        14 => (format!("{{\"userPassword\": \"a\\\"{signs}\"}}"), signs),
        15 => (format!(r#"{{"body":"{{\"password\":\"{signs}\",\"x\":1}}"}}"#), signs),
        16 => (format!("<password>{}</password>", plain), plain),
        17 => (format!("snmp community: {plain}"), plain),
        18 => (format!("jdbc:oracle:thin:scott/{plain}@10.0.0.1:1521:XE"), plain),
        19 => (format!("wpa_passphrase=\"{signs}\""), signs),
        20 => (format!("'password': '{signs}', 'x': 1"), signs),
        21 => (format!("[password] = {plain}"), plain),
        _ => {
            let key =
                random.pick(&["password", "passwd", "pwd", "adminPassword", "secret", "db_password", "Passphrase"]);
            (pair(random, key, &plain), plain)
        }
    };
    Planted { text: line(random, &text), gone: vec![value] }
}

fn connection(random: &mut Random) -> Planted {
    let (host, user, password) = (host_name(random), user_name(random), password_of(random, "!*+-_.~%"));
    let text = match random.below(8) {
        0 => format!("Server={host};Database=VeeamBackup;User Id={user};Password={password};"),
        1 => format!("connectionString=\"Data Source={host}\\SQLEXPRESS;Initial Catalog=x;Uid={user};Pwd={password}\""),
        2 => format!("postgres://{user}:{password}@{host}:5432/app?sslmode=disable"),
        3 => format!("mongodb+srv://{user}:{password}@{host}.example.org/x"),
        4 => format!("jdbc:sqlserver://{host}:1433;databaseName=x;user={user};password={password}"),
        5 => format!("redis://{user}:{password}@{host}:6379/0 connected"),
        6 => format!("host={host} port=5432 dbname=x user={user} password={password}"),
        _ => format!("\"amqp://{user}:{password}@{host}/vhost\""),
    };
    Planted { text: line(random, &text), gone: vec![host, user, password] }
}

fn private_key(random: &mut Random) -> Planted {
    let label = random.pick(&["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED ", "DSA "]);
    let lines: Vec<String> = (0..4 + random.below(20)).map(|_| random.text(BASE64, 64)).collect();
    let last = random.text(BASE64, 20) + "==";
    let (begin, end) = (format!("-----BEGIN {label}PRIVATE KEY-----"), format!("-----END {label}PRIVATE KEY-----"));
    let text = match random.below(6) {
        0 => format!("{begin}\n{}\n{last}\n{end}\nrest\n", lines.join("\n")),
        1 => format!("{begin}\r\n{}\r\n{last}\r\n{end}\r\n", lines.join("\r\n")),
        2 => format!("{{\"private_key\": \"{begin}\\n{}\\n{last}\\n{end}\\n\", \"id\": 1}}", lines.join("\\n")),
        3 => format!("  key: |\n    {begin}\n    {}\n    {last}\n    {end}\n", lines.join("\n    ")),
        4 => {
            let prefix = "2026-02-18 03:04:05 DEBUG key: ";
            format!("{prefix}{begin}\n{prefix}{}\n{prefix}{last}\n{prefix}{end}\n", lines.join(&format!("\n{prefix}")))
        }
        // Cut off.
        _ => format!("{begin}\n{}\n{last}\n2026-02-18 03:04:05 rest", lines.join("\n")),
    };
    Planted { text, gone: lines.into_iter().chain([last]).collect() }
}

fn cloud_key(random: &mut Random) -> Planted {
    let (text, value) = match random.below(6) {
        0 | 1 => {
            let value =
                format!("{}{}", random.pick(&["AKIA", "ASIA"]), random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16));
            let text = random.pick(&[
                "using {} now",
                "aws_access_key_id = {}",
                "\"AccessKeyId\":\"{}\"",
                "Credential={}/20260218/us-east-1",
            ]);
            (text.replace("{}", &value), value)
        }
        2 => {
            let value = random.text(BASE64, 40);
            let key = random.pick(&["aws_secret_access_key", "SecretAccessKey", "AWS_SECRET_ACCESS_KEY"]);
            (format!("{key}={value}"), value)
        }
        3 => {
            let value = random.text(BASE64, 86) + "==";
            (format!("DefaultEndpointsProtocol=https;AccountName=x;AccountKey={value};EndpointSuffix=x"), value)
        }
        4 => {
            let value = format!("AIza{}", random.text(WORD, 35));
            (format!("maps key {value}"), value)
        }
        _ => {
            let value = random.text(WORD, 43) + "%3D";
            (format!("GET /c?sv=2020&sig={value}&se=x"), value)
        }
    };
    Planted { text: line(random, &text), gone: vec![value] }
}

/// Adds the digit that makes a number valid.
fn with_luhn(digits: &str) -> String {
    (0..10)
        .map(|last| format!("{digits}{last}"))
        .find(|number| {
            let digits: Vec<u32> = number.chars().rev().filter_map(|it| it.to_digit(10)).collect();
            let sum: u32 = digits
                .iter()
                .enumerate()
                .map(|(at, it)| if at % 2 == 1 { it * 2 / 10 + it * 2 % 10 } else { *it })
                .sum();
            sum.is_multiple_of(10)
        })
        .unwrap()
}

fn card(random: &mut Random) -> Planted {
    let (prefix, length) =
        [("4", 16), ("51", 16), ("37", 15), ("2221", 16), ("6011", 16), ("3530", 16), ("55", 16)][random.below(7)];
    let number = with_luhn(&format!("{prefix}{}", random.text(DIGITS, length - 1 - prefix.len())));
    let groups: &[usize] = if length == 15 { &[4, 6, 5] } else { &[4, 4, 4, 4] };
    let grouped = |sign: &str| {
        let mut at = 0;
        let parts: Vec<&str> = groups
            .iter()
            .map(|size| {
                at += size;
                &number[at - size..at]
            })
            .collect();
        parts.join(sign)
    };
    let value = [number.clone(), grouped(" "), grouped("-")][random.below(3)].clone();
    let inner = match random.below(5) {
        0 => format!("charged {value} with 10 EUR"),
        1 => format!("card: {value}, ok"),
        2 => format!("{{\"pan\":\"{value}\"}}"),
        3 => format!("<pan>{value}</pan>"),
        _ => format!("pan={value};"),
    };
    Planted { text: line(random, &inner), gone: vec![value] }
}

fn iban(random: &mut Random) -> Planted {
    let (country, body) = match random.below(4) {
        0 => ("DE", random.text(DIGITS, 18)),
        1 => ("GB", random.text(CAPITALS, 4) + &random.text(DIGITS, 14)),
        2 => ("FR", random.text(DIGITS, 23)),
        _ => ("NL", random.text(CAPITALS, 4) + &random.text(DIGITS, 10)),
    };
    let rest = |text: &str| {
        text.chars().fold(0_u64, |all, it| {
            let value = u64::from(it.to_digit(36).unwrap());
            (if value > 9 { all * 100 } else { all * 10 } + value) % 97
        })
    };
    let check = 98 - rest(&format!("{body}{country}00"));
    let value = format!("{country}{check:02}{body}");
    let grouped = value.as_bytes().chunks(4).map(|it| std::str::from_utf8(it).unwrap()).collect::<Vec<_>>().join(" ");
    let value = if random.below(2) == 0 { value } else { grouped };
    let inner = match random.below(4) {
        0 => format!("transfer to {value}"),
        1 => format!("IBAN: {value}"),
        2 => format!("{{\"iban\":\"{value}\"}}"),
        _ => format!("iban={value};"),
    };
    Planted { text: line(random, &inner), gone: vec![value] }
}

/// Base64 as RFC 4648 has it.
fn base64(bytes: &[u8]) -> String {
    let letters: Vec<char> = BASE64.chars().collect();
    bytes
        .chunks(3)
        .map(|three| {
            let bits = three.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            (0..4)
                .map(|at| if at > three.len() { '=' } else { letters[(bits >> (18 - 6 * at) & 63) as usize] })
                .collect::<String>()
        })
        .collect()
}

fn base64_text(random: &mut Random) -> Planted {
    let (user, password) = (user_name(random), password_of(random, "!*+-_.~"));
    match random.below(4) {
        0 => {
            let value = base64(format!("{user}:{password}").as_bytes());
            let text = line(random, &format!("Authorization: Basic {value}"));
            Planted { text, gone: vec![value] }
        }
        1 => {
            let value = base64(format!("{{\"username\":\"{user}\",\"password\":\"{password}\"}}").as_bytes());
            Planted { text: line(random, &format!("payload {value} sent")), gone: vec![value] }
        }
        2 => {
            let wide: Vec<u8> = format!("net use x: --password={password}").bytes().flat_map(|it| [it, 0]).collect();
            let value = base64(&wide);
            Planted { text: line(random, &format!("powershell -EncodedCommand {value}")), gone: vec![value] }
        }
        _ => {
            let value = base64(password.as_bytes());
            Planted { text: line(random, &format!("  password: {value}")), gone: vec![value] }
        }
    }
}
