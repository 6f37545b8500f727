# SPDX-License-Identifier: MIT
"""COFF objects for x86_64, as compilers of MSVC's and of mingw's ABI make them."""
import struct
import zlib

from content import content

CODE, DATA, ZEROS, INFO, REMOVE, COMDAT = 0x20, 0x40, 0x80, 0x200, 0x800, 0x1000
DISCARDABLE, EXECUTE, READ, WRITE = 0x2000000, 0x20000000, 0x40000000, 0x80000000
EXTERNAL, STATIC, FILE, WEAK = 2, 3, 103, 105
SELECT = {'nodup': 1, 'any': 2, 'size': 3, 'exact': 4, 'associative': 5, 'largest': 6}
RELOCS = {'ptr': 1, 'plt': 4, 'pc32': 4, 'tls': 11, 'image': 3}
ALIGN8, ALIGN16, ALIGN1, ALIGN4 = 0x400000, 0x500000, 0x100000, 0x300000


class Section:
    def __init__(self, name, flags, select=0, leader=None):
        self.name, self.flags, self.select, self.leader = name, flags, select, leader
        self.data, self.size, self.relocs, self.number = bytearray(), 0, [], 0
        self.symbols = []

    def place(self, data, size, align):
        self.size = (self.size + align - 1) // align * align
        at = self.size
        if not self.flags & ZEROS:
            self.data += b'\0' * (at - len(self.data)) + data
        self.size += size
        return at


