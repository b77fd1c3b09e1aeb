//! The fields of one journal entry that matter, and the line they become.
//!
//! `<30>2026-01-02T03:04:05.123456Z host sshd[42]: message [unit=ssh.service]`: the shape in which rsyslog forwards, so
//! that what knows syslog knows it. The brackets at the end hold what a line of syslog has no place for, and only if it
//! says more than the line already does: the unit if it is not named like the program, the container; the error number;
//! of a core dump program and signal; of warnings and worse the message's id, of errors the place in the source.
//!
//! The time is that of the program (`_SOURCE_REALTIME_TIMESTAMP`) if it said so, as in the output of `journalctl`: the
//! entry's own is later by what the message waited. Further lines of a message are indented, as there: no text that a
//! program logs can look like an entry of another program.

use std::io::Write;

/// A field that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Message,
    Priority,
    Facility,
    Identifier,
    Command,
    Pid,
    SyslogPid,
    Host,
    Transport,
    SourceTime,
    EntryTime,
    Unit,
    UserUnit,
    SubjectUnit,
    SubjectUserUnit,
    CoredumpUnit,
    Container,
    MessageId,
    Errno,
    CodeFile,
    CodeLine,
    CoredumpExe,
    CoredumpSignal,
}

const FIELDS: [(&[u8], Field); 23] = [
    (b"MESSAGE", Field::Message),
    (b"PRIORITY", Field::Priority),
    (b"SYSLOG_FACILITY", Field::Facility),
    (b"SYSLOG_IDENTIFIER", Field::Identifier),
    (b"_COMM", Field::Command),
    (b"_PID", Field::Pid),
    (b"SYSLOG_PID", Field::SyslogPid),
    (b"_HOSTNAME", Field::Host),
    (b"_TRANSPORT", Field::Transport),
    (b"_SOURCE_REALTIME_TIMESTAMP", Field::SourceTime),
    (b"__REALTIME_TIMESTAMP", Field::EntryTime),
    (b"_SYSTEMD_UNIT", Field::Unit),
    (b"_SYSTEMD_USER_UNIT", Field::UserUnit),
    (b"UNIT", Field::SubjectUnit),
    (b"USER_UNIT", Field::SubjectUserUnit),
    (b"COREDUMP_UNIT", Field::CoredumpUnit),
    (b"CONTAINER_NAME", Field::Container),
    (b"MESSAGE_ID", Field::MessageId),
    (b"ERRNO", Field::Errno),
    (b"CODE_FILE", Field::CodeFile),
    (b"CODE_LINE", Field::CodeLine),
    (b"COREDUMP_EXE", Field::CoredumpExe),
    (b"COREDUMP_SIGNAL_NAME", Field::CoredumpSignal),
];

impl Field {
    /// Returns the field of this name, if it is kept.
    pub(super) fn of(name: &[u8]) -> Option<Field> {
        FIELDS.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    /// How many bytes of its value are kept.
    pub(super) fn limit(self) -> usize {
        if self == Field::Message { Event::MESSAGE } else { 4 << 10 }
    }
}

/// One entry.
#[derive(Default)]
pub(super) struct Event {
    values: [Option<Vec<u8>>; FIELDS.len()],
}

impl Event {
    /// Bytes of a message that are kept.
    pub(super) const MESSAGE: usize = 1 << 20;
    /// Bytes of a value in brackets that are shown.
    const SHOWN: usize = 200;

    /// Takes a value. Of several the first counts.
    pub(super) fn set(&mut self, field: Field, value: &[u8]) {
        self.values[field as usize].get_or_insert_with(|| value.to_vec());
    }

    /// Whether there is such a field.
    pub(super) fn has(&self, field: Field) -> bool {
        self.values[field as usize].is_some()
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.values.fill(None);
    }

