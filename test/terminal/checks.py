# SPDX-License-Identifier: MIT
"""checks.py FOLDER FIXTURES - what armeld prints on terminals, and that pipes get none of it."""
import os
import re
import shutil
import signal
import subprocess
import sys

from terminal import plain, run, screen, width

FOLDER, FIXTURES = sys.argv[1:]
ARMELD = os.environ["ARMELD"]
WIDTHS = (40, 41, 42, 43, 44, 60, 80, 120, 200)
UTF8, ASCII = {"LANG": "C.UTF-8"}, {"LANG": "C"}
results = []


def check(title, wrong):
    """A line for each check; @wrong are the offenders."""
    print("ok  " if not wrong else "FAIL", title)
    for offender in wrong[:6]:
        print("    ", offender)
    results.append(not wrong)


def piped(arguments, **environment):
    """What the same command prints to a pipe."""
    variables = {**os.environ, **environment}
    done = subprocess.run([ARMELD, *arguments], env=variables, capture_output=True, check=False)
    return done.stdout.decode()


def make_set():
    """Libraries with long names, some of which are not ASCII, in a deep folder; the same, melded and damaged."""
    deep = os.path.join(FOLDER, "a folder with a long name, as some have", "日本語のフォルダ名", "target", "release")
    shutil.copytree(os.path.join(FIXTURES, "x86_64-linux"), deep)
    shutil.copy(os.path.join(deep, "liba.a"), os.path.join(deep, "libライブラリの長い名前ですよ.a"))
    shutil.copy(os.path.join(deep, "liba.a"), os.path.join(deep, "libwith_a_name_that_is_longer_than_most_of_them.a"))
    variant = os.path.join(FOLDER, "variant")
    shutil.copytree(os.path.join(FIXTURES, "x86_64-linux-variant"), variant)
    melded = os.path.join(FOLDER, "melded")
    subprocess.run([ARMELD, "-q", "-d", melded, "-o", melded + "/libw.a", deep], check=True)
    broken = os.path.join(FOLDER, "broken")
    shutil.copytree(melded, broken)
    os.remove(os.path.join(broken, "libb.a"))
    with open(os.path.join(broken, "liba.a"), "ab") as file:
        file.write(b"more")
    return deep, variant, melded, broken


def tables_fit(commands):
    """Each line fits; in ASCII locales, all is ASCII; nothing but names is cut."""
    for name, arguments, tables in commands:
        in_full = piped(arguments)
        for locale in (UTF8, ASCII):
            wrong = []
            for columns in WIDTHS:
                text = screen(run([ARMELD, *arguments], columns, locale)[0])
                lines = text.splitlines()
                wrong += [f"{columns}: {width(line)}: {line}" for line in lines if width(line) > columns]
                if locale == ASCII:
                    wrong += [f"{columns}: {line}" for line in lines if not line.isascii()]
                numbers = set(re.findall(r"\S+", in_full))
                for word in re.findall(r"(?<![\S])[-+]?\d+\.\d%?(?![\S])", text):
                    if word not in numbers:
                        wrong.append(f"{columns}: {word} is no number of the report")
                if tables and "no room for" not in text:
                    digits = re.findall(r"(?<!\S)\d+\.\d (?:k|M)?B(?!\S)", in_full)
                    wrong += [f"{columns}: {size} is not there" for size in set(digits) if size not in text]
            check(f"{name} fits {min(WIDTHS)} to {max(WIDTHS)} columns, {locale['LANG']}", wrong)


def lists_fit(name, arguments, row):
    """The rows of lists that go with sentences, which may be longer."""
    wrong = []
    for columns in WIDTHS:
        lines = [line for line in screen(run([ARMELD, *arguments], columns, piped=(2,))[0]).splitlines()]
        rows = [line for line in lines if re.search(row, line) and " librar" not in line]
        wrong += [f"{columns}: {line}" for line in rows if width(line) > columns]
        wrong += [] if rows else [f"{columns}: no row: {lines}"]
    check(f"the list of {name} fits", wrong)


def help_fits(verbs):
    """What is printed without a set: 80 columns hold it."""
    texts = [(["no arguments"], run([ARMELD], 80)[0])]
    texts += [([verb], run([ARMELD, verb, "--help"], 80)[0]) for verb in verbs]
    check("help fits 80 columns", [f"{verb}: {line}" for verb, text in texts
                                   for line in screen(text).splitlines() if width(line) > 80])


