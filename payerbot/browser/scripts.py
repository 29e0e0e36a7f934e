"""The few scripts that read a page from the inside; none of them changes it."""

from __future__ import annotations

# What a person reads in an element: a field's value (never a password's), else its text.
READ = """node => {
  if (node.tagName === 'SELECT') return [...node.selectedOptions].map(option => option.label).join(', ');
  if (node.type === 'password') return '';
  return /^(INPUT|TEXTAREA)$/.test(node.tagName) ? node.value : node.innerText;
}"""

# What a list that opens on a click shows as chosen: the field's value, or the words that stand in its place in the older generation.
CHOSEN = """node => {
  if (node.tagName === 'SELECT') return [...node.selectedOptions].map(option => option.label).join(', ');
  if (node.tagName !== 'INPUT') return node.innerText;
  for (let around = node, up = 0; around && up < 5; around = around.parentElement, up += 1) {
    const said = around === node ? node.value : around.innerText;
    if (said && said.trim()) return said;
  }
  return '';
}"""

# Whether a list is the browser's own.
NATIVE = "node => node.tagName === 'SELECT'"

# The names of what is chosen in a native list.
CHOSEN_OPTIONS = "node => [...node.selectedOptions].map(option => option.label)"

# Of a date field: what it is ('date', the browser's own; 'input'; 'parts', month, day and year apart; 'around', an input inside), and
# what it shows, in page order: [which, shown], where which is M, D, Y or '' when the page does not say.
DATE = """node => {
  const shown = field => String(field.getAttribute('aria-valuenow') || field.value || field.innerText || '');
  const which = field => {
    const said = ['aria-label', 'placeholder', 'data-type'].map(name => field.getAttribute(name)).join(' ').toLowerCase();
    return /month|mm/.test(said) ? 'M' : /day|dd/.test(said) ? 'D' : /year|yy/.test(said) ? 'Y' : '';
  };
  if (node.tagName === 'INPUT') return [node.type === 'date' ? 'date' : 'input', [['', node.value]]];
  const parts = [...node.querySelectorAll('[role=spinbutton]')];
  if (parts.length) return ['parts', parts.map(part => [which(part), shown(part)])];
  return ['around', [...node.querySelectorAll('input:not([type=hidden])')].slice(0, 1).map(field => ['', field.value])];
}"""

# Of a field with a list: whether it takes typing, what it holds, and the list it says it controls, if that is there.
LIST_FIELD = """node => {
  const list = node.getAttribute('aria-controls') || '';
  return [node.tagName === 'INPUT', node.value || '', list && node.getRootNode().getElementById(list) ? list : ''];
}"""

# The names and texts of parts inside each node, in reading order.
OUTLINE = """(nodes, parts) => nodes.map(node => {
  const named = [...node.querySelectorAll(Object.values(parts).join(','))];
  return named.map(part => [Object.keys(parts).find(name => part.matches(parts[name])), (part.innerText || '').trim()]);
})"""

# A table as a grid: column heads, then rows. A cell that spans columns or rows stands in each of them; tables inside cells, hidden rows
# and the foot are left out. A row of one wide cell is a message or an opened detail: it comes as null.
TABLE = """node => {
  const tables = 'table,[role=table],[role=grid],[role=treegrid]', lines = 'tr,[role=row]';
  const kinds = 'td,th,[role=cell],[role=gridcell],[role=columnheader],[role=rowheader]';
  const rowsOf = table => [...table.querySelectorAll(lines)].filter(row => row.closest(tables) === table);
  let table = node.matches(tables) ? node : node.querySelector(tables);
  while (table && !rowsOf(table).length) table = table.querySelector(tables);
  if (!table) return node.matches(tables) || node.querySelector(tables) ? [[], []] : null;
  const value = field => field.tagName === 'SELECT' ? [...field.selectedOptions].map(o => o.label).join(', ') : field.value;
  const text = cell => {
    const field = cell.querySelector('input:is([type=text],:not([type])),select,textarea');
    return (cell.innerText || '').trim() || (field ? value(field).trim() : '');
  };
  const isHead = (row, cells) => !!row.closest('thead')
    || cells.every(cell => cell.matches('[role=columnheader]') || (cell.tagName === 'TH' && cell.scope !== 'row'));
  const carried = [];
  let heads = [];
  const found = [];
  for (const row of rowsOf(table)) {
    if (row.closest('tfoot') || (row.checkVisibility && !row.checkVisibility())) continue;
    const cells = [...row.querySelectorAll(kinds)].filter(cell => cell.closest(lines) === row && cell.closest(tables) === table);
    if (!cells.length) continue;
    const grid = [];
    let over = 0;
    const carry = () => {
      for (; carried[grid.length] && carried[grid.length].left > 0; over += 1) {
        carried[grid.length].left -= 1;
        grid.push(carried[grid.length].said);
      }
    };
    for (const cell of cells) {
      carry();
      const wide = cell.colSpan || Number(cell.getAttribute('aria-colspan')) || 1;
      const deep = cell.rowSpan || Number(cell.getAttribute('aria-rowspan')) || 1;
      for (let n = 0; n < wide; n += 1) {
        carried[grid.length] = {left: deep - 1, said: text(cell)};
        grid.push(text(cell));
      }
    }
    carry();
    if (isHead(row, cells)) { if (!found.length) heads = grid; continue; }
    found.push(cells.length === 1 && !over && heads.length > 1 ? null : grid);
  }
  return [heads, found.filter(row => row)];
}"""

