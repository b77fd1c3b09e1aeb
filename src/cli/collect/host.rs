//! The machine that is collected from: what its system calls places, what it and its users are called, and its peace.

use crate::cli::budget::BudgetArgs;
use crate::cli::decode;
use crate::cli::exit::Usage;
use std::env;
use std::path::Path;
use tierline::bundle::Helper;
use tierline::collect::Host;
use tierline::redact::{Kind, Names};

/// The machine that this runs on, or the one whose disk is in a folder.
pub(super) fn host(root: Option<&Path>) -> anyhow::Result<Host> {
    if let Some(root) = root.filter(|it| !it.is_dir()) {
        return Err(Usage(format!("--root `{}`: no such folder", root.display())).into());
    }
    const NAMES: &[&str] = &["ProgramData", "ProgramFiles", "ProgramFiles(x86)", "SystemDrive", "SystemRoot"];
    let variable = |name: &&str| Some(((*name).to_owned(), env::var(name).ok()?));
    let variables = if cfg!(windows) { NAMES.iter().filter_map(variable).collect() } else { Vec::new() };
    let program = env::current_exe().ok();
    Ok(Host {
        root: root.map(Path::to_path_buf),
        os: Host::this(),
        variables,
        helper: program.map(|it| Helper::new(it, vec![decode::SUBCOMMAND.to_owned()])),
        budget: BudgetArgs::default().limits(),
    })
}

/// Learns what the machine and its users are called.
pub(super) fn learn(host: &Host, names: &mut Names) {
    let mut files = vec!["etc/hostname"];
    if host.root.is_none() {
        files.push("proc/sys/kernel/hostname");
        let variables = [("COMPUTERNAME", Kind::Host), ("USERDOMAIN", Kind::Domain), ("USERNAME", Kind::User)];
        for (variable, kind) in variables.iter().chain(&[("USER", Kind::User)]) {
            if let Ok(name) = env::var(variable) {
                names.add(*kind, &name);
            }
        }
    }
    for text in files.iter().filter_map(|it| host.text(it)) {
        let name = text.trim();
        let host = name.split('.').next().unwrap_or(name);
        names.add(Kind::Host, host);
        names.learn(format!("hostname: {name}\n").as_bytes());
    }
    for name in ["home", "Users"].iter().flat_map(|it| host.folders(it)) {
        if !["public", "shared", "default", "all users"].contains(&&*name.to_lowercase()) {
            names.add(Kind::User, &name);
        }
    }
}

/// Lets others go first, as far as the system has that without more rights.
pub(super) fn give_way() {
    // The priority for the disk follows it unless it was set by itself (ioprio_set(2)).
    #[cfg(unix)]
    let _ = rustix::process::nice(15);
}
