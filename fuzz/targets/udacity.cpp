// driving_log.csv of Udacity's simulator.
#include "fuzz/recordings.h"

namespace pitlane::fuzz {
namespace {

std::string line(int frame, const std::string& folder, const std::string& numbers) {
  std::string out;
  for (const char* camera : {"center", "left", "right"}) out += folder + udacity_picture(camera, frame) + ",";
  return out + numbers + "\n";
}

}  // namespace

void run(Bytes input) {
  static const Scratch folder;
  [[maybe_unused]] static const bool once = (put_pictures(folder), true);
  folder.put("driving_log.csv", input);
  open_and_check(folder, "udacity");
}

void add_seeds(Seeds& seeds) {
  seeds.add("three-cameras.csv", line(0, "C:\\log\\IMG\\", "0,0.5,0,10.5") + line(1, "/tmp/IMG/", " -0.25, 1, 0, 30"));
  seeds.add("header.csv", "center,left,right,steering,throttle,brake,speed\n" + line(2, "IMG/", "0.1,0.2,0,1e1"));
  seeds.add("one-camera.csv", udacity_picture("center", 3) + ",,,0.5,0,0,3\n");
}

}  // namespace pitlane::fuzz