def pipes_stay(commands):
    """In pipes, nothing depends on the terminal; whatever else is one."""
    for name, arguments, _ in commands:
        wanted = piped(arguments, LC_ALL="C", TERM="dumb")
        wrong = [] if "…" not in wanted and "\x1b" not in wanted else ["shortened or coloured"]
        if piped(arguments, COLUMNS="40", LC_ALL="C.UTF-8", TERM="xterm") != wanted:
            wrong.append("depends on COLUMNS or the locale")
        if run([ARMELD, *arguments], 40, {**UTF8, "COLUMNS": "40"}, piped=(1,))[2] != wanted:
            wrong.append("depends on standard error")
        check(f"{name} in a pipe is as ever", wrong)


def colours(deep, broken):
    look = ["inspect", deep]
    on = "\x1b["

    def coloured(environment=None, arguments=look, **how):
        out = run([ARMELD, *arguments], 100, environment, **how)
        return on in (out[2] if how else out[0])

    expected = [
        ("a report", coloured(), True),
        ("headings and savings", run([ARMELD, *look], 100)[0].count("\x1b[1m") == 1
         and bool(re.search(r"\x1b\[32m\d+\.\d% less\x1b\[0m", run([ARMELD, *look], 100)[0])), True),
        ("a finding", "\x1b[31m" in run([ARMELD, "verify", f"{broken}/libw.a"], 100)[0], True),
        ("an error", "\x1b[1;31marmeld:\x1b[0m" in run([ARMELD, "inspect", "/nowhere"], 100)[0], True),
        ("NO_COLOR", coloured({"NO_COLOR": "1"}), False),
        ("an empty NO_COLOR", coloured({"NO_COLOR": ""}), True),
        ("TERM=dumb", coloured({"TERM": "dumb"}), False),
        ("--color=never", coloured(arguments=["inspect", "--color=never", deep]), False),
        ("--color=always and NO_COLOR", coloured({"NO_COLOR": "1"}, ["inspect", "--color=always", deep]), True),
        ("CLICOLOR_FORCE=1 and TERM=dumb", coloured({"CLICOLOR_FORCE": "1", "TERM": "dumb"}), True),
        ("CLICOLOR_FORCE=1 and NO_COLOR", coloured({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}), False),
        ("a pipe", coloured(piped=(1,)), False),
        ("a pipe with CLICOLOR_FORCE=0", coloured({"CLICOLOR_FORCE": "0"}, piped=(1,)), False),
        ("a pipe with CLICOLOR_FORCE=1", coloured({"CLICOLOR_FORCE": "1"}, piped=(1,)), True),
        ("a pipe with --color=always", coloured(None, ["inspect", "--color=always", deep], piped=(1,)), True),
        ("JSON", coloured({"CLICOLOR_FORCE": "1"}, ["inspect", "--json", deep]), False),
    ]
    check("colours are where they are to be",
          [f"{what}: {'no' if wanted else 'some'} colour" for what, got, wanted in expected if got != wanted])
    for name, arguments in (("meld", ["-n", "-o", deep + "/w.a", deep]), ("inspect", look), ("verify", ["verify", f"{broken}/libw.a"])):
        one, other = (screen(run([ARMELD, *arguments], 70, e)[0]) for e in ({}, {"NO_COLOR": "1"}))
        check(f"{name} says the same with and without colours", [] if one == other else [one, other])


def make_large(count=8, size=32 << 20):
    """Libraries that take a while to write: those of a fixture, with a member of zeros that is no object."""
    folder = os.path.join(FOLDER, "large")
    os.mkdir(folder)
    for number in range(count):
        path = os.path.join(folder, f"lib{number}.a")
        shutil.copy(os.path.join(FIXTURES, "x86_64-linux", "liba.a"), path)
        with open(path, "r+b") as file:
            end = file.seek(0, 2)
            file.write(b"\n" * (end % 2) + f"{f'zeros{number}.bin/':16}0           0     0     644     {size:<10}`\n".encode())
            file.truncate(file.tell() + size)
    return folder


BAR = re.compile(r"armeld: \w+ \[=*>? *\] +\d+%")


