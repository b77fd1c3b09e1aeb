//! The line of a stack trace that says what went wrong first.

use super::visible::visible;
use std::borrow::Cow;

/// Returns the root of an error with a stack trace, as one line, without the mark before it:
///
/// - the last `Caused by:` of Java, the innermost `--->` of .NET;
/// - the last line of a Python traceback;
/// - the head of a Go panic;
/// - what stands above the first `--tr:` of a chain of Veeam's components.
///
/// A text without any of them has none.
pub fn root(text: &str) -> Option<String> {
    let lines = || text.lines().map(visible);
    let after = |line: Cow<'_, str>, mark: &str| line.rsplit(mark).next().map(|it| it.trim().to_owned());
    let last_with = |mark: &str| lines().rfind(|line| line.contains(mark)).and_then(|line| after(line, mark));
    if let Some(cause) = last_with("Caused by: ").or_else(|| last_with("---> ")) {
        return Some(cause).filter(|it| !it.is_empty());
    }
    if text.contains("Traceback (most recent call last):") {
        let is_exception = |line: &Cow<'_, str>| {
            line.starts_with(|c: char| c.is_ascii_alphabetic())
                && !line.starts_with("Traceback ")
                && !line.ends_with(':')
        };
        return lines().rfind(is_exception).map(Cow::into_owned);
    }
    if let Some(head) = lines().find(|line| line.starts_with("panic: ")) {
        return head.strip_prefix("panic: ").map(|it| it.trim().to_owned());
    }
    let chain = lines().position(|line| line.contains("--tr:"))?;
    let above = lines().take(chain).filter(|line| !line.trim().is_empty()).last()?;
    // Behind the column of the level: `>>  |text`, `ERR |text`.
    let text = above.rsplit('|').next().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(root(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn the_innermost_cause_is_the_root() {
        check(
            "it died\n\tat a.B\nCaused by: x.Y: one\n\tat c\nCaused by: z.W: disk full\n ... 3 more",
            Some("z.W: disk full"),
        );
        check("A.B: outer ---> C.D: middle ---> E.F: inner\n   at G.H()", Some("E.F: inner"));
        check("\x1b[1mCaused by: \x1b[31mx.Y\x1b[m", Some("x.Y"));
    }

    #[test]
    fn python_go_and_chains_of_data_movers() {
        check(
            "Traceback (most recent call last):\n  File \"a.py\", line 5\n    f(x)\nValueError: bad 5",
            Some("ValueError: bad 5"),
        );
        check(
            "panic: assignment to entry in nil map\n\ngoroutine 1 [running]:",
            Some("assignment to entry in nil map"),
        );
        check(
            "[15.02.2026] <1> dsk | ERR |Retrieved less bytes than required.\n[15.02.2026] <1> dsk | >>  |--tr:Failed to read",
            Some("Retrieved less bytes than required."),
        );
    }

    #[test]
    fn a_plain_message_has_none() {
        check("disk 7 is full\nfree some space", None);
        check("--tr:nothing above", None);
        check("", None);
    }
}