    /// Appends the entry's line, or lines if the message has several. `realtime` is the entry's own time in microseconds
    /// since 1970.
    pub(super) fn write(&self, realtime: u64, output: &mut Vec<u8>) {
        let priority = self.number(Field::Priority).filter(|&priority| priority <= 7).unwrap_or(6);
        // What libc's `syslog` takes if nobody says anything is 1, "user".
        let kernel = self.value(Field::Transport) == Some(b"kernel");
        let facility = self.number(Field::Facility).filter(|&it| it <= 23).unwrap_or(u64::from(!kernel));
        let time = self.number(Field::SourceTime).filter(|&time| (1..1 << 55).contains(&time)).unwrap_or(realtime);
        // Writing to memory does not fail.
        let _ = write!(output, "<{}>", facility * 8 + priority);
        write_time(time, output);
        output.push(b' ');
        write_word(self.value(Field::Host).unwrap_or(b"-"), output);
        output.push(b' ');
        let unit = self.unit();
        let identifier = [Field::Identifier, Field::Command].into_iter().find_map(|field| self.value(field));
        let identifier = identifier.unwrap_or(if kernel { b"kernel" } else { unit.unwrap_or(b"-") });
        write_word(identifier, output);
        if let Some(pid) = self.number(Field::Pid).or_else(|| self.number(Field::SyslogPid)) {
            let _ = write!(output, "[{pid}]");
        }
        output.extend_from_slice(b": ");
        let message = self.value(Field::Message).map_or(&b"-"[..], trim_end);
        for (index, line) in message.split(|&byte| byte == b'\n').enumerate() {
            if index > 0 {
                output.push(b'\n');
                if !line.trim_ascii().is_empty() {
                    output.extend_from_slice(b"    ");
                }
            }
            output.extend_from_slice(line);
        }
        self.write_details(identifier, unit, priority, output);
        output.push(b'\n');
    }

    fn write_details(&self, identifier: &[u8], unit: Option<&[u8]>, priority: u64, output: &mut Vec<u8>) {
        let mut first = true;
        let mut detail = |name: &str, value: &[u8], more: &[u8]| {
            let _ = write!(output, "{}{name}=", if first { " [" } else { " " });
            write_word(&value[..value.len().min(Event::SHOWN)], output);
            output.extend_from_slice(more);
            first = false;
        };
        if let Some(unit) =
            unit.filter(|unit| *unit != identifier && unit.strip_suffix(b".service") != Some(identifier))
        {
            detail("unit", unit, b"");
        }
        if let Some(container) = self.value(Field::Container).filter(|&container| container != identifier) {
            detail("container", container, b"");
        }
        if let Some(errno) = self.value(Field::Errno).filter(|&errno| errno != b"0") {
            detail("errno", errno, b"");
        }
        if let Some(exe) = self.value(Field::CoredumpExe) {
            detail("exe", exe, b"");
        }
        if let Some(signal) = self.value(Field::CoredumpSignal) {
            detail("signal", signal, b"");
        }
        if let Some(id) = self.value(Field::MessageId).filter(|_| priority <= 4) {
            detail("message_id", id, b"");
        }
        if let Some(file) = self.value(Field::CodeFile).filter(|_| priority <= 3) {
            let line = self.number(Field::CodeLine).map(|line| format!(":{line}")).unwrap_or_default();
            detail("code", file, line.as_bytes());
        }
        if !first {
            output.push(b']');
        }
    }

    /// The unit that the entry is about, or else the one that wrote it: what systemd, its core dump handler and the like
    /// write is about others.
    fn unit(&self) -> Option<&[u8]> {
        let subject = [Field::SubjectUnit, Field::SubjectUserUnit, Field::CoredumpUnit];
        let own = [Field::UserUnit, Field::Unit];
        subject.into_iter().chain(own).find_map(|field| self.value(field))
    }

    /// The value of a field; nothing if it is empty.
    fn value(&self, field: Field) -> Option<&[u8]> {
        self.values[field as usize].as_deref().filter(|value| !value.is_empty())
    }

    /// When journald got the entry, if that is among the fields; else 0.
    pub(super) fn realtime(&self) -> u64 {
        self.number(Field::EntryTime).filter(|&time| time < 1 << 55).unwrap_or(0)
    }

    fn number(&self, field: Field) -> Option<u64> {
        let value = self.value(field)?;
        let digits = value.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(value).ok().filter(|_| digits)?.parse().ok()
    }
}

/// The message without the line ends at its end.
fn trim_end(message: &[u8]) -> &[u8] {
    let end = message.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    &message[..end]
}

/// Writes a name of which nothing may end the field it stands in.
fn write_word(word: &[u8], output: &mut Vec<u8>) {
    let harmless = |&byte: &u8| if byte <= b' ' || matches!(byte, 0x7f | b'[' | b']') { b'_' } else { byte };
    output.extend(word.iter().map(harmless));
}

/// Writes `2026-01-02T03:04:05.123456Z`.
fn write_time(micros: u64, output: &mut Vec<u8>) {
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let _ = write!(output, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z");
}

/// The date of a day since 1970. Years are counted from March, so that the day that is not in all of them comes last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (year, day) = (era * 400 + year, day - (153 * month + 2) / 5 + 1);
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(fields: &[(&str, &str)], expected: &str) {
        let mut event = Event::default();
        for (name, value) in fields {
            if let Some(field) = Field::of(name.as_bytes()) {
                event.set(field, value.as_bytes());
            }
        }
        let mut output = Vec::new();
        event.write(1_767_323_045_123_456, &mut output);
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }

    const SSHD: [(&str, &str); 5] = [
        ("_HOSTNAME", "gate"),
        ("SYSLOG_IDENTIFIER", "sshd"),
        ("_PID", "42"),
        ("PRIORITY", "3"),
        ("SYSLOG_FACILITY", "4"),
    ];

    fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
        [&SSHD[..], more].concat()
    }

