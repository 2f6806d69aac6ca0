"Process the notebooks as nbdev does, render them with smalldocs, and put KaTeX beside them: python .ci/site.py KATEX OUT"
import re, shutil, subprocess, sys
from pathlib import Path

import nbdev.doclinks, nbdev.quarto
from nbdev.config import get_config
from nbdev.serve import proc_nbs

katex, out = Path(sys.argv[1]), Path(sys.argv[2])
cfg = get_config()
nbdev.quarto.refresh_quarto_yml()
nbdev.doclinks._build_modidx()
nbdev.quarto.nbdev_sidebar.__wrapped__(path=cfg.nbs_path)
proc = Path(proc_nbs(cfg.nbs_path, n_workers=0))
subprocess.run(['smalldocs', 'render', str(proc)], check=True)
built = next(p for p in (proc/cfg.doc_path.name, cfg.config_path/cfg.doc_path.name, proc/'_site') if (p/'index.html').exists())
shutil.copytree(built, out, dirs_exist_ok=True)
shutil.copytree(katex, out/'katex', dirs_exist_ok=True, ignore=shutil.ignore_patterns('*.mjs', 'README*', 'katex.js', 'katex.css'))
pages = sorted(out.rglob('*.html'))
for p in pages:
    html = re.sub(r'https://cdn\.jsdelivr\.net/npm/katex@[^/"]+/dist', '/'.join(['..']*(len(p.relative_to(out).parts) - 1) + ['katex']), p.read_text(encoding='utf-8'))
    p.write_text(html, encoding='utf-8')
    outside = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?://[^"]+)"', html)
    outside = [u for u in outside if not u.startswith(str(cfg.get('doc_host')))]
    assert not outside, f'{p.name} asks another host: {outside[:3]}'
missing = {n.stem for n in cfg.nbs_path.glob('*.ipynb')} - {p.stem for p in pages}
assert not missing, f'no page for {sorted(missing)}'
print(f'{len(pages)} pages in {out.name}')
