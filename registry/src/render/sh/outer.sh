# The installer runs in an environment of its own, so that no setting of the image reaches a tool: what it may see is
# listed here. It stands in a here-document, since a script that came as `sh -c TEXT` cannot be run a second time.
set -- "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}" LC_ALL=C HOME=/nonexistent
for name in HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy \
    BENCHFLOW_INSTALL_MODE BENCHFLOW_INSTALL_DEADLINE BENCHFLOW_MIRROR BENCHFLOW_NPM_REGISTRY BENCHFLOW_PYPI_INDEX \
    BENCHFLOW_CA_BUNDLE BENCHFLOW_ALLOW_PACKAGE_MANAGER; do
    eval "value=\${$name-}"
    if [ -n "$value" ]; then
        set -- "$@" "$name=$value"
    fi
done
