#include "pitlane/study/stored_json.h"

#include <cmath>

namespace pitlane {

Json real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json reals(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double value : values) out.push_back(real(value));
  return out;
}

std::vector<double> read_reals(const JsonCursor& at) {
  return at.list([](const JsonCursor& item) { return item.number(); });
}

std::vector<std::string> read_texts(const JsonCursor& at) {
  return at.list([](const JsonCursor& item) { return item.text(); });
}

std::string stored_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace pitlane
