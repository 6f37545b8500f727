#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether the random test can fail: outputs that are wrong on purpose must be found out.

And whether the archives and the text of sets that it writes are what they should be.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import generate
import images
import server
import trial
import ways
from model import Atom, Member, Obj, Ref, Set, parse_set, Line

FAILED = []


def check(title, right):
    print(('ok ' if right else 'FAIL ') + title)
    if not right:
        FAILED.append(title)


def example(kind):
    """Two libraries that share an object of two data; each root leads to both."""
    pre = '_' if kind in ('macho', 'arm64') else ''
    inner, other = pre + '_RNvCs1234_5crate3f00', pre + '_RNvCs1234_5crate3f01'
    shared = Obj(1, [Atom(inner, ident=0x1da7a), Atom(other, ident=0x2da7a)])
    made = Set(kind)
    for i in range(2):
        root = Atom(f'{pre}root_{i}', ident=0x10da7a + (i << 16),
                    refs=[Ref('ptr', inner), Ref('ptr', other), Ref('ptr', inner)])
        made.libraries.append([Member(Obj(10 + i, [root]), f'root{i}.o'),
                               Member(shared, 'crate-1.crate.1-cgu.1.rcgu.o')])
    made.lines = [Line([0, 1], [f'{pre}root_0', f'{pre}root_1'], name)
                  for name in trial.LINKERS[kind]]
    return made


class Spoiled(trial.Trial):
    """After melding, the bytes of a file are changed."""

    def __init__(self, made, folder, armeld, spoil):
        super().__init__(made, folder, armeld, server.Programs(None, None))
        self.spoil = spoil

    def lines(self, before, after):
        self.spoil(after, [self.workspace])
        super().lines(before, after)


def replace(path, old, new):
    with open(path, 'rb') as file:
        data = file.read()
    assert old in data
    with open(path, 'wb') as file:
        file.write(data.replace(old, new))


def number(value):
    return value.to_bytes(8, 'little')


def spoilt(kind, title, spoil, wanted, folder, armeld):
    for line in example(kind).lines:
        made = example(kind)
        made.lines = [line]
        found = 'nothing'
        try:
            Spoiled(made, folder, armeld, spoil).run()
        except trial.Failure as failure:
            found = failure.kind
        check(f'{kind}, {line.linker}: {title} ({found})', found.startswith(wanted))


class Walked:
    """An image with an entry at address 1 and a list; idents are the addresses, or as given."""

    def __init__(self, elements, atoms, idents):
        self.image, self.initialised, self.idents = self, {}, idents
        self.entry, self.imports, self.exports = 1, {}, {}
        self.atoms = {1: ('entry', ['[', *sorted(elements, key=self.ident), ']']), **atoms}

    def ident(self, address):
        return self.idents.get(address, address)

    def place(self, address):
        return address


def holding():
    few = Walked([2], {2: ('a', [3]), 3: ('b', [])}, {})
    more = Walked([4, 5], {4: ('c', [6]), 5: ('a', [6]), 6: ('b', [])}, {5: 2, 6: 3})
    other = Walked([4, 5], {4: ('c', [6]), 5: ('a', [4]), 6: ('b', [])}, {5: 2, 6: 3})
    check('an image holds one with fewer elements', images.Holding(few, more, {}).holds())
    check('and that one does not hold it', not images.Holding(more, few, {}).holds())
    check('nor does one that leads elsewhere', not images.Holding(few, other, {}).holds())


def main():
    armeld = os.path.abspath(os.environ.get('ARMELD', 'build/armeld'))
    folder = tempfile.mkdtemp(prefix='armeld-random.')
    for kind in trial.WRITERS:
        ways_to_fail = [
            ('what is right passes', lambda after, workspace: None, 'nothing'),
            ('another datum', lambda after, workspace:
             replace(workspace[0], number(0x1da7a), number(0x3da7a)), 'differs'),
            ('one of two', lambda after, workspace:
             replace(after[0], b'3f01', b'3f00'), 'differs'),
            ('nothing in the workspace', lambda after, workspace:
             shutil.copy(after[0], workspace[0]), 'does not link'),
        ]
        for title, spoil, wanted in ways_to_fail:
            spoilt(kind, title, spoil, wanted, folder, armeld)
        texts(kind)
        archives(kind, folder, armeld)
    holding()
    shutil.rmtree(folder)
    print(f'{len(FAILED)} of the self-test fail')
    return 1 if FAILED else 0


def texts(kind):
    good = True
    for seed in range(50):
        made = generate.make(kind, random.Random(seed), ways)
        for line in made.lines:
            line.linker = 'any'
        good = good and parse_set(made.text()).text() == made.text()
    check(f'{kind}: a set is read from its text as it was', good)


def archives(kind, folder, armeld):
    """Our archives are those of llvm-ar, byte for byte; llvm-readobj has nothing to say."""
    same, silent = True, True
    for seed in range(20):
        made = generate.make(kind, random.Random(seed), ways)
        test = trial.Trial(made, folder, armeld, None)
        for members in made.libraries:
            shutil.rmtree(folder)
            os.makedirs(folder)
            ours = test.library(members)
            names = [member.name for member in members]
            if len(set(names)) < len(names):
                continue
            for member in members:
                test.put(test.path(member.name), test.object(member.obj, member.label)[0])
            flavour = {'coff': 'coff', 'macho': 'darwin', 'arm64': 'darwin'}.get(kind, 'gnu')
            subprocess.run(['llvm-ar-19', f'--format={flavour}', 'rcsD', 'x.a', *names], check=True,
                           cwd=folder)
            same = same and test.same(test.path('x.a'), ours)
            done = subprocess.run(['llvm-readobj-19', '-S', '-s', '-r', *names], cwd=folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            silent = silent and not done.returncode and not re.search(
                b'warning|error', done.stdout)
    check(f'{kind}: archives are what llvm-ar makes', same)
    check(f'{kind}: llvm-readobj reads the objects', silent)


if __name__ == '__main__':
    sys.exit(main())
