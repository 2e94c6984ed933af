//! What an agent, a provider and a family are: borrowed, plain data, filled by the macros or by hand.

mod agent;
mod allow;
#[cfg(feature = "serde")]
mod data;
pub mod engines;
mod image;
mod install;
mod lock;
mod npm_platform;
mod platform;
mod policy;
mod provider;
mod registry;
mod routing;
mod runtime;
pub mod runtimes;
mod session;

pub use agent::{
    Agent, BaseUrlForm, Beside, ConfigFile, FileFormat, Host, Login, LoginKind, LoginSource, Mapping, Owner,
    References, Semantics, Suite,
};
pub use allow::Allow;
pub use image::{ImageNeed, ImageNeedKind};
pub use install::{Archive, Artefact, ArtefactKind, Download, Git, Npm, Program, Pypi, Runs, Step};
pub use lock::{
    Answer, Cause, Lock, LockError, LockedNpm, LockedPackage, LockedWheel, PackageLicense, Provenance, Tarball,
    Unavailable, UnreadableLock, is_exact_version, is_license_name, without_licenses,
};
pub(crate) use lock::{is_checksum, is_sha256};
pub use npm_platform::{NpmPlatform, allows};
pub use platform::{Arch, Libc, Line, Target, Version};
pub use policy::{
    Exit, Handshake, Hosted, HostedKind, Info, Off, OffKind, Outcome, Proof, ProofKind, Session, SessionKind, WebKind,
    WebPolicy, WithoutWeb,
};
pub use provider::{Auth, Credential, CredentialKind, Endpoint, Family, ModelRecord, Provider, UrlParameter};
pub use registry::Registry;
pub use routing::{ModelDelivery, ModelIdFormat, ModelReference, Protocol, ProxyKind, ProxyMode, Via};
pub(crate) use runtime::is_bounded;
pub use runtime::{RuntimeKind, fits};
pub use session::{Effort, EffortKind, Mcp, McpKind, McpWay, Permission, PermissionKind};

pub use crate::mcp_server::{McpTransport, ServerPart};
pub use crate::words::Word;
