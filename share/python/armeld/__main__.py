# SPDX-License-Identifier: MIT
"""python -m armeld: the program itself."""
import os
import subprocess
import sys

from . import program


def main() -> None:
    command = [program(), *sys.argv[1:]]
    if os.name == 'nt':  # a new process would not be waited for
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


main()
