//! Whether a terminal opens links (OSC 8). No terminal says so; what they say of themselves is known.

/// Whether links are written. `variable` is the environment.
///
/// `FORCE_HYPERLINK` decides, `0` against them. Where nothing is known they are left out: old terminals show the sequences.
pub(super) fn shown(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(forced) = variable("FORCE_HYPERLINK") {
        return forced != "0";
    }
    let term = set("TERM").unwrap_or_default();
    if !is_terminal || term == "dumb" || set("CI").is_some() {
        return false;
    }
    let knows = |value: Option<String>, names: &[&str]| value.is_some_and(|it| names.contains(&it.as_str()));
    const PROGRAMS: &[&str] = &["iTerm.app", "WezTerm", "vscode", "Hyper", "ghostty", "Tabby", "rio", "zed"];
    const TERMS: &[&str] =
        &["xterm-kitty", "alacritty", "alacritty-direct", "foot", "foot-extra", "xterm-ghostty", "contour"];
    let vte = set("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    // VTE 0.50 fails on some of them.
    vte.is_some_and(|version| version > 5000)
        || set("WT_SESSION").is_some()
        || set("KONSOLE_VERSION").is_some()
        || set("DOMTERM").is_some()
        || knows(set("TERM_PROGRAM"), PROGRAMS)
        || TERMS.contains(&term.as_str())
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn links_are_for_terminals_that_are_known_to_open_them() {
        let check = |is_terminal: bool, variables: &[(&str, &str)]| {
            let variable = |name: &str| variables.iter().find(|it| it.0 == name).map(|it| it.1.to_string());
            shown(is_terminal, variable)
        };
        assert!(check(true, &[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")]));
        assert!(check(true, &[("TERM_PROGRAM", "WezTerm")]));
        assert!(check(true, &[("WT_SESSION", "1d2b")]));
        assert!(check(true, &[("TERM", "xterm-kitty")]));
        assert!(!check(true, &[("TERM", "xterm-256color"), ("VTE_VERSION", "4800")]));
        assert!(!check(true, &[("TERM", "xterm")]));
        assert!(!check(true, &[]));
        assert!(!check(false, &[("TERM_PROGRAM", "WezTerm")]));
        assert!(!check(true, &[("TERM", "dumb"), ("TERM_PROGRAM", "WezTerm")]));
        assert!(!check(true, &[("CI", "true"), ("TERM_PROGRAM", "WezTerm")]));
        assert!(check(false, &[("FORCE_HYPERLINK", "1")]));
        assert!(!check(true, &[("FORCE_HYPERLINK", "0"), ("TERM_PROGRAM", "WezTerm")]));
    }
}
