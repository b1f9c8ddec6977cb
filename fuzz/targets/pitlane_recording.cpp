// recording.json, a zero byte, data.csv: a recording of our own.
#include "fuzz/recordings.h"

namespace pitlane::fuzz {
namespace {

std::string manifest(const std::string& stored) {
  return R"({"format": "pitlane-recording", "version": 1, "labels": [
    {"name": "v", "unit": "m/s", "low": 6.5, "high": 24}, {"name": "w", "unit": "rad/s", "low": -7.1, "high": 7.1}],
    "circuits": ["tight"], "stored_preprocessing": )" +
         stored + "}";
}

}  // namespace

void run(Bytes input) {
  static const Scratch folder;
  [[maybe_unused]] static const bool once = (put_pictures(folder), true);
  Draw draw(input);
  folder.put("recording.json", draw.text());
  folder.put("data.csv", draw.rest());
  open_and_check(folder, "pitlane");
}

void add_seeds(Seeds& seeds) {
  const std::string csv = "image_name,timestamp,session,v,w\n0.png,0,0,7,0.1\n1.png,0.05,0,8,0.2\n2.png,0.1,1,9,0.3\n";
  const std::string end(1, '\0');
  seeds.add("whole-frames", manifest("null") + end + csv);
  seeds.add("stored", manifest(R"({"source_width": 640, "source_height": 480, "crop": [0, 240, 640, 240],
    "width": 200, "height": 66, "format": "bgr"})") +
                          end + csv);
}

}  // namespace pitlane::fuzz
