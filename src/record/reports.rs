//! Lines of reports: the error log of AIX (`errpt`) and the job messages of Bacula and Bareos.

use super::clock::digits_run;
use super::header::Cut;
use super::level::Level;
use super::marks::Marked;
use super::rest::Found;
use super::token::separators;
use super::watch::Watch;

/// `errpt`: `A924A5FC   0322104526 P S SYSPROC        SOFTWARE PROGRAM ABNORMALLY TERMINATED`: identifier, time, type, class,
/// resource and description.
pub(super) fn errpt<'a>(line: &'a [u8], at: usize, rules: &Watch<'_>) -> Option<Cut<'a>> {
    let identifier = line.get(at..)?;
    let length = identifier.iter().take(9).take_while(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')).count();
    let time = at + length + blanks(line, at + length);
    if length != 8 || time == at + length || digits_run(line, time) != 10 || !errpt_columns(line, time + 10) {
        return None;
    }
    let (stamp, end) = rules.stamp(line, time)?;
    let level = match line.get(end + 1)? {
        // Permanent, or degraded, or about to be lost.
        b'P' => Level::Error,
        // Temporary, unknown.
        b'T' | b'U' => Level::Warn,
        _ => Level::Info,
    };
    let name = end + 5;
    let length = line.get(name..)?.iter().take(40).take_while(|&&byte| byte != b' ').count();
    let component = Some(&line[name..name + length]).filter(|name| !name.is_empty());
    let found = Found { time: Some(rules.moment(&stamp)), level: Some(level), component };
    Some(Cut::stamped("errpt", found, separators(line, name + length), &stamp))
}

/// Whether type and class stand at `at`: ` P S `.
pub(super) fn errpt_columns(line: &[u8], at: usize) -> bool {
    matches!(line.get(at..at + 5), Some([b' ', b'P' | b'T' | b'U' | b'I', b' ', b'H' | b'S' | b'O' | b'U', b' ']))
}

/// Bacula and Bareos: ` bareos-sd JobId 12: Fatal error: text` behind the time.
pub(super) fn job_message(line: &[u8], end: usize) -> Option<Marked<'_>> {
    let rest = line.get(end..)?.strip_prefix(b" ")?;
    let name = rest.iter().take(120).position(|&byte| byte == b' ')?;
    let job = rest[name..].strip_prefix(b" JobId ")?;
    let digits = digits_run(job, 0);
    if name == 0 || digits == 0 || job.get(digits) != Some(&b':') {
        return None;
    }
    let message = end + 1 + name + 7 + digits + 1;
    let message = message + blanks(line, message);
    let text = line.get(message..)?;
    let levels: [(&[u8], Level); 4] = [
        (b"Fatal error:", Level::Fatal),
        (b"Error:", Level::Error),
        (b"Security violation:", Level::Error),
        (b"Warning:", Level::Warn),
    ];
    let level = levels.iter().find(|(word, _)| text.starts_with(word)).map(|(_, level)| *level);
    Some(Marked { level, component: Some(&rest[..name]), message })
}

fn blanks(line: &[u8], at: usize) -> usize {
    line.get(at..).map_or(0, |rest| rest.iter().take(8).take_while(|&&byte| byte == b' ').count())
}
