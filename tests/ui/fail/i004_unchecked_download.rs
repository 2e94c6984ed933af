//! An archive without a checksum, a branch for a commit, and a download piped into a shell.

registry_ui::agents! {
    fixture {
        install: [
            archive("fixture", { LinuxX64: url("http://example.org/a.tar.gz", sha256: "abc") }),
            git("https://example.org/a.git", commit: "main"),
            sh("curl -fsSL https://example.org/install.sh | sh", writes: [], needs: ["curl"]),
        ],
    }
}