# The fields inside a node, in page order: [label, value]. Passwords are left out; a box says yes or no; of radios only the chosen one.
FIELDS = """node => {
  const words = text => (text || '').replace(/\\s+/g, ' ').trim();
  const label = text => words(text).replace(/\\s*[*:]+$/, '');
  const around = field => {
    for (let at = field; at && at !== node.parentElement; at = at.parentElement) {
      for (let before = at.previousSibling; before; before = before.previousSibling) {
        if (before.nodeType === 1 && before.querySelector('input,select,textarea')) return '';
        if (words(before.textContent)) return words(before.textContent);
      }
    }
    return '';
  };
  const without = node => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll('select,textarea,button').forEach(inner => inner.remove());
    return copy.textContent;
  };
  const named = field => {
    const ids = (field.getAttribute('aria-labelledby') || '').split(/\\s+/).filter(id => id);
    const said = ids.map(id => field.getRootNode().getElementById(id)).filter(one => one).map(one => one.textContent).join(' ');
    const own = field.labels && field.labels[0] ? without(field.labels[0]) : '';
    return label(words(said) || field.getAttribute('aria-label') || own || around(field));
  };
  const value = field => field.tagName === 'SELECT' ? [...field.selectedOptions].map(option => option.label).join(', ')
    : field.type === 'checkbox' ? (field.checked ? 'yes' : 'no') : field.value;
  const kinds = 'input:not([type=hidden]):not([type=password]):not([type=button]):not([type=submit]),select,textarea';
  return [...node.querySelectorAll(kinds)]
    .filter(field => (!field.checkVisibility || field.checkVisibility()) && (field.type !== 'radio' || field.checked))
    .map(field => [named(field), words(value(field))]);
}"""

# The HTTP status of the document that is shown, 0 where there is none.
STATUS = "() => (performance.getEntriesByType('navigation')[0] || {}).responseStatus || 0"

# A further way to find an element, by the words that stand before it: the fields (then the buttons) up to the next words, or, where
# there are none, the next words themselves. For labels that belong to nothing, and for buttons without a name.
BESIDE = """{
  queryAll(root, wanted) {
    const squeezed = text => (text || '').replace(/[\\s\\u200b\\u2060]+/g, ' ').trim();
    const plain = text => squeezed(text).replace(/\\s*(\\*|:|\\(required\\))+\\s*$/i, '');
    const label = plain(decodeURIComponent(wanted));
    const fields = 'input:not([type=hidden]),select,textarea,[role=combobox],[role=textbox],[role=spinbutton]';
    const controls = fields + ',button,a[href],[role=button]';
    const shown = node => !node.checkVisibility || node.checkVisibility({visibilityProperty: true});
    const says = node => plain(node.textContent) === label && !node.closest('script,style,option,noscript') && shown(node)
      && !node.querySelector(controls);
    const whole = [...root.querySelectorAll('*')].filter(node => says(node) && ![...node.children].some(says));
    const top = root.nodeType === 9 ? root : root.getRootNode();
    const walker = kinds => (top.ownerDocument || top).createTreeWalker(root.nodeType === 9 ? root.documentElement : root, kinds);
    const bare = [];  // words that share their element with what stands beside them
    for (let walk = walker(4), node = walk.nextNode(); node; node = walk.nextNode()) {
      const holder = node.parentElement;
      if (plain(node.data) !== label || !holder || says(holder) || holder.closest('script,style,option,noscript')) continue;
      if (shown(holder)) bare.push(node);
    }
    const value = (start, text) => {
      let node = text.parentElement;
      while (node.parentElement && !node.parentElement.contains(start)) node = node.parentElement;
      return node.contains(start) ? [] : [node];
    };
    const after = start => {
      const walk = walker(5);
      const found = [];
      walk.currentNode = start;
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        if (start.contains(node)) continue;
        if (node.nodeType === 1) { if (node.matches(controls) && shown(node)) found.push(node); continue; }
        if (!plain(node.data) || found.some(one => one.contains(node))) continue;
        const holder = node.parentElement;
        if (!holder || holder.closest('script,style,noscript,option') || !shown(holder)) continue;
        return found.length ? found : value(start, node);
      }
      return found;
    };
    const first = node => node.matches(fields) ? 0 : 1;
    return [...whole, ...bare].flatMap(start => after(start).sort((a, b) => first(a) - first(b)));
  },
  query(root, wanted) { return this.queryAll(root, wanted)[0] || null; },
}"""

# What kind of document a frame shows, and a web page as it stands there.
KIND = "() => document.contentType"
SOURCE = "() => document.documentElement.outerHTML"

# The bytes behind an address, in base64; null where they are too many. What the browser still has is not asked for again.
FETCH = """async ([url, limit]) => {
  const body = await (await fetch(url, {cache: 'force-cache'})).blob();
  if (body.size > limit) return null;
  return await new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(body.size ? reader.result.slice(reader.result.indexOf(',') + 1) : '');
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(body);
  });
}"""

# Of a field for files: the names it holds, whether it takes several, and whether a person can see where it stands.
ATTACHED = """node => [
  [...(node.files || [])].map(file => file.name),
  node.multiple,
  !!node.parentElement && (!node.parentElement.checkVisibility || node.parentElement.checkVisibility()),
]"""

# What the browser keeps for one tab and one origin only.
SESSION = "() => [location.origin, {...sessionStorage}]"

# Puts it back once for each tab, before the portal's own scripts look; afterwards the portal's own changes stand.
PUT_BACK = """(() => {
  const mine = (%s)[location.origin], mark = 'payerbot.put-back';
  try {
    if (!mine || sessionStorage.getItem(mark)) return;
    sessionStorage.setItem(mark, 'yes');
    for (const [key, value] of Object.entries(mine)) if (sessionStorage.getItem(key) === null) sessionStorage.setItem(key, value);
  } catch { /* a frame without storage of its own */ }
})()"""

BELOW = "() => Math.max(0, document.documentElement.scrollHeight - window.innerHeight)"
