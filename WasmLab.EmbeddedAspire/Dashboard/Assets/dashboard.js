// Pages are rendered on the server. This script keeps an open page fresh: told over server-sent events that
// something has changed, it fetches the page again and carries the differences over into the document.
'use strict';
(() => {
  const main = document.getElementById('main');
  const $ = (selector, root = document) => root.querySelector(selector);
  const stored = (key, fallback) => { try { return localStorage.getItem(key) ?? fallback; } catch { return fallback; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode */ } };

  // ---- carrying differences over -------------------------------------------------------------------------------
  function morph(from, to) {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) { from.replaceWith(document.importNode(to, true)); return; }
    if (from.nodeType !== Node.ELEMENT_NODE) { if (from.data !== to.data) from.data = to.data; return; }
    if (from.dataset.revealed) return;
    for (const name of from.getAttributeNames()) if (!to.hasAttribute(name) && !(name === 'open' && from.nodeName === 'DETAILS')) from.removeAttribute(name);
    for (const name of to.getAttributeNames()) {
      if (name === 'open' && from.nodeName === 'DETAILS') continue;
      if (from.getAttribute(name) !== to.getAttribute(name)) from.setAttribute(name, to.getAttribute(name));
    }
    if (from.hasAttribute('data-keep-content')) return;
    if (from.nodeName === 'INPUT' && from !== document.activeElement) { from.value = to.getAttribute('value') ?? ''; from.checked = to.hasAttribute('checked'); }
    morphChildren(from, to);
    if (from.nodeName === 'SELECT') { const chosen = $('option[selected]', to); from.value = chosen ? chosen.value : from.options[0]?.value ?? ''; }
  }
  function morphChildren(from, to) {
    const keyed = new Map();
    for (const child of from.children) if (child.id) keyed.set(child.id, child);
    let cursor = from.firstChild;
    for (const wanted of [...to.childNodes]) {
      const match = wanted.id ? keyed.get(wanted.id) : cursor && !cursor.id && cursor.nodeName === wanted.nodeName ? cursor : null;
      if (match) {
        if (match === cursor) cursor = cursor.nextSibling; else from.insertBefore(match, cursor);
        morph(match, wanted);
      } else {
        from.insertBefore(document.importNode(wanted, true), cursor);
      }
    }
    while (cursor) { const next = cursor.nextSibling; cursor.remove(); cursor = next; }
  }

  // ---- fetching a page -----------------------------------------------------------------------------------------
  let current = 0, moving = 0, typing;
  // A refresh never overtakes a move to another page: the click would be lost.
  async function move(url, how) {
    clearTimeout(typing);
    const turn = moving = current + 1;
    try { await load(url, how); } finally { if (moving === turn) { moving = 0; refresh(); } }
  }
  async function load(url, { push = false, replace = false } = {}) {
    const turn = ++current;
    const response = await fetch(url, { headers: { Accept: 'text/html' }, redirect: 'manual' }).catch(() => null);
    if (!response) return;
    if (!response.ok) { location.assign(url); return; }
    const text = await response.text();
    if (turn !== current) return;
    const next = new DOMParser().parseFromString(text, 'text/html');
    const target = next.getElementById('main');
    if (push) history.pushState(null, '', url);
    if (replace) history.replaceState(null, '', url);
    document.title = next.title;
    morph($('.side'), $('.side', next));
    if (target.dataset.page !== main.dataset.page || $('[data-stream]', target)?.dataset.stream !== $('[data-stream]', main)?.dataset.stream) {
      paused = false;
      for (const name of target.getAttributeNames()) main.setAttribute(name, target.getAttribute(name));
      main.replaceChildren(...document.importNode(target, true).childNodes);
    } else {
      morph(main, target);
    }
    setUp();
  }

  let paused = false, fresh = true, loading = false;
  async function refresh() {
    if (loading || moving || paused || fresh || document.hidden) return;
    loading = true; fresh = true;
    try { await load(location.href); } finally { setTimeout(() => { loading = false; refresh(); }, 250); }
  }
  const changed = () => { fresh = false; refresh(); };
  document.addEventListener('visibilitychange', refresh);

  let wasLost = false;
  const live = new EventSource('/live');
  live.addEventListener('change', event => { if ((main.dataset.topics ?? '').split(' ').includes(event.data)) changed(); });
  live.addEventListener('open', () => { $('#connection').hidden = true; if (wasLost) { wasLost = false; changed(); } });
  live.addEventListener('error', () => { $('#connection').hidden = false; wasLost = true; });
  addEventListener('pagehide', () => live.close());
  // Charts move with time even when nothing new arrives.
  setInterval(() => { if (main.dataset.topics === 'metrics') changed(); }, 5000);

  // ---- going somewhere -----------------------------------------------------------------------------------------
  function go(url) { document.querySelectorAll('[popover]:popover-open').forEach(menu => menu.hidePopover()); return move(url, { push: true }); }
  addEventListener('popstate', () => move(location.href));
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest('a[href]');
    if (link) {
      const href = link.getAttribute('href');
      if (!href.startsWith('/') || link.target || link.hasAttribute('download')) return;
      event.preventDefault(); go(href); return;
    }
    const row = event.target.closest('tr[data-href]');
    if (row && !event.target.closest('button, input, [popover]') && !String(getSelection())) go(row.dataset.href);
  });

  // ---- filters -------------------------------------------------------------------------------------------------
  function applyFilter(form) {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
    const text = query.toString();
    move(form.getAttribute('action') + (text ? '?' + text : ''), { replace: true });
  }
  document.addEventListener('input', event => {
    const form = event.target.closest('form[data-live-filter]');
    if (form) { clearTimeout(typing); typing = setTimeout(applyFilter, event.target.type === 'search' ? 180 : 0, form); }
  });

  // ---- commands ------------------------------------------------------------------------------------------------
  function ask(dialog) {
    return new Promise(resolve => {
      const done = answer => { dialog.onclick = dialog.oncancel = null; dialog.close(); resolve(answer); };
      dialog.onclick = event => { const button = event.target.closest('[data-answer]'); if (button) done(button.dataset.answer === 'yes'); else if (event.target === dialog) done(false); };
      dialog.oncancel = event => { event.preventDefault(); done(false); };
      dialog.showModal();
    });
  }
  function toast(success, title, message) {
    const box = document.createElement('div');
    box.className = success ? 'toast' : 'toast error';
    box.append(Object.assign(document.createElement('b'), { textContent: title }));
    if (message) box.append(Object.assign(document.createElement('p'), { textContent: message }));
    $('#toasts').append(box);
    setTimeout(() => box.remove(), success ? 6000 : 15000);
    box.addEventListener('click', () => box.remove());
  }
  document.addEventListener('submit', async event => {
    if (event.target.matches('form[data-live-filter]')) { event.preventDefault(); applyFilter(event.target); return; }
    if (event.target.id !== 'command') return;
    event.preventDefault();
    const button = event.submitter, data = button.dataset;
    document.querySelectorAll('[popover]:popover-open').forEach(menu => menu.hidePopover());
    if (data.confirm) {
      $('#confirm-title').textContent = data.title ?? 'Are you sure?';
      $('#confirm-text').textContent = data.confirm;
      if (!await ask($('#confirm'))) return;
    }
    const fields = new URLSearchParams(new FormData(event.target));
    if (data.command) { fields.set('resource', data.resource); fields.set('command', data.command); }
    for (const [name, value] of new URLSearchParams(data.fields ?? '')) fields.set(name, value);
    button.setAttribute('aria-busy', 'true');
    try {
      const response = await fetch(data.post ?? event.target.getAttribute('action'), { method: 'POST', body: fields, headers: { Accept: 'application/json' } });
      const answer = await response.json();
      if (button.id === 'console-clear') $('#console').replaceChildren();
      else toast(answer.success, answer.title, answer.message);
      if (answer.value) { $('#result-title').textContent = answer.title; $('#result-value').textContent = answer.value; ask($('#result')); }
    } catch {
      toast(false, 'The command did not reach the app host', 'It may have stopped, or the page is too old: load it again.');
    } finally {
      button.removeAttribute('aria-busy');
    }
  });

  // ---- small helpers of the pages ------------------------------------------------------------------------------
  document.addEventListener('click', event => {
    const reveal = event.target.closest('[data-reveal]');
    if (reveal) {
      const secret = reveal.closest('.secret'), code = $('code', secret), shown = code.hidden;
      code.hidden = !shown; $('.mask', secret).hidden = shown;
      reveal.setAttribute('aria-pressed', shown); reveal.setAttribute('aria-label', shown ? 'Hide value' : 'Show value');
      if (shown) secret.dataset.revealed = 'true'; else delete secret.dataset.revealed;
    }
    const copy = event.target.closest('[data-copy]');
    if (copy) navigator.clipboard?.writeText((copy.parentElement.querySelector('code, span') ?? copy.parentElement).textContent).then(() => toast(true, 'Copied'));
    const pause = event.target.closest('[data-pause]');
    if (pause) { paused = !paused; fresh = false; setUp(); refresh(); }
  });
  // A menu opens below its button, or above it where there is no room.
  document.addEventListener('toggle', event => {
    const menu = event.target;
    if (!menu.matches?.('[popover]') || event.newState !== 'open') return;
    const button = $(`[popovertarget="${CSS.escape(menu.id)}"]`).getBoundingClientRect();
    menu.style.left = Math.max(8, button.right - menu.offsetWidth) + 'px';
    menu.style.top = (button.bottom + menu.offsetHeight + 8 > innerHeight ? Math.max(8, button.top - menu.offsetHeight - 4) : button.bottom + 4) + 'px';
  }, true);

  $('#theme').addEventListener('click', () => {
    const themes = ['system', 'light', 'dark'], root = document.documentElement;
    const theme = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
    root.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    toast(true, `Theme: ${theme}`);
  });
  $('#help').addEventListener('click', () => ask($('#shortcuts')));
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea, dialog')) return;
    if (event.key === '?') { event.preventDefault(); ask($('#shortcuts')); return; }
    if (event.key === '/') { const search = $('input[type="search"]', main); if (search) { event.preventDefault(); search.focus(); } return; }
    if (event.key === 'Escape') { $('[data-close]', main)?.click(); return; }
    const link = $(`.side a[data-shortcut="${CSS.escape(event.key.toUpperCase())}"]`);
    if (link && event.key.length === 1) { event.preventDefault(); go(link.getAttribute('href')); }
  });

  // ---- console -------------------------------------------------------------------------------------------------
  const maxLines = 5000;
  let stream;
  function follow(box) {
    stream?.close(); stream = null;
    if (!box) return;
    const held = [];
    let hold = false, last = Number(box.lastElementChild?.dataset.line ?? 0);
    const pause = $('#console-pause'), filter = $('#console-filter');
    const toggles = [['console-times', 'times'], ['console-wrap', 'wrap']];
    const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    const end = () => { box.scrollTop = box.scrollHeight; };
    const matches = line => !filter.value || line.textContent.toLowerCase().includes(filter.value.toLowerCase());
    const append = html => {
      const stay = !atEnd(), before = box.lastElementChild;
      box.insertAdjacentHTML('beforeend', html);
      for (let line = before ? before.nextElementSibling : box.firstElementChild; line; line = line.nextElementSibling) line.hidden = !matches(line);
      while (box.childElementCount > maxLines) box.firstElementChild.remove();
      if (!stay) end();
    };
    const connect = () => {
      if (!box.isConnected) return;
      stream = new EventSource(`${box.dataset.stream}?after=${last}`);
      stream.addEventListener('lines', event => {
        const numbers = event.data.match(/data-line="(\d+)"/g);
        last = Number(numbers[numbers.length - 1].match(/\d+/)[0]);
        if (hold) held.push(event.data); else append(event.data);
      });
      // The browser would ask again for what it already has.
      stream.addEventListener('error', () => { stream?.close(); setTimeout(connect, 1000); });
    };
    for (const [id, name] of toggles) {
      const button = document.getElementById(id);
      const show = value => { box.dataset[name] = value; button.setAttribute('aria-pressed', value === 'on'); };
      show(stored(`console-${name}`, 'on'));
      button.addEventListener('click', () => { show(box.dataset[name] === 'on' ? 'off' : 'on'); store(`console-${name}`, box.dataset[name]); });
    }
    pause.addEventListener('click', () => {
      hold = !hold; pause.setAttribute('aria-pressed', hold); $('span', pause).textContent = hold ? 'Resume' : 'Pause';
      if (!hold) held.splice(0).forEach(append);
    });
    filter.addEventListener('input', () => { for (const line of box.children) line.hidden = !matches(line); end(); });
    end(); connect();
  }

  function setUp() {
    const box = $('#console', main);
    if (box !== setUp.console) { setUp.console = box; follow(box); }
    const pause = $('[data-pause]', main);
    if (pause) { pause.setAttribute('aria-pressed', paused); $('span', pause).textContent = paused ? 'Resume' : 'Pause'; }
    const selected = $('tr.selected', main)?.id;
    if (selected && selected !== setUp.selected) document.getElementById(selected).scrollIntoView({ block: 'nearest' });
    setUp.selected = selected;
  }
  setUp();
})();
