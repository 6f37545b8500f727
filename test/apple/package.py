#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""package.py make xml|binary FOLDER IDENTIFIER PLATFORM VARIANT MACHINE... [+ IDENTIFIER ...] - write Info.plist
package.py show FOLDER - a line for each library of an xcframework, as Apple's documents have its keys

VARIANT is - for none. The library of NAME.xcframework is libNAME.a, or what lies in the folder of the
identifier: NAME.framework. `show` fails if Info.plist is not valid, or a file that it names is missing.
"""
import os
import plistlib
import sys


def make(form, folder, words):
    name = os.path.basename(folder).split('.')[0]
    libraries = []
    while words:
        end = words.index('+') if '+' in words else len(words)
        identifier, platform, variant, *machines = words[:end]
        words = words[end + 1:]
        bundle = os.path.isdir(f'{folder}/{identifier}/{name}.framework')
        path = f'{name}.framework' if bundle else f'lib{name}.a'
        entry = {'LibraryIdentifier': identifier, 'LibraryPath': path, 'SupportedArchitectures': machines,
                 'SupportedPlatform': platform}
        if not bundle:
            entry |= {'BinaryPath': path, 'HeadersPath': 'Headers'}
        if variant != '-':
            entry['SupportedPlatformVariant'] = variant
        libraries.append(entry)
    with open(f'{folder}/Info.plist', 'wb') as f:
        plistlib.dump({'AvailableLibraries': libraries, 'CFBundlePackageType': 'XFWK',
                       'XCFrameworkFormatVersion': '1.0'}, f,
                      fmt=plistlib.FMT_XML if form == 'xml' else plistlib.FMT_BINARY)


def show(folder):
    with open(f'{folder}/Info.plist', 'rb') as f:
        plist = plistlib.load(f)
    assert plist['CFBundlePackageType'] == 'XFWK' and plist['XCFrameworkFormatVersion'] == '1.0'
    known = {'BinaryPath', 'HeadersPath', 'LibraryIdentifier', 'LibraryPath', 'SupportedArchitectures',
             'SupportedPlatform', 'SupportedPlatformVariant'}
    for entry in plist['AvailableLibraries']:
        assert set(entry) <= known, entry
        identifier = entry['LibraryIdentifier']
        assert os.path.isfile(f'{folder}/{identifier}/{entry["LibraryPath"]}'), entry
        assert entry['BinaryPath'] == entry['LibraryPath'], entry
        print(identifier, entry['LibraryPath'], entry['SupportedPlatform'],
              entry.get('SupportedPlatformVariant', '-'), *entry['SupportedArchitectures'])


if sys.argv[1] == 'make':
    make(sys.argv[2], sys.argv[3], sys.argv[4:])
else:
    show(sys.argv[2])
