#!/bin/sh
# docs/index.html in headless Chromium: search, filters, keyboard, links, themes, narrow and wide, print; no request
# leaves it, nothing is said on the console, and axe finds nothing.
#
#     run.sh [FOLDER]
#
# FOLDER   where the pictures go; target/page without it
#
# Needs chromium (Debian: `apt-get install chromium`), Node.js 20 or later with npm, and the npm registry.
# Prints `N passed, N failed`, and exits 1 when something failed.
set -eu
cd "$(dirname "$0")/../.."
folder=${1:-target/page}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cp tests/page/package.json tests/page/package-lock.json tests/page/page.mjs "$folder/"
(cd "$folder" && npm ci --silent --no-audit --no-fund)
node "$folder/page.mjs" "$PWD/docs/index.html" "$folder"
