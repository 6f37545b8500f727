#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drive the report of shared objects, x.so and y.so with crates and z.so without: drive_files.py PORT PAGE FOLDER"""
import sys

import browser as drive
from browser import check

port, page, folder = sys.argv[1:4]
browser = drive.Browser(port, page, 1280)
browser.run("""
    window.names = (id) => Array.from(document.querySelectorAll(`#${id} ~ .scroll tbody tr`)).filter(r => !r.hidden)
      .map(r => r.dataset.name.replace(/^.*\\//, ''));
    window.boxes = () => Array.from(document.querySelector('#map figure').querySelectorAll('g'), b => b.getAttribute('aria-label'));
    window.press = (text) => Array.from(document.querySelectorAll('.tools button')).find(b => b.textContent === text).click();
    window.enter = (name) => Array.from(document.querySelectorAll('#map g')).find(b => b.getAttribute('aria-label')
      .startsWith(name)).dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 1}));""")


def names(table):
    return browser.run(f"return names('{table}')")


def boxes():
    return [label.split(":")[0].rpartition("/")[2] for label in browser.run("return boxes()")]


files = [name for name in names("libraries") if name.endswith(".so")]
check(files == ["x.so", "y.so", "z.so"], f"the table of files has {names('libraries')}")
check(names("strip") == files, f"the table of what can be stripped has {names('strip')}")
heads = browser.run("return Array.from(document.querySelectorAll('#libraries ~ .scroll th[scope=col]'), h => h.textContent)")
check(heads[0] == "File", f"the table of files is headed {heads}")
check({"app", "std", "core"} < set(names("crates")), f"the table of crates has {names('crates')}")
matrix = browser.run("return Array.from(document.querySelectorAll('.matrix thead th'), h => h.dataset.name || h.textContent)")
check(matrix[0] == "File" and {"app", "std", "core"} < set(matrix), f"the matrix has {matrix}")
commands = browser.run("return Array.from(document.querySelectorAll('code.copy'), c => c.textContent)")
check(sum(c.startswith("armeld strip -n --debug --locals ") for c in commands) == 1, f"the commands are {commands}")

# Both ways into the map: the crates, and the object that each has in a file.
browser.run("press('By crate')")
check({"app", "std", "core"} < set(boxes()), f"by crate, the map has {boxes()}")
browser.run("press('By file')")
check({"x.so", "y.so", "z.so"} <= set(boxes()), f"by file, the map has {boxes()}")
browser.run("enter(boxes().find(b => b.includes('x.so')))")
check({"app", "std", "core", "[shared objects, programs]"} == set(boxes()), f"x.so has {boxes()}")
browser.run("enter('std')")
check(boxes() == ["std.1f2e3d4c-cgu.0"], f"std has {boxes()}")
browser.screenshot(f"{folder}/files.png")

browser.type(".so")
check(names("libraries") == files, f"search: {names('libraries')}")
check("6 rows" == browser.run("return document.getElementById('found').textContent"), "search: the count")
browser.type("core")
check(names("crates") == ["core"], f"search: {names('crates')}")
check(browser.console() == [], f"console: {browser.console()}")
browser.close()
sys.exit(drive.failed > 0)