    #[test]
    fn fields_are_in_the_order_of_kept_names() {
        for (index, (name, field)) in FIELDS.iter().enumerate() {
            assert_eq!(*field as usize, index);
            assert_eq!(Field::of(name), Some(*field));
        }
        assert_eq!(Field::of(b"MESSAGE_"), None);
    }

    #[test]
    fn an_entry_is_a_line_of_syslog() {
        check(&with(&[("MESSAGE", "it failed\n")]), "<35>2026-01-02T03:04:05.123456Z gate sshd[42]: it failed\n");
        check(
            &with(&[("MESSAGE", "it failed"), ("_SOURCE_REALTIME_TIMESTAMP", "1767323045000001")]),
            "<35>2026-01-02T03:04:05.000001Z gate sshd[42]: it failed\n",
        );
        check(&[("MESSAGE", "x"), ("_TRANSPORT", "kernel")], "<6>2026-01-02T03:04:05.123456Z - kernel: x\n");
        check(
            &[("_SYSTEMD_UNIT", "a.service"), ("_SOURCE_REALTIME_TIMESTAMP", "x")],
            "<14>2026-01-02T03:04:05.123456Z - a.service: -\n",
        );
    }

    #[test]
    fn what_a_line_has_no_place_for_stands_at_its_end_if_it_says_more() {
        let unit = |unit: &'static str, end: &str| {
            check(
                &with(&[("MESSAGE", "x"), ("_SYSTEMD_UNIT", unit)]),
                &format!("<35>2026-01-02T03:04:05.123456Z gate sshd[42]: x{end}\n"),
            );
        };
        unit("sshd.service", "");
        unit("sshd", "");
        unit("ssh.service", " [unit=ssh.service]");
        unit("sshd@1.service", " [unit=sshd@1.service]");
        check(
            &with(&[
                ("MESSAGE", "Process 7 (app) of user 0 dumped core.\n\nStack trace of thread 7:\n#0  0x1 n/a (n/a)"),
                ("_SYSTEMD_UNIT", "systemd-coredump@1.service"),
                ("COREDUMP_UNIT", "app.service"),
                ("COREDUMP_EXE", "/opt/my app"),
                ("COREDUMP_SIGNAL_NAME", "SIGSEGV"),
                ("MESSAGE_ID", "fc2e22bc6ee647b6b90729ab34a250b1"),
                ("ERRNO", "2"),
                ("CODE_FILE", "src/a.c"),
                ("CODE_LINE", "12"),
            ]),
            "<35>2026-01-02T03:04:05.123456Z gate sshd[42]: Process 7 (app) of user 0 dumped core.\n\n    Stack trace of \
             thread 7:\n    #0  0x1 n/a (n/a) [unit=app.service errno=2 exe=/opt/my_app signal=SIGSEGV \
             message_id=fc2e22bc6ee647b6b90729ab34a250b1 code=src/a.c:12]\n",
        );
    }

    #[test]
    fn no_text_can_look_like_another_entry() {
        check(
            &[
                ("_HOSTNAME", "a b\nc"),
                ("SYSLOG_IDENTIFIER", "x]: y"),
                ("MESSAGE", "x\n<0>2026-01-02T03:04:05Z gate kernel: panic"),
                ("CONTAINER_NAME", "a] b"),
            ],
            "<14>2026-01-02T03:04:05.123456Z a_b_c x_:_y: x\n    <0>2026-01-02T03:04:05Z gate kernel: panic \
             [container=a__b]\n",
        );
    }

    proptest! {
        #[test]
        fn times_are_those_of_the_calendar(micros in 0_u64..1 << 55) {
            let mut output = Vec::new();
            write_time(micros, &mut output);
            let expected = jiff::Timestamp::from_microsecond(micros as i64).unwrap();
            prop_assert_eq!(String::from_utf8(output).unwrap(), format!("{expected:.6}"));
        }
    }
}
