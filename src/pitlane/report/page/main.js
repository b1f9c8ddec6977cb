function drawAll() {
  applyTheme();
  drawLatency();
  drawPareto();
  drawSearch();
  drawHistogram();
  drawLayers();
  drawRoofline();
  drawLearning();
}
drawAll();
startTrack();
startTables();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  drawAll();
  if (byId("track")) refreshTrack();
});
