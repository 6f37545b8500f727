# SPDX-License-Identifier: MIT
"""The bytes of an atom, for x86_64: images.py reads them again from a linked image.

A datum: ident, then a word with the number of references (low byte) and, from bit 8 on, four bits
for each that say how it is made, then eight bytes for each. A function: instructions. An atom that
is an element of an array (.init_array, a section with __start_): pointers only.
"""
import struct

HOWS = {'ptr': 0, 'tls': 1, 'bounds': 2, 'pc32': 3, 'got': 4, 'string': 5}
BOUNDS = ('__start_', '__stop_')
FUNCTION = b'\x48\xb8'  # movabs $IDENT, %rax
CODE = {'call': (b'\xe8', 'plt'), 'lea': (b'\x48\x8d\x05', 'pc32'),
        'gotx': (b'\x48\x8b\x05', 'gotx'), 'callgot': (b'\xff\x15', 'callgot')}
# How functions refer to functions and to data, and how data refer.
HOWS_OF = {'elf': (list(CODE), ['lea', 'gotx'], ['ptr', 'pc32', 'got']),
           'coff': (['call', 'lea'], ['lea'], ['ptr', 'pc32']),
           'mingw': (['call', 'lea'], ['lea'], ['ptr', 'pc32'])}


def function(atom):
    data, fixes = bytearray(FUNCTION + struct.pack('<Q', atom.ident)), []
    for ref in atom.refs:
        code, how = CODE[ref.how]
        data += code
        fixes.append((len(data), how, ref.name, -4))
        data += b'\0\0\0\0'
    return bytes(data + b'\xc3'), fixes


def datum(atom):
    slots = []
    for ref in atom.refs:
        if ref.how == 'bounds' and '..' in ref.name:
            first, last = ref.name.split('..')
            slots += [(2, 'ptr', first), (0, 'ptr', last)]
        elif ref.how == 'bounds':  # of a section: two references
            slots += [(2, 'ptr', BOUNDS[0] + ref.name), (0, 'ptr', BOUNDS[1] + ref.name)]
        else:
            slots.append((HOWS[ref.how], ref.how, ref.name))
    word = len(slots)
    for i, slot in enumerate(slots):
        word |= slot[0] << (8 + 4 * i)
    fixes = [(16 + 8 * i, how, name, 0) for i, (_, how, name) in enumerate(slots)]
    return struct.pack('<QQ', atom.ident, word) + bytes(8 * len(slots)), fixes


def content(atom):
    """Bytes and fixes: (offset, how, name, addend)."""
    if atom.kind == 'func':
        return function(atom)
    if atom.kind == 'elem':
        fixes = [(8 * i, 'ptr', ref.name, 0) for i, ref in enumerate(atom.refs)
                 if ref.how != 'nothing']  # an element of zeros
        return bytes(8 * len(atom.refs)), fixes
    return datum(atom)
