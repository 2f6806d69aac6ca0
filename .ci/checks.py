"Checks of the package that need no framework: python .ci/checks.py import | metadata | wheel DIST"
import importlib.abc, subprocess, sys, tempfile
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEV_ONLY = ('nbdev', 'fastcore', 'execnb', 'papermill', 'matplotlib', 'seaborn', 'pandas', 'IPython', 'skimage', 'sklearn', 'ipykernel', 'jupyterlab')

def settings():
    p = ConfigParser(delimiters=['='], interpolation=None)
    p.read(ROOT/'settings.ini', encoding='utf-8')
    return p['DEFAULT']

def check_import():
    import sdnet, sdnet.models
    assert sdnet.__version__ == settings()['version'], (sdnet.__version__, settings()['version'])

def check_metadata():
    import re, yaml
    cfg = settings()
    env = yaml.safe_load((ROOT/'environment.yml').read_text())
    assert env['name'] == cfg['lib_name']
    pip = next(d['pip'] for d in env['dependencies'] if isinstance(d, dict))
    assert pip == ['-e .[dev]'], f"environment.yml must install the extra `dev`, whose list is in settings.ini; got {pip}"
    python = next(d for d in env['dependencies'] if isinstance(d, str) and d.startswith('python'))
    assert f">={cfg['min_python']}" in python, (python, cfg['min_python'])
    names = lambda key: {re.split(r'[<>=!~]', o)[0].lower() for o in cfg[key].split()}
    assert not names('requirements') & {d.lower() for d in DEV_ONLY}, 'the library itself must not need these'
    import importlib.metadata as md
    have = {re.split(r'[ ;<>=!~(\[]', r)[0].lower() for r in md.requires('sdnet') or ()}
    assert have == names('requirements') | names('paper_requirements') | names('dev_requirements'), have
    flows = {f.name: yaml.safe_load(f.read_text()) for f in (ROOT/'.github'/'workflows').glob('*.yml')}
    assert set(flows) == {'test.yml', 'docs.yml'}, set(flows)
    test = next(iter(flows['test.yml']['jobs'].values()))
    assert test['strategy']['matrix']['python'][0] == cfg['min_python']
    readme = (ROOT/'README.md').read_text()
    command = "pip install -e '.[dev]' && nbdev_test"
    assert command in readme and any(command in str(s.get('run')) for s in test['steps']), 'README and workflow must run the same test command'

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in DEV_ONLY: raise ImportError(f'{name} is blocked: the library must not need it')

def check_wheel(dist):
    whl, = Path(dist).glob('*.whl'); sdist, = Path(dist).glob('*.tar.gz')
    with tempfile.TemporaryDirectory() as d:
        for f in (whl, sdist):
            target = Path(d)/f.name.split('.tar')[0].replace('.whl', '')
            subprocess.run([sys.executable, '-m', 'pip', 'install', '-q', '--no-deps', '--target', str(target), str(f)], check=True)
            code = (f"import sys; sys.path.insert(0, {str(target)!r}); sys.path.append({str(ROOT/'.ci')!r}); import checks; sys.meta_path.insert(0, checks.Block())\n"
                    "import sdnet, sdnet.csc, sdnet.layers, sdnet.models, sdnet.data, sdnet.training, sdnet.runs, torch\n"
                    f"assert sdnet.__file__.startswith({str(target)!r}), sdnet.__file__\n"
                    "from sdnet.models import create_model\nfrom sdnet.training import fit, evaluate\nfrom sdnet.data import DeviceLoader\n"
                    "import numpy as np; r = np.random.default_rng(0); dl = DeviceLoader(r.integers(0, 256, (16, 32, 32, 3), dtype=np.uint8), np.arange(16) % 2, 8, train=True)\n"
                    "m = create_model('sdnet18', 2, width=4); fit(m, dl, epochs=1, progress=False); assert evaluate(m, dl)['n'] == 16")
            subprocess.run([sys.executable, '-I', '-c', code], check=True, cwd=d)
            assert (target/'sdnet'/'py.typed').exists(), f'{f.name} has no py.typed'

if __name__ == '__main__':
    dict({'import': check_import, 'metadata': check_metadata, 'wheel': check_wheel})[sys.argv[1]](*sys.argv[2:])
