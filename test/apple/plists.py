#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""plists.py PROGRAM FOLDER COUNT SEED - random property lists, as Python's plistlib and as armeld read them.

Each list is written by plistlib in both forms, then some bytes of a copy are changed. What plistlib
writes must be read as what it is. Of a changed copy, armeld may refuse what plistlib takes, which is
laxer; what both take must be the same.
"""
import datetime
import os
import plistlib
import random
import subprocess
import sys


def text(r):
    letters = ['a', 'Z', '0', ' ', '<', '&', '>', '"', "'", ']]>', '\n', '\t', 'é', '€', '😀', '/', '-']
    return ''.join(r.choice(letters) for _ in range(r.choice([0, 1, 3, 20, 300])))


def value(r, depth):
    kind = r.randrange(10 if depth < 5 else 7)
    if kind == 0:
        return r.random() < 0.5
    if kind == 1:
        return r.choice([0, 1, -1, 127, 128, 255, 256, 65535, 65536, 2**31, 2**32, 2**63 - 1, -2**63, 2**64 - 1,
                         r.randrange(-2**63, 2**64)])
    if kind == 2:
        return r.random() * 100
    if kind == 3:
        return r.randbytes(r.choice([0, 1, 20, 100]))
    if kind == 4:
        return datetime.datetime(2001 + r.randrange(50), 1 + r.randrange(12), 1 + r.randrange(28))
    if kind in (5, 6):
        return text(r)
    if kind in (7, 8):
        return {text(r): value(r, depth + 1) for _ in range(r.choice([0, 1, 3, 20]))}
    return [value(r, depth + 1) for _ in range(r.choice([0, 1, 3, 20]))]


def render(v):
    if isinstance(v, bool):
        return 'true' if v else 'false'
    if isinstance(v, int):
        return str(v)
    if isinstance(v, str):
        return '"' + v.replace('\0', '\x7f') + '"'
    if isinstance(v, dict):
        return '{' + ','.join(render(k) + ':' + render(w) for k, w in v.items()) + '}'
    if isinstance(v, list):
        return '[' + ','.join(render(w) for w in v) + ']'
    return '?'


def lax(data):
    """What plistlib makes of a list; None: it refuses it."""
    try:
        return render(plistlib.loads(data)).encode()
    except Exception:
        return None


def main():
    program, folder, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    r = random.Random(seed)
    wanted = {}
    changed = {}
    for i in range(count):
        v = value(r, 0)
        for form in (plistlib.FMT_XML, plistlib.FMT_BINARY):
            data = plistlib.dumps(v, fmt=form, sort_keys=False)
            path = os.path.join(folder, f'{i}-{form.name}')
            wanted[path] = render(v).encode()
            with open(path, 'wb') as f:
                f.write(data)
            other = bytearray(data)
            for _ in range(r.randrange(1, 4)):
                other[r.randrange(len(other))] = r.choice([r.randrange(256), ord('<'), ord('>'), ord('&'), 0])
            changed[path + '-changed'] = bytes(other)
            with open(path + '-changed', 'wb') as f:
                f.write(other)
    paths = list(wanted) + list(changed)
    found = []
    for i in range(0, len(paths), 500):
        found += subprocess.run([program] + paths[i:i + 500], check=True, stdout=subprocess.PIPE).stdout.split(b'\0')[:-1]
    wrong = 0
    refused = both = 0
    for path, got in zip(paths, found, strict=True):
        if path in wanted:
            if got != wanted[path]:
                print(f'{path}: {got[:200]}, not {wanted[path][:200]}')
                wrong += 1
            continue
        taken = lax(changed[path])
        if got.startswith(b'error: '):
            refused += taken is not None
        elif taken is not None:
            both += 1
            if got != taken:
                print(f'{path}: {got[:200]}, but plistlib reads {taken[:200]}')
                wrong += 1
    print(f'{len(wanted)} lists, {len(changed)} changed ones, of which both read {both}, and plistlib alone {refused}')
    return wrong != 0


sys.exit(main())
