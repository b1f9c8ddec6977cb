// Filters of the table of laps, and the copy button. A filter is a select "lap-KEY"; rows have its value as data-KEY.
const lapKeys = ["strategy", "circuit", "direction", "perturbation", "latency"].filter((key) => byId("lap-" + key));

function filterLaps() {
  const wanted = lapKeys.map((key) => [key, byId("lap-" + key).value]).filter(([, value]) => value !== "");
  const failed = byId("lap-failed").checked;
  let shown = 0, all = 0;
  for (const row of byId("laps").tBodies[0].rows) {
    row.hidden = wanted.some(([key, value]) => row.dataset[key] !== value) || (failed && row.dataset.done === "1");
    shown += !row.hidden;
    ++all;
  }
  byId("lap-count").textContent = `${shown} of ${all} ${byId("laps").dataset.noun || "laps"}`;
}

function startTables() {
  if (byId("laps")) {
    const rows = [...byId("laps").tBodies[0].rows];
    const values = (key) => unique(rows.map((row) => row.dataset[key])).map((v) => [v, v]);
    for (const key of lapKeys) {
      const all = values(key);
      fillSelect(byId("lap-" + key), all.length > 1 ? [["", "all"], ...all] : all);
    }
    for (const id of [...lapKeys, "failed"]) byId("lap-" + id).addEventListener("change", filterLaps);
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
