/* Time spent. An activity that is billable as a rule ticks the box. The timer of the reply box counts while it runs, holds
   while somebody types in its field, and writes hours and minutes into it; a reload, or a look at another page, loses none
   of it. Without this script the field is typed. */
(() => {
  const doc = document, button = doc.querySelectorAll("[data-timer]"), STEP = 5e3;
  const minutes = text => {
    const clock = text.match(/^\s*(\d{1,3}):([0-5]?\d)\s*$/), plain = text.match(/^\s*(\d{1,5})\s*$/), said = text.match(/^\s*(?:(\d{1,3})\s*h)?\s*(?:(\d{1,5})\s*m?)?\s*$/i);
    return clock ? clock[1] * 60 + +clock[2] : plain ? +plain[1] : said ? (said[1] || 0) * 60 + +(said[2] || 0) : 0;
  };
  const clock = n => `${Math.floor(n / 60)}:${String(n % 60).padStart(2, "0")}`;
  const store = (key, said) => { try { said ? sessionStorage.setItem(key, JSON.stringify(said)) : sessionStorage.removeItem(key); } catch { /* a browser that keeps nothing */ } };
  const stored = key => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } };
  doc.addEventListener("change", e => {
    const box = e.target.name === "activity" && e.target.form?.elements.billable;
    if (box) box.checked = "billable" in e.target.selectedOptions[0].dataset;
  });
  button.forEach(b => {
    const field = doc.getElementById(b.dataset.timer), key = `timer ${field.form.action}`, was = stored(key); let since = 0, before = 0, ticking;
    const spent = () => before + (since ? (Date.now() - since) / 6e4 : 0);
    const hold = sent => store(key, since && { n: spent(), sent });
    const write = () => { const n = Math.round(spent()); if (since && n) field.value = clock(n); hold(false); };
    const turn = on => {
      if (on) { if (Math.round(before) !== minutes(field.value)) before = minutes(field.value); since = Date.now(); ticking = setInterval(write, STEP); }
      else { write(); before = spent(); since = 0; clearInterval(ticking); hold(); field.dispatchEvent(new Event("input", { bubbles: true })); }
      b.setAttribute("aria-pressed", on);
    };
    b.addEventListener("click", () => turn(!since));
    field.addEventListener("focus", () => since && turn(false));
    field.form.addEventListener("submit", () => { write(); hold(true); }, true);
    addEventListener("pagehide", () => { if (!stored(key)?.sent) write(); }, true);
    if (was && (field.value || !was.sent)) {                           // it ran when the page was left; what was sent begins anew
      if (!was.sent && Math.round(was.n) > minutes(field.value)) { before = was.n; field.value = Math.round(before) ? clock(Math.round(before)) : ""; }
      turn(true);
    } else { store(key); if ("runs" in b.dataset) turn(true); }
  });
})();
