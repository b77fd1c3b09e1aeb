#!/usr/bin/env python3
"""Writes a journal of systemd without the empty space of its hash tables: 4 MB become some 20 KB, which a fuzzer can change.

usage: small_journal.py JOURNAL SMALL

Objects are moved together and the offsets in them follow; the hash tables keep one empty bucket. The layout is that of
systemd's journal-def.h.
"""
import struct
import sys

DATA, FIELD, ENTRY, DATA_HASH_TABLE, FIELD_HASH_TABLE, ENTRY_ARRAY = 1, 2, 3, 4, 5, 6
COMPACT = 16
TABLE = 32  # an object header and one bucket


def aligned(size):
    return (size + 7) & ~7


def number(data, at, form="<Q"):
    return struct.unpack_from(form, data, at)[0]


def objects(journal):
    """Offset, kind and size of each object."""
    at = number(journal, 88)
    end = min(at + number(journal, 96), len(journal) - 16)
    while at < end:
        size = number(journal, at + 8)
        if size < 16:
            # Room behind compressed data that was reserved for it as it came.
            at += 8
            continue
        yield at, journal[at], size
        at += aligned(size)


def small(journal):
    header, compact = number(journal, 88), number(journal, 12, "<I") & COMPACT
    moved, end, kept = {0: 0}, header, []
    for at, kind, size in objects(journal):
        size = TABLE if kind in (DATA_HASH_TABLE, FIELD_HASH_TABLE) else size
        moved[at] = end
        kept.append((at, kind, size))
        end += aligned(size)
    out = bytearray(journal[:header])

    def move(data, at, form="<Q"):
        struct.pack_into(form, data, at, moved.get(number(data, at, form), 0))

    for at, kind, size in kept:
        data = bytearray(journal[at : at + size])
        step, form = (4, "<I") if compact else (8, "<Q")
        if kind == DATA:
            fields, items = (24, 32, 40, 48), ()
        elif kind == FIELD:
            fields, items = (24, 32), ()
        elif kind == ENTRY:
            fields, items = (), range(64, size - step + 1, 4 if compact else 16)
        elif kind == ENTRY_ARRAY:
            fields, items = (16,), range(24, size - step + 1, step)
        else:
            struct.pack_into("<Q", data, 8, TABLE)
            data[16:] = bytes(16)
            fields, items = (), ()
        for place in fields:
            move(data, place)
        for place in items:
            move(data, place, form)
        out += data + bytes(aligned(size) - size)
    # Size of all objects, the two tables behind their object headers, the last object, the array of all entries.
    struct.pack_into("<Q", out, 96, end - header)
    for place in (104, 120):
        struct.pack_into("<QQ", out, place, moved.get(number(out, place) - 16, 0) + 16, 16)
    for place in (136, 176):
        move(out, place)
    return out


if len(sys.argv) != 3:
    sys.exit(__doc__)
with open(sys.argv[1], "rb") as source:
    result = small(source.read())
with open(sys.argv[2], "wb") as target:
    target.write(result)
