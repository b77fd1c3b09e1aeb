//! Conditions made ready to be evaluated on one record.
//!
//! A [`Condition`] goes in, a [`Pattern`] that answers [`Pattern::holds`] and hands out captures comes out. Regexes are
//! parsed at once, so that a broken one is known, and compiled when the first candidate record asks for them: most
//! signatures of a catalogue never meet one.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// Parses as the scanner reads regexes: `^` and `$` at line borders, CRLF is one line end, ASCII classes on bytes. A
/// pattern that needs Unicode (a letter beyond ASCII, `\p{..}`) is read with Unicode classes; the answer's second part
/// says so.
pub(super) fn parse(pattern: &str) -> Result<(Hir, bool), regex_syntax::Error> {
    let parse =
        |unicode| ParserBuilder::new().unicode(unicode).utf8(false).multi_line(true).crlf(true).build().parse(pattern);
    match parse(false) {
        Ok(hir) => Ok((hir, false)),
        Err(_) => parse(true).map(|hir| (hir, true)),
    }
}
