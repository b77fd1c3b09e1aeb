#!/usr/bin/env bash
# Builds the small program for Windows and runs it under wine: triage of a bundle, and collect on drive C: with a long path, a locked
# file, planted secrets and an event log. Needs minutes, so it is no part of the test suite; says aloud what it skips.
#
#     run.sh [PROGRAM]        runs a program that has been built
#
# With NATIVE=PROGRAM the same bundle is triaged by a program for this system, too, and has to give the same.
set -euo pipefail
program=${1:+$(realpath "$1")}
cd "$(dirname "$0")/../.."
target=x86_64-pc-windows-gnu

skip() { echo "SKIPPED, nothing was run on Windows: $1"; exit 0; }
miss() { echo "MISS: $1"; exit 1; }
command -v x86_64-w64-mingw32-gcc >/dev/null || skip "there is no mingw-w64 (Debian: gcc-mingw-w64-x86-64)"
command -v wine >/dev/null || skip "there is no wine (Debian: wine64)"
if [ -z "$program" ]; then
    rustup target list --installed 2>/dev/null | grep -qx $target || skip "\`rustup target add $target\`"
    nice -n 19 cargo build --profile small --no-default-features --bin tierline --target $target --target-dir target/windows
    program=target/windows/$target/small/tierline.exe
fi
echo "$program: $(stat -c %s "$program") bytes"

root=$(mktemp -d)
export WINEPREFIX=$root/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=;wevtutil.exe=n' LC_ALL=C.UTF-8
trap 'wineserver -k 2>/dev/null || true; rm -rf "$root"' EXIT
wineboot --init >/dev/null 2>&1 || skip "wine cannot be started"
drive=$WINEPREFIX/drive_c
cp "$program" "$drive/tierline.exe"
x86_64-w64-mingw32-gcc -O1 -o "$root/stand_in.exe" tests/windows/stand_in.c
# Wine before 9.0 has no such library, and programs in Rust take random numbers from it.
[ -f "$drive/windows/system32/bcryptprimitives.dll" ] \
    || x86_64-w64-mingw32-gcc -O1 -shared -o "$drive/bcryptprimitives.dll" tests/windows/prng.c -ladvapi32
cp "$root/stand_in.exe" "$drive/lock.exe"
cp "$root/stand_in.exe" "$drive/windows/system32/wevtutil.exe"
gzip -dc testdata/evtx/System.evtx.gz > "$drive/source.evtx"
# What it shows counts and not its exit code, which is 4 if something is left out.
run() { { TIERLINE_TEST_EVTX='C:\source.evtx' wine 'C:\tierline.exe' "$@" --no-progress 2>"$root/errors" || true; } | tr -d '\r'; }

# What is diagnosed, without places: those have other separators.
of() { python3 -c 'import json, sys; print(sorted((it["signature"], it["count"]) for it in json.load(sys.stdin)["diagnoses"]))'; }
bundle=testdata/bundles/windows-server
cp -r $bundle "$drive/bundle"
seen=$(run triage 'C:\bundle' --no-packs -o json | of) || miss "triage: $(cat "$root/errors")"
[ "$seen" != '[]' ] || miss "triage finds nothing in $bundle"
if [ -n "${NATIVE:-}" ]; then
    own=$("$NATIVE" triage $bundle --no-packs --no-progress -o json | of)
    [ "$seen" = "$own" ] || miss "triage finds $seen, on this system $own"
    echo "ok: triage finds the same as on this system: $seen"
else
    echo "ok: triage finds $seen"
    echo "SKIPPED: the comparison with this system (NATIVE=PROGRAM)"
fi

backup=$drive/ProgramData/Veeam/Backup
mkdir -p "$backup"
cp -r testdata/bundles/veeam-backup-server/Backup/. "$backup/"
rm "$backup/Svc.VeeamCatalog.zip" # needs a password
echo '[02.01.2026 03:04:05] <01> Info     login user=jplanted password=hunter2planted' > "$backup/Planted.log"
long=$backup
for _ in 1 2 3 4 5 6; do long=$long/$(printf 'folder-%.0s' {1..10}); done
mkdir -p "$long"
echo '[02.01.2026 03:04:05] <01> Info     in a long path' > "$long/Long.log"
echo '[02.01.2026 03:04:05] <01> Info     locked' > "$backup/Locked.log"
wine 'C:\lock.exe' 'C:\ProgramData\Veeam\Backup\Locked.log' 'C:\unlock' > "$root/lock" &
for _ in $(seq 100); do grep -q locked "$root/lock" && break; sleep 0.1; done
grep -q locked "$root/lock" || miss "nothing could be locked"

run collect --list | tee "$root/list"
for profile in veeam-server-windows windows-host; do
    grep -q "^$profile *here" "$root/list" || miss "the profile $profile does not see its product"
done
run collect --dry-run > "$root/dry"
grep -q 'locked by another program' "$root/dry" || miss "a locked file is not told: $(cat "$root/dry" "$root/errors")"
run collect --out 'C:\case.zip'
[ -f "$drive/case.zip" ] || miss "no archive: $(cat "$root/errors")"
touch "$drive/unlock"
python3 - "$drive/case.zip" <<'PYTHON'
import hashlib, json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
manifest = json.loads(archive.read("manifest.json"))
origins = {it["origin"]: it for it in manifest["files"]}
texts = {name: archive.read(name) for name in archive.namelist()}
wrong = [it["path"] for it in manifest["files"] if hashlib.sha256(texts[it["path"]]).hexdigest() != it["sha256"]]
assert not wrong, f"hashes of {wrong}"
assert any(it.endswith("/Long.log") for it in origins), "the file of a long path"
refused = {it["origin"].rsplit("/", 1)[-1]: it["why"] for it in manifest["refused"]}
assert refused["Locked.log"] == "locked by another program", refused
events = [it for it in origins if "/System.evtx" in it]
assert events and all(texts[origins[it]["path"]] for it in events), "the exported event log"
everything = b"\n".join(texts.values()).lower()
assert b"jplanted" not in everything and b"hunter2planted" not in everything, "what was planted"
print(f"ok: {len(origins)} files, of a long path, too; of the event log {len(texts[origins[events[0]]['path']])} bytes of text")
PYTHON
left=$(find "$drive" -path '*tierline-events-*' -type f)
[ -z "$left" ] || miss "exported event logs are left: $left"
archive=$(run triage 'C:\case.zip' --no-packs -o json | of)
tree=$(run triage 'C:\ProgramData\Veeam\Backup' --no-packs -o json | of)
python3 -c 'import sys; a, b = map(eval, sys.argv[1:]); assert set(b) and {it[0] for it in b} <= {it[0] for it in a}, (a, b)' "$archive" "$tree" \
    || miss "the archive gives other diagnoses than the folder"
echo "ok: the archive gives the diagnoses of the folder"
echo "SKIPPED, since wine has them not or not whole: the real wevtutil (a stand-in copies an event log), services and their rights,"
echo "junctions and shadow copies, priorities. None of it was run on a real Windows."
