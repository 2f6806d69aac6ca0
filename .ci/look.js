// What a reader of the page would stumble over, in a window of this width: called by test_site.py
async () => {
  const out = [];
  const all = (where, bad, words) => document.querySelectorAll(where).forEach(e => {
    if (bad(e)) out.push(`${words}: ${e.localName} "${(e.innerText || e.alt || '').trim().slice(0, 60)}"`);
  });
  const wide = e => e.scrollWidth > e.clientWidth + 1;
  const hides = e => e.clientWidth > 1 && ['hidden', 'clip'].includes(getComputedStyle(e).overflowX);
  for (const e of document.images) { e.loading = 'eager'; await e.decode().catch(() => 0); }
  if (document.querySelectorAll('main h1').length !== 1) out.push('one h1 is wanted');
  all('img', e => !e.naturalWidth, 'image does not load');
  all('.katex-error, .katex [style*="#cc0000"]', () => true, 'a formula that KaTeX cannot read');
  all('html', wide, 'the page scrolls sideways');
  all('body, body *', e => wide(e) && hides(e), 'cut off');
  if (innerWidth >= 1200) all('main pre', wide, 'code cut off');

  const prose = document.body.cloneNode(true);
  prose.querySelectorAll('script, style, noscript, template, svg, pre, code, .katex').forEach(e => e.remove());
  const raw = prose.textContent.match(/\$|\\[a-zA-Z()[\]]|^:::|#\||\{\.callout|\*\*\w|\]\(\w|^#{1,6} \w/m);
  if (raw) out.push(`raw markup: ${prose.textContent.substr(raw.index - 20, 60)}`);
  return out;
}
