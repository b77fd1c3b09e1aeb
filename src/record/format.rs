//! How the lines of one file are read; `guess` finds it out from the file's head.

use super::calendar::passes_midnight;
use super::container::{Container, name_before};
use super::date_order::Dates;
use super::fold::{self, Kind, Line, LineReader, Records, Sizes, Traceback};
use super::follow::Follow;
use super::header::{Cut, Rules, VEEAM, cut};
use super::layout::{Layout, rules_key};
use super::stamp::stamp;
use super::time_memo::TimeMemo;
use super::veeam;
use super::watch::Watch;
use super::windows::{self, Export};
use super::{Chunk, Level, Time};

/// What a file's head has shown about its headers: which kinds of them to accept, how dates are ordered, what completes
/// them, and whether lines without header belong to the record before.
///
/// Any header shape is recognised anywhere in the file, so a format that changes inside is no obstacle.
#[derive(Clone, Debug)]
pub struct Format {
    pub(super) rules: Rules,
    /// Lines without header belong to the record before.
    pub(super) headers: bool,
    /// The file holds exported Windows events.
    pub(super) export: Option<Export>,
    /// Records are completed from other lines.
    pub(super) follow: Option<Follow>,
    /// Nobody looks at headers: every line is a record.
    pub(super) lines_only: bool,
    /// Lines that begin a record have more before them than what the program wrote.
    pub(super) container: Option<Container>,
    pub(super) name: &'static str,
    /// What the file tells about the order of day and month.
    pub(super) dates: Dates,
    /// The first time of day, in nanoseconds, where lines have no dates and the end of the file is not known yet.
    pub(super) first_time_of_day: Option<i64>,
}

/// What the first line of a record says about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// When.
    pub time: Option<Time>,
    /// How serious.
    pub level: Option<Level>,
    /// Which program, class or module.
    pub component: Option<&'a [u8]>,
    /// Where the message begins, in the line or, for a Windows event exported as text, in the record.
    pub message: usize,
}

impl<'a> Header<'a> {
    fn of(cut: &Cut<'a>) -> Header<'a> {
        let found = cut.found;
        Header {
            time: found.time.map(|it| it.time),
            level: found.level,
            component: found.component,
            message: cut.message,
        }
    }
}

impl Format {
    /// Returns a name of the leading shape for people, e.g. `iso`, `syslog`, `veeam`, `json`, `plain`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether every line is a record without header.
    pub fn lines_only(&self) -> bool {
        self.lines_only
    }

