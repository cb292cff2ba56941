/* Calling a colleague in a note (S161): "@" and some letters offer those who work on the ticket; arrows choose, Enter or
   Tab puts the name in, Esc leaves what was typed. Without this script "@" and a name is plain text that calls as well. */
(() => {
  const doc = document, $ = (s, c = doc) => c.querySelector(s), $$ = (s, c = doc) => [...c.querySelectorAll(s)];
  const CALL = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}._'’-]*(?: [\p{L}\p{N}._'’-]*){0,3})$/u, MOST = 8;
  const form = $("form[data-callable]"), ta = form && $("textarea", form); if (!ta) return;
  const list = doc.createElement("ul"); let rows, at = -1, from = 0;
  list.id = "callable"; list.className = "callable"; list.hidden = true; list.setAttribute("role", "listbox"); list.setAttribute("aria-label", form.dataset.callableLabel);
  ta.after(list); ta.setAttribute("aria-autocomplete", "list"); ta.setAttribute("aria-controls", list.id);

  const load = async () => {
    const answer = await fetch(form.dataset.callable, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return (rows = null);
    list.innerHTML = await answer.text(); rows = $$("li", list); look();
  };
  const fits = (row, typed) => {
    const words = row.dataset.words.toLowerCase();
    return words.startsWith(typed) || words.split(/[\s-]+/).some(word => word.startsWith(typed));
  };
  const shown = () => (rows || []).filter(row => !row.hidden);
  const turn = n => {
    const all = shown(); at = all.length ? (n + all.length) % all.length : -1;
    all.forEach((row, i) => row.setAttribute("aria-selected", i === at));
    if (at < 0) return ta.removeAttribute("aria-activedescendant");
    ta.setAttribute("aria-activedescendant", all[at].id); all[at].scrollIntoView({ block: "nearest" });
  };
  const close = () => { list.hidden = true; ta.removeAttribute("aria-activedescendant"); };
  const look = () => {
    const before = ta.value.slice(0, ta.selectionStart), called = before.match(CALL);
    if (!called || ta.selectionStart !== ta.selectionEnd) return close();
    if (rows === undefined) { rows = null; return load(); }
    const typed = called[1].toLowerCase(); let n = 0;
    from = ta.selectionStart - called[1].length - 1;
    (rows || []).forEach(row => { row.hidden = !fits(row, typed) || ++n > MOST; });
    if (!n) return close();
    list.hidden = false; turn(0);
  };
  const put = row => {
    close(); ta.focus(); ta.setSelectionRange(from, ta.selectionStart); const words = `@${row.dataset.name} `;
    doc.execCommand("insertText", false, words) || (ta.setRangeText(words, from, ta.selectionEnd, "end"), ta.dispatchEvent(new Event("input", { bubbles: true })));
    close();
  };
  ta.addEventListener("input", look); ta.addEventListener("click", look); ta.addEventListener("blur", close);
  list.addEventListener("mousedown", e => e.preventDefault());
  list.addEventListener("click", e => { const row = e.target.closest("li"); if (row) put(row); });
  ta.addEventListener("keydown", e => {
    if (list.hidden || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    const does = { ArrowDown: () => turn(at + 1), ArrowUp: () => turn(at - 1), Enter: () => put(shown()[at]), Tab: () => put(shown()[at]), Escape: close }[e.key];
    if (does) { e.preventDefault(); e.stopPropagation(); does(); }
  });
})();
