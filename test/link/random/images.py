# SPDX-License-Identifier: MIT
"""Linked images: what can be reached from the roots of a program, as text that can be compared.

The entry of an image is a datum whose references are the roots. Each atom that is reached gets a
number; when it is reached again, only the number is written. So two images have the same text only
if what was one is one, and what was two is two.
"""
import collections
import struct

from content import ADD, ADRP, BL, FUNCTION, FUNCTION_ARM, LDR, RET


class Broken(Exception):
    pass


class Image:
    """Segments: (address, size, bytes). Parts: (address, size) of sections, by name."""

    def __init__(self):
        self.segments, self.parts, self.entry, self.thread, self.exports = [], {}, 0, 0, {}
        self.imports = {}  # by the address of the slot
        self.arm, self.frames = False, {}  # of functions: how long they are

    def read(self, address, size):
        for start, room, data in self.segments:
            if start <= address < start + room:
                at = address - start
                return data[at:at + size].ljust(size, b'\0')
        raise Broken(f'nothing is at address {address:x}')

    def word(self, address):
        return struct.unpack('<Q', self.read(address, 8))[0]

    def near(self, address):
        """What a 32-bit displacement leads to."""
        target = address + 4 + struct.unpack('<i', self.read(address, 4))[0]
        return target & (1 << 64) - 1 if target & 0xffffffff else 0  # 32 bits of it are right

    def text(self, address):
        out = b''
        while not out.endswith(b'\0'):
            out += self.read(address + len(out), 1)
        return out[:-1].decode()


def elf(data):
    image = Image()
    image.entry, phoff, shoff = struct.unpack_from('<QQQ', data, 24)
    psize, pcount, ssize, scount, names = struct.unpack_from('<HHHHH', data, 54)
    for i in range(pcount):
        kind, _, offset, address, _, filed, room, align = struct.unpack_from(
            '<IIQQQQQQ', data, phoff + i * psize)
        if kind == 1:
            image.segments.append((address, room, data[offset:offset + filed]))
        if kind == 7:  # the thread pointer is behind the image
            image.thread = (address + room + align - 1) // align * align
    table = struct.unpack_from('<Q', data, shoff + names * ssize + 24)[0]
    for i in range(scount):
        name, _, _, address, _, size = struct.unpack_from('<IIQQQQ', data, shoff + i * ssize)
        end = data.index(b'\0', table + name)
        image.parts.setdefault(data[table + name:end].decode(), (address, size))
    if '.eh_frame' in image.parts:
        read_frames(image, *image.parts['.eh_frame'])
    return image


def read_frames(image, at, size):
    end = at + size
    while at + 8 < end:
        length, back = struct.unpack('<II', image.read(at, 8))
        if back:
            start, count = struct.unpack('<iI', image.read(at + 8, 8))
            image.frames[at + 8 + start] = count
        at += 4 + length
        if not length:
            break


def unwind_entries(image, base, table, size):
    """Those of .pdata: a function has several if weak ones of its name have; linkers sort them.
    GNU ld keeps one of each COMDAT copy: equal ones count once."""
    found = collections.defaultdict(list)
    for at in range(base + table, base + table + size - size % 12, 12):
        start, end, info = struct.unpack('<III', image.read(at, 12))
        if start:
            found[base + start].append(f'{end - start} {image.read(base + info, 4).hex()}')
    return {start: ' and '.join(sorted(set(entries))) for start, entries in found.items()}


def coff(data):
    image = Image()
    pe = struct.unpack_from('<I', data, 60)[0]
    count, optional = struct.unpack_from('<H', data, pe + 6)[0], struct.unpack_from(
        '<H', data, pe + 20)[0]
    entry, base = struct.unpack_from('<I', data, pe + 40)[0], struct.unpack_from(
        '<Q', data, pe + 48)[0]
    image.entry = base + entry
    for i in range(count):
        at = pe + 24 + optional + 40 * i
        name, room, address, filed, offset = struct.unpack_from('<8sIIII', data, at)
        image.segments.append((base + address, room, data[offset:offset + min(filed, room)]))
        image.parts[name.rstrip(b'\0').decode()] = (base + address, room)
    if '.tls' in image.parts:
        image.thread = image.parts['.tls'][0]
    table, size = struct.unpack_from('<II', data, pe + 24 + 112 + 24)
    image.frames = unwind_entries(image, base, table, size)
    table = struct.unpack_from('<I', data, pe + 24 + 112 + 8)[0]
    if table:
        read_imports(image, base, base + table)
    exports, size = struct.unpack_from('<II', data, pe + 24 + 112)
    if size:
        read_exports(image, base, base + exports)
    return image


def read_imports(image, base, at):
    while True:
        names, _, _, dll, slots = struct.unpack('<IIIII', image.read(at, 20))
        if not slots:
            return
        for i in range(1 << 16):
            name = image.word(base + names + 8 * i)
            if not name:
                break
            image.imports[base + slots + 8 * i] = \
                f'{image.text(base + dll)}!{image.text(base + name + 2)}'
        at += 20


