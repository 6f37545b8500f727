#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: experiments.py [--format FORMAT] [--list] [--update] [NAME...]

Runs the experiments of experiments.txt: small links that show what each linker does. The linkers
themselves and the link models of the proof (simulate.c) must say what the file says. --update writes
what the linkers did, and for those that are not at hand what the models say: read the diff.

An experiment is a block of lines:

    NAME FORMAT            a name, and elf, coff or macho
    # ...                  what it shows
    roots f g              what the program needs
    l0 = 1{need f} 2{weak f}   an archive, of objects: a number and symbols, separated by commas;
                           the kinds are those of linkers.py, a detail follows the name
    bfd gold: 1 2, f=2     for these linkers (others are not asked): the objects that are
                           loaded, in the order of their numbers, and the object that defines each
                           name; "twice": two definitions are an error; "fails": what the model
                           leaves undefined is one
"""
import argparse
import os
import re
import sys
import tempfile

from linkers import COMMON, FORMATS, MAIN, Object, Shop, missing_tools
from run import MODELS, simulate

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'experiments.txt')
LINKERS = {'elf': ['bfd', 'gold', 'lld', 'mold'], 'coff': ['lld-link', 'lld-mingw', 'mingw'],
           'macho': ['ld64.lld', 'ld64', 'zig']}
MODELS['ld64'] = '7'  # Apple's own is not at hand; zig's links as ld64.lld does


def read_object(number, text):
    symbols = []
    for part in filter(None, (p.strip() for p in text.split(','))):
        kind, name, *detail = part.split()
        detail = detail[0] if detail else None
        symbols.append((kind, name, int(detail) if detail and detail.isdigit() else detail))
    return Object(int(number), symbols)


class Experiment:
    def __init__(self, lines):
        self.lines = lines
        self.name, self.fmt = lines[0].split()
        self.archives, self.expected, self.roots = [], {}, []
        for line in lines[1:]:
            if line.startswith('#'):
                continue
            if line.startswith('roots '):
                self.roots = line.split()[1:]
            elif re.match(r'l\d+ =', line):
                found = re.findall(r'(\d+)\{([^}]*)\}', line)
                self.archives.append([read_object(*f) for f in found])
            else:
                linkers, outcome = line.split(': ')
                self.expected.update(dict.fromkeys(linkers.split(), outcome))
        self.objects = {o.number: o for a in self.archives for o in a}

    def say(self, twice, loaded, defined):
        if twice:
            return 'twice'
        names = sorted({s[1] for o in self.objects.values() for s in o.symbols} | set(self.roots))
        given = ['%s=%s' % (n, defined[n] or 'nobody') for n in names if n in defined]
        return ', '.join([' '.join(str(n) for n in sorted(loaded)) or 'none'] + given)

    def of_linker(self, shop, linker, program, archives):
        twice, needs = shop.link(linker, program, archives)
        if twice:
            return 'fails' if all(t.startswith('?') for t in twice) else 'twice'
        loaded = {n for n, which in needs if which == '' and n != MAIN}
        defined = {}
        for (number, which), got in needs.items():
            if which != '':
                name = (self.roots if number == MAIN else self.objects[number].needs())[which]
                defined.setdefault(name, set()).add(got)
        if any(len(got) > 1 for got in defined.values()):
            return 'several: %s' % defined
        return self.say(False, loaded, {n: got.pop() for n, got in defined.items()})

    def run(self):
        """By linker: what it did (None: not at hand), and what its model says."""
        with tempfile.TemporaryDirectory(prefix='link-experiment-') as directory:
            shop = Shop(self.fmt, directory)
            archives = [shop.archive('l%d.a' % i, a) for i, a in enumerate(self.archives)]
            program = shop.main(self.roots)
            linkers = LINKERS[self.fmt]
            said = simulate([MODELS[l] for l in linkers], self.roots, archives)
            results = {}
            for linker in linkers:
                twice, loaded, defined = said[MODELS[linker]]
                needed = {n for o in loaded for n in self.objects[o].needs()} | set(self.roots)
                model = self.say(twice, loaded, {n: defined.get(n) for n in needed})
                real = None
                if linker in FORMATS[self.fmt]['linkers']:
                    real = self.of_linker(shop, linker, program, archives)
                results[linker] = real, model
            return results

    def updated(self, results):
        lines = [l for l in self.lines if not re.match(r'[\w. -]+: ', l) or l.startswith('#')]
        outcomes = {}
        for linker, (real, model) in results.items():
            outcomes.setdefault(real or model, []).append(linker)
        return lines + ['%s: %s' % (' '.join(l), outcome) for outcome, l in outcomes.items()]


def main():
    parser = argparse.ArgumentParser(description='Experiments with linkers, and their models.')
    parser.add_argument('--format', choices=list(FORMATS))
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--update', action='store_true')
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    with open(FILE) as f:
        head, *blocks = f.read().strip().split('\n\n')
    experiments = [Experiment(b.split('\n')) for b in blocks]
    names = {e.name for e in experiments}
    for name in set(options.names) - names:
        raise SystemExit('no experiment is called %s' % name)
    missing = {f: missing_tools(f) for f in FORMATS}
    failed = passed = 0
    with open(os.path.join(os.path.dirname(FILE), '../../../docs/proof.md')) as f:
        text = f.read()
    for name in sorted(n for n in names if '`%s`' % n not in text):
        failed += 1
        print('FAIL %s: docs/proof.md does not name it' % name)
    for e in experiments:
        asked = not options.names or e.name in options.names
        if not asked or (options.format and e.fmt != options.format):
            continue
        if options.list:
            print('%s (%s): %s' % (e.name, e.fmt, ' '.join(
                l[2:] for l in e.lines if l.startswith('# '))))
            continue
        if missing[e.fmt]:
            print('skipped %s %s: no %s' % (e.name, e.fmt, ', '.join(missing[e.fmt])))
            continue
        results = e.run()
        if options.update:
            e.lines = e.updated(results)
        for linker, (real, model) in results.items():
            outcome = real or model if options.update else e.expected.get(linker)
            if outcome is None:
                continue
            wrong = ['the linker: %s' % real] if real not in (None, outcome) else []
            undefined = outcome == 'fails' and '=nobody' in model
            wrong += ['the model: %s' % model] if model != outcome and not undefined else []
            failed += bool(wrong)
            passed += not wrong
            if wrong:
                print('FAIL %s %s, %s: expected %s; %s' % (e.name, e.fmt, linker, outcome,
                                                           '; '.join(wrong)))
    if options.update:
        with open(FILE, 'w') as f:
            f.write('\n\n'.join([head] + ['\n'.join(e.lines) for e in experiments]) + '\n')
    if not options.list:
        print('experiments: %d passed, %d failed' % (passed, failed))
        sys.exit(failed > 0)


if __name__ == '__main__':
    main()
