//! Which attachments of a ticket are fetched. A ticket may have those of other people too, of any size, and such that nobody may
//! fetch: what cannot be ours is left where it is.

use super::api::text;
use super::package::Outgoing;
use super::tracker::Failure;
use serde_json::Value;

/// A file as a tracker's list states it.
pub(super) struct Stated {
    pub(super) name: String,
    /// Its size, if that is stated.
    pub(super) bytes: Option<u64>,
}

impl Stated {
    /// What a list says at these pointers.
    pub(super) fn of(value: &Value, name: &str, bytes: &str) -> Stated {
        Stated { name: text(value, name), bytes: text(value, bytes).parse().ok() }
    }

    /// The hash that `fetch` finds out, if the file may be one of these: it is as large, or has the name where no size is stated.
    /// A size that is stated too small makes it a missing one, which is sent again and then told.
    pub(super) fn hash(
        &self,
        wanted: &[Outgoing],
        fetch: impl FnOnce() -> Result<String, Failure>,
    ) -> Result<Option<String>, Failure> {
        let fits = |it: &Outgoing| self.bytes.map_or(it.name == self.name, |bytes| it.bytes == bytes);
        if !wanted.iter().any(fits) {
            return Ok(None);
        }
        match fetch().map_err(Failure::of_ticket) {
            // One that only happens to be as large.
            Err(Failure::Refused { .. }) if !wanted.iter().any(|it| fits(it) && it.name == self.name) => Ok(None),
            fetched => fetched.map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_may_be_ours_is_fetched_and_nothing_else() {
        let wanted = [Outgoing {
            path: "logs/a.log".into(),
            name: "a.log".into(),
            place: "/p".into(),
            sha256: "hash".into(),
            bytes: 3,
        }];
        let stated = |value: Value| Stated::of(&value, "/name", "/size");
        let refused = || Err(Failure::Stopped { why: "https://desk answers 403: malware".into() });
        let busy = || Err(Failure::Busy { why: "503".into(), after: None });
        let never = || panic!("it is fetched");
        for other in [json!({"name": "a.log", "size": 4}), json!({"name": "b.log"}), json!({})] {
            assert_eq!(stated(other).hash(&wanted, never), Ok(None));
        }
        assert_eq!(stated(json!({"name": "a.log", "size": 3})).hash(&[], never), Ok(None));
        for ours in
            [json!({"name": "a.log", "size": 3}), json!({"name": "a.log", "size": "3"}), json!({"name": "a.log"})]
        {
            assert_eq!(stated(ours.clone()).hash(&wanted, || Ok("h".into())), Ok(Some("h".into())));
            // Not to be sent again because it cannot be seen.
            assert!(matches!(stated(ours.clone()).hash(&wanted, refused), Err(Failure::Refused { .. })));
            assert!(matches!(stated(ours).hash(&wanted, busy), Err(Failure::Busy { .. })));
        }
        let alike = json!({"name": "b.log", "size": 3});
        assert_eq!(stated(alike.clone()).hash(&wanted, || Ok("h".into())), Ok(Some("h".into())));
        assert_eq!(stated(alike.clone()).hash(&wanted, refused), Ok(None));
        assert!(matches!(stated(alike).hash(&wanted, busy), Err(Failure::Busy { .. })));
    }
}