def read_exports(image, base, table):
    functions, names, ordinals = struct.unpack('<III', image.read(table + 28, 12))
    for i in range(struct.unpack('<I', image.read(table + 24, 4))[0]):
        name = image.text(base + struct.unpack('<I', image.read(base + names + 4 * i, 4))[0])
        number = struct.unpack('<H', image.read(base + ordinals + 2 * i, 2))[0]
        place = struct.unpack('<I', image.read(base + functions + 4 * number, 4))[0]
        image.exports[name] = base + place


def macho(data):
    image = Image()
    image.arm = struct.unpack_from('<I', data, 4)[0] == 0x100000c
    at, entry, base = 32, 0, 0
    for _ in range(struct.unpack_from('<I', data, 16)[0]):
        command, size = struct.unpack_from('<II', data, at)
        if command == 0x19:
            name, address, room, offset, filed = struct.unpack_from('<16sQQQQ', data, at + 8)
            image.segments.append((address, room, data[offset:offset + filed]))
            if name.startswith(b'__TEXT'):
                base = address
            for i in range(struct.unpack_from('<I', data, at + 64)[0]):
                section, _, start, length = struct.unpack_from('<16s16sQQ', data, at + 72 + 80 * i)
                image.parts[section.rstrip(b'\0').decode()] = (start, length)
        elif command == 0x80000028:
            entry = struct.unpack_from('<Q', data, at + 8)[0]
        at += size
    image.entry = base + entry
    return image


class Walk:
    def __init__(self, image):
        self.image, self.numbers, self.out = image, {}, []
        self.atoms = {}       # by address: what it says, and where it leads
        self.initialised = {}  # by name of a section: the elements

    def go(self, address):
        todo = [address]
        while todo:
            address = self.place(todo.pop())
            if isinstance(address, str):
                self.out.append(address)
                continue
            if address in self.numbers:
                self.out.append(f'^{self.numbers[address]}')
                continue
            self.numbers[address], before = len(self.numbers), len(self.out)
            leads = self.atom(address)
            self.atoms[address] = self.out[before:], leads
            todo += reversed(leads)

    def place(self, address):
        """Where a reference leads to in the end: an address, or words."""
        if isinstance(address, str):
            return address
        address = self.thunk(address)
        return self.image.imports.get(address, address or '0')

    def atom(self, address):
        if self.image.read(address, 2) == FUNCTION:
            return self.function(address)
        if self.image.arm and self.image.read(address, 4) == FUNCTION_ARM:
            return self.function_arm(address)
        ident, word = self.image.word(address), self.image.word(address + 8)
        self.out.append(f'{ident:x}')
        if word & 255 > 13:
            raise Broken(f'no datum is at address {address:x}')
        out, i = [], 0
        while i < word & 255:
            how, slot = word >> (8 + 4 * i) & 15, address + 16 + 8 * i
            if how == 2:
                out += self.bounds(self.image.word(slot), self.image.word(slot + 8))
                i += 1
            else:
                out.append(self.target(how, slot))
            i += 1
        return out

    def target(self, how, slot):
        image = self.image
        if how == 0:
            return image.word(slot)
        if how == 1:
            offset = image.word(slot)  # 32 bits of it are written
            return image.thread + signed(offset & 0xffffffff, 32) if image.thread else offset
        target = image.near(slot) - 4
        if how == 3:
            return target if target & 0xffffffff else 0
        if how == 4:
            return image.word(target)
        return '"' + image.text(image.word(slot)) + '"'

    def function(self, address):
        image = self.image
        frame = f' for {image.frames[address]}' if address in image.frames else ''
        self.out.append(f'f{image.word(address + 2):x}{frame}')
        at, out = address + 10, []
        while True:
            code = image.read(at, 3)
            if code[0] == 0xc3:
                return out
            if code[0] == 0xe8:
                out.append(self.thunk(image.near(at + 1)))
                at += 5
            elif code == b'\x48\x8d\x05':
                out.append(image.near(at + 3))
                at += 7
            elif code == b'\x48\x8b\x05':
                out.append(image.word(image.near(at + 3)))
                at += 7
            elif code == b'\x48\xc7\xc0':
                out.append(struct.unpack('<i', image.read(at + 3, 4))[0])
                at += 7
            elif code[:2] == b'\xff\x15':
                out.append(image.word(image.near(at + 2)))
                at += 6
            elif code[:2] == b'\x67\xe8':
                out.append(self.thunk(image.near(at + 2)))
                at += 6
            elif code[0] == 0x90:
                at += 1
            else:
                raise Broken(f'no instruction that is known is at address {at:x}: {code.hex()}')

    def function_arm(self, address):
        self.out.append(f'f{self.ident(address):x}')
        at, out, page = address + 16, [], 0
        while True:
            code = struct.unpack('<I', self.image.read(at, 4))[0]
            if code == RET:
                return out
            if code & 0xfc000000 == BL:
                out.append(at + signed(code & 0x3ffffff, 26) * 4)
            elif code & 0x9f00001f == ADRP:
                pages = signed((code >> 5 & 0x7ffff) << 2 | code >> 29 & 3, 21)
                page = (at & ~0xfff) + pages * 4096
            elif code & 0xffc003ff == ADD:
                out.append(page + (code >> 10 & 0xfff))
            elif code & 0xffc003ff == LDR:
                out.append(self.image.word(page + (code >> 10 & 0xfff) * 8))
            elif code != 0xd503201f:  # nop
                raise Broken(f'no instruction that is known is at address {at:x}: {code:x}')
            at += 4

    def thunk(self, address):
        """What is behind a jump of the linker's."""
        if address and self.image.read(address, 2) == b'\xff\x25':
            slot = self.image.near(address + 2)
            return slot if slot in self.image.imports else self.image.word(slot)
        return address

    def ident(self, address):
        if self.image.read(address, 2) == FUNCTION:
            return self.image.word(address + 2)
        if self.image.arm and self.image.read(address, 4) == FUNCTION_ARM:
            words = struct.unpack('<4I', self.image.read(address, 16))
            return sum((word >> 5 & 0xffff) << 16 * i for i, word in enumerate(words))
        return self.image.word(address)

    def bounds(self, start, stop):
        if not 0 <= stop - start < 1 << 16:
            raise Broken(f'bounds {start:x} to {stop:x}')
        return ['['] + self.any_order(self.elements(start, stop - start)) + [']']

    def elements(self, start, size):
        """What the pointers of an array lead to."""
        words = [self.image.word(at) for at in range(start, start + size - size % 8, 8)]
        return [word for word in words if word]

    def any_order(self, addresses):
        """Those of one priority (it is in the ident) may come in any order."""
        rows, last, run = [], None, []
        for address in addresses:
            priority = self.ident(address) >> 48
            if priority != last:
                rows, run, last = rows + sorted(run, key=self.ident), [], priority
            run.append(address)
        return rows + sorted(run, key=self.ident)

    def initialisers(self, name):
        addresses = self.any_order(self.elements(*self.image.parts[name]))
        self.initialised[name] = addresses
        self.out += ['| ' + name] * bool(addresses)
        for address in addresses:
            self.go(address)

    def exports(self):
        for name in sorted(self.image.exports):
            self.out.append(name)
            self.go(self.image.exports[name])


