#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random C++ libraries that count, linked with originals and outputs, and run: README.md.

Each library has a function that calls others and prints what they return. Inline and template
functions and statics, weak functions, thread-locals, constructors, exceptions and common data are
shared by libraries as C++ has it. Each prints how often it was there before it. With --mingw they
are programs for Windows, by GCC for MinGW, that run in wine.
"""
import argparse
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

SHARED = '''#pragma once
#include <cstdio>
struct Thrown { int value; };
%s
'''
LINKERS = ['bfd', 'gold', 'lld', 'mold']
MINGW = 'x86_64-w64-mingw32-g++'
WAYS = {
    'plain': [], 'strip-all': ['--strip=all'], 'hide': ['--hide'], 'prune': ['--prune'],
    'prelink': ['--prelink'], 'merge': ['--prelink', '--merge'],
    'strip-merge': ['--strip=all', '--prelink', '--merge'],
}
KINDS = ['inline', 'template', 'static', 'thread', 'weak', 'plain', 'throws', 'member']
OF_ELF = ['hidden', 'alias', 'ifunc', 'thrower', 'common', 'list']


class Program:
    def __init__(self, rng, mingw=False):
        self.rng, self.mingw = rng, mingw
        self.kinds = {i: rng.choice(KINDS if mingw else KINDS + OF_ELF)
                      for i in range(rng.choice([3, 5, 8]))}
        self.parts = self.units()

    def header(self):
        rows = []
        for i, kind in self.kinds.items():
            start = self.rng.randrange(100)
            if kind == 'inline':
                rows.append(f'inline int count{i} = {start};\n'
                            f'inline int call{i}() {{ return ++count{i}; }}')
            elif kind == 'template':
                rows.append(f'template <int N> struct Box{i} {{ static int held; }};\n'
                            f'template <int N> int Box{i}<N>::held = N;\n'
                            f'inline int call{i}() {{ return Box{i}<{start}>::held += 2; }}')
            elif kind == 'static':
                rows.append(f'inline int call{i}() {{\n'
                            f'  static int seen = std::printf("first {i}\\n"); return ++seen; }}')
            elif kind == 'thread':
                rows.append(f'inline thread_local int mine{i} = {start};\n'
                            f'inline int call{i}() {{ return ++mine{i}; }}')
            elif kind == 'throws':
                rows.append(f'inline int call{i}() {{ static int tries = 0;\n'
                            f'  try {{ if (++tries % 2) throw Thrown{{tries}}; }}\n'
                            f'  catch (const Thrown &thrown) {{ return thrown.value + {start}; }}\n'
                            '  return tries; }')
            elif kind == 'member':
                rows.append(f'struct Shape{i} {{ virtual ~Shape{i}() {{}}\n'
                            f'  virtual int size() {{ static int made = {start}; return ++made; }}'
                            f' }};\ninline int call{i}() {{ Shape{i} shape; Shape{i} &any = shape;'
                            ' return any.size(); }')
            elif kind == 'common':
                rows.append(f'asm(".comm tally{i},4,4"); extern "C" int tally{i};\n'
                            f'inline int call{i}() {{ return ++tally{i} + {start}; }}')
            elif kind == 'list':  # each object that includes this has an element
                rows.append(f'extern "C" const int *__start_list{i}[], *__stop_list{i}[];\n'
                            f'static const int element{i} = {start};\n'
                            f'static const int *in{i} __attribute__((section("list{i}"), used)) = '
                            f'&element{i};\n'
                            f'inline int call{i}() {{ int sum = 0;\n'
                            f'  for (const int **at = __start_list{i}; at < __stop_list{i}; at++)\n'
                            '    sum += **at;\n  return sum; }')
            elif kind == 'hidden':
                rows.append(f'__attribute__((visibility("hidden"))) int call{i}();')
            elif kind == 'thrower':
                rows.append(f'void throw{i}();\ninline int call{i}() {{\n'
                            f'  try {{ throw{i}(); }} catch (const Thrown &thrown) {{\n'
                            '    return thrown.value; }\n  return 0; }')
            else:
                rows.append(f'int call{i}();')
        return SHARED % '\n'.join(rows)

    def units(self):
        """Sources that several libraries hold: (name, text)."""
        rng, out = self.rng, []
        for i, kind in self.kinds.items():
            body = self.calls(i)
            if kind == 'weak' and self.mingw:
                out += self.weak_units(i, body)
            elif kind in ('plain', 'weak'):
                weak = '__attribute__((weak)) ' if kind == 'weak' else ''
                out.append((f'unit{i}', f'static int own = {rng.randrange(100)};\n'
                            f'{weak}int call{i}() {{ return ++own + {body}; }}'))
            elif kind in ('hidden', 'alias', 'ifunc', 'thrower'):
                out.append((f'unit{i}', f'static int own = {rng.randrange(100)};\n'
                            f'{self.unit(i, kind, body)}'))
        for i in range(rng.choice([0, 1, 2])):
            out.append((f'registers{i}', 'namespace { struct Registers { Registers() { '
                        f'std::printf("constructor {i}\\n"); }} }} at_start; }}\n'
                        f'int touch{i}() {{ return {i}; }}'))
        for i in range(rng.choice([1, 2])):
            out.append((f'common{i}', f'int user{i}() {{ return {self.calls(99)}; }}'))
        return out

    def weak_units(self, i, body):
        """GNU ld for Windows takes a weak function only for weak needs: those of its own object."""
        rng, out = self.rng, []
        for copy in range(rng.choice([1, 2])):
            call = f'call{i}' if not copy else f'more{i}'
            out.append((f'unit{i}.{copy}', f'static int own = {rng.randrange(100)};\n'
                        f'__attribute__((weak)) int part{i}() {{ return ++own + {copy}; }}\n'
                        f'int {call}() {{ return part{i}() + {body}; }}'))
            if copy:
                out.append((f'common.more{i}', f'int more{i}();\nint user_more{i}() '
                            f'{{ return more{i}() + call{i}(); }}'))
        if rng.random() < .5:
            out.append((f'common.over{i}', f'int part{i}() {{ return 1000; }}\n'
                        f'int user_over{i}() {{ return part{i}(); }}'))
        return out

    def unit(self, i, kind, body):
        if kind == 'thrower':
            return f'void throw{i}() {{ throw Thrown{{++own + {body}}}; }}'
        count = f'{{ return ++own + {body}; }}'
        if kind == 'alias':
            return f'extern "C" int other{i}() {count}\n' \
                   f'int call{i}() __attribute__((alias("other{i}")));'
        if kind == 'ifunc':
            return f'static int does{i}() {count}\ntypedef int (*Way{i})();\n' \
                   f'extern "C" Way{i} choose{i}() {{ return does{i}; }}\n' \
                   f'int call{i}() __attribute__((ifunc("choose{i}")));'
        return f'int call{i}() {count}'

    def calls(self, below):
        usable = [i for i in self.kinds if i < below]
        chosen = self.rng.sample(usable, min(len(usable), self.rng.choice([0, 1, 2])))
        return ' + '.join([f'call{i}()' for i in chosen] or ['1'])

    def library(self, number):
        rng = self.rng
        units = list(self.parts) if rng.random() < .5 else \
            [part for part in self.parts if part[0].startswith('unit') or rng.random() < .7]
        names = [name for name, _ in units]
        rows = [f'extern "C" int c_enter{number}() {{ int sum = 0;']
        for i in self.kinds:
            if rng.random() < .7:
                rows.append(f'  std::printf("{number} calls {i}: %d\\n", call{i}());')
        rows = [f'int touch{name[9:]}();' for name in names if name.startswith('registers')] + \
            [f'int {user(name)}();' for name in names if name.startswith('common')] + rows
        rows += [f'  sum += touch{name[9:]}();' for name in names
                 if name.startswith('registers') and rng.random() < .8]
        rows += [f'  sum += {user(name)}();' for name in names if name.startswith('common')]
        rows.append('  return sum; }')
        return units + [(f'enter{number}', '\n'.join(rows))]


def user(name):
    """The function of a unit that a library calls: common0, common.over3."""
    return 'user' + name[6:].replace('.', '_')


def lld_for_mingw():
    """What GCC would call to link IN.o to OUT.exe, with lld in the place of GNU ld."""
    text = run(MINGW, '-static', '-###', '-o', 'OUT.exe', 'IN.o')[1]
    words = shlex.split([row for row in text.split('\n') if 'IN.o' in row][-1])[1:]
    plugin = [i for i, word in enumerate(words) if word == '-plugin']
    return ['ld.lld-19'] + [word for i, word in enumerate(words)
                            if not word.startswith('-plugin') and i - 1 not in plugin]


def told(result):
    """What a program did; constructors of different objects may run in any order."""
    rows = result[1].split('\n')
    first = sorted(row for row in rows if row.startswith('constructor'))
    return result[0], first + [row for row in rows if not row.startswith('constructor')]


def run(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                              check=False)
    except subprocess.TimeoutExpired:
        return 124, 'it takes more than 60 s'
    return done.returncode, done.stdout.decode(errors='replace')


class Trial:
    def __init__(self, seed, folder, armeld, mingw=False):
        self.rng, self.folder, self.armeld = random.Random(seed), folder, armeld
        self.mingw = mingw
        self.program = Program(self.rng, mingw)
        self.objects, self.flags = {}, self.rng.choice([['-O1'], ['-O0'], ['-O2', '-fPIC'],
                                                        ['-O1', '-ffunction-sections',
                                                         '-fdata-sections']])
        self.failures, self.links = [], 0

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def compile(self, text):
        if text not in self.objects:
            path = self.path(f'{len(self.objects)}.cc')
            with open(path, 'w', encoding='utf-8') as file:
                file.write('#include "shared.h"\n' + text + '\n')
            status, said = run(MINGW if self.mingw else 'g++', '-w', '-c', *self.flags, '-o', path[:-2] + 'o', path)
            if status:
                raise RuntimeError(said + text)
            self.objects[text] = path[:-2] + 'o'
        return self.objects[text]

    def libraries(self):
        os.makedirs(self.path('o'))
        os.makedirs(self.path('m'))
        with open(self.path('shared.h'), 'w', encoding='utf-8') as file:
            file.write(self.program.header())
        names = []
        for number in range(self.rng.choice([2, 2, 3, 4])):
            units = self.program.library(number)
            self.rng.shuffle(units)
            inside = self.path(f'in{number}')
            os.makedirs(inside)
            files = []
            for name, text in units:
                files.append(os.path.join(inside, name + '.o'))
                shutil.copy(self.compile(text), files[-1])
            names.append(f'lib{number}.a')
            run('ar', 'rcsD', self.path('o', names[-1]), *files)
            shutil.copy(self.path('o', names[-1]), self.path('m', names[-1]))
        return names

    def test(self, way):
        names = self.libraries()
        options = list(WAYS[way])
        if options and way != 'strip-all' and self.rng.random() < .5:
            options += ['--export', 'c_*']
        workspace = self.path('m', 'libw.a')
        status, said = run(self.armeld, '-q', '-o', workspace, *options,
                           *[self.path('m', name) for name in names])
        if status in (1, 3):
            return said.strip().split('\n')[0]
        if status:
            self.failures.append(f'exit status {status}: {said}')
            return ''
        status, said = run(self.armeld, 'verify', workspace)
        if status:
            self.failures.append(f'verify: {said}')
        count = len(names)
        orders = [[i] for i in range(count)] + [list(range(count)), list(range(count))[::-1]]
        for order in orders:
            self.compare(order, names, workspace)
        status, said = run(self.armeld, 'restore', '-q', workspace)
        for name in names:
            with open(self.path('o', name), 'rb') as one, open(self.path('m', name), 'rb') as two:
                if status or one.read() != two.read():
                    self.failures.append(f'restore: {name}: {said}')
        return ''

    def link(self, linker, main, libraries):
        program = self.path('program.exe')
        if not self.mingw:
            return run('g++', '-fuse-ld=' + linker, '-o', program, main, *libraries)
        if linker == 'bfd':
            return run(MINGW, '-static', '-o', program, main, *libraries)
        files = {'OUT.exe': [program], 'IN.o': [main, *libraries]}
        return run(*[part for word in lld_for_mingw() for part in files.get(word, [word])])

    def start(self):
        """Run the program; wine itself fails now and then."""
        if not self.mingw:
            return run(self.path('program.exe'))
        for _ in range(3):
            done = run('/usr/lib/wine/wine64', self.path('program.exe'))
            if not done[0]:
                break
        return done

    def compare(self, order, names, workspace):
        rows = [f'extern "C" int c_enter{i}();' for i in order] + ['int main() { int sum = 0;']
        rows += [f'  sum += c_enter{i}();' for i in order]
        rows += [f'  sum += c_enter{i}();' for i in order[:1]]
        main = self.compile('\n'.join(rows + ['  std::printf("%d\\n", sum); }']))
        linker = self.rng.choice(['bfd', 'lld'] if self.mingw else LINKERS)
        status, said = self.link(linker, main, [self.path('o', names[i]) for i in order])
        if status:
            return
        before = told(self.start())
        self.links += 1
        status, said = self.link(linker, main,
                                 [self.path('m', names[i]) for i in order] + [workspace])
        if status:
            self.failures.append(f'{linker}, {order}: does not link: {said[:500]}')
            return
        after = told(self.start())
        if before != after:
            rows = zip(before[1], after[1])
            first = next((f'{a} became {b}' for a, b in rows if a != b), f'{before} became {after}')
            self.failures.append(f'{linker}, {order}: prints something else: {first}')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seed', default=str(random.randrange(1 << 32)))
    parser.add_argument('--first', type=int, default=0)
    parser.add_argument('--count', type=int)
    parser.add_argument('--seconds', type=float)
    parser.add_argument('--mingw', action='store_true')
    parser.add_argument('--way', choices=list(WAYS))
    parser.add_argument('--keep', help='leave the files of failing sets in this folder')
    args = parser.parse_args()
    return several(args)


def several(args):
    armeld = os.path.abspath(os.environ.get('ARMELD', 'build/armeld'))
    print(f'seed {args.seed}')
    if args.mingw:
        os.environ.setdefault('WINEDEBUG', '-all')
        run('/usr/lib/wine/wineserver64', '-p60')  # stays for the next program
    base = tempfile.mkdtemp(prefix='armeld-programs.',
                            dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None)
    end = time.monotonic() + (args.seconds or (1e9 if args.count else 20))
    number, links, failures, refused = args.first, 0, 0, 0
    while time.monotonic() < end and (not args.count or number < args.first + args.count):
        folder = os.path.join(base, str(number))
        os.makedirs(folder)
        test = Trial(f'{args.seed} {number}', folder, armeld, args.mingw)
        way = args.way or test.rng.choice(list(WAYS))
        said = test.test(way)
        if said:
            refused += 1
            print(f'refused: {said}')
        links += test.links
        for failure in test.failures:
            print(f'FAIL seed {args.seed} set {number} ({way}): {failure}')
        failures += bool(test.failures)
        if test.failures and args.keep:
            shutil.copytree(folder, os.path.join(args.keep, str(number)), dirs_exist_ok=True)
        shutil.rmtree(folder)
        number += 1
    shutil.rmtree(base)
    print(f'seed {args.seed}: {number - args.first} sets of C++ programs, {links} links, '
          f'{refused} refused, {failures} sets fail')
    return 1 if failures or not links else 0


if __name__ == '__main__':
    sys.exit(main())
