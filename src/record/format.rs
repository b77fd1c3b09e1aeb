//! What the head of a file shows about the rest of it.

use super::calendar::Calendar;
use super::container::{Container, Unwrapper, name_before};
use super::fold::{self, Kind, Line, LineReader, Records, Sizes, Traceback};
use super::header::{Cut, Origin, Rules, cut};
use super::layout::{Layout, rules_key};
use super::name_date::day_in_name;
use super::stamp::{Orders, stamp};
use super::watch::Watch;
use super::windows::{self, Export};
use super::{Chunk, Encoding, Level, Time};
use std::collections::BTreeMap;

/// How one file is read: what its head showed.
#[derive(Clone, Debug)]
pub struct Reading {
    /// How characters are stored.
    pub encoding: Encoding,
    /// How record headers look.
    pub format: Format,
}

impl Reading {
    /// How many bytes of a file's head [`Reading::guess`] wants (or the whole file if it is shorter).
    pub const HEAD: usize = 64 << 10;

    /// Looks at the head of a file; `None` if it is not text. `modified` (seconds since 1970) fills in years that the
    /// log leaves out.
    ///
    /// An empty file is text. A missing year is the latest with which the time is at most a day after `modified`; a
    /// missing date is that of `modified`. Without `modified` the first full date in the head serves, else 1970.
    pub fn guess(head: &[u8], modified: Option<i64>) -> Option<Reading> {
        Reading::of_file("", head, modified)
    }

    /// Does the same for a file whose path may name a day (`app.2026-02-18.log`). That day comes before `modified`: it
    /// is the day of times without date, and years that are left out are those of times up to that day.
    pub fn of_file(path: &str, head: &[u8], modified: Option<i64>) -> Option<Reading> {
        let named = day_in_name(path);
        let encoding = Encoding::guess(head)?;
        if encoding == Encoding::Bytes
            && let Some(container) = Container::guess(head)
        {
            let encoding = Encoding::Container(container);
            if container == Container::JournalJson {
                return Some(Reading { encoding, format: Format::guess_dated(head, named, modified) });
            }
            let format = Format::guess_dated(&Unwrapper::sample(container, head), named, modified);
            return Some(Reading { encoding, format: Format { container: Some(container), ..format } });
        }
        if let Encoding::Legacy(code) = encoding {
            let text = code.decode_without_bom_handling(head).0;
            return Some(Reading { encoding, format: Format::guess_dated(text.as_bytes(), named, modified) });
        }
        let format = match encoding.decoder() {
            None => Format::guess_dated(head, named, modified),
            Some(mut decoder) => {
                let mut text = String::with_capacity(head.len() * 3);
                let _ = decoder.decode_to_string(&head[encoding.mark(head)..], &mut text, false);
                Format::guess_dated(text.as_bytes(), named, modified)
            }
        };
        Some(Reading { encoding, format })
    }

    /// Reads every line as a record without header, as grep does; `None` if the file is not text.
    pub fn of_lines(head: &[u8]) -> Option<Reading> {
        let encoding = Encoding::guess(head)?;
        Some(Reading { encoding, format: Format { lines_only: true, ..Format::guess_dated(b"", None, None) } })
    }
}

/// What a file's head has shown about its headers: which kinds of them to accept, how dates are ordered, what completes
/// them, and whether lines without header belong to the record before.
///
/// Any header shape is recognised anywhere in the file, so a format that changes inside is no obstacle.
#[derive(Clone, Debug)]
pub struct Format {
    rules: Rules,
    /// Lines without header belong to the record before.
    headers: bool,
    /// The file holds exported Windows events.
    export: Option<Export>,
    /// Nobody looks at headers: every line is a record.
    lines_only: bool,
    /// Lines that begin a record have more before them than what the program wrote.
    container: Option<Container>,
    name: &'static str,
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

