# A closed standard descriptor would be reused by the next file that is opened.
true >&1 || exec >/dev/null
# mutant: a closed descriptor stays closed
true >&2 || exec 2>/dev/null
# Some shells write a here-document to a temporary file; on a read-only root only these folders may be writable.
for folder in "${TMPDIR-}" /tmp /var/tmp /dev/shm /dev; do
    if [ -d "$folder" ] && [ -w "$folder" ]; then
        # mutant: here-documents have no temporary folder
        TMPDIR=$folder
        break
    fi
done
# The installer runs in a new environment, so that no setting of the image reaches a tool: the variables that it gets are
# listed here. It is a here-document, since a script that was started as `sh -c TEXT` cannot be started again.
set -- "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}" LC_ALL=C HOME=/nonexistent
# mutant: variables of the image reach the tools
# mutant: the proxy is not passed on
for name in HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy \
    BENCHFLOW_INSTALL_MODE BENCHFLOW_INSTALL_DEADLINE BENCHFLOW_MIRROR BENCHFLOW_NPM_REGISTRY BENCHFLOW_PYPI_INDEX \
    BENCHFLOW_CA_BUNDLE BENCHFLOW_ALLOW_PACKAGE_MANAGER; do
    eval "value=\${$name-}"
    if [ -n "$value" ]; then
        set -- "$@" "$name=$value"
    fi
done
