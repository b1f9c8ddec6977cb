#include "pitlane/data/split.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <system_error>

namespace pitlane {
namespace {

enum class Part { kTrain, kValidation, kNeither };

constexpr std::int64_t kEvery = 5;
constexpr std::int64_t kBlockRows = 100;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Consecutive rows, every `every`-th stretch of which validates.
struct Blocks {
  std::int64_t rows = kBlockRows;
  std::int64_t every = kEvery;

  [[nodiscard]] bool validates(std::int64_t row) const { return row >= 0 && row / rows % every == every - 1; }
  [[nodiscard]] std::int64_t guard() const { return std::max<std::int64_t>(1, rows / 20); }
  [[nodiscard]] Part part_of(std::int64_t row) const {
    if (validates(row)) return Part::kValidation;
    const bool near = validates(row - std::min(guard(), row)) || validates(row + guard());
    return near ? Part::kNeither : Part::kTrain;
  }
};

/// part_of(sample) decides; side cameras never validate.
template <typename PartOf>
Result<Split> assign(const Dataset& dataset, const std::string& what, const PartOf& part_of) {
  Split out;
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const Part part = part_of(i);
    if (part == Part::kTrain) out.train.push_back(i);
    if (part == Part::kValidation && dataset.side_camera[index(i)] == 0) out.validation.push_back(i);
  }
  if (out.train.empty() || out.validation.empty())
    return invalid_argument("split " + what + " leaves " + std::to_string(out.train.size()) + " samples to train and " +
                            std::to_string(out.validation.size()) + " to validate; use shorter blocks or more data");
  out.description = what + "; " + std::to_string(out.train.size()) + " samples train, " +
                    std::to_string(out.validation.size()) + " validate";
  return out;
}

std::set<int> sessions_of(const Dataset& dataset) { return {dataset.session.begin(), dataset.session.end()}; }

Result<Split> by_session(const Dataset& dataset) {
  const std::set<int> sessions = sessions_of(dataset);
  if (sessions.size() < 2)
    return invalid_argument("split session: the recording is one single session; use blocks:100:5");
  std::map<int, bool> validates;
  std::int64_t position = 0;
  const auto count = static_cast<std::int64_t>(sessions.size());
  for (const int session : sessions) {
    validates[session] = count < kEvery ? position == count - 1 : position % kEvery == kEvery - 1;
    ++position;
  }
  const std::string what = count < kEvery ? "session: the last of " + std::to_string(count) + " validates"
                                          : "session: every fifth of " + std::to_string(count) + " validates";
  return assign(dataset, what, [&](std::int64_t sample) {
    return validates.at(dataset.session[index(sample)]) ? Part::kValidation : Part::kTrain;
  });
}

Result<Split> by_blocks(const Dataset& dataset, const Blocks& blocks) {
  const std::string what = "blocks:" + std::to_string(blocks.rows) + ":" + std::to_string(blocks.every);
  return assign(dataset, what, [&](std::int64_t sample) { return blocks.part_of(dataset.row[index(sample)]); });
}

/// Takes a number of 1..10^9 from the front.
std::optional<std::int64_t> take_count(std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 1 || value > 1'000'000'000) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<Blocks> parse_blocks(std::string_view text) {
  constexpr std::string_view kPrefix = "blocks:";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const auto rows = take_count(text);
  if (!rows || !text.starts_with(':')) return std::nullopt;
  text.remove_prefix(1);
  const auto every = take_count(text);
  if (!every || *every < 2 || !text.empty()) return std::nullopt;
  return Blocks{*rows, *every};
}

Result<Split> automatic(const Dataset& dataset) {
  if (static_cast<std::int64_t>(sessions_of(dataset).size()) >= kEvery) return by_session(dataset);
  const std::int64_t rows = dataset.row.empty() ? 0 : *std::max_element(dataset.row.begin(), dataset.row.end()) + 1;
  return by_blocks(dataset, Blocks{std::clamp<std::int64_t>(rows / kEvery, 1, kBlockRows), kEvery});
}

}  // namespace

Result<Split> split_dataset(const Dataset& dataset, const std::string& method) {
  if (method == "auto") return automatic(dataset);
  if (method == "session") return by_session(dataset);
  if (const auto blocks = parse_blocks(method)) return by_blocks(dataset, *blocks);
  return invalid_argument("unknown split '" + method + "'; known: auto, session, blocks:ROWS:N with N of at least 2");
}

}  // namespace pitlane
