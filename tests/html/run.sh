#!/usr/bin/env bash
# Opens the HTML reports of all bundles in testdata/ in Chromium, see check.mjs. Installs Chromium and node where it can.
# Usage: tests/html/run.sh TIERLINE
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
cd "$here/../.."

browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
# Each by itself: Debian's npm cannot stand beside a newer node that is there already.
install=()
browser >/dev/null || install+=(chromium)
command -v npm >/dev/null || install+=(npm)
if [ "${#install[@]}" -gt 0 ] && command -v apt-get >/dev/null; then
  if [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; then
    root=$([ "$(id -u)" -eq 0 ] || echo sudo)
    { $root apt-get update -qq && $root apt-get install -y -qq "${install[@]}"; } >/dev/null 2>&1 || echo "cannot install ${install[*]}"
  fi
fi
if ! { browser && command -v npm; } >/dev/null; then
  echo "SKIPPED: no Chromium or npm here, so no HTML report was opened"
  exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$here"/*.mjs "$here"/package*.json "$folder"
if ! (cd "$folder" && npm ci --silent --no-audit --no-fund); then
  echo "SKIPPED: puppeteer and axe could not be fetched, so no HTML report was opened"
  exit 0
fi
for bundle in testdata/bundles/*; do
  # Exit code 4: some bundles have parts that cannot be examined.
  "$program" triage "$bundle" --no-progress -o html="$folder/$(basename "$bundle").html" || [ $? -eq 4 ]
done
(cd "$folder" && node check.mjs "$(browser)" ./*.html)
