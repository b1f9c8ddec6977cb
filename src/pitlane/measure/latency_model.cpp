#include "pitlane/measure/latency_model.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace pitlane {
namespace {

constexpr double kLongest_s = 10;

std::string duration_text(double seconds) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, seconds * 1000, std::chars_format::general, 6).ptr;
  return std::string(text, end) + "ms";
}

bool usable(double seconds) { return std::isfinite(seconds) && seconds >= 0 && seconds <= kLongest_s; }

Error bad(std::string_view text) {
  return invalid_argument("latency '" + std::string(text) +
                          "' is not understood; write none, or a duration up to 10 s " + "such as 60ms or 0.06s");
}

}  // namespace

LatencyModel LatencyModel::fixed(double seconds) {
  PITLANE_CHECK(usable(seconds));
  LatencyModel model;
  model.fixed_s_ = seconds;
  if (seconds > 0) model.name_ = duration_text(seconds);
  return model;
}

Result<LatencyModel> LatencyModel::measured(std::vector<double> profile_s, double device_factor) {
  if (profile_s.empty()) return invalid_argument("the latency profile is empty; measure it again");
  if (!std::isfinite(device_factor) || device_factor <= 0)
    return invalid_argument("the device factor must be a positive number");
  for (double& seconds : profile_s) {
    seconds *= device_factor;
    if (!usable(seconds))
      return invalid_argument("the latency profile holds a value that is not within 0..10 s; measure it again");
  }
  LatencyModel model;
  model.name_ = measured_name(device_factor);
  model.profile_s_ = std::move(profile_s);
  return model;
}

std::string LatencyModel::measured_name(double device_factor) {
  if (device_factor == 1) return "measured";
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, device_factor, std::chars_format::general, 5).ptr;
  return "measured x" + std::string(text, end);
}

Result<LatencyModel> LatencyModel::parse(std::string_view text) {
  if (text == "none" || text == "0") return none();  // zero needs no unit
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (code != std::errc() || (unit != "ms" && unit != "s")) return bad(text);
  const double seconds = unit == "ms" ? value / 1000 : value;
  if (!usable(seconds)) return bad(text);
  return fixed(seconds);
}

Result<std::vector<LatencyModel>> LatencyModel::parse_list(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    parts.emplace_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  // From the back, so that each bare number meets its unit.
  std::string unit;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const std::size_t digits_end = part->find_last_of("0123456789.") + 1;  // 0 where there are none
    if (digits_end == 0) continue;
    if (digits_end < part->size()) unit = part->substr(digits_end);
    if (digits_end == part->size()) *part += unit;
  }
  std::vector<LatencyModel> models;
  for (const std::string& part : parts) {
    Result<LatencyModel> model = parse(part);
    if (!model.ok() && parts.size() > 1)
      return invalid_argument(model.error().message() + ", or a list such as none,60ms or 0,20,60ms");
    if (!model.ok()) return model.error();
    models.push_back(*std::move(model));
  }
  return models;
}

double LatencyModel::draw_s(Random& random) const {
  return profile_s_.empty() ? fixed_s_ : profile_s_[random.index(profile_s_.size())];
}

}  // namespace pitlane
