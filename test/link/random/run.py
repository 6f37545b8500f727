#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random sets of libraries, linked by real linkers before and after armeld: README.md."""
import argparse
import collections
import hashlib
import os
import random
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import generate
import reduce
import server
import trial
import ways
from model import parse_set


FORMATS = {'all': list(trial.WRITERS), 'coff': ['coff', 'mingw'], 'macho': ['macho', 'arm64']}


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--format', choices=sorted({*FORMATS, *trial.WRITERS}), default='all')
    parser.add_argument('--seed', default=str(random.randrange(1 << 32)))
    parser.add_argument('--first', type=int, default=0, help='number of the first set of the seed')
    parser.add_argument('--count', type=int)
    parser.add_argument('--seconds', type=float)
    parser.add_argument('--way', choices=ways.names())
    parser.add_argument('-j', '--jobs', type=int, default=1)
    parser.add_argument('--thorough', action='store_true', help='each link by every linker')
    parser.add_argument('--reduce', action='store_true', help='reduce each kind of failure')
    parser.add_argument('--set', nargs='+', help='run the sets in these files instead')
    parser.add_argument('--keep', help='leave files of a --set in this folder')
    parser.add_argument('--out', help='write a file for each kind of failure to this folder')
    return parser.parse_args()


ARMELD = os.path.abspath(os.environ.get('ARMELD', 'build/armeld'))


PROGRAMS = server.Programs(None, None)


def attempt(made, folder, stats=None):
    """The failure of a set, or None."""
    test = trial.Trial(made, folder, ARMELD, PROGRAMS, stats)
    try:
        test.run()
    except trial.Failure as failure:
        failure.log = test.log
        return failure
    return None


def smallest(made, failure, folder, seconds):
    if failure.line:
        made.lines = [failure.line]
    elif not failure.kind.startswith('does') and not made.way.startswith('verb'):
        made.lines = []

    def fails(smaller):
        try:
            found = attempt(smaller, folder)
        except Exception:  # it is no set any more
            return False
        return found is not None and found.kind == failure.kind

    return reduce.reduce(made, fails, seconds) if fails(made) else made


def kind_of(made, failure):
    """A name for the kind of a failure, from the reduced set."""
    atoms = [atom for obj in made.objects() for atom in obj.atoms]
    words = {atom.kind for atom in atoms} | {atom.bind for atom in atoms} - {'strong'}
    words |= {atom.vis for atom in atoms} | {atom.place.split(':')[0] for atom in atoms}
    words |= {'comdat' for atom in atoms if atom.group}
    words |= {'alias' for atom in atoms if atom.aliases}
    words |= {flag for obj in made.objects() for flag in obj.flags}
    words |= {'weakref' for atom in atoms for ref in atom.refs if ref.name.endswith('?')}
    words |= {line.linker for line in made.lines[:1]}
    return ' '.join([made.format, made.way, failure.kind.split(': ')[0]] +
                    sorted(words - {'', 'data'}))


def report(made, failure, folder, seed, number, args, seen):
    print(f'FAIL {made.format} seed {seed} set {number} ({made.way}): {failure.kind}')
    if not args.reduce and not args.out:
        print('  ' + '\n  '.join(str(failure).split('\n')[:6]))
        return
    rough = (made.format, made.way.replace('-root-only', ''), failure.kind)
    seen[rough] = seen.get(rough, 0) + 1
    if seen[rough] > 3:
        return
    made = smallest(made, failure, folder, 20)
    last = attempt(made, folder) or failure
    name = kind_of(made, last)
    rows = [name, f'seed {seed} set {number}: {last.kind}'] + getattr(last, 'log', [])
    rows += [str(last)]
    text = ''.join(f'# {row}\n' for row in '\n'.join(rows).split('\n'))
    text += made.text()
    if args.reduce:
        print(text)
    if args.out and name not in seen:
        seen[name] = 1
        os.makedirs(args.out, exist_ok=True)
        digest = hashlib.sha256(name.encode()).hexdigest()[:6]
        file_name = f"{made.format}-{made.way}-{last.kind.split(':')[0].replace(' ', '-')}-{digest}"
        with open(os.path.join(args.out, file_name + '.txt'), 'w', encoding='utf-8') as file:
            file.write(text)
    sys.stdout.flush()


