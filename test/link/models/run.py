#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: run.py [--format FORMAT] [--seed N] [--count N] [--set N] [--keep FOLDER]

Compares the link models of the proof with the linkers: random small sets of objects in archives are
linked by each linker and by the simulation (simulate.c). The same members must be loaded, the same
symbols defined twice, and each loaded member must get the same definition of each symbol it needs.
A set that differs is printed and, with --keep, its archives are kept.
"""
import argparse
import collections
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from linkers import COMMON, FORMATS, MAIN, Object, Shop, missing_tools

SIMULATE = os.environ.get('SIMULATE', 'build/link-models/simulate')
MODELS = {'bfd': '0', 'gold': '1', 'lld': '2', 'mold': '3', 'lld-link': '4', 'lld-mingw': '4m',
          'mingw': '5', 'ld64.lld': '6', 'zig': '6'}

# Weak externals of COFF.
WEAK = ('need-weak', 'need-gcc-weak', 'alias', 'gcc-weak')

# How often each kind of definition is made. Every second pair of COFF sets is for lld-link and lld
# only, with weak externals and /alternatename.
KINDS = {
    'elf': {'strong': 50, 'weak': 14, 'comdat': 14, 'common': 10, 'hidden': 6, 'hidden-weak': 2,
            'unique': 2, 'comdat-global': 2, 'function': 4},
    'coff': {'strong': 50, 'comdat': 16, 'common': 10, 'one-only': 8, 'same-size': 3, 'largest': 4,
             'alias': 5, 'gcc-weak': 5},
    'lld-link': {'strong': 45, 'comdat': 10, 'alias': 8, 'gcc-weak': 12, 'alternate': 8},
    'macho': {'strong': 50, 'weak': 16, 'common': 10, 'hidden': 8, 'hidden-weak': 4},
}


def random_symbols(fmt, random, names, number):
    """The symbols of an object: some it defines, some it needs."""
    kinds = KINDS[fmt]
    symbols = {}
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        kind = random.choices(list(kinds), kinds.values())[0]
        detail = None
        if kind == 'common':
            detail = random.choice([8, 16, 24])
        elif kind in ('largest', 'same-size'):
            detail = random.choice([8, 8, 16])
        elif kind == 'alternate' or fmt == 'lld-link' and kind in WEAK and random.random() < .5:
            detail = random.choice(names[1:])
        elif fmt == 'elf' and kind.startswith('comdat') and random.random() < .1:
            detail = random.choice(names)
        elif kind == 'unique' and random.random() < .7:
            detail = True
        before = names.index(detail) if fmt == 'lld-link' and detail else len(names)
        name = random.choice(names[:before])
        if detail is True:
            detail = name
        symbols[name] = (kind, name, detail)
    for _ in range(random.choice([0, 0, 1, 1, 2, 3])):
        name = random.choice(names)
        if name not in symbols:
            kind = 'need-weak' if random.random() < .2 else 'need'
            if kind == 'need-weak' and fmt == 'coff' and random.random() < .5:
                kind = 'need-gcc-weak'
            symbols[name] = (kind, name)
    # what an object defines weakly it may use itself: it gets the definition that wins
    chosen = list(symbols.values())
    if random.random() < .5:
        chosen += [('need', s[1]) for s in chosen
                   if not s[0].startswith('need') and
                   s[0] not in ('strong', 'hidden', 'function', 'one-only') and
                   not (s[0] in WEAK and s[2])]  # the assembler takes the default
    random.shuffle(chosen)
    return chosen


def random_set(fmt, random):
    """(roots, archives): names, and lists of objects. @fmt a key of KINDS"""
    names = ['s%d' % i for i in range(random.choice([3, 5, 8, 12]))]
    pool = [Object(i + 1, random_symbols(fmt, random, names, i + 1))
            for i in range(random.choice([3, 5, 8, 12]))]
    archives = []
    for _ in range(random.choice([1, 2, 2, 3, 4])):
        archives.append(random.sample(pool, random.randint(1, len(pool))))
    roots = random.sample(names, random.randint(1, min(3, len(names))))
    return roots, archives


def simulate(models, roots, archives):
    """By model: (names defined twice, loaded objects, by name the object that defines it)."""
    said = subprocess.run([SIMULATE, ','.join(models), ','.join(roots), *archives],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    results = {}
    number = lambda name: int(re.search(r'-o(\d+)\.o$', name).group(1))
    for line in said.splitlines():
        word, *rest = line.split()
        if word == 'model':
            twice, loaded, defined = set(), set(), {}
            results[rest[0]] = twice, loaded, defined
        elif word == 'twice':
            twice.add(rest[0])
        elif word == 'load':
            loaded.add(number(rest[0]))
        else:
            defined[rest[0]] = (None if rest[1] == '-' else COMMON if rest[1] == COMMON
                                else number(rest[1]))
    return results


def differences(linker, objects, roots, real, model):
    """What the linker did otherwise than the model says."""
    twice, needs = real
    said_twice, said_loaded, said_defined = model
    if twice and all(text.startswith('?') for text in twice) and None in said_defined.values():
        return  # refuses what is undefined since its group was discarded
    if twice or said_twice:
        if bool(twice) != bool(said_twice):
            yield 'defined twice: %s, said %s' % (sorted(twice), sorted(said_twice))
        return
    loaded = {number for number, which in needs if which == '' and number != MAIN}
    if loaded != said_loaded:
        yield 'loads %s, said %s' % (sorted(loaded), sorted(said_loaded))
        return
    for (number, which), got in needs.items():
        if which != '':
            name = roots[which] if number == MAIN else objects[number].needs()[which]
            said = said_defined.get(name)
            if got != said:
                yield '%d gets %s from %s, said %s' % (number, name, got, said)


def main():
    parser = argparse.ArgumentParser(description='Compares the link models with the linkers.')
    parser.add_argument('--format', choices=list(FORMATS), action='append')
    parser.add_argument('--seed', default='1')
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--set', type=int, help='only the set of this number')
    parser.add_argument('--zig', action='store_true', help="zig's linker, too: it differs")
    parser.add_argument('--keep')
    options = parser.parse_args()
    failed = 0
    for fmt in options.format or list(FORMATS):
        missing = missing_tools(fmt)
        if missing:
            print('skipped %s: no %s' % (fmt, ', '.join(missing)))
            continue
        failed += run_format(fmt, options)
    sys.exit(failed > 0)


def run_format(fmt, options):
    linkers = [l for l in FORMATS[fmt]['linkers'] if l != 'zig' or options.zig]
    bad = collections.Counter()
    outcomes = collections.Counter()
    for turn in range(options.count) if options.set is None else [options.set]:
        rng = random.Random('%s %s %d' % (fmt, options.seed, turn))
        only = ['lld-link', 'lld-mingw'] if fmt == 'coff' and turn % 4 > 1 else None
        roots, libraries = random_set(only[0] if only else fmt, rng)
        objects = {o.number: o for library in libraries for o in library}
        with tempfile.TemporaryDirectory(prefix='link-models-') as directory:
            shop = Shop(fmt, directory, coff_archives=turn % 2)
            archives = [shop.archive('l%d.a' % i, l) for i, l in enumerate(libraries)]
            program = shop.main(roots)
            said = simulate([MODELS[l] for l in linkers], [shop.name(r) for r in roots], archives)
            lines = []
            for linker in only or linkers:
                real = shop.link(linker, program, archives)
                outcomes['twice' if real[0] else 'linked'] += 1
                for text in differences(linker, objects, roots, real, said[MODELS[linker]]):
                    lines.append('  %s: %s' % (linker, text))
                    bad[linker] += 1
            if lines:
                print('%s, seed %s, set %d: roots %s' % (fmt, options.seed, turn, ' '.join(roots)))
                for i, library in enumerate(libraries):
                    print('  l%d.a: %s' % (i, ' '.join(str(o) for o in library)))
                print('\n'.join(lines), flush=True)
                if options.keep:
                    where = os.path.join(options.keep, '%s-%s-%d' % (fmt, options.seed, turn))
                    shutil.rmtree(where, ignore_errors=True)
                    shutil.copytree(directory, where)
    print('%s: %d sets, %d links, %d with a name defined twice; %s' % (
        fmt, options.count, sum(outcomes.values()), outcomes['twice'],
        ', '.join('%s differs %d times' % pair for pair in bad.items()) or 'none differs'))
    return len(bad)


if __name__ == '__main__':
    main()