    /// Returns the header of `line` (no line end) if the line begins a record by itself.
    pub fn header<'a>(&self, line: &'a [u8]) -> Option<Header<'a>> {
        let line = self.classify(line);
        line.header().filter(|_| line.begins())
    }

    /// Walks the records of a chunk in order.
    pub fn records<'a>(&'a self, chunk: &Chunk<'a>) -> Records<'a> {
        Records::new(self, chunk, Sizes::USUAL)
    }

    /// Walks the records of a chunk in order; the lines are read by `reader`.
    ///
    /// A line is given to it once, without its end, unless nothing can be seen in it or it is a piece of a very long one.
    pub fn records_by<'a, R: LineReader<'a>>(&'a self, chunk: &Chunk<'a>, reader: R) -> Records<'a, R> {
        Records::with_reader(self, chunk, Sizes::USUAL, reader)
    }

    /// Whether a line that begins with a time is read as its program wrote it.
    pub(super) fn is_bare(&self) -> bool {
        self.has_layouts() && self.container.is_none() && self.rules.directives.is_none()
    }

    /// Whether a [`Layout`] can stand for lines of the file at all.
    pub fn has_layouts(&self) -> bool {
        !self.completes() && !self.lines_only
    }

    /// Is equal for formats that learn the same [`Layout`] from a line, so that files may share what was learnt.
    pub fn layout_key(&self) -> u64 {
        rules_key(&self.rules) << 4 | self.container.map_or(0, |it| it as u64 + 1) << 1 | u64::from(self.headers)
    }

    /// Returns what a line (no line end, not blank) means for the records around it, and what of that holds for all
    /// lines that differ from it only in the values of digits.
    pub fn learn<'a>(&self, line: &'a [u8]) -> (Line<'a>, Option<Layout>) {
        let watch = Watch::new(&self.rules, line);
        let (read, time_from) = self.read(line, &watch);
        let layout = if self.has_layouts() { Layout::of(line, &read, time_from, &watch) } else { None };
        (read, layout)
    }

    /// Returns what [`Format::learn`] would for a line that differs from the one that showed the layout only in the
    /// values of digits; `None` if that cannot be told from the layout.
    #[inline]
    pub fn recall<'a>(&self, layout: &Layout, line: &'a [u8]) -> Option<Line<'a>> {
        layout.read(line, &self.rules)
    }

    /// Returns the time that [`Format::recall`] would; `None` where it gives none.
    #[inline]
    pub fn recall_time(&self, layout: &Layout, line: &[u8]) -> Option<Option<Time>> {
        layout.time(line, &self.rules)
    }

    /// Takes note of what [`Format::recall_time`] has read of a line, in the memo of the layout's [`Layout::time_key`].
    pub fn remember_time(&self, memo: &mut TimeMemo, line: &[u8], read: Option<Option<Time>>) {
        memo.learn(line, read, &self.rules.calendar);
    }

    /// Returns the header that [`Format::recall`] would, of a line whose time was recalled.
    #[inline]
    pub fn recall_header<'a>(&self, layout: &Layout, line: &'a [u8], time: Option<Time>) -> Header<'a> {
        layout.header(line, time)
    }

    /// Returns what [`Format::recall`] would, of a line whose time was recalled.
    #[inline]
    pub fn recall_line<'a>(&self, layout: &Layout, line: &'a [u8], time: Option<Time>) -> Option<Line<'a>> {
        layout.with_time(line, time)
    }

    /// Returns what a line (no line end, not blank) means for the records around it, and its header.
    pub(super) fn classify<'a>(&self, line: &'a [u8]) -> Line<'a> {
        self.read(line, &Watch::new(&self.rules, line)).0
    }

    /// The line, and which look at a time has given its time.
    fn read<'a>(&self, line: &'a [u8], watch: &Watch<'_>) -> (Line<'a>, Option<u8>) {
        if line.is_empty() {
            return (Line::new(Kind::Continues, None), None);
        }
        if self.lines_only {
            return (Line::new(Kind::Begins, None), None);
        }
        if let Some(container) = self.container {
            return self.read_in_container(line, container, watch);
        }
        if let Some(export) = self.export {
            return (self.read_event(line, export, watch), None);
        }
        self.read_bare(line, watch)
    }

    /// Reads a line that stands as its program wrote it.
    fn read_bare<'a>(&self, line: &'a [u8], watch: &Watch<'_>) -> (Line<'a>, Option<u8>) {
        if let Some(cut) = cut(line, watch) {
            let header = Header::of(&cut);
            let message = line.get(cut.message..).unwrap_or_default();
            let continues = self.headers
                && (fold::message_continues(message, header.level.is_some())
                    || cut.name == VEEAM && veeam::continues(line, cut.message));
            let kind = if continues { Kind::Continues } else { Kind::Begins };
            return (Line::new(kind, Some(header)), cut.found.time.map(|it| it.call));
        }
        let kind = match () {
            () if fold::separator(line) => Kind::Begins,
            () if line[0] == b'#' && self.rules.directives.is_some() => match &self.rules.directives {
                Some(directives) if directives.begins(line) => Kind::Begins,
                _ => Kind::Continues,
            },
            () if self.headers || fold::continues(line) => Kind::Continues,
            () if fold::exception(line) => Kind::Traceback,
            () => Kind::Begins,
        };
        (Line::new(kind, None), None)
    }

    /// Only lines that begin a record have the runtime's time or the program's name before them (see `container`).
    fn read_in_container<'a>(&self, line: &'a [u8], container: Container, watch: &Watch<'_>) -> (Line<'a>, Option<u8>) {
        let (outer, name, at) = match container {
            Container::Named => match name_before(line) {
                Some((name, at)) => (None, Some(name), at),
                None => return self.read_bare(line, watch),
            },
            _ => match watch.stamp(line, 0).filter(|&(_, end)| line.get(end) == Some(&b' ')) {
                Some((stamp, end)) => (Some(watch.moment(&stamp)), None, end + 1),
                None => return (Line::new(Kind::Continues, None), None),
            },
        };
        let inner = line.get(at..).and_then(|text| cut(text, watch));
        let time = outer.or(inner.and_then(|inner| inner.found.time));
        let header = inner.map_or(Header::default(), |inner| Header::of(&inner));
        let header = Header {
            time: time.map(|it| it.time),
            component: header.component.or(name),
            message: at + header.message,
            ..header
        };
        (Line::new(Kind::Begins, Some(header)), time.map(|it| it.call))
    }

    /// Whether a line of a program in a container begins a record by what the program wrote.
    pub(super) fn begins_in_container(&self, text: &[u8], traceback: &mut Traceback) -> bool {
        if fold::is_blank(text) {
            return false;
        }
        let begins = match self.read_bare(text, &Watch::new(&self.rules, text)).0.kind {
            Kind::Begins => true,
            Kind::Traceback => !traceback.takes(text),
            Kind::Continues => false,
        };
        if begins {
            *traceback = Traceback::default();
        }
        traceback.follow(text);
        begins
    }

    /// In an export only the first line of an event begins a record: descriptions hold whatever programs print.
    fn read_event<'a>(&self, line: &'a [u8], export: Export, watch: &Watch<'_>) -> Line<'a> {
        let row = if export == Export::Rows { windows::row(line, 0, watch) } else { None };
        if let Some(row) = row {
            return Line::new(Kind::Begins, Some(Header::of(&row)));
        }
        if export.begins(line) {
            return Line::new(Kind::Begins, None);
        }
        // Seen only where a record would grow without bound, so that lines stand alone.
        Line::new(Kind::Continues, cut(line, watch).map(|cut| Header::of(&cut)))
    }

    /// Whether only the end of the file tells on which day its lines were written.
    pub fn needs_end(&self) -> bool {
        self.first_time_of_day.is_some()
    }

    /// Takes note of the file's last time, in a format that [needs](Format::needs_end) it. Returns whether that changes the
    /// days of lines: they pass midnight.
    pub fn set_last_time(&mut self, last: Time) -> bool {
        let last = last.wall_clock();
        let passes = self.first_time_of_day.take().is_some_and(|first| passes_midnight(first, last));
        if passes {
            self.rules.calendar = self.rules.calendar.ending(last);
        }
        passes
    }

    /// What a reader should know about the times of the file; `None` if they are what the lines say.
    pub fn remark(&self) -> Option<&'static str> {
        match (self.name, self.rules.boot) {
            ("kernel", Some(_)) => Some("times from seconds since boot"),
            ("kernel", None) => Some("seconds since boot, nothing says when that was"),
            _ => None,
        }
    }

    /// Whether more than its first line tells about a record.
    pub(super) fn completes(&self) -> bool {
        self.export.is_some() || self.follow.is_some()
    }

    pub(super) fn follow(&self) -> Option<Follow> {
        self.follow
    }

    pub(super) fn export(&self) -> Option<Export> {
        self.export
    }

    /// Reads a time that stands alone.
    pub(super) fn time(&self, text: &[u8]) -> Option<Time> {
        stamp(text, 0, self.rules.orders).map(|(stamp, _)| self.rules.calendar.time(&stamp))
    }
}
