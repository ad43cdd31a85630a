#!/usr/bin/env bash
# Set a fresh Debian machine up: system libraries, then the Python environment. $1: run, test or registrar.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(python3-venv libcups2 libglib2.0-0 libgl1 libegl1 libfontconfig1 libxkbcommon0 libdbus-1-3
  libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-randr0 libxcb-image0
  libxcb-render-util0)
[ "${1:-run}" = run ] || packages+=(postgresql xvfb xauth poppler-utils unicode-data)
[ "${1:-run}" != registrar ] || packages+=(xdotool dbus fcitx5 fcitx5-chinese-addons python3-gi)

missing=()
for name in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ]; then as_root=(); elif sudo -n true 2>/dev/null; then as_root=(sudo -n); else
    echo "Please install first:  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing system packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# Debian's own Python first: python3-venv belongs to it, and it is built optimised (a version manager's build
# took a sixth longer over the same day).
python=python3
for candidate in /usr/bin/python3 python3.11 python3.12 python3.13 python3; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    python=$candidate
    break
  fi
done
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing Python packages (once)"
if [ "${1:-run}" != run ]; then
  .venv/bin/python -m pip install --quiet --editable '.[dev]'
else
  .venv/bin/python -m pip install --quiet --editable .
fi
