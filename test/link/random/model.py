# SPDX-License-Identifier: MIT
"""What a set is: objects made of atoms, libraries made of objects; as text, and read from text.

An atom is a function, a datum or the like: one symbol with what it refers to. Whoever walks a
linked image recognises it by its number, the ident.
"""
import dataclasses
from dataclasses import dataclass, field


@dataclass
class Ref:
    """One reference: how it is made (images.py and the writers know the ways), and to what."""
    how: str
    name: str

    def text(self):
        return f'{self.how}:{self.name}'


@dataclass
class Atom:
    name: str
    kind: str = 'data'    # data func common bss tls elem weakext
    bind: str = 'strong'  # strong weak local unique autohide
    vis: str = ''         # '' hidden protected
    group: str = ''       # COMDAT signature; the atom's own name or another's
    select: str = ''      # COFF: any size exact largest nodup associative
    place: str = ''       # '', init:PRIORITY, fini, set:NAME, or a section that several atoms share
    ident: int = 0
    size: int = 0         # of commons and zeros
    retain: bool = False
    refs: list = field(default_factory=list)
    aliases: list = field(default_factory=list)  # NAME/BIND

    def names(self):
        return [self.name] + [alias.split('/')[0] for alias in self.aliases]

    def text(self):
        words = ['atom', self.name]
        for item in dataclasses.fields(self)[1:]:
            value = getattr(self, item.name)
            if value == item.default or value == []:
                continue
            if item.name == 'ident':
                value = f'{value:x}'
            elif item.name == 'refs':
                value = ','.join(ref.text() for ref in value)
            elif item.name == 'aliases':
                value = ','.join(value)
            words.append(f'{item.name}={value}')
        return ' '.join(words)


def parse_atom(words):
    atom = Atom(words[0])
    for word in words[1:]:
        key, value = word.split('=', 1)
        if key == 'ident':
            value = int(value, 16)
        elif key == 'size':
            value = int(value)
        elif key == 'retain':
            value = value == 'True'
        elif key == 'refs':
            value = [Ref(*ref.split(':', 1)) for ref in value.split(',')]
        elif key == 'aliases':
            value = value.split(',')
        setattr(atom, key, value)
    return atom


@dataclass
class Obj:
    number: int
    atoms: list = field(default_factory=list)
    flags: list = field(default_factory=list)       # coarse nosub frames mingw gcc
    directives: list = field(default_factory=list)  # COFF: what .drectve says

    def text(self):
        words = ['object', str(self.number)] + self.flags
        lines = [' '.join(words)] + ['  ' + atom.text() for atom in self.atoms]
        return '\n'.join(lines + ['  directive ' + line for line in self.directives])


@dataclass
class Member:
    """An object in a library, under a name; label is what differs in no link (a file name)."""
    obj: Obj
    name: str
    label: str = 'same'

    def text(self):
        return f'  member {self.obj.number} {self.name} {self.label}'


@dataclass
class Line:
    """A link: libraries in order, the roots of the program, the linker and its options."""
    libraries: list
    roots: list
    linker: str = ''
    options: list = field(default_factory=list)

    def text(self):
        words = ['line', ','.join(map(str, self.libraries)), ','.join(self.roots), self.linker]
        return ' '.join(words + self.options)


@dataclass
class Set:
    format: str
    libraries: list = field(default_factory=list)  # lists of members
    later: dict = field(default_factory=dict)      # number of a library: what it is later
    way: str = 'plain'
    options: list = field(default_factory=list)    # of armeld
    lines: list = field(default_factory=list)

    def objects(self):
        found = {}
        for members in list(self.libraries) + list(self.later.values()):
            for member in members:
                found[member.obj.number] = member.obj
        return [found[number] for number in sorted(found)]

    def text(self):
        out = [f'format {self.format}', ' '.join(['way', self.way] + self.options)]
        out += [obj.text() for obj in self.objects()]
        for number, members in enumerate(self.libraries):
            out += [f'library {number}'] + [member.text() for member in members]
        for number, members in sorted(self.later.items()):
            out += [f'later {number}'] + [member.text() for member in members]
        return '\n'.join(out + [line.text() for line in self.lines]) + '\n'


def parse_set(text):
    made, objects, members = Set(''), {}, []
    for row in text.splitlines():
        words = row.split()
        if not words or words[0].startswith('#'):
            continue
        key, rest = words[0], words[1:]
        if key == 'format':
            made.format = rest[0]
        elif key == 'way':
            made.way, made.options = rest[0], rest[1:]
        elif key == 'object':
            obj = objects[int(rest[0])] = Obj(int(rest[0]), flags=rest[1:])
            if made.format == 'mingw' and 'mingw' not in obj.flags:
                obj.flags.append('mingw')  # what older sets do not say: it is one compiler's object
        elif key == 'atom':
            obj.atoms.append(parse_atom(rest))
        elif key == 'directive':
            obj.directives.append(' '.join(rest))
        elif key == 'library':
            made.libraries.append([])
            members = made.libraries[-1]
        elif key == 'later':
            members = made.later[int(rest[0])] = []
        elif key == 'member':
            members.append(Member(objects[int(rest[0])], rest[1], rest[2]))
        elif key == 'line':
            libraries = [int(word) for word in rest[0].split(',')]
            made.lines.append(Line(libraries, rest[1].split(','), rest[2], rest[3:]))
        else:
            raise ValueError(f'no row of a set: {row}')
    return made
