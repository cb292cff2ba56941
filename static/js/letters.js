/* Letter templates, predefined replies, signatures: a field is put where the cursor was last. */
"use strict";
addEventListener("DOMContentLoaded", () => {
  const own = "#id_subject, #id_text, #id_html, textarea[id^=id_texts-]";
  let last = document.querySelector("#id_text, textarea[id^=id_texts-]");
  document.addEventListener("focusin", (e) => { if (e.target.matches(own)) last = e.target; });
  for (const button of document.querySelectorAll("[data-field]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      last.focus();
      last.setRangeText(button.dataset.field, last.selectionStart, last.selectionEnd, "end");
    });
  }
});