    /// Whether a [`Layout`] can stand for lines of the file at all.
    pub fn has_layouts(&self) -> bool {
        self.export.is_none() && !self.lines_only
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
            let kind = if self.headers && fold::message_continues(message, header.level.is_some()) {
                Kind::Continues
            } else {
                Kind::Begins
            };
            return (Line::new(kind, Some(header)), cut.found.time.map(|it| it.call));
        }
        let kind = match () {
            () if fold::separator(line) => Kind::Begins,
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

    pub(super) fn export(&self) -> Option<Export> {
        self.export
    }

    /// Reads a time that stands alone.
    pub(super) fn time(&self, text: &[u8]) -> Option<Time> {
        stamp(text, 0, self.rules.orders).map(|(stamp, _)| self.rules.calendar.time(&stamp))
    }

    /// Looks at the decoded head of a file.
    #[cfg(test)]
    pub(super) fn guess(head: &[u8], modified: Option<i64>) -> Format {
        Format::guess_dated(head, None, modified)
    }

    /// Looks at the decoded head of a file whose name says the day `named`.
    fn guess_dated(head: &[u8], named: Option<i64>, modified: Option<i64>) -> Format {
        let lines = sample(head);
        let mut rules = Rules {
            orders: Orders::Usual,
            calendar: Calendar::new(named, modified, None),
            prefixed: true,
            indented: true,
            level_only: true,
        };
        let cuts: Vec<Option<Cut<'_>>> = lines.iter().map(|line| cut(line, &Watch::new(&rules, line))).collect();
        let count = |origin| cuts.iter().flatten().filter(|cut| cut.origin == origin).count();
        let (start, indented) = (count(Origin::Start), count(Origin::Indented));
        let (prefixed, level_only) = (count(Origin::Prefixed), count(Origin::LevelOnly));
        let outer = lines.iter().filter(|line| !line[0].is_ascii_whitespace()).count();
        let export = Export::guess(&lines, start + level_only);
        rules.indented = indented > start && export.is_none();
        rules.prefixed = prefixed * 4 > start && prefixed * 10 >= outer && export.is_none();
        rules.level_only = level_only >= start + prefixed && level_only * 10 >= outer && export.is_none();
        let accepted = |cut: &&Cut<'_>| match cut.origin {
            Origin::Start => true,
            Origin::Indented => rules.indented,
            Origin::Prefixed => rules.prefixed,
            Origin::LevelOnly => rules.level_only,
        };
        let mut names = BTreeMap::new();
        for cut in cuts.iter().flatten().filter(accepted) {
            *names.entry(cut.name).or_insert(0_usize) += 1;
        }
        let n_headers: usize = names.values().sum();
        let leading = names.iter().max_by_key(|&(_, &n)| n).map_or("plain", |(name, _)| name);
        let unheaded = outer.saturating_sub(n_headers);
        rules.calendar = Calendar::new(named, modified, cuts.iter().flatten().find_map(|cut| cut.day));
        if export.is_some_and(|export| export != Export::Rows) {
            let dates: Vec<&[u8]> = lines.iter().filter_map(|line| windows::date(line)).collect();
            rules.orders = order(&dates, &rules, modified);
        } else if cuts.iter().flatten().any(|cut| cut.ambiguous) {
            rules.orders = order(&lines, &rules, modified);
        }
        Format {
            rules,
            headers: n_headers > 0 && n_headers * 10 >= unheaded,
            export,
            lines_only: false,
            container: None,
            name: if export.is_some() { "windows-events" } else { leading },
        }
    }
}

/// The lines of the head that are looked at: not blank, not cut off by the head's end, not too long, not too many.
fn sample(head: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    while at < head.len() && lines.len() < 500 {
        let piece = fold::piece(head, at, head.len(), usize::MAX >> 1);
        let whole = piece.newline || head.len() < Reading::HEAD || lines.is_empty();
        let line = &head[piece.start..piece.end];
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if whole && !fold::is_blank(line) {
            lines.push(&line[..line.len().min(8 << 10)]);
        }
        at = piece.next;
    }
    lines
}

/// Finds in which order days and months are written: with the right one every date exists, none is after the file's last
/// change, and the times lie closest together.
fn order(lines: &[&[u8]], rules: &Rules, modified: Option<i64>) -> Orders {
    let judge = |orders| {
        let rules = Rules { orders, ..rules.clone() };
        let times: Vec<i64> = {
            let time = |line: &&[u8]| cut(line, &Watch::new(&rules, line))?.found.time;
            lines.iter().filter_map(time).map(|it| it.time.instant()).collect()
        };
        let latest = modified.map_or(i64::MAX, |it| it.saturating_add(86_400).saturating_mul(1_000_000_000));
        let late = times.iter().filter(|&&time| time > latest).count();
        let steps_back = times.windows(2).filter(|pair| pair[1] < pair[0]).count();
        let span = times.iter().max().zip(times.iter().min()).map_or(0, |(max, min)| max.saturating_sub(*min));
        (lines.len() - times.len(), late, span, steps_back)
    };
    let mut best = (judge(Orders::Usual), Orders::Usual);
    for orders in [Orders::DayFirst, Orders::MonthFirst] {
        let judged = judge(orders);
        if judged < best.0 {
            best = (judged, orders);
        }
    }
    best.1
}
