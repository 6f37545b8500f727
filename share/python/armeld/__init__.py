# SPDX-License-Identifier: MIT
"""armeld from Python: run a verb, get its JSON report.

    import armeld

    report = armeld.meld('melded/libworkspace.a', 'target/release', output_dir='melded')
    print(report.totals.bytes_before, report.totals.bytes)
    armeld.verify('melded/libworkspace.a')

A keyword argument is the option of that name: output_dir='melded' is --output-dir=melded,
prune=True is --prune, export=['a_*', 'b_*'] is --export=a_* --export=b_*; False and None leave
the option out. What fails raises a subclass of Error, which has the message and the exit status.
"""
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union

__all__ = ['Error', 'Failed', 'Interrupted', 'Report', 'Unproven', 'Usage', 'explain', 'hide',
           'inspect', 'meld', 'pkgconfig', 'prelink', 'program', 'prune', 'restore', 'run',
           'share', 'strip', 'verify']

PathLike = Union[str, bytes, 'os.PathLike[str]', 'os.PathLike[bytes]']
Option = Union[None, bool, int, float, PathLike, Iterable[PathLike]]


class Error(Exception):
    """The program failed: its message, its exit status, and its report if it printed one."""

    def __init__(self, message: str, status: int = 1, report: 'Report | None' = None) -> None:
        super().__init__(message, status, report)  # all of them, so that it can be pickled
        self.message = message
        self.status = status
        self.report = report

    def __str__(self) -> str:
        return self.message


class Failed(Error):
    """Status 1: an input or output error. No file was changed."""


class Usage(Error):
    """Status 2: wrong options or paths. No file was changed."""


class Unproven(Error):
    """Status 3: the link proof failed, or verify found something. No file was changed."""


class Interrupted(Error):
    """Status 4: failed after renaming began. The same call again finishes the job."""


ERRORS: 'dict[int, type[Error]]' = {1: Failed, 2: Usage, 3: Unproven, 4: Interrupted}


class Report(Mapping[str, Any]):
    """A JSON object, as armeld(5) describes it. Its members are attributes, too."""

    def __init__(self, members: 'Mapping[str, Any]') -> None:
        self._members = members

    def __getitem__(self, name: str) -> Any:
        return _seen(self._members[name])

    def __getattr__(self, name: str) -> Any:
        if name.startswith('_') or name not in self._members:
            raise AttributeError(f'the report has no member {name!r}')
        return self[name]

    def __iter__(self) -> 'Iterator[str]':
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f'Report({self._members!r})'


def _seen(value: Any) -> Any:
    if isinstance(value, dict):
        return Report(value)
    return [_seen(one) for one in value] if isinstance(value, list) else value


def program() -> str:
    """The path of the program: $ARMELD, that of this package, or else the one on the PATH."""
    named = os.environ.get('ARMELD')
    if named:  # a path counts from here, also where the program runs elsewhere
        return os.path.abspath(named) if os.path.dirname(named) else shutil.which(named) or named
    name = 'armeld' + (sysconfig.get_config_var('EXE') or '')
    here = os.path.dirname(os.path.abspath(__file__))
    folders = [sysconfig.get_path('scripts'),
               sysconfig.get_path('scripts', f'{os.name}_user'),
               os.path.join(os.path.dirname(here), 'bin')]  # pip install --target
    for folder in folders:
        if os.path.isfile(os.path.join(folder, name)):
            return os.path.join(folder, name)
    found = shutil.which('armeld')
    if found is None:
        raise FileNotFoundError(f'armeld: no program in {", ".join(folders)}, and none on the PATH; '
                                'the variable ARMELD can name one')
    return found


def _options(options: 'Mapping[str, Option]') -> 'Iterator[str]':
    for name, value in options.items():
        option = '--' + name.rstrip('_').replace('_', '-')
        if value is True:
            yield option
        elif value is None or value is False:
            continue
        elif isinstance(value, (str, bytes, os.PathLike, int, float)):
            yield f'{option}={_text(value)}'
        else:
            for one in value:
                yield f'{option}={_text(one)}'


