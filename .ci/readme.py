"Make README.md from the executed notebook nbs/index.ipynb, byte for byte the same each time: python .ci/readme.py"
import json, re
from pathlib import Path

root = Path(__file__).resolve().parent.parent
out = ['<!-- Made from nbs/index.ipynb by .ci/readme.py: edit the notebook. -->\n']
for cell in json.loads((root/'nbs'/'index.ipynb').read_text(encoding='utf-8'))['cells']:
    src = ''.join(cell['source']).strip()
    if '#| hide' in src.splitlines()[:1]: continue
    if cell['cell_type'] == 'markdown': out.append(src + '\n')
    elif cell['cell_type'] == 'code':
        code = '\n'.join(l for l in src.splitlines() if not l.startswith('#|')).strip()
        if '#| echo: false' not in src and code: out.append(f'```python\n{code}\n```\n')
        for o in cell['outputs']:
            data = o.get('data', {})
            if o.get('name') == 'stdout': data = {'text/plain': o['text']}
            if 'text/markdown' in data: out.append(''.join(data['text/markdown']).strip() + '\n')
            elif 'text/plain' in data: out.append(re.sub('^', '    ', ''.join(data['text/plain']).strip(), flags=re.M) + '\n')
(root/'README.md').write_text('\n'.join(out), encoding='utf-8')
