#!/bin/sh
source ./versions.sh
mkdir -p /usr/local/lib/mimo
