"""Every block of code in the text of README, CONTRIBUTING and the pages for readers is tested: python .ci/pages.py

Sybil finds and runs the blocks; the python of README.md is cells of index.ipynb, and cells are run by nbdev_test.
A shell command must stand in COMMANDS."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sybil import Sybil
from sybil.example import Example
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from sdnet.launch import load_targets

ROOT = Path(__file__).resolve().parent.parent
RUN = (ROOT / '.ci/run').read_text(encoding='utf-8')
COMMANDS = {  # pattern of a command: words of .ci/run that run it or its like; None, why no machine of the tests can
    r"(pip install -e '\.\[paper\]' && )?papermill nbs/07_imagenet\.ipynb .*": "readme paper 'papermill nbs/07_",
    r"pip install -e '\.\[dev\]'( && (nbdev_test|pre-commit install))?": 'readme dev nbdev_test',
    r'nbdev_test( --n_workers 1 --path nbs/\S+)?': 'readme dev nbdev_test',
    r'nbdev_export|nbdev_clean|ruff .*|python \.ci/readme\.py|pre-commit .*': 'pre-commit run --all-files',
    r'papermill nbs/08_cifar\.ipynb .* -p n_procs \d+': '08_cifar -p arch resnet18 -p epochs 1 -p n_procs 2',
    r"torchrun --standalone .* 'papermill nbs/08_cifar\.ipynb .*'": 'torchrun --standalone --nproc-per-node 2',
    r'sdnet run --smoke \S+': 'sdnet run --smoke all',
    r'sdnet resize \S+ \S+': 'nbdev_test',  # nbs/04c_folders.ipynb
    r'bash \.ci/(run|site).*|jupyter lab nbs': 'python ".ci/$1.py"',
    r'conda env create .*': None,  # needs conda: a job of the workflow; `checks.py metadata` reads environment.yml
    r'srun torchrun .*': None,  # needs Slurm; two processes under torchrun are tested
    r'sdnet run (?!--).*': None,  # hours; the same words are asked of `sdnet status`
}


def shell(example: Example) -> str | None:
    "What is wrong with the commands of a block, None if nothing"
    wrong = []
    lines = (re.sub(r'(^|\s+)#\s.*', '', l).strip() for l in example.parsed.replace('\\\n', ' ').splitlines())
    for command in filter(None, lines):
        found = next((p for p in COMMANDS if re.fullmatch(p, command)), '')
        if re.match(r'sdnet (status|run (?!--))', command):
            done = subprocess.run(
                command.replace(' run ', ' status '), shell=True, cwd=ROOT, capture_output=True, text=True
            )
            if done.returncode or not done.stdout.strip():
                wrong.append(f'{command}: exit status {done.returncode}: {done.stderr.strip()[-200:]}')
        elif not found:
            wrong.append(f'no test runs this command: {command}')
        elif (words := COMMANDS[found]) and words not in RUN:
            wrong.append(f'{command}: .ci/run no longer holds {words!r}')
    return '\n'.join(wrong) or None


def targets(example: Example) -> None:
    with tempfile.TemporaryDirectory() as d:
        (Path(d) / 'targets.yaml').write_text('targets:\n' + example.parsed, encoding='utf-8')
        load_targets(Path(d) / 'targets.yaml')


def main() -> int:
    n, wrong = 0, []
    with tempfile.TemporaryDirectory() as d:
        for name in ('README.md', 'CONTRIBUTING.md'):
            (Path(d) / name).write_text((ROOT / name).read_text(encoding='utf-8'), encoding='utf-8')
        for page in [p for g in ('tutorial', 'concepts', 'faq', 'howto_*') for p in ROOT.glob(f'nbs/{g}.ipynb')]:
            cells = json.loads(page.read_text(encoding='utf-8'))['cells']
            text = '\n\n'.join(''.join(c['source']) for c in cells if c['cell_type'] == 'markdown')
            (Path(d) / f'{page.stem}.md').write_text(text, encoding='utf-8')
        parsers = [CodeBlockParser(l, shell) for l in ('sh', 'bash', 'shell', 'console')]
        parsers.append(CodeBlockParser('yaml', targets))
        for page in sorted(Path(d).glob('*.md')):
            for example in Sybil(parsers if page.stem == 'README' else [*parsers, PythonCodeBlockParser()]).parse(page):
                n += 1
                try:
                    example.evaluate()
                except Exception as e:
                    wrong.append(f'{page.name}, line {example.line}: {e}')
    print(*wrong, f'{n} blocks, {len(wrong)} problems', sep='\n')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main())
