//! What an agent requires of the image that it is installed in.

use crate::words::words;

/// Something of the image without which the agent does not work. An install checks it before it fetches anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum ImageNeed<'a> {
    /// The certificates that the system trusts, in one of the places where TLS libraries look.
    Certificates,
    /// A program in `PATH`.
    Tool {
        /// Its name.
        name: &'a str,
        /// The Debian package that has it.
        debian: &'a str,
    },
    /// A shared library.
    Library {
        /// The name that the loader looks for: `libssl.so.3`.
        name: &'a str,
        /// The Debian package that has it.
        debian: &'a str,
    },
}

words! {
    /// The kinds of [`ImageNeed`].
    pub enum ImageNeedKind {
        /// [`ImageNeed::Certificates`].
        Certificates = "certificates",
        /// [`ImageNeed::Tool`].
        Tool = "tool",
        /// [`ImageNeed::Library`].
        Library = "library",
    }
}

impl<'a> ImageNeed<'a> {
    /// Its kind.
    pub const fn kind(&self) -> ImageNeedKind {
        match self {
            Self::Certificates => ImageNeedKind::Certificates,
            Self::Tool { .. } => ImageNeedKind::Tool,
            Self::Library { .. } => ImageNeedKind::Library,
        }
    }

    /// The name of the program or library, and the Debian package that has it; none for certificates.
    pub const fn named(&self) -> Option<(&'a str, &'a str)> {
        match self {
            Self::Certificates => None,
            Self::Tool { name, debian } | Self::Library { name, debian } => Some((name, debian)),
        }
    }

    /// The Debian package that has it.
    pub const fn debian(&self) -> &'a str {
        match self {
            Self::Certificates => "ca-certificates",
            Self::Tool { debian, .. } | Self::Library { debian, .. } => debian,
        }
    }
}
