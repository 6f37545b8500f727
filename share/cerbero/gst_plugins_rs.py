# -*- Mode: Python -*- vi:si:et:sw=4:sts=4:ts=4:syntax=python
# SPDX-License-Identifier: MIT
"""
What replaces dragonfire in gst-plugins-rs.recipe: put this class beside Recipe, let Recipe inherit from
it, and call meld_plugins() at the end of post_install().

The command line is dragonfire's, and four options more: armeld writes the workspace's .pc and .la, and
names it in those of the plugins, so the recipe writes none of them by hand. The workspace is in lib/, not
among the plugins, and so is its .pc: nobody takes it for a plugin. /FORCE:UNRESOLVED is not needed.

Add to the recipe:
    deps: 'armeld' among the build tools, instead of 'dragonfire'
    files_devel: '%(libdir)s/libgstrsworkspace.a', '%(libdir)s/libgstrsworkspace.la',
                 '%(libdir)s/libgstrsworkspace.a.armeld', '%(libdir)s/pkgconfig/gstrsworkspace.pc'
"""
import os
import shutil
from pathlib import Path


class MeldsPlugins:
    workspace = 'libgstrsworkspace.a'

    # what std and the crates need of Windows; of other systems the plugins' .pc files tell
    windows_libs = '-lws2_32 -lntdll -lsecur32 -lcrypt32 -lncrypt -luserenv'

    def meld_flavour(self):
        if self.config.target_platform in (Platform.DARWIN, Platform.IOS):
            return 'darwin'
        return 'coff' if self.config.target_platform == Platform.WINDOWS else 'gnu'

    def meld_plugins(self):
        prefix = Path(self.config.prefix)
        libdir = Path(self.config.libdir).relative_to(prefix)
        plugins = [f for f in self.devel_files_list(only_existing=True)
                   if f.endswith('.a') and os.path.basename(f) != self.workspace]
        # one a line: more paths than a command line of Windows holds
        arguments = prefix / 'armeld-plugins.txt'
        arguments.write_text('\n'.join(plugins) + '\n', encoding='utf-8')
        command = [
            shutil.which('armeld', path=self.env.get('PATH')) or 'armeld',
            '-o', str(libdir / self.workspace),
            '-f', self.meld_flavour(),
            '--pc-dir', str(libdir / 'pkgconfig'),
            '--pc-dir', str(libdir / 'gstreamer-1.0' / 'pkgconfig'),
            '--la',
            f'@{arguments.name}',
        ]
        if self.config.target_platform == Platform.WINDOWS:
            command += ['--libs', self.windows_libs]
        try:
            shell.new_call(command, cmd_dir=str(prefix), logfile=self.logfile, env=self.env)
        finally:
            arguments.unlink()
