# SPDX-License-Identifier: MIT
"""The ways in which armeld is run."""

MELD = {
    'plain': [],
    'strip-debug': ['--strip=debug'],
    'strip-all': ['--strip=all'],
    'hide': ['--hide'],
    'prune': ['--prune'],
    'prelink': ['--prelink'],
    'merge': ['--prelink', '--merge'],
    'strip-prune': ['--strip=all', '--prune'],
    'strip-merge': ['--strip=all', '--prelink', '--merge'],
    'hide-prune': ['--hide', '--prune'],
    'bytes': ['--identity=bytes'],
    'three': ['--min-sharers', '3'],
    'auto': ['--workspaces=auto'],
    'auto-prune': ['--workspaces=auto', '--strip=all', '--prune'],
    'auto-merge': ['--workspaces=auto', '--prelink', '--merge'],
}
VERBS = {
    'verb-strip': ['strip', '--debug', '--locals', '--comments'],
    'verb-hide': ['hide'],
    'verb-rename': ['hide', '--rename', '.renamed'],
    'verb-prune': ['prune'],
    'verb-prelink': ['prelink'],
    'verb-merge': ['prelink', '--merge'],
}
EXPORTING = ('hide', 'prune', 'prelink', 'merge', 'rename')
WEIGHTS = {'plain': 4}


def names():
    return list(MELD) + ['again-' + name for name in MELD] + list(VERBS)


def choose(rng, kind, features, only=None):
    """A way and its options. With 'root-only', no more than the roots are exports."""
    if only:
        way = only
    else:
        way = rng.choice(['plain'] * 6 + list(MELD) * 2 + list(VERBS))
        if way in MELD and rng.random() < .15:
            way = 'again-' + way
    base = way.replace('again-', '')
    options = list(VERBS[base] if base in VERBS else MELD[base])
    if any(word in base for word in EXPORTING):
        exports = rng.choice(['default', 'c', 'root'])
        if exports == 'root' and 'foreign' in features:
            exports = 'c'
        if exports != 'default':
            options += ['--export', 'root_*']
        if exports == 'c':
            options += ['--export', 'c_*']
        if exports == 'root':
            way += '-root-only'
    return way, options
