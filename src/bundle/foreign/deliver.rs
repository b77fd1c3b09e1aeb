//! Frames in, entries of the visit out.

use super::frame::{self, Broken, Frame};
use super::{Format, ProblemKind};
use crate::bundle::earlier::Earlier;
use crate::bundle::guard::Guarded;
use crate::bundle::name::{self, Names};
use crate::bundle::visit::{Facts, Place, Visit};
use std::io::{self, BufReader, Read};

/// Where frames come from.
pub(super) trait Pipe: Read + Send {
    /// Says why the pipe has ended or made no sense before everything was said. Ends who writes to it.
    fn verdict(&mut self, broken: Broken) -> (ProblemKind, String);
}

/// A file in which more is wrong than this is not read on.
const MOST_PROBLEMS: usize = 100;

/// What a parser is taken to have worked that did not come to its end.
const STOPPED_MILLISECONDS: u64 = 5_000;

/// Hands what comes through the pipe to the visit.
pub(super) fn members(visit: &Visit<'_>, place: &Place<'_>, facts: Facts, format: Format, pipe: impl Pipe) {
    let pipe = BufReader::with_capacity(8 << 10, pipe);
    let mut delivery = Delivery { visit, place, format, pipe, problems: 0, members: 0, bytes: 0, over: false };
    delivery.greet();
    let (mut names, earlier) = (Names::default(), Earlier::default());
    while let Some(frame) = delivery.next() {
        match frame {
            Frame::Begin { name: Some(_), .. } if !visit.count_member(place) => delivery.over = true,
            Frame::Begin { name, modified } => {
                let inner = name.map(|name| place.member_after(&earlier, &names.unique(name::shown(&name))));
                let facts = match inner {
                    Some(_) => Facts { modified, size: None },
                    None => Facts { modified: modified.or(facts.modified), size: None },
                };
                delivery.member(inner.as_ref(), facts);
            }
            Frame::Problem(kind, message) => delivery.problem(place, kind, message),
            Frame::Done(milliseconds) => {
                visit.helped(milliseconds.into(), delivery.bytes);
                delivery.over = true;
            }
            Frame::Data(_) | Frame::End => delivery.broken(Broken::Nonsense),
        }
    }
    if delivery.members == 0 {
        visit.saw(0);
    }
}

/// What is known while frames come.
struct Delivery<'v, P> {
    visit: &'v Visit<'v>,
    /// The file that is read.
    place: &'v Place<'v>,
    format: Format,
    pipe: BufReader<P>,
    problems: usize,
    members: u64,
    bytes: u64,
    /// Nothing more is wanted or to be had.
    over: bool,
}

impl<P: Pipe> Delivery<'_, P> {
    fn greet(&mut self) {
        if let Err(broken) = frame::greeting(&mut self.pipe) {
            self.broken(broken);
        }
    }

    fn next(&mut self) -> Option<Frame> {
        if self.over {
            return None;
        }
        frame::next(&mut self.pipe).map_err(|broken| self.broken(broken)).ok()
    }

    /// Visits a member that has begun; without a place of its own it is the file itself.
    fn member(&mut self, inner: Option<&Place<'_>>, facts: Facts) {
        self.members += 1;
        let (visit, outer) = (self.visit, self.place);
        let place = inner.unwrap_or(outer);
        let mut member = Member { delivery: self, place, left: 0, ended: false };
        if inner.is_some() && !member.is_given() {
            return visit.saw(0);
        }
        let slow = member.delivery.format == Format::SevenZip;
        let mut guarded = Guarded::charged(visit, place, outer, &mut member).slow(slow);
        match inner {
            Some(place) => visit.stream(place, facts, &mut guarded),
            // What a parser has made of the file is what it is, whatever it looks like.
            None => visit.text(place, facts, &mut guarded),
        }
        member.skip();
    }

    /// Takes note of what a parser says.
    fn problem(&mut self, place: &Place<'_>, kind: ProblemKind, message: String) {
        self.problems += 1;
        if self.problems > MOST_PROBLEMS {
            let message = format!("more than {MOST_PROBLEMS} things are wrong in it; the rest was not read");
            self.visit.fail(self.place, ProblemKind::Limit, message);
            self.over = true;
        } else if !place.is_cut() || kind == ProblemKind::Panic {
            self.visit.note(place, kind, message);
        }
    }

    fn broken(&mut self, broken: Broken) {
        self.over = true;
        let (kind, reason) = self.pipe.get_mut().verdict(broken);
        self.visit.helped(STOPPED_MILLISECONDS, self.bytes);
        let before = match (self.members, self.format.is_container()) {
            (0, _) => "nothing of it was read".to_owned(),
            (_, false) => format!("{} bytes of text that came before were examined", self.bytes),
            (1, true) => format!("its first member was examined, as far as it came ({} bytes)", self.bytes),
            (members, true) => format!("{members} members ({} bytes) that came before were examined", self.bytes),
        };
        self.visit.fail(self.place, kind, format!("the reader of a {} {reason}; {before}", self.format.title()));
    }
}

/// The content of the member that is open.
struct Member<'d, 'v, P> {
    delivery: &'d mut Delivery<'v, P>,
    place: &'d Place<'d>,
    /// Bytes that are still to come of the current frame.
    left: usize,
    ended: bool,
}

impl<P: Pipe> Member<'_, '_, P> {
    /// Waits for the first piece of the content; false if none comes and trouble was told instead: what is a link or
    /// cannot be unpacked is no empty file.
    fn is_given(&mut self) -> bool {
        let mut is_told = false;
        while self.left == 0 && !self.ended {
            is_told |= self.advance();
        }
        !self.ended || !(is_told || self.delivery.over)
    }

    /// Takes the next frame, and returns whether it told of trouble.
    fn advance(&mut self) -> bool {
        match self.delivery.next() {
            None | Some(Frame::End) => self.ended = true,
            Some(Frame::Data(size)) => self.left = size,
            Some(Frame::Problem(kind, message)) => {
                self.delivery.problem(self.place, kind, message);
                return true;
            }
            Some(Frame::Begin { .. } | Frame::Done(_)) => self.delivery.broken(Broken::Nonsense),
        }
        false
    }

    /// Reads to the end what nobody wants; it is charged all the same, since it was unpacked.
    fn skip(&mut self) {
        let mut block = vec![0; 16 << 10];
        let (visit, outer) = (self.delivery.visit, self.delivery.place);
        while !self.ended && !self.delivery.over {
            if outer.is_cut() {
                self.delivery.over = true;
                return;
            }
            let read = self.read(&mut block).unwrap_or(0);
            let slow = self.delivery.format == Format::SevenZip;
            if !(if slow { visit.charge_slow(read as u64) } else { visit.charge(read as u64) }) {
                visit.fail_limit(outer);
            }
        }
    }
}

impl<P: Pipe> Read for Member<'_, '_, P> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 && !self.ended {
            self.advance();
        }
        let size = self.left.min(output.len());
        let output = output.get_mut(..size).unwrap_or_default();
        if self.ended || output.is_empty() {
            return Ok(0);
        }
        loop {
            match self.delivery.pipe.read(output) {
                Ok(read) if read > 0 => {
                    self.left = self.left.saturating_sub(read);
                    self.delivery.bytes = self.delivery.bytes.saturating_add(read as u64);
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(_) | Err(_) => {
                    self.delivery.broken(Broken::Ended);
                    self.ended = true;
                    return Ok(0);
                }
            }
        }
    }
}
