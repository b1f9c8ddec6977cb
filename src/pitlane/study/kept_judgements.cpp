#include "pitlane/study/kept_judgements.h"

#include <optional>
#include <utility>
#include <vector>

#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/study/stored_json.h"

namespace pitlane {
namespace {

using Errors = std::vector<OutputError>;

std::string stored(const Errors& errors) {
  return stored_text(list(errors, [](const OutputError& error) {
    return Json{{"output", error.output}, {"mse", real(error.mse)}, {"mae", real(error.mae)}};
  }));
}

Errors read_errors(const JsonCursor& at) {
  return at.list([](const JsonCursor& error) {
    return OutputError{error["output"].text(), error["mse"].number(), error["mae"].number()};
  });
}

std::string stored(const TrackVerdict& verdict) {
  return stored_text(Json{{"holds", verdict.holds}, {"share", real(verdict.share)}, {"overrun", verdict.overrun}});
}

TrackVerdict read_verdict(const JsonCursor& at) {
  return {at["holds"].boolean(), at["share"].number(), at["overrun"].text()};
}

template <typename Verdict>
Result<std::optional<Verdict>> found(const Store& store, const std::string& key, Verdict (*read)(const JsonCursor&)) {
  PITLANE_TRY(const std::optional<std::string> text, store.find(key));
  if (!text) return std::optional<Verdict>();
  Result<Verdict> verdict = from_stored_text(*text, read);
  if (verdict.ok()) return std::optional<Verdict>(*std::move(verdict));
  log_warning("a stored judgement cannot be read and is made again (" + verdict.error().message() + ")");
  return std::optional<Verdict>();
}

template <typename Verdict, typename Judge>
Judge kept(Judge judge, Store& store, std::string what, Verdict (*read)(const JsonCursor&)) {
  return [judge = std::move(judge), &store, what = std::move(what), read](
             const Network& network, const ProgressFn& progress) -> Result<Verdict> {
    const std::string key = what + "-" + content_hash(network);
    PITLANE_TRY(std::optional<Verdict> before, found(store, key, read));
    if (before) return *std::move(before);
    PITLANE_TRY(Verdict verdict, judge(network, progress));
    PITLANE_TRY_STATUS(store.put(key, stored(verdict)));
    return verdict;
  };
}

std::string named(const char* what, const std::string& conditions) {
  return std::string(what) + "-" + Hasher().text(conditions).hex();
}

}  // namespace

JudgeFn kept_judgements(JudgeFn judge, Store& store, const std::string& conditions) {
  return kept<Errors>(std::move(judge), store, named("errors", conditions), read_errors);
}

TrackFn kept_judgements(TrackFn track, Store& store, const std::string& conditions) {
  return kept<TrackVerdict>(std::move(track), store, named("verdict", conditions), read_verdict);
}

}  // namespace pitlane