def _text(value: 'int | float | PathLike') -> str:
    return str(value) if isinstance(value, (int, float)) else os.fsdecode(value)


def _operand(path: PathLike) -> str:
    """No option, and no @FILE, which the program takes for a list of arguments."""
    text = os.fsdecode(path)
    return os.path.join(os.curdir, text) if text[:1] in ('-', '@') and text != '--' else text


def _list(paths: 'PathLike | Iterable[PathLike]') -> 'Iterable[PathLike]':
    return [paths] if isinstance(paths, (str, bytes, os.PathLike)) else paths


def run(verb: str, *paths: PathLike, **options: Option) -> Report:
    """Run a verb and return its report. Warnings go to standard error, as they do in a shell.

    The option cwd is the folder to run in. A path '--' stands between two lists of paths.
    Raises Failed, Usage, Unproven or Interrupted, by the exit status.
    """
    cwd = options.pop('cwd', None)
    if cwd is not None and not isinstance(cwd, (str, bytes, os.PathLike)):
        raise TypeError('cwd is a path')
    command = [program(), verb, '--json', *_options(options), *map(_operand, paths)]
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding='utf-8', errors='surrogateescape',
                          check=False)
    report = Report(json.loads(done.stdout)) if done.stdout.strip() else None
    if done.returncode:
        text = done.stderr.strip() or f'armeld {verb}: exit status {done.returncode}'
        raise ERRORS.get(done.returncode, Error)(text, done.returncode, report)
    if sys.stderr is not None:  # a program without a console has none
        sys.stderr.write(done.stderr)
    if report is None:
        raise Error(f'armeld {verb} printed no report', 0)
    return report


def meld(workspace: PathLike, *paths: PathLike, **options: Option) -> Report:
    """Move the objects that libraries share to an archive, the workspace."""
    return run('meld', *paths, output=workspace, **options)


def verify(workspace: PathLike, *melded: PathLike,
           against: 'PathLike | Iterable[PathLike] | None' = None, **options: Option) -> Report:
    """Check that a melded set is complete and unchanged; raises Unproven if it is not.

    With against, the originals, check that the melded libraries, in the same order, link as these do.
    """
    if against is None:
        return run('verify', workspace, *melded, **options)
    return run('verify', *_list(against), '--', *melded, workspace, **{**options, 'against': True})


def restore(workspace: PathLike, *paths: PathLike, **options: Option) -> Report:
    """Put the original libraries back."""
    return run('restore', workspace, *paths, **options)


def inspect(*paths: PathLike, new: 'PathLike | Iterable[PathLike] | None' = None,
            **options: Option) -> Report:
    """What archives hold, and what melding them would save. With new, compare paths with these."""
    return run('inspect', *paths, *(() if new is None else ('--', *_list(new))), **options)


def explain(*paths: PathLike, **options: Option) -> Report:
    """Why a member is where it is (member=GLOB, symbol=NAME), or the groups of a set."""
    return run('explain', *paths, **options)


def strip(*paths: PathLike, **options: Option) -> Report:
    """Remove what no link needs."""
    return run('strip', *paths, **options)


def hide(*paths: PathLike, **options: Option) -> Report:
    """Hide all symbols except exports."""
    return run('hide', *paths, **options)


def prune(*paths: PathLike, **options: Option) -> Report:
    """Remove code and data that no export needs."""
    return run('prune', *paths, **options)


def prelink(*paths: PathLike, **options: Option) -> Report:
    """Join each library into one object with only its exports global."""
    return run('prelink', *paths, **options)


def share(workspace: PathLike, *paths: PathLike, **options: Option) -> Report:
    """Prepare a shared library of a workspace."""
    return run('share', workspace, *paths, **options)


def pkgconfig(workspace: PathLike, **options: Option) -> Report:
    """Write build files for the workspace: pkg-config, libtool, CMake, JSON."""
    return run('pkgconfig', workspace, **options)
