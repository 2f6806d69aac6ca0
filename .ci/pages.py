"""A plugin of pytest that tests the blocks of code in texts: PYTHONPATH=.ci pytest -p pages README.md nbs/faq.ipynb

Sybil runs python and reads yaml. A shell command must be one that another test runs."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

from sybil import Sybil
from sybil.document import Document
from sybil.example import Example
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from sdnet.launch import load_targets

RUN_BY_TESTS = r"""
(pip install -e '\.\[paper\]' && )?papermill nbs/07_imagenet\.ipynb .*
pip install -e '\.\[dev\]'( && (nbdev_test|pre-commit install))?
nbdev_test( --n_workers 1 --path nbs/\S+)?
nbdev_export|nbdev_clean|ruff .*|python \.ci/readme\.py|pre-commit .*
papermill nbs/08_cifar\.ipynb .* -p n_procs \d+
torchrun --standalone .* 'papermill nbs/08_cifar\.ipynb .*'
sdnet run --smoke \S+|sdnet resize \S+ \S+
bash \.ci/run.*|python \.ci/site\.py|jupyter lab nbs
"""
RUN_BY_NONE = r"""
conda env create .*
srun torchrun .*
"""  # the workflow has conda; there is no Slurm


class Words(Document):
    "The text of a notebook: its cells are run by nbdev_test"

    def __init__(self, text: str, path: str):
        cells = json.loads(text)['cells']
        super().__init__('\n\n'.join(''.join(c['source']) for c in cells if c['cell_type'] == 'markdown'), path)


def shell(example: Example) -> None:
    known = '|'.join(f'({l})' for l in (RUN_BY_TESTS + RUN_BY_NONE).split('\n') if l)
    for line in example.parsed.replace('\\\n', ' ').splitlines():
        command = re.sub(r'(^|\s+)#\s.*', '', line).strip()
        if re.match(r'sdnet (status|run (?!--))', command):  # a run takes hours: `status` knows the same rows
            subprocess.run(command.replace(' run ', ' status '), shell=True, check=True)
        else:
            assert not command or re.fullmatch(known, command), f'no test runs: {command}'


def targets(example: Example) -> None:
    with tempfile.TemporaryDirectory() as d:
        (Path(d) / 'targets.yaml').write_text('targets:\n' + example.parsed, encoding='utf-8')
        load_targets(Path(d) / 'targets.yaml')


pytest_collect_file = Sybil(
    [
        *(CodeBlockParser(name, shell) for name in ('sh', 'bash', 'shell', 'console')),
        CodeBlockParser('yaml', targets),
        PythonCodeBlockParser(),
    ],
    path=str(Path(__file__).resolve().parent.parent),
    patterns=['*.md', '*.ipynb'],
    document_types={'.ipynb': Words},
).pytest()
