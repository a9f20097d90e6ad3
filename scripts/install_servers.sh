#!/bin/sh
# Installs what `make test-servers` starts, as Debian packages, where that is missing and allowed.
# Without the right to install, the tests that need a server are skipped by name.
set -eu

if command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "PostgreSQL is missing and this is no Debian: install it by hand, or its tests are skipped." >&2
    exit 0
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "PostgreSQL is missing, and installing it needs root: run 'apt-get install postgresql', or its tests are skipped." >&2
        exit 0
    fi
    as_root="sudo -n"
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
$as_root apt-get install -q -y --no-install-recommends postgresql
