//! What is kept of a customer on this machine: the key, and the map from pseudonyms to originals. Both are secret.

use crate::cli::exit::Usage;
use anyhow::Context;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use tierline::private;
use tierline::redact::{CustomerKey, Map};
use tierline::redaction::Ledger;

/// A customer by name.
pub(in crate::cli) struct Customer {
    folder: PathBuf,
    map: PathBuf,
}

impl Customer {
    /// The customer of this name, whose map may be kept elsewhere.
    pub(in crate::cli) fn new(name: &str, map: Option<PathBuf>) -> anyhow::Result<Customer> {
        let Some(own) = folder_name(name) else {
            let message = format!("--customer `{name}`: use up to 64 characters, no `/`, `\\` and no `.` at first");
            return Err(Usage(message).into());
        };
        let folder = crate::cli::packs::data_folder()?.join("customers").join(own);
        let map = map.unwrap_or_else(|| folder.join("map.tsv"));
        Ok(Customer { folder, map })
    }

    /// Reads the key of the customer, which is made if there is none; or that of a file.
    pub(in crate::cli) fn key(&self, file: Option<&Path>) -> anyhow::Result<CustomerKey> {
        let own = self.folder.join("key");
        let path = file.unwrap_or(&own);
        if file.is_none() {
            self.make_key(path).with_context(|| format!("failed to make the key `{}`", path.display()))?;
        }
        let text = fs::read_to_string(path).with_context(|| format!("failed to read the key `{}`", path.display()))?;
        let wrong = || Usage(format!("`{}` is no key: 64 hexadecimal digits", path.display())).into();
        CustomerKey::from_hex(&text).ok_or_else(wrong)
    }

    /// Whether the customer has a key on this machine.
    pub(in crate::cli) fn has_key(&self) -> bool {
        self.folder.join("key").exists()
    }

    /// Makes a key unless there is one. Of two that do so at once one is first.
    fn make_key(&self, path: &Path) -> io::Result<()> {
        if path.exists() {
            return Ok(());
        }
        private::folder(&self.folder)?;
        let mut bytes = [0; CustomerKey::LEN];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        // Complete before it is seen.
        let mut file = tempfile::Builder::new().prefix(".key-").tempfile_in(&self.folder)?;
        writeln!(file, "{}", CustomerKey::new(bytes).to_hex())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            result => result.map(drop).map_err(|error| error.error),
        }
    }

    /// Reads what earlier runs have kept.
    pub(in crate::cli) fn map(&self) -> anyhow::Result<Map> {
        let text = match fs::read_to_string(&self.map) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Map::default()),
            read => read.with_context(|| format!("failed to read the map `{}`", self.map.display()))?,
        };
        Map::from_text(&text).map_err(|error| Usage(format!("the map `{}`: {error}", self.map.display())).into())
    }

    /// Remembers that a ticket is this customer's: the package does not tell.
    pub(in crate::cli) fn remember_ticket(&self, key: &str) -> anyhow::Result<()> {
        let path = self.folder.join("tickets");
        let remember = || -> io::Result<()> {
            private::folder(&self.folder)?;
            let lock = lock_beside(&path)?;
            lock.lock()?;
            let mut known = match fs::read_to_string(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
                read => read?,
            };
            if known.lines().any(|it| it == key) {
                return Ok(());
            }
            known.push_str(&format!("{key}\n"));
            let mut file = tempfile::Builder::new().prefix(".tickets-").tempfile_in(&self.folder)?;
            file.write_all(known.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        remember().with_context(|| format!("failed to write `{}`", path.display()))
    }

    /// The names of the customers whose ticket this is, as far as packages were made on this machine.
    pub(in crate::cli) fn of_ticket(key: &str) -> anyhow::Result<Vec<String>> {
        let folder = crate::cli::packs::data_folder()?.join("customers");
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("failed to read `{}`", folder.display()))?,
        };
        let mut owners = Vec::new();
        for entry in entries {
            let entry = entry?;
            let known = fs::read_to_string(entry.path().join("tickets")).unwrap_or_default();
            if known.lines().any(|it| it == key) {
                owners.push(customer_name(&entry.file_name().to_string_lossy()));
            }
        }
        owners.sort();
        Ok(owners)
    }

    /// What is kept, where it may be too much for the memory.
    pub(in crate::cli) fn ledger(&self) -> anyhow::Result<Ledger> {
        let mut ledger =
            self.new_ledger().with_context(|| format!("failed to write in `{}`", self.map_folder().display()))?;
        self.read_into(&mut ledger)?;
        Ok(ledger)
    }

    /// Adds to what is kept.
    pub(in crate::cli) fn save(&self, new: &Map) -> anyhow::Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let ledger = || {
            let mut ledger = self.new_ledger()?;
            ledger.add(new)?;
            io::Result::Ok(ledger)
        };
        let mut ledger = ledger().with_context(|| format!("failed to write the map `{}`", self.map.display()))?;
        self.save_ledger(&mut ledger)
    }

    /// Adds to what is kept. It is readable by this user only, and seen whole by others that run at the same time.
    pub(in crate::cli) fn save_ledger(&self, ledger: &mut Ledger) -> anyhow::Result<()> {
        let mut save = || -> anyhow::Result<()> {
            let lock = lock_beside(&self.map)?;
            lock.lock()?;
            self.read_into(ledger)?;
            let mut file = tempfile::Builder::new().prefix(".map-").tempfile_in(self.map_folder())?;
            let mut out = BufWriter::new(file.as_file_mut());
            ledger.write(&mut out)?;
            out.flush()?;
            drop(out);
            file.as_file().sync_all()?;
            file.persist(&self.map)?;
            Ok(())
        };
        save().with_context(|| format!("failed to write the map `{}`", self.map.display()))
    }

    fn new_ledger(&self) -> io::Result<Ledger> {
        let folder = self.map_folder();
        if self.map.starts_with(&self.folder) {
            private::folder(folder)?;
        }
        Ledger::new(folder)
    }

    fn map_folder(&self) -> &Path {
        self.map.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn read_into(&self, ledger: &mut Ledger) -> anyhow::Result<()> {
        let file = match File::open(&self.map) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            file => file.with_context(|| format!("failed to read the map `{}`", self.map.display()))?,
        };
        let wrong = |error| Usage(format!("the map `{}`: {error}", self.map.display())).into();
        ledger.read(BufReader::new(file)).map_err(wrong)
    }
}

