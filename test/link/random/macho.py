# SPDX-License-Identifier: MIT
"""Mach-O objects for x86_64 and arm64: one section of a kind, cut into subsections by symbols."""
import struct

from content import content, content_arm

ZEROFILL, CSTRINGS, INITS, TERMS = 1, 2, 9, 10
CODE = 0x80000400
SECTIONS = {'func': ('__TEXT', '__text', CODE, 4), 'data': ('__DATA', '__data', 0, 3),
            'init': ('__DATA', '__mod_init_func', INITS, 3),
            'fini': ('__DATA', '__mod_term_func', TERMS, 3),
            'string': ('__TEXT', '__cstring', CSTRINGS, 0),
            'bss': ('__DATA', '__bss', ZEROFILL, 3)}
ORDER = ['func', 'data', 'init', 'fini', 'string', 'bss']
# Relocations: type, relative to the place, log2 of the size.
X86 = {'ptr': (0, 0, 3), 'pc32': (1, 1, 2), 'plt': (2, 1, 2), 'gotx': (3, 1, 2), 'got': (4, 1, 2),
       'callgot': (4, 1, 2), 'string': (0, 0, 3)}
ARM = {'ptr': (0, 0, 3), 'plt': (2, 1, 2), 'page': (3, 1, 2), 'offset': (4, 0, 2),
       'gotpage': (5, 1, 2), 'gotoffset': (6, 0, 2), 'got': (7, 1, 2), 'string': (0, 0, 3)}
WEAK_REF, WEAK_DEF, NO_DEAD_STRIP = 0x40, 0x80, 0x20


class Section:
    def __init__(self, segment, name, flags, align):
        self.segment, self.name, self.flags, self.align = segment, name, flags, align
        self.data, self.size, self.relocs, self.address = bytearray(), 0, [], 0

    def place(self, data, size, align):
        self.size = (self.size + align - 1) // align * align
        at = self.size
        if self.flags != ZEROFILL:
            self.data += b'\0' * (at - len(self.data)) + data
        self.size += size
        return at


