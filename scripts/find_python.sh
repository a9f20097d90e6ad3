#!/bin/sh
# Prints the newest usable Python of 3.13, 3.12, 3.11 (or the one version that is given as an argument).
# A name on the PATH proves nothing (version managers leave stand-ins that fail), so each candidate is really run,
# and it must be able to make virtual environments.
usable() {
    "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info[:2] != (3, int(sys.argv[1])))' "$2" >/dev/null 2>&1
}

for minor in ${1:-13 12 11}; do
    for candidate in "python3.$minor" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python python3 \
        "/usr/local/bin/python3.$minor" "/usr/bin/python3.$minor"; do
        if usable "$candidate" "$minor"; then
            command -v "$candidate"
            exit 0
        fi
    done
done
[ -n "$1" ] || echo "No Python 3.11, 3.12 or 3.13 with venv was found. Install one (Debian: apt-get install python3 python3-venv)" \
    "or name it: make PYTHON=/path/to/python3" >&2
exit 1
