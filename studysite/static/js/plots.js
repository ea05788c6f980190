// What a mark of a plot stands for is said beside it, under the pointer and under the keyboard;
// arrow keys walk from mark to mark, Enter opens its records. Without this the marks are plain links
// with titles.
"use strict";

(() => {
  const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
  const GAP = 12;
  const tip = document.createElement("p");
  tip.className = "plot-tip";
  tip.hidden = true;
  // The mark itself says the same to who hears the page.
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);

  const show = (mark) => {
    tip.textContent = mark.dataset.said;
    tip.hidden = false;
    const at = mark.getBoundingClientRect();
    const left = at.left + at.width / 2 - tip.offsetWidth / 2;
    const above = at.top - tip.offsetHeight - GAP;
    tip.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - tip.offsetWidth - GAP))}px`;
    tip.style.top = `${above < GAP ? at.bottom + GAP : above}px`;
  };
  const hide = () => { tip.hidden = true; };

  for (const plot of document.querySelectorAll(".plots svg")) {
    const links = [];
    for (const title of plot.querySelectorAll("a > title, g > title")) {
      const mark = title.parentElement;
      mark.dataset.said = title.textContent;
      // The browser would say it a second time.
      if (mark.localName === "a") {
        title.remove();
        links.push(mark);
      }
    }
    // One stop of the Tab key a plot.
    links.forEach((mark, place) => mark.setAttribute("tabindex", place ? "-1" : "0"));
    const markOf = (event) => event.target.closest("[data-said]");
    plot.addEventListener("pointerover", (event) => {
      const mark = markOf(event);
      if (mark) show(mark); else hide();
    });
    plot.addEventListener("pointerleave", hide);
    plot.addEventListener("focusin", (event) => {
      const mark = markOf(event);
      if (!mark) return;
      links.forEach((each) => each.setAttribute("tabindex", each === mark ? "0" : "-1"));
      show(mark);
    });
    plot.addEventListener("focusout", hide);
    plot.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hide();
      const place = links.indexOf(markOf(event));
      const step = STEPS[event.key];
      if (!step || place < 0) return;
      event.preventDefault();
      links[(place + step + links.length) % links.length].focus();
    });
  }
  // A mark that the keyboard came to may have been scrolled to.
  window.addEventListener("scroll", () => {
    const mark = document.activeElement.closest(".plots [data-said]");
    if (mark && !tip.hidden) show(mark); else hide();
  }, { passive: true, capture: true });
})();
