//! Names of computers, users and domains, and where they stand in sentences, paths and headers.

use super::*;

pub(super) fn host_name(random: &mut Random) -> String {
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

pub(super) fn user_name(random: &mut Random) -> String {
    let (first, last) = (random.text(SMALL, 1), random.text(SMALL, 7));
    match random.below(5) {
        0 => format!("{first}{last}"),
        1 => format!("{first}.{last}"),
        2 => format!("svc_{last}"),
        3 => format!("{last}{}", random.below(90) + 10),
        _ => format!("adm-{last}"),
    }
}

pub(super) fn host(random: &mut Random) -> Planted {
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

pub(super) fn dns(random: &mut Random) -> Planted {
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

pub(super) fn user(random: &mut Random) -> Planted {
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

pub(super) fn mail(random: &mut Random) -> Planted {
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

pub(super) fn domain(random: &mut Random) -> Planted {
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

pub(super) fn windows_home(random: &mut Random) -> Planted {
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

pub(super) fn unix_home(random: &mut Random) -> Planted {
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

pub(super) fn network_path(random: &mut Random) -> Planted {
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
