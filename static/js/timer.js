/* Time spent. An activity that is billable as a rule ticks the box. The timer of the reply box: counts while it runs, holds while somebody types in its field, and writes hours and minutes
   into it. Without this script the field is typed. */
(() => {
  const doc = document, button = doc.querySelectorAll("[data-timer]"), STEP = 5e3;
  const minutes = text => {
    const clock = text.match(/^\s*(\d{1,3}):([0-5]?\d)\s*$/), plain = text.match(/^\s*(\d{1,5})\s*$/);
    return clock ? clock[1] * 60 + +clock[2] : plain ? +plain[1] : 0;
  };
  const clock = n => `${Math.floor(n / 60)}:${String(n % 60).padStart(2, "0")}`;
  doc.addEventListener("change", e => {
    const box = e.target.name === "activity" && e.target.form?.elements.billable;
    if (box) box.checked = "billable" in e.target.selectedOptions[0].dataset;
  });
  button.forEach(b => {
    const field = doc.getElementById(b.dataset.timer); let since = 0, before = 0, ticking;
    const spent = () => before + (since ? (Date.now() - since) / 6e4 : 0);
    const write = () => { const n = Math.round(spent()); if (n) field.value = clock(n); };
    const turn = on => {
      if (on) { before = minutes(field.value); since = Date.now(); ticking = setInterval(write, STEP); }
      else { write(); since = 0; clearInterval(ticking); field.dispatchEvent(new Event("input", { bubbles: true })); }
      b.setAttribute("aria-pressed", on);
    };
    b.addEventListener("click", () => turn(!since));
    field.addEventListener("focus", () => since && turn(false));
    field.form.addEventListener("submit", write, true);
    if ("runs" in b.dataset) turn(true);
  });
})();
