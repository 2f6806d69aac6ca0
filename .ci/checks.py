"Checks of the package that need no framework: python .ci/checks.py import | metadata | workflow | smoke | wheel DIST"

import importlib
import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCKED = (
    'nbdev fastcore execnb papermill IPython ipykernel ipywidgets jupyterlab matplotlib seaborn pandas scipy'.split()
)


def settings():
    p = ConfigParser(delimiters=['='], interpolation=None)
    p.read(ROOT / 'settings.ini', encoding='utf-8')
    return p['DEFAULT']


def names(*keys: str) -> set[str]:
    "Requirements that settings.ini lists under `keys`"
    return {re.match(r'[\w.-]+', o)[0].lower().replace('_', '-') for k in keys for o in settings()[k].split()}


def yaml_of(path: str):
    import yaml

    return yaml.safe_load((ROOT / path).read_text(encoding='utf-8'))


def lean_import() -> None:
    "Every module imports as if nothing of `BLOCKED` were installed; `import sdnet` alone loads no requirement"
    sys.modules |= dict.fromkeys(BLOCKED)
    sdnet = importlib.import_module('sdnet')
    assert not {'torch', 'torchvision', 'numpy', 'PIL'} & set(sys.modules), 'import sdnet alone loads a requirement'
    found = {n: getattr(sdnet, n) for n in sdnet.__all__}  # each is imported when it is asked for
    assert all(v.__name__ == n and v.__module__.startswith('sdnet.') for n, v in found.items())
    assert set(found) <= set(dir(sdnet))
    modules = sorted(p.stem for p in Path(sdnet.__file__).parent.glob('[!_]*.py'))
    assert not set(modules) & set(found), 'a module hides the name of the same spelling once it is imported'
    for m in modules:
        importlib.import_module(f'sdnet.{m}')
    assert sdnet.__version__ == importlib.metadata.version('sdnet')


def metadata() -> None:
    "One source of facts: what is installed, environment.yml, CITATION.cff and the README say what settings.ini says"
    cfg, requires = settings(), importlib.metadata.requires('sdnet')
    for extra, keys in (
        ('', ['requirements']),
        ('paper', ['paper_requirements']),
        ('dev', ['paper_requirements', 'dev_requirements']),
    ):
        mine = [r for r in requires if re.findall(r'extra == ["\'](\w+)', r) == ([extra] if extra else [])]
        assert {re.match(r'[\w.-]+', r)[0].lower() for r in mine} == names(*keys), f'extra {extra!r} is not as listed'
    assert not names('requirements') & {b.lower() for b in BLOCKED}, 'the library itself must not need these'
    assert not re.search(r'(?<![<>=!~])==', ' '.join(cfg[k] for k in cfg if k.endswith('requirements'))), 'no pins'
    about = importlib.metadata.metadata('sdnet')
    assert (about['Version'], about['Requires-Python']) == (cfg['version'], f">={cfg['min_python']}")
    env = yaml_of('environment.yml')
    assert f">={cfg['min_python']}" in env['dependencies'][0] and env['dependencies'][-1] == {'pip': ['-e .[dev]']}
    assert f"conda activate {env['name']}" in (ROOT / 'README.md').read_text(encoding='utf-8')
    assert yaml_of('CITATION.cff')['version'] == cfg['version'], 'CITATION.cff has another version'


