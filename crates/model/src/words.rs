//! Closed sets of words: each is declared once, with its spelling, and everything else derives from the declaration.

/// An enumeration whose variants are words of an entry.
pub trait Word: Copy + PartialEq + 'static {
    /// The name of the enumeration.
    const ENUM: &'static str;

    /// Every word, in the order of the declaration.
    const ALL: &'static [Self];

    /// The word as an entry spells it.
    fn word(self) -> &'static str;

    /// The name of the variant.
    fn variant(self) -> &'static str;
}

/// Declares a closed set of words. `Eof = "eof"` is the spelling of an entry, and of JSON; `Aws = "Aws" | "aws"` has a
/// second one, the id by which other files, variables and tables know it.
macro_rules! words {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $($(#[$about:meta])* $variant:ident = $word:tt $(| $id:tt)?,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        pub enum $name {
            $(
                $(#[$about])*
                #[cfg_attr(feature = "serde", serde(rename = $word))]
                $variant,
            )+
        }

        impl $name {
            /// Every word, in the order of the declaration.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word as an entry and JSON spell it.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The id by which other files, variables and tables know it: the word, unless the declaration has another.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => words!(@id $word $($id)?),)+
                }
            }

            /// The variant of an entry's word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|it| it.word() == word)
            }

            /// The variant of an id.
            pub fn from_id(id: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|it| it.id() == id)
            }
        }

        impl $crate::words::Word for $name {
            const ENUM: &'static str = stringify!($name);
            const ALL: &'static [Self] = &Self::ALL;

            fn word(self) -> &'static str {
                self.word()
            }

            fn variant(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                }
            }
        }
    };
    (@id $word:tt) => { $word };
    (@id $word:tt $id:tt) => { $id };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Debug;

    use crate::model::{
        ArtefactKind, Auth, BaseUrlForm, CredentialKind, EffortKind, Exit, FileFormat, HostedKind, ImageNeedKind,
        LoginKind, McpKind, McpTransport, McpWay, ModelIdFormat, OffKind, Outcome, Owner, PermissionKind, ProofKind,
        Protocol, ProxyKind, Runs, Semantics, ServerPart, SessionKind, Target, Via, WebKind, WithoutWeb, Word,
    };

    /// Words are looked up by their spelling, and no two of a set are spelled alike.
    #[track_caller]
    fn check<T: Word + Debug>(
        from_word: impl Fn(&str) -> Option<T>,
        from_id: impl Fn(&str) -> Option<T>,
        ids: &[&str],
    ) {
        let spelled: BTreeSet<&str> = T::ALL.iter().map(|it| it.word()).collect();
        assert_eq!(spelled.len(), T::ALL.len(), "{spelled:?}");
        for (&word, id) in T::ALL.iter().zip(ids) {
            assert_eq!((from_word(word.word()), from_id(id)), (Some(word), Some(word)), "{}", T::ENUM);
            assert_eq!(word.variant(), format!("{word:?}"), "{}", T::ENUM);
        }
        assert_eq!((from_word("no-such-word"), from_id("no-such-word")), (None, None), "{}", T::ENUM);
    }

    #[test]
    fn every_word_parses_from_its_spelling_and_id() {
        macro_rules! check_all {
            ($($name:ident)+) => {
                $(check($name::from_word, $name::from_id, &$name::ALL.map($name::id));)+
            };
        }
        check_all! {
            ArtefactKind Auth BaseUrlForm CredentialKind EffortKind Exit FileFormat HostedKind ImageNeedKind LoginKind
            McpKind McpTransport McpWay ServerPart
            ModelIdFormat OffKind Outcome Owner PermissionKind ProofKind Protocol ProxyKind Runs Semantics SessionKind
            Target Via WebKind WithoutWeb
        }
    }
}
