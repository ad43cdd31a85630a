#!/usr/bin/env bash
# With a screen the window on the sample station, without one the clerk's day on the sample files.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE # compiled modules are what makes the second start quick
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec .venv/bin/python -m desktop.sample_station
fi
exec .venv/bin/contract-desk demo --out demo
