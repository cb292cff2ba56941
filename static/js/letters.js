/* Letter templates: a field is put where the cursor was last. */
"use strict";
addEventListener("DOMContentLoaded", () => {
  const boxes = ["id_subject", "id_text", "id_html"].map((id) => document.getElementById(id)).filter(Boolean);
  let last = document.getElementById("id_text");
  for (const box of boxes) box.addEventListener("focus", () => { last = box; });
  for (const button of document.querySelectorAll("[data-field]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      last.focus();
      last.setRangeText(button.dataset.field, last.selectionStart, last.selectionEnd, "end");
    });
  }
});
