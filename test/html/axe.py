#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What axe-core finds in pages: axe.py PORT AXE.JS PAGE...

The first page is looked at in three widths and both themes, the others in one, as they open and zoomed into.
axe-core checks roles and names for screen readers, and contrasts.
"""
import sys

import browser as drive
from browser import check

port, axe = sys.argv[1:3]
with open(axe, encoding="utf-8") as file:
    source = file.read()
CHECK = """return axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then((result) =>
    result.violations.flatMap((rule) => rule.nodes.map((node) => rule.id + ': ' + node.target.join(' ') + ': ' + node.failureSummary)))"""
runs = 0
for page in sys.argv[3:]:
    for width, dark in ((360, True), (1280, False), (1600, True))[:3 if page == sys.argv[3] else 1]:
        browser = drive.Browser(port, page, width, dark)
        browser.run(source)
        for view in ("", "zoomed: "):
            found = browser.run(CHECK)
            check(found == [], f"{page.rsplit('/', 1)[1]}, {width}, {'dark' if dark else 'light'}: {view}{len(found)}: {found[:4]}")
            browser.run("const box = document.querySelector('#map g'); box.dispatchEvent(new MouseEvent('click', {bubbles: true}))")
            runs += 1
        browser.close()
print(f"{runs} views")
sys.exit(drive.failed > 0)
