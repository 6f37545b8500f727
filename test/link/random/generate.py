# SPDX-License-Identifier: MIT
"""Random sets. The same random number generator and format give the same set."""
import dataclasses
import zlib

from content import HOWS_OF
from model import Atom, Line, Member, Obj, Ref, Set

FEATURES = (
    'weak', 'comdat', 'family', 'common', 'hidden', 'protected', 'unique', 'alias', 'tls', 'init',
    'sets', 'local', 'strings', 'bss', 'func', 'coarse', 'weakref', 'foreign', 'retain', 'mixed',
    'clash', 'nodup', 'largest', 'include', 'alternate', 'export', 'autohide', 'nosub', 'weakext',
    'symver', 'frames', 'import', 'mismatch')
ALL = {'weak', 'comdat', 'common', 'alias', 'init', 'sets', 'local', 'bss', 'func', 'weakref',
       'foreign', 'mixed', 'clash'}
MACHO = ALL | {'hidden', 'strings', 'retain', 'autohide', 'nosub'}
COFF = ALL | {'family', 'tls', 'coarse', 'nodup', 'export', 'weakext', 'frames'}
ALLOWED = {
    'elf': ALL | {'family', 'hidden', 'protected', 'unique', 'tls', 'strings', 'coarse', 'retain',
                  'symver', 'frames'},
    'coff': COFF | {'largest', 'include', 'alternate', 'import', 'mismatch'}, 'mingw': COFF,
    'macho': MACHO, 'arm64': MACHO}


def chance(rng, share):
    return rng.random() < share


def number_of(*what):
    """An ident: the low 16 bits are no instruction, those from bit 48 on are free."""
    return zlib.crc32(repr(what).encode()) << 16 | 0xda7a


UNNAMED = ('string', 'bounds', 'nothing')
SEVERAL = ('comdat', 'family', 'unique', 'common', 'weak', 'autohide', 'largest')


