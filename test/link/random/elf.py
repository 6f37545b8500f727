# SPDX-License-Identifier: MIT
"""ELF objects for x86_64, written directly."""
import struct

from content import content

PROGBITS, SYMTAB, STRTAB, RELA, NOBITS, GROUP = 1, 2, 3, 4, 8, 17
INIT_ARRAY, FINI_ARRAY = 14, 15
WRITE, ALLOC, EXEC, MERGE, STRINGS, INFO_LINK = 1, 2, 4, 0x10, 0x20, 0x40
IN_GROUP, TLS, RETAIN = 0x200, 0x400, 0x200000
RELOCS = {'ptr': 1, 'pc32': 2, 'got': 9, 'plt': 4, 'tls': 23, 'gotx': 42, 'callgot': 41,
          'string': 1}  # gold refuses objects with TPOFF64, 18, which only linkers write
BINDS = {'local': 0, 'strong': 1, 'weak': 2, 'unique': 10}
VIS = {'': 0, 'hidden': 2, 'protected': 3}


class Strings:
    def __init__(self):
        self.data, self.where = b'\0', {'': 0}

    def add(self, text):
        if text not in self.where:
            self.where[text] = len(self.data)
            self.data += text.encode() + b'\0'
        return self.where[text]


class Section:
    def __init__(self, name, kind, flags, align=8, entry=0):
        self.name, self.kind, self.flags, self.align, self.entry = name, kind, flags, align, entry
        self.data, self.size, self.link, self.info = bytearray(), 0, 0, 0
        self.relocs, self.number = [], 0

    def place(self, data, size, align):
        """Put data here; where they begin."""
        self.align = max(self.align, align)
        self.size = (self.size + align - 1) // align * align
        at = self.size
        if self.kind != NOBITS:
            self.data += b'\0' * (at - len(self.data)) + data
        self.size += size
        return at


