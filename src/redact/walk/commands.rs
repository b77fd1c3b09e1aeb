//! Passwords that no key names: arguments of commands, settings of network devices, and hashes of passwords.

use super::super::Kind;
use super::super::words;
use super::keys::is_placeholder;
use super::{Run, Walk, What, is_run};

/// Programs that take a password right behind `-p`.
const ATTACHED: &[&[u8]] = &[
    b"mysql",
    b"mysqldump",
    b"mysqladmin",
    b"mysqlimport",
    b"mysqlcheck",
    b"mysqlshow",
    b"mysqlbinlog",
    b"mariadb",
    b"mariabackup",
    b"xtrabackup",
    b"innobackupex",
    b"7z",
    b"7za",
    b"7zz",
    b"7zr",
    b"rar",
    b"unrar",
    b"sshpass",
];

/// Programs that take it as the next argument.
const APART: &[&[u8]] =
    &[b"sshpass", b"psexec", b"psexec64", b"paexec", b"plink", b"pscp", b"psftp", b"putty", b"winexe", b"rdesktop"];

/// Options of one letter that other programs take a password, or a community, with.
const OF_PROGRAMS: &[(&[u8], &[&[u8]])] = &[
    (b"-a", &[b"redis"]),
    (b"-A", &[b"snmpwalk", b"snmpget", b"snmpset", b"snmpbulkwalk", b"snmptrap", b"snmpinform"]),
    (b"-X", &[b"snmpwalk", b"snmpget", b"snmpset", b"snmpbulkwalk", b"snmptrap", b"snmpinform"]),
    (b"-c", &[b"snmpwalk", b"snmpget", b"snmpset", b"snmpbulkwalk", b"snmptrap", b"snmpinform"]),
    (b"-P", &[b"sqlcmd", b"bcp", b"isql", b"osql", b"ipmitool", b"unzip", b"zip"]),
    (b"-w", &[b"ldapsearch", b"ldapmodify", b"ldapadd", b"ldapdelete", b"ldapwhoami", b"ldappasswd"]),
    (b"-p", &[b"esxcli", b"mongo", b"mongosh", b"mongodump", b"mongorestore", b"mongoexport", b"docker", b"podman"]),
    (b"-U", &[b"smbclient", b"rpcclient", b"winexe", b"smbget"]),
    (b"-p:", &[b"winrm", b"winrs"]),
];

/// How far before an option its program is looked for, in bytes.
const PROGRAM: usize = 256;

/// Schemes of `crypt`, as <https://manpages.debian.org/crypt.5> lists them, and those of Cisco IOS and of PHC strings.
const CRYPT: &[&[u8]] = &[
    b"1",
    b"2",
    b"2a",
    b"2b",
    b"2x",
    b"2y",
    b"3",
    b"5",
    b"6",
    b"7",
    b"8",
    b"9",
    b"14",
    b"y",
    b"gy",
    b"md5",
    b"sha1",
    b"apr1",
    b"scrypt",
    b"argon2d",
    b"argon2i",
    b"argon2id",
    b"pbkdf2",
    b"pbkdf2-sha256",
    b"pbkdf2-sha512",
    b"bcrypt-sha256",
];