class Maker:
    def __init__(self, kind, rng, allowed):
        self.kind, self.rng = kind, rng
        self.pre = '_' if kind in ('macho', 'arm64') else ''
        self.coff = kind in ('coff', 'mingw')
        self.elf = kind == 'elf'
        share = rng.choice([.1, .25, .25, .5])
        self.on = {word for word in FEATURES if word in allowed and chance(rng, share)}
        self.styles = rng.choice([['legacy', 'v0'], ['legacy', 'v0', 'c++'], ['c++']])
        count = rng.choice([3, 5, 8, 14])
        self.inner = [self.pre + self.inner_name(i) for i in range(count)]
        self.c_names = [f'{self.pre}c_{i}' for i in range(rng.choice([1, 2, 4]))]
        if 'weakext' in self.on:
            self.c_names.append('c_w')
        self.versioned = ['c_v'] if 'symver' in self.on else []
        self.imports = ['imp_0', 'imp_1'] if 'import' in self.on else []
        self.names = self.inner + self.c_names
        self.type = {name: self.type_of() for name in self.names}
        self.type.update({name: 'data' for name in self.versioned + ['c_w']})
        self.type.update({name: 'func' for name in self.imports})
        self.bind = {}      # with no 'mixed', a name is always of one kind
        self.families = {}  # by name: the atoms of its COMDAT group
        self.sets = ['set_a', 'set_b'][:rng.choice([1, 2])]

    def inner_name(self, i):
        style = self.rng.choice(self.styles)
        return {'legacy': f'_ZN5crate3f{i:02}17h{i * 0x1234567:016x}E',
                'v0': f'_RNvCs1234_5crate3f{i:02}', 'c++': f'_Z3f{i:02}v'}[style]

    def type_of(self):
        rng = self.rng
        if 'tls' in self.on and chance(rng, .2):
            return 'tls'
        if 'func' in self.on and chance(rng, .5):
            return 'func'
        if 'bss' in self.on and chance(rng, .1):
            return 'bss'
        return 'data'

    def ref(self, kind, name, weak=False):
        rng, to = self.rng, self.type.get(name, 'data')
        if kind == 'func':
            if to == 'tls':
                return None
            direct = not self.pre or 'mixed' not in self.on and self.binding(name) in (
                'strong', 'hidden')  # calls of weak definitions of Mach-O go through stubs
            hows = HOWS_OF[self.kind][0 if to == 'func' and direct else 1]
        elif kind == 'tls' or chance(rng, .6):
            hows = ['ptr']
        else:
            hows = HOWS_OF[self.kind][2]
        if to == 'tls':
            hows = ['tls']
        elif weak and self.coff:
            hows = ['ptr'] if kind != 'func' else []
        if not hows:
            return None
        return Ref(rng.choice(hows), name + ('?' if weak else ''))

    def bounds(self, name):
        if self.coff:
            return f'{name}.a..{name}.z'
        return f'section$start$__DATA${name}..section$end$__DATA${name}' if self.pre else name

    def refs(self, kind, choices, least=0):
        rng, out = self.rng, []
        for _ in range(max(least, rng.choice([0, 1, 1, 2, 3]))):
            name = rng.choice(choices)
            weak = 'weakref' in self.on and not least and chance(rng, .25)
            ref = self.ref(kind, name, weak and self.type.get(name) != 'tls')
            if ref:
                out.append(ref)
        if kind in ('data', 'tls') and 'strings' in self.on and chance(rng, .3):
            out.append(Ref('string', rng.choice(['ab', 'b', 'text', 'more_text'])))
        if kind == 'data' and 'sets' in self.on and chance(rng, .3):
            name = rng.choice(self.sets)
            out.append(Ref('bounds', self.bounds(name)))
        return out

    def binding(self, name):
        if name not in self.bind or 'mixed' in self.on:
            words = ['strong'] * 5
            words += [word for word in ('weak', 'comdat', 'family', 'unique', 'common', 'hidden',
                                        'protected', 'autohide', 'largest') if word in self.on]
            word = self.rng.choice(words)
            if word in ('common', 'largest') and self.type[name] != 'data':
                word = 'strong'
            self.bind[name] = word
        return self.bind[name]

    def comdat(self, name, word):
        """The same atoms, whichever object holds them."""
        if name not in self.families:
            kind = self.type[name]
            if word == 'largest':
                return [Atom(name, kind, 'weak', group=name, select='largest', size=size,
                             ident=number_of(name, size))
                        for size in [self.rng.choice([8, 64, 256])]]
            size = 16 if kind == 'bss' else 0
            atom = Atom(name, kind, 'unique' if word == 'unique' and kind != 'func' else 'weak',
                        group=name, ident=number_of(name), size=size)
            atoms = [atom]
            if kind != 'bss':
                atom.refs = self.refs(kind, self.names)[:3]
            if word == 'family':
                for i in range(self.rng.choice([1, 1, 2])):
                    bind = 'local' if self.coff else self.rng.choice(['local', 'weak'])
                    inner = Atom(f'{name}.part{i}', 'data', bind, group=name,
                                 ident=number_of(name, i))
                    atoms.append(inner)
                    if kind in ('data', 'tls'):
                        atom.refs.append(Ref('ptr', inner.name))
            self.families[name] = atoms
        return self.families[name]

    def define(self, obj, name):
        word, kind = self.binding(name), self.type[name]
        if word in ('comdat', 'family', 'unique', 'largest'):
            obj.atoms += self.comdat(name, word)
            return
        if word == 'common':
            size = self.rng.choice([16, 32, 64])
            obj.atoms.append(Atom(name, 'common', size=size))
            return
        atom = Atom(name, kind, ident=number_of(name, obj.number, self.rng.random()))
        if kind == 'bss':
            atom.size = self.rng.choice([16, 64])
        else:
            atom.refs = self.refs(kind, self.names)
        atom.bind = word if word in ('weak', 'autohide') else 'strong'
        if atom.bind != 'strong' and kind == 'func' and name.startswith('__Z'):
            first = self.families.setdefault(name, [atom])[0]  # Mach-O: an inline function of C++
            atom.ident, atom.refs = first.ident, first.refs
        atom.vis = word if word in ('hidden', 'protected') else ''
        if 'alias' in self.on and chance(self.rng, .3):
            alias = f'{self.pre}_ZN5crate5alias17h{len(self.type):016x}E'
            self.type[alias] = kind
            self.names.append(alias)
            atom.aliases = [alias + '/' + self.rng.choice(['strong', 'weak'])]
        if 'nodup' in self.on and chance(self.rng, .5) and atom.bind == 'strong':
            atom.group, atom.select = name, 'nodup'
        if self.versioned and chance(self.rng, .5) and kind == 'data' and not atom.vis:
            atom.aliases.append(self.versioned.pop() + '@@V1/strong')
            self.names.append('c_v')
        atom.retain = 'retain' in self.on and chance(self.rng, .2)
        obj.atoms.append(atom)

    def local(self, obj, name, kind='data', place=''):
        priority = int(place[5:] or 0) if place.startswith('init') else 0
        ident = number_of(name, obj.number, self.rng.random()) | priority << 48
        obj.atoms.append(Atom(name, kind, 'local', ident=ident,
                              refs=self.refs(kind, self.names)[:2]))

    def extras(self, obj):
        rng = self.rng
        if 'local' in self.on and chance(rng, .5):
            self.local(obj, f'inner.{obj.number}')
            kinds = [atom for atom in obj.atoms if atom.kind == 'data' and not atom.group]
            if len(kinds) > 1:
                kinds[0].refs.append(Ref('ptr', f'inner.{obj.number}'))
        if 'init' in self.on and chance(rng, .3):
            places = ['init:', 'init:', 'init:00100', 'init:00200', 'fini:']
            place = rng.choice(places[:2] + places[4:] if self.pre else places)
            name = f'start.{obj.number}'
            self.local(obj, name, 'func', place)
            obj.atoms.append(Atom(f'slot.{obj.number}', 'elem', 'local', place=place,
                                  refs=[Ref('ptr', name)]))
        if 'sets' in self.on and chance(rng, .5):
            name = f'element.{obj.number}'
            self.local(obj, name)
            obj.atoms.append(Atom(f'in.{obj.number}', 'elem', 'local',
                                  place='set:' + rng.choice(self.sets), refs=[Ref('ptr', name)],
                                  retain='retain' in self.on and chance(rng, .5)))

    def markers(self, obj):
        """Without __start_: the first and the last part of a section, in each object."""
        if not self.coff:
            return
        for name in self.sets:
            if any(ref.name == f'{name}.a..{name}.z' for atom in obj.atoms for ref in atom.refs):
                obj.atoms += [Atom(f'{name}.{end}', 'elem', 'local', place=f'part:.{name}${end}',
                                   refs=[Ref('nothing', '')]) for end in 'az']

    def directives(self, obj):
        rng = self.rng
        data = [atom for atom in obj.atoms if atom.kind == 'data' and atom.bind == 'strong' and
                not atom.group]
        if 'include' in self.on and chance(rng, .3):
            obj.directives.append('/include:' + rng.choice(self.names))
        if data and 'export' in self.on and chance(rng, .2):
            word = '-export:{},data' if self.kind == 'mingw' else '/export:{},DATA'
            obj.directives.append(word.format(rng.choice(data).name))
        if data and 'alternate' in self.on and chance(rng, .3):
            other = rng.choice(data)
            name = f'alternate_{obj.number}'
            obj.directives.append(f'/alternatename:{name}={other.name}')
            rng.choice(data).refs.append(Ref('ptr', name))
        if 'mismatch' in self.on and chance(rng, .5):
            obj.directives.append(f'/failifmismatch:key={rng.choice("aaaaab")}')
        if data and 'weakext' in self.on and chance(rng, .3) and 'c_w' not in defined(obj):
            obj.atoms.append(Atom('c_w', 'weakext', 'weak', size=rng.choice([1, 2, 3]),
                                  refs=[Ref('ptr', rng.choice(data).name)]))

    def object(self, number, free):
        obj, rng, used = Obj(number), self.rng, set()
        if 'coarse' in self.on and chance(rng, .4):
            obj.flags.append('coarse')
        if 'nosub' in self.on and chance(rng, .3):
            obj.flags.append('nosub')
        for _ in range(rng.choice([1, 1, 2, 3])):
            if free and chance(rng, .9 if 'mixed' in self.on else .97):
                name = free.pop()
            elif 'clash' in self.on or 'mixed' in self.on:
                name = rng.choice(self.names[:len(self.inner) + len(self.c_names)])
            else:  # a second definition of what may have several
                name = rng.choice(self.inner + self.c_names)
                if self.binding(name) not in SEVERAL:
                    continue
            if name not in used:
                used.add(name)
                self.define(obj, name)
        if obj.atoms:
            self.extras(obj)
            self.directives(obj)
            self.markers(obj)
        comdats = any(atom.group and atom.kind == 'func' for atom in obj.atoms)
        if 'frames' in self.on and (chance(rng, .7) or comdats):  # any of these serves
            obj.flags.append('frames')
        self.mark_mingw(obj)
        return obj

    def mark_mingw(self, obj):
        """Some objects are as GCC makes them: its weak externals are in no index."""
        if self.kind != 'mingw':
            return
        obj.flags.append('mingw')
        if obj.number % 2:
            obj.flags.append('gcc')
            obj.atoms = [dataclasses.replace(atom, select='size') if atom.name == atom.group and
                         not atom.select and atom.ident >> 16 & 1 else atom for atom in obj.atoms]

    def pool(self):
        free = list(self.names)
        if self.imports and self.rng.random() < .3:
            free.append(self.imports[0])  # an object defines it, too
        self.names += self.imports + ['__imp_' + name for name in self.imports]
        self.rng.shuffle(free)
        made = [self.object(i, free) for i in range(self.rng.choice([3, 4, 7, 11]))]
        made += [Obj(500 + i, [Atom(name, 'import', place=f'dep{i}.dll')])
                 for i, name in enumerate(self.imports)]
        return [obj for obj in made if obj.atoms]


