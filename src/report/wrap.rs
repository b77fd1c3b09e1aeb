use super::neutral::one_line;

/// Returns words wrapped to `width` columns, each line with its end; `first` and `rest` are what stands before the first
/// and the other lines. A word that is longer than a line stays whole, so that it can be copied.
pub fn wrapped(first: &str, rest: &str, words: &str, width: usize) -> String {
    let words = one_line(words);
    let mut out = String::new();
    let mut line = String::from(first);
    let (mut used, mut empty) = (first.chars().count(), true);
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !empty && used + 1 + length > width {
            out.push_str(line.trim_end());
            out.push('\n');
            line = String::from(rest);
            (used, empty) = (rest.chars().count(), true);
        }
        if !empty {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        (used, empty) = (used + length, false);
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn words_are_wrapped_and_long_ones_stay_whole() {
        assert_eq!(wrapped("1. ", "   ", "one two three", 10), "1. one two\n   three\n");
        assert_eq!(wrapped("1. ", "   ", "https://example.com/a b", 10), "1. https://example.com/a\n   b\n");
        assert_eq!(wrapped("1. ", "   ", "", 10), "1.\n");
    }
}