def share(rng, made, thorough):
    """Linkers for the lines: all of them, or one or two for each line."""
    names, out = trial.LINKERS[made.format], []
    for line in made.lines:
        count = len(names) if thorough else rng.choice([1, 1, 2])
        for name in rng.sample(names, min(count, len(names))):
            extra = [trial.COLLECT[name]] if name in trial.COLLECT and rng.random() < .2 else []
            out.append(generate.Line(line.libraries, line.roots, name, extra))
    made.lines = out


def work(args, formats, begin, step, folder, library):
    global PROGRAMS
    PROGRAMS = server.Programs(os.path.dirname(folder), library)
    try:
        return work_on(args, formats, begin, step, folder)
    finally:
        PROGRAMS.end()


def work_on(args, formats, begin, step, folder):
    stats, failures, seen = collections.Counter(), 0, {}
    end = time.monotonic() + args.seconds if args.seconds else None
    number = args.first + begin
    while (args.count is None or number < args.first + args.count) and \
            (end is None or time.monotonic() < end):
        kind = formats[number % len(formats)]
        rng = random.Random(f'{args.seed} {number}')
        made = generate.make(kind, rng, ways, args.way)
        share(rng, made, args.thorough)
        stats['way ' + made.way] += 1
        failure = attempt(made, folder, stats)
        if failure:
            failures += 1
            report(made, failure, folder, args.seed, number, args, seen)
        number += step
    return stats, failures


def given(args, folder):
    """Sets from files."""
    failures = 0
    for name in args.set:
        with open(name, encoding='utf-8') as file:
            made = parse_set(file.read())
        stats = collections.Counter()
        failure = attempt(made, args.keep or folder, stats)
        if failure:
            failures += 1
            print(f'FAIL {name}: {failure.kind}\n' + '\n'.join(failure.log) + f'\n{failure}')
        else:
            refused = [word for word in stats if word.startswith('refused')]
            print(f'ok {name}: {stats["links"]} links ' + ' '.join(refused))
    return 1 if failures else 0


def several(args, formats, folder):
    """Share the sets among processes: each takes every Nth."""
    children, library = [], server.build(folder)
    for i in range(args.jobs):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            result = work(args, formats, i, args.jobs, os.path.join(folder, str(i)), library)
            sys.stdout.flush()
            os.write(writer, repr((dict(result[0]), result[1])).encode())
            os._exit(0)
        os.close(writer)
        children.append((child, reader))
    stats, failures, lost = collections.Counter(), 0, 0
    for child, reader in children:
        with os.fdopen(reader) as file:
            text = file.read()
        os.waitpid(child, 0)
        if text:
            part = eval(text, {'__builtins__': {}})
            stats.update(part[0])
            failures += part[1]
        else:
            lost += 1
    return stats, failures + lost


def main():
    args = options()
    if not args.count and not args.seconds:
        args.seconds = 20
    folder = tempfile.mkdtemp(prefix='armeld-random.',
                              dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None)
    if trial.ZIG:
        os.environ['ZIG_LOCAL_CACHE_DIR'] = folder
        os.environ.setdefault('ZIG_GLOBAL_CACHE_DIR', os.path.join(folder, 'zig'))
    try:
        if args.set:
            return given(args, folder)
        formats = FORMATS.get(args.format, [args.format])
        print(f'seed {args.seed}')
        sys.stdout.flush()
        begin = time.monotonic()
        stats, failures = several(args, formats, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, count in sorted(stats.items()):
        if name.startswith(('refused', 'links that', 'links with more', 'sets with')):
            print(f'{count:6} {name}')
    print(f"seed {args.seed}: {stats['sets'] + failures} sets, {stats['links']} links, "
          f"{stats['links of originals that fail']} more whose originals do not link, "
          f'{failures} failures, {time.monotonic() - begin:.0f} s')
    lost = stats['images of originals that cannot be walked']
    if lost:
        print(f'{lost} images of originals cannot be walked')
    return 1 if failures or not stats['links'] or lost * 20 > stats['links'] else 0


if __name__ == '__main__':
    sys.exit(main())
