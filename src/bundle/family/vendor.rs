//! Forms of rotation that only one product has.

use super::Turn;
use super::marks::{split_suffix, strip_suffix};
use super::when::{self, decimal};

/// Returns log and turn of a name (without marks of packing and copying) of such a form.
pub(super) fn part(name: &str) -> Option<(String, Turn)> {
    journal(name)
        .or_else(|| servicing(name))
        .or_else(|| iis(name))
        .or_else(|| glog(name))
        .or_else(|| multilog(name))
        .or_else(|| counted(name))
        .or_else(|| event_log(name))
        .or_else(|| sql_agent(name))
}

/// systemd: `system@<id>-<number>-<microseconds>.journal`, after a crash `system@<microseconds>-<random>.journal~`; all
/// numbers are hexadecimal.
fn journal(name: &str) -> Option<(String, Turn)> {
    let body = name.strip_suffix(".journal~").or_else(|| name.strip_suffix(".journal"))?;
    let Some((log, numbers)) = body.split_once('@') else {
        let turn = if name.ends_with('~') { Turn::Previous } else { Turn::Current };
        return Some((format!("{body}.journal"), turn));
    };
    let mut numbers = numbers.split('-');
    let time = match (numbers.next()?, numbers.next()?, numbers.next(), numbers.next()) {
        (id, _, Some(time), None) if id.len() == 32 => time,
        (time, _, None, None) => time,
        _ => return None,
    };
    let at = when::of_epoch(u64::from_str_radix(time, 16).ok()? / 1_000_000)?;
    Some((format!("{log}.journal"), Turn::Dated { at, part: 0 }))
}

/// Windows component servicing: `CBS.log`, `CbsPersist_20260102030405.log`.
fn servicing(name: &str) -> Option<(String, Turn)> {
    let body = strip_suffix(name, ".log").unwrap_or(name);
    let Some(prefix) = body.get(..11).filter(|prefix| prefix.eq_ignore_ascii_case("CbsPersist_")) else {
        return body.eq_ignore_ascii_case("CBS").then(|| ("CBS".to_owned(), Turn::Current));
    };
    let (at, rest) = when::at_end(body)?;
    (rest.len() + 1 == prefix.len()).then(|| ("CBS".to_owned(), Turn::Dated { at, part: 0 }))
}

/// IIS: `u_ex260102.log` by day, `u_ex26010203.log` by hour, `u_ex2601.log` by month, `u_extend12.log` by size.
fn iis(name: &str) -> Option<(String, Turn)> {
    let body = strip_suffix(name, ".log")?;
    let (body, x) = match body.strip_suffix("_x") {
        Some(body) => (body, "_x"),
        None => (body, ""),
    };
    let digits = body.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (prefix, number) = body.split_at_checked(body.len().checked_sub(digits)?)?;
    let lower = prefix.to_ascii_lowercase();
    let log = format!("{lower}{x}");
    let value = decimal(number.as_bytes())?;
    match lower.trim_start_matches("u_") {
        "extend" => Some((log, Turn::Counted(u32::try_from(value).ok()?))),
        "ex" | "in" | "nc" => {
            let scale = match digits {
                4 => 10_000,
                6 => 100,
                8 => 1,
                _ => return None,
            };
            let hours = (20_000_000 + value * scale / 100) * 100 + value * scale % 100;
            let (month, day) = (hours / 10_000 % 100, hours / 100 % 100);
            let is_valid = (1..=12).contains(&month) && (day > 0 || digits == 4) && day < 32 && hours % 100 < 24;
            is_valid.then_some((log, Turn::Dated { at: hours * 10_000, part: 0 }))
        }
        // The driver of IIS and others: `httperr1.log`, `httperr2.log`.
        "httperr" => Some((log, Turn::Counted(u32::try_from(value).ok()?))),
        _ => None,
    }
}

/// Programs that log with glog: `kubelet.node1.root.log.INFO.20260102-030405.1234`, the last number being the process.
fn glog(name: &str) -> Option<(String, Turn)> {
    let (body, process) = name.rsplit_once('.')?;
    decimal(process.as_bytes())?;
    let (at, log) = when::at_end(body)?;
    let level = log.rsplit('.').next()?;
    let known = matches!(level, "INFO" | "WARNING" | "ERROR" | "FATAL");
    known.then(|| (log.to_owned(), Turn::Dated { at, part: 0 }))
}

/// daemontools and runit: `current` and `@4000000069571b8a2d0b1c5c.s`, a tai64n time.
fn multilog(name: &str) -> Option<(String, Turn)> {
    if name == "current" {
        return Some((name.to_owned(), Turn::Current));
    }
    let time = name.strip_prefix('@')?;
    let time = time.strip_suffix(".s").or_else(|| time.strip_suffix(".u")).unwrap_or(time);
    let seconds = u64::from_str_radix(time.get(..16).filter(|_| time.len() == 24)?, 16).ok()?;
    let at = when::of_epoch(seconds.checked_sub(1 << 62)?)?;
    Some(("current".to_owned(), Turn::Dated { at, part: u32::from_str_radix(time.get(16..)?, 16).ok()? }))
}

/// Logs whose numbers grow with time: VMware's `vmware-12.log` and `vpxd-12.log`, WebLogic's `AdminServer.log00012`.
fn counted(name: &str) -> Option<(String, Turn)> {
    let lower = name.to_ascii_lowercase();
    for log in ["vmware", "vpxd"] {
        let number = lower.strip_prefix(log).and_then(|rest| rest.strip_prefix('-')?.strip_suffix(".log"));
        if let Some(number) = number.and_then(|number| decimal(number.as_bytes())) {
            return Some((log.to_owned(), Turn::Counted(u32::try_from(number).ok()?)));
        }
    }
    let (body, number) = name.split_at_checked(name.len().checked_sub(5)?)?;
    let body = strip_suffix(body, ".log").filter(|body| !body.is_empty())?;
    Some((body.to_owned(), Turn::Counted(u32::try_from(decimal(number.as_bytes())?).ok()?)))
}

/// Windows saves a full event log as `Archive-System-2026-01-02-03-04-05-678.evtx`.
fn event_log(name: &str) -> Option<(String, Turn)> {
    let (body, suffix) =
        split_suffix(strip_prefix(name, "Archive-")?).filter(|(_, it)| it.eq_ignore_ascii_case(".evtx"))?;
    let (at, log) = when::at_end(body)?;
    Some((format!("{log}{suffix}"), Turn::Dated { at, part: 0 }))
}

/// The agent of SQL Server: `SQLAGENT.OUT`, `SQLAGENT.1`.
fn sql_agent(name: &str) -> Option<(String, Turn)> {
    let suffix = strip_prefix(name, "SQLAGENT.")?;
    match decimal(suffix.as_bytes()).and_then(|number| u32::try_from(number).ok()) {
        Some(number) => Some(("SQLAGENT".to_owned(), Turn::Numbered(std::cmp::Reverse(number)))),
        None => suffix.eq_ignore_ascii_case("OUT").then(|| ("SQLAGENT".to_owned(), Turn::Current)),
    }
}

fn strip_prefix<'n>(name: &'n str, prefix: &str) -> Option<&'n str> {
    name.get(..prefix.len()).filter(|it| it.eq_ignore_ascii_case(prefix)).and_then(|_| name.get(prefix.len()..))
}
