// Arrow keys go from day to day in the calendar; the links themselves work without.
"use strict";

(() => {
  const month = document.querySelector("[data-month]");
  if (!month) return;
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  month.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const cell = event.target.closest("td");
    if (!step || !cell) return;
    let row = cell.parentElement.sectionRowIndex;
    let column = cell.cellIndex;
    const rows = month.tBodies[0].rows;
    // To the next day in that direction that has something to open.
    do {
      row += step[0];
      column += step[1];
      if (column < 0) [row, column] = [row - 1, 6];
      if (column > 6) [row, column] = [row + 1, 0];
    } while (rows[row] && !rows[row].cells[column].querySelector("a"));
    const link = rows[row] && rows[row].cells[column].querySelector("a");
    if (!link) return;
    event.preventDefault();
    link.focus();
  });
})();