def defined(obj):
    return {name.split('@')[0] for atom in obj.atoms if atom.bind != 'local'
            for name in atom.names() + ['__imp_' + atom.name] * (atom.kind == 'import')}


def strong(obj):
    return {name for atom in obj.atoms if atom.bind == 'strong' and
            (not atom.group or atom.select == 'nodup') and atom.kind != 'common'
            for name in atom.names()}


def needed(obj):
    return {ref.name for atom in obj.atoms for ref in atom.refs
            if ref.how not in UNNAMED and not ref.name.endswith('?')}


class Libraries:
    def __init__(self, maker, rng):
        self.maker, self.rng, self.pool = maker, rng, maker.pool()
        self.by_name = {}
        for obj in self.pool:
            for name in sorted(defined(obj)):
                self.by_name.setdefault(name, []).append(obj)
        self.mend_refs()

    def mend_refs(self):
        """References lead to what some object defines, but for a few of C names."""
        keep_c = 'foreign' in self.maker.on
        for obj in self.pool:
            own = {atom.name for atom in obj.atoms}
            for atom in obj.atoms:
                atom.refs = [ref for ref in atom.refs if ref.how in UNNAMED or
                             ref.name.startswith('alternate_') or
                             ref.name.rstrip('?') in self.by_name or ref.name in own or
                             ref.name.endswith('?') or keep_c and 'c_' in ref.name]

    def root(self, number):
        maker, rng = self.maker, self.rng
        obj = Obj(1000 + number)
        atom = Atom(f'{maker.pre}root_{number}', 'data',
                    ident=number_of('root', number, rng.random()))
        names = sorted(self.by_name)
        atom.refs = maker.refs('data', names, 1) if names else []
        obj.atoms.append(atom)
        maker.extras(obj)
        maker.markers(obj)
        maker.mark_mingw(obj)
        own = {atom.name for atom in obj.atoms}
        for atom in obj.atoms:
            atom.refs = [ref for ref in atom.refs if ref.how in UNNAMED or
                         ref.name.rstrip('?') in self.by_name or ref.name in own]
        return obj

    def choose(self, root):
        rng, pool, wild = self.rng, self.pool, 'mixed' in self.maker.on
        members, have = [root], strong(root)
        for obj in rng.sample(pool, rng.randrange(len(pool) + 1)):
            if not strong(obj) & have or wild and chance(rng, .2):
                members.insert(rng.randrange(len(members) + 1), obj)
                have |= strong(obj)
        all_names = {name for obj in members for name in defined(obj)}
        todo = sorted({name for obj in members for name in needed(obj)})
        while todo:
            name = todo.pop()
            local = any(name == atom.name for obj in members for atom in obj.atoms)
            if name in all_names or local or name not in self.by_name:
                continue
            if 'c_' in name and 'foreign' in self.maker.on and chance(rng, .3):
                continue
            fits = [obj for obj in self.by_name[name] if not strong(obj) & have]
            obj = rng.choice(fits or self.by_name[name])
            members.insert(rng.randrange(len(members) + 1), obj)
            have |= strong(obj)
            all_names |= defined(obj)
            todo += sorted(needed(obj))
        if wild and chance(rng, .05):
            members.append(rng.choice(members))
        return members

    def library(self, number):
        rng, out, seen = self.rng, [], {}
        for obj in self.choose(self.root(number)):
            stem = f'crate-{obj.number:04x}.crate.{obj.number:04x}-cgu.{obj.number}.rcgu.o'
            name = rng.choice(['', '', f'lib{number}-abcd1234.']) + stem
            if obj.atoms[0].kind == 'import':
                name = obj.atoms[0].place
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name = f'again-{seen[name]}-{obj.number}.o'
            label = rng.choice(['same', 'same', f'lib{number}'])
            out.append(Member(obj, name, label))
        return out


