//! The heartbeat: a file that says that the watch lives and what it is at, for people and for monitoring.

use crate::store::UploadState;
use serde_json::{Value, json};
use std::fmt::Write;
use std::io;
use std::path::Path;

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
    /// Folders, each with whether the system tells of changes, and why it cannot be looked into.
    pub(super) folders: Vec<(String, bool, Option<String>)>,
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
    let folder = |(path, events, error): &(String, bool, Option<String>)| json!({"path": path, "mode": if *events { "events" } else { "polling" }, "error": error});
    let uploads: serde_json::Map<String, Value> =
        pulse.uploads.iter().map(|(state, count)| (state.name().to_owned(), json!(count))).collect();
    json!({
        "schema": "tierline.watch/1", "time": time(pulse.time), "started": time(pulse.started),
        "pid": std::process::id(), "state": pulse.state, "reason": pulse.reason,
        "folders": pulse.folders.iter().map(folder).collect::<Vec<_>>(),
        "waiting": pulse.waiting, "queued": pulse.queued, "working": pulse.working, "incomplete": pulse.incomplete,
        "read": pulse.read, "failures": pulse.failures, "last_read": pulse.last_read.map(time), "uploads": uploads,
    })
}

fn prometheus(pulse: &Pulse) -> String {
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, values: &[(String, String)]| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# HELP tierline_watch_{name} {help}\n# TYPE tierline_watch_{name} gauge");
        for (labels, value) in values {
            let _ = writeln!(text, "tierline_watch_{name}{labels} {value}");
        }
    };
    let one = |value: String| [(String::new(), value)];
    gauge("heartbeat_seconds", "When the watch last lived, since 1970.", &one(pulse.time.to_string()));
    gauge(
        "paused",
        "Whether it pauses, for instance for room on the disk.",
        &one(u8::from(pulse.state == "paused").to_string()),
    );
    gauge("read", "Bundles read since the start.", &one(pulse.read.to_string()));
    gauge("failures", "Failures since the start.", &one(pulse.failures.to_string()));
    gauge(
        "last_read_seconds",
        "When a bundle was last read, since 1970.",
        &one(pulse.last_read.unwrap_or(0).to_string()),
    );
    let stages = [
        ("waiting", pulse.waiting),
        ("queued", pulse.queued),
        ("working", pulse.working),
        ("incomplete", pulse.incomplete),
    ];
    let stages = stages.map(|(stage, count)| (format!("{{stage=\"{stage}\"}}"), count.to_string()));
    gauge("files", "Files that are not done, by stage.", &stages);
    let uploads: Vec<_> = pulse
        .uploads
        .iter()
        .map(|(state, count)| (format!("{{state=\"{}\"}}", state.name()), count.to_string()))
        .collect();
    gauge("uploads", "Uploads in the store, by state.", &uploads);
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
            folders: vec![("/in".into(), false, None)],
            queued: 3,
            uploads: vec![(UploadState::Done, 7)],
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
        assert!(text.contains("tierline_watch_paused 1\n") && text.contains("{stage=\"queued\"} 3\n"), "{text}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 2);
    }
}
