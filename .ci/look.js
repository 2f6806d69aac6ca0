// What a reader of the page would stumble over, at a window of `width` pixels: called by test_site.py
async width => {
  const out = [], w = document.documentElement.clientWidth;
  const name = e => `${e.tagName.toLowerCase()} "${(e.innerText || e.alt || '').trim().slice(0, 60)}"`;
  const all = (where, bad, words) => document.querySelectorAll(where).forEach(e => bad(e) && out.push(`${words}: ${name(e)}`));
  const scrolls = e => {   // in a box of its own
    while ((e = e.parentElement) && e !== document.body) if (['auto', 'scroll'].includes(getComputedStyle(e).overflowX)) return true;
    return false;
  };
  const beyond = e => e.getBoundingClientRect().width > 1 && e.getBoundingClientRect().right > w + 1;
  for (const e of document.images) { e.loading = 'eager'; await e.decode().catch(() => 0); }
  if (document.querySelectorAll('main h1').length !== 1) out.push('one h1 is wanted');
  all('img', e => !e.naturalWidth, 'image does not load');
  all('.katex-error, .katex [style*="#cc0000"]', () => true, 'a formula that KaTeX cannot read');
  all('main *, header *', e => e.checkVisibility() && !e.closest('.katex-mathml, svg, #quarto-sidebar') && beyond(e) && !scrolls(e), `wider than ${width} px`);
  if (document.documentElement.scrollWidth > w + 1) out.push(`the page scrolls sideways at ${width} px`);
  if (width >= 1200) all('main pre', e => e.scrollWidth > e.clientWidth + 1, `code cut off at ${width} px`);
  const raw = new RegExp([String.raw`\$[^$\n]*[\\_^{}][^$\n]*\$|\$\$`, String.raw`\\(?:frac|min|max|lambda|sum|lVert|mathbf|mathrm|top|ell|le|ge|in|cdot|times|text)\b`,
    String.raw`\\[()\[\]]`, '^:::', String.raw`(?:^|\s)#\|\s*\w`, String.raw`\{\.callout`, String.raw`\*\*\w[^*]*\*\*`, String.raw`\]\(\w[^)]*\)`, String.raw`^#{1,6} \w`].join('|'), 'm');
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let t; t = walk.nextNode();) {
    const found = t.data.match(raw);
    if (found && !t.parentElement.closest('script, style, noscript, template, svg, pre, code, .katex')) out.push(`raw markup: ${found[0].slice(0, 60)}`);
  }
  return out;
}
