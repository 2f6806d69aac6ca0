"""Make README.md from `nbs/index.ipynb`, and the model cards in data/checkpoints, the same bytes each time: python .ci/readme.py

Cells marked `#| echo: false` are run first, as they draw from data/results, and their output is stored in the notebook. Outputs of the other cells are taken as stored."""
import ast, json, os, re, sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
path = root/'nbs'/'index.ipynb'

def run(source):
    "The markdown that the last expression of a cell stands for"
    *body, last = ast.parse(source).body
    names = {}
    exec(compile(ast.Module(body, []), path.name, 'exec'), names)
    return eval(compile(ast.Expression(last.value), path.name, 'eval'), names).data

def text(output):
    "One stored output as markdown, or '' where it has no text"
    data = output.get('data', {})
    if 'text/markdown' in data: return ''.join(data['text/markdown']).strip()
    plain = ''.join(data.get('text/plain', output.get('text', '') if output.get('name') == 'stdout' else '')).rstrip()
    return f'```\n{plain}\n```' if plain else ''

def merge(texts):
    "Join code blocks that follow each other: one print, one stream"
    return filter(None, '\n'.join(texts).replace('\n```\n```\n', '\n').split('\0'))

def parts(cells):
    for cell in cells:
        source = ''.join(cell['source']).strip()
        directives = re.findall(r'^#\|\s*(.+?)\s*$', source, flags=re.M) if cell['cell_type'] == 'code' else []
        if not source or 'hide' in directives or cell['cell_type'] == 'raw': continue
        if cell['cell_type'] == 'markdown': yield source; continue
        if 'echo: false' in directives:
            cell['outputs'] = [{'data': {'text/markdown': run(source).splitlines(keepends=True), 'text/plain': ['<IPython.core.display.Markdown object>']},
                                'execution_count': None, 'metadata': {}, 'output_type': 'execute_result'}]
        else: yield '```python\n' + re.sub(r'^#\|.*\n', '', source, flags=re.M).strip() + '\n```'
        yield from merge(filter(None, map(text, cell['outputs'])))

os.chdir(root)
nb = json.loads(path.read_text(encoding='utf-8'))
out = '\n\n'.join(['<!-- Made from nbs/index.ipynb by .ci/readme.py: change the notebook. -->', *parts(nb['cells'])]) + '\n'
path.write_text(json.dumps(nb, ensure_ascii=False, indent=1, sort_keys=True) + '\n', encoding='utf-8')
(root/'README.md').write_text(out, encoding='utf-8')
sys.path.insert(0, str(root))
from sdnet.models import model_card
folder = root/'data'/'checkpoints'
cards = ['<!-- Made from the files by .ci/readme.py. -->', '# Checkpoints', 'Load one with `sdnet.load_pretrained(name)`: images in [0, 1] in, logits out. The settings and the facts below are stored in each file, and its content is hash-checked. Accuracy is that of the last epoch on '
         'the test images. Small networks after a few epochs on a CPU: for examples and experiments, not the paper\'s setting. CIFAR-10 states no licence and asks for a citation (Krizhevsky 2009).',
         *(model_card(f) for f in sorted(folder.glob('*.safetensors')))]
(folder/'README.md').write_text('\n\n'.join(cards) + '\n', encoding='utf-8')
