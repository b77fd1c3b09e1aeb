//! Forms that were missed once: escaped texts, commands, consoles, keys behind a prefix, tokens of more providers.

use super::names::{host_name, user_name};
use super::secrets::{base64, password_of};
use super::*;

/// Escapes a text as it stands in addresses of pages, in HTML, or in JSON of programs that write ASCII only.
fn escaped(random: &mut Random, text: &str) -> String {
    let (form, signs) = (random.below(3), "\"<>&'@:/={} \\");
    text.chars()
        .map(|it| match (form, it) {
            (0, it) if signs.contains(it) => format!("%{:02X}", u32::from(it)),
            (1, '"') => "&quot;".to_owned(),
            (1, '<') => "&lt;".to_owned(),
            (1, '>') => "&gt;".to_owned(),
            (1, '@') => "&#64;".to_owned(),
            (2, it) if "\"<>&'@".contains(it) => format!("\\u{:04x}", u32::from(it)),
            (_, it) => it.to_string(),
        })
        .collect()
}

pub(super) fn escaped_text(random: &mut Random) -> Planted {
    let (user, password) = (user_name(random), format!("x{}", random.text(WORD, 12)));
    let domain = format!("{}.local", random.text(SMALL, 8));
    let (text, gone) = match random.below(4) {
        0 => (format!("{{\"password\":\"{password}\"}}"), vec![password]),
        1 => (format!("<apiKey>{password}7abcdef</apiKey>"), vec![password]),
        2 => (format!("to {user}@{domain} and more"), vec![user, domain]),
        _ => (format!("{{\"username\":\"{user}\",\"token\":\"{password}7abcdef\"}}"), vec![user, password]),
    };
    let text = escaped(random, &text);
    let text = random.pick(&["redirect=", "body \"", "", "payload: "]).to_owned() + &text;
    Planted { text: line(random, &text), gone }
}

pub(super) fn command(random: &mut Random) -> Planted {
    let (user, host) = (user_name(random), host_name(random));
    let password = format!("{}{}", random.text(WORD, 9), random.text(DIGITS, 2));
    let text = match random.below(14) {
        0 => format!("redis-cli -h 10.0.0.1 -a {password} ping"),
        1 => format!("sqlcmd -S 10.0.0.1 -U sa -P {password} -Q x"),
        2 => format!("snmpwalk -v3 -u x -A {password} -x AES 10.0.0.1"),
        3 => format!("ldapsearch -x -D cn=admin -w {password} -b dc=x"),
        4 => format!("docker login -u x -p {password} 10.0.0.1"),
        5 => format!("smbclient //10.0.0.1/c$ -U jdoe7%{password}"),
        6 => format!("curl --user jdoe7:{password} https://10.0.0.1/"),
        7 => format!("sqlplus jdoe7/{password}@10.0.0.1"),
        8 => format!("jdoe7/{password}@10.0.0.1:1521/ORCL"),
        9 => format!("machine 10.0.0.1 login jdoe7 password {password}"),
        10 => format!("Password changed to {password}"),
        11 => format!("ipmitool -H 10.0.0.1 -U x -P {password} power status"),
        12 => return Planted { text: line(random, &format!("mount {host}:/export /mnt")), gone: vec![host] },
        _ => {
            return Planted {
                text: line(random, &format!("started by {user}9 at noon")),
                gone: vec![format!("{user}9")],
            };
        }
    };
    Planted { text: line(random, &text), gone: vec![password] }
}