class Writer:
    def __init__(self, obj, label):
        self.obj, self.label = obj, label
        self.sections, self.by_key = [], {}
        self.rows, self.index = [], {}  # rows of 18 bytes without the name, and their names
        self.strings, self.listed = b'', []
        self.search = 1 if 'gcc' in obj.flags else 3  # GCC lists weak externals in no index

    def section(self, key, name, flags, select=0, leader=None):
        if key not in self.by_key:
            self.by_key[key] = Section(name, flags, select, leader)
            self.sections.append(self.by_key[key])
            self.by_key[key].number = len(self.sections)
        return self.by_key[key]

    def home(self, atom):
        place, _, detail = atom.place.partition(':')
        if place in ('init', 'fini'):
            base = '.CRT$XC' if place == 'init' else '.CRT$XT'
            name = base + ('T' + detail if detail else 'U')
            return self.section(name, name, DATA | READ | ALIGN8)
        if place == 'set':
            name = f'.{detail}$m'
            return self.section(name, name, DATA | READ | WRITE | ALIGN8)
        if place == 'part':  # of a section, by its whole name
            return self.section(detail, detail, DATA | READ | WRITE | ALIGN8)
        kinds = {'func': ('.text', CODE | EXECUTE | READ | ALIGN16),
                 'bss': ('.bss', ZEROS | READ | WRITE | ALIGN8),
                 'tls': ('.tls', DATA | READ | WRITE | ALIGN8)}
        base, flags = kinds.get(atom.kind, ('.data', DATA | READ | WRITE | ALIGN8))
        if atom.kind == 'tls':
            base += '$'
        if atom.group:
            name = base + ('' if base.endswith('$') else '$') + atom.group
            select = SELECT[atom.select or 'any']
            leader = None
            if atom.name != atom.group:
                select, leader = SELECT['associative'], (atom.group, atom.group)
            return self.section((atom.group, atom.name), name, flags | COMDAT, select, leader)
        if 'coarse' in self.obj.flags:
            return self.section(base, base, flags)
        return self.section(('of', atom.name), base + '$' * (base[-1] != '$') + 'x', flags)

    def write(self):
        placed = []
        for atom in self.obj.atoms:
            if atom.kind not in ('common', 'weakext'):
                placed.append((atom, *self.put(atom)))
        if self.obj.directives:
            text = (' ' + ' '.join(self.obj.directives)).encode()
            self.section('drectve', '.drectve', INFO | REMOVE | ALIGN1).place(text, len(text), 1)
        if 'frames' in self.obj.flags:
            for atom, section, at in placed:
                if atom.kind == 'func':
                    self.frame(atom, section, at)
        debug = self.section('debug', '.debug$S' if 'mingw' not in self.obj.flags else
                             '.debug_str', DATA | DISCARDABLE | READ | ALIGN1)
        text = struct.pack('<I', 4) if 'mingw' not in self.obj.flags else \
            self.label.encode() + b'\0'
        debug.place(text, len(text), 1)
        self.row('.file', 0, -2, 0, FILE, self.label.encode().ljust(18, b'\0')[:18])
        if 'mingw' not in self.obj.flags:  # C++'s names look like MinGW's, but the objects are not
            self.row('@comp.id', 0x1058296, -1, 0, STATIC)
        for section in self.sections:
            self.section_symbol(section)
            for atom, home, at in placed:
                if home is section and atom.group and atom.bind != 'local' and \
                        atom.name == atom.group:
                    self.define(atom, home, at)
        for atom, home, at in placed:
            if atom.name not in self.index:
                self.define(atom, home, at)
        for atom in self.obj.atoms:
            if atom.kind == 'common':
                self.row(atom.name, atom.size, 0, 0, EXTERNAL)
        for atom in self.obj.atoms:
            if atom.kind == 'weakext':
                self.weak(atom.name, self.wanted(atom.refs[0].name), atom.size or 3)
        return self.lay_out()

    def frame(self, atom, section, at):
        """.pdata and .xdata of a function, bound to it if it is a COMDAT."""
        group = atom.group and (atom.group, atom.name)
        flags, select, end = DATA | READ | ALIGN4, 0, ''
        if group:
            flags, select, end = flags | COMDAT, SELECT['associative'], '$' + atom.name
        unwind = self.section(('xdata', group), '.xdata' + end, flags, select, group)
        where = unwind.place(struct.pack('<I', 1), 4, 4)
        table = self.section(('pdata', group), '.pdata' + end, flags, select, group)
        begin = table.place(struct.pack('<III', 0, len(content(atom)[0]), where), 12, 4)
        table.relocs += [(begin, 'image', atom.name), (begin + 4, 'image', atom.name),
                         (begin + 8, 'image', ('section', unwind.number))]

    def put(self, atom):
        section = self.home(atom)
        if atom.kind == 'bss':
            return section, section.place(b'', atom.size, 8)
        data, fixes = content(atom)
        if atom.select == 'largest':
            data += bytes(atom.size)
        data = bytearray(data)
        for where, how, _, _ in fixes:
            if how == 'pc32' and atom.kind != 'func':  # from the slot, not from behind it
                data[where:where + 4] = struct.pack('<i', 4)
        at = section.place(bytes(data), len(data), 16 if atom.kind == 'func' else 8)
        for where, how, name, _ in fixes:
            section.relocs.append((at + where, how, name))
        return section, at

    def row(self, name, value, section, kind, storage, aux=b''):
        self.index.setdefault(name, len(self.rows))
        if storage == EXTERNAL and (section or value):
            self.listed.append(name)
        raw = name.encode()
        if len(raw) <= 8:
            shown = raw.ljust(8, b'\0')
        else:
            shown = struct.pack('<II', 0, 4 + len(self.strings))
            self.strings += raw + b'\0'
        self.rows.append(shown + struct.pack('<IhHBB', value & 0xffffffff, section, kind, storage,
                                             len(aux) // 18))
        for i in range(0, len(aux), 18):
            self.rows.append(aux[i:i + 18])

    def section_symbol(self, section):
        number = section.number
        if section.leader:
            number = self.by_key[section.leader].number
        aux = struct.pack('<IHHIHBBH', section.size, len(section.relocs), 0, checksum(section),
                          number, section.select, 0, 0)
        keep = dict(self.index)
        self.row(section.name, 0, section.number, 0, STATIC, aux)
        keep['section', section.number] = self.index.get(section.name, 0)
        self.index = keep  # no reference names a section

    def define(self, atom, home, at):
        kind = 0x20 if atom.kind == 'func' else 0
        storage = STATIC if atom.bind == 'local' else EXTERNAL
        if atom.bind == 'weak' and not atom.group:
            inner = f'.weak.{atom.name}.default.{self.obj.number}'
            self.row(inner, at, home.number, kind, EXTERNAL)
            self.weak(atom.name, self.index[inner], self.search)
        else:
            self.row(atom.name, at, home.number, kind, storage)
        for alias in atom.aliases:
            self.row(alias.split('/')[0], at, home.number, kind, EXTERNAL)

    def weak(self, name, default, characteristics):
        if characteristics == 3:  # others do not count as definitions
            self.listed.append(name)
        self.row(name, 0, 0, 0, WEAK, struct.pack('<II', default, characteristics) + bytes(10))

    def wanted(self, name):
        """The number of a symbol that some reference names."""
        bare = name if isinstance(name, tuple) else name.rstrip('?')
        if bare not in self.index:
            if name.endswith('?'):
                nothing = f'.weak.{bare}.default.{self.obj.number}'
                self.row(nothing, 0, -1, 0, EXTERNAL)
                self.weak(bare, self.index[nothing], self.search)
            else:
                self.row(bare, 0, 0, 0, EXTERNAL)
        return self.index[bare]

    def lay_out(self):
        firm = {name for section in self.sections for _, _, name in section.relocs
                if isinstance(name, tuple) or not name.endswith('?')}
        at = 20 + 40 * len(self.sections)
        headers, bodies = b'', b''
        for section in self.sections:
            raw = section.name.encode()
            if len(raw) > 8:
                offset = 4 + len(self.strings)
                self.strings += raw + b'\0'
                raw = b'/%d' % offset
            data = bytes(section.data)
            relocs = b''
            for where, how, name in section.relocs:
                if isinstance(name, str):
                    bare = name.rstrip('?')
                    name = bare if bare in firm else name
                symbol = self.wanted(name)
                relocs += struct.pack('<IIH', where, symbol, RELOCS[how])
            begin = at + len(bodies)
            headers += struct.pack('<8sIIIIIIHHI', raw.ljust(8, b'\0'), 0, 0, section.size,
                                   begin if data else 0, begin + len(data) if relocs else 0, 0,
                                   len(section.relocs), 0, section.flags)
            bodies += data + relocs
        header = struct.pack('<HHIIIHH', 0x8664, len(self.sections), 0, at + len(bodies),
                             len(self.rows), 0, 0)
        return header + headers + bodies + b''.join(self.rows) + \
            struct.pack('<I', 4 + len(self.strings)) + self.strings


def checksum(section):
    """CRC-32 as compilers note it: it begins with zero, and is not inverted at the end."""
    return zlib.crc32(section.data, 0xffffffff) ^ 0xffffffff


def stub(atom):
    """A short import: place names the DLL."""
    names = atom.name.encode() + b'\0' + atom.place.encode() + b'\0'
    return struct.pack('<HHHHIIHH', 0, 0xffff, 0, 0x8664, 0, len(names), 0, 1 << 2) + names


def write(obj, label):
    """The object, and the names that the index of an archive lists."""
    if obj.atoms and obj.atoms[0].kind == 'import':
        return stub(obj.atoms[0]), ['__imp_' + obj.atoms[0].name, obj.atoms[0].name]
    writer = Writer(obj, label)
    return writer.write(), writer.listed
