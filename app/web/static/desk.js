// SPDX-License-Identifier: Apache-2.0
// One key for each thing that a button or link of the page does. Without scripts they are buttons and
// links all the same; nothing here sends, stores or decides anything by itself.
"use strict";

const isTyping = (element) =>
  element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

const isTick = (element) => /^(checkbox|radio)$/.test(element.type || "");

const step = (by) => {
  const links = [...document.querySelectorAll("[data-rows] .title a")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)].focus();
};

let sent = false;

document.addEventListener("submit", (event) => {
  // Twice the same key must not be two forms; the second would only be told that the first was quicker.
  if (sent) event.preventDefault();
  sent = true;
});

window.addEventListener("pageshow", () => {
  sent = false;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  const { target } = event;
  if (event.key === "Escape" && isTyping(target)) {
    target.blur();
    return;
  }
  if (isTyping(target) && !isTick(target)) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (found) {
    event.preventDefault();
    if (isTyping(found)) found.focus();
    else found.click();
    return;
  }
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    step(event.key === "j" ? 1 : -1);
  }
});
