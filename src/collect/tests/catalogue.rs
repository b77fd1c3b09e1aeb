//! The profiles of the catalogue.

use super::*;

#[test]
fn the_profiles_of_the_catalogue_have_what_issue_nine_asks_for() {
    let catalogue = SignatureSet::merge(vec![(Catalogue::builtin(), false)]);
    let names: Vec<&str> = catalogue.profiles().iter().map(|it| &*it.name).collect();
    for name in [
        "veeam-server-windows",
        "veeam-server-linux",
        "veeam-agent-windows",
        "veeam-agent-linux",
        "veeam-365-windows",
        "ivanti-client-windows",
        "ivanti-client-macos",
        "ivanti-client-linux",
        "linux-host",
        "windows-host",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn every_program_and_event_log_of_the_catalogue_has_a_public_page() {
    let catalogue = SignatureSet::merge(vec![(Catalogue::builtin(), false)]);
    for profile in catalogue.profiles() {
        for command in &profile.commands {
            assert!(command.url.is_some(), "{}: {}", profile.name, command.name);
        }
        for events in &profile.events {
            assert!(events.url.is_some(), "{}: {}", profile.name, events.channel);
        }
    }
}

#[test]
fn profiles_of_the_catalogue_find_what_the_vendors_ask_for() {
    let catalogue = SignatureSet::merge(vec![(Catalogue::builtin(), false)]);
    let folder = tempfile::tempdir().unwrap();
    let files = [
        "ProgramData/Veeam/Backup/Daily/Job.Daily.Backup.log",
        "ProgramData/Veeam/Backup/Svc.VeeamBackup.1.log.gz",
        "ProgramData/Veeam/Endpoint/Svc.VeeamEndpointBackup.log",
        "ProgramData/Veeam/Backup365/Logs/Veeam.Archiver.Service_2026.log",
        "ProgramData/Pulse Secure/Logging/debuglog.log",
        "var/log/VeeamBackup/Daily/Task.vm1.log",
        "var/log/veeam/veeamsvc.log",
        "var/log/veeam/Backup/Daily/Session_1/Job.log",
        "home/jd/.pulse_secure/pulse/pulsesvc.log",
        "Users/jd/Library/Logs/Pulse Secure/debuglog.log",
    ];
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x\n").unwrap();
    }
    let root = Some(folder.path().to_path_buf());
    let host = Host { root, os: Os::Linux, variables: Vec::new(), helper: None, budget: Budget::default() };
    let limits = Limits { total: 1 << 30, file: 1 << 30, since: None, until: None };
    let plan = plan(&detect(catalogue.profiles(), &host), catalogue.vendors(), &host, &limits);
    let taken: BTreeMap<&str, bool> = plan.files.iter().map(|it| (&*it.origin, it.is_asked)).collect();
    for file in files {
        let origin = if file.starts_with("ProgramData") { format!("C/{file}") } else { file.to_owned() };
        assert_eq!(taken.get(&*origin), Some(&true), "{origin}: {taken:?}");
    }
    assert_eq!(taken.len(), files.len());
    assert_eq!(plan.commands.len(), 0);
}
