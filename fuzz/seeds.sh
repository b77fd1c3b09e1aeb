#!/usr/bin/env bash
# Fills the corpora with what the project has: hostile files and bundles, quiet logs, signatures.
set -euo pipefail
cd "$(dirname "$0")"

# seeds TARGET FILE...: copies files of at most 64 KiB; larger ones are cut.
seeds() {
  local target=$1 file name
  shift
  mkdir -p "corpus/$target"
  for file in "$@"; do
    name=$(tr '/ ' '__' <<<"${file#../}")
    head -c 65536 "$file" >"corpus/$target/$name"
  done
}

mapfile -t archives < <(find ../testdata/hostile -type f)
mapfile -t logs < <(find ../testdata/quiet ../testdata/bundles -type f)
mapfile -t signatures < <(find ../signatures -name '*.yaml' ! -name '_*' | sort | awk 'NR % 10 == 0')
seeds bundle "${archives[@]}"
# One folder in each container and compression that this machine can make.
folder=../testdata/hostile
made=corpus/bundle/made
tar -cf "$made.tar" "$folder"/*.log
for pack in gzip bzip2 xz zstd lz4; do
  if command -v "$pack" >/dev/null; then "$pack" -kc "$made.tar" >"$made.$pack"; fi
done
seeds records "${logs[@]}"
seeds scan "${logs[@]}"
seeds signature "${signatures[@]}"

mkdir -p corpus/journal corpus/evtx
for file in ../testdata/journal/*.gz; do
  name=corpus/journal/$(basename "$file" .gz)
  gzip -dc "$file" >"$name"
  # Nearly all of a journal is empty space, and a fuzzer changes files of some KB.
  if [[ $name == *.journal ]]; then ./small_journal.py "$name" "$name.small" && rm "$name"; fi
done
# Event logs: give a folder of your own as the argument.
if [ $# -gt 0 ]; then
  find "$1" -name '*.evtx' -size -200k -exec cp -t corpus/evtx {} +
fi
