// A donkeycar tub: manifest.json, a zero byte, its first catalog, a zero byte, its second.
#include "fuzz/recordings.h"

namespace pitlane::fuzz {
namespace {

std::string record(int index) {
  const std::string number = std::to_string(index);
  return R"({"_index": )" + number + R"(, "_session_id": "21-07-05_0", "_timestamp_ms": )" +
         std::to_string(1625500000000 + 50 * index) + R"(, "cam/image_array": ")" + number +
         R"(_cam_image_array_.jpg", "user/angle": -0.5, "user/mode": "user", "user/throttle": 0.25})" + "\n";
}

std::string manifest(const std::string& deleted) {
  return "[\"cam/image_array\", \"user/angle\", \"user/throttle\", \"user/mode\"]\n"
         "[\"image_array\", \"float\", \"float\", \"str\"]\n{}\n{\"created_at\": 1625500000.5}\n"
         "{\"paths\": [\"catalog_0.catalog\", \"catalog_1.catalog\"], \"current_index\": 4, \"max_len\": 2,"
         " \"deleted_indexes\": [" +
         deleted + "]}\n";
}

}  // namespace

void run(Bytes input) {
  static const Scratch folder;
  [[maybe_unused]] static const bool once = (put_pictures(folder), true);
  Draw draw(input);
  folder.put("manifest.json", draw.text());
  folder.put("catalog_0.catalog", draw.text());
  folder.put("catalog_1.catalog", draw.rest());
  open_and_check(folder, "tub");
}

void add_seeds(Seeds& seeds) {
  const std::string end(1, '\0');
  seeds.add("two-catalogs", manifest("") + end + record(0) + record(1) + end + record(2) + record(3));
  seeds.add("deleted", manifest("1, 2") + end + record(0) + record(1) + end + record(2) + record(3));
}

}  // namespace pitlane::fuzz
