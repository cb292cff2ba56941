/* The picker of predefined replies (S147, S156): opened by its button, its key, or "/" at the start of a line; found by
   typing; Enter puts the first in where the cursor was, Esc goes back to it. Without this script the button leads to a page. */
(() => {
  const doc = document, $ = (s, c = doc) => c.querySelector(s), $$ = (s, c = doc) => [...c.querySelectorAll(s)];
  const FIELD = /\{\{[^}]*\}\}|\[(?:FIRSTNAME|NAME|EMAIL)\]/, WAIT = 120;
  const states = new WeakMap(), cursors = new WeakMap();               // of each picker; of each text [from, to]
  const of = picker => states.get(picker) || states.set(picker, { asked: 0, slash: null, busy: true }).get(picker);
  const field = picker => $("input[type=search]", picker), list = picker => $("[data-picker-list]", picker);
  const box = picker => $("textarea", picker.closest("form"));
  const rest = ta => cursors.set(ta, [ta.selectionStart, ta.selectionEnd]);

  /* ---- What it lists: asked of the server, the latest answer counts. */
  const ask = async (picker, more) => {
    const state = of(picker), turn = ++state.asked; state.busy = true;
    const url = new URL(picker.dataset.picker, location); new URLSearchParams(more).forEach((value, name) => url.searchParams.set(name, value));
    const answer = await fetch(url, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    const html = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
    if (turn !== state.asked) return;
    state.busy = false;                                                // not before the list is there: a key pressed meanwhile waits for it
    if (html === null) return state.next = null;
    list(picker).innerHTML = html;
    $(".menu-pop", picker).scrollIntoView({ block: "nearest" });
    const first = $("[data-insert]", picker); first?.setAttribute("data-first", "");
    if (state.next) { const next = state.next; state.next = null; if (first) put(picker, first, next === "send"); }
  };
  const typed = picker => { const q = field(picker).value.trim(); return q ? { q } : {}; };

  /* ---- Opening and closing. */
  const open = picker => { field(picker).value = ""; picker.open = true; field(picker).focus(); };
  const turned = picker => {
    if (picker.open && doc.activeElement === $("summary", picker) && matchMedia("(hover: hover)").matches) field(picker).focus();   // on a phone it would raise the keyboard
    if (picker.open) return ask(picker, typed(picker)); field(picker).value = ""; of(picker).busy = true;
  };
  const back = (picker, more = "") => {                                // to the text, with the cursor where it was
    const state = of(picker), ta = box(picker), [from, to] = cursors.get(ta) || [ta.value.length, ta.value.length];
    picker.open = false; field(picker).value = ""; ta.focus();
    if (more) { ta.setSelectionRange(state.slash + 1, state.slash + 1); write(ta, more); } else ta.setSelectionRange(from, to);
    state.slash = null;
  };
  const write = (ta, words) => { doc.execCommand("insertText", false, words) || (ta.setRangeText(words, ta.selectionStart, ta.selectionEnd, "end"), ta.dispatchEvent(new Event("input", { bubbles: true }))); };

  /* ---- Putting one in. */
  const put = (picker, item, send) => {
    const state = of(picker), ta = box(picker), end = ta.value.length, known = cursors.get(ta);
    const atEnd = !known || known[0] === end && item.dataset.insert.includes("\n\n");                // nobody was in the text yet, or it is more than a phrase: below it
    const apart = atEnd && state.slash === null && end && !ta.value.endsWith("\n") ? "\n\n" : "";
    const [from, to] = state.slash === null ? known || [end, end] : [state.slash, state.slash + 1], words = apart + item.dataset.insert;
    state.slash = null; picker.open = false; ta.focus(); ta.setSelectionRange(from, to); write(ta, words);
    besides($("[data-inserted]", ta.form), $("template", item));
    ta.dispatchEvent(new Event("input", { bubbles: true }));
    const gap = words.match(FIELD); if (gap) return ta.setSelectionRange(from + gap.index, from + gap.index + gap[0].length);
    if (send) ta.form.requestSubmit($("button.btn-primary", ta.form));
  };
  const besides = (into, template) => {
    if (!into || !template) return;
    for (const part of [...template.content.cloneNode(true).children]) {
      const input = part.matches("input") ? part : $("input", part);
      if (!input) { $$("span.chip", into).find(old => old.textContent === part.textContent)?.remove(); into.append(part); continue; }   // what is left out, and why
      if (input.name === "also" && !into.closest("#pane-reply")) input.checked = false;   // with a note it happens where its author wants it
      $$(`input[name="${input.name}"]`, into).filter(old => old.value === input.value).forEach(old => (old.closest("label") || old).remove());
      into.append(part);
    }
  };

  /* ---- Hands. */
  doc.addEventListener("toggle", e => { const picker = e.target; if (picker.matches?.("[data-picker]")) turned(picker); }, true);
  doc.addEventListener("focusout", e => { if (e.target.matches?.(".composer textarea")) rest(e.target); });
  doc.addEventListener("click", e => {
    const picker = e.target.closest?.("[data-picker]"), item = e.target.closest?.("[data-insert]"), way = e.target.closest?.("[data-picker-to]");
    if (picker && item) { e.preventDefault(); put(picker, item); }
    if (picker && way) { e.preventDefault(); field(picker).value = ""; ask(picker, new URL(way.href).searchParams); field(picker).focus(); }
  });
  doc.addEventListener("input", e => {
    const ta = e.target, picker = ta.closest?.("[data-picker]");
    if (picker && ta === field(picker)) {
      const state = of(picker), words = ta.value;
      if (state.slash !== null && /[/\s]$/.test(words) && !list(picker).querySelector("[data-first]")) return back(picker, words);   // a path was meant, not a reply
      if (state.slash !== null && words.includes("/")) return back(picker, words);
      clearTimeout(state.timer); state.asked++; state.busy = true; state.timer = setTimeout(ask, WAIT, picker, typed(picker)); return;
    }
    if (!ta.matches?.(".composer textarea") || e.inputType !== "insertText" || e.data !== "/") return;
    const at = ta.selectionStart - 1, own = $("[data-picker]", ta.form);
    if (own && (at === 0 || ta.value[at - 1] === "\n")) { rest(ta); of(own).slash = at; open(own); }
  });
  doc.addEventListener("keydown", e => {
    const picker = e.target.closest?.("[data-picker]"); if (!picker || e.isComposing) return;
    const state = of(picker), search = field(picker);
    if (e.key === "Escape") return back(picker, state.slash !== null ? search.value : "");
    if (e.target === search && e.key === "Enter") {
      e.preventDefault();
      const send = e.ctrlKey || e.metaKey, first = $("[data-first]", picker);
      if (state.busy || state.next) state.next = send ? "send" : "put";
      else if (first) put(picker, first, send);
      else $("[data-picker-to]", picker)?.click();
    }
    if (e.target === search && e.key === "Backspace" && !search.value) $("[data-picker-to]:first-child", list(picker))?.click();
    if (e.target !== search && e.target.matches(".menu-item") && e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey && e.key !== " ") search.focus();
  }, true);
})();
