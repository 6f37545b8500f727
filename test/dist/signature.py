# SPDX-License-Identifier: MIT
"""signature.py FILE - the ad-hoc signature of a thin Mach-O file holds: each page has the hash that the
code directory says (<kern/cs_blobs.h>). Without one that holds, arm64 kills the program."""
import hashlib
import struct
import sys

LC_CODE_SIGNATURE, SUPERBLOB, DIRECTORY, ADHOC = 0x1d, 0xfade0cc0, 0xfade0c02, 2

with open(sys.argv[1], 'rb') as file:
    data = file.read()
magic, _, _, _, count, _ = struct.unpack_from('<6I', data)
assert magic == 0xfeedfacf
at, where = 32, None
for _ in range(count):
    command, size = struct.unpack_from('<II', data, at)
    if command == LC_CODE_SIGNATURE:
        where = struct.unpack_from('<II', data, at + 8)
    at += size
if where is None:
    sys.exit('no signature')
start, room = where
assert start + room <= len(data)
magic, length, blobs = struct.unpack_from('>3I', data, start)
assert magic == SUPERBLOB and length <= room
seen = 0
for i in range(blobs):
    kind, offset = struct.unpack_from('>II', data, start + 12 + 8 * i)
    blob = start + offset
    if struct.unpack_from('>I', data, blob)[0] != DIRECTORY:
        continue
    (_, size, version, flags, hashes, _, special, code, limit) = struct.unpack_from('>9I', data, blob)
    hash_size, hash_kind, _, page = struct.unpack_from('>4B', data, blob + 36)
    assert flags & ADHOC and hash_kind == 2 and hash_size == 32, (flags, hash_kind)
    assert limit == start and code == (limit + (1 << page) - 1) >> page
    for one in range(code):
        held = data[one << page:min((one + 1) << page, limit)]
        assert hashlib.sha256(held).digest() == data[blob + hashes + 32 * one:][:32], f'page {one}'
    seen += 1
assert seen, 'no code directory'
print('signed:', code, 'pages')
