#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drive the report's map: drive_map.py PORT PAGE FOLDER [MOST-MILLISECONDS]

Zooms in by keys and by the pointer, and back by keys and by the path; compares what the boxes stand for with
the tables; looks for labels outside their boxes; measures each click, if a limit is given.
"""
import sys

import browser as drive
from browser import check

port, page, folder = sys.argv[1:4]
limit = float(sys.argv[4]) if len(sys.argv) > 4 else None
ENTER, ESCAPE, RIGHT, HOME, END, SPACE = "\ue007", "\ue00c", "\ue014", "\ue011", "\ue010", " "

browser = drive.Browser(port, page, 1280)
browser.run("""
    window.path = () => Array.from(document.querySelectorAll('#map nav button'), b => b.textContent);
    window.boxes = (side) => Array.from(document.querySelectorAll('#map figure')[side].querySelectorAll('g'));
    window.sizes = () => Array.from(document.querySelectorAll('#map figcaption b'), b => b.textContent);
    window.outside = () => Array.from(document.querySelectorAll('#map g text')).filter(text => {
      const frame = text.parentNode.querySelector('.edge').getBBox();
      const box = text.getBBox();
      return box.x < frame.x - 1 || box.x + box.width > frame.x + frame.width + 1 || box.y + box.height > frame.y + frame.height + 3;
    }).map(text => text.textContent);
    window.slow = 0;
    window.timed = (act) => {
      const start = performance.now();
      act();
      document.body.getBoundingClientRect();
      const took = performance.now() - start;
      if (took > window.slow) { window.slow = took; window.slowest = path().join(' > '); }
    };
    window.click = (box) => timed(() => box.dispatchEvent(new MouseEvent('click', {bubbles: true, detail: 1})));""")


def path():
    return browser.run("return path()")


# The whole is what the page says, in both orders.
for button in ("By crate", "By library"):
    browser.run(f"timed(() => Array.from(document.querySelectorAll('.tools button')).find(b => b.textContent === '{button}').click())")
    shown = browser.run("return sizes()")
    said = browser.run("return Array.from(document.querySelectorAll('.facts b'), b => b.textContent).slice(0, 2)")
    check(shown == said, f"{button}: the maps show {shown}, not {said}")
    check(browser.run("return outside()") == [], f"{button}: labels leave their boxes: {browser.run('return outside()')[:5]}")
libraries = browser.run("return Array.from(document.querySelector('#libraries ~ .scroll tbody').rows, r => r.cells[0].textContent.replace(/^.*\\//, ''))")
named = browser.run("return boxes(0).map(b => b.getAttribute('aria-label'))")
check(len(named) == len(libraries), f"{len(named)} boxes, {len(libraries)} libraries")

# By keys alone: in to the kinds of a member's bytes, and back.
browser.run("document.querySelector('#map g[tabindex=\"0\"]').focus()")
names = []
while browser.run("return document.activeElement.getAttribute('role')") == "button" and len(names) < 9:
    browser.press(RIGHT, HOME)
    names.append(browser.run("return document.activeElement.getAttribute('aria-label')"))
    browser.press(SPACE if len(names) == 2 else ENTER)
    check(len(path()) == len(names) + 1 and names[-1].startswith(path()[-1]), f"{names[-1]} leads to {path()}")
    check(browser.run("return document.activeElement.tagName") == "g", f"{path()}: no box has the focus")
kinds = browser.run("return boxes(0).map(b => b.getAttribute('role'))")
check(len(names) > 2 and set(kinds) == {"img"}, f"{path()} has boxes of {set(kinds)}")
browser.press(END)
check(browser.run("return !document.querySelector('.tip').hidden"), "the focus brings no tooltip")
tip = browser.run("return document.querySelector('.tip').textContent")
check("Before" in tip and "After" in tip and "%" in tip, f"the tooltip says {tip}")
browser.press(ENTER)
check(len(path()) == len(names) + 1, "a kind of bytes is zoomed into")
browser.screenshot(f"{folder}/zoomed.png")
for depth in range(len(names), 0, -1):
    browser.press(ESCAPE)
    check(len(path()) == depth, f"Escape leads to {path()}")
    check(browser.run("return document.activeElement.getAttribute('aria-label')") == names[depth - 1],
          f"Escape leaves the focus at another box than {names[depth - 1]}")
browser.press(ESCAPE)
check(len(path()) == 1, "Escape at the top")

# By clicks, and by the path; the largest boxes of each side.
for side in (0, 1):
    for depth in range(3):
        browser.run(f"const box = boxes({side})[0]; if (box) click(box)")
        bad = browser.run("return outside()")
        check(bad == [], f"side {side}, level {depth + 1}: labels leave their boxes: {bad[:5]}")
    before = path()
    check(len(before) > 2, f"side {side}: three clicks lead to {before}")
    browser.run("timed(() => document.querySelectorAll('#map nav button')[1].click())")
    check(path() == before[:2], f"the path leads to {path()}")
    browser.run("timed(() => document.querySelector('#map nav button').click())")
    check(len(path()) == 1, f"the path leads to {path()}")

# The parts of a view are the view: what the boxes of each level say adds up.
sums = browser.run("""
    const bad = [];
    const read = (text) => { const [n, unit] = text.split(' '); return n * {B: 1, kB: 1e3, MB: 1e6, GB: 1e9}[unit]; };
    for (const box of boxes(0).slice(0, 3)) {
      const name = box.getAttribute('aria-label');
      click(box);
      sizes().forEach((size, side) => {
        const parts = boxes(side).map(b => read(b.getAttribute('aria-label').match(side ? /After ([0-9.]+ \\w+)/ : /Before ([0-9.]+ \\w+)/)[1]));
        const sum = parts.reduce((a, b) => a + b, 0);
        if (Math.abs(sum - read(size)) > 0.06 * parts.length * 1e6 + 1) bad.push(name + ': ' + sum + ' of ' + size);
      });
      click(document.querySelector('#map nav button'));
    }
    return bad;""")
check(sums == [], f"parts do not add up: {sums}")

# After, at the scale of before and filling its frame.
area = "return Array.from(document.querySelectorAll('#map figure')[1].querySelectorAll('.edge'), e => e.getBBox()).reduce((a, b) => a + b.width * b.height, 0)"
small = browser.run(area)
browser.run("timed(() => document.getElementById('fill').click())")
large = browser.run(area)
frame = browser.run("const f = document.querySelectorAll('#map .frame')[1].getBBox(); return f.width * f.height")
check(small < large and abs(large - frame) < 0.05 * frame, f"the map after takes {small}, then {large} of {frame}")
browser.run("document.getElementById('fill').click()")

# The pointer brings a tooltip that stays on the screen.
tip = browser.run("""
    const box = boxes(0)[boxes(0).length - 1].getBoundingClientRect();
    boxes(0)[boxes(0).length - 1].dispatchEvent(new PointerEvent('pointermove', {bubbles: true, clientX: box.right - 1, clientY: box.bottom - 1}));
    const tip = document.querySelector('.tip').getBoundingClientRect();
    return [tip.width > 50, tip.left >= 0, tip.right <= innerWidth]""")
check(all(tip), f"the tooltip: {tip}")

# What the search finds is outlined.
if not limit:
    browser.type("libmany2")
    check(browser.run("return document.querySelectorAll('#map .hit').length") > 0, "no library is outlined")

# Rows that say the same are folded, and unfold.
if limit:
    SHOWN = "return Array.from(document.querySelectorAll('#libraries ~ .scroll tbody tr')).filter(r => r.offsetHeight).length"
    folded = browser.run(SHOWN)
    browser.run("timed(() => document.querySelector('#libraries ~ .scroll .fold').click())")
    check(folded < 5 and browser.run(SHOWN) == len(libraries), f"{folded} rows, then {browser.run(SHOWN)} of {len(libraries)}")
slow = browser.run("return slow")
print(f"the slowest click takes {slow:.0f} ms:", browser.run("return slowest"))
if limit:
    check(slow <= limit, f"a click takes {slow:.0f} ms, more than {limit:.0f} ms")
check(browser.console() == [], f"console: {browser.console()}")
browser.close()
sys.exit(drive.failed > 0)
