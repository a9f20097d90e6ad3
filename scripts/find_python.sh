#!/bin/sh
# Prints a usable Python: the newest of 3.13, 3.12, 3.11, else whatever newer python3 there is; or, with a minor version
# as the argument, that one or nothing.
# A name on the PATH proves nothing (version managers leave stand-ins that fail), so each candidate is really run,
# and it must be able to make virtual environments.
usable() {
    "$1" -c "import sys, ensurepip, venv; sys.exit(not sys.version_info[:2] $2)" >/dev/null 2>&1
}

for minor in ${1:-13 12 11}; do
    for candidate in "python3.$minor" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python python3 \
        "/usr/local/bin/python3.$minor" "/usr/bin/python3.$minor"; do
        if usable "$candidate" "== (3, $minor)"; then
            command -v "$candidate"
            exit 0
        fi
    done
done
[ -z "$1" ] || exit 1
if usable python3 ">= (3, 11)"; then
    command -v python3
    exit 0
fi
echo "No Python 3.11 or newer with venv was found. Install one (Debian: apt-get install python3 python3-venv)" \
    "or name it: make PYTHON=/path/to/python3" >&2
exit 1
