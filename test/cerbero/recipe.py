#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stands for cerbero: runs share/cerbero/gst_plugins_rs.py on a prefix, or reads a recipe."""
import enum
import os
import subprocess
import sys
import types


class Names:
    """Any attribute is its own name: License.MIT, BuildType.MAKEFILE."""

    def __getattr__(self, name):
        return name


class Platform(enum.Enum):
    LINUX = "linux"
    WINDOWS = "windows"
    DARWIN = "darwin"
    IOS = "ios"


class Shell:
    @staticmethod
    def new_call(command, cmd_dir=None, logfile=None, env=None):
        subprocess.run(command, cwd=cmd_dir, env=env, check=True)


def run_lines(prefix, platform):
    scope = {"Platform": Platform, "shell": Shell, "__name__": "recipe"}
    with open("share/cerbero/gst_plugins_rs.py", encoding="utf-8") as file:
        exec(compile(file.read(), file.name, "exec"), scope)

    class Recipe(scope["MeldsPlugins"]):
        config = types.SimpleNamespace(prefix=prefix, libdir=os.path.join(prefix, "lib"), target_platform=Platform(platform))
        env = dict(os.environ)
        logfile = None

        def devel_files_list(self, only_existing):
            files = [f"lib/gstreamer-1.0/libgst{letter}{end}" for letter in "abc" for end in (".a", ".la")]
            return [file for file in files if os.path.exists(os.path.join(prefix, file))] + ["lib/libgstrsworkspace.a"]

    Recipe().meld_plugins()


def read_recipe(path, header):
    recipe = types.SimpleNamespace(Recipe=object)
    scope = {"recipe": recipe, "SourceType": Names(), "License": Names(), "BuildType": Names()}
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), scope)
    made = scope["Recipe"]()
    made.config = types.SimpleNamespace(build_tools_prefix="/tools")
    made.prepare()
    with open(header, encoding="utf-8") as file:
        assert f'#define ARMELD_VERSION "{made.version}"' in file.read(), made.version
    assert os.path.exists(made.licenses[0]["MIT"][0])
    targets = subprocess.run(["make", "-n", *made.make_install[1:], "DESTDIR=/nowhere"], capture_output=True, text=True, check=True)
    assert "/nowhere/tools/bin" in targets.stdout
    assert made.files_bins == ["armeld"]


if sys.argv[1] == "--recipe":
    read_recipe(*sys.argv[2:])
else:
    run_lines(*sys.argv[1:])
