//! Numbers of devices, licences, cards and accounts.

use super::*;

pub(super) fn serial(random: &mut Random) -> Planted {
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

pub(super) fn licence(random: &mut Random) -> Planted {
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

pub(super) fn card(random: &mut Random) -> Planted {
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

pub(super) fn iban(random: &mut Random) -> Planted {
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
