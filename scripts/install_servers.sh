#!/bin/sh
# Installs what `make test-servers` starts, PostgreSQL, MariaDB and a browser, as Debian packages, where they are missing and
# allowed. Without the right to install, the tests that need them are skipped by name.
set -eu

missing=""
if ! command -v postgres >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
    missing="postgresql"
fi
if ! ls /usr/lib/postgresql/*/lib/pgaudit.so >/dev/null 2>&1; then
    missing="$missing pgaudit"
fi
if ! PATH="$PATH:/usr/sbin" command -v mariadbd >/dev/null 2>&1; then
    missing="$missing mariadb-server"
fi
if ! command -v chromium >/dev/null 2>&1; then
    missing="$missing chromium"
fi
if [ -z "$missing" ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing:" $missing "- and this is no Debian: install by hand, or the tests that need it are skipped." >&2
    exit 0
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "Missing:" $missing "- and installing needs root: run 'apt-get install" $missing"'," \
            "or the tests that need it are skipped." >&2
        exit 0
    fi
    as_root="sudo -n env DEBIAN_FRONTEND=noninteractive"
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
for package in $missing; do
    if [ "$package" = pgaudit ]; then  # its package is named after the server's version
        package=$(apt-cache search --names-only '^postgresql-[0-9]+-pgaudit$' | cut -d ' ' -f 1 | tail -n 1)
        package=${package:-postgresql-pgaudit}
    fi
    $as_root apt-get install -q -y --no-install-recommends "$package" ||
        echo "$package could not be installed: the tests that need it are skipped." >&2
done
