//! Disks that change while they are read, and what is no ordinary file or path.

use super::*;

#[cfg(unix)]
#[test]
fn links_devices_and_pipes_are_never_followed() {
    let machine = Machine::new(&[("a.log", b"one\n")]);
    let outside = machine.folder.path().join("outside.log");
    fs::write(&outside, "canary\n").unwrap();
    std::os::unix::fs::symlink(&outside, machine.path("link.log")).unwrap();
    std::os::unix::fs::symlink(machine.folder.path(), machine.path("folder")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(machine.path("pipe.log")).status();
    assert!(pipe.unwrap().success());
    let plan = machine.plan();
    assert_eq!(origins(&plan), ["a.log"]);
    let link = "a link, which is not followed";
    assert_eq!(refused(&plan), [("folder", link), ("link.log", link), ("pipe.log", "a device, pipe or socket")]);
    // One that becomes a link behind the plan is not followed either.
    fs::remove_file(machine.path("a.log")).unwrap();
    std::os::unix::fs::symlink(&outside, machine.path("a.log")).unwrap();
    let (collected, out) = machine.collect(&plan, Format::Zip);
    assert!(!format!("{:?}", texts(&out)).contains("canary"));
    assert_eq!(collected.manifest.files, []);
    assert!(collected.manifest.refused.iter().any(|it| it.origin.ends_with("a.log") && it.missed));
}

#[test]
fn a_file_that_is_cut_or_gone_behind_the_plan_is_told_and_the_rest_goes_on() {
    let machine =
        Machine::new(&[("a.log", b"one\n"), ("b.log", &b"line of a log\n".repeat(10_000)), ("c.log", b"three\n")]);
    let plan = machine.plan();
    machine.put("b.log", b"short\n");
    fs::remove_file(machine.path("c.log")).unwrap();
    let (collected, out) = machine.collect(&plan, Format::Zip);
    let texts = texts(&out);
    assert_eq!(texts["files/var/log/acme/b.log"], "short\n");
    assert_eq!(texts["files/var/log/acme/a.log"], "one\n");
    let gone: Vec<_> = collected.manifest.refused.iter().map(|it| (&*it.origin, &*it.why, it.missed)).collect();
    assert_eq!(gone, [("var/log/acme/c.log", "not there any more", true)]);
}

#[test]
fn what_comes_to_a_file_behind_the_plan_is_not_taken() {
    use std::io::Write;
    let machine = Machine::new(&[("a.log", b"one\n"), ("b.log", &b"line of a log\n".repeat(50_000))]);
    let plan = machine.plan();
    for name in ["a.log", "b.log"] {
        let mut file = fs::File::options().append(true).open(machine.path(name)).unwrap();
        file.write_all(b"two\n").unwrap();
    }
    let (_, out) = machine.collect(&plan, Format::Zip);
    let texts = texts(&out);
    assert_eq!(texts["files/var/log/acme/a.log"], "one\n");
    assert_eq!(texts["files/var/log/acme/b.log"].len(), 700_000);
}

#[cfg(unix)]
#[test]
fn a_folder_that_becomes_a_link_behind_the_plan_is_not_followed() {
    let machine = Machine::new(&[("a.log", b"one\n"), ("sub/b.log", b"two\n")]);
    let outside = machine.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("b.log"), "canary\n").unwrap();
    let plan = machine.plan();
    fs::rename(machine.path("sub"), machine.path("was")).unwrap();
    std::os::unix::fs::symlink(&outside, machine.path("sub")).unwrap();
    let (collected, out) = machine.collect(&plan, Format::Zip);
    let texts = texts(&out);
    assert!(!format!("{texts:?}").contains("canary"), "{texts:?}");
    assert_eq!(collected.manifest.files.len(), 1);
    let [refused] = collected.manifest.refused.as_slice() else { panic!("{:?}", collected.manifest.refused) };
    assert_eq!((&*refused.why, refused.missed), ("a link, which is not followed", true));
}

#[cfg(unix)]
#[test]
fn what_the_machine_is_called_is_read_in_its_folder_alone() {
    let machine = Machine::new(&[("a.log", b"one\n")]);
    let disk = machine.folder.path().join("disk");
    fs::create_dir_all(disk.join("etc")).unwrap();
    fs::create_dir_all(disk.join("home/jdoe")).unwrap();
    let outside = machine.folder.path().join("outside");
    fs::create_dir_all(outside.join("other")).unwrap();
    fs::write(outside.join("hostname"), "secret-host\n").unwrap();
    let host = machine.host();
    std::os::unix::fs::symlink(outside.join("hostname"), disk.join("etc/hostname")).unwrap();
    std::os::unix::fs::symlink(&outside, disk.join("Users")).unwrap();
    std::os::unix::fs::symlink(&outside, disk.join("home/link")).unwrap();
    assert_eq!((host.text("etc/hostname"), host.folders("Users")), (None, vec![]));
    assert_eq!(host.folders("home"), ["jdoe"]);
    fs::remove_file(disk.join("etc/hostname")).unwrap();
    fs::write(disk.join("etc/hostname"), "srv1\n").unwrap();
    assert_eq!(host.text("etc/hostname").as_deref(), Some("srv1\n"));
    // Nobody writes to it, which must not keep us.
    fs::remove_file(disk.join("etc/hostname")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(disk.join("etc/hostname")).status().unwrap().success());
    assert_eq!(host.text("etc/hostname"), None);
}

#[cfg(unix)]
#[test]
fn paths_longer_than_the_system_takes_at_once_and_odd_names_are_taken() {
    use std::os::unix::ffi::OsStrExt;
    let machine = Machine::new(&[("a.log", b"one\n")]);
    let name = "folder-".repeat(35);
    // 20 folders of 245 bytes: the whole path cannot be opened, one folder after the other can.
    let start = rustix::fs::open(machine.path(""), rustix::fs::OFlags::PATH, rustix::fs::Mode::empty()).unwrap();
    let deepest = (0..20).fold(start, |folder, _| {
        rustix::fs::mkdirat(&folder, &*name, rustix::fs::Mode::RWXU).unwrap();
        rustix::fs::openat(&folder, &*name, rustix::fs::OFlags::PATH, rustix::fs::Mode::empty()).unwrap()
    });
    let flags = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
    let file = rustix::fs::openat(&deepest, "deep.log", flags, rustix::fs::Mode::RUSR).unwrap();
    std::io::Write::write_all(&mut fs::File::from(file), b"deep\n").unwrap();
    for odd in [&b"odd-\xff.log"[..], b"odd-\xfe.log", b"line\nend.log", b"back\\slash.log"] {
        fs::write(machine.path("").join(std::ffi::OsStr::from_bytes(odd)), "odd\n").unwrap();
    }
    for format in FORMATS {
        let (collected, out) = machine.collect(&machine.plan(), *format);
        assert_eq!(collected.manifest.lacks(), []);
        let texts = texts(&out);
        let count = |text: &str| texts.values().filter(|it| *it == text).count();
        assert_eq!((texts.len(), count("deep\n"), count("odd\n")), (7, 1, 4), "{:?}", texts.keys());
    }
}
