//! The macros of entries: each hands its tokens, and the path of this crate, to `registry-macros`.

/// Defines an agent: one entry, one constant, in a module of its own that [`registry!`](crate::registry!) lists.
///
/// The name is a snake-case identifier; the constant (`MIMO`) and the kebab-case id (`mimo`) follow from it. The lock
/// `<name>.lock` is in the same folder. `cargo xtask explain` explains the rules. The fields:
///
#[doc = include_str!("../../docs/dsl.md")]
#[cfg(not(feature = "unlocked"))]
#[macro_export]
macro_rules! agent {
    ($($tokens:tt)*) => { $crate::inside::agent! { ($crate) $($tokens)* } };
}

/// Defines an agent whose lock may still be missing: what `cargo pin` is built with.
#[cfg(feature = "unlocked")]
#[macro_export]
macro_rules! agent {
    ($($tokens:tt)*) => { $crate::inside::agent! { (unlocked $crate) $($tokens)* } };
}

/// Defines a provider: who serves models over HTTP, and how calls are authenticated.
#[macro_export]
macro_rules! provider {
    ($($tokens:tt)*) => { $crate::inside::provider! { ($crate) $($tokens)* } };
}

/// Defines a family: models that no registered provider owns.
#[macro_export]
macro_rules! family {
    ($($tokens:tt)*) => { $crate::inside::family! { ($crate) $($tokens)* } };
}

/// Lists the modules of a registry and makes its constant `REGISTRY`.
///
/// ```ignore
/// registry! {
///     extends registry::REGISTRY;
///     agents { mod my_agent; }
///     providers { mod my_provider; }
/// }
/// ```
///
/// Agents are sorted by name; the order of providers and of families is their order of precedence.
#[macro_export]
macro_rules! registry {
    ($($tokens:tt)*) => { $crate::inside::registry! { ($crate) $($tokens)* } };
}
