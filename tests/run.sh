#!/usr/bin/env bash
# Runs all tests. Needs cargo and a C compiler; sets up the rest itself.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "bsdtar, minisign and age, which tests compare with"
install=()
command -v bsdtar >/dev/null || install+=(libarchive-tools)
command -v minisign >/dev/null || install+=(minisign)
command -v age >/dev/null || install+=(age)
if [ "${#install[@]}" -gt 0 ] && command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
  root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  # Without one of them its tests say that they were skipped.
  { $root apt-get update -qq && $root apt-get install -y -qq "${install[@]}"; } >/dev/null || echo "cannot be installed"
fi
bsdtar --version || true
minisign -v || true
age --version || true

if [ "${TIERLINE_SKIP_SERVICES:-}" = 1 ]; then
  step "SKIPPED, because TIERLINE_SKIP_SERVICES=1: tests against real ticket systems"
else
  step "ticket systems that tests talk to (TIERLINE_SKIP_SERVICES=1 leaves these tests out)"
  # They take minutes to install, in which the tests are built.
  lines=$(mktemp -d)
  start_services() { for service in smtp rt redmine; do "tests/services/$service.sh" start >"$lines/$service"; done; }
  trap 'for service in smtp rt redmine; do "tests/services/$service.sh" stop; done; rm -r "$lines"' EXIT
  start_services &
  cargo test --locked --quiet --no-run
  # Fails if one cannot be started: a test that does not run must not look like one that passes.
  wait $!
  while IFS= read -r line; do export "${line?}"; done < <(cat "$lines"/*)
  echo "smtp, rt and redmine: started"
  export TIERLINE_TEST_SERVICES=required
fi

step "unit, property and command-line tests; bounded memory on an archive of 4 GiB"
TIERLINE_TEST_LARGE=1 cargo test --locked --quiet

# What this step has built: it is two thirds as fast as the optimised program, which would take many minutes to build.
tierline=target/debug/tierline

step "the catalogue: examples, cross-fire, quiet logs; its numbers are those in signatures/QUALITY.md"
fresh=$(mktemp -d)
"$tierline" signatures check --deny-warnings --report "$fresh/QUALITY.md"
diff -u signatures/QUALITY.md "$fresh/QUALITY.md" || {
  printf '\nThe catalogue has changed. Read in the lines above whether for the better, then write its numbers anew and commit them:\n'
  printf '  cargo run --release -- signatures check --report signatures/QUALITY.md\n'
  exit 1
}
rm -r "$fresh"

step "HTML reports in a browser: no request, no message, accessible"
tests/html/run.sh "$tierline"

step "README's first command"
readme_command=$(grep -m1 -E '^cargo run --release -- triage' README.md)
# Exit code 4: one part of the bundle is encrypted, and the report says so.
code=0
report=$(bash -c "${readme_command/cargo run --release --/$tierline}") || code=$?
[ "$code" -eq 4 ] || { printf 'README command ended with %s instead of 4:\n%s\n' "$code" "$report"; exit 1; }
for part in 'L1' 'L2' 'https://' 'Unexplained' 'Not examined'; do
  grep -q "$part" <<<"$report" || { printf 'README command printed no %s:\n%s\n' "$part" "$report"; exit 1; }
done
echo "ok"

step "all tests without C code (small build)"
cargo test --locked --quiet --no-default-features
