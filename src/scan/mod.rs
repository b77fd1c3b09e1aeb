//! The hot path: which signatures and error markers the records of a chunk contain.
//!
//! [`Scanner::new`] compiles a [`SignatureSet`](crate::signature::SignatureSet) once; [`Scanner::scan`] makes one pass
//! over a chunk for the required literals of all patterns and the error markers, cuts the records around them, and
//! confirms by regex. Lines like earlier ones are recalled from a [`LineCache`] instead. This interface is all that the rest
//! sees, so that the engine behind it can change.

mod ahead;
mod counts;
mod digits;
mod engine;
mod everywhere;
mod facts;
mod field;
mod filter;
mod fixed;
mod hexes;
mod histogram;
mod hit;
mod inner;
mod line_cache;
mod line_ends;
mod lines;
mod literals;
mod markers;
mod parts;
mod pattern;
mod reader;
mod repeats;
mod required;
mod scanner;
mod scope;
mod sequence;
mod shape;
mod stored;
mod suspicion;
mod syntax;
mod timeline;
mod variants;
mod vocabulary;
mod weakened;
mod window;

pub use counts::Counts;
pub use facts::Stated;
#[cfg(test)]
pub(crate) use hexes::form as form_of_hexes;
pub use histogram::{Histogram, Levels};
pub use hit::{Hit, Match, Passed, Taker};
pub use line_cache::LineCache;
pub use literals::{required_literals, required_sets, shortest};
pub use repeats::{Counted, Enough, More};
pub use scanner::Scanner;
pub use scope::{FileScope, Globs, without_compression};
pub use timeline::{Pieces, Step, Timeline};
pub(crate) use vocabulary::Vocabulary;
pub use window::{Gate, Window, last_time, last_time_of};

#[cfg(test)]
mod reference;
#[cfg(test)]
mod remembered;
