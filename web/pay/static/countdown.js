"use strict";
// Counts down what is left of the pay link. The page says so in words without it, and paying needs no script.

(function countdown() {
  const shown = document.querySelector("[data-seconds-left]");
  if (!shown) return;
  const end = performance.now() + Number(shown.dataset.secondsLeft) * 1000; // the page's clock may be wrong: ours is not
  const show = () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    const hours = Math.floor(left / 3600);
    const text = left === 0 ? shown.dataset.over : hours > 0 ? shown.dataset.hours : shown.dataset.minutes;
    shown.textContent = text
      .replace("{hours}", hours)
      .replace("{minutes}", Math.floor((left % 3600) / 60))
      .replace("{seconds}", left % 60);
    if (left > 0) setTimeout(show, 1000);
  };
  show();
})();
