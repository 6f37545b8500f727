# SPDX-License-Identifier: MIT
"""The smallest set that still fails in the same way: whatever can go, goes."""
import copy
import time


def cuts(made):
    """Functions that each make a set smaller, the largest cuts first."""
    for i in range(len(made.libraries)):
        yield lambda s, i=i: drop_library(s, i)
    for number in list(made.later):
        yield lambda s, n=number: s.later.pop(n)
    for i, members in enumerate(made.libraries):
        for j in range(len(members)):
            yield lambda s, i=i, j=j: s.libraries[i].pop(j)
    for number, members in made.later.items():
        for j in range(len(members)):
            yield lambda s, n=number, j=j: s.later[n].pop(j)
    for i, word in enumerate(made.options):
        if word.startswith('-'):
            more = i + 1 < len(made.options) and not made.options[i + 1].startswith('-')
            yield lambda s, i=i, more=more: s.options.__delitem__(slice(i, i + 1 + more))
    for i, line in enumerate(made.lines):
        for j in range(len(line.roots)):
            yield lambda s, i=i, j=j: s.lines[i].roots.pop(j)
        for j in range(len(line.options)):
            yield lambda s, i=i, j=j: s.lines[i].options.pop(j)
    for i, obj in enumerate(made.objects()):
        for j in range(len(obj.atoms)):
            yield lambda s, i=i, j=j: s.objects()[i].atoms.pop(j)
        for flag in obj.flags:
            yield lambda s, i=i, f=flag: drop_flag(s, i, f)
        for j in range(len(obj.directives)):
            yield lambda s, i=i, j=j: s.objects()[i].directives.pop(j)
        yield from atom_cuts(i, obj)


def drop_flag(made, i, flag):
    """Of one object, but of all those with COMDATs alike, of which any serves."""
    one = made.objects()[i]
    objects = [one]
    if flag == 'frames' and any(atom.group for atom in one.atoms):
        objects = [obj for obj in made.objects() if any(atom.group for atom in obj.atoms)]
    for obj in objects:
        obj.flags = [word for word in obj.flags if word != flag]


def atom_cuts(i, obj):
    for j, atom in enumerate(obj.atoms):
        for k in (k for k, ref in enumerate(atom.refs) if ref.how != 'nothing'):
            yield lambda s, i=i, j=j, k=k: s.objects()[i].atoms[j].refs.pop(k)
        for k in range(len(atom.aliases)):
            yield lambda s, i=i, j=j, k=k: s.objects()[i].atoms[j].aliases.pop(k)
        plain = {'group': '', 'vis': '', 'bind': 'strong', 'place': '', 'retain': False}
        for key, value in plain.items():
            if getattr(atom, key) != value and not (key == 'bind' and atom.bind == 'local'):
                yield lambda s, i=i, j=j, k=key, v=value: setattr(s.objects()[i].atoms[j], k, v)
        if atom.kind == 'func':
            yield lambda s, i=i, j=j: as_datum(s.objects()[i].atoms[j])


def as_datum(atom):
    atom.kind = 'data'
    for ref in atom.refs:
        ref.how = 'ptr'


def drop_library(made, i):
    if any(i in line.libraries and len(line.libraries) == 1 for line in made.lines):
        raise ValueError
    made.libraries.pop(i)
    made.later = {number - (number > i): members for number, members in made.later.items()
                  if number != i}
    for line in made.lines:
        line.libraries = [number - (number > i) for number in line.libraries if number != i]


def reduce(made, fails, seconds):
    """fails(set): whether it still fails in the same way."""
    end, changed = time.monotonic() + seconds, True
    while changed and time.monotonic() < end:
        changed, tried = False, 0
        while time.monotonic() < end:  # the cuts of the smaller set are other ones
            smaller = None
            for cut in list(cuts(made))[tried:]:
                copied = copy.deepcopy(made)
                try:
                    cut(copied)
                except (IndexError, ValueError, KeyError):
                    tried += 1
                    continue
                if fails(copied):
                    smaller = copied
                    break
                tried += 1
                if time.monotonic() > end:
                    break
            if smaller is None:
                break
            made, changed = smaller, True
    return made
