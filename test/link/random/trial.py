# SPDX-License-Identifier: MIT
"""One set on trial: written, given to armeld, linked before and after, compared."""
import collections
import json
import os
import re
import shutil

import archive
import coff
import elf
import images
import macho
from model import Atom, Line, Obj, Ref

WRITERS = {'elf': elf, 'coff': coff, 'mingw': coff, 'macho': macho, 'arm64': macho.Arm}
FLAVOURS = {'elf': archive.gnu, 'coff': archive.coff, 'mingw': archive.gnu,
            'macho': archive.darwin, 'arm64': archive.darwin}
ENDS = {'elf': '.a', 'coff': '.lib', 'mingw': '.a', 'macho': '.a', 'arm64': '.a'}
LINKERS = {'elf': ['bfd', 'gold', 'lld', 'mold'], 'coff': ['lld-link'],
           'mingw': ['mingw', 'lld-mingw'], 'macho': ['ld64.lld'], 'arm64': ['ld64.lld-arm']}
COLLECT = {'bfd': '--gc-sections', 'gold': '--gc-sections', 'lld': '--gc-sections',
           'mold': '--gc-sections', 'lld-link': '/opt:ref,noicf',
           'ld64.lld': '-dead_strip', 'ld64.lld-arm': '-dead_strip'}
# lld drops lists whose elements nothing but bounds leads to, unless it is told not to
KEEP_LISTS = ['-z', 'nostart-stop-gc']
COMMANDS = {
    'bfd': ['ld.bfd', '-static', '-e', '_start'],
    'gold': ['ld.gold', '-static', '-e', '_start'],
    'lld': ['ld.lld-19', '--threads=1', '-e', '_start'],
    'lld-link': ['lld-link-19', '/nologo', '/entry:_start', '/subsystem:console', '/nodefaultlib',
                 '/dynamicbase:no', '/opt:noref,noicf', '/threads:1'],
    'mingw': ['x86_64-w64-mingw32-ld', '-e', '_start', '--disable-dynamicbase'],
    'lld-mingw': ['ld.lld-19', '-m', 'i386pep', '-e', '_start', '--disable-dynamicbase',
                  '--threads=1'],
    'ld64.lld': ['ld64.lld-19', '-arch', 'x86_64', '-platform_version', 'macos', '10.12', '10.12',
                 '-no_pie', '-e', '__start', '-undefined', 'error', '--threads=1'],
    'ld64.lld-arm': ['ld64.lld-19', '-arch', 'arm64', '-platform_version', 'macos', '11.0', '11.0',
                     '-no_fixup_chains', '-e', '__start', '-undefined', 'error', '--threads=1'],
    'mold': ['mold', '--no-fork', '--thread-count=1', '-e', '_start'],
}
ZIG = os.environ.get('ZIG')  # zig's own linker for Mach-O, if it is at hand
if ZIG:
    for kind, machine in (('macho', 'x86_64'), ('arm64', 'aarch64')):
        LINKERS[kind].append('zig-' + machine)
        COMMANDS['zig-' + machine] = [ZIG, 'cc', '-target', machine + '-macos.11.0', '-nostdlib',
                                      '-Wl,-e,__start']


class Failure(Exception):
    """kind: what failed, in words that do not depend on names; line: the link, if one."""

    def __init__(self, kind, text, line=None):
        super().__init__(text)
        self.kind, self.line = kind, line


def shape(text):
    """A message without names and numbers."""
    text = re.sub(r'\S*/\S*|\b_\S+|\bc_\d+|\broot_\d+|0x[0-9a-f]+|"[^"]*"', '*', text)
    return re.sub(r'\d+', '#', text).strip()[:100]


