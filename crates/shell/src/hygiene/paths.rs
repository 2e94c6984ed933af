//! The paths that belong to the task.

/// The rule of these findings.
pub(super) const RULE: &str = "I003";

/// The private folder of the agents.
const PREFIX: &str = "/opt/benchflow";

/// What to do instead.
pub(super) const HELP: &str = "install under `/opt/benchflow` and call programs there by their absolute path";

/// Whether a path, with its expansions, is in a folder that the task owns.
pub(super) fn is_owned(path: &str) -> bool {
    const ROOTS: [&str; 10] =
        ["/usr", "/etc", "/root", "/opt", "/bin", "/sbin", "/lib", "/lib64", "/home", "/var/lib/dpkg"];
    const HOME: [&str; 12] = [
        ".nvm",
        ".local",
        ".npm",
        ".npmrc",
        ".npm-global",
        ".config/pip",
        ".pyenv",
        ".volta",
        ".bashrc",
        ".profile",
        ".bash_profile",
        ".zshrc",
    ];
    let inside =
        |root: &str, path: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = path.strip_prefix('/').map_or(path.to_owned(), |rest| format!("/{}", rest.trim_start_matches('/')));
    if inside(PREFIX, &path) && !path.contains("/..") {
        return false;
    }
    if ROOTS.iter().any(|root| inside(root, &path)) || inside("$NVM_DIR", &path) {
        return true;
    }
    ["~/", "$HOME/", "~root/"]
        .iter()
        .filter_map(|home| path.strip_prefix(home))
        .any(|rest| HOME.iter().any(|owned| inside(owned, rest)))
}
