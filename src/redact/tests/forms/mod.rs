//! The values that are planted, and the forms in which programs write them.

mod addresses;
mod names;
mod numbers;
mod people;
mod secrets;
mod wrapped;

use super::*;

/// A text with something planted in it.
pub(crate) struct Planted {
    pub text: String,
    /// What must not be in it any more, in any case.
    pub gone: Vec<String>,
}

/// What is planted, and how.
pub(crate) type Planter = fn(&mut Random) -> Planted;

pub(crate) const KINDS: &[(&str, Planter)] = &[
    ("host", names::host),
    ("dns name", names::dns),
    ("ipv4", addresses::ipv4),
    ("ipv6", addresses::ipv6),
    ("mac", addresses::mac),
    ("sid", addresses::sid),
    ("user", names::user),
    ("mail", names::mail),
    ("domain", names::domain),
    ("windows home", names::windows_home),
    ("unix home", names::unix_home),
    ("network path", names::network_path),
    ("serial", numbers::serial),
    ("licence key", numbers::licence),
    ("token", secrets::token),
    ("cookie", secrets::cookie),
    ("password", secrets::password),
    ("connection string", secrets::connection),
    ("private key", secrets::private_key),
    ("cloud key", secrets::cloud_key),
    ("card", numbers::card),
    ("iban", numbers::iban),
    ("phone", people::phone),
    ("social security number", people::social_security),
    ("base64", secrets::base64_text),
    ("escaped text", wrapped::escaped_text),
];

/// Forms that are rarer: they have to go, but the leak scan need not know all of them.
pub(crate) const RARER: &[(&str, Planter)] = &[
    ("command", wrapped::command),
    ("console", wrapped::console),
    ("key behind a prefix", wrapped::key_behind),
    ("more tokens", wrapped::more_tokens),
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
