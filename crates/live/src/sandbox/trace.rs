//! Refused writes, from the record of strace.

use std::collections::BTreeSet;

/// Calls whose refusal is that of a write.
const WRITES: [&str; 18] = [
    "chmod",
    "chown",
    "creat",
    "fchmodat",
    "fchmodat2",
    "fchownat",
    "lchown",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "rename",
    "renameat",
    "symlink",
    "symlinkat",
    "truncate",
];

/// Those of which the record has fewer in a plain run.
const MORE: [&str; 7] = ["renameat2", "rmdir", "unlink", "unlinkat", "utimensat", "setxattr", "lsetxattr"];

/// The paths of all writes that were refused since a place is read-only or another user's.
pub(super) fn refused(record: &str) -> Vec<String> {
    let paths: BTreeSet<String> = record.lines().filter_map(refused_path).collect();
    paths.into_iter().collect()
}

fn refused_path(line: &str) -> Option<String> {
    // Results are in a column of their own, where there is room for that.
    let (call, result) = line.rsplit_once(" = -1 ")?;
    if !["EROFS", "EACCES", "EPERM"].iter().any(|error| result.starts_with(error)) {
        return None;
    }
    // `[pid 7] name(…`, `7 name(…` or `name(…`.
    let (head, arguments) = call.split_once('(')?;
    let name = head.rsplit(' ').next()?;
    let opens = matches!(name, "open" | "openat" | "openat2");
    let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| arguments.contains(flag));
    if !(WRITES.contains(&name) || MORE.contains(&name) || opens && writes) {
        return None;
    }
    // Of two paths the second is the one that would be new.
    let quoted: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
    let (first, last) = (quoted.first()?, quoted.last()?);
    let two = name.starts_with("rename") || name.starts_with("link") || name.starts_with("symlink");
    let path = if two { last } else { first };
    let folder = arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(folder, _)| folder);
    Some(match folder {
        Some(folder) if !path.starts_with('/') && !two => format!("{folder}/{path}"),
        _ => (*path).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(line: &str, path: Option<&str>) {
        assert_eq!(refused_path(line).as_deref(), path, "of {line}");
    }

    #[test]
    fn refused_writes_are_named_by_their_paths() {
        let end = "EROFS (Read-only file system)";
        check_refused(
            &format!(r#"7 openat(AT_FDCWD</w>, "/etc/x", O_WRONLY|O_CREAT, 0666) = -1 {end}"#),
            Some("/etc/x"),
        );
        check_refused(&format!(r#"7 openat(AT_FDCWD</w>, "x", O_RDWR|O_CLOEXEC) = -1 {end}"#), Some("/w/x"));
        check_refused(&format!(r#"[pid 7] mkdir("/root/.npm", 0777)      = -1 {end}"#), Some("/root/.npm"));
        check_refused(&format!(r#"rename("/tmp/a", "/etc/b") = -1 {end}"#), Some("/etc/b"));
        check_refused(r#"7 unlink("/usr/lib/x") = -1 EACCES (Permission denied)"#, Some("/usr/lib/x"));
        check_refused(r#"7 openat(AT_FDCWD</w>, "/etc/shadow", O_RDONLY) = -1 EACCES (Permission denied)"#, None);
        check_refused(r#"7 mkdir("/opt", 0777) = -1 EEXIST (File exists)"#, None);
        check_refused(r#"7 mkdir("/opt", 0777) = 0"#, None);
        check_refused("7 +++ exited with 0 +++", None);
    }
}
