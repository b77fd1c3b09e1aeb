//! What the customer sent, as a stream of entries.
//!
//! Paths go in; every readable file in them comes out as an [`Entry`], whether it lies in a folder, an archive or an
//! archive inside an archive. What could not be read comes out as a [`Problem`]. Nothing here knows what a log is.

mod ar;
mod budget;
mod cpio;
mod decode;
mod earlier;
mod entry;
mod family;
mod file_path;
mod fingerprint;
mod foreign;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guard;
mod gzip;
mod inflate;
mod kind;
mod left_out;
mod limits;
mod list;
mod lz4;
mod lzip;
mod lzw;
#[cfg(unix)]
mod map;
mod name;
#[cfg(unix)]
mod near;
mod problem;
mod repeats;
mod rpm;
mod salvage;
mod source;
mod stored;
mod tape;
mod tape_data;
mod tape_header;
mod visit;
mod walk;
mod zip;
mod zip_member;
mod zstandard;

pub use entry::{Content, Entry, Mapped};
pub use family::Turn;
pub use file_path::FilePath;
pub use foreign::{Helper, Refused, decode_member};
pub use limits::Limits;
#[cfg(all(unix, feature = "server"))]
pub(crate) use map::is_local;
pub use name::is_hidden;
pub use problem::{Problem, ProblemKind};
pub use walk::{Bundle, BundleError, Input, Visited};

#[cfg(test)]
mod tests;