class Trial:
    def __init__(self, made, folder, armeld, programs, stats=None):
        self.made, self.folder, self.armeld = made, folder, armeld
        self.programs = programs
        self.writer = WRITERS[made.format]
        self.end = ENDS[made.format]
        self.stats = collections.Counter() if stats is None else stats
        self.bytes, self.log = {}, []

    # ---- files -----------------------------------------------------------------------------

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def object(self, obj, label):
        key = (obj.number, label)
        if key not in self.bytes:
            self.bytes[key] = self.writer.write(obj, label)
        return self.bytes[key]

    def library(self, members):
        made = [self.object(member.obj, member.label) for member in members]
        files = [(member.name, data) for member, (data, _) in zip(members, made)]
        return FLAVOURS[self.made.format](files, [names for _, names in made])

    def put(self, path, data):
        with open(path, 'wb') as file:
            file.write(data)

    def same(self, path, data):
        with open(path, 'rb') as file:
            return file.read() == data

    # ---- armeld ----------------------------------------------------------------------------

    def call(self, *words):
        command = [self.armeld, *words]
        self.log.append(' '.join(command).replace(self.folder + '/', ''))
        status, text = self.programs.run(command)
        if status not in (0, 1, 3):
            raise Failure(f'exit status {status}', f'{self.log[-1]}\n{text[-2000:]}')
        return status, text

    def refused(self, status, text):
        message = shape(text.strip().split('armeld: ')[-1].split('\n')[0])
        self.stats[f'refused, {status}: {message}'] += 1

    def meld(self, originals, names):
        """Meld what is in m/; whether it was done."""
        status, text = self.call('meld', '-q', '--workspaces=one', '--json', '-o', self.workspace,
                                 *self.made.options, *names)
        if status:
            self.refused(status, text)
            return False
        rows = [row for row in text.split('\n') if row and not row.startswith('armeld: ')]
        report = json.loads('\n'.join(rows))
        several = 'further_workspaces' in report
        self.stats['sets with several workspaces'] += several
        self.own = [row.get('workspace') if several or 'left_out' in row else self.workspace
                    for row in report['libraries']]
        status, text = self.call('verify', self.workspace)
        if status:
            raise Failure(f'verify: {shape(text)}', text)
        return True

    def restore(self, path, names, originals):
        status, text = self.call('restore', '-q', path)
        if status:
            raise Failure(f'restore: {shape(text)}', text)
        for name, data in zip(names, originals):
            if not self.same(name, data):
                raise Failure('restore: other bytes', os.path.basename(name))

    # ---- linking ---------------------------------------------------------------------------

    def main(self, line):
        """The object of a program with these roots."""
        apple = self.made.format in ('macho', 'arm64')
        atom = Atom('__start' if apple else '_start', ident=0x100da7a)
        more, count = [], 0
        roots = [line.roots[i:i + 8] for i in range(0, len(line.roots), 8)]
        for part in roots[1:]:
            count += 1
            more.append(Atom(f'more.{count}', bind='local', ident=0x200da7a,
                             refs=[Ref('ptr', name) for name in part]))
        atom.refs = [Ref('ptr', name) for name in roots[0]] if roots else []
        atom.refs += [Ref('ptr', extra.name) for extra in more]
        if self.made.format in ('coff', 'mingw'):
            for name in ('.CRT$XC', '.CRT$XT'):
                first, last = f'{name}A.first', f'{name}Z.last'
                more += [Atom(symbol, 'elem', 'local', place=f'part:{name}{end}',
                              refs=[Ref('nothing', '')]) for symbol, end in ((first, 'A'),
                                                                             (last, 'Z'))]
                atom.refs.append(Ref('bounds', f'{first}..{last}'))
        return self.writer.write(Obj(9999, [atom] + more), 'main')[0]

    def link(self, line, libraries, out):
        output = ['/out:' + out] if line.linker == 'lld-link' else ['-o', out]
        command = COMMANDS[line.linker] + line.options + output + [self.path('main.o')]
        status, text = self.programs.run(command + libraries)
        return status == 0 and 'rror:' not in text, text, command + libraries

    def compare(self, line, before, after):
        """before, after: the libraries of the line."""
        self.put(self.path('main.o'), self.main(line))
        good, text, _ = self.link(line, before, self.path('before'))
        if not good:
            self.stats['links of originals that fail'] += 1
            return
        if line.linker == 'mold' and line.options and \
                self.is_refused(line, before, 'duplicate symbol'):
            self.stats['links of what is defined twice, by mold --gc-sections'] += 1
            return
        self.stats['links'] += 1
        good, text, command = self.link(line, after, self.path('after'))
        shown = ' '.join(command).replace(self.folder + '/', '')
        if not good and self.joins_alone() and 'ndefined' in text:
            good = self.link_absent(line, before, after, text)
        if not good and '--merge' in self.made.options and line.options and \
                'ndefined' in text and self.is_refused(line, before, 'ndefined'):
            self.stats['links of merged sections that need what unused code needs'] += 1
            return
        if not good and '--merge' in self.made.options and line.linker == 'lld' and \
                line.options and '__start_' in text:
            kept = Line(line.libraries, line.roots, 'lld', line.options + KEEP_LISTS)
            self.stats['links of merged sections whose unused code needs a list'] += 1
            good, text, command = self.link(kept, after, self.path('after'))
            good = good and self.link(kept, before, self.path('before'))[0]
        if not good:
            words = 'undefined' if 'ndefined' in text else 'twice' if re.search(
                'duplicate|multiple', text) else shape(text)
            raise Failure(f'does not link: {words}', f'{shown}\n{text[:1500]}', line)
        self.judge(line, shown)

    def is_refused(self, line, libraries, why):
        """Whether the originals do not link for that reason, unless garbage is collected."""
        plain = Line(line.libraries, line.roots, line.linker)
        good, text, _ = self.link(plain, libraries, self.path('plain'))
        return not good and why in text

    def joins_alone(self):
        """Whether a single library is joined: programs get what all objects need (docs/proof.md)."""
        return 'prelink' in self.made.options

    def link_absent(self, line, before, after, text):
        """
        Link both again, with an object that defines what objects need but not their library: weak
        references of the originals are met by it, too.
        """
        every = [member.obj for number in line.libraries for member in self.made.libraries[number]]
        have = {name.split('@')[0] for obj in every for atom in obj.atoms for name in atom.names()}
        have |= {'__imp_' + atom.name for obj in every for atom in obj.atoms
                 if atom.kind == 'import'}
        # for Mach-O's linkers, what is needed weakly must be somewhere, too: in a shared library
        optional = '' if self.made.format in ('macho', 'arm64') else '?'
        absent = {ref.name.rstrip('?') for obj in every for atom in obj.atoms for ref in atom.refs
                  if ref.how not in ('string', 'nothing', 'bounds') and
                  ref.name[-1:] != optional and not ref.name.startswith('alternate_')} - have
        absent |= {line.split(':')[1] for obj in every for line in obj.directives
                   if line.startswith('/include:')} - have
        local = {ref.name.rstrip('?') for obj in every for atom in obj.atoms for ref in atom.refs
                 if ref.how == 'tls'}
        atoms = [Atom(name, ident=0xab5e, kind='tls' if name in local else 'data')
                 for name in sorted(absent)]
        if self.made.format == 'elf':  # lists without an element
            absent = {ref.name for obj in every for atom in obj.atoms for ref in atom.refs
                      if ref.how == 'bounds' and '__start_' + ref.name in text}
            atoms += [Atom('__start_' + name, ident=0xab5e, aliases=[f'__stop_{name}/strong'])
                      for name in sorted(absent)]
        if not atoms:
            return False
        self.put(self.path('absent.o'), self.writer.write(Obj(9998, atoms), 'absent')[0])
        self.stats['links that need what the library does not define'] += 1
        return all(self.link(line, libraries + [self.path('absent.o')], self.path(out))[0]
                   for libraries, out in ((before, 'before'), (after, 'after')))

    def larger(self, line):
        """By ident, in the words of images: larger COMDATs of that name in the library."""
        atoms = [atom for number in line.libraries for member in self.made.libraries[number]
                 for atom in member.obj.atoms if atom.select == 'largest']
        return {f'{atom.ident:x}': [f'{other.ident:x}' for other in atoms if
                                    other.name == atom.name and other.size > atom.size]
                for atom in atoms}

    def has_more(self, line, before, after):
        """A library that is prelinked alone brings constructors and exports of all its objects."""
        if self.joins_alone() and images.Holding(before, after, self.larger(line)).holds():
            self.stats['links with more constructors, elements or exports'] += 1
            return True
        return False

    def judge(self, line, shown):
        try:
            before = images.walk(self.made.format, self.path('before'))
        except images.Broken as broken:  # some linkers leave __start_ of what they dropped
            self.stats['images of originals that cannot be walked'] += 1
            if os.environ.get('ARMELD_RANDOM_WALK'):
                raise
            self.log.append(str(broken))
            return
        try:
            after = images.walk(self.made.format, self.path('after'))
        except images.Broken as broken:
            raise Failure('differs: broken', f'{shown}\n{broken}', line) from broken
        if before.text == after.text or self.has_more(line, before, after):
            return
        same = before.text.split('|')[0] == after.text.split('|')[0]
        raise Failure('differs: initialisers' if same else 'differs',
                      f'{shown}\nbefore: {before.text}\nafter:  {after.text}', line)

    def lines(self, before, after):
        for line in self.made.lines:
            for each in ((False, True) if len(set(self.own)) > 1 else (False,)):
                self.compare(line, [before[i] for i in line.libraries],
                             self.with_workspaces(line.libraries, after, each))

    def with_workspaces(self, numbers, after, each):
        """The libraries, and each workspace behind its last one, or all of them in the end."""
        own = [self.own[i] for i in numbers]
        line = []
        for place, number in enumerate(numbers):
            line.append(after[number])
            if each and own[place] and own[place] not in own[place + 1:]:
                line.append(own[place])
        return line if each else line + [name for name in dict.fromkeys(own) if name]

    # ---- ways ------------------------------------------------------------------------------

    def start(self, folder, originals):
        os.makedirs(self.path(folder), exist_ok=True)
        names = []
        for number, data in enumerate(originals):
            names.append(self.path(folder, f'lib{number}{self.end}'))
            self.put(names[-1], data)
        return names

    def run(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        originals = [self.library(members) for members in self.made.libraries]
        before = self.start('o', originals)
        if self.made.way.startswith('verb'):
            self.run_verb(originals, before)
        else:
            self.run_meld(originals, before)
        self.stats['sets'] += 1

    def run_meld(self, originals, before):
        after = self.start('m', originals)
        self.workspace = self.path('m', 'libw' + self.end)
        if not self.meld(originals, after):
            left = sorted(os.listdir(self.path('m')))
            wanted = sorted(os.path.basename(name) for name in after)
            if left != wanted or not all(map(self.same, after, originals)):
                raise Failure('refused, but files changed', ' '.join(left))
            return
        if self.made.later:
            originals = list(originals)
            for number, members in self.made.later.items():
                originals[number] = self.library(members)
                if self.same(after[number], originals[number]):
                    return  # nothing tells a new build from what was melded
                self.put(before[number], originals[number])
                self.put(after[number], originals[number])
            if not self.meld(originals, after):
                return
        self.lines(before, after)
        self.restore(self.workspace, after, originals)

    def run_verb(self, originals, before):
        after = self.start('m', originals)
        for number, name in enumerate(after):
            lines = [line for line in self.made.lines if line.libraries == [number]]
            if not lines:
                continue
            words = self.made.options
            status, text = self.call(words[0], '-q', *words[1:], name)
            if status:
                self.refused(status, text)
                if not self.same(name, originals[number]):
                    raise Failure('refused, but files changed', name)
                continue
            if not os.path.exists(name + '.armeld') and self.same(name, originals[number]):
                continue  # there was nothing to do
            status, text = self.call('verify', name)
            if status:
                raise Failure(f'verify: {shape(text)}', text)
            for line in lines:
                self.compare(line, [before[number]], [name])
            self.restore(name, [name], [originals[number]])
