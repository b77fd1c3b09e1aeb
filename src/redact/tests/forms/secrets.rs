//! Passwords, tokens and keys.

use super::names::{host_name, user_name};
use super::*;

pub(super) fn token(random: &mut Random) -> Planted {
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
        3 => format!("X-Api-Key: {value}{}", random.pick(&["", " X-Request-Id: 7", " sent"])),
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

pub(super) fn cookie(random: &mut Random) -> Planted {
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
pub(super) fn password_of(random: &mut Random, signs: &str) -> String {
    let (length, places) = (6 + random.below(10), format!("{WORD}{signs}"));
    let first = random.text(WORD, 1);
    format!("{first}{}{}", random.text(&places, length), random.text(DIGITS, 1))
}

pub(super) fn password(random: &mut Random) -> Planted {
    let plain = password_of(random, "!$%*+-_.~");
    let signs = password_of(random, "!#$%&()*+,-./:;=?@[]^_{|}~");
    let (text, value) = match random.below(37) {
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
        22 => (format!("mysqldump -u root -p{plain} --host=127.0.0.1 shop"), plain),
        23 => (format!("sshpass -p '{plain}' ssh root@10.0.0.1"), plain),
        24 => (format!("psexec \\\\10.0.0.1 -u admin -p {plain} cmd"), plain),
        25 => (format!("net use Z: \\\\10.0.0.1\\x /user:jdoe7 {plain}"), plain),
        26 => (format!("net use \\\\10.0.0.1\\x {plain} /user:jdoe7 /persistent:no"), plain),
        27 => (format!("snmp-server community {plain} RO 10"), plain),
        28 => {
            let hex = random.text("0123456789ABCDEF", 12) + "7A";
            (format!("username admin password 7 {hex}"), hex)
        }
        29 => {
            let (scheme, salt) = (random.pick(&["1", "5", "6", "y", "2b", "apr1"]), random.text(WORD, 8));
            let hash = random.text(WORD, 40);
            (format!("root:${scheme}${salt}${hash}:19000:0:99999:7:::"), hash)
        }
        30 => (format!("changed: password for user 'jdoe7' is '{plain}'"), plain),
        31 => (format!("7za x -p{plain} backup.7z"), plain),
        32 => {
            let (side, part) = (random.pick(&["first", "last"]), plain[..5].to_owned() + "7");
            (format!("[VERBOSE] Password {side} 6 chars: {part}"), part)
        }
        _ => {
            let key =
                random.pick(&["password", "passwd", "pwd", "adminPassword", "secret", "db_password", "Passphrase"]);
            (pair(random, key, &plain), plain)
        }
    };
    Planted { text: line(random, &text), gone: vec![value] }
}

pub(super) fn connection(random: &mut Random) -> Planted {
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

pub(super) fn private_key(random: &mut Random) -> Planted {
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

pub(super) fn cloud_key(random: &mut Random) -> Planted {
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

/// Base64 as RFC 4648 has it.
pub(super) fn base64(bytes: &[u8]) -> String {
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

pub(super) fn base64_text(random: &mut Random) -> Planted {
    let (user, password) = (user_name(random), password_of(random, "!*+-_.~"));
    match random.below(5) {
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
        3 => {
            let value = base64(format!("user={user}&password={password}").as_bytes());
            let value = value.trim_end_matches('=').replace('+', "-").replace('/', "_");
            Planted { text: line(random, &format!("GET /x?state={value} HTTP/1.1")), gone: vec![value] }
        }
        _ => {
            let value = base64(password.as_bytes());
            Planted { text: line(random, &format!("  password: {value}")), gone: vec![value] }
        }
    }
}
