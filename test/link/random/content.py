# SPDX-License-Identifier: MIT
"""The bytes of an atom, for x86_64: images.py reads them again from a linked image.

A datum: ident, then a word with the number of references (low byte) and, from bit 8 on, four bits
for each that say how it is made, then eight bytes for each. A function: instructions. An atom that
is an element of an array (.init_array, a section with __start_): pointers only.
"""
import struct

HOWS = {'ptr': 0, 'tls': 1, 'bounds': 2, 'pc32': 3, 'got': 4, 'string': 5}
BOUNDS = ('__start_', '__stop_')  # before the name of a section
FUNCTION = b'\x48\xb8'  # movabs $IDENT, %rax
CODE = {'call': (b'\xe8', 'plt'), 'lea': (b'\x48\x8d\x05', 'pc32'),
        'gotx': (b'\x48\x8b\x05', 'gotx'), 'callgot': (b'\xff\x15', 'callgot')}
# How functions refer to functions and to data, and how data refer.
HOWS_OF = {'elf': (list(CODE), ['lea', 'gotx'], ['ptr', 'pc32', 'got']),
           'coff': (['call', 'lea'], ['lea'], ['ptr', 'pc32']),
           'mingw': (['call', 'lea'], ['lea'], ['ptr', 'pc32']),
           'macho': (list(CODE), ['lea', 'gotx'], ['ptr', 'got']),
           'arm64': (['call', 'lea', 'gotx'], ['lea', 'gotx'], ['ptr', 'got'])}
# For arm64: movz and movk of the ident to x0, then bl, adrp and add, adrp and ldr, ret.
MOVES = (0xd2800000, 0xf2a00000, 0xf2c00000, 0xf2e00000)
FUNCTION_ARM = struct.pack('<I', MOVES[0] | 0xda7a << 5)
BL, ADRP, ADD, LDR, RET = 0x94000000, 0x90000001, 0x91000021, 0xf9400021, 0xd65f03c0
CODE_ARM = {'call': ((BL, 'plt'),), 'lea': ((ADRP, 'page'), (ADD, 'offset')),
            'gotx': ((ADRP, 'gotpage'), (LDR, 'gotoffset'))}


def function(atom):
    data, fixes = bytearray(FUNCTION + struct.pack('<Q', atom.ident)), []
    for ref in atom.refs:
        code, how = CODE[ref.how]
        data += code
        fixes.append((len(data), how, ref.name, -4))
        data += b'\0\0\0\0'
    return bytes(data + b'\xc3'), fixes


def function_arm(atom):
    words, fixes = [move | (atom.ident >> 16 * i & 0xffff) << 5 for i, move in enumerate(MOVES)], []
    for ref in atom.refs:
        for code, how in CODE_ARM[ref.how]:
            fixes.append((4 * len(words), how, ref.name, 0))
            words.append(code)
    words.append(RET)
    return struct.pack(f'<{len(words)}I', *words), fixes


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


def content_arm(atom):
    return function_arm(atom) if atom.kind == 'func' else content(atom)
