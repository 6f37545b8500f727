#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Stands for cerbero.

recipe.py PREFIX PLATFORM ARCHIVES   installs gst-plugins-rs.recipe into a prefix, with what cargo-c would have
                                     built: ARCHIVES/libgsta.a and so on, or ARCHIVES/gsta.lib
recipe.py --recipe FILE HEADER       reads the recipe of armeld itself
"""
import asyncio
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path


class Names:
    """Any attribute is its own name: License.MIT, BuildType.MAKEFILE."""

    def __getattr__(self, name):
        return name


class Platform:
    LINUX = "linux"
    WINDOWS = "windows"
    DARWIN = "darwin"
    IOS = "ios"

    def is_apple(platform):
        return platform in (Platform.DARWIN, Platform.IOS)


class Subsystem:
    MACOS = "macos"


class Shell:
    @staticmethod
    async def async_call(cmd, cmd_dir=".", fail=True, logfile=None, cpu_bound=True, env=None):
        process = await asyncio.create_subprocess_exec(*map(str, cmd), cwd=cmd_dir, env=env)
        if await process.wait() != 0 and fail:
            raise SystemExit(f"failed: {cmd}")


class CargoC:
    """What builds and installs: each plugin's archive beside the others, its .pc in lib/pkgconfig."""

    async def install(self):
        plugins = Path(self.config.libdir, "gstreamer-1.0")
        os.makedirs(plugins / "pkgconfig", exist_ok=True)
        os.makedirs(Path(self.config.libdir, "pkgconfig"), exist_ok=True)
        for archive in sorted(Path(self.archives).iterdir()):
            shutil.copy(archive, plugins)
        private = "-lm"
        if self.config.target_platform == Platform.WINDOWS:
            private = "-lwindows.0.53.0 -lwinapi_kernel32 -lws2_32 -lwindows0.52"
        for name in "abc":
            Path(self.config.libdir, "pkgconfig", f"gst{name}.pc").write_text(
                f"prefix={self.config.prefix}\nexec_prefix=${{prefix}}\nlibdir=${{exec_prefix}}/lib/gstreamer-1.0\n\n"
                f"Name: gst{name}\nDescription: a plugin\nVersion: 0.16.0\nLibs: -L${{libdir}} -lgst{name}\n"
                f"Cflags:\nLibs.private: {private}\nRequires.private:\n", encoding="utf-8")


class BaseRecipe(CargoC):
    DEVEL_CAT = "devel"

    def __init__(self, prefix, platform, archives):
        self.config = types.SimpleNamespace(
            prefix=prefix, libdir=os.path.join(prefix, "lib"), rel_libdir="lib", target_platform=platform,
            target_subsystem=Subsystem.MACOS, build_tools_prefix=os.environ["TOOLS"],
            variants=types.SimpleNamespace(visualstudio=platform == Platform.WINDOWS))
        self.env = dict(os.environ)
        self.logfile = None
        self.archives = archives
        self.files_devel = []

    def files_list_by_category(self, category, only_existing=True):
        assert category == self.DEVEL_CAT
        return sorted(f for f in self.files_devel if not only_existing or os.path.exists(os.path.join(self.config.prefix, f)))

    def post_install(self):
        """All .pc files are made such that the prefix can be moved."""
        for f in self.files_list_by_category(self.DEVEL_CAT):
            if f.endswith(".pc"):
                path = Path(self.config.prefix, f)
                up = "/".join([".."] * (len(Path(f).parts) - 1))
                path.write_text("\n".join(f"prefix=${{pcfiledir}}/{up}" if line.startswith("prefix=") else line
                                          for line in path.read_text(encoding="utf-8").split("\n")), encoding="utf-8")


class GStreamerRecipe(BaseRecipe):
    """cerbero's recipe.Recipe: gst-plugins-rs passes over it with super(recipe.Recipe, self)."""

    async def install(self):
        raise AssertionError


def install(prefix, platform, archives):
    scope = {"Platform": Platform, "Subsystem": Subsystem, "shell": Shell, "__name__": "recipe",
             "recipe": types.SimpleNamespace(Recipe=GStreamerRecipe)}
    for path in ("share/cerbero/gst_plugins_rs.py", "test/cerbero/gst-plugins-rs.recipe"):
        with open(path, encoding="utf-8") as file:
            exec(compile(file.read(), path, "exec"), scope)
    made = scope["Recipe"](prefix, platform, archives)
    made.prepare()
    asyncio.run(made.install())
    made.post_install()
    for f in made.files_list_by_category(made.DEVEL_CAT, only_existing=False):
        if not f.endswith(".la"):  # made afterwards, for Android alone
            assert os.path.exists(os.path.join(prefix, f)), f
            print(f)


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
    install(*sys.argv[1:])
