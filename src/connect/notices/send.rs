//! Notices that are due, to their receivers.

use super::super::retry::{backoff, later};
use super::super::tracker::Failure;
use super::Way;
use crate::store::{NewNotice, Notice, NoticeState, Store, StoreError};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// What a server that takes our credentials no more is asked again after.
const STOPPED: Duration = Duration::from_secs(15 * 60);

/// A refusal may be a mistake that somebody mends: a full mailbox, an address that has moved, a rule against spam. A notice that is
/// refused for so long is given up.
const REFUSED: Duration = Duration::from_secs(24 * 60 * 60);
/// The first wait after a refusal.
const REFUSED_FIRST: Duration = Duration::from_secs(60);

/// Sends one notice by a channel; why not, if it did not work.
pub type Sender<'a> = dyn FnMut(&NewNotice) -> Result<(), Failure> + 'a;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Notices that went out.
    pub sent: u64,
    /// Those that are tried again later.
    pub waiting: u64,
    /// Those that were refused for a day and are given up.
    pub refused: u64,
}

/// Sends what is due, one after the other, unless another process does so. `chance` gives a number below 1, another one each time.
pub fn send(
    store: &Store,
    sender: &mut Sender<'_>,
    now: &dyn Fn() -> i64,
    chance: &dyn Fn() -> f64,
) -> Result<Sent, StoreError> {
    let mut sent = Sent::default();
    let Some(_lock) = store.lock_notices()? else { return Ok(sent) };
    // A receiver that has failed is not asked for each of many.
    let mut failed: Vec<(String, String)> = Vec::new();
    for notice in store.due_notices(now())? {
        let Notice { id, told, attempts, .. } = notice;
        if let Some((_, why)) = failed.iter().find(|(channel, _)| *channel == told.channel) {
            store.postpone_notice(id, later(now(), backoff(attempts, None, chance())), why, now())?;
            sent.waiting += 1;
            continue;
        }
        store.reach_notice(id, NoticeState::Sending, None, now())?;
        match sender(&told) {
            Ok(()) => {
                store.reach_notice(id, NoticeState::Sent, None, now())?;
                sent.sent += 1;
            }
            Err(Failure::Refused { why }) => match refused_again_after(now() - notice.created) {
                // Others of the channel may go through: it is an address, or this notice.
                Some(wait) => {
                    store.postpone_notice(id, later(now(), wait), &format!("it was refused: {why}"), now())?;
                    sent.waiting += 1;
                }
                None => {
                    store.reach_notice(id, NoticeState::Refused, Some(&why), now())?;
                    sent.refused += 1;
                }
            },
            Err(failure) => {
                let wait = match &failure {
                    Failure::Stopped { .. } => STOPPED,
                    Failure::Busy { after, .. } => backoff(attempts, *after, chance()),
                    _ => backoff(attempts, None, chance()),
                };
                store.postpone_notice(id, later(now(), wait), failure.why(), now())?;
                sent.waiting += 1;
                failed.push((told.channel, failure.why().to_owned()));
            }
        }
    }
    Ok(sent)
}

/// When a notice that is so old, in seconds, is tried again although it was refused: each time after twice as long.
fn refused_again_after(age: i64) -> Option<Duration> {
    let age = Duration::from_secs(u64::try_from(age).unwrap_or(0));
    (age < REFUSED).then(|| age.max(REFUSED_FIRST).min(REFUSED.saturating_sub(age).max(REFUSED_FIRST)))
}

impl Way {
    /// Tells it.
    pub fn tell(&self, notice: &NewNotice) -> Result<(), Failure> {
        let id = identification(notice);
        match self {
            Way::Mail(mail) => mail.notify(&id, &notice.recipient, &notice.subject, &notice.text),
            Way::Webhook(webhook) => webhook.notify(&id, notice.case, &notice.about, &notice.subject, &notice.text),
        }
    }

    /// What would be sent, for people.
    pub fn dry_run(&self, notice: &NewNotice) -> String {
        let id = identification(notice);
        let head = match self {
            Way::Mail(mail) => {
                format!("mail by {}\nTo: {}\nSubject: {}\n", mail.server(), notice.recipient, notice.subject)
            }
            Way::Webhook(webhook) => format!("POST {}\ntype: tierline.notice\n", webhook.http.base()),
        };
        format!("{head}id: {id}\n\n{}\n", notice.text)
    }
}

/// A notice by which somebody sees whether a channel works.
pub fn trial(channel: &str, recipient: &str, now: i64) -> NewNotice {
    NewNotice {
        case: 0,
        channel: channel.to_owned(),
        recipient: recipient.to_owned(),
        about: format!("test {now}"),
        subject: "a test of notices".to_owned(),
        text: format!("This is a test of the channel `{channel}` of tierline. There is nothing to do.\n"),
    }
}

/// What identifies a notice: the same each time that it is sent.
pub(super) fn identification(notice: &NewNotice) -> String {
    let all = format!("{}\n{}\n{}\n{}\n{}", notice.case, notice.channel, notice.recipient, notice.about, notice.text);
    Sha256::digest(all).iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}