impl Walk<'_> {
    /// An option of one letter that a program of its line takes a password with.
    pub(super) fn option_of_program(&mut self, run: Run) -> bool {
        let text = self.text;
        let Run { start, end, .. } = run;
        let sign = text.get(end).copied();
        let (length, from) = if sign == Some(b':') { (3, end + 1) } else { (2, end) };
        let option = text.get(start..start + length).unwrap_or_default();
        let Some((_, programs)) = OF_PROGRAMS.iter().find(|it| it.0 == option) else { return false };
        let line = &text[self.line.max(start.saturating_sub(PROGRAM)).min(start)..start];
        let mut words = line.split(|byte| !byte.is_ascii_alphanumeric());
        if !words.any(|word| programs.iter().any(|it| word.eq_ignore_ascii_case(it))) {
            return false;
        }
        let (from, to) = self.argument(from);
        let word = &text[from..to];
        if option == b"-U" {
            let Some(percent) = memchr::memchr(b'%', word) else { return false };
            self.user(from, from + percent);
            return self.push(from + percent + 1, to, What::Secret(Kind::Password));
        }
        // `docker run -p 8080:80`.
        let port = word.iter().all(|it| it.is_ascii_digit() || b":./-".contains(it));
        let other = word.len() < 3 || port || word[0] == b'-' || is_placeholder(word);
        !other && self.push(from, to, What::Secret(Kind::Password))
    }

    /// An option that begins with `-p`: with some programs a password follows.
    pub(super) fn password_option(&mut self, run: Run) -> bool {
        let text = self.text;
        let Run { start, end, .. } = run;
        if !self.before(start).is_some_and(|byte| byte.is_ascii_whitespace() || b"\"',[".contains(&byte)) {
            return false;
        }
        let line = &text[self.line.max(start.saturating_sub(PROGRAM)).min(start)..start];
        let is_run_by = |programs: &[&[u8]]| {
            line.split(|byte| !byte.is_ascii_alphanumeric())
                .any(|word| programs.iter().any(|it| word.eq_ignore_ascii_case(it)))
        };
        let apart = matches!(&text[start..end], b"-p" | b"-pw") && matches!(text.get(end), Some(b' ' | b'\t'));
        let from = match apart {
            true if is_run_by(APART) => end + 1,
            false if is_run_by(ATTACHED) => start + 2,
            _ => return false,
        };
        let (from, to) = self.argument(from);
        let password = &text[from..to];
        let other = apart && password.starts_with(b"-") || is_placeholder(password);
        !other && self.push(from, to, What::Secret(Kind::Password))
    }

    /// The user of `net use \\server\share x /user:y` or `/user:y x` is at `user`, behind the sign of the option at `slash`:
    /// x is a password. Takes both and the user.
    pub(super) fn net_use(&mut self, slash: usize, user: (usize, usize)) -> bool {
        let text = self.text;
        let line = &text[self.line.min(slash)..slash];
        let is_net_use = line.len() <= PROGRAM && {
            let small = line.to_ascii_lowercase();
            [&b"net use "[..], b"net.exe use "].iter().any(|it| memchr::memmem::find(&small, it).is_some())
        };
        let is_password = |word: &[u8]| {
            let drive = word == b"*" || word.len() == 2 && word[1] == b':';
            !word.is_empty() && !drive && !b"/\\\"-".contains(&word[0]) && !word.eq_ignore_ascii_case(b"use")
        };
        if is_net_use {
            let to = self.line.min(slash) + line.trim_ascii_end().len();
            let length = text[..to].iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
            if is_password(&text[to - length..to]) {
                self.push(self.done.max(to - length), to, What::Secret(Kind::Password));
            }
        }
        let mut found = self.user(user.0, user.1);
        if is_net_use {
            let (from, to) = self.argument(user.1);
            if is_password(&text[from..to]) {
                found |= self.push(from, to, What::Secret(Kind::Password));
            }
        }
        found
    }

    /// `snmp-server community x RO`, `set snmp community x`.
    pub(super) fn community(&mut self, from: usize, to: usize) -> bool {
        let text = self.text;
        let before = text[self.line.max(from.saturating_sub(24)).min(from)..from].to_ascii_lowercase();
        if memchr::memmem::find(&before, b"snmp").is_none() || text.get(to) != Some(&b' ') {
            return false;
        }
        let (from, to) = self.argument(to);
        let word = &text[from..to];
        // What a device has before somebody sets it is no secret.
        let says = words::is_ordinary(word) || [&b"public"[..], b"private"].contains(&word) || is_placeholder(word);
        word.len() >= 3 && !says && self.push(from, to, What::Secret(Kind::Password))
    }

    /// `password 7 x`, `secret 5 x`: a type of encryption and what is encrypted, as network devices write their settings.
    pub(super) fn typed_password(&mut self, to: usize) -> bool {
        let Some(&[b' ', kind @ b'0'..=b'9', b' ']) = self.text.get(to..to + 3) else { return false };
        let (from, end) = self.argument(to + 2);
        let word = &self.text[from..end];
        // Type 7 is hexadecimal, others have signs; `password 3 times` is a sentence.
        let told = word.iter().any(|byte| byte.is_ascii_digit() || b"$./!#%&*@+=".contains(byte))
            || kind == b'0' && !words::is_ordinary(word);
        word.len() >= 4 && told && !is_placeholder(word) && self.push(from, end, What::Secret(Kind::Password))
    }

    /// `$6$salt$hash`: the run is what stands between the first two signs.
    pub(super) fn crypt(&mut self, run: Run) -> bool {
        let text = self.text;
        let start = run.start - 1;
        if !CRYPT.contains(&&text[run.start..run.end]) {
            return false;
        }
        let part = |byte: &u8| is_run(*byte) || b"$/+=,".contains(byte);
        let end = run.end + text[run.end..].iter().take(512).take_while(|byte| part(byte)).count();
        end - start >= 16 && self.push(start, end, What::Secret(Kind::Password))
    }

    /// The next argument of a command: without the quotes around it.
    pub(super) fn argument(&self, at: usize) -> (usize, usize) {
        let text = self.text;
        let start = at + text[at..].iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let rest = &text[start..text.len().min(start + 256)];
        if let Some(quote @ (b'"' | b'\'')) = rest.first()
            && let Some(length) = memchr::memchr2(*quote, b'\n', &rest[1..]).filter(|it| rest[1 + it] == *quote)
        {
            return (start + 1, start + 1 + length);
        }
        let length = rest.iter().position(|byte| byte.is_ascii_whitespace() || b"\"'`<>|;".contains(byte));
        (start, start + length.unwrap_or(rest.len()))
    }
}
