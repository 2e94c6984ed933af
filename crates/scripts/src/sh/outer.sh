# A standard descriptor that is closed would be given to the next file that is opened.
true >&1 || exec >/dev/null
# mutant: a closed descriptor stays closed
true >&2 || exec 2>/dev/null
# Some shells keep a here-document in a file, for which a read-only root has no place but these.
for folder in "${TMPDIR-}" /tmp /var/tmp /dev/shm /dev; do
    if [ -d "$folder" ] && [ -w "$folder" ]; then
        # mutant: a here-document has no place
        TMPDIR=$folder
        break
    fi
done
# The installer runs in an environment of its own, so that no setting of the image reaches a tool: what it may see is
# listed here. It stands in a here-document, since a script that came as `sh -c TEXT` cannot be run a second time.
set -- "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}" LC_ALL=C HOME=/nonexistent
# mutant: the image's settings reach the tools
# mutant: the proxy is not handed on
for name in HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy \
    BENCHFLOW_INSTALL_MODE BENCHFLOW_INSTALL_DEADLINE BENCHFLOW_MIRROR BENCHFLOW_NPM_REGISTRY BENCHFLOW_PYPI_INDEX \
    BENCHFLOW_CA_BUNDLE BENCHFLOW_ALLOW_PACKAGE_MANAGER; do
    eval "value=\${$name-}"
    if [ -n "$value" ]; then
        set -- "$@" "$name=$value"
    fi
done
