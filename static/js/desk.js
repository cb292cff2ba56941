/* What only the desk has: the command palette, the groups of the rail, and notices said aloud by the device. Words come from the page. */
(() => {
  const doc = document, $ = (s, c = doc) => c.querySelector(s), $$ = (s, c = doc) => [...c.querySelectorAll(s)];
  const ask = (url, more) => fetch(url, { credentials: "same-origin", headers: { "X-Requested-With": "fetch", ...more } }).catch(() => null);

  /* ---- The palette: the field keeps the focus, the chosen line is told by aria-activedescendant. */
  const box = $("#palette"), field = $("#palette-q"), list = $("#palette-list"), none = $(".palette-none", box || doc);
  const lines = () => $$("[role=option]", list), chosen = () => $("[aria-selected=true]", list);
  const before = () => location.pathname.match(/^\/t\/([^/]+)\//)?.[1] || $(".is-cursor")?.id.slice(1) || "";
  let turn = 0, timer, waiting = false, enter = false, back;
  const choose = line => {
    lines().forEach(x => x.setAttribute("aria-selected", x === line));
    line ? field.setAttribute("aria-activedescendant", line.id) : field.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  };
  const find = async () => {
    const mine = ++turn, url = new URL(box.dataset.url, location);
    url.searchParams.set("q", field.value.trim()); if (box.ticket) url.searchParams.set("ticket", box.ticket);
    waiting = true;
    const answer = await ask(url), came = answer?.ok && !answer.redirected, html = came ? await answer.text() : "";
    if (mine !== turn) return;
    waiting = false; list.innerHTML = html; choose(lines()[0]);
    none.textContent = lines().length ? "" : came ? none.dataset.none : $("#toasts").dataset.failed;
    if (enter) { enter = false; go(); }
  };
  const open = () => { if (box.open) return box.close(); back = doc.activeElement; box.ticket = before(); field.value = ""; list.replaceChildren(); box.showModal(); field.focus(); find(); };
  const go = () => {
    if (waiting) return void (enter = true);
    const line = chosen(); if (!line) return;
    line.click();
  };
  if (box) {
    doc.addEventListener("keydown", e => {
      if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || (e.code !== "KeyK" && e.key !== "k") || e.target.closest("[data-editor]") || (!box.open && $("dialog[open]"))) return;
      e.preventDefault(); open();
    });
    doc.addEventListener("click", e => { const t = e.target.closest("[data-palette]"); if (t && !e.ctrlKey && !e.metaKey) { e.preventDefault(); t.closest("[popover]")?.hidePopover?.(); open(); } });
    field.addEventListener("input", () => { clearTimeout(timer); turn++; waiting = true; timer = setTimeout(find, 120); });
    box.addEventListener("keydown", e => {
      if (e.isComposing) return;
      const all = lines(), at = all.indexOf(chosen()), step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step && all.length) { e.preventDefault(); choose(all[(at + step + all.length) % all.length]); }
      if (e.key === "Enter") { e.preventDefault(); go(); }
    });
    list.addEventListener("click", e => { if (e.target.closest("[data-dialog]")) box.close(); });
    list.addEventListener("pointermove", e => { const line = e.target.closest("[role=option]"); if (line && line !== chosen()) choose(line); });
    box.addEventListener("click", e => e.target === box && box.close());
    box.addEventListener("close", () => { turn++; enter = false; if (doc.activeElement === doc.body || box.contains(doc.activeElement)) back?.focus({ preventScroll: true }); });
  }

  /* ---- The rail: a group folded or unfolded against its usual way is named in a cookie, so the next page comes so. */
  doc.addEventListener("click", e => {
    const box = e.target.closest("summary")?.parentElement, name = box?.dataset.group; if (!name) return;
    const turned = new Set((doc.cookie.match(/(?:^|; )rail=([\w.]*)/)?.[1] || "").split(".").filter(Boolean));
    turned[!box.open === (box.dataset.usual === "folded") ? "add" : "delete"](name);   // it is about to turn
    doc.cookie = `rail=${[...turned].join(".")};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  });

  /* ---- Aloud: asked for by a click, on this device; said while the desk is open and nobody looks at it. */
  const aloud = $("[data-aloud]"), url = doc.body.dataset.bellUrl, every = Math.max(60, +doc.body.dataset.bellSeconds || 0);
  if (aloud && "Notification" in window && Notification.permission !== "granted") {
    aloud.hidden = false;
    aloud.addEventListener("click", async () => {
      const said = doc.createElement("span"), yes = (await Notification.requestPermission()) === "granted";
      said.setAttribute("role", "status"); aloud.after(said); said.textContent = yes ? aloud.dataset.on : aloud.dataset.no; if (yes) aloud.hidden = true;
    });
  }
  let newest = "";
  const listen = async () => {
    if (!url || !("Notification" in window) || Notification.permission !== "granted" || (!doc.hidden && newest !== "")) return;
    const answer = await ask(`${url}?after=${newest}`, { "X-Unattended": "1" }); if (!answer?.ok || answer.redirected) return;
    const said = await answer.json().catch(() => null); if (!said) return;
    if (doc.hidden) said.notices.reverse().forEach(n => { const one = new Notification(n.title, { body: n.text, tag: n.title }); one.onclick = () => { focus(); location.assign(n.url); }; });
    newest = said.newest;
  };
  if (url) { listen(); setInterval(listen, every * 1000); doc.addEventListener("visibilitychange", () => { if (doc.hidden) { newest = ""; listen(); } }); }
})();
