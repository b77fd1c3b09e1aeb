//! Numbers of people.

use super::*;

pub(super) fn phone(random: &mut Random) -> Planted {
    let country = random.pick(&["49", "44", "33", "41", "43", "353", "420", "31"]);
    // No number but the one that was planted has these digits.
    let (area, one, two) = (random.text("3456789", 2), random.text("3456789", 3), random.text("3456789", 4));
    let north = format!("2{area}");
    let international = match random.below(8) {
        0 => format!("+{country} {area} {one} {two}"),
        1 => format!("+{country} (0){area} {one}-{two}"),
        2 => format!("+{country}{area}{one}{two}"),
        3 => format!("+{country}-{area}-{one}{two}"),
        4 => format!("+{country}.{area}.{one}.{two}"),
        5 => format!("+1 ({north}) {one}-{two}"),
        6 => format!("+1-{north}-{one}-{two}"),
        _ => format!("+1{north}{one}{two}"),
    };
    let national = match random.below(6) {
        0 => format!("0{area} {one}{two}"),
        1 => format!("0{area}/{one}{two}"),
        2 => format!("({north}) {one}-{two}"),
        3 => format!("{north}-{one}-{two}"),
        4 => format!("0{area}{one}{two}"),
        _ => format!("0{area} {one} {two}"),
    };
    let plain = national.replace([' ', '(', ')'], "");
    let (inner, value) = match random.below(12) {
        0 => (format!("the customer calls back, {international}"), international),
        1 => (format!("callback to {international} requested"), international),
        2 => (format!("contact <{international}>; urgent"), international),
        3 => (format!("sent sms from=\"{international}\" ok"), international),
        4 => (format!("dialled tel:{international}"), international),
        5 => (format!("Phone: {national}"), national),
        6 => (format!("Tel.: {national}"), national),
        7 => (format!("Ms Example, Fax {national}"), national),
        8 => (format!("{{\"telephone\": \"{national}\", \"id\": 7}}"), national),
        9 => (format!("<mobile>{national}</mobile>"), national),
        10 => (pair(random, "phoneNumber", &plain), plain),
        _ => (pair(random, "phone", &plain), plain),
    };
    Planted { text: line(random, &inner), gone: vec![value, two] }
}

pub(super) fn social_security(random: &mut Random) -> Planted {
    let (area, group) = (format!("1{}", random.text("3456789", 2)), random.text("3456789", 2));
    let serial = random.text("3456789", 4);
    let grouped = format!("{area}-{group}-{serial}");
    let value = [grouped.clone(), format!("{area}{group}{serial}")][random.below(2)].clone();
    let (inner, value) = match random.below(8) {
        0 => (format!("SSN: {value}"), value),
        1 => (format!("ssn={value};"), value),
        2 => (format!("Social Security Number: {value}"), value),
        3 => (format!("the SSN {grouped} is taken"), grouped),
        4 => (format!("{{\"ssn\":\"{value}\"}}"), value),
        5 => (format!("<SSN>{value}</SSN>"), value),
        6 => (format!("social security no {grouped}"), grouped),
        _ => (pair(random, "socialSecurityNumber", &value), value),
    };
    Planted { text: line(random, &inner), gone: vec![value, serial] }
}
