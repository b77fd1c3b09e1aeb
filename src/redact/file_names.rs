//! Computers in the names of files: Veeam's logs and backups are named after them.

use super::{Kind, Names, words};

impl Names {
    /// Learns the names that a path of a bundle shows.
    pub fn learn_path(&mut self, path: &str) {
        self.learn(path.as_bytes());
        for part in path.split(['/', '\\']) {
            hosts(part).for_each(|host| self.add(Kind::Host, host));
        }
    }
}

/// Ends of Veeam's backup files.
const BACKUPS: &[&str] = &[".vbk", ".vib", ".vrb", ".vbm", ".vlb"];

/// The computers after which a file is named: `Task.SQL01.<id>.log`, `Agent.Daily.Source.SQL01.log`, `Job_SQL01.vbk`.
fn hosts(file: &str) -> impl Iterator<Item = &str> {
    let parts: Vec<&str> = file.split('.').collect();
    let named = match *parts.as_slice() {
        ["Task", name, .., _] => vec![name],
        ["Agent", .., "Source" | "Target", name, _] => vec![name],
        [name, ..] if BACKUPS.iter().any(|end| file.to_ascii_lowercase().ends_with(end)) => vec![name],
        _ => Vec::new(),
    };
    // Behind the name of a job only a part with a number is surely a computer.
    named.into_iter().flat_map(|name| {
        let last = name.rsplit('_').next().filter(|it| it.len() < name.len());
        let whole = (!name.contains('_')).then_some(name);
        whole.or(last).filter(|it| is_numbered(it))
    })
}

/// Whether a word is a name with a number, and no ordinary word with one.
fn is_numbered(word: &str) -> bool {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_known = words::is_ordinary(stem.as_bytes()) || words::is_no_host(stem.as_bytes());
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain && word.len() >= 4 && letters >= 2 && word.bytes().any(|byte| byte.is_ascii_digit()) && !is_known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &[&str]) {
        let mut names = Names::default();
        names.learn_path(path);
        assert_eq!(names.iter().map(|(_, name)| name).collect::<Vec<_>>(), expected, "{path}");
    }

    #[test]
    fn logs_and_backups_are_named_after_computers() {
        check("Backup/Daily/Task.SQL01.d62c76d7-8cef-6789-19b6-a464009eeb50.log", &["sql01"]);
        check("Backup/Task.Backup_VBRX02.log", &["vbrx02"]);
        check("Backup/Agent.SQL_Daily.Source.APPX01.log", &["appx01"]);
        check("repo\\Job_filer77.vbk", &["filer77"]);
        check("repo/srv-fs01.vm-21D2026-01-02T220012_A1B2.vib", &["srv-fs01"]);
    }

    #[test]
    fn jobs_and_ordinary_words_are_no_computers() {
        check("Backup/Job.SQL_Daily.Backup.log", &[]);
        check("Backup/Task.Backup_2026.log", &[]);
        check("Backup/Task.Daily.x.log", &[]);
        check("repo/Backup Job 1.vbm", &[]);
        check("repo/Server01.vbk", &[]);
    }
}
