# Sourced: the program with all features.
#
# copy_xtask FILE    copies it: the program that $XTASK names, or one that is built now. It is a copy, since another
#                    build may replace the program while it runs.

copy_xtask() {
    if [ -z "${XTASK:-}" ]; then
        cargo build --quiet --package xtask --features xtask/upgrade || return 1
    fi
    cp "${XTASK:-${CARGO_TARGET_DIR:-target}/debug/xtask}" "$1"
}
