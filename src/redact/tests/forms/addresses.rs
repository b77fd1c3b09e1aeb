//! Addresses of networks and of network cards.

use super::*;

pub(super) fn ipv4(random: &mut Random) -> Planted {
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

pub(super) fn ipv6(random: &mut Random) -> Planted {
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

pub(super) fn sid(random: &mut Random) -> Planted {
    let mut number = || 1_000_000 + random.next() % 4_000_000_000;
    let (a, b, c, d) = (number(), number(), number(), number());
    let account = [500, 513, 1105, 21_044][random.below(4)];
    let (sid, numbers) = match random.below(4) {
        0 => (format!("S-1-12-1-{a}-{b}-{c}-{d}"), format!("{a}-{b}-{c}-{d}")),
        1 => (format!("S-1-5-21-{a}-{b}-{c}"), format!("{a}-{b}-{c}")),
        _ => (format!("S-1-5-21-{a}-{b}-{c}-{account}"), format!("{a}-{b}-{c}")),
    };
    let inner = match random.below(9) {
        0 => format!("<Data Name='TargetUserSid'>{sid}</Data>"),
        1 => format!("Security ID:\t\t{sid}"),
        2 => format!("HKU\\{sid}\\Software\\App cannot be opened"),
        3 => format!("HKEY_USERS\\{sid}_Classes is in use"),
        4 => format!("C:\\$Recycle.Bin\\{sid}\\$R1.txt"),
        5 => format!("logon of ({sid}), failed."),
        6 => format!("profile {sid}.bak was loaded"),
        7 => pair(random, "sid", &sid.to_lowercase()),
        _ => pair(random, "objectSid", &sid),
    };
    Planted { text: line(random, &inner), gone: vec![numbers] }
}

pub(super) fn mac(random: &mut Random) -> Planted {
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
