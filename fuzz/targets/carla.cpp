// dataset.csv of CARLA drives.
#include "fuzz/recordings.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  static const Scratch folder;
  [[maybe_unused]] static const bool once = (put_pictures(folder), true);
  folder.put("dataset.csv", input);
  open_and_check(folder, "carla");
}

void add_seeds(Seeds& seeds) {
  seeds.add(
      "drive.csv",
      "image_id,timestamp,throttle,steer,brake,velocity\n0.png,1,0.5,-0.25,0,7\n1.png,2,1,0.1,0,8\n2.png,3,0,0,1,9\n");
  seeds.add("labels-only.csv", "steer,image_id,brake,throttle,velocity\n0.1,3.png,0,1,3\n0.2,4.png,0,1,3\n");
}

}  // namespace pitlane::fuzz
