#!/bin/sh
# Installs gamma under the prefix.
set -eu
prefix=/opt/benchflow/js-agents/gamma
mkdir -p "$prefix"
"/opt/benchflow/node/bin/npm" install --prefix "$prefix" gamma-agent@0.4.0
