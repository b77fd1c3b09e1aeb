//! Whose trouble it is that something could not be done: that decides whether others wait as well, and whether it is given up.

use std::io::{self, ErrorKind};

/// What a failure is about. It is the kind of the error: its words name files, and those are called as whoever uploads likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing can be written. That passes, however long it takes, and never is the fault of an upload.
    Room,
    /// Nothing can be written beside the uploads of one customer: the quota is used up, or something is in the way. That passes as lack
    /// of room does, and others go on.
    Place,
    /// The machine lacks something else that others need too: memory, open files, the store, a reader. An upload that wants too
    /// much of it may be the cause.
    Machine,
    /// What lies there cannot be read.
    Upload,
}

impl Trouble {
    const ALL: [Trouble; 4] = [Trouble::Room, Trouble::Place, Trouble::Machine, Trouble::Upload];

    /// That of an error of the system.
    pub(super) fn of(error: &io::Error) -> Trouble {
        match error.kind() {
            ErrorKind::StorageFull => Trouble::Room,
            ErrorKind::QuotaExceeded => Trouble::Place,
            ErrorKind::OutOfMemory => Trouble::Machine,
            #[cfg(unix)]
            _ if matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)) => Trouble::Machine,
            _ => Trouble::Upload,
        }
    }

    /// That of a problem with reading, as a report tells it, which keeps of an error only its words: at their end the standard library
    /// says which it was. Room that reading lacks is that of the temporary folder: what does not fit into it may never do.
    pub(super) fn of_reading(message: &str) -> Trouble {
        let code =
            message.strip_suffix(')').and_then(|it| it.rsplit_once("(os error ")).and_then(|it| it.1.parse().ok());
        match code.map_or(Trouble::Upload, |code| Trouble::of(&io::Error::from_raw_os_error(code))) {
            Trouble::Room | Trouble::Place => Trouble::Machine,
            trouble => trouble,
        }
    }

    /// The name, as a reader tells it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Trouble::Room => "room",
            Trouble::Place => "place",
            Trouble::Machine => "machine",
            Trouble::Upload => "upload",
        }
    }

    /// The trouble of this name.
    pub(super) fn named(name: &str) -> Option<Trouble> {
        Trouble::ALL.into_iter().find(|it| it.name() == name)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_an_error_is_about_is_its_kind() {
        let of = |code| Trouble::of(&io::Error::from_raw_os_error(code));
        assert_eq!([libc::ENOSPC, libc::EDQUOT].map(of), [Trouble::Room, Trouble::Place]);
        assert_eq!([libc::ENOMEM, libc::EMFILE, libc::ENFILE].map(of), [Trouble::Machine; 3]);
        assert_eq!([libc::EACCES, libc::EIO, libc::EISDIR].map(of), [Trouble::Upload; 3]);
        let named = "a (os error 28).zip: permission denied, could not be written";
        assert_eq!(Trouble::of(&io::Error::other(named)), Trouble::Upload);
        for (message, trouble) in [
            ("No space left on device (os error 28)", Trouble::Machine),
            ("Cannot allocate memory (os error 12)", Trouble::Machine),
            ("a (os error 28).log: Permission denied (os error 13)", Trouble::Upload),
            ("a (os error 28)x", Trouble::Upload),
            ("", Trouble::Upload),
        ] {
            assert_eq!(Trouble::of_reading(message), trouble, "{message}");
        }
        assert!(Trouble::ALL.into_iter().all(|it| Trouble::named(it.name()) == Some(it)));
    }
}
