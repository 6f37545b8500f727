# -*- Mode: Python -*- vi:si:et:sw=4:sts=4:ts=4:syntax=python
# SPDX-License-Identifier: MIT
"""
armeld in place of dragonfire and of Prelink in cerbero's gst-plugins-rs.recipe (cerbero of August 2026).

In cerbero/bootstrap/build_tools.py, where the list of build tools gets 'dragonfire':

    self.BUILD_TOOLS.append('armeld')

and recipes/build-tools/armeld.recipe is the file beside this one.

In gst-plugins-rs.recipe:

1. Put the class below before Recipe, and let Recipe inherit from it:

    class Recipe(MeldsPlugins, recipe.Recipe):

   install() calls `super(recipe.Recipe, self).install()`: that stays as it is.

2. In install(), the loop that moves the plugins' .pc files only moves them. Delete what changes their text:
   the two re.sub() that cut '-lwindows...' and '-lwinapi_', and the lines that inject `Requires.private:
   gstrsworkspace`. armeld does all of this.

3. In install(), replace all that follows `if self.requires_melding():` at the end (the libs with
   /FORCE:UNRESOLVED, PkgConfigWriter, the call of dragonfire, the removal of .bak files) and what follows the
   `elif` for macOS (Prelink, patch_pkgconfig()) by

        if self.requires_melding():
            await self.meld_plugins()
        elif self.config.target_platform == Platform.DARWIN and \
            self.config.target_subsystem == Subsystem.MACOS:
            await self.prelink_plugins()

   and delete the imports of PkgConfigWriter and Prelink. No .pc file gets -no_compact_unwind: prelinked
   libraries have one personality routine together, however many there are.

What stays: requires_melding(), workspace_lib and the two entries of files_devel in prepare() (the workspace and its
.pc; a sidecar is not among them, nor is one written), skip_pdb_files, symbolication_patterns. The build profile may
stay as it is; lto=false is what melding wants.
"""
import os
from pathlib import Path


class MeldsPlugins:
    # what std and the crates need of Windows; of other systems the plugins' .pc files tell
    windows_libs = '-lws2_32 -lntdll -lsecur32 -lcrypt32 -lncrypt -luserenv'

    def _armeld(self):
        return os.path.join(self.config.build_tools_prefix, 'bin', 'armeld')

    def _plugin_archives(self):
        """The archives as paths below the prefix, whether or not this build made each of them."""
        return [f for f in self.files_list_by_category(self.DEVEL_CAT, only_existing=False)
                if f.endswith('.a') and 'gstrsworkspace' not in f]

    async def meld_plugins(self):
        libdir = Path(self.config.rel_libdir)
        if self.config.target_platform == Platform.WINDOWS:
            flavour = 'coff'
        elif Platform.is_apple(self.config.target_platform):
            flavour = 'darwin'
        else:
            flavour = 'gnu'
        command = [
            self._armeld(),
            '-o', str(libdir / self.workspace_lib.name),
            '-f', flavour,
            '--no-sidecar',
            # the workspace's own .pc goes to the first, so that nobody takes it for a plugin
            '--pc-dir', str(libdir / 'pkgconfig'),
            '--pc-dir', str(libdir / 'gstreamer-1.0' / 'pkgconfig'),
        ]
        if self.config.target_platform == Platform.WINDOWS:
            command += ['--libs', self.windows_libs]
        self.workspace_lib.unlink(missing_ok=True)
        await shell.async_call(
            [*command, *self._plugin_archives()], cmd_dir=self.config.prefix, logfile=self.logfile, env=self.env
        )

    async def prelink_plugins(self):
        await shell.async_call(
            [self._armeld(), 'prelink', '--no-sidecar', '--export', '_gst_plugin_*', *self._plugin_archives()],
            cmd_dir=self.config.prefix, logfile=self.logfile, env=self.env
        )
