# SPDX-License-Identifier: MIT
"""A pseudo-terminal for programs: what they print on it, and what it looks like then."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata


def take_signals():
    """As programs on a terminal have them; nohup and shells that start something behind ignore some."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def run(command, columns, environment=None, piped=(), kill_at=None, number=signal.SIGINT, seconds=120):
    """Run @command on a terminal of so many columns; returns what it printed and its status.

    @piped    numbers of streams that are pipes instead; what comes out of them is returned behind
    @kill_at  the program gets signal @number once this stands on the terminal
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {k: v for k, v in os.environ.items()
                 if k not in ("NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG")}
    variables.update({"TERM": "xterm", "LANG": "C.UTF-8"}, **(environment or {}))
    streams = {1: slave, 2: slave}
    for stream in piped:
        streams[stream] = subprocess.PIPE
    child = subprocess.Popen(command, stdin=slave, stdout=streams[1], stderr=streams[2], env=variables,
                             start_new_session=True, preexec_fn=take_signals)
    os.close(slave)
    printed, end, killed = b"", time.monotonic() + seconds, False
    while time.monotonic() < end:
        if not select.select([master], [], [], 0.05)[0]:
            if child.poll() is not None:
                break
            continue
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        printed += piece
        if kill_at and not killed and kill_at in printed:
            child.send_signal(number)
            killed = True
    others = [child.stdout.read() if 1 in piped else b"", child.stderr.read() if 2 in piped else b""]
    status = child.wait(timeout=10)
    os.close(master)
    return (printed.decode().replace("\r\n", "\n"), status, *(o.decode() for o in others))


def plain(text):
    """Without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def width(line):
    """The columns of a line, by Unicode's own tables."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def screen(text):
    """The lines that stand there at last, where a line was cleared by CR and EL and written again."""
    lines = []
    for line in plain(text).split("\n"):
        shown = ""
        for piece in re.split(r"(\r\x1b\[K|\r)", line):
            shown = "" if piece == "\r\x1b[K" else shown + piece.replace("\r", "")
        lines.append(shown)
    return "\n".join(lines)