def c_names(members):
    return sorted({name for member in members for name in defined(member.obj) if 'c_' in name and
                   not any(atom.vis == 'hidden' or atom.kind in ('tls', 'weakext') or
                           atom.bind == 'weak' and 'gcc' in member.obj.flags and not atom.group
                           for atom in member.obj.atoms if name in atom.names())})


def lines(made, rng, pre):
    count = len(made.libraries)
    single = made.way.startswith('verb')
    orders = [[i] for i in range(count)]
    if not single:
        pairs = [[i, j] for i in range(count) for j in range(count) if i != j]
        orders += rng.sample(pairs, min(len(pairs), 3))
        if count > 2:
            orders.append(list(range(count)))
    for order in orders:
        roots = [f'{pre}root_{i}' for i in order]
        more = sorted({name for i in order for name in c_names(made.libraries[i])})
        if 'root-only' not in made.way and chance(rng, .5):
            roots += [name for name in more if chance(rng, .4)]
        if chance(rng, .1):
            roots = roots[1:] + roots[:1]
        made.lines.append(Line(order, roots))


class Second:
    """A second compiler: what it makes of objects has other names, but for some, and contents."""

    def __init__(self, rng, pool):
        self.rng = rng
        few = rng.choice([0, .1, .3])
        atoms = [atom for obj in pool for atom in obj.atoms]
        # any definition of such a name serves, so all are the same: those of others have other names
        self.any = {name for atom in atoms for name in atom.names() + [atom.group]
                    if atom.group or atom.bind in ('unique', 'autohide')}
        names = sorted({name for atom in atoms for name in atom.names()} - self.any)
        self.same = {name for name in names if rng.random() < few}
        self.made = {}

    def name(self, name):
        plain = name.rstrip('?')
        if 'c_' in plain and plain in self.any:
            return name.replace('c_', 'c_k')
        if plain in self.same or 'c_' in plain or 'root_' in plain:
            return name
        return name.replace('5crate', '5krate').replace('_Z3f', '_Z3g')

    def atom(self, atom):
        refs = [Ref(ref.how, ref.name if ref.how in UNNAMED else self.name(ref.name))
                for ref in atom.refs]
        priority = atom.ident >> 48 << 48
        return dataclasses.replace(
            atom, name=self.name(atom.name), refs=refs, group=self.name(atom.group),
            ident=number_of('second', atom.ident) & 0xffffffffffff | priority,
            aliases=[self.name(alias) for alias in atom.aliases])

    def object(self, obj):
        if obj.number not in self.made:
            names = {name for atom in obj.atoms for name in atom.names()}
            names |= {ref.name for atom in obj.atoms for ref in atom.refs if ref.how not in UNNAMED}
            plain = all('c_' in name or self.name(name) == name for name in names)
            alike = plain and chance(self.rng, .5)  # C: compiled by one compiler for both
            alike = alike or any(atom.kind == 'import' for atom in obj.atoms)
            self.made[obj.number] = obj if alike else Obj(
                3000 + obj.number, [self.atom(atom) for atom in obj.atoms], obj.flags,
                [self.name(line) for line in obj.directives])
        return self.made[obj.number]

    def library(self, members):
        return [Member(self.object(member.obj),
                       member.name.replace('crate-', 'krate-').replace('.crate.', '.krate.'),
                       member.label) for member in members]


