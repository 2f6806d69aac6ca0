"What is said in several places agrees; what is published is what was tested: pytest .ci/test_facts.py"

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