/// What the folder of a customer is called: as the customer, but for signs that not every system takes, of which the bytes stand
/// there as `%20`. `None` for what can be the name of no customer.
pub(in crate::cli) fn folder_name(customer: &str) -> Option<String> {
    let fits = !customer.starts_with('.') && !customer.contains(|it: char| it.is_control() || "/\\".contains(it));
    let mut folder = String::new();
    for byte in customer.bytes() {
        match byte {
            b'-' | b'_' | b'.' => folder.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => folder.push(char::from(byte)),
            _ => folder.push_str(&format!("%{byte:02X}")),
        }
    }
    // Systems take names of 255 bytes.
    let is_short = (1..=64).contains(&customer.chars().count()) && folder.len() <= 240;
    (fits && is_short).then_some(folder)
}

/// The customer of a folder.
fn customer_name(folder: &str) -> String {
    let mut parts = folder.split('%');
    let mut name = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(byte) => {
                name.push(byte);
                name.extend(&part.as_bytes()[2..]);
            }
            None => return folder.to_owned(),
        }
    }
    String::from_utf8(name).unwrap_or_else(|_| folder.to_owned())
}

/// A file that is locked while another one is replaced.
fn lock_beside(path: &Path) -> io::Result<File> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    private::file(&path.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_customer_has_a_folder() {
        for (name, folder) in
            [("acme", "acme"), ("a.b-c_1", "a.b-c_1"), ("M\u{fc}ller AG", "M%C3%BCller%20AG"), ("5%", "5%25")]
        {
            assert_eq!(folder_name(name).as_deref(), Some(folder));
            assert_eq!(customer_name(folder), name);
        }
        for none in ["", "..", ".x", "../x", "a/b", "a\\b", "a\nb", &"x".repeat(65), &"\u{fc}".repeat(64)] {
            assert_eq!(folder_name(none), None, "{none}");
        }
    }
}