def two_compilers(made, libraries, rng):
    """Make half of the libraries by a second compiler."""
    while len(made.libraries) < 4:
        made.libraries.append(libraries.library(len(made.libraries)))
    second = Second(rng, libraries.pool)
    for number in rng.sample(range(len(made.libraries)), len(made.libraries) // 2):
        made.libraries[number] = second.library(made.libraries[number])


def apart(made, libraries, rng):
    """A library that has nothing in common with any other one."""
    number = len(made.libraries)
    root = libraries.root(number)
    for atom in root.atoms:
        atom.refs = []
    made.libraries.append([Member(Obj(1000 + number, root.atoms[:1], root.flags), 'apart.o',
                                  'same')])


def make(kind, rng, ways, only_way=None):
    maker = Maker(kind, rng, ALLOWED[kind])
    libraries = Libraries(maker, rng)
    made = Set(kind)
    if not libraries.by_name:
        return make(kind, rng, ways, only_way)
    for number in range(rng.choice([2, 2, 2, 3, 3, 4, 6, 8])):
        made.libraries.append(libraries.library(number))
    made.way, made.options = ways.choose(rng, kind, maker.on, only_way)
    if 'auto' in made.way:
        two_compilers(made, libraries, rng)
        if chance(rng, .4):
            apart(made, libraries, rng)
    if made.way.startswith('again'):
        changed = rng.randrange(len(made.libraries))
        made.later[changed] = libraries.library(changed)
    lines(made, rng, maker.pre)
    return made
