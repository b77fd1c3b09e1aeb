//! How long a server asks to be left alone, in each of the ways in which servers say so.

use reqwest::header::HeaderMap;
use std::time::Duration;

/// `Retry-After`: seconds, or a time, which is compared with the server's own clock.
pub(super) fn retry_after(value: &str, date: Option<&str>) -> Duration {
    const UNKNOWN: Duration = Duration::from_secs(60);
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Duration::from_secs(seconds);
    }
    match (seconds(value), date.and_then(seconds)) {
        (Some(then), Some(now)) => Duration::from_secs(u64::try_from(then.saturating_sub(now)).unwrap_or(0)),
        _ => UNKNOWN,
    }
}

fn seconds(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|it| it.timestamp().as_second())
}

/// Where `Retry-After` is not said: nothing is left of a quota, and when there is a new one. GitHub says that as a time since 1970,
/// Zendesk and GitLab as seconds from now.
pub(super) fn reset(headers: &HeaderMap, date: Option<&str>) -> Option<Duration> {
    let number = |names: &[&str]| {
        let mut found = names.iter().filter_map(|name| headers.get(*name)?.to_str().ok()?.trim().parse::<i64>().ok());
        found.next()
    };
    if number(&["x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining"])? > 0 {
        return None;
    }
    let reset = number(&["x-ratelimit-reset", "ratelimit-reset"])?;
    // Nobody asks to be left alone for thirty years: it is a time.
    let wait = if reset > 1_000_000_000 { reset.saturating_sub(date.and_then(seconds)?) } else { reset };
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_seconds_and_as_a_time() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(retry_after("120", date).as_secs(), 120);
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:51:37 GMT", date).as_secs(), 120);
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:40:00 GMT", date).as_secs(), 0);
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:51:37 GMT", None).as_secs(), 60);
        assert_eq!(retry_after("soon", date).as_secs(), 60);
    }

    #[test]
    fn a_quota_that_is_used_up_says_until_when() {
        let headers = |all: &[(&'static str, &'static str)]| -> HeaderMap {
            all.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
        };
        let date = Some("Sun, 09 Sep 2001 01:46:40 GMT");
        let github = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000000090")]);
        assert_eq!(reset(&github, date), Some(Duration::from_secs(90)));
        let zendesk = headers(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "41")]);
        assert_eq!(reset(&zendesk, date), Some(Duration::from_secs(41)));
        // There is something left: it did not answer so for that.
        let left = headers(&[("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1000000090")]);
        assert_eq!(reset(&left, date), None);
    }
}
