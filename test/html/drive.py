#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drive Chromium over WebDriver: drive.py PORT PAGE FOLDER

Opens the page at three widths in light and dark, takes screenshots into FOLDER, searches, sorts,
and checks what is shown. Prints a line for each check that fails; the exit status tells.
"""
import base64
import sys

import browser as drive
from browser import check

port, page, folder = sys.argv[1:4]

ROWS = "return Array.from(document.querySelectorAll('table.sortable tbody tr')).filter(r => !r.hidden).length"
for width in (360, 820, 1600):
    for dark in (False, True):
        browser = drive.Browser(port, page, width, dark)
        name = f"{width}-{'dark' if dark else 'light'}"
        check(browser.screenshot(f"{folder}/{name}.png") > 5000, f"{name}: an empty screenshot")
        check(browser.run("return document.documentElement.scrollWidth") <= width,
              f"{name}: wider than the screen: {browser.run('return document.documentElement.scrollWidth')}")
        colour = browser.run("return getComputedStyle(document.body).backgroundColor")
        check((colour == "rgb(255, 255, 255)") != dark, f"{name}: ground is {colour}")
        maps = browser.run("return Array.from(document.querySelectorAll('#map svg')).map(s => s.getBoundingClientRect().top)")
        check(len(maps) == 2, f"{name}: {len(maps)} maps")
        check((abs(maps[0] - maps[1]) < 50) == (width > 800), f"{name}: maps at {maps}")
        check(browser.console() == [], f"{name}: console: {browser.console()}")
        browser.close()

browser = drive.Browser(port, page, 1280, False)
everything = browser.run(ROWS)
check(everything > 5, f"{everything} rows")
browser.type("many")
some = browser.run(ROWS)
check(0 < some < everything, f"search: {some} of {everything} rows")
check(browser.run("return document.getElementById('found').textContent") in (f"{some} rows", "1 row"), "search: the count")
check(browser.run("return document.querySelectorAll('#map .dim').length") > 0, "search: maps are not dimmed")
browser.screenshot(f"{folder}/search.png")
browser.type("no such name")
check(browser.run(ROWS) == 0, "search for nothing")
check("no such name" in browser.run("return document.getElementById('found').textContent"), "a search without result says nothing")
check(browser.run("return Array.from(document.querySelectorAll('table.sortable, table.matrix')).filter(t => t.offsetHeight).length") == 0,
      "empty tables are shown")
browser.type("libmany2")
check(browser.run("return document.querySelectorAll('.matrix .found').length") == 1, "a library that is found is not marked in the matrix")
browser.run("document.dispatchEvent(new Event('x')); const s = document.getElementById('search');"
            "s.focus(); s.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))")
check(browser.run(ROWS) == everything, "Escape ends the search")

# Each column sorts both ways; values in order.
columns = browser.run("return document.querySelectorAll('table.sortable thead button').length")
check(columns > 8, f"{columns} columns can be sorted")
for column in range(columns):
    for turn in (1, 2):
        wrong = browser.run(f"""
            const heading = document.querySelectorAll('table.sortable thead button')[{column}].closest('th');
            heading.querySelector('button').click();
            const order = heading.getAttribute('aria-sort');
            const rows = Array.from(heading.closest('table').tBodies[0].rows);
            const values = rows.map(r => r.cells[heading.cellIndex].dataset.value).filter(v => v !== undefined).map(Number);
            const sign = order === 'ascending' ? 1 : -1;
            const text = rows.map(r => r.cells[heading.cellIndex].textContent);
            for (let i = 1; i < values.length; i++) if (sign * (values[i] - values[i - 1]) < 0) return 'value ' + i;
            if (!values.length)
              for (let i = 1; i < text.length; i++) if (sign * text[i].localeCompare(text[i - 1]) < 0) return 'text ' + i;
            return order === 'ascending' || order === 'descending' ? '' : 'no order';""")
        check(wrong == "", f"column {column}, turn {turn}: {wrong}")

# Heads of the matrix show names of usual length whole.
cut = browser.run("""
    return Array.from(document.querySelectorAll('.matrix thead span')).filter(s => s.textContent.length <= 32 &&
      (s.scrollHeight > s.clientHeight + 1 || s.getBoundingClientRect().top < s.closest('table').getBoundingClientRect().top))
      .map(s => s.textContent)""")
check(cut == [], f"heads are cut off: {cut}")

# Commands are copied, or selected where the page may not copy.
browser.run("document.querySelector('button.copy').click()")
said = browser.run("return new Promise(done => setTimeout(() => done(document.querySelector('button.copy').textContent), 200))")
check(said in ("Copied", "Selected"), f"the button for copying says {said}")

# By keyboard: everything that can be clicked can be reached.
reach = browser.run("""
    const parts = Array.from(document.querySelectorAll('thead button, button.copy, .fold, #search, .scroll, .tools button, .tools input, #map g'));
    return parts.filter(p => { p.focus(); return document.activeElement !== p; }).length""")
check(reach == 0, f"{reach} parts cannot be focused")
browser.run("document.activeElement.blur(); document.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))")
check(browser.run("return document.activeElement.id") == "search", "'/' leads to the search")

# Names are text, whatever they are; nothing is fetched.
check(browser.run("return window.hostile") is None, "a name ran as a script")
check(browser.run("return document.querySelectorAll('script').length") == 2, "there are scripts of others")
check(browser.run("return document.querySelectorAll('img, iframe, link[rel=stylesheet], [src], [onerror], [onload]').length") == 0,
      "something is loaded")
check(browser.run("return performance.getEntriesByType('resource').length") == 0, "something was fetched")
hostile = browser.run("return document.body.textContent.includes('<script>window.hostile = 1</script>')")
check(hostile, "the hostile name is not shown")
pdf = browser.command("Page.printToPDF", {"printBackground": True})
check(len(pdf["data"]) > 20000, "an empty print")
with open(f"{folder}/print.pdf", "wb") as file:
    file.write(base64.b64decode(pdf["data"]))
check(browser.console() == [], f"console: {browser.console()}")
browser.close()

# Without scripts all of it is there, and no search that would not work.
browser = drive.Browser(port, page, 1280, False, scripts=False)
browser.screenshot(f"{folder}/no-scripts.png")
document = browser.command("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
rows = browser.command("DOM.querySelectorAll", {"nodeId": document, "selector": "table.sortable tbody tr"})["nodeIds"]
check(len(rows) == everything, f"without scripts: {len(rows)} of {everything} rows")
buttons = browser.command("DOM.querySelectorAll", {"nodeId": document, "selector": "button"})["nodeIds"]
check(not buttons, "without scripts: buttons")
browser.close()
print(f"{everything} rows, {columns} columns")
sys.exit(drive.failed > 0)
