#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sequences.py [--seed N] [--count N | --seconds N] [--steps N] [--keep DIR] [-v] - long random sequences of armeld and of people.

A folder of small libraries, of one compiler or of two that define the same symbols differently, is melded, stripped by
others, rebuilt, by the other compiler too, added to, renamed, moved, robbed of its sidecar or its workspaces, melded
into a second workspace, groups into workspaces of their own, or into another folder, restored, and armeld is killed
while it works. After each call of armeld:
  - every library that linked before links and computes the same, whatever the exit status;
  - with status 0, each library of the set that was written links with the workspace that the report names, and verify
    has no finding; two libraries link and compute what their originals do, if these link;
  - with status 1, 2 or 3, no file has changed;
  - restore with status 0 gives back the bytes that were melded, if no other tool changed them since.
Seeds are those of sequences: a failing one is printed with its steps. Exit status: 0 none failed, 1 some did.
"""
import argparse
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ARMELD = os.path.abspath(os.environ.get('ARMELD', 'build/armeld'))
SHARED, OWN = 4, 5
MAIN = '''%s
void _start(void) { int r = (%s) & 127;
#if defined __x86_64__
    __asm__ volatile("syscall" :: "a"(60), "D"(r));
#elif defined __aarch64__
    register long number __asm__("x8") = 93, status __asm__("x0") = r;
    __asm__ volatile("svc 0" :: "r"(number), "r"(status));
#else
#error no way to end a program is known here
#endif
    for (;;) { } }
'''


class Broken(Exception):
    pass


def call(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, errors='replace', **more)


class Parts:
    """
    Objects, compiled once: shared ones and each library's own, in two versions, with Rust's names and with C's, by two
    compilers. The second one's have the same names and other code, or, of kind x, Rust's names with another hash and one
    name of the runtime that is the same.
    """

    def __init__(self, folder):
        self.folder = folder
        sources = []
        for kind, compiler in itertools.product('rxc', range(2)):
            shared = [self.name(kind, i, compiler) for i in range(SHARED)]
            for i, version in itertools.product(range(SHARED), range(2)):
                more = f'extern int n{i - 1}(void) __asm__("{shared[i - 1]}");' if i else ''
                runtime = kind == 'x' and i == 0
                sources.append((self.object(kind, compiler, f'shared{i}', version), f'''{more}
{'void rust_eh_personality(void) { }' if runtime else ''}
static int state = {i * 7 + version + compiler * 2};
int f(void) __asm__("{shared[i]}");
int f(void) {{ return state + {compiler} * 40 + {f'n{i - 1}()' if i else 0}; }}'''))
            for letter, version in itertools.product('abcde'[:OWN], range(2)):
                sources.append((self.object(kind, compiler, letter, version), f'''
int n(void) __asm__("{shared[-1]}");
int {letter}_run(void) {{ return n() + {ord(letter) * 3 + version * 11}; }}'''))
        for letters in list('abcde'[:OWN]) + [a + b for a, b in itertools.permutations('abcde'[:OWN], 2)]:
            sources.append((f'main{letters}', MAIN % (' '.join(f'int {l}_run(void);' for l in letters),
                                                      ' + 3 * '.join(f'{l}_run()' for l in letters))))
        running = []
        for name, text in sources:
            os.makedirs(os.path.dirname(f'{folder}/{name}'), exist_ok=True)
            with open(f'{folder}/{name}.c', 'w') as file:
                file.write(text)
            running.append(subprocess.Popen(['cc', '-c', '-g', '-O1', '-fno-pic', '-fno-stack-protector',
                                             '-fcf-protection=none' if os.uname().machine == 'x86_64' else '-fno-pie',
                                             '-ffile-prefix-map=' + folder + '=.', '-o', f'{name}.o', f'{name}.c'],
                                            cwd=folder))
            if len(running) > 3 and running.pop(0).wait():
                raise SystemExit('sequences.py: cc failed')
        if any(process.wait() for process in running):
            raise SystemExit('sequences.py: cc failed')

    @staticmethod
    def object(kind, compiler, crate, version):
        """A path as of rustc's objects, which tell Rust libraries from others; of C's, another one."""
        name = f'{crate}-{compiler * 16 + 1:016x}.{crate}.{compiler * 16 + 2:016x}-cgu.0.rcgu' if kind != 'c' else crate
        return f'{kind}{compiler}v{version}/{name}'

    @staticmethod
    def name(kind, i, compiler):
        crate = f'_RNvCs12{34 + compiler * (kind == "x")}_6shared2s{i}'
        return f'shared_{i}' if kind == 'c' else crate

    def library(self, kind, compiler, letter, versions, order):
        """An archive of the own object and all shared ones, each in its version."""
        names = [self.object(kind, compiler, letter, versions[SHARED]) + '.o']
        names += [self.object(kind, compiler, f'shared{i}', versions[i]) + '.o' for i in range(SHARED)]
        if order:
            names.reverse()
        path = f'{self.folder}/made.a'
        if os.path.exists(path):
            os.remove(path)
        subprocess.run(['ar', 'rcsD', path] + names, cwd=self.folder, check=True)
        with open(path, 'rb') as file:
            return file.read()


class World:
    """A folder of libraries, and what is known of it."""

    def __init__(self, parts, seed, top, verbose):
        self.parts, self.top, self.verbose = parts, top, verbose
        self.random = random.Random(seed)
        self.kind = self.random.choice('rxxxxc')
        self.compilers = {}  # by letter
        self.mixed = self.random.random() < 0.75
        self.habit = ['--workspaces=auto'] if self.mixed and self.random.random() < 0.8 else []
        self.log = []
        self.place = 'sdk'
        self.original = {}  # by path: bytes that restoring gives back; None: not known
        self.sets = {}      # by workspace: the libraries that were melded into it
        os.makedirs(f'{top}/sdk')
        for letter in 'abcde' if self.mixed else 'abc':
            self.build(letter)

    # ---- files

    def path(self, name):
        return f'{self.top}/{name}'

    def read(self, name):
        with open(self.path(name), 'rb') as file:
            return file.read()

    def files(self):
        found = {}
        for folder, _, names in os.walk(self.top):
            for name in names:
                path = os.path.relpath(f'{folder}/{name}', self.top)
                if not path.startswith('t/'):
                    found[path] = self.read(path)
        return found

    def libraries(self):
        """Paths of all libraries, and the letter that each is of."""
        found = {}
        for path in sorted(self.files()):
            base = os.path.basename(path)
            if base.startswith('lib') and base.endswith('.a') and not base.startswith('libw'):
                found[path] = base[3]
        return found

    @staticmethod
    def first_of(workspace):
        """The name of the set of a workspace, which may be a further one."""
        return re.sub(r'-[0-9]+[.]a$', '.a', workspace)

    def workspaces(self):
        return [path for path in sorted(self.files()) if os.path.basename(path).startswith('w') and path.endswith('.a')]

    # ---- people

    def write(self, path, data):
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        temporary = self.path(path) + '.new'
        with open(temporary, 'wb') as file:
            file.write(data)
        os.rename(temporary, self.path(path))

    def build(self, letter, path=None):
        path = path or f'{self.place}/lib{letter}.a'
        versions = [int(self.random.random() < 0.25) for _ in range(SHARED + 1)]
        if self.random.random() < 0.8:
            versions = [0] * (SHARED + 1)
        if self.mixed and (letter not in self.compilers or self.random.random() < 0.15):
            self.compilers[letter] = self.random.choice([int(letter in 'de'), int(letter in 'cde'), 0, 1])
        compiler = self.compilers.get(letter, 0)
        data = self.parts.library(self.kind, compiler, letter, versions, self.random.random() < 0.2)
        self.write(path, data)
        self.forget(path)
        self.original[path] = data
        self.log.append(f'# build {path} {versions}, compiler {compiler}')

    def forget(self, path):
        """A library is no member of a set any more, as far as is known."""
        for members in self.sets.values():
            members.discard(path)

    def some_library(self):
        found = self.libraries()
        return self.random.choice(sorted(found)) if found else None

    def rebuild(self):
        path = self.some_library()
        if path:
            self.build(os.path.basename(path)[3], path)

    def afresh(self):
        """All is built anew in an empty folder."""
        for path in self.files():
            if path.startswith(self.place + '/'):
                os.remove(self.path(path))
                self.original.pop(path, None)
        self.log.append(f'rm {self.place}/*')
        self.sets = {w: members for w, members in self.sets.items() if not w.startswith(self.place + '/')}
        for letter in 'abcde' if self.mixed else 'abc':
            self.build(letter)

    def add(self):
        missing = [l for l in 'abcde'[:OWN] if not os.path.exists(self.path(f'{self.place}/lib{l}.a'))]
        if missing:
            self.build(self.random.choice(missing))

    def remove(self):
        path = self.some_library()
        if path and len(self.libraries()) > 2:
            os.remove(self.path(path))
            self.log.append(f'rm {path}')
            self.forget(path)

    def rename(self):
        path = self.some_library()
        if path:
            to = f'{os.path.dirname(path)}/lib{os.path.basename(path)[3]}{self.random.choice(["", "2"])}.a'
            if to != path and not os.path.exists(self.path(to)):
                os.rename(self.path(path), self.path(to))
                self.log.append(f'mv {path} {to}')
                melded = any(path in members for members in self.sets.values())
                self.original[to] = None if melded else self.original.get(path)
                self.forget(path)

    def move(self):
        to = 'moved' if self.place == 'sdk' else 'sdk'
        if os.path.exists(self.path(to)):
            return
        os.rename(self.path(self.place), self.path(to))
        self.log.append(f'mv {self.place} {to}')
        old = self.place + '/'
        self.original = {(to + '/' + k[len(old):] if k.startswith(old) else k): v for k, v in self.original.items()}
        self.sets = {(to + '/' + w[len(old):] if w.startswith(old) else w):
                     {(to + '/' + k[len(old):] if k.startswith(old) else k) for k in members}
                     for w, members in self.sets.items()}
        self.place = to

    def strip(self):
        """As dh_strip does: another tool rewrites a library, perhaps a melded one, perhaps all."""
        some = [path for path in self.libraries() if self.random.random() < 0.5]
        for path in some:
            melded = any(path in members for members in self.sets.values())
            call('strip', '-g', self.path(path))
            self.log.append(f'strip -g {path}')
            self.original[path] = None if melded else self.read(path)
            self.forget(path)

    def strip_workspace(self):
        for path in self.workspaces():
            if self.random.random() < 0.5:
                call('strip', '-g', self.path(path))
                self.log.append(f'strip -g {path}')
                self.lose(self.first_of(path), None)

    def lose(self, workspace, data):
        """Nobody knows any more which libraries were melded into a workspace; without a sidecar they are what they are."""
        members = self.sets.pop(workspace, None)
        for path in self.original if members is None else members:
            self.original[path] = self.read(path) if data and members and os.path.exists(self.path(path)) else None

    def lose_sidecar(self):
        found = [path for path in self.files() if path.endswith('.armeld')]
        if found:
            path = self.random.choice(sorted(found))
            os.remove(self.path(path))
            self.log.append(f'rm {path}')
            if '/lib' not in path:
                self.lose(path[:-len('.armeld')], True)

    def lose_workspace(self):
        found = self.workspaces()
        if found:
            path = self.random.choice(found)
            if self.random.random() < 0.5:
                os.remove(self.path(path))
                self.log.append(f'rm {path}')
            else:
                os.rename(self.path(path), self.path(path) + '.aside')
                self.log.append(f'mv {path} {path}.aside')

    def find_workspace(self):
        for path in sorted(self.files()):
            if path.endswith('.a.aside') and not os.path.exists(self.path(path[:-6])):
                os.rename(self.path(path), self.path(path[:-6]))
                self.log.append(f'mv {path} {path[:-6]}')

    # ---- armeld

    def link(self, path, letter, workspaces):
        """What a program prints that calls the library; None: it does not link."""
        program = self.path('t/program')
        os.makedirs(self.path('t'), exist_ok=True)
        paths = [path] if isinstance(path, str) else path
        done = call('ld', '-o', program, f'{self.parts.folder}/main{letter}.o', *[self.path(p) for p in paths],
                    *[self.path(w) for w in workspaces])
        return call(program).returncode if done.returncode == 0 else None

    def link_all(self, meant=None):
        """
        By library: what it computes with its workspace, or with the fewest of its folder that it needs; or, if there is a
        line that computes what is @meant, that. A workspace may need another one: of several, any order may be the one. One that lost its sidecar and
        its mark counts as a library when it is melded, and stands before the new workspace; one that nobody needs any more
        stands on no line.
        """
        found = {}
        for path, letter in self.libraries().items():
            workspaces = [w for w in self.workspaces() if os.path.dirname(w) == os.path.dirname(path)]
            lines = [list(line) for count in range(min(len(workspaces), 3) + 1)
                     for line in itertools.permutations(workspaces, count)]
            found[path] = None
            own = [[w] for w in workspaces if path in self.sets.get(self.first_of(w), ())]
            for line in own + lines:
                value = self.link(path, letter, line)
                found[path] = value if found[path] is None else found[path]
                if value is not None and (not meant or value == meant.get(path)):
                    found[path] = value
                    break
        return found

    def armeld(self, *words, kill=None):
        self.log.append('armeld ' + ' '.join(words) + (f'   # killed after {kill:.4f} s' if kill is not None else ''))
        command = [ARMELD] + list(words)
        if kill is None:
            done = call(*command, cwd=self.top, timeout=120)
            self.printed = done.stdout
            self.log.append(f'#   {done.returncode} {done.stderr.strip()[:400]}')
            if done.returncode < 0 or done.returncode not in (0, 1, 2, 3) or 'internal error' in done.stderr:
                raise Broken(f'status {done.returncode}: {done.stderr}')
            return done.returncode
        process = subprocess.Popen(command, cwd=self.top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(kill)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return -9

    def guarded(self, *words, may_kill=True, copies=None):
        """Run armeld, and hold what links before against what links afterwards; @copies: libraries that it writes elsewhere."""
        before, linked = self.files(), self.link_all()
        kill = self.random.random() * 0.02 if may_kill and self.random.random() < 0.15 else None
        status = self.armeld(*words, kill=kill)
        after = self.files()
        if status in (1, 2, 3) and after != before:
            changed = sorted(p for p in set(before) | set(after) if before.get(p) != after.get(p))
            raise Broken(f'status {status}, but these files changed: {" ".join(changed)}')
        now = self.link_all(linked)
        for path, value in linked.items():
            if copies and path in copies and now.get(path) == linked[copies[path]]:
                continue  # another library was there, and is replaced as was asked for
            if value is not None and now.get(path) != value:
                raise Broken(f'{path} linked and computed {value}, now {now.get(path)}; status {status}')
        return status

    def meld(self):
        workspace = f'{self.place}/{self.random.choice(["w.a"] * 12 + ["w2.a"] * 4 + ["w-2.a"])}'
        options = self.random.choice([[], [], [], ['--strip=all'], ['--prune'], ['--prelink'], ['--no-sidecar'], ['-f', 'gnu'],
                                      ['--strip=debug', '--prelink', '--merge']])
        options = options + (self.habit if self.random.random() < 0.8 else
                             self.random.choice([[]] + [['--workspaces=' + which] for which in ('auto', 'one', 'main')]))
        libraries = [path for path in self.libraries() if path.startswith(self.place + '/')]
        form = self.random.random()
        if form < 0.3:
            paths = [self.place]
        elif form < 0.5:
            paths = sorted(p for p in self.files() if p.endswith('.a') and p.startswith(self.place + '/'))
        elif form < 0.8:
            paths = libraries
        else:
            paths = [p for p in libraries if self.random.random() < 0.7]
        if not paths:
            return
        out = self.random.random() < 0.15
        named = [p for p in libraries if paths == [self.place] or p in paths]
        target = {p: p for p in named}
        words = ['-q', '--json', '-o', workspace] + options + paths
        if out:
            workspace = f'out/{os.path.basename(workspace)}'
            words = ['-q', '--json', '-d', 'out', '-o', workspace] + options + paths
            target = {p: f'out/{os.path.basename(p)}' for p in named}
        whole = {to: self.is_whole(path, workspace) for path, to in target.items()}
        copies = {to: path for path, to in target.items()} if out else None
        status = self.guarded(*words, copies=copies)
        if status == -9:
            if self.random.random() < 0.8:
                status = self.guarded(*words, may_kill=False, copies=copies)
            else:
                self.blur(target.values())
        if status != 0:
            return
        letters = self.libraries()
        needed = self.workspace_of(workspace)
        self.log.append('#   ' + ' '.join(f'{os.path.basename(p)}:{",".join(map(os.path.basename, needed[p]))}' for p in needed))
        for path in target.values():
            if whole[path] and self.link(path, letters[path], needed[path]) is None:
                raise Broken(f'{path} does not link with {" ".join(needed[path])}, which was written')
            self.forget(path)
        originals = {to: self.original.get(path) for path, to in target.items()}
        self.original.update(originals)
        self.sets[workspace] = set(target.values())
        self.link_two(sorted(target.values()), letters, needed, '--workspaces=main' in options)
        if '--no-sidecar' in options:
            self.lose(workspace, True)
        elif self.armeld('verify', workspace) != 0:
            raise Broken(f'{workspace} was written, and verify has findings')

    def workspace_of(self, workspace):
        """By library that was melded: its workspaces, as the report says."""
        report = json.loads(self.printed)
        found = {}
        for library in report['libraries']:
            path = os.path.normpath(library.get('output', library['path']))
            found[path] = [] if library.get('left_out') else [library.get('workspace', workspace)]
        return found

    def link_two(self, paths, letters, needed, in_front):
        """Two libraries and their workspaces are one program if their originals are, and compute the same."""
        known = [p for p in paths if self.original.get(p) and self.kind != 'c']
        for paths in itertools.permutations(known, 2):
            if letters[paths[0]] == letters[paths[1]] or self.random.random() < 0.6:
                continue
            if in_front and needed[paths[0]] and not needed[paths[1]]:
                continue
            both = ''.join(letters[p] for p in paths)
            for number, path in enumerate(paths):
                self.write(f't/{number}.a', self.original[path])
            value = self.link(['t/0.a', 't/1.a'], both, [])
            if value is None:
                continue
            lines = [list(paths) + list(dict.fromkeys(needed[paths[0]] + needed[paths[1]]))]
            if needed[paths[0]] != needed[paths[1]]:
                lines.append([paths[0]] + needed[paths[0]] + [paths[1]] + needed[paths[1]])
            for line in lines:
                now = self.link(line, both, [])
                if now != value:
                    raise Broken(f'{" ".join(paths)} computed {value}, now {now} by {" ".join(line)}')

    def is_whole(self, path, workspace):
        """Whether a library needs no other workspace. Of C's names nobody knows where they should come from."""
        letter = os.path.basename(path)[3]
        there = [workspace] if os.path.exists(self.path(workspace)) else []
        return self.kind != 'c' or self.link(path, letter, there) is not None

    def blur(self, paths):
        """What became of files after a kill is not known."""
        for path in paths:
            self.forget(path)
            self.original[path] = None

    def restore(self):
        found = self.workspaces() + [p[:-len('.armeld')] for p in self.files() if p.endswith('.armeld')]
        if not found:
            return
        workspace = self.random.choice(sorted(set(found)))
        words = ['restore', workspace] + self.random.choice([[], [], ['--partial']])
        members = self.sets.get(workspace)  # none of a further workspace, which names no set
        linked = {p: v for p, v in self.link_all().items() if v is not None}
        status = self.guarded(*words)
        if status == -9:
            status = self.guarded(*words, may_kill=False)
            if members is None:
                self.original[workspace] = None  # a library that was shrunk alone: restored or not
        if status != 0:
            return
        if members is None and workspace in self.original:  # a library that was shrunk alone
            self.original[workspace] = self.read(workspace)
        for path in members or ():
            if self.original.get(path) is not None and os.path.exists(self.path(path)) and path in linked:
                if self.read(path) != self.original[path] and '--partial' not in words:
                    raise Broken(f'{path} is restored, and is not what it was')
        if '--partial' not in words or not os.path.exists(self.path(workspace)):
            self.sets.pop(workspace, None)

    def verify(self):
        found = self.workspaces()
        if found:
            self.guarded('verify', self.random.choice(found), may_kill=False)

    def shrink_alone(self):
        path = self.some_library()
        if not path:
            return
        verb = self.random.choice([['strip'], ['strip', '--locals'], ['hide'], ['prelink']])
        status = self.guarded(*verb, '-q', path)
        if status != 1 and status != 2 and status != 3:
            self.original[path] = None if status == -9 else self.read(path)

    def restore_alone(self):
        found = [p[:-len('.armeld')] for p in self.files() if p.endswith('.a.armeld') and '/lib' in p]
        if found:
            path = self.random.choice(sorted(found))
            status = self.guarded('restore', path, may_kill=False)
            if status == 0 and os.path.exists(self.path(path)):
                self.original[path] = self.read(path)

    STEPS = [(10, 'meld'), (4, 'restore'), (2, 'verify'), (4, 'rebuild'), (2, 'add'), (1, 'remove'), (1, 'rename'),
             (1, 'move'), (3, 'strip'), (1, 'strip_workspace'), (2, 'lose_sidecar'), (1, 'lose_workspace'),
             (2, 'find_workspace'), (2, 'afresh'), (2, 'shrink_alone'), (1, 'restore_alone')]

    def run(self, steps):
        names = [name for weight, name in self.STEPS for _ in range(weight)]
        for _ in range(steps):
            getattr(self, self.random.choice(names))()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--seed', type=int, default=int(time.time()) % 1000000)
    parser.add_argument('--count', type=int, default=10)
    parser.add_argument('--seconds', type=float)
    parser.add_argument('--steps', type=int, default=25)
    parser.add_argument('--keep', help='leave the folder of a failing sequence there')
    parser.add_argument('-v', '--verbose', action='store_true')
    options = parser.parse_args()
    memory = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
    scratch = tempfile.mkdtemp(prefix='armeld-sequences-', dir=memory)
    began, done, failed = time.time(), 0, 0
    try:
        os.mkdir(f'{scratch}/parts')
        parts = Parts(f'{scratch}/parts')
        while (time.time() - began < options.seconds) if options.seconds else done < options.count:
            seed = options.seed + done
            top = f'{scratch}/{seed}'
            world = World(parts, seed, top, options.verbose)
            try:
                world.run(options.steps)
                if options.verbose:
                    print('\n'.join(world.log))
            except Broken as broken:
                failed += 1
                print(f'FAIL sequences.py --seed {seed} --count 1 --steps {options.steps}\n  ' + '\n  '.join(world.log) +
                      f'\n  {broken}')
                if options.keep:
                    shutil.copytree(top, f'{options.keep}/{seed}', dirs_exist_ok=True)
            shutil.rmtree(top)
            done += 1
    finally:
        shutil.rmtree(scratch)
    print(f'{done} sequences from seed {options.seed}, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
