#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""pack.py FOLDER VERSION SECONDS TARGET... - what is released, from FOLDER/work, into FOLDER.

Of each target's program an archive and a wheel for pip, of Linux' a Debian package; the source; SHA256SUMS;
what is inside, as SPDX has it. The same inputs give the same bytes: times are SECONDS after 1970, owners are root.
"""
import base64
import gzip
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import tarfile
import time
import zipfile

TAGS = {  # of wheels: static programs run with glibc and with musl
    'linux-x86_64': 'manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64',
    'linux-aarch64': 'manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64',
    'windows-x86_64': 'win_amd64',
    'windows-arm64': 'win_arm64',
    'macos-universal': 'macosx_11_0_universal2',
}
DEBIAN = {'linux-x86_64': 'amd64', 'linux-aarch64': 'arm64'}
INSIDE = [  # linked into the programs: name, licence, where it comes from
    ('xxhash', 'BSD-2-Clause'), ('libarchive', 'BSD-2-Clause'), ('jansson', 'MIT'),
    ('libzstd', 'BSD-3-Clause'), ('zlib', 'Zlib'), ('xz-utils', '0BSD'),
]
RUNTIME = {'linux': ('musl', 'MIT'), 'windows': ('mingw-w64', 'ZPL-2.1'), 'macos': None}


class Release:
    def __init__(self, folder, version, seconds):
        self.folder, self.version, self.seconds = folder, version, int(seconds)
        self.made = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def program(self, target):
        end = '.exe' if target.startswith('windows') else ''
        if target == 'macos-universal':
            return universal([read(self.path(f'work/macos-{one}/armeld')) for one in ('x86_64', 'arm64')])
        return read(self.path(f'work/{target}/armeld{end}'))

    def write(self, name, data):
        with open(self.path(name), 'wb') as out:
            out.write(data)
        self.made.append(name)

    def tar(self, name, entries):
        self.write(name, self.packed(entries))

    def packed(self, entries):
        """Entries: (name, data, executable); of a symlink, the text that it holds; of a folder, "NAME/"."""
        plain = io.BytesIO()
        with tarfile.open(fileobj=plain, mode='w', format=tarfile.USTAR_FORMAT) as out:
            for path, data, executable in sorted(entries):
                info = tarfile.TarInfo(path)
                info.mtime, info.uname, info.gname = self.seconds, 'root', 'root'
                if isinstance(data, str):
                    info.type, info.linkname, info.mode = tarfile.SYMTYPE, data, 0o777
                elif path.endswith('/'):
                    info.type, info.mode = tarfile.DIRTYPE, 0o755
                else:
                    info.size, info.mode = len(data), 0o755 if executable else 0o644
                out.addfile(info, io.BytesIO(data) if info.isreg() else None)
        return gzip.compress(plain.getvalue(), 9, mtime=0)

    def zip(self, name, entries):
        when = time.gmtime(max(self.seconds, 315532800))[:6]  # zip begins in 1980
        plain = io.BytesIO()
        with zipfile.ZipFile(plain, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as out:
            for path, data, executable in entries:
                info = zipfile.ZipInfo(path, when)
                info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED
                info.external_attr = (0o100755 if executable else 0o100644) << 16
                out.writestr(info, data)
        self.write(name, plain.getvalue())


def read(path):
    with open(path, 'rb') as data:
        return data.read()


def universal(slices):
    """A Mach-O file of several machines, as <mach-o/fat.h> has it; slices begin at pages of 16 KiB."""
    at, head, body = 1 << 14, struct.pack('>II', 0xcafebabe, len(slices)), b''
    for one in slices:
        machine, kind = struct.unpack_from('<II', one, 4)
        head += struct.pack('>IIIII', machine, kind, at + len(body), len(one), 14)
        body += one + bytes(-len(one) % (1 << 14))
    last = len(slices[-1])
    return head + bytes(at - len(head)) + body[:len(body) - (-last % (1 << 14))]


def licences():
    """Of what is linked in: their licences ask for that."""
    return [(f'licenses/{name}.txt', read(f'build/hosts/sources/{name}/debian/copyright'))
            for name, _ in INSIDE]


def source(release):
    names = subprocess.run(['git', 'ls-files', '-z'], stdout=subprocess.PIPE, check=True).stdout
    top = f'armeld-{release.version}/'
    release.tar(f'armeld-{release.version}.tar.gz',
                [(top + name, read(name), os.access(name, os.X_OK))
                 for name in names.decode().split('\0') if name])


def binary(release, target):
    windows = target.startswith('windows')
    name = f'armeld-{release.version}-{target}'
    entries = [(f'{name}/armeld' + ('.exe' if windows else ''), release.program(target), True)]
    for text in ('README.md', 'LICENSE', 'CHANGELOG.md', 'man/armeld.1', 'man/armeld.5'):
        entries.append((f'{name}/{text}', read(text), False))
    entries += [(f'{name}/{path}', text, False) for path, text in licences()]
    (release.zip if windows else release.tar)(name + ('.zip' if windows else '.tar.gz'), entries)


def wheel(release, target):
    """PEP 427: the program lies where pip puts programs, the module beside it."""
    version, tag = release.version, TAGS[target]
    info, windows = f'armeld-{version}.dist-info', target.startswith('windows')
    entries = [(f'armeld/{name}', read(f'share/python/armeld/{name}'), False)
               for name in ('__init__.py', '__main__.py', 'py.typed')]
    entries.append((f'armeld-{version}.data/scripts/armeld' + ('.exe' if windows else ''),
                    release.program(target), True))
    metadata = f'''Metadata-Version: 2.1
Name: armeld
Version: {version}
Summary: Shrinks sets of Rust static libraries: moves the objects that they share to one archive
License: MIT
Requires-Python: >=3.9
Classifier: License :: OSI Approved :: MIT License
Classifier: Programming Language :: C
Classifier: Topic :: Software Development :: Build Tools
Classifier: Typing :: Typed
Description-Content-Type: text/markdown

'''.encode() + read('README.md')
    tags = ''.join(f'Tag: py3-none-{one}\n' for one in tag.split('.'))
    entries += [(f'{info}/METADATA', metadata, False),
                (f'{info}/WHEEL', f'''Wheel-Version: 1.0
Generator: armeld ({version})
Root-Is-Purelib: false
{tags}'''.encode(), False),
                (f'{info}/licenses/LICENSE', read('LICENSE'), False)]
    entries += [(f'{info}/{path}', text, False) for path, text in licences()]
    lines = [f'{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")},{len(data)}'
             for path, data, _ in entries]
    entries.append((f'{info}/RECORD', ('\n'.join(lines) + f'\n{info}/RECORD,,\n').encode(), False))
    release.zip(f'armeld-{version}-py3-none-{tag}.whl', entries)


def deb(release, target):
    """As deb(5) has it: what share/debian puts into the package armeld, with the static program."""
    entries = {'usr/bin/armeld': (release.program(target), True)}
    for path in read('share/debian/armeld.install').decode().split():
        there = release.path('work/root/' + path)
        page = path.startswith('usr/share/man/')
        if os.path.islink(there):  # a link to a page goes where the page goes
            entries[path + '.gz' * page] = (os.readlink(there) + '.gz' * page, False)
        elif page:
            entries[path + '.gz'] = (gzip.compress(read(there), 9, mtime=0), False)
        elif path not in entries:
            entries[path] = (read(there), False)
    copyright = read('share/debian/copyright') + b''.join(
        f'\n---- {path} ----\n\n'.encode() + text for path, text in licences())
    entries['usr/share/doc/armeld/copyright'] = (copyright, False)
    entries['usr/share/doc/armeld/changelog.gz'] = (gzip.compress(read('share/debian/changelog'), 9, mtime=0), False)
    section = next(one for one in read('share/debian/control').decode().split('\n\n')
                   if one.startswith('Package: armeld\n'))
    control = f'''Package: armeld
Version: {release.version}
Architecture: {DEBIAN[target]}
Maintainer: armeld maintainers <armeld@example.org>
Installed-Size: {sum(len(data) // 1024 + 1 for data, _ in entries.values())}
Section: devel
Priority: optional
{section[section.index('Description:'):].rstrip()}
'''.encode()
    sums = ''.join(f'{hashlib.md5(data).hexdigest()}  {path}\n' for path, (data, _) in sorted(entries.items())
                   if not isinstance(data, str)).encode()
    folders = {path[:at + 1] for path in entries for at, letter in enumerate(path) if letter == '/'}
    members = [('debian-binary', b'2.0\n'),
               ('control.tar.gz', release.packed([('./', b'', False), ('./control', control, False),
                                                  ('./md5sums', sums, False)])),
               ('data.tar.gz', release.packed([('./' + one, b'', False) for one in folders | {''}] +
                                              [('./' + path, *what) for path, what in entries.items()]))]
    out = b'!<arch>\n'
    for name, data in members:
        out += f'{name:<16}{release.seconds:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n'.encode()
        out += data + b'\n' * (len(data) % 2)
    release.write(f'armeld_{release.version}_{DEBIAN[target]}.deb', out)


def inside(release, targets):
    """SPDX 2.3: the programs, what is linked into them, and the licences."""
    when = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(release.seconds))
    versions = dict(line.split() for line in
                    read(release.path('work/versions')).decode().splitlines())
    parts = INSIDE + [RUNTIME[one] for one in sorted({target.split('-')[0] for target in targets})
                      if RUNTIME[one]]
    packages = [{'SPDXID': f'SPDXRef-{name}', 'name': name, 'versionInfo': versions.get(name, 'of zig ' + versions['zig']),
                 'downloadLocation': 'NOASSERTION', 'filesAnalyzed': False,
                 'licenseConcluded': licence, 'licenseDeclared': licence, 'copyrightText': 'NOASSERTION'}
                for name, licence in [('armeld', 'MIT'), *parts]]
    packages[0]['versionInfo'] = release.version
    files = [{'SPDXID': f'SPDXRef-File-{i}', 'fileName': './' + name, 'copyrightText': 'NOASSERTION',
              'licenseConcluded': 'NOASSERTION',
              'checksums': [{'algorithm': how.upper(), 'checksumValue': hashlib.new(how, read(release.path(name))).hexdigest()}
                            for how in ('sha1', 'sha256')]}
             for i, name in enumerate(sorted(release.made))]
    relations = [('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-armeld')]
    relations += [('SPDXRef-armeld', 'STATIC_LINK', f'SPDXRef-{name}') for name, _ in parts]
    relations += [(one['SPDXID'], 'GENERATED_FROM', 'SPDXRef-armeld') for one in files]
    name = f'armeld-{release.version}'
    document = {
        'spdxVersion': 'SPDX-2.3', 'dataLicense': 'CC0-1.0', 'SPDXID': 'SPDXRef-DOCUMENT', 'name': name,
        'documentNamespace': f'urn:armeld:{name}:{release.seconds}',
        'creationInfo': {'created': when, 'creators': ['Tool: share/dist/pack.py']},
        'packages': packages, 'files': files,
        'relationships': [{'spdxElementId': one, 'relationshipType': how, 'relatedSpdxElement': other}
                          for one, how, other in relations],
    }
    release.write(f'{name}.spdx.json', (json.dumps(document, indent=2) + '\n').encode())


def main():
    folder, version, seconds, *targets = sys.argv[1:]
    release = Release(folder, version, seconds)
    source(release)
    for target in targets:
        binary(release, target)
        wheel(release, target)
        if target in DEBIAN:
            deb(release, target)
    inside(release, targets)
    sums = [f'{hashlib.sha256(read(release.path(name))).hexdigest()}  {name}\n' for name in sorted(release.made)]
    release.write('SHA256SUMS', ''.join(sums).encode())
    for name in release.made:
        print(os.path.join(folder, name))


main()
