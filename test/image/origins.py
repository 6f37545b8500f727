#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
origins.py ARMELD FILE... - what armeld says that members had in shared objects, by other readers.

ELF: of each source file, the local symbols behind it, as readelf prints them. Mach-O: of each
object in the debug map, what dsymutil finds there; functions end where the next one begins.
"""
import collections
import json
import re
import subprocess
import sys


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def of_elf(path):
    """Bytes by source file; what two symbols have is the first one's."""
    sections = {}
    headers = said('readelf', '-SW', path)
    for number, kind in re.findall(r'^ +\[ *(\d+)\] \S* +([A-Z_]+) ', headers, re.M):
        sections[number] = kind
    table, symbols, name = False, [], None
    for line in said('readelf', '-sW', path).split('\n'):
        table = "'.symtab'" in line if line.startswith('Symbol table') else table
        word = line.split()
        if not table or len(word) < 7 or not word[0].endswith(':'):
            continue
        if word[3] == 'FILE':
            name = word[7] if len(word) > 7 else None
        elif word[3] != 'TLS' and sections.get(word[6], 'NOBITS') != 'NOBITS' and len(word) > 7:
            local = word[4] == 'LOCAL' and name
            symbols.append((int(word[1], 16), 0 if local else 1, word[7], int(word[2], 0), local))
    sums, end = collections.Counter(), 0
    for begin, _, _, size, local in sorted(symbol for symbol in symbols if symbol[3]):
        if local and begin + size > end:
            sums[local] += begin + size - max(begin, end)
        end = max(end, begin + size)
    return sums


def of_macho(path):
    """Bytes of functions by object."""
    sums, name = collections.Counter(), None
    for line in said('dsymutil-19', '--dump-debug-map', path).split('\n'):
        found = re.search(r"filename: +'?(?:.*/)?([^/']+)'?$", line)
        name = found[1] if found else name
        found = re.search(r'size: (0x[0-9A-Fa-f]+)', line)
        if found:
            sums[name] += int(found[1], 16)
    return sums


def main():
    armeld, *files = sys.argv[1:]
    for path in files:
        with open(path, 'rb') as file:
            elf = file.read(4) == b'\x7fELF'
        wanted = of_elf(path) if elf else of_macho(path)
        rows = json.loads(said(armeld, 'inspect', '--by', 'member', '--json', path))['rows']
        # functions alone: the map does not say how large data is
        found = {row['name']: row['bytes'] if elf else row['code'] for row in rows
                 if row['name'] != path.split('/')[-1]}
        few = 0 if elf else 16  # Mach-O: functions may have padding behind them, of at most so much
        same = sorted(found) == sorted(wanted) and all(
            wanted[name] <= size <= wanted[name] + few for name, size in found.items())
        if not wanted or not same:
            sys.exit(f'{path}:\narmeld: {sorted(found.items())}\nothers: {sorted(wanted.items())}')


main()