def signed(value, bits):
    return value - (1 << bits) if value >> bits - 1 else value


READERS = {'elf': elf, 'coff': coff, 'mingw': coff, 'macho': macho, 'arm64': macho}


class Holding:
    """Whether an image holds all that another one does, and nothing else but longer lists.

    larger: by ident, the idents of COMDATs that may be there instead, since the largest counts.
    """

    def __init__(self, before, after, larger):
        self.before, self.after, self.larger = before, after, larger
        self.counterpart, self.taken, self.todo = {}, set(), []

    def holds(self):
        before, after = self.before, self.after
        exports = [(address, after.image.exports.get(name, ''))
                   for name, address in before.image.exports.items()]
        return self.leads([before.image.entry], [after.image.entry]) and \
            all(self.has_list(addresses, after.initialised.get(name, []))
                for name, addresses in before.initialised.items()) and \
            all(self.leads([was], [now]) for was, now in exports) and self.follow()

    def follow(self):
        while self.todo:
            was, now = self.todo.pop()
            (said, was), (says, now) = self.before.atoms[was], self.after.atoms[now]
            if said != says and says[0] in self.larger.get(said[0], ()):
                continue
            if said != says or not self.leads(was, now):
                return False
        return True

    def leads(self, was, now):
        """Go where the references of an atom lead."""
        was, now = list(was), list(now)
        while was and now:
            first, second = was.pop(0), now.pop(0)
            if first == second == '[':
                ends = was.index(']'), now.index(']')
                if not self.has_list(was[:ends[0]], now[:ends[1]]):
                    return False
                was, now = was[ends[0]:], now[ends[1]:]
            elif not self.pair(self.before.place(first), self.after.place(second)):
                return False
        return not was and not now

    def has_list(self, was, now):
        rest = iter(now)
        return all(any(self.before.ident(first) == self.after.ident(second) and
                       self.pair(self.before.place(first), self.after.place(second))
                       for second in rest) for first in was)

    def pair(self, was, now):
        """What was one is one, and what was two is two."""
        if isinstance(was, str) or isinstance(now, str) or was in self.counterpart:
            return self.counterpart.get(was, was) == now
        if now in self.taken:
            return False
        self.counterpart[was] = now
        self.taken.add(now)
        self.todo.append((was, now))
        return True


def walk(kind, path):
    """What an image holds; .text says it."""
    with open(path, 'rb') as file:
        image = READERS[kind](file.read())
    walker = Walk(image)
    walker.go(image.entry)
    for name in ('.init_array', '.fini_array', '__mod_init_func', '__mod_term_func'):
        if name in image.parts:
            walker.initialisers(name)
    walker.exports()
    walker.text = ' '.join(walker.out)
    return walker
