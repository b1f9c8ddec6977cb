#include "pitlane/search/trial_record.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace pitlane {
namespace {

constexpr std::size_t kLongestNumber = 32;

template <typename Number>
std::string exact(Number value) {
  std::array<char, kLongestNumber> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// Words between blanks, read one by one; what is wrong stays wrong.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  template <typename Number>
  void read(Number& out) {
    const char* const end = rest_.data() + rest_.size();
    const auto [stopped, code] = std::from_chars(rest_.data(), end, out);
    good_ = good_ && code == std::errc() && stopped != end && *stopped == ' ';
    if (good_) rest_.remove_prefix(static_cast<std::size_t>(stopped - rest_.data()) + 1);
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string to_record(const Trial& t) {
  std::string out;
  for (const double value : {t.latency_ms, t.mse, t.seconds, t.deviation_m, t.excess_m}) out += exact(value) + " ";
  for (const std::int64_t value : {t.size_bytes, std::int64_t{t.laps}, std::int64_t{t.completed}, std::int64_t{t.lost}})
    out += exact(value) + " ";
  return out + (t.failure ? "failed: " + *t.failure : "done");
}

Result<Trial> trial_from_record(std::string_view text) {
  constexpr std::string_view kFailed = "failed: ";
  Trial t;
  Words words(text);
  for (double* value : {&t.latency_ms, &t.mse, &t.seconds, &t.deviation_m, &t.excess_m}) words.read(*value);
  words.read(t.size_bytes);
  words.read(t.laps);
  words.read(t.completed);
  words.read(t.lost);
  if (!words.good()) return corrupt("a stored trial cannot be read");
  if (words.rest().substr(0, kFailed.size()) == kFailed)
    t.failure = std::string(words.rest().substr(kFailed.size()));
  else if (words.rest() != "done")
    return corrupt("a stored trial cannot be read");
  return t;
}

std::string trials_csv(const std::vector<RungTrial>& trials) {
  std::string out =
      "rung,trial,candidate,failure,mse,size_bytes,laps,laps_completed,deviation_m,deviation_above_baseline_m,timing_"
      "p50_ms,timing_seconds\r\n";
  for (const RungTrial& r : trials) {
    const Trial& t = r.trial;
    out += exact(r.rung + 1) + "," + exact(r.number) + "," + to_string(r.candidate) + ",";
    out += (t.failure ? quoted(*t.failure) : "") + "," + exact(t.mse) + "," + exact(t.size_bytes) + ",";
    out += exact(t.laps) + "," + exact(t.completed) + "," + exact(t.deviation_m) + "," + exact(t.excess_m) + "," +
           exact(t.latency_ms) + ",";
    out += exact(t.seconds) + "\r\n";
  }
  return out;
}

}  // namespace pitlane
