#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
macho.py describe FILE...      - print all of a Mach-O image but its local symbols: to be compared
macho.py signature FILE...     - check each signature: all hashes are computed again
macho.py locals FILE...        - how many debug symbols, and other local ones, there are
macho.py sign KIND FROM TO     - sign FROM anew: real (by a certificate), adhoc, sha1, both hashes
macho.py name FROM TO          - let the indirect table name a debug symbol and another local one
macho.py carry FROM TO         - put data behind the names of symbols, as programs do that carry some
macho.py compare BEFORE AFTER WHAT - WHAT was stripped (debug, locals, or both): all else is there

A reader of Mach-O that shares nothing with armeld's; written after <mach-o/loader.h>,
<mach-o/nlist.h> and the kernel's cs_blobs.h. Exit status 1: a fault, which is printed.
"""
import hashlib
import struct
import sys

PARTS = {0x1d: 'signature', 0x1e: 'split', 0x26: 'starts', 0x29: 'data in code', 0x2b: 'drs',
         0x2e: 'hints', 0x33: 'exports trie', 0x34: 'fixups', 0x36: 'atoms'}
DYLD = ('rebase', 'bind', 'weak bind', 'lazy bind', 'exports')


class Fault(Exception):
    pass


def need(condition, text):
    if not condition:
        raise Fault(text)


def slices(data):
    """(machine, align, bytes) of each slice; of a thin file, of itself."""
    magic = struct.unpack('>I', data[:4])[0]
    if magic not in (0xcafebabe, 0xcafebabf):
        return [(None, None, data)]
    wide = magic == 0xcafebabf
    found = []
    end = 8
    for i in range(struct.unpack('>I', data[4:8])[0]):
        if wide:
            entry = struct.unpack('>IIQQII', data[8 + 32 * i:40 + 32 * i])
        else:
            entry = struct.unpack('>IIIII', data[8 + 20 * i:28 + 20 * i])
        kind, subtype, offset, size, align = entry[:5]
        need(offset % (1 << align) == 0, 'a slice is not aligned')
        need(offset >= end and offset + size <= len(data), 'slices overlap, or exceed the file')
        need(not any(data[end:offset] if i else b''), 'bytes between slices')
        end = offset + size
        found.append(((kind, subtype, wide), align, data[offset:end]))
    need(end == len(data), 'bytes behind the slices')
    return found


class Image:
    def __init__(self, data):
        self.data = data
        magic, self.cpu, self.subtype, self.type, count, size, self.flags = \
            struct.unpack('<7I', data[:28])
        need(magic in (0xfeedfacf, 0xfeedface), 'no Mach-O')
        self.wide = magic == 0xfeedfacf
        self.commands = []
        self.sections = []
        self.segments = {}
        self.parts = {}  # name -> (offset, size)
        self.header_end = (32 if self.wide else 28) + size
        at = 32 if self.wide else 28
        for _ in range(count):
            kind, length = struct.unpack('<II', data[at:at + 8])
            self.command(at, kind & 0x7fffffff, data[at:at + length])
            at += length
        need(at == self.header_end, 'load commands do not add up')
        self.read_symbols()

    def part(self, name, offset, size):
        if size:
            need(name not in self.parts, 'two of ' + name)
            need(offset + size <= len(self.data), name + ' exceeds the file')
            self.parts[name] = (offset, size)

    def command(self, at, kind, body):
        fields = struct.unpack('<%dI' % (len(body) // 4), body[:len(body) // 4 * 4])
        changes = ()
        if kind in (0x1, 0x19):
            self.segment(kind == 0x19, body)
            if body[8:24].rstrip(b'\0') == b'__LINKEDIT':
                changes = range(24, 56) if kind == 0x19 else range(24, 40)
        elif kind == 2:
            self.symtab = fields[2:6]
            self.part('symbols', fields[2], fields[3] * (16 if self.wide else 12))
            self.part('names', fields[4], fields[5])
            changes = range(8, 24)
        elif kind == 0xb:
            self.dysymtab = fields[2:20]
            self.part('indirect', fields[14], fields[15] * 4)
            self.part('external relocations', fields[16], fields[17] * 8)
            self.part('local relocations', fields[18], fields[19] * 8)
            changes = range(8, 80)
        elif kind == 0x22:
            for i, name in enumerate(DYLD):
                self.part(name, fields[2 + 2 * i], fields[3 + 2 * i])
            changes = range(8, 48)
        elif kind in PARTS:
            self.part(PARTS[kind], fields[2], fields[3])
            changes = range(8, 16)
        self.commands.append((kind, bytes(0 if i in changes else b for i, b in enumerate(body))))

    def segment(self, wide, body):
        name = body[8:24].rstrip(b'\0')
        place = struct.unpack('<QQQQ', body[24:56]) if wide else struct.unpack('<IIII', body[24:40])
        self.segments[name] = place
        count = struct.unpack('<I', body[(64 if wide else 48):][:4])[0]
        for i in range(count):
            at = body[(72 if wide else 56) + i * (80 if wide else 68):]
            title = at[16:32].rstrip(b'\0') + b',' + at[:16].rstrip(b'\0')
            if wide:
                address, size, offset, align, _, _, flags = struct.unpack('<QQIIIII', at[32:68])
            else:
                address, size, offset, align, _, _, flags = struct.unpack('<IIIIIII', at[32:60])
            data = b'' if flags & 0xff in (1, 0xc, 0x12) else self.data[offset:offset + size]
            need(len(data) == size or not data, title.decode() + ' exceeds the file')
            self.sections.append((title, address, size, offset, data))

    def bytes_of(self, name):
        offset, size = self.parts.get(name, (0, 0))
        return self.data[offset:offset + size]

    def name_at(self, offset):
        if offset == 0:
            return b''
        need(offset < len(self.names), 'a name exceeds the table')
        return self.names[offset:self.names.index(b'\0', offset)]

    def read_symbols(self):
        """(name, type, section, desc, value) of each symbol."""
        table = self.bytes_of('symbols')
        self.names = self.bytes_of('names')
        each = 16 if self.wide else 12
        self.symbols = []
        for at in range(0, len(table), each):
            name, kind, section, desc, value = \
                struct.unpack('<IBBHQ' if self.wide else '<IBBHI', table[at:at + each])
            if not kind & 0xe0 and kind & 0xe == 0xa:
                value = self.name_at(value)
            self.symbols.append((self.name_at(name), kind, section, desc, value))

    def check_layout(self):
        """__LINKEDIT is last, its parts lie apart and in it, and nothing else is in it."""
        address, memory, start, size = self.segments[b'__LINKEDIT']
        need(start + size == len(self.data), '__LINKEDIT does not end the file')
        need(memory >= size, '__LINKEDIT is larger in the file than in memory')
        end = start
        for offset, length, name in sorted((o, s, n) for n, (o, s) in self.parts.items()):
            need(offset >= end, name + ' overlaps what is in front of it')
            need(not any(self.data[end:offset]), 'bytes in front of ' + name)
            need(offset % (16 if name == 'signature' else 4) == 0, name + ' is not aligned')
            end = offset + length
        need(not any(self.data[end:]), 'bytes behind all parts')
        return end

    def ranges(self):
        """The ranges of DYSYMTAB: what is in each."""
        first_local, locals_, first_defined, defined, first_undefined, undefined = self.dysymtab[:6]
        need(first_local == 0 and first_defined == locals_ and
             first_undefined == locals_ + defined and
             first_undefined + undefined == len(self.symbols), 'DYSYMTAB does not add up')
        for i, (name, kind, _, _, _) in enumerate(self.symbols):
            external = bool(kind & 1) and not kind & 0xe0
            need(external == (i >= locals_), 'symbol %d is in the wrong range' % i)
            need(i < locals_ or ((kind & 0xe == 0) == (i >= first_undefined)),
                 'symbol %d is in the wrong range' % i)
        return self.symbols[locals_:]

    def symbol_brief(self, number):
        if number & 0xc0000000:
            return hex(number)
        need(number < len(self.symbols), 'a number of no symbol')
        return self.symbols[number]

    def describe(self):
        """Lines with all that stripping must not change."""
        lines = [repr((self.cpu, self.subtype, self.type, self.flags, self.header_end))]
        lines += ['command %#x %s' % (kind, body.hex()) for kind, body in self.commands]
        for title, address, size, offset, data in self.sections:
            lines.append('section %s %#x %#x %#x %s' % (title.decode(), address, size, offset,
                                                       hashlib.sha256(data).hexdigest()))
        address, _, start, _ = self.segments[b'__LINKEDIT']
        lines.append('LINKEDIT %#x %#x' % (address, start))
        lines.append('all in front of it: ' + hashlib.sha256(
            self.data[self.header_end:start]).hexdigest())
        for name in sorted(set(PARTS.values()) | set(DYLD) | {'local relocations'}):
            if name != 'signature':
                lines.append('%s: %s' % (name, self.bytes_of(name).hex()))
        indirect = self.bytes_of('indirect')
        for at in range(0, len(indirect), 4):
            lines.append('indirect %r' % (self.symbol_brief(
                struct.unpack('<I', indirect[at:at + 4])[0]),))
        relocations = self.bytes_of('external relocations')
        for at in range(0, len(relocations), 8):
            where, what = struct.unpack('<II', relocations[at:at + 8])
            lines.append('relocation %#x %#x %r' % (where, what >> 24,
                                                    self.symbol_brief(what & 0xffffff)))
        lines += ['symbol %r' % (s,) for s in self.ranges()]
        return lines

    # ---- the signature

    def blobs(self):
        """{slot: bytes} of the signature."""
        blob = self.bytes_of('signature')
        if not blob:
            return {}
        magic, length, count = struct.unpack('>III', blob[:12])
        need(magic == 0xfade0cc0 and length <= len(blob), 'no signature of the embedded kind')
        found = {}
        for i in range(count):
            slot, offset = struct.unpack('>II', blob[12 + 8 * i:20 + 8 * i])
            size = struct.unpack('>I', blob[offset + 4:offset + 8])[0]
            need(offset >= 12 + 8 * count and offset + size <= length, 'a blob exceeds its parent')
            need(slot not in found, 'two blobs for a slot')
            found[slot] = blob[offset:offset + size]
        return found

    def directories(self):
        return {slot: Directory(blob) for slot, blob in self.blobs().items()
                if slot == 0 or 0x1000 <= slot < 0x1010}

    def check_signature(self):
        blobs = self.blobs()
        directories = self.directories()
        if not blobs:
            return 'not signed'
        need(0 in directories, 'a signature without directory')
        offset = self.parts['signature'][0]
        _, _, start, size = self.segments[b'__LINKEDIT']
        need(offset + self.parts['signature'][1] == start + size, 'the signature is not last')
        lines = []
        for slot, d in sorted(directories.items()):
            need(d.limit == offset, 'the directory covers %#x of %#x bytes' % (d.limit, offset))
            need(len(d.code) == (offset + d.page - 1) // d.page, 'the number of code slots')
            for i, found in enumerate(d.code):
                page = self.data[i * d.page:min((i + 1) * d.page, offset)]
                need(d.hash(page) == found, 'the hash of page %d' % i)
            for number in range(1, len(d.special) + 1):
                found = d.special[number - 1]
                if number in blobs:
                    need(d.hash(blobs[number]) == found, 'the hash of special slot %d' % number)
            for number in blobs:
                need(number >= 0x1000 or number == 0 or number <= len(d.special),
                     'a blob without a special slot: %d' % number)
            if d.version >= 0x20400:
                base, limit, flags = d.segment
                text = self.segments[b'__TEXT']
                need(base == text[2] and limit <= text[3], 'the executable segment')
                need((flags & 1) == (self.type == 2), 'the flag of programs')
            lines.append(' '.join([hex(slot), d.identifier.decode(), hex(d.version), hex(d.flags),
                                   str(d.page), d.title, 'special ' + ','.join(
                                       x.hex()[:8] for x in d.special), 'segment', str(d.segment)]))
        lines += ['blob %#x %s' % (slot, hashlib.sha256(blob).hexdigest())
                  for slot, blob in sorted(blobs.items()) if slot not in directories]
        return '\n'.join(lines)


def blob(magic, body):
    return struct.pack('>II', magic, 8 + len(body)) + body


def directory(image, kind, page, flags, blobs):
    """A code directory of all in front of the signature, made from nothing."""
    title, size = Directory.HASHES[kind]
    limit = image.parts['signature'][0]
    identifier = image.directories()[0].identifier + b'\0'
    special = [hashlib.new(title, blobs[n]).digest()[:size] if n in blobs else bytes(size)
               for n in range(7, 0, -1)] if blobs else []
    code = [hashlib.new(title, image.data[at:min(at + (1 << page), limit)]).digest()[:size]
            for at in range(0, limit, 1 << page)]
    text = image.segments[b'__TEXT']
    strings = identifier + b'TEAM\0' if blobs else identifier
    start = 96 + len(strings) + len(special) * size
    fields = struct.pack('>7I4BIIIIQQQQII', 0x20500, flags, start, 96, len(special), len(code),
                         limit, size, kind, 0, page, 0, 0,
                         96 + len(identifier) if blobs else 0, 0, 0, text[2], text[3],
                         int(image.type == 2), 0, 0)
    return blob(0xfade0c02, fields + strings + b''.join(special + code))


def sign(image, how):
    """The image with another signature; HOW: real, adhoc, sha1, both. All have entitlements."""
    blobs = {2: blob(0xfade0c01, bytes(4)), 5: blob(0xfade7171, b'<plist>entitled</plist>'),
             7: blob(0xfade7172, b'\x70\x02'), 0x10000: blob(0xfade0b01, b'')}
    if how == 'real':
        blobs[0x10000] = blob(0xfade0b01, b'by a certificate')
    offset = image.parts['signature'][0]
    kinds = {'sha1': (1,), 'both': (1, 2)}.get(how, (2,))
    page = 14 if how == 'adhoc' else 12
    flags = 0x10000 if how == 'real' else 2
    data = bytearray(image.data[:offset])
    for attempt in (0, 1):  # the first one tells the size, which is hashed
        own = {(0x1000 if i else 0): directory(image, k, page, flags,
                                               {n: b for n, b in blobs.items() if n < 8})
               for i, k in enumerate(kinds)}
        own.update(blobs)
        index, body, at = b'', b'', 12 + 8 * len(own)
        for slot in sorted(own):
            index += struct.pack('>II', slot, at + len(body))
            body += own[slot]
        whole = struct.pack('>III', 0xfade0cc0, at + len(body), len(own)) + index + body
        whole += bytes(-len(whole) % 16)
        data = bytearray(image.data[:offset])
        at = 32
        while at < image.header_end:
            kind, length = struct.unpack('<II', data[at:at + 8])
            size = offset + len(whole) - image.segments[b'__LINKEDIT'][2]
            if kind == 0x1d:
                data[at + 12:at + 16] = struct.pack('<I', len(whole))
            if kind == 0x19 and data[at + 8:at + 24].rstrip(b'\0') == b'__LINKEDIT':
                data[at + 32:at + 40] = struct.pack('<Q', (size + 0x3fff) & ~0x3fff)
                data[at + 48:at + 56] = struct.pack('<Q', size)
            at += length
        image = Image(bytes(data) + whole)
    return image.data


def name_locals(image):
    """The image with a debug symbol and another local one in the indirect table, signed again."""
    data = bytearray(image.data)
    at = image.parts['indirect'][0]
    numbers = [next(i for i, s in enumerate(image.symbols) if is_debug(s)),
               next(i for i, s in enumerate(image.symbols) if is_local(s))]
    data[at:at + 8] = struct.pack('<II', *numbers)
    return sign(Image(bytes(data)), 'adhoc')


def carry(image):
    """The image, which is not signed, with data behind its names: the last part."""
    data = bytearray(image.data)
    load = b'data of a program'
    at = 32
    while at < image.header_end:
        kind, length = struct.unpack('<II', data[at:at + 8])
        if kind == 2:
            size = len(data) - image.parts['names'][0] + len(load)
            data[at + 20:at + 24] = struct.pack('<I', size)
        if kind == 0x19 and data[at + 8:at + 24].rstrip(b'\0') == b'__LINKEDIT':
            size = image.segments[b'__LINKEDIT'][3] + len(load)
            data[at + 32:at + 40] = struct.pack('<Q', size)
            data[at + 48:at + 56] = struct.pack('<Q', size)
        at += length
    return bytes(data) + load


class Directory:
    HASHES = {1: ('sha1', 20), 2: ('sha256', 32), 3: ('sha256', 20), 4: ('sha384', 48)}

    def __init__(self, blob):
        (magic, length, self.version, self.flags, hashes, identifier, special, code, self.limit,
         size, kind, _, page, spare) = struct.unpack('>9I4BI', blob[:44])
        need(magic == 0xfade0c02 and length == len(blob), 'no code directory')
        need(kind in self.HASHES and self.HASHES[kind][1] == size and spare == 0, 'its hashes')
        self.title = self.HASHES[kind][0]
        self.size = size
        self.page = 1 << page
        self.identifier = blob[identifier:blob.index(b'\0', identifier)]
        need(identifier + len(self.identifier) < hashes - special * size, 'identifier in hashes')
        need(hashes + code * size <= length, 'hashes exceed the directory')
        self.code = [blob[hashes + i * size:][:size] for i in range(code)]
        self.special = [blob[hashes - (i + 1) * size:][:size] for i in range(special)]
        self.segment = None
        if self.version >= 0x20400:
            need(struct.unpack('>I', blob[44:48])[0] == 0, 'scattered')
            self.segment = struct.unpack('>QQQ', blob[64:88])

    def hash(self, data):
        return hashlib.new(self.title, data).digest()[:self.size]


def is_debug(symbol):
    return bool(symbol[1] & 0xe0)


def is_local(symbol):
    return not symbol[1] & 0xe1


def compare(before, after, what):
    before.check_layout()
    after.check_layout()
    one, two = before.describe(), after.describe()
    for a, b in zip(one, two):
        need(a == b, 'before: %s\nafter: %s' % (a, b))
    need(len(one) == len(two), 'another number of lines')
    words = what.split(',')
    indirect = before.bytes_of('indirect')
    used = set(struct.unpack('<%dI' % (len(indirect) // 4), indirect))
    kept = [s for i, s in enumerate(before.symbols)
            if i in used or (not is_local(s) and not is_debug(s)) or
            (is_debug(s) and 'debug' not in words) or
            (is_local(s) and ('locals' not in words or s[3] & 0x10))]
    need(kept == after.symbols, 'other symbols are left than should be')
    signed, again = before.directories(), after.directories()
    need('drop' in words or set(signed) == set(again), 'other code directories')
    after.check_signature()
    if 'drop' not in words:
        others = [{k: v for k, v in image.blobs().items() if k not in signed}
                  for image in (before, after)]
        need(others[0] == others[1], 'other blobs in the signature')
        for slot, d in signed.items():
            e = again[slot]
            need((d.version, d.flags, d.identifier, d.page, d.size, d.segment, d.special) ==
                 (e.version, e.flags, e.identifier, e.page, e.size, e.segment, e.special),
                 'another code directory')


def main(verb, *arguments):
    if verb == 'sign':
        signed = sign(Image(open(arguments[1], 'rb').read()), arguments[0])
        open(arguments[2], 'wb').write(signed)
        return
    if verb in ('name', 'carry'):
        made = {'name': name_locals, 'carry': carry}[verb](Image(open(arguments[0], 'rb').read()))
        open(arguments[1], 'wb').write(made)
        return
    if verb == 'compare':
        one, two = ([(m, a, Image(d)) for m, a, d in slices(open(f, 'rb').read())]
                    for f in arguments[:2])
        need([s[:2] for s in one] == [s[:2] for s in two], 'other slices')
        for (_, _, a), (_, _, b) in zip(one, two):
            compare(a, b, arguments[2])
        return
    for name in arguments:
        for _, _, data in slices(open(name, 'rb').read()):
            image = Image(data)
            if verb == 'describe':
                image.check_layout()
                print('\n'.join(image.describe()))
            elif verb == 'signature':
                print(image.check_signature())
            elif verb == 'locals':
                print(sum(map(is_debug, image.symbols)), sum(map(is_local, image.symbols)))
            else:
                raise Fault('no verb ' + verb)


if __name__ == '__main__':
    try:
        main(*sys.argv[1:])
    except (Fault, ValueError, struct.error, IndexError) as fault:
        print('%s: %s' % (' '.join(sys.argv[1:]), fault), file=sys.stderr)
        sys.exit(1)
