//! The heartbeat: a file that says that the watch lives and what it is at, for people and for monitoring.

use crate::store::{NoticeState, UploadState};
use serde_json::{Value, json};
use std::fmt::Write;
use std::io;
use std::path::Path;

/// A folder, whether the system tells of its changes, and why it cannot be looked into.
type Folder = (String, bool, Option<String>);

/// What the watch is at.
#[derive(Clone, Debug, Default)]
pub(super) struct Pulse {
    /// Seconds since 1970.
    pub(super) time: i64,
    /// When it was started.
    pub(super) started: i64,
    /// `working`, `idle`, `paused`, `stopped`.
    pub(super) state: &'static str,
    /// Why it pauses.
    pub(super) reason: Option<String>,
    pub(super) folders: Vec<Folder>,
    pub(super) waiting: usize,
    pub(super) queued: usize,
    pub(super) working: usize,
    pub(super) incomplete: usize,
    /// Since the start.
    pub(super) read: u64,
    pub(super) failures: u64,
    pub(super) last_read: Option<i64>,
    /// Of the store.
    pub(super) uploads: Vec<(UploadState, u64)>,
    /// Notices; of those that wait the ones that were tried before.
    pub(super) notices: Vec<(NoticeState, u64)>,
    /// Entries of the outbox that a person has to look at.
    pub(super) held: u64,
}

/// Writes the file as a whole: as Prometheus reads it if its name ends with `.prom`, else as JSON.
pub(super) fn write(path: &Path, pulse: &Pulse) -> io::Result<()> {
    let text = match path.extension().is_some_and(|it| it == "prom") {
        true => prometheus(pulse),
        false => format!("{:#}\n", json(pulse)),
    };
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tierline-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Whoever monitors may be another user.
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(folder)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn json(pulse: &Pulse) -> Value {
    let time = |seconds: i64| jiff::Timestamp::from_second(seconds).map(|it| it.to_string()).unwrap_or_default();
    let folder = |(path, events, error): &Folder| json!({"path": path, "mode": if *events { "events" } else { "polling" }, "error": error});
    let counts = |counts: Vec<(&'static str, u64)>| {
        Value::Object(counts.into_iter().map(|(state, count)| (state.to_owned(), json!(count))).collect())
    };
    json!({
        "schema": "tierline.watch/1", "time": time(pulse.time), "started": time(pulse.started),
        "pid": std::process::id(), "state": pulse.state, "reason": pulse.reason,
        "folders": pulse.folders.iter().map(folder).collect::<Vec<_>>(),
        "waiting": pulse.waiting, "queued": pulse.queued, "working": pulse.working, "incomplete": pulse.incomplete,
        "read": pulse.read, "failures": pulse.failures, "last_read": pulse.last_read.map(time),
        "uploads": counts(uploads(pulse)), "notices": counts(notices(pulse)), "held": pulse.held,
    })
}

/// All states: one that is missing until something is in it cannot be watched.
fn uploads(pulse: &Pulse) -> Vec<(&'static str, u64)> {
    let count = |state| pulse.uploads.iter().find(|it| it.0 == state).map_or(0, |it| it.1);
    UploadState::ALL.into_iter().map(|it| (it.name(), count(it))).collect()
}

fn notices(pulse: &Pulse) -> Vec<(&'static str, u64)> {
    let count = |state| pulse.notices.iter().find(|it| it.0 == state).map_or(0, |it| it.1);
    NoticeState::ALL.into_iter().map(|it| (it.name(), count(it))).collect()
}

fn prometheus(pulse: &Pulse) -> String {
    let mut text = String::new();
    let mut write = |name: &str, kind: &str, help: &str, values: &[(String, String)]| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# HELP tierline_watch_{name} {help}\n# TYPE tierline_watch_{name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(text, "tierline_watch_{name}{labels} {value}");
        }
    };
    let one = |value: i64| [(String::new(), value.to_string())];
    let of = |label: &str, counts: &[(&str, u64)]| -> Vec<_> {
        counts.iter().map(|(name, count)| (format!("{{{label}=\"{name}\"}}"), count.to_string())).collect()
    };
    let folders = |value: fn(&Folder) -> bool| -> Vec<_> {
        let label = |path: &str| path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let line = |it: &Folder| (format!("{{folder=\"{}\"}}", label(&it.0)), u8::from(value(it)).to_string());
        pulse.folders.iter().map(line).collect()
    };
    let total = |count: u64| [(String::new(), count.to_string())];
    write("heartbeat_seconds", "gauge", "When the watch last lived, since 1970.", &one(pulse.time));
    write("started_seconds", "gauge", "When it was started, since 1970.", &one(pulse.started));
    let is_paused = i64::from(pulse.state == "paused");
    write("paused", "gauge", "Whether it pauses, for instance for room on the disk.", &one(is_paused));
    write(
        "folder_failed",
        "gauge",
        "Whether something in a folder cannot be looked into.",
        &folders(|it| it.2.is_some()),
    );
    write("folder_polled", "gauge", "Whether the system does not tell of changes in a folder.", &folders(|it| !it.1));
    write("read_total", "counter", "Bundles read since the start.", &total(pulse.read));
    write("failures_total", "counter", "Failures since the start.", &total(pulse.failures));
    let last = pulse.last_read.unwrap_or(0);
    write("last_read_seconds", "gauge", "When a bundle was last read, since 1970; 0 if none was.", &one(last));
    let stages = [
        ("waiting", pulse.waiting as u64),
        ("queued", pulse.queued as u64),
        ("working", pulse.working as u64),
        ("incomplete", pulse.incomplete as u64),
    ];
    write("files", "gauge", "Files that are not done, by stage.", &of("stage", &stages));
    write("uploads", "gauge", "Uploads in the store, by state.", &of("state", &uploads(pulse)));
    let help = "Notices in the store, by state; of those that wait the ones that were tried before.";
    write("notices", "gauge", help, &of("state", &notices(pulse)));
    write("outbox_held", "gauge", "Entries of the outbox that a person has to look at.", &total(pulse.held));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pulse_is_written_for_people_and_for_monitoring() {
        let folder = tempfile::tempdir().unwrap();
        let pulse = Pulse {
            time: 1_800_000_000,
            state: "paused",
            reason: Some("disk".into()),
            folders: vec![("/in/\"a\"".into(), false, Some("it is away".into()))],
            queued: 3,
            uploads: vec![(UploadState::Done, 7)],
            notices: vec![(NoticeState::Refused, 2)],
            held: 4,
            ..Pulse::default()
        };
        let path = folder.path().join("watch.json");
        write(&path, &pulse).unwrap();
        write(&path, &pulse).unwrap();
        let value: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!((&value["time"], &value["uploads"]["done"]), (&"2027-01-15T08:00:00Z".into(), &7.into()));
        assert_eq!(value["folders"][0]["mode"], "polling");
        let path = folder.path().join("watch.prom");
        write(&path, &pulse).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("tierline_watch_uploads{state=\"done\"} 7\n"), "{text}");
        for line in [
            "tierline_watch_paused 1",
            "tierline_watch_files{stage=\"queued\"} 3",
            "tierline_watch_uploads{state=\"quarantined\"} 0",
            "tierline_watch_notices{state=\"refused\"} 2",
            "tierline_watch_folder_failed{folder=\"/in/\\\"a\\\"\"} 1",
            "tierline_watch_folder_polled{folder=\"/in/\\\"a\\\"\"} 1",
            "tierline_watch_outbox_held 4",
            "# TYPE tierline_watch_read_total counter",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}: {text}");
        }
        assert_eq!(folder.path().read_dir().unwrap().count(), 2);
    }
}
