# SPDX-License-Identifier: MIT
"""pictures.py PORT PAGE FOLDER - pictures of a report, of fixed sizes, in both themes."""
import base64
import os
import sys

from browser import Browser

LARGEST = 100_000  # bytes of a picture

# Name, width, what it shows: the first section with such an element, or the top of the page, so high.
PICTURES = [("maps", 1100, ".maps", None), ("report", 1100, None, 760)]

# Fonts are waited for, nothing moves, nothing has the focus.
SETTLE = "document.activeElement.blur(); scrollTo(0, 0); return document.fonts.ready.then(() => 0)"


def clip(browser, what, width, height):
    """The part of the page to take."""
    if not what:
        return {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    box = browser.run("document.querySelector('.bar').remove();"
                      f"const section = document.querySelector('{what}').closest('section');"
                      "section.style.padding = '1rem'; section.style.margin = '0';"
                      "const box = section.getBoundingClientRect();"
                      "return [box.x + scrollX, box.y + scrollY, box.width, box.height]")
    return {**dict(zip(("x", "y", "width", "height"), box)), "scale": 1}


def take(port, page, path, picture, dark):
    _, width, what, height = picture
    browser = Browser(port, page, width, dark)
    browser.run("Array.from(document.querySelectorAll('.tools button'))"
                ".find((button) => button.textContent === 'By crate').click()")
    browser.run(SETTLE)
    part = clip(browser, what, width, height)
    data = browser.command("Page.captureScreenshot", {"format": "png", "clip": part, "captureBeyondViewport": True})["data"]
    picture = base64.b64decode(data)
    with open(path, "wb") as file:
        file.write(picture)
    browser.call("DELETE", browser.path)
    print(f"{path}: {len(picture)} bytes")
    return len(picture) <= LARGEST


def main():
    port, page, folder = sys.argv[1:]
    good = [take(port, page, os.path.join(folder, picture[0] + ("-dark" if dark else "") + ".png"), picture, dark)
            for picture in PICTURES for dark in (False, True)]
    if not all(good):
        sys.exit(f"pictures.py: a picture has more than {LARGEST} bytes")


main()
