# What browser tests need: Chromium and a Chinese font. Installed where apt may, else named in one line.
set -eu
missing=
if [ ! -x /usr/bin/chromium ] && [ -z "${CHROMIUM:-}" ]; then missing="$missing chromium"; fi
if command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-tw family 2>/dev/null)" ]; then :; else missing="$missing fonts-noto-cjk"; fi
if [ -z "$missing" ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the browser tests:$missing"
    # shellcheck disable=SC2086  # one word each
    if { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends fontconfig $missing; } >/dev/null </dev/null; then exit 0; fi
fi
echo "Browser tests need the Debian package(s)$missing; without Chromium they are left out."
