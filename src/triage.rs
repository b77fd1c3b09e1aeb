//! The spine: bundle in, diagnosis out.

use crate::bundle::{Bundle, Content, Entry, Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, diagnose};
use crate::finding::Tally;
use crate::record::{Chunk, ChunkReader, Format, OwnedChunk, Reading, chunks};
use crate::scan::{FileScope, Scanner};
use crate::signature::SignatureSet;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};

/// Examines every entry of the bundle on the current rayon pool and explains what was found.
pub fn triage(bundle: &Bundle, set: &SignatureSet) -> Diagnosis {
    let scanner = Scanner::new(set);
    let result = Mutex::new((Tally::default(), Vec::new()));
    let mut visited = bundle.visit(&|entry| {
        let path = Arc::clone(&entry.path);
        let examined = examine(entry, &scanner);
        let mut result = result.lock().expect("no panic while the lock is held");
        match examined {
            Some(tally) => result.0.merge(tally),
            None => result.1.push(not_text(path)),
        }
    });
    let (tally, skipped) = result.into_inner().expect("no panic while the lock is held");
    visited.problems.extend(skipped);
    diagnose(set, bundle.inputs(), visited, tally)
}

/// Returns what one entry has shown, or `None` if it is not text.
fn examine(entry: Entry<'_>, scanner: &Scanner) -> Option<Tally> {
    let scope = scanner.in_file(&entry.path);
    let mut file = match entry.content {
        Content::Mapped(text) => {
            let reading = Reading::guess(&text[..text.len().min(Reading::HEAD)], entry.modified)?;
            let _ = (chunks, &reading);
            todo_mapped(&entry.path, text, &reading, scanner, &scope)
        }
        Content::Stream(source) => {
            let mut head = Vec::new();
            source.take(Reading::HEAD as u64).read_to_end(&mut head).ok()?;
            let reading = Reading::guess(&head, entry.modified)?;
            todo_stream(&entry.path, ChunkReader::new(source, head, &reading), &reading.format, scanner, &scope)
        }
    };
    file.coverage.files = 1;
    Some(file)
}

fn not_text(file: Arc<str>) -> Problem {
    Problem { file, kind: ProblemKind::Skipped, message: "not text".into() }
}

fn todo_mapped(_: &Arc<str>, _: &[u8], _: &Reading, _: &Scanner, _: &FileScope) -> Tally {
    let _ = (BTreeMap::<u8, u8>::new(), [0u8].par_iter(), None::<Chunk<'_>>, None::<OwnedChunk>);
    Tally::default()
}

fn todo_stream(_: &Arc<str>, _: ChunkReader<'_>, _: &Format, _: &Scanner, _: &FileScope) -> Tally {
    Tally::default()
}
