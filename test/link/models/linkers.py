# SPDX-License-Identifier: MIT
"""Small objects, archives of them, and what real linkers make of these.

An object is a number and a list of symbols. Its only contents are data: a mark with its number and a
pointer to each symbol that it needs, and for each symbol that it defines the number of the
definition. So the linked image tells which objects were loaded and which definition each of them
got.
"""
import os
import re
import shutil
import struct
import subprocess

MARK = b'ARMELD-MODEL-OBJ'
MAIN = 0xfff
COMMON = 'common'

FORMATS = {
    'elf': {
        'assemble': ['as', '--64', '-o'],
        'archive': ['llvm-ar-19', '--format=gnu', 'rcsD'],
        'linkers': {
            'bfd': ['ld.bfd', '-static', '--unresolved-symbols=ignore-all', '-e', '_start'],
            'gold': ['ld.gold', '-static', '--unresolved-symbols=ignore-all', '-e', '_start'],
            'lld': ['ld.lld-19', '--unresolved-symbols=ignore-all', '-e', '_start'],
            'mold': ['mold', '--unresolved-symbols=ignore-all', '-e', '_start'],
        },
    },
    'coff': {
        'assemble': ['llvm-mc-19', '-triple=x86_64-pc-windows-gnu', '-filetype=obj', '-o'],
        'archive': ['llvm-ar-19', '--format=gnu', 'rcsD'],
        'linkers': {
            'lld-link': ['lld-link-19', '/nologo', '/entry:_start', '/subsystem:console',
                         '/nodefaultlib', '/dynamicbase:no', '/opt:noref', '/force:unresolved'],
            'lld-mingw': ['ld.lld-19', '-m', 'i386pep', '--disable-dynamicbase', '-e', '_start',
                          '-Xlink=/force:unresolved'],
            'mingw': ['x86_64-w64-mingw32-ld', '--disable-dynamicbase', '-e', '_start',
                      '--noinhibit-exec'],
        },
    },
    'macho': {
        'assemble': ['llvm-mc-19', '-triple=x86_64-apple-macos10.12', '-filetype=obj', '-o'],
        'archive': ['llvm-ar-19', '--format=darwin', 'rcsD'],
        'linkers': {
            'ld64.lld': ['ld64.lld-19', '-arch', 'x86_64', '-platform_version', 'macos', '10.12',
                         '10.12', '-no_pie', '-e', '_start', '-undefined', 'dynamic_lookup',
                         '-no_fixup_chains'],
        },
    },
}

ZIG = os.environ.get('ZIG')  # the program zig: a second linker for Mach-O, if it is at hand
if ZIG:
    FORMATS['macho']['linkers']['zig'] = [ZIG, 'cc', '-target', 'x86_64-macos.11.0', '-nostdlib',
                                          '-Wl,-e,_start', '-Wl,-undefined,dynamic_lookup']


class Object:
    """@symbols: tuples (kind, name, detail); kinds of definitions are strong, weak, comdat, common,
    ... and of needs need and need-weak. The detail is the size of a common symbol or the name of a
    group."""

    def __init__(self, number, symbols):
        self.number = number
        self.symbols = [tuple(s) + (None,) * (3 - len(s)) for s in symbols]

    def needs(self):
        return [s[1] for s in self.symbols if s[0].startswith('need')]

    def __str__(self):
        said = ['%s %s%s' % (k, n, '' if d is None else '(%s)' % d) for k, n, d in self.symbols]
        return 'o%d{%s}' % (self.number, ' '.join(said))


def ident(number, name):
    """The number of a definition."""
    return number << 16 | 1 << 32 | sum(ord(c) * (i + 1) for i, c in enumerate(name)) & 0xffff


def elf_definition(kind, name, detail, number):
    binding = '.weak' if kind in ('weak', 'comdat', 'hidden-weak') else '.globl'
    lines = ['%s %s' % (binding, name)]
    if kind == 'common':
        return ['.comm %s,%d,8' % (name, detail or 8)]
    if kind.startswith('hidden'):
        lines.append('.hidden %s' % name)
    if kind == 'function':
        lines.append('.type %s,@function' % name)
    if kind == 'unique':
        lines.append('.type %s,@gnu_unique_object' % name)
    if kind.startswith('comdat') or (kind == 'unique' and detail):
        group = detail or name
        lines.append('.section .data.%s,"awG",@progbits,%s,comdat' % (group, group))
    else:
        lines.append('.data')
    return lines + ['.p2align 3', '%s: .quad %d' % (name, ident(number, name))]


