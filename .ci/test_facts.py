"What is said in several places agrees; what is published is what was tested: pytest .ci/test_facts.py"

import ast
import json
import re
from configparser import ConfigParser
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
settings = ConfigParser(delimiters=['='], interpolation=None)
settings.read(ROOT / 'settings.ini', encoding='utf-8')
cfg = settings['DEFAULT']


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding='utf-8')


def test_one_source():
    env = yaml.safe_load(read('environment.yml'))
    assert f">={cfg['min_python']}" in env['dependencies'][0] and env['dependencies'][-1] == {'pip': ['-e .[dev]']}
    assert f"conda activate {env['name']}" in read('README.md')
    assert yaml.safe_load(read('CITATION.cff'))['version'] == cfg['version']
    assert not re.search(r'(?<![<>=!~])==', ' '.join(cfg[k] for k in cfg if k.endswith('requirements'))), 'no pins'


def test_experiments():
    "Each refuses a misspelt -p: `check_parameters` is tested in nbs/00d_parameters.ipynb"
    books = {p.name: p.read_text(encoding='utf-8') for p in ROOT.glob('nbs/*.ipynb')}
    assert not [n for n, text in books.items() if '"parameters"' in text and 'check_parameters(globals())' not in text]


def mixed(source: str) -> bool:
    "Whether a cell imports and does other things: nbdev runs it for the docs, where the cells before it were not run"
    if re.search(r'^#\| *(export|nbflags|eval: *false)', source, flags=re.M) or 'nbdev_export' in source:
        return False
    kinds = {type(node) for node in ast.parse(re.sub(r'(?m)^\s*[%!]', '#', source)).body}
    imports = {ast.Import, ast.ImportFrom}
    return bool(kinds & imports and kinds - imports)


def test_cells():
    "nbdev makes the docs of a page that exports without an error"
    wrong = []
    for p in ROOT.glob('nbs/*.ipynb'):
        cells = [c for c in json.loads(p.read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'code']
        sources = [''.join(c['source']) for c in cells]
        if any('#| export' in s for s in sources):
            wrong += [(p.name, c['id']) for c, s in zip(cells, sources) if mixed(s)]
    assert not wrong, 'these cells import and do other things: make two of each'
    assert mixed('import os\nos.getcwd()') and not mixed('import os\nimport re')


def test_workflow():
    "Every kind of machine runs the README's command; the very site that `.ci/run` checked is published, after all else"
    jobs = yaml.safe_load(read('.github/workflows/test.yml'))['jobs']
    matrix = jobs['test']['strategy']['matrix']
    machines = ' '.join(matrix['os'] + [m['os'] for m in matrix['include']])
    assert matrix['python'][0] == cfg['min_python'] and re.search('ubuntu-latest.*arm.*macos', machines)
    assert jobs['test']['steps'][-1]['run'] in read('README.md').splitlines()
    *_, built, upload = jobs['everything']['steps']
    assert built['run'].startswith('bash .ci/run') and ' site' in built['run']
    assert 'upload-pages-artifact' in upload['uses'] and upload['with']['path'] == built['env']['CI_SITE']
    assert {*jobs['publish']['needs']} == {*jobs} - {'publish'}
    assert [j for j in jobs if 'pages-artifact' in str(jobs[j]) or 'deploy-pages' in str(jobs[j])] == [
        'everything',
        'publish',
    ]
