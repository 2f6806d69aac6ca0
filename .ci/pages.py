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

KNOWN = r"""
(pip install -e '\.\[paper\]' && )?papermill nbs/07_imagenet\.ipynb .*
pip install -e '\.\[dev\]'( && (nbdev_test|pre-commit install))?|nbdev_test( --n_workers 1 --path nbs/\S+)?
nbdev_export|nbdev_clean|ruff .*|python \.ci/(readme|build_site)\.py|pre-commit .*|bash \.ci/run.*|jupyter lab nbs
papermill nbs/08_cifar\.ipynb .* -p n_procs \d+|torchrun --standalone .* 'papermill nbs/08_cifar\.ipynb .*'
sdnet run --smoke \S+|sdnet resize \S+ \S+
conda env create .*|srun torchrun .*
"""  # of the last line, the workflow tests conda; nothing has Slurm


class Words(Document):
    "The text of a notebook: its cells are run by nbdev_test"

    def __init__(self, text: str, path: str):
        cells = json.loads(text)['cells']
        super().__init__('\n\n'.join(''.join(c['source']) for c in cells if c['cell_type'] == 'markdown'), path)


def shell(example: Example) -> None:
    for line in example.parsed.replace('\\\n', ' ').splitlines():
        command = re.sub(r'(^|\s+)#\s.*', '', line).strip()
        if re.match(r'sdnet (status|run (?!--))', command):  # a run takes hours: `status` knows the same rows
            subprocess.run(command.replace(' run ', ' status '), shell=True, check=True)
        else:
            assert not command or re.fullmatch(KNOWN.strip().replace('\n', '|'), command), f'no test runs: {command}'


def targets(example: Example) -> None:
    with tempfile.TemporaryDirectory() as d:
        (Path(d) / 'targets.yaml').write_text('targets:\n' + example.parsed, encoding='utf-8')
        load_targets(Path(d) / 'targets.yaml')


parsers = [CodeBlockParser(name, shell) for name in ('sh', 'bash', 'shell', 'console')]
pytest_collect_file = Sybil(
    [*parsers, CodeBlockParser('yaml', targets), PythonCodeBlockParser()],
    path=str(Path(__file__).resolve().parent.parent),
    patterns=['*.md', '*.ipynb'],
    document_types={'.ipynb': Words},
).pytest()
