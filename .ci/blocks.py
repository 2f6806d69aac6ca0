"""No code on README, tutorial and how-to pages that is not tested: python .ci/blocks.py

The cells of the pages, and so the Python blocks of README.md that are cells of index.ipynb, are run by nbdev_test. Other Python blocks of a page are run here together, in a process of their own and an empty folder. A shell command must be one of `TESTED`, with what runs it, or of `NOT_HERE`, with the reason."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sdnet.launch import load_targets

ROOT = Path(__file__).resolve().parent.parent
PAGES = ('tutorial', 'concepts', 'faq', 'howto_*')
TESTED = {  # a command: (where, what the file must hold)
    "pip install -e '.[paper]' && papermill nbs/07_imagenet.ipynb out.ipynb -p lam 0.5": (
        '.ci/run',
        "readme paper 'papermill nbs/07_imagenet.ipynb'",
    ),
    'papermill nbs/07_imagenet.ipynb out.ipynb -p lam 0.5': (
        '.ci/run',
        "readme paper 'papermill nbs/07_imagenet.ipynb'",
    ),
    "pip install -e '.[dev]' && nbdev_test": ('.ci/run', 'readme dev nbdev_test'),
    'nbdev_test': ('.ci/run', 'readme dev nbdev_test'),
    'papermill nbs/08_cifar.ipynb out.ipynb -p dataset cifar10 -p n_procs 8': (
        '.ci/run',
        '08_cifar -p arch resnet18 -p epochs 1 -p n_procs 2',
    ),
    'sdnet resize /data/imagenet /data/imagenet256': ('nbs/04c_folders.ipynb', 'main_resize([str(src), str(dst), '),
    'sdnet run --smoke 08_cifar': ('.ci/run', 'sdnet run --smoke all'),
    "torchrun --standalone --nproc-per-node 2 --no-python bash -c 'papermill nbs/08_cifar.ipynb out$RANK.ipynb -p dataset cifar10'": (
        '.ci/run',
        "torchrun --standalone --nproc-per-node 2 --no-python bash -c 'papermill nbs/08_cifar.ipynb",
    ),
}
NOT_HERE = {  # a command: why no machine of the tests can run it; what is checked in its place
    'conda env create -f environment.yml && conda activate sdnet': 'needs conda; .ci/checks.py metadata reads environment.yml',
    'sdnet run table1/cifar10/sdnet18': 'hours on a GPU; .ci/blocks.py asks `sdnet status` for the row',
    "srun torchrun --nnodes $SLURM_NNODES --nproc-per-node 8 --rdzv-backend c10d --rdzv-endpoint $(scontrol show hostnames | head -1):29400 --no-python bash -c 'papermill nbs/07_imagenet.ipynb out$RANK.ipynb'": 'needs Slurm; two processes under torchrun are tested',
}
STATUS = re.compile(r"sdnet status( \S+)?")  # run here, as it is


def pages() -> dict[str, str]:
    "Text of README.md and of the pages' markdown cells"
    found = {'README.md': (ROOT / 'README.md').read_text(encoding='utf-8')}
    for p in sorted(p for g in PAGES for p in (ROOT / 'nbs').glob(f'{g}.ipynb')):
        found[p.name] = '\n\n'.join(
            ''.join(c['source'])
            for c in json.loads(p.read_text(encoding='utf-8'))['cells']
            if c['cell_type'] == 'markdown'
        )
    return found


def blocks(text: str) -> list[tuple[str, str]]:
    return [(m[1], m[2]) for m in re.finditer(r'^```(\w*)[^\n]*\n(.*?)^```', text, flags=re.M | re.S)]


def commands(source: str) -> list[str]:
    return [
        l
        for l in (re.sub(r'\s+#\s.*', '', l).strip() for l in source.replace('\\\n', ' ').splitlines())
        if l and not l.startswith('#')
    ]


def run_status(command: str) -> str | None:
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
    return (
        None
        if done.returncode == 0 and done.stdout.strip()
        else f'{command}: exit status {done.returncode}: {done.stderr.strip()[-200:]}'
    )


def problems() -> list[str]:
    found, python, n = [], [], 0
    here = {where: (ROOT / where).read_text(encoding='utf-8') for where, _ in TESTED.values()}
    cells = {
        re.sub(r'^#\|.*\n', '', ''.join(c['source']), flags=re.M).strip()
        for c in json.loads((ROOT / 'nbs' / 'index.ipynb').read_text(encoding='utf-8'))['cells']
        if c['cell_type'] == 'code'
    }
    for page, text in pages().items():
        for language, source in blocks(text):
            if language == 'python':
                n += 1
                if page != 'README.md' or source.strip() not in cells:
                    python.append((page, source))
            elif language == 'yaml':
                n += 1
                with tempfile.TemporaryDirectory() as d:
                    (Path(d) / 'targets.yaml').write_text('targets:\n' + source, encoding='utf-8')
                    load_targets(Path(d) / 'targets.yaml')
            elif language in ('sh', 'bash', 'shell', 'console'):
                for command in commands(source):
                    n += 1
                    if STATUS.fullmatch(command):
                        found += filter(None, [run_status(command)])
                    elif command in TESTED:
                        where, words = TESTED[command]
                        if words not in here[where]:
                            found.append(f'{page}: {command}: {where} no longer holds {words!r}')
                    elif command in NOT_HERE:
                        if command.startswith('sdnet run '):
                            found += filter(None, [run_status(command.replace('sdnet run', 'sdnet status'))])
                    else:
                        found.append(f'{page}: no test runs this command: {command}')
    for page in sorted({p for p, _ in python}):
        with tempfile.TemporaryDirectory() as d:
            script = Path(d) / 'blocks.py'
            script.write_text(
                'import torch; torch.set_num_threads(1)\n' + '\n'.join(s for p, s in python if p == page),
                encoding='utf-8',
            )
            done = subprocess.run([sys.executable, script.name], cwd=d, capture_output=True, text=True)
        if done.returncode:
            found.append(f'{page}: a python block fails: {done.stderr.strip()[-400:]}')
        print(f'{page}: {sum(p == page for p, _ in python)} python blocks run')
    print(f'{n} blocks and commands, {len(found)} problems')
    return found


if __name__ == '__main__':
    found = problems()
    print(*found, sep='\n')
    sys.exit(bool(found))
