//! Colours of messages to authors; they repeat what the words say.

use crate::cli::Color;
use crate::cli::output::{print, print_colored};
use anstyle::{AnsiColor, Style};
use std::fmt::Display;

/// Whether texts are coloured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    on: bool,
}

impl Paint {
    /// For files, and for what is not a terminal.
    pub(super) const PLAIN: Paint = Paint { on: false };

    /// For standard output.
    pub(super) fn of(color: Color) -> Paint {
        let on = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never,
        };
        Paint { on }
    }

    pub(super) fn good(self, text: impl Display) -> String {
        self.with(AnsiColor::Green.on_default().bold(), text)
    }

    pub(super) fn bad(self, text: impl Display) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    pub(super) fn warn(self, text: impl Display) -> String {
        self.with(AnsiColor::Yellow.on_default().bold(), text)
    }

    pub(super) fn quiet(self, text: impl Display) -> String {
        self.with(AnsiColor::Cyan.on_default(), text)
    }

    fn with(self, style: Style, text: impl Display) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// Prints a text that was made with it.
    pub(super) fn print(self, text: &str) -> anyhow::Result<()> {
        if self.on { print_colored(text) } else { print(text.as_bytes()) }
    }
}
