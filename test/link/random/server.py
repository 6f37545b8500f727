# SPDX-License-Identifier: MIT
"""Programs that are started once and run often: server.c. Without a compiler, started each time."""
import os
import select
import shutil
import signal
import struct
import subprocess

SECONDS = 60
TOO_LONG = 124


def direct(command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return TOO_LONG, f'it takes more than {SECONDS} s'
    return done.returncode, done.stdout.decode(errors='replace')


def build(folder):
    """The shared library, or None."""
    here = os.path.dirname(os.path.abspath(__file__))
    library = os.path.join(folder, 'server.so')
    compiler = shutil.which('cc')
    if not compiler or direct([compiler, '-O1', '-shared', '-fPIC', '-o', library,
                               os.path.join(here, 'server.c'), '-ldl'])[0]:
        return None
    return library


class Server:
    def __init__(self, program, library, folder):
        self.program = program
        self.out = os.path.join(folder, f'said.{os.getpid()}.{os.path.basename(program)}')
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            os.setpgid(0, 0)
            os.dup2(requests, 198)
            os.dup2(answers, 199)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.closerange(3, 198)
            path = shutil.which(program)
            os.execve(path, [path], dict(os.environ, LD_PRELOAD=library, ARMELD_RANDOM_SERVER='1'))
        try:
            os.setpgid(self.child, self.child)  # whoever of both comes first
        except OSError:
            pass
        os.close(requests)
        os.close(answers)

    def run(self, command):
        text = b''.join(word.encode() + b'\0' for word in [self.out] + command)
        os.write(self.requests, struct.pack('<I', len(text)) + text)
        if not select.select([self.answers], [], [], SECONDS)[0]:
            self.end(signal.SIGKILL)
            return TOO_LONG, f'it takes more than {SECONDS} s'
        answer = os.read(self.answers, 4)
        if len(answer) < 4:
            raise OSError(f'the server of {self.program} ended')
        status = os.waitstatus_to_exitcode(struct.unpack('<i', answer)[0])
        with open(self.out, encoding='utf-8', errors='replace') as file:
            return status, file.read()

    def end(self, number=signal.SIGTERM):
        os.killpg(self.child, number)
        os.waitpid(self.child, 0)
        os.close(self.requests)
        os.close(self.answers)


class Programs:
    """All programs of a process."""

    def __init__(self, folder, library):
        self.folder, self.library, self.servers = folder, library, {}

    def run(self, command):
        if not self.library or os.path.isabs(command[0]) and 'zig' in command[0]:
            return direct(command)
        name = command[0]
        if name not in self.servers:
            self.servers[name] = Server(name, self.library, self.folder)
        status, text = self.servers[name].run(command)
        if status == TOO_LONG:
            del self.servers[name]
        return status, text

    def end(self):
        for server in self.servers.values():
            server.end()
