// Filters of the table of laps, and the copy button.
function filterLaps() {
  const [strategy, circuit, failed] = [byId("lap-strategy").value, byId("lap-circuit").value, byId("lap-failed").checked];
  let shown = 0, all = 0;
  for (const row of byId("laps").tBodies[0].rows) {
    row.hidden = (strategy !== "" && row.dataset.strategy !== strategy) || (circuit !== "" && row.dataset.circuit !== circuit) ||
      (failed && row.dataset.done === "1");
    shown += !row.hidden;
    ++all;
  }
  byId("lap-count").textContent = `${shown} of ${all} laps`;
}

function startTables() {
  if (byId("laps")) {
    const rows = [...byId("laps").tBodies[0].rows];
    const choices = (key) => [["", "all"], ...unique(rows.map((row) => row.dataset[key])).map((v) => [v, v])];
    fillSelect(byId("lap-strategy"), choices("strategy"));
    fillSelect(byId("lap-circuit"), choices("circuit"));
    for (const id of ["lap-strategy", "lap-circuit", "lap-failed"]) byId(id).addEventListener("change", filterLaps);
    filterLaps();
  }
  const copy = byId("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(byId("command").textContent);
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    });
  }
}
