#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether the map of a page has every byte of a report: adds_up.py PAGE REPORT.json"""
import json
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def size(pairs):
    return sum(pairs[1::2])


def runs(list_):
    at, found = 0, []
    for skip, count in zip(list_[::2], list_[1::2]):
        at += skip
        found.extend(range(at, at + count))
        at += count
    return found


data = json.loads(re.search(r'id="data">(.*?)</script>', read(sys.argv[1]), re.S).group(1))
report = json.loads(read(sys.argv[2]))
members = [(size(before), size(after[0] if after else before)) for _, _, before, *after in data["members"]]
sums = [0, 0]
bad = []
for name, _, before, after, rest, *overhead in data["archives"]:
    sums[0] += sum(members[i][0] for i in runs(before)) + sum(size(entry[2]) for entry in rest) + overhead[0]
    sums[1] += sum(members[i][1] for i in runs(after)) + sum(size(entry[3]) for entry in rest) + overhead[1]
    bad += [name] if min(overhead) < 0 or max(overhead) > 1 << 40 else []
if report["schema"].startswith("armeld/compare/"):
    said = [report["bytes_before"], report["bytes"]]
elif report["schema"].startswith("armeld/inspect/"):
    images = sum(image["bytes"] for image in report.get("images", []))
    whole = report["total"]["bytes"]
    said = [whole, whole if report["bytes_melded"] is None else report["bytes_melded"] + images]
else:
    said = [report["totals"]["bytes_before"], report["totals"]["bytes"]]
print(f"{sys.argv[1]}: the map has {sums}, the report {said} bytes")
sys.exit(sums != said or bad != [])