class Writer:
    def __init__(self, obj, label):
        self.obj, self.label = obj, label
        self.sections, self.by_key, self.groups = [], {}, {}
        self.symbols = []  # name, info, other, section or number, value, size
        self.local = {}    # name of a local atom: section, offset
        self.strings = None

    def section(self, key, name, kind, flags, align=8, entry=0, group=''):
        if group:
            key, flags = (key, group), flags | IN_GROUP
        if key not in self.by_key:
            made = self.by_key[key] = Section(name, kind, flags, align, entry)
            self.sections.append(made)
            if group:
                self.groups[group].append(made)
        return self.by_key[key]

    def home(self, atom):
        """The section of an atom."""
        coarse = 'coarse' in self.obj.flags and not atom.group
        place, _, detail = atom.place.partition(':')
        retain = RETAIN if atom.retain else 0
        if place == 'init':
            name = '.init_array' + ('.' + detail if detail else '')
            return self.section(name, name, INIT_ARRAY, ALLOC | WRITE, group=atom.group)
        if place == 'fini':
            return self.section('fini', '.fini_array', FINI_ARRAY, ALLOC | WRITE, group=atom.group)
        if place == 'set':
            return self.section(('set', detail, retain), detail, PROGBITS, ALLOC | WRITE | retain,
                                group=atom.group)
        kinds = {'func': ('.text', PROGBITS, ALLOC | EXEC, 16),
                 'bss': ('.bss', NOBITS, ALLOC | WRITE, 8),
                 'tls': ('.tdata', PROGBITS, ALLOC | WRITE | TLS, 8)}
        base, kind, flags, align = kinds.get(atom.kind, ('.data', PROGBITS, ALLOC | WRITE, 8))
        if not coarse:
            base += '.' + atom.name
        return self.section((base, retain), base, kind, flags | retain, align, group=atom.group)

    def string_section(self):
        return self.section('strings', '.rodata.str1.1', PROGBITS, ALLOC | MERGE | STRINGS, 1, 1)

    def write(self):
        atoms = self.obj.atoms
        for atom in atoms:
            if atom.group and atom.group not in self.groups:
                self.groups[atom.group] = []
        placed = [(atom, *self.put(atom)) for atom in atoms if atom.kind != 'common']
        for atom, section, at, size in placed:
            if atom.bind == 'local':
                self.local[atom.name] = (section, at)
        for atom, section, at, size in placed:
            self.define(atom, section, at, size)
        for atom in atoms:
            if atom.kind == 'common':
                self.symbols.append((atom.name, 0x11, VIS[atom.vis], 0xfff2, 8, atom.size))
        if 'frames' in self.obj.flags:
            self.frames(placed)
        self.extras()
        return self.lay_out()

    def put(self, atom):
        section = self.home(atom)
        if atom.kind == 'bss':
            return section, section.place(b'', atom.size, 8), atom.size
        data, fixes = content(atom)
        at = section.place(data, len(data), 16 if atom.kind == 'func' else 8)
        for where, how, name, addend in fixes:
            section.relocs.append((at + where, how, name, addend))
        return section, at, len(data)

    def define(self, atom, section, at, size):
        kind = {'func': 2, 'tls': 6}.get(atom.kind, 1)
        if atom.place.startswith('set') and atom.bind == 'local':
            return
        self.symbols.append((atom.name, BINDS[atom.bind] << 4 | kind, VIS[atom.vis], section, at,
                             size))
        for alias in atom.aliases:
            name, bind = alias.split('/')
            self.symbols.append((name, BINDS[bind] << 4 | kind, VIS[atom.vis], section, at, size))

    def frames(self, placed):
        """.eh_frame with an entry for each function."""
        functions = [row for row in placed if row[0].kind == 'func']
        if not functions:
            return
        frames = self.section('frames', '.eh_frame', 0x70000001, ALLOC)
        frames.place(struct.pack('<II', 20, 0) +
                     b'\1zR\0\1\x78\x10\1\x1b\x0c\7\x08\x90\1\0\0', 24, 8)
        for atom, section, at, size in functions:
            begin = frames.place(struct.pack('<IIiII', 20, frames.size + 4, 0, size, 0) + bytes(4),
                                 24, 8)
            frames.relocs.append((begin + 8, 'pc32', (section, at), 0))

    def extras(self):
        comment = self.section('comment', '.comment', PROGBITS, MERGE | STRINGS, 1, 1)
        comment.place(b'rustc\0', 6, 1)
        self.section('note', '.note.GNU-stack', PROGBITS, 0, 1)
        debug = self.section('debug', '.debug_str', PROGBITS, MERGE | STRINGS, 1, 1)
        debug.place(self.label.encode() + b'\0', len(self.label) + 1, 1)

    def lay_out(self):
        number = 1 + len(self.groups)
        strings = {}
        for section in list(self.sections):
            for _, how, name, _ in section.relocs:
                if how == 'string' and name not in strings:
                    home = self.string_section()
                    text = name.encode() + b'\0'
                    strings[name] = (home, home.place(text, len(text), 1))
        for section in self.sections:
            section.number, number = number, number + 1
        relas = [section for section in self.sections if section.relocs]
        names, text = Strings(), Strings()
        rows = [('', 0, 0, 0, 0, 0), (self.label + '.rs', 4, 0, 0xfff1, 0, 0)]
        rows += [('', 3, 0, section, 0, 0) for section in self.sections]
        index = {('section', section.number): i + 2 for i, section in enumerate(self.sections)}
        rows += [row for row in self.symbols if row[1] >> 4 == 0]
        first_global = len(rows)
        rows += [row for row in self.symbols if row[1] >> 4]
        for i, row in enumerate(rows):
            if row[0] and i > 1:
                index[row[0]] = i
        for section in relas:
            for _, how, name, _ in section.relocs:
                if isinstance(name, tuple):
                    continue
                bare = name.split('?')[0]
                if how != 'string' and bare not in index and bare not in self.local:
                    weak = all(n.endswith('?') for s in relas for _, h, n, _ in s.relocs
                               if isinstance(n, str) and h != 'string' and
                               n.split('?')[0] == bare)
                    index[bare] = len(rows)
                    rows.append((bare, (2 if weak else 1) << 4 | (6 if how == 'tls' else 0), 0, 0,
                                 0, 0))
        for signature in self.groups:
            if signature not in index:
                index[signature] = len(rows)
                rows.append((signature, 0x20, 0, 0, 0, 0))
        return self.bytes(relas, rows, first_global, index, strings, names, text)

    def bytes(self, relas, rows, first_global, index, strings, names, text):
        total = 1 + len(self.groups) + len(self.sections) + len(relas)
        symtab = total
        out, headers = bytearray(64), [bytes(64)]

        def add(name, kind, flags, data, size, link, info, align, entry):
            pad = -len(out) % max(align, 1)
            out.extend(b'\0' * pad)
            headers.append(struct.pack('<IIQQQQIIQQ', names.add(name), kind, flags, 0, len(out),
                                       size, link, info, align, entry))
            out.extend(data)

        rela_number = {s.number: 1 + len(self.groups) + len(self.sections) + i
                       for i, s in enumerate(relas)}
        for signature, members in self.groups.items():
            data = struct.pack('<I', 1)
            for section in members:
                data += struct.pack('<I', section.number)
                if section.number in rela_number:
                    data += struct.pack('<I', rela_number[section.number])
            add('.group', GROUP, 0, data, len(data), symtab, index[signature], 4, 4)
        for section in self.sections:
            add(section.name, section.kind, section.flags, section.data, section.size, 0, 0,
                section.align, section.entry)
        for section in relas:
            data = b''
            for at, how, name, addend in section.relocs:
                bare = name if isinstance(name, tuple) else name.split('?')[0]
                if isinstance(name, tuple):
                    symbol, addend = index[('section', name[0].number)], name[1]
                elif how == 'string':
                    home, offset = strings[name]
                    symbol, addend = index[('section', home.number)], addend + offset
                elif bare in self.local:
                    home, offset = self.local[bare]
                    symbol, addend = index[('section', home.number)], addend + offset
                else:
                    symbol = index[bare]
                data += struct.pack('<QQq', at, symbol << 32 | RELOCS[how], addend)
            flags = INFO_LINK | (section.flags & IN_GROUP)
            add('.rela' + section.name, RELA, flags, data, len(data), symtab, section.number, 8, 24)
        data = b''
        for name, info, other, home, value, size in rows:
            shown = '' if info & 15 == 3 else name
            place = home if isinstance(home, int) else home.number
            data += struct.pack('<IBBHQQ', text.add(shown), info, other, place, value, size)
        add('.symtab', SYMTAB, 0, data, len(data), symtab + 1, first_global, 8, 24)
        add('.strtab', STRTAB, 0, text.data, len(text.data), 0, 0, 1, 0)
        names.add('.shstrtab')
        add('.shstrtab', STRTAB, 0, names.data, len(names.data), 0, 0, 1, 0)
        out.extend(b'\0' * (-len(out) % 8))
        unique = any(row[1] >> 4 == 10 for row in rows)
        retain = any(section.flags & RETAIN for section in self.sections)
        out[:64] = struct.pack('<16sHHIQQQIHHHHHH', b'\x7fELF\2\1\1' +
                               (b'\3' if unique or retain else b'\0'), 1, 62, 1, 0, 0, len(out), 0,
                               64, 0, 0, 64, len(headers), len(headers) - 1)
        return bytes(out) + b''.join(headers)


def write(obj, label):
    """The object, and the names that the index of an archive lists."""
    writer = Writer(obj, label)
    return writer.write(), [row[0] for row in writer.symbols if row[1] >> 4]
