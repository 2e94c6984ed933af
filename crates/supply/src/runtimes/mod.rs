//! The newest versions of the runtimes and of uv, and the file that pins them.

mod newest;
mod table;

pub use newest::{Request, Subject, newest};
pub use table::{PinnedLine, Tables};
