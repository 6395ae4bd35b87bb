(function () {
  "use strict";
  const form = document.getElementById("filter");
  const rows = Array.from(document.querySelectorAll("#all tbody tr"));
  if (!form || !rows.length) return;
  const words = form.querySelector("input");
  const outcome = form.querySelector("select");
  const count = form.querySelector("output");
  const texts = rows.map((row) => row.textContent.toLowerCase());
  function apply() {
    const wanted = words.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, place) => {
      const fits = (!outcome.value || row.dataset.outcome === outcome.value) && texts[place].includes(wanted);
      row.hidden = !fits;
      shown += fits;
    });
    count.textContent = shown + " of " + rows.length;
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
