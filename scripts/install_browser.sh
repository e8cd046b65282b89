#!/usr/bin/env bash
# Makes sure that a Chromium is there for the browser tests: found as it is, or as root installed from Debian.
# Elsewhere the browser tests are left out, and say so.
set -u
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests…"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
    >/dev/null 2>&1 && exit 0
  if [ "${CI:-}" = true ]; then
    echo "Chromium could not be installed, and CI runs the browser tests always." >&2
    exit 1
  fi
fi
echo "No Chromium here: the browser tests are left out."
