"Checks of the package that need no framework: python .ci/checks.py import | metadata | smoke | wheel DIST"

import importlib
import json
import re
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCKED = (
    'nbdev',
    'fastcore',
    'execnb',
    'papermill',
    'IPython',
    'ipykernel',
    'ipywidgets',
    'jupyterlab',
    'matplotlib',
    'seaborn',
    'pandas',
    'scipy',
)
MODULES = sorted(p.stem for p in (ROOT / 'sdnet').glob('[!_]*.py'))


def settings():
    p = ConfigParser(delimiters=['='], interpolation=None)
    p.read(ROOT / 'settings.ini', encoding='utf-8')
    return p['DEFAULT']


def name_of(requirement):
    return re.match(r'[\w.-]+', requirement)[0].lower().replace('_', '-')


def names(*keys):
    return {name_of(o) for k in keys for o in settings()[k].split()}


class Without:
    "A finder that does not see what the library must not need"

    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        return None if name.split('.')[0] in BLOCKED else self.finder.find_spec(name, path, target)


def hide():
    "As if nothing of `BLOCKED` were installed"
    assert not {m.split('.')[0] for m in sys.modules} & set(BLOCKED)
    sys.meta_path[:] = map(Without, sys.meta_path)


def check_import():
    "Every module imports where nothing of the extras can be, and says the version of settings.ini"
    hide()
    sdnet = importlib.import_module('sdnet')
    assert not [m for m in ('torch', 'torchvision', 'numpy', 'PIL') if m in sys.modules], (
        'import sdnet alone must load none of its requirements'
    )
    found = {n: getattr(sdnet, n) for n in sdnet.__all__}  # each is imported when it is asked for
    assert all(v.__name__ == n and v.__module__.startswith('sdnet.') for n, v in found.items()) and set(found) <= set(
        dir(sdnet)
    )
    for m in MODULES:
        importlib.import_module(f'sdnet.{m}')
    assert sdnet.__version__ == settings()['version']
    print('imported', *MODULES)


def check_metadata():
    "One source of facts: what is installed, environment.yml, the README and the workflows say what settings.ini says"
    import importlib.metadata as md
    import yaml

    cfg = settings()
    requires = md.requires('sdnet') or []
    extra = lambda r: re.findall(r'''extra == ["'](\w+)["']''', r)
    for key, keys in dict(paper=['paper_requirements'], dev=['paper_requirements', 'dev_requirements']).items():
        assert {name_of(r) for r in requires if key in extra(r)} == names(*keys), (
            f'extra {key} is not what settings.ini lists'
        )
    assert {name_of(r) for r in requires if not extra(r)} == names('requirements'), (
        'requirements are not what settings.ini lists'
    )
    assert not names('requirements') & {b.lower() for b in BLOCKED}, 'the library itself must not need these'
    assert not re.search(r'(?<![<>=!~])==', ' '.join(cfg[k] for k in cfg if k.endswith('requirements'))), (
        'ranges, not pins'
    )
    assert md.version('sdnet') == cfg['version'] and md.metadata('sdnet')['Requires-Python'] == f">={cfg['min_python']}"

    env = yaml.safe_load((ROOT / 'environment.yml').read_text(encoding='utf-8'))
    python = next(d for d in env['dependencies'] if isinstance(d, str) and d.startswith('python'))
    pip = next(d['pip'] for d in env['dependencies'] if isinstance(d, dict))
    assert env['name'] == cfg['lib_name'] and f">={cfg['min_python']}" in python, (env['name'], python)
    assert pip == ['-e .[dev]'], (
        f'environment.yml must install the extra dev, whose list is in settings.ini, and nothing besides: {pip}'
    )

    flows = {
        f.name: yaml.safe_load(f.read_text(encoding='utf-8')) for f in (ROOT / '.github' / 'workflows').glob('*.yml')
    }
    test = flows['test.yml']['jobs']['test']
    assert test['strategy']['matrix']['python'][0] == cfg['min_python']
    assert yaml.safe_load((ROOT / 'CITATION.cff').read_text(encoding='utf-8'))['version'] == cfg['version'], (
        'CITATION.cff has another version'
    )
    readme = (ROOT / 'README.md').read_text(encoding='utf-8')
    command = next(l for l in readme.splitlines() if l.endswith('&& nbdev_test'))
    assert any(s.get('run') == command for s in test['steps']), (
        f'test.yml must run the command of the README: {command}'
    )
    assert any(s.get('run') == 'nbdev_docs' for s in flows['docs.yml']['jobs']['docs']['steps'])
    assert f"conda activate {env['name']}" in readme