def workflow() -> None:
    "The README's command on each kind of machine; published is the very site that `.ci/run` built and the browser read"
    jobs = {}
    for f in sorted((ROOT / '.github/workflows').glob('*.yml')):
        text = f.read_text(encoding='utf-8')
        assert not re.search(r'quarto|nbdev_docs|mkdocs|sphinx', text, re.I), f'{f.name} builds a second site'
        jobs |= yaml_of(f.relative_to(ROOT))['jobs']
    matrix = jobs['test']['strategy']['matrix']
    assert matrix['python'][0] == settings()['min_python'], 'the oldest Python is not tested'
    machines = {*matrix['os'], *(i['os'] for i in matrix['include'])}
    assert all(
        any(m.startswith(k) and m.endswith(e) for m in machines)
        for k, e in (('ubuntu', 'latest'), ('ubuntu', 'arm'), ('macos', ''))
    )
    readme = (ROOT / 'README.md').read_text(encoding='utf-8').splitlines()
    assert {s.get('run') for s in jobs['test']['steps']} & {l for l in readme if l.endswith('&& nbdev_test')}
    uploads = [
        (j, i) for j in jobs for i, s in enumerate(jobs[j]['steps']) if 'upload-pages-artifact' in s.get('uses', '')
    ]
    assert len(uploads) == 1, f'one site is uploaded, not {len(uploads)}'
    job, i = uploads[0]
    built, upload = jobs[job]['steps'][i - 1 : i + 1]  # nothing comes between
    assert (
        built['run'].startswith('bash .ci/run')
        and ' site' in built['run']
        and built['env']['CI_SITE'] == upload['with']['path']
    ), 'another folder is published'
    deploys = [j for j in jobs for s in jobs[j]['steps'] if 'deploy-pages' in s.get('uses', '')]
    assert deploys == ['publish'] and {job, 'test'} <= set(jobs['publish']['needs']), 'published before all is tested'


def smoke() -> None:
    "Every experiment has a parameters cell, and tiny parameters in targets.yaml for `sdnet run --smoke all`"
    books = {p.stem: json.loads(p.read_text(encoding='utf-8'))['cells'] for p in ROOT.glob('nbs/*.ipynb')}
    tagged = {n for n, cells in books.items() if any('parameters' in c['metadata'].get('tags', []) for c in cells)}
    numbered = {n for n in books if re.match(r'(0[7-9]|1[0-4])_', n)}
    listed = set(yaml_of('data/targets.yaml')['smoke'])
    assert numbered <= tagged == listed, (
        f'{sorted(numbered)}, with parameters {sorted(tagged)}, in targets.yaml {sorted(listed)}'
    )


TRAIN = """
import sys; sys.path[:0] = [{target!r}]; sys.path.append({ci!r})
import checks; checks.lean_import()
import numpy as np, sdnet
from sdnet.data import DeviceLoader
from sdnet.models import create_model
from sdnet.training import evaluate, fit
assert sdnet.__file__.startswith({target!r}), sdnet.__file__
r = np.random.default_rng(0)
train = DeviceLoader(r.integers(0, 256, (16, 32, 32, 3), dtype=np.uint8), np.arange(16) % 2, 8, train=True)
model = create_model('sdnet18', 2, width=8)
fit(model, train, epochs=1, progress=False)
assert evaluate(model, train)['n'] == 16
"""


def wheel(dist: str) -> None:
    "Wheel and sdist install by themselves, hold what they must, and train with the library's own requirements only"
    files = [*Path(dist).glob('*.whl'), *Path(dist).glob('*.tar.gz')]
    assert len(files) == 2, files
    for f in files:
        with tempfile.TemporaryDirectory() as d:
            pip = [sys.executable, '-m', 'pip', 'install', '-q', '--no-deps', '--target', d, str(f)]
            subprocess.run(pip, check=True)
            held = sorted(p.name for p in Path(d).iterdir())
            assert held == ['bin', 'sdnet', f"sdnet-{settings()['version']}.dist-info"], held
            assert (Path(d) / 'sdnet/py.typed').exists() and (Path(d) / 'bin/sdnet').exists(), f.name
            code = TRAIN.format(target=d, ci=str(ROOT / '.ci'))
            subprocess.run([sys.executable, '-I', '-c', code], check=True, cwd=d)


if __name__ == '__main__':
    sys.path = [p for p in sys.path if Path(p or '.').resolve() != ROOT / '.ci']
    sys.modules['checks'] = sys.modules['__main__']
    {'import': lean_import}.get(sys.argv[1], globals().get(sys.argv[1]))(*sys.argv[2:])
