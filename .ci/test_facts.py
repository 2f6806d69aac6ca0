"What is said in several places agrees; what is published is what was tested: pytest .ci/test_facts.py"

import re
from configparser import ConfigParser
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
settings = ConfigParser(delimiters=['='], interpolation=None)
settings.read(ROOT / 'settings.ini', encoding='utf-8')
cfg = settings['DEFAULT']
readme = (ROOT / 'README.md').read_text(encoding='utf-8')


def test_one_source():
    env, cite = (yaml.safe_load((ROOT / f).read_text(encoding='utf-8')) for f in ('environment.yml', 'CITATION.cff'))
    assert f'>={cfg["min_python"]}' in env['dependencies'][0] and env['dependencies'][-1] == {'pip': ['-e .[dev]']}
    assert f'conda activate {env["name"]}' in readme
    assert cite['version'] == cfg['version']


def test_workflow():
    "Every kind of machine runs the README's command; the very site that `.ci/run` checked is published, after all else"
    jobs = yaml.safe_load((ROOT / '.github/workflows/test.yml').read_text(encoding='utf-8'))['jobs']
    matrix = jobs['test']['strategy']['matrix']
    assert matrix['python'][0] == cfg['min_python']
    assert re.search('ubuntu-latest.*arm.*macos', ' '.join(matrix['os'] + [m['os'] for m in matrix['include']]))
    assert jobs['test']['steps'][-1]['run'] in readme.splitlines()
    *_, built, upload = jobs['everything']['steps']
    assert built['run'].startswith('bash .ci/run') and ' site' in built['run']
    assert 'upload-pages-artifact' in upload['uses'] and upload['with']['path'] == built['env']['CI_SITE']
    assert {*jobs['publish']['needs']} == {*jobs} - {'publish'}
    assert {j for j in jobs if re.search('pages-artifact|deploy-pages', str(jobs[j]))} == {'everything', 'publish'}
