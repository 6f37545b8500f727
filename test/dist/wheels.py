# SPDX-License-Identifier: MIT
"""wheels.py WHEEL... - each has what PEP 427 asks for, and nothing that its RECORD does not name."""
import base64
import csv
import hashlib
import re
import sys
import zipfile


def check(path):
    name = re.search(r'([^/]+)\.whl$', path)[1]
    project, version, *tag = name.split('-')
    with zipfile.ZipFile(path) as wheel:
        assert wheel.testzip() is None
        held = {one.filename: wheel.read(one) for one in wheel.infolist()}
        modes = {one.filename: one.external_attr >> 16 for one in wheel.infolist()}
    info = f'{project}-{version}.dist-info/'
    record = {row[0]: row[1:] for row in csv.reader(held[info + 'RECORD'].decode().splitlines())}
    assert sorted(record) == sorted(held), set(record) ^ set(held)
    for file, (digest, size) in record.items():
        if file == info + 'RECORD':
            continue
        found = base64.urlsafe_b64encode(hashlib.sha256(held[file]).digest()).decode().rstrip('=')
        assert (digest, size) == ('sha256=' + found, str(len(held[file]))), file
    metadata = held[info + 'METADATA'].decode()
    assert f'\nName: {project}\nVersion: {version}\n' in metadata
    tags = {f'{tag[0]}-{tag[1]}-{platform}' for platform in tag[2].split('.')}
    assert tags == set(re.findall(r'^Tag: (\S+)$', held[info + 'WHEEL'].decode(), re.M))
    scripts = [one for one in held if '.data/scripts/' in one]
    assert len(scripts) == 1 and modes[scripts[0]] & 0o111
    start = held[scripts[0]][:4]
    assert start[:2] == b'MZ' if 'win_' in tag[2] else start in (b'\x7fELF', b'\xca\xfe\xba\xbe')
    assert 'armeld/py.typed' in held and any('licenses/libarchive' in one for one in held)
    print(name)


for argument in sys.argv[1:]:
    check(argument)
