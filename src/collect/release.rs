//! What of all that was gathered may leave, and the list of it.

use super::collection::Wanted;
use super::gather::{Gathered, Of, Text};
use super::manifest::{CommandEntry, FileEntry, Manifest, RefusedEntry};
use crate::redact::{LeakScan, Replaced};
use crate::redaction::{Ledger, leaks_in};
use std::io;

/// The scan for what must not leave; it knows all that was replaced, here and in earlier collections.
pub(super) fn scan(wanted: &Wanted<'_>, ledger: &mut Ledger) -> io::Result<LeakScan> {
    let mut replaced = Replaced::default();
    ledger.each(&mut |kind, pseudonym, original| {
        replaced.add(kind, pseudonym, original);
        Ok(())
    })?;
    let options = &wanted.redaction.options;
    Ok(LeakScan::of(replaced, &options.keywords, options.keep_identifiers))
}

impl Gathered {
    /// Takes out the texts in which the leak scan finds something; returns how many.
    pub(super) fn drop_leaks(&mut self, scan: &LeakScan) -> io::Result<usize> {
        // Names alone are short, so looking at each is cheap.
        let in_name = |name: &str| scan.leaks(name.as_bytes()).first().map(|leak| leak.kind.name());
        let mut kept = Vec::new();
        let mut leaking = 0;
        for text in std::mem::take(&mut self.texts) {
            let mut reader = self.spool.read(&text.text)?;
            let leak = match leaks_in(&mut reader, scan)?.first() {
                Some((line, leak)) => Some(format!("{} in line {line}", leak.kind.name())),
                None => in_name(&text.name).or_else(|| in_name(&text.origin)).map(|kind| format!("{kind} in its name")),
            };
            let Some(leak) = leak else {
                kept.push(text);
                continue;
            };
            leaking += 1;
            let why = format!("the leak scan found {leak}");
            self.refused.push(RefusedEntry { origin: text.origin, bytes: Some(text.text.bytes), why, missed: true });
        }
        self.texts = kept;
        for refused in &mut self.refused {
            if in_name(&refused.origin).is_some() {
                refused.origin = "a name that must not leave".to_owned();
            }
        }
        self.refused.sort();
        Ok(leaking)
    }

    /// The list of what is in the archive and what is not.
    pub(super) fn manifest(&self, wanted: &Wanted<'_>) -> Manifest {
        let time = |seconds: i64| jiff::Timestamp::from_second(seconds).map(|it| it.to_string()).unwrap_or_default();
        let (mut files, mut commands) = (Vec::new(), Vec::new());
        for Text { name, origin, text, of, .. } in &self.texts {
            let (path, bytes, sha256) = (name.clone(), text.bytes, text.sha256.clone());
            match of {
                Of::File { what, profile, note } => {
                    let (what, profile) = (what.clone(), profile.clone());
                    files.push(FileEntry {
                        path,
                        origin: origin.clone(),
                        what,
                        profile,
                        bytes,
                        sha256,
                        note: note.clone(),
                    });
                }
                Of::Command { run, status, late, cut } => commands.push(CommandEntry {
                    path,
                    run: run.clone(),
                    status: *status,
                    late: *late,
                    cut: *cut,
                    bytes,
                    sha256,
                }),
            }
        }
        let kept = wanted.redaction.options.keep_identifiers;
        Manifest {
            schema: "tierline.collect/1".to_owned(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            collected_at: time(wanted.now),
            identifiers: if kept { "kept" } else { "pseudonyms" }.to_owned(),
            profiles: wanted.plan.profiles.clone(),
            since: wanted.limits.since.map(time),
            until: wanted.limits.until.map(time),
            files,
            commands,
            refused: self.refused.clone(),
        }
    }
}
