// data.json of DeepLearningStudio.
#include "fuzz/recordings.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  static const Scratch folder;
  [[maybe_unused]] static const bool once = (put_pictures(folder), true);
  folder.put("data.json", input);
  open_and_check(folder, "deeplearningstudio");
}

void add_seeds(Seeds& seeds) {
  seeds.add("appended.json", R"({"v": 7.5, "w": -0.2}{"v": 8, "w": 0}{"v": 9.1e0, "w": 1})");
  seeds.add("list.json", R"([{"w": 0.5, "v": 7}, {"w": 0.25, "v": 8, "x": [null, "a"]}])");
}

}  // namespace pitlane::fuzz