# Weak externals as GCC makes them: no index lists them. The assembler at hand makes others.
UNLISTED = {'gcc-weak': 'alias', 'need-gcc-weak': 'need-weak'}
SELECTIONS = {'comdat': 'discard', 'one-only': 'one_only', 'same-size': 'same_size',
              'same-contents': 'same_contents', 'largest': 'largest', 'newest': 'newest'}


def coff_definition(kind, name, detail, number):
    if kind == 'common':
        return ['.comm %s,%d,3' % (name, detail or 8)]
    if kind == 'alternate':
        return ['.section .drectve,"yn"', '.ascii " /alternatename:%s=%s"' % (name, detail)]
    if kind == 'mismatch':
        return ['.section .drectve,"yn"', '.ascii " /failifmismatch:%s=%s"' % (name, detail)]
    if UNLISTED.get(kind, kind) == 'alias' and detail:
        return ['.weak %s' % name, '.set %s, %s' % (name, detail)]
    if UNLISTED.get(kind, kind) == 'alias':
        return ['.data', '.p2align 3', 'local_%s: .quad %d' % (name, ident(number, name)),
                '.weak %s' % name, '.set %s, local_%s' % (name, name)]
    if kind in SELECTIONS:
        size = detail if isinstance(detail, int) else 8
        lines = ['.section .data$%s,"dw",%s,%s' % (name, SELECTIONS[kind], name), '.globl %s' % name]
        return lines + ['.p2align 3', '%s: .quad %d' % (name, ident(number, name)),
                        '.zero %d' % (size - 8)]
    return ['.data', '.globl %s' % name, '.p2align 3', '%s: .quad %d' % (name, ident(number, name))]


def macho_definition(kind, name, detail, number):
    if kind == 'common':
        return ['.comm %s,%d,3' % (name, detail or 8)]
    lines = ['.section __DATA,__data', '.globl %s' % name]
    if 'weak' in kind:
        lines.append('.weak_definition %s' % name)
    if 'hidden' in kind:
        lines.append('.private_extern %s' % name)
    return lines + ['.p2align 3', '%s: .quad %d' % (name, ident(number, name))]


DEFINE = {'elf': elf_definition, 'coff': coff_definition, 'macho': macho_definition}
DATA = {'elf': '.data', 'coff': '.data', 'macho': '.section __DATA,__data'}


def text_of(fmt, obj):
    """The assembly of an object."""
    lines = []
    for kind, name, detail in obj.symbols:
        if not kind.startswith('need'):
            lines += DEFINE[fmt](kind, name, detail, obj.number)
        elif UNLISTED.get(kind, kind) == 'need-weak':
            lines.append(('.weak_reference %s' if fmt == 'macho' else '.weak %s') % name)
        elif kind == 'need-hidden':
            lines.append('.hidden %s' % name)
    needs = obj.needs()
    lines += [DATA[fmt], '.p2align 4'] + (['mark_%d:' % obj.number] if fmt == 'macho' else [])
    lines += [ '.ascii "%s"' % MARK.decode(),
              '.quad %d, %d' % (obj.number, len(needs))]
    lines += ['.quad %s' % n for n in needs]
    if fmt == 'macho':
        lines.append('.subsections_via_symbols')
    return '\n'.join(lines) + '\n'


def unlist(data, names):
    """Change the weak externals of these names: linkers search no library for them (1 for 3)."""
    data = bytearray(data)
    table, count = struct.unpack_from('<II', data, 8)
    strings, at = table + 18 * count, table
    while at < strings:
        name = bytes(data[at:at + 8]).rstrip(b'\0')
        if not any(data[at:at + 4]):
            start = strings + struct.unpack_from('<I', data, at + 4)[0]
            name = bytes(data[start:data.index(0, start)])
        if data[at + 16] == 105 and name.decode() in names:
            struct.pack_into('<I', data, at + 22, 1)
        at += 18 * (1 + data[at + 17])
    return bytes(data)


def missing_tools(fmt):
    facts = FORMATS[fmt]
    commands = [facts['assemble'], facts['archive'], *facts['linkers'].values()]
    return [c[0] for c in commands if not shutil.which(c[0])]


