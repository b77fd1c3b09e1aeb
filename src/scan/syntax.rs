//! How the scanner reads regexes.
//!
//! `build.rs` uses this file as well, see `stored.rs`.

use regex_syntax::ParserBuilder;
use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Ast, Flag, Visitor, visit};
use regex_syntax::hir::Hir;

/// Parses as the scanner reads regexes: `^` and `$` at line borders, CRLF is one line end, ASCII classes on bytes. A
/// pattern that needs Unicode (a class with a letter beyond ASCII or one whose case does not matter, `\p{..}`) is read
/// with Unicode classes; the answer's second part says so.
pub(super) fn parse(pattern: &str) -> Result<(Hir, bool), Box<regex_syntax::Error>> {
    let parse = |unicode| {
        let mut builder = ParserBuilder::new();
        let parsed = builder.unicode(unicode).utf8(false).multi_line(true).crlf(true).build().parse(pattern);
        parsed.map_err(Box::new)
    };
    match parse(false) {
        Ok(hir) if pattern.is_ascii() || !ignores_case(pattern) => Ok((hir, false)),
        _ => parse(true).map(|hir| (hir, true)),
    }
}

/// Whether case does not matter in a part of the pattern.
fn ignores_case(pattern: &str) -> bool {
    struct Search;

    impl Visitor for Search {
        type Output = bool;
        /// That it was found.
        type Err = ();

        fn finish(self) -> Result<bool, ()> {
            Ok(false)
        }

        fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
            let flags = match ast {
                Ast::Flags(set) => Some(&set.flags),
                Ast::Group(group) => group.flags(),
                _ => None,
            };
            match flags.and_then(|flags| flags.flag_state(Flag::CaseInsensitive)) {
                Some(true) => Err(()),
                _ => Ok(()),
            }
        }
    }

    Parser::new().parse(pattern).is_ok_and(|ast| visit(&ast, Search).is_err())
}
