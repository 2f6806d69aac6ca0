"""Make README.md, the tables of nbs/14_results.ipynb, the cards of data/checkpoints, and the map of the modules in
CONTRIBUTING.md: python .ci/readme.py

A cell with `#| echo: false` of the front and the results page says in markdown what data/results holds: it is run here,
after the cells that define what it needs (the parameters, and cells folded away that draw nothing), and its output is
stored. All other outputs are as the notebook has them. The same bytes each time."""

import json
import os
import re
import sys
from pathlib import Path

from execnb.shell import CaptureShell

ROOT = Path(__file__).resolve().parent.parent


def source(cell: dict) -> str:
    return ''.join(cell['source'])


def marks(cell: dict) -> list[str]:
    "The cell's `#|` directives"
    return re.findall(r'^#\|\s*(.+?)\s*$', source(cell), flags=re.M) if cell['cell_type'] == 'code' else []


def refresh(path: Path) -> list[dict]:
    "Store anew what the `echo: false` cells say; all cells"
    nb, shell = json.loads(path.read_text(encoding='utf-8')), CaptureShell()
    for cell in nb['cells']:
        has, tags = marks(cell), cell['metadata'].get('tags', [])
        says, folded = 'echo: false' in has, 'code-fold: true' in has and 'fig-alt' not in source(cell)
        if says or folded or 'parameters' in tags:
            shell.run(source(cell))
            if shell.exc:
                raise shell.exc
        if says:  # with IPython's Markdown, or that of sdnet.reports, which is a string
            data = {'text/markdown': getattr(shell.result, 'data', shell.result).splitlines(keepends=True)}
            data['text/plain'] = ['<IPython.core.display.Markdown object>']
            cell['outputs'] = [dict(data=data, execution_count=None, metadata={}, output_type='execute_result')]
    path.write_text(json.dumps(nb, ensure_ascii=False, indent=1, sort_keys=True) + '\n', encoding='utf-8')
    return nb['cells']


def text(output: dict) -> str:
    "One stored output as markdown, '' where it has no text"
    data = output.get('data', {})
    if 'text/markdown' in data:
        return ''.join(data['text/markdown']).strip()
    plain = ''.join(data.get('text/plain', output.get('text', '')))
    return f'```\n{plain.rstrip()}\n```' if plain else ''


def markdown(cells: list[dict]) -> str:
    "The notebook as a page: its text, its code, what the code printed"
    parts = ['<!-- Made from nbs/index.ipynb by .ci/readme.py: change the notebook. -->']
    for cell in cells:
        if 'hide' in marks(cell):
            continue
        if cell['cell_type'] == 'markdown':
            parts.append(source(cell).strip().replace('](../data/', '](data/'))
        elif 'echo: false' not in marks(cell):
            parts.append(f'```python\n{source(cell).strip()}\n```')
        parts += filter(None, map(text, cell.get('outputs', [])))
    return '\n\n'.join(parts) + '\n'


def module_map() -> str:
    "One line a module, in the order of the notebooks: what it imports of the others"
    lines = []
    for nb in sorted((ROOT / 'nbs').glob('*.ipynb')):
        if not (found := re.search(r'"#\| default_exp (\w+)', nb.read_text(encoding='utf-8'))):
            continue
        code = (ROOT / f'sdnet/{found[1]}.py').read_text(encoding='utf-8')
        used = sorted({*re.findall(r'^\s*from (?:sdnet)?\.(\w+) import', code, flags=re.M)} - {found[1]})
        lines.append(f'{nb.stem:24} {found[1]:14} {"→ " * bool(used)}{", ".join(used)}'.rstrip())
    return '```\n' + '\n'.join(lines) + '\n```'


def fill(path: str, made: str) -> None:
    "Put what was made between the two marks in a file"
    text = (ROOT / path).read_text(encoding='utf-8')
    filled = re.sub(r'(?s)(?<=<!-- made -->\n).*(?=\n<!-- end -->)', lambda _: made, text)
    (ROOT / path).write_text(filled, encoding='utf-8')


if __name__ == '__main__':
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    from sdnet.models import model_card

    (ROOT / 'README.md').write_text(markdown(refresh(ROOT / 'nbs/index.ipynb')), encoding='utf-8')
    refresh(ROOT / 'nbs/14_results.ipynb')
    fill('CONTRIBUTING.md', module_map())
    cards = map(model_card, sorted(ROOT.glob('data/checkpoints/*.safetensors')))
    fill('data/checkpoints/README.md', '\n\n'.join(cards))
