# SPDX-License-Identifier: MIT
"""module.py FOLDER - the Python module, with the libraries in FOLDER."""
import os
import pathlib
import pickle
import shutil
import sys
import tempfile

import armeld


def libraries(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob('*.a'))}


def raised(kind, status, what, *arguments, **options):
    try:
        what(*arguments, **options)
    except armeld.Error as error:
        assert type(error) is kind and error.status == status, (error, error.status)
        assert error.message and str(error) == error.message
        return error
    raise AssertionError(f'{kind.__name__} is not raised')


def main():
    source = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made, 'a folder')
        shutil.copytree(source, folder)
        before = libraries(folder)
        assert len(before) > 2
        workspace = folder / 'libw.a'

        report = armeld.meld(workspace, folder, dry_run=True)
        assert report.dry_run and libraries(folder) == before
        report = armeld.meld(workspace, folder, min_sharers=2, keep=['nothing*', 'none?'], root=None)
        assert report.schema == 'armeld/meld/1' and report['schema'] == report.schema
        assert report.workspace.members > 0 and report.totals.bytes < report.totals.bytes_before
        assert [pathlib.Path(one.path).name for one in report.libraries] == list(before)
        assert sorted(report) == sorted(dict(report)) and len(report) > 5
        assert not hasattr(report, 'nothing') and not hasattr(report, '_repr')
        assert armeld.verify(workspace).status == 'intact'
        assert armeld.inspect(folder).schema.startswith('armeld/inspect/')
        assert armeld.explain('libw.a', cwd=folder).schema.startswith('armeld/explain')
        raised(armeld.Usage, 2, armeld.meld, workspace, folder, nothing=True)
        kept = sorted(source.absolute().glob('*.a'))
        melded = [folder / path.name for path in kept]
        assert armeld.verify(workspace, *melded, against=kept).status == 'intact'
        report = armeld.inspect(*kept, new=[*melded, workspace], by='crate')
        assert report.schema == 'armeld/compare/1' and len(report.rows) > 0
        assert armeld.inspect(kept[0], new=kept[0]).schema == 'armeld/compare/1'
        grown = raised(armeld.Unproven, 3, armeld.inspect, melded[0], new=kept, fail_above=1)
        assert pickle.loads(pickle.dumps(grown)).message == grown.message
        assert pickle.loads(pickle.dumps(grown)).status == 3
        error = raised(armeld.Failed, 1, armeld.meld, workspace, folder / 'not there')
        assert 'not there' in error.message and error.report is None

        whole = workspace.read_bytes()
        workspace.write_bytes(whole[:-1] + b'?')
        error = raised(armeld.Unproven, 3, armeld.verify, workspace)
        assert error.report.status == 'broken' and error.report.findings[0].path.endswith('libw.a')
        workspace.write_bytes(whole)
        armeld.restore(workspace)
        assert libraries(folder) == before and not workspace.exists()

        for name in ('@liba.a', '-liba.a', 'übung.a', os.fsencode('b.a')):
            odd = folder / os.fsdecode(name)
            shutil.copy(kept[0], odd)
            report = armeld.inspect(name, cwd=folder)
            assert report.total.bytes == odd.stat().st_size, name
            assert armeld.inspect(pathlib.Path(os.fsdecode(name)), cwd=folder) == report
            odd.unlink()
        armeld.strip(kept[0], output_dir=os.fsencode(folder / 'out'))
        assert (folder / 'out' / kept[0].name).exists()
        shutil.rmtree(folder / 'out')
        errors, sys.stderr = sys.stderr, None
        armeld.inspect(kept[0])
        sys.stderr = errors

        one = folder / next(iter(before))
        armeld.strip(one, bitcode=True, locals=True)
        armeld.restore(one)
        assert libraries(folder) == before

        shutil.copy(armeld.program(), folder / 'prog')
        here = os.getcwd()
        os.chdir(folder)
        os.environ['ARMELD'] = os.path.join(os.curdir, 'prog')
        (folder / 'sub').mkdir()
        assert armeld.inspect(kept[0], cwd='sub').total.bytes > 0
        os.chdir(here)
        os.environ['ARMELD'] = 'named'
        assert armeld.program() == 'named'
    print('the module works')


main()