def check_smoke():
    "Every experiment has a parameters cell, and tiny parameters in targets.yaml, with which `sdnet run --smoke all` runs it"
    import yaml

    tagged = {
        p.stem
        for p in (ROOT / 'nbs').glob('*.ipynb')
        if any(
            'parameters' in c['metadata'].get('tags', []) for c in json.loads(p.read_text(encoding='utf-8'))['cells']
        )
    }
    numbered = {p.stem for p in (ROOT / 'nbs').glob('*.ipynb') if re.match(r'(0[7-9]|1[0-4])', p.stem)}
    listed = set(yaml.safe_load((ROOT / 'data' / 'targets.yaml').read_text(encoding='utf-8'))['smoke'])
    assert tagged == numbered == listed, (
        f'parameters cells: {sorted(tagged)}, experiments: {sorted(numbered)}, smoke parameters: {sorted(listed)}'
    )


USE = """
import sys; sys.path.insert(0, {target!r}); sys.path.append({ci!r})
import checks; checks.hide()
import importlib, sdnet
for m in {modules!r}: importlib.import_module('sdnet.' + m)
assert sdnet.__file__.startswith({target!r}), sdnet.__file__
import numpy as np
from sdnet.data import DeviceLoader
from sdnet.models import create_model
from sdnet.training import evaluate, fit
r = np.random.default_rng(0)
train = DeviceLoader(r.integers(0, 256, (16, 32, 32, 3), dtype=np.uint8), np.arange(16) % 2, 8, train=True)
model = create_model('sdnet18', 2, width=8)
fit(model, train, epochs=1, progress=False)
assert evaluate(model, train)['n'] == 16
"""


def check_wheel(dist):
    "The wheel and the sdist install by themselves, carry what they must, and train with the library's own requirements only"
    files = [*Path(dist).glob('*.whl'), *Path(dist).glob('*.tar.gz')]
    assert len(files) == 2, files
    for f in files:
        with tempfile.TemporaryDirectory() as target:
            subprocess.run(
                [sys.executable, '-m', 'pip', 'install', '-q', '--no-deps', '--target', target, str(f)], check=True
            )
            assert (Path(target) / 'sdnet' / 'py.typed').exists(), f'{f.name} has no py.typed'
            assert {p.name for p in Path(target).iterdir()} - {'bin'} == {
                'sdnet',
                f"sdnet-{settings()['version']}.dist-info",
            }, sorted(Path(target).iterdir())
            assert not settings().get('console_scripts') or [p.name for p in (Path(target) / 'bin').iterdir()] == [
                o.partition('=')[0] for o in settings()['console_scripts'].split()
            ]
            subprocess.run(
                [sys.executable, '-I', '-c', USE.format(target=target, ci=str(ROOT / '.ci'), modules=MODULES)],
                check=True,
                cwd=target,
            )


if __name__ == '__main__':
    sys.path = [p for p in sys.path if Path(p or '.').resolve() != ROOT / '.ci']
    dict(import_=check_import, metadata=check_metadata, smoke=check_smoke, wheel=check_wheel)[
        {'import': 'import_'}.get(sys.argv[1], sys.argv[1])
    ](*sys.argv[2:])
