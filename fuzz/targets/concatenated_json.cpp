// One JSON object after another.
#include "pitlane/data/concatenated_json.h"

#include "fuzz/target.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  const std::string_view all = text(input);
  ConcatenatedJson reader(all);
  const char* end = all.data();
  std::int64_t number = 0;
  for (JsonPiece piece; reader.next(piece);) {
    PITLANE_CHECK(piece.number == ++number);
    PITLANE_CHECK(piece.text.starts_with('{') && piece.text.find('{', 1) == std::string_view::npos);
    PITLANE_CHECK(piece.text.data() >= end && piece.text.size() <= all.size());
    end = piece.text.data() + piece.text.size();
  }
  PITLANE_CHECK(end <= all.data() + all.size());
}

void add_seeds(Seeds& seeds) {
  seeds.add("appended", R"({"v": 7.5, "w": -0.2}{"v": 8, "w": 0}
{"v": 9.1e0, "w": 1})");
  seeds.add("list", R"([{"w": 0.5, "v": 7}, {"w": 0.25, "v": 8}])");
  seeds.add("cut-off", R"({"v": 7, "w": {"v": 8, "w": 1})");
}

}  // namespace pitlane::fuzz