class Writer:
    def __init__(self, obj, label, arm):
        self.obj, self.arm = obj, arm
        self.sections = {}
        self.local, self.public = [], []  # name, type, section, description, offset
        self.strings, self.label = {}, label

    def section(self, key):
        if key not in self.sections:
            row = SECTIONS.get(key) or ('__DATA', key, 0, 3)
            self.sections[key] = Section(*row)
        return self.sections[key]

    def home(self, atom):
        place, _, detail = atom.place.partition(':')
        if place in ('init', 'fini'):
            return self.section(place)
        if place == 'set':
            return self.section(detail)
        return self.section(atom.kind if atom.kind in ('func', 'bss') else 'data')

    def write(self):
        for key in ('func', 'data'):
            self.section(key)
        for atom in self.obj.atoms:
            if atom.kind == 'common':
                continue
            section = self.home(atom)
            if atom.kind == 'bss':
                at = section.place(b'', atom.size, 8)
            else:
                data, fixes = content_arm(atom) if self.arm else content(atom)
                at = section.place(data, len(data), 16 if atom.kind == 'func' else 8)
                section.relocs += [(at + where, how, name, atom.kind)
                                   for where, how, name, _ in fixes]
            if atom.place.partition(':')[0] not in ('init', 'fini'):
                self.define(atom, section, at)
        for section in list(self.sections.values()):
            for _, how, name, _ in section.relocs:
                if how == 'string' and name not in self.strings:
                    text = name.encode() + b'\0'
                    at = self.section('string').place(text, len(text), 1)
                    self.strings[name] = at
                    if self.arm:
                        self.local.append((f'l_.str.{at}', 0xe, self.section('string'), 0, at))
        return self.lay_out()

    def define(self, atom, section, at):
        description = NO_DEAD_STRIP if atom.retain else 0
        if atom.bind == 'local':
            self.local.append((atom.name, 0xe, section, description, at))
            return
        if atom.bind in ('weak', 'autohide'):
            description |= WEAK_DEF | (WEAK_REF if atom.bind == 'autohide' else 0)
        kind = 0x1f if atom.vis == 'hidden' else 0xf
        for name in atom.names():
            self.public.append((name, kind, section, description, at))

    def lay_out(self):
        keys = [key for key in ORDER + sorted(set(self.sections) - set(ORDER))
                if key in self.sections]
        keys = [key for key in keys if key != 'bss'] + [key for key in keys if key == 'bss']
        rows = [self.sections[key] for key in keys]
        address = 0
        for section in rows:
            address = -(-address >> section.align) << section.align
            section.address = address
            address += section.size
        self.public.sort(key=lambda row: row[0])
        symbols = self.local + self.public
        index = {row[0]: i for i, row in enumerate(symbols)}
        undefined = self.undefined(rows, index)
        for i, row in enumerate(undefined):
            index[row[0]] = len(symbols) + i
        return self.bytes(rows, symbols, undefined, index, address)

    def undefined(self, rows, index):
        """Names, and whether all references are weak; common symbols, with their size."""
        found = {atom.name: (0x1 if atom.vis != 'hidden' else 0x11, 3 << 8, atom.size)
                 for atom in self.obj.atoms if atom.kind == 'common'}
        for section in rows:
            for _, how, name, _ in section.relocs:
                bare = name.rstrip('?')
                if how == 'string' or bare in index or bare in found and found[bare][2]:
                    continue
                weak = name.endswith('?') and found.get(bare, (1, WEAK_REF, 0))[1] == WEAK_REF
                found[bare] = (1, WEAK_REF if weak else 0, 0)
        return [(name, *found[name]) for name in sorted(found)]

    def bytes(self, rows, symbols, undefined, index, size):
        version = struct.pack('<IIIIII', 0x32, 24, 1, 11 << 16, 0, 0) if self.arm else \
            struct.pack('<IIII', 0x24, 16, 10 << 16 | 12 << 8, 0)
        commands = 72 + 80 * len(rows) + len(version) + 24 + 80
        at = 32 + commands
        filed = sum(1 for _ in rows) and max([row.address + row.size for row in rows
                                              if row.flags != ZEROFILL], default=0)
        body = bytearray(filed)
        numbers = {id(row): i + 1 for i, row in enumerate(rows)}
        relocs, headers = b'', b''
        begin = at + filed + (-(at + filed) % 8)
        for row in rows:
            part = b''
            for where, how, name, kind in reversed(row.relocs):
                part += self.reloc(row, where, how, name, kind, index, numbers)
            if row.flags != ZEROFILL:
                body[row.address:row.address + row.size] = row.data
            headers += struct.pack('<16s16sQQIIIIIIII', row.name.encode(), row.segment.encode(),
                                   row.address, row.size, 0 if row.flags == ZEROFILL else
                                   at + row.address, row.align, begin + len(relocs) if part else 0,
                                   len(part) // 8, row.flags, 0, 0, 0)
            relocs += part
        segment = struct.pack('<II16sQQQQIIII', 0x19, 72 + len(headers), b'', 0, size, at, filed,
                              7, 7, len(rows), 0)
        place = begin + len(relocs)
        text, table = bytearray(b'\0'), b''
        for name, kind, section, description, offset in symbols:
            table += struct.pack('<IBBHQ', len(text), kind, numbers[id(section)], description,
                                 section.address + offset)
            text += name.encode() + b'\0'
        for name, kind, description, value in undefined:
            table += struct.pack('<IBBHQ', len(text), kind, 0, description, value)
            text += name.encode() + b'\0'
        text += b'\0' * (-len(text) % 8)
        symtab = struct.pack('<IIIIII', 2, 24, place, len(table) // 16, place + len(table),
                             len(text))
        counts = [0, len(self.local), len(self.local), len(self.public), len(symbols),
                  len(undefined)]
        dysymtab = struct.pack('<II18I', 11, 80, *counts, *([0] * 12))
        subsections = 0 if 'nosub' in self.obj.flags else 0x2000
        header = struct.pack('<IIIIIIII', 0xfeedfacf, 0x100000c if self.arm else 0x1000007,
                             0 if self.arm else 3, 1, 4, commands, subsections, 0)
        body += b'\0' * (begin - at - filed)
        return header + segment + headers + version + symtab + dysymtab + bytes(body) + relocs + \
            table + bytes(text)

    def reloc(self, row, where, how, name, kind, index, numbers):
        number, relative, size = (ARM if self.arm else X86)[how]
        outside, bare = 1, name.rstrip('?')
        if how == 'string' and not self.arm:
            home = self.sections['string']
            outside, symbol = 0, numbers[id(home)]
            row.data[where:where + 8] = struct.pack('<Q', home.address + self.strings[name])
        elif how == 'string':
            symbol = index[f'l_.str.{self.strings[name]}']
        else:
            symbol = index[bare]
        if how == 'got' and kind != 'func' and not self.arm:  # from the slot, not from behind it
            row.data[where:where + 4] = struct.pack('<i', 4)
        return struct.pack('<iI', where, symbol | relative << 24 | size << 25 | outside << 27 |
                           number << 28)


def listed(writer):
    symbols = [row[0] for row in writer.public]
    return symbols + [atom.name for atom in sorted(writer.obj.atoms, key=lambda atom: atom.name)
                      if atom.kind == 'common']


def write(obj, label, arm=False):
    """The object, and the names that the index of an archive lists."""
    writer = Writer(obj, label, arm)
    return writer.write(), listed(writer)


class Arm:
    """The same for arm64."""

    @staticmethod
    def write(obj, label):
        return write(obj, label, True)
