"JupyterLab opens every experiment and shows its parameters, and runs one that was changed: `bash .ci/run lab`"

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

CELLS = {p.name: json.loads(p.read_text(encoding='utf-8'))['cells'] for p in sorted(Path('nbs').glob('*.ipynb'))}
PARAMETERS = {  # notebook: number and text of its parameters cell
    name: (i, ''.join(c['source']))
    for name, cells in CELLS.items()
    for i, c in enumerate(cells)
    if 'parameters' in c['metadata'].get('tags', [])
}
LAB = 'globalThis.jupyterapp?.shell?.currentWidget'
IDLE = f"{LAB}?.content?.model?.cells?.length > 0 && {LAB}.sessionContext?.session?.kernel?.status === 'idle'"


def opened(page, name: str) -> tuple[int, str]:
    page.goto(f'lab/tree/{name}?reset', wait_until='domcontentloaded')
    page.wait_for_function(f'() => {IDLE}', timeout=90_000)
    return PARAMETERS[name]


@pytest.mark.parametrize('name', PARAMETERS)
def test_opens(page, name):
    i, text = opened(page, name)
    page.evaluate(f"() => {LAB}.content.scrollToItem({i}, 'start')")
    expect(page.locator(f'[data-windowed-list-index="{i}"] .cm-line')).to_have_count(len(text.splitlines()))
    assert not [l for l in text.splitlines() if re.match(r'\w+\s*:[^#]*$', l)], 'a parameter without a comment'
    expect(page.locator('.jp-Dialog')).to_have_count(0)


def test_runs(page):
    i, text = opened(page, '08_cifar.ipynb')
    changed = text.replace('epochs: int = 0', 'epochs: int = 1')
    page.evaluate(f'([i, s]) => {LAB}.content.model.cells.get(i).sharedModel.setSource(s)', [i, changed])
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells').then(() => { globalThis.ranAll = 1; })")
    page.wait_for_function(f'() => globalThis.ranAll && {IDLE}', timeout=400_000)
    said = page.evaluate(f'() => JSON.stringify([...{LAB}.content.model.cells].map(c => c.outputs?.toJSON()))')
    assert re.search(r'top-1 [\d.]+% of 1000 test images of photos,? after 1 epoch', said) and '"error"' not in said
