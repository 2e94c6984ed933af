//! What an agent, a provider and a family are: borrowed, plain data, filled by the macros or by hand.

mod agent;
mod install;
mod lock;
mod platform;
mod policy;
mod provider;
mod registry;
mod routing;

pub use agent::{
    Agent, BaseUrlForm, Beside, ConfigFile, FileFormat, Host, Login, LoginSource, Mapping, Owner, References,
    Semantics, Suite,
};
pub use install::{Archive, Artefact, Download, Git, Npm, Program, Pypi, Runs, Step};
pub use lock::{Lock, LockError, LockedNpm, LockedPackage, LockedWheel, Unavailable};
pub(crate) use lock::{is_checksum, is_exact_version, is_sha256};
pub use platform::{Arch, Libc, NODE_VERSION, PYTHON_VERSION, Target, Version};
pub use policy::{Exit, Handshake, Info, Off, Proof, Session, WebPolicy};
pub use provider::{Auth, Credential, Endpoint, Family, ModelRecord, Provider, UrlParameter};
pub use registry::Registry;
pub use routing::{ModelDelivery, ModelIdFormat, ModelReference, Protocol, ProxyMode, Via};
