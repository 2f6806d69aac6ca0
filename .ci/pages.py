"""A plugin of pytest that tests the blocks of code in texts: PYTHONPATH=.ci pytest -p pages README.md nbs/faq.ipynb

Sybil runs python. A shell command must be one that another test runs."""

import json
import re
import subprocess
from pathlib import Path

from sybil import Sybil
from sybil.document import Document
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

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


def shell(example) -> None:
    for line in example.parsed.replace('\\\n', ' ').splitlines():
        command = re.sub(r'(^|\s+)#\s.*', '', line).strip()
        if re.match(r'sdnet (status|run (?!--))', command):  # a run takes hours: `status` knows the same rows
            rows = re.sub(r' (-q|--again|--(jobs|budget) \S+)', '', command.replace(' run ', ' status '))
            subprocess.run(rows, shell=True, check=True)
        else:
            assert not command or re.fullmatch(KNOWN.strip().replace('\n', '|'), command), f'no test runs: {command}'


pytest_collect_file = Sybil(
    [CodeBlockParser('sh', shell), PythonCodeBlockParser()],
    path=str(Path.cwd()),
    patterns=['*.md', '*.ipynb'],
    document_types={'.ipynb': Words},
).pytest()