class Shop:
    """Assembles, archives and links in a directory; assembles each text once."""

    def __init__(self, fmt, directory, coff_archives=False):
        """@coff_archives whether COFF objects stand in archives with Microsoft's sorted index"""
        self.fmt = fmt
        self.facts = dict(FORMATS[fmt])
        if coff_archives and fmt == 'coff':
            self.facts['archive'] = ['llvm-ar-19', '--format=coff', 'rcsD']
        self.dir = directory
        self.cache = {}

    def assemble(self, obj, path):
        text = text_of(self.fmt, obj)
        unlisted = {s[1] for s in obj.symbols if s[0] in UNLISTED}
        key = text, *sorted(unlisted)
        if key not in self.cache:
            run = subprocess.run([*self.facts['assemble'], path, '-'], input=text.encode(),
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if run.returncode:
                raise SystemExit(run.stdout.decode() + text)
            with open(path, 'rb') as f:
                self.cache[key] = unlist(f.read(), unlisted) if unlisted else f.read()
        with open(path, 'wb') as f:
            f.write(self.cache[key])

    def archive(self, name, objects):
        path = os.path.join(self.dir, name)
        files = []
        for i, obj in enumerate(objects):
            files.append(os.path.join(self.dir, '%s-%d-o%d.o' % (name, i, obj.number)))
            self.assemble(obj, files[-1])
        if os.path.exists(path):
            os.unlink(path)
        subprocess.run([*self.facts['archive'], path, *files], check=True)
        return path

    def main(self, roots):
        start = '_start'
        path = os.path.join(self.dir, 'main.o')
        self.assemble(Object(MAIN, [('strong', start)] + [('need', r) for r in roots]), path)
        return path

    def name(self, name):
        return name

    def link(self, linker, main, archives):
        """Returns (duplicates, needs): the names defined twice, or what else it refuses, behind a
        question mark; by (object, number of the need) the definition."""
        out = os.path.join(self.dir, 'image')
        if os.path.exists(out):
            os.unlink(out)
        command = list(self.facts['linkers'][linker])
        command += ['/out:' + out] if linker == 'lld-link' else ['-o', out]
        run = subprocess.run([*command, main, *archives], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=60)
        said = run.stdout.decode(errors='replace')
        twice = set(re.findall(r"(?:multiple definition of [`']?|duplicate symbol(?: definition)?: |"
                               r"alternatename: conflicts: |mismatch detected for ')"
                               r"(?:\S*: )*([\w.]+)", said))
        if twice:
            return twice, None
        if not os.path.exists(out) or not os.path.getsize(out):
            return {'? ' + said.strip()}, None
        with open(out, 'rb') as f:
            return set(), read_image(f.read())


def segments(data):
    """(address, size in memory, offset, size in the file) of each."""
    take = lambda form, at: struct.unpack_from('<' + form, data, at)
    if data[:4] == b'\x7fELF':
        offset, (size, count) = take('Q', 32)[0], take('HH', 54)
        rows = [take('IIQQQQQ', offset + i * size) for i in range(count)]
        return [(r[3], r[6], r[2], r[5]) for r in rows if r[0] == 1]
    if data[:2] == b'MZ':
        head = take('I', 60)[0]
        base = take('Q', head + 48)[0]
        first = head + 24 + take('H', head + 20)[0]
        rows = [take('IIII', first + 8 + i * 40) for i in range(take('H', head + 6)[0])]
        return [(base + r[1], r[0], r[3], min(r[2], r[0])) for r in rows]
    found, at = [], 32
    for _ in range(take('I', 16)[0]):
        kind, size = take('II', at)
        if kind == 0x19:
            found.append(take('QQQQ', at + 24))
        at += size
    return found


def read_image(data):
    places = segments(data)

    def value_at(address):
        for start, size, offset, filled in places:
            if start <= address < start + size:
                inside = address - start + 8 <= filled
                return struct.unpack_from('<Q', data, offset + address - start)[0] if inside else 0
        return None

    needs = {}
    at = data.find(MARK)
    while at >= 0:
        number, count = struct.unpack_from('<QQ', data, at + 16)
        needs[number, ''] = number
        for i in range(count):
            pointer = struct.unpack_from('<Q', data, at + 32 + 8 * i)[0]
            value = value_at(pointer) if pointer else None
            if value == ident(MAIN, '_start'):
                value = None  # GNU ld leaves what is undefined in COFF pointing there
            elif value is not None:
                value = value >> 16 & 0xffff if value >> 32 == 1 else COMMON if value == 0 else '?'
            needs[number, i] = value
        at = data.find(MARK, at + 1)
    return needs
