#!/usr/bin/env bash
# Builds the small program as one static file and proves it: no library is needed, it is below 12 MB, and it collects and triages in
# an empty root. Needs root for chroot, and minutes. Prints the path of the program.
#
#     static.sh [PROGRAM]        proves a program that has been built
set -euo pipefail
most=$((12 * 1000 * 1000))
program=${1:+$(realpath "$1")}
cd "$(dirname "$0")/../.."

if [ -z "$program" ]; then
    # With musl if rustup has the target, else with the C library of this system, linked statically.
    if rustup target list --installed 2>/dev/null | grep -qx x86_64-unknown-linux-musl; then
        target=x86_64-unknown-linux-musl
    else
        target=x86_64-unknown-linux-gnu
    fi
    RUSTFLAGS="-C target-feature=+crt-static" nice -n 19 \
        cargo build --profile small --no-default-features --bin tierline --target "$target" --target-dir target/static
    program=target/static/$target/small/tierline
fi

size=$(stat -c %s "$program")
[ "$size" -lt "$most" ] || { echo "MISS: $size bytes, $most allowed"; exit 1; }
if readelf -d "$program" | grep -q NEEDED; then echo "MISS: it needs libraries"; exit 1; fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/disk/var/log/VeeamBackup" "$root/out"
cp "$program" "$root/tierline"
cp -r testdata/bundles/veeam-backup-server/Backup/. "$root/disk/var/log/VeeamBackup/"
rm "$root/disk/var/log/VeeamBackup/Svc.VeeamCatalog.zip" # needs a password
echo '2026-01-02 03:04:05 login user=jplanted password=hunter2planted' > "$root/disk/var/log/VeeamBackup/planted.log"
run() { env -i PATH="$PATH" XDG_DATA_HOME=/home chroot "$root" /tierline "$@" --no-progress; }
run collect --root /disk --out /out/case.zip
if python3 -c 'import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
sys.stdout.buffer.write(b"\n".join(map(archive.read, archive.namelist())))' "$root/out/case.zip" | grep -qE 'jplanted|hunter2'; then
    echo "MISS: what was planted is in the archive"
    exit 1
fi
count() { run triage "$1" --no-packs -o jsonl | grep -c '"diagnosis"' || true; }
tree=$(count /disk) archive=$(count /out/case.zip)
[ "$tree" -gt 0 ] && [ "$tree" = "$archive" ] || { echo "MISS: $tree problems in the tree, $archive in the archive"; exit 1; }
echo "ok: $program, $size bytes, $tree known problems of a tree and of its archive in an empty root"