pub(super) fn console(random: &mut Random) -> Planted {
    let (name, user) = (host_name(random), user_name(random));
    let (text, gone) = match random.below(12) {
        0 => (format!("Host Name . . . . . . . . . . . . : {name}"), name),
        1 => (format!("connect to {name}:443 failed"), name),
        2 => (format!("Connection from {name} [10.0.0.7]"), name),
        3 => (format!("node/{name} cordoned"), name),
        4 => (format!("{{\"host\": {{\"os\": \"x\", \"name\": \"{name}\"}}}}"), name),
        5 => (format!("Linux {name} 5.14.0-362.el9.x86_64 #1 SMP"), name),
        6 => (format!("open //{name}/share"), name),
        7 => (format!("uid=1000({user}) gid=1000({user})"), user),
        8 => (format!("CRON[123]: ({user}) CMD (/usr/bin/x)"), user),
        9 => (format!("2026-02-18 03:04:05 - ive - [10.0.0.7] {user}(Users)[Role] - Login"), user),
        10 => (format!("10.0.0.7 - {user} [18/Feb/2026:03:04:05 +0100] \"GET / HTTP/1.1\" 200 5"), user),
        _ => (format!("CN={user},OU=Users,DC=corp"), user),
    };
    Planted { text: format!("{text}\n"), gone: vec![gone] }
}

pub(super) fn key_behind(random: &mut Random) -> Planted {
    let (label, header) = [
        ("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"),
        ("PGP PRIVATE KEY BLOCK", "Version: GnuPG v2"),
        ("OpenVPN Static key V1", ""),
    ][random.below(3)];
    let lines: Vec<String> = (0..4 + random.below(9)).map(|_| random.text(BASE64, 64)).collect();
    let last = random.text(BASE64, 23) + "=";
    let all = [&[format!("-----BEGIN {label}-----"), header.to_owned()], &*lines, std::slice::from_ref(&last)].concat();
    let all = [all, vec![format!("-----END {label}-----")]].concat();
    let text: Vec<String> = match random.below(5) {
        0 => all.iter().map(|it| format!("  | {it}")).collect(),
        1 => all.iter().enumerate().map(|(at, it)| format!("{:6}\t{it}", at + 1)).collect(),
        2 => all.iter().map(|it| format!("{{\"log\":\"{it}\\n\",\"stream\":\"stdout\"}}")).collect(),
        3 => all.iter().map(|it| format!("'{it}\\n'")).collect(),
        _ => all.iter().map(|it| format!("Feb 18 03:04:05 dn1 app[12]: {it}")).collect(),
    };
    Planted { text: text.join("\n") + "\n", gone: lines.into_iter().chain([last]).collect() }
}

pub(super) fn more_tokens(random: &mut Random) -> Planted {
    let value = match random.below(12) {
        0 => format!("shpat_{}", random.text(HEX, 32)),
        1 => format!("glsa_{}_{}", random.text(WORD, 32), random.text(HEX, 8)),
        2 => format!("dapi{}", random.text(HEX, 32)),
        3 => format!("hf_{}", random.text(WORD, 34)),
        4 => format!("key-{}", random.text(HEX, 32)),
        5 => format!("{}:AA{}", random.text("123456789", 10), random.text(WORD, 33)),
        6 => format!("{}-us{}", random.text(HEX, 32), random.text(DIGITS, 2)),
        7 => format!("{}.atlasv1.{}", random.text(WORD, 14), random.text(WORD, 65)),
        8 => format!("lin_api_{}", random.text(WORD, 40)),
        9 => format!("SK{}", random.text(HEX, 32)),
        10 => base64(format!("{}:{}", user_name(random), password_of(random, "!*+-_.~")).as_bytes()),
        _ => return aws_pair(random),
    };
    let inner = random.pick(&["got {} now", "[{}]", "blob={}", "\"{}\"", "<v>{}</v>"]).replace("{}", &value);
    Planted { text: line(random, &inner), gone: vec![value] }
}

fn aws_pair(random: &mut Random) -> Planted {
    let (id, key) = (format!("AKIA{}", random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)), random.text(BASE64, 40));
    let inner =
        random.pick(&["s3 {id}:{key}", "Keys(\"{id}\", \"{key}\")"]).replace("{id}", &id).replace("{key}", &key);
    Planted { text: line(random, &inner), gone: vec![id, key] }
}
