# SPDX-License-Identifier: MIT
"""inside.py FILE - an SPDX 2.3 document that names each file beside it, with its sums, and all parts."""
import hashlib
import json
import os
import sys

with open(sys.argv[1], encoding='utf-8') as text:
    document = json.load(text)
folder = os.path.dirname(sys.argv[1])
for member in ('spdxVersion', 'dataLicense', 'SPDXID', 'name', 'documentNamespace', 'creationInfo'):
    assert document[member], member
files = {one['fileName'][2:]: one for one in document['files']}
beside = {name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name))}
assert set(files) == beside - {'SHA256SUMS', os.path.basename(sys.argv[1])}, set(files) ^ beside
for name, file in files.items():
    with open(os.path.join(folder, name), 'rb') as data:
        held = data.read()
    for sum_ in file['checksums']:
        assert hashlib.new(sum_['algorithm'].lower(), held).hexdigest() == sum_['checksumValue'], name
names = {one['name']: one for one in document['packages']}
for name in ('armeld', 'xxhash', 'libarchive', 'jansson', 'libzstd', 'zlib', 'xz-utils'):
    assert names[name]['versionInfo'] and names[name]['licenseConcluded'] != 'NOASSERTION', name
known = {'SPDXRef-DOCUMENT'} | {one['SPDXID'] for one in document['packages'] + document['files']}
assert len(known) == 1 + len(document['packages']) + len(document['files'])
for one in document['relationships']:
    assert {one['spdxElementId'], one['relatedSpdxElement']} <= known, one
print(len(files), 'files,', len(names), 'packages')
