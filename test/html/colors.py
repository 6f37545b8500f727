#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether eyes tell the map's colours apart: colors.py PAGE

The page's colours, and as they look without red, green or blue cones (Machado, Oliveira and Fernandes, 2009),
have to lie apart in CIE L*a*b*, and letters of the map's dark text have to be readable on each: WCAG 2, AA.
"""
import itertools
import json
import math
import re
import sys

EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "without red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "without green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "without blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
LEAST = 12  # of two colours; 2.3 is just seen side by side
TEXT = "#10151b"


def linear(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def product(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector)) for row in matrix]


def lab(rgb):
    xyz = product(((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)), rgb)
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (xyz[0] / 0.95047, xyz[1], xyz[2] / 1.08883))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(color, eyes):
    return lab([min(1, max(0, part)) for part in product(EYES[eyes], linear(color))])


def luminance(color):
    return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear(color)))


with open(sys.argv[1], encoding="utf-8") as file:
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', file.read(), re.S).group(1))
colors = dict(data["kinds"])
failed = 0
for eyes in EYES:
    least = min((math.dist(seen(a, eyes), seen(b, eyes)), name, other)
                for (name, a), (other, b) in itertools.combinations(colors.items(), 2))
    print(f"{eyes}: {least[0]:.1f} at least, between {least[1]} and {least[2]}")
    failed += least[0] < LEAST
for name, color in colors.items():
    contrast = (luminance(color) + 0.05) / (luminance(TEXT) + 0.05)
    if contrast < 4.5:
        print(f"{name}: dark text has a contrast of {contrast:.1f}")
        failed += 1
sys.exit(failed > 0)
