"""Make README.md from `nbs/index.ipynb`, the tables of `nbs/14_results.ipynb`, and the model cards in data/checkpoints, the same bytes each time: python .ci/readme.py

Cells marked `#| echo: false` are run first, as they draw from data/results, and their output is stored in the notebook. Outputs of the other cells are taken as stored; figures are those of the last `sdnet draw` or run."""

import ast
import json
import os
import re
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
path = root / 'nbs' / 'index.ipynb'


def run(source, names=None):
    "The markdown that the last expression of a cell stands for"
    *body, last = ast.parse(source).body
    names = {} if names is None else names
    exec(compile(ast.Module(body, []), path.name, 'exec'), names)
    return eval(compile(ast.Expression(last.value), path.name, 'eval'), names).data


def store(cell, markdown):
    "As the output of a cell"
    cell['outputs'] = [
        {
            'data': {
                'text/markdown': markdown.splitlines(keepends=True),
                'text/plain': ['<IPython.core.display.Markdown object>'],
            },
            'execution_count': None,
            'metadata': {},
            'output_type': 'execute_result',
        }
    ]


def directives(cell):
    return re.findall(r'^#\|\s*(.+?)\s*$', ''.join(cell['source']), flags=re.M)


def tables(nb):
    "Store anew what the results page says; its parameters and folded cells define what the tables need, its pictures stay"
    names = {}
    for cell in (c for c in nb['cells'] if c['cell_type'] == 'code'):
        marks = directives(cell)
        if 'echo: false' in marks:
            store(cell, run(''.join(cell['source']), names))
        elif (
            'parameters' in cell['metadata'].get('tags', [])
            or 'code-fold: true' in marks
            and not any(m.startswith('fig-alt') for m in marks)
        ):
            exec(''.join(cell['source']), names)


def write(nb, path):
    path.write_text(json.dumps(nb, ensure_ascii=False, indent=1, sort_keys=True) + '\n', encoding='utf-8')


def text(output):
    "One stored output as markdown, or '' where it has no text"
    data = output.get('data', {})
    if 'text/markdown' in data:
        return ''.join(data['text/markdown']).strip()
    plain = ''.join(data.get('text/plain', output.get('text', '') if output.get('name') == 'stdout' else '')).rstrip()
    return f'```\n{plain}\n```' if plain else ''


def merge(texts):
    "Join code blocks that follow each other: one print, one stream"
    return filter(None, '\n'.join(texts).replace('\n```\n```\n', '\n').split('\0'))


def parts(cells):
    for cell in cells:
        source = ''.join(cell['source']).strip()
        marks = directives(cell) if cell['cell_type'] == 'code' else []
        if not source or 'hide' in marks or cell['cell_type'] == 'raw':
            continue
        if cell['cell_type'] == 'markdown':
            yield source
            continue
        if 'echo: false' in marks:
            store(cell, run(source))
        else:
            yield '```python\n' + re.sub(r'^#\|.*\n', '', source, flags=re.M).strip() + '\n```'
        yield from merge(filter(None, map(text, cell['outputs'])))


os.chdir(root)
nb = json.loads(path.read_text(encoding='utf-8'))
out = (
    '\n\n'.join(['<!-- Made from nbs/index.ipynb by .ci/readme.py: change the notebook. -->', *parts(nb['cells'])])
    + '\n'
)
write(nb, path)
(root / 'README.md').write_text(out, encoding='utf-8')
sys.path.insert(0, str(root))
from sdnet.models import model_card

folder = root / 'data' / 'checkpoints'
cards = [
    '<!-- Made from the files by .ci/readme.py. -->',
    '# Checkpoints',
    'Load one with `sdnet.load_pretrained(name)`: images in [0, 1] in, logits out. The settings and the facts below are stored in each file, and its content is hash-checked. Accuracy is that of the last epoch. '
    'Small networks after a few epochs on a CPU: for examples and experiments, not the paper\'s setting. CIFAR-10 states no licence and asks for a citation (Krizhevsky 2009).',
    *(model_card(f) for f in sorted(folder.glob('*.safetensors'))),
]
(folder / 'README.md').write_text('\n\n'.join(cards) + '\n', encoding='utf-8')
results = root / 'nbs' / '14_results.ipynb'
nb = json.loads(results.read_text(encoding='utf-8'))
tables(nb)
write(nb, results)
