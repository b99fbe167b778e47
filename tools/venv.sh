# Make a virtual environment with the first Python 3.11 or newer that is found: sh tools/venv.sh FOLDER
set -eu
for python in python3.11 python3.12 python3.13 python3; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        if ! "$python" -c 'import ensurepip' 2>/dev/null; then
            echo "$python cannot make a virtual environment: install its venv package (Debian: apt install python3-venv)" >&2
            exit 1
        fi
        rm -rf "$1"
        exec "$python" -m venv "$1"
    fi
done
echo "Python 3.11 or newer is needed and was not found" >&2
exit 1
