//! The fields of entries, as types: the macros point rustc at them, so that an unknown field is an error with the
//! similar names, and editors can complete the fields. Nothing is ever made of them.

macro_rules! entry {
    ($(#[$doc:meta])* $name:ident: $($field:ident)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        #[expect(missing_docs, reason = "each is the field of its name in an entry")]
        pub struct $name {
            $(pub $field: (),)*
        }
    };
}

entry! {
    /// The fields of `agent!`.
    AgentEntry: aliases protocol install runs requires platforms launch beside handshake proof model accepts env
        withhold base_url references config web home skills login hosts timeout suite allow
}
entry! {
    /// The fields of `provider!`.
    ProviderEntry: endpoints parameters auth credential families models
}
entry! {
    /// The fields of `family!`.
    FamilyEntry: tokens namespace protocols keys
}

/// What the macros name in the constant of an entry: in scope there, so that no name needs a path.
pub mod prelude {
    pub use core::option::Option::{None, Some};

    pub use crate::check::{Allow, Field, Place};
    pub use crate::model::*;
    pub use crate::template::Template;
}