def progress(large):
    out = large + "-melded"
    meld = [ARMELD, "-d", out, "-o", out + "/w.a", large]
    shown = run([*meld, "--progress=always"], 120)
    check("a bar is shown, with how much is done",
          [] if BAR.search(shown[0]) and re.search(r"[kM]B of \d+\.\d MB, \d of 9 files", shown[0]) else [repr(shown[0])])
    clean = run([*meld, "--progress=never"], 120)
    check("nothing of it stays on the terminal", [] if screen(shown[0]) == screen(clean[0]) else [screen(shown[0])])
    check("--progress=never shows none", ["shown"] if "\r\x1b[K" in clean[0] else [])
    wrong = []
    for columns in (*WIDTHS, 20):
        for piece in run([*meld, "--progress=always"], columns, piped=(1,))[0].split("\r\x1b[K"):
            if width(piece) >= columns:
                wrong.append(f"{columns}: {piece!r}")
    check("its line fits the terminal", wrong)
    text = run([*meld, "-q", "--progress=always"], 120)
    check("-q shows none", [repr(text[0])] if text[0] else [])
    text = run(meld, 120, {"TERM": "dumb"})
    check("a dumb terminal gets none", [repr(text[0])] if "\r\x1b" in text[0] else [])
    text = run(meld, 120, piped=(2,))
    check("a pipe gets none", [repr(text[3])] if text[3] or "\r\x1b" in text[0] else [])
    text = run(meld, 120, {"COLUMNS": "50"}, piped=(2,))
    check("COLUMNS is honoured", [line for line in screen(text[0]).splitlines() if width(line) > 50])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for _ in range(20):  # on a busy machine it may be done before the signal comes
            shutil.rmtree(out, ignore_errors=True)
            text = run([*meld, "--progress=always"], 120, kill_at=b"armeld: writing", number=number)
            if text[1] != 0:
                break
        good = screen(text[0]) == "armeld: interrupted; no file was changed\n" and text[1] == 1
        check(f"{number.name} leaves its message only", [] if good else [f"{text[1]}: {text[0]!r}"])
    with open(os.path.join(large, "libz.a"), "wb") as file:
        file.write(b"!<arch>\nno archive at all")
    text = run([*meld, "--progress=always"], 120)
    check("an error leaves its message only",
          [] if re.fullmatch(r"armeld: \S+libz\.a: .*\n", screen(text[0])) else [repr(text[0])])


def main():
    deep, variant, melded, broken = make_set()
    image = os.path.join(FIXTURES, "images", "libtiny")
    commands = [
        ("meld", ["-n", "-o", deep + "/w.a", deep], True),
        ("meld -v", ["-n", "-v", "-d", FOLDER + "/elsewhere/in/a/folder", "-o", FOLDER + "/elsewhere/w.a", deep], True),
        ("meld -v of variants", ["-n", "-v", "-o", variant + "/w.a", variant], True),
        *((f"inspect --by {by}", ["inspect", "--by", by, deep], True)
          for by in ("library", "crate", "member", "section", "reason")),
        ("a comparison", ["inspect", "--by", "member", os.path.join(FIXTURES, "x86_64-linux"), "--", variant], True),
        ("a comparison of files", ["inspect", image + ".so", "--", image + ".dylib"], True),
        ("inspect of files", ["inspect", image + ".so", image + ".dylib"], True),
        ("explain", ["explain", deep], True),
        ("explain of members", ["explain", "--mangled", deep + "/liba.a", "*"], False),
        ("strip -v", ["strip", "-n", "-v", deep], True),
        ("share", ["share", "-n", "-d", FOLDER + "/shared", melded + "/libw.a"], False),
        ("restore -v", ["restore", "-n", "-v", melded + "/libw.a"], False),
    ]
    tables_fit([c for c in commands if c[0] not in ("explain of members", "restore -v")])
    lists_fit("verify", ["verify", broken + "/libw.a"], r"(lib\S+|…\S*): \S")
    lists_fit("restore -v", ["restore", "-n", "-v", melded + "/libw.a"], r": to be restored$")
    help_fits(("meld", "strip", "hide", "prune", "prelink", "share", "inspect", "explain", "restore", "verify",
               "pkgconfig", "help"))
    pipes_stay(commands + [("verify", ["verify", broken + "/libw.a"], False)])
    text = screen(run([ARMELD, "inspect", "-w", deep], 40)[0])
    check("inspect -w prints names in full", [] if os.path.join(deep, "libc.a") in text else [text])
    colours(deep, broken)
    progress(make_large())
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if all(results) else 1)


main()
