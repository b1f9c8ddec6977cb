#include "pitlane/cli/real_runtime.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/measure/network_runner.h"

namespace pitlane::cli {
namespace {

constexpr std::size_t kMostInputBytes = std::size_t{1} << 28;

/// So many that their bytes stay within bounds.
std::int64_t affordable(std::int64_t count, const Session& session) {
  std::size_t each = 1;
  for (const TensorSpec& input : session.inputs())
    each += static_cast<std::size_t>(element_count(input.shape)) * sizeof(float);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(kMostInputBytes / each), 1, count);
}

Result<NetworkDifference> difference_on(const Network& network, std::unique_ptr<Session> session, DrawnInputs inputs,
                                        std::int64_t count) {
  PITLANE_TRY(NetworkRunner ours, NetworkRunner::create(network));
  const Session& runtime = *session;
  NetworkRunner theirs(network, std::move(session));
  NetworkDifference difference;
  for (; difference.pictures < count; ++difference.pictures) {
    if (interrupt_requested()) return Error(ErrorKind::kInterrupted, "interrupted");
    if (difference.pictures % kRunsWithMemory == 0) ours.reset(), theirs.reset();
    const std::vector<TensorView>& shown = inputs.next();
    PITLANE_TRY(const std::vector<float> right, ours.run(shown));
    const Result<std::vector<float>> answer = theirs.run(shown);
    if (!answer.ok() && runtime.failure()) return *runtime.failure();
    // Else it gave numbers, and one of them is none.
    const double here = answer.ok() ? largest_difference(right, *answer) : std::numeric_limits<double>::infinity();
    difference.largest = std::max(difference.largest, here);
  }
  return difference;
}

}  // namespace

void add_runtime_flags(CLI::App& verb, RuntimeFlags& flags, const std::string& what) {
  verb.add_option("--python", flags.python,
                  "the Python whose onnxruntime, LiteRT or Keras " + what + " (default: PITLANE_PYTHON, else python3)");
  verb.add_option("--python-limit-s", flags.limit_s, "its start and each answer may take so long")
      ->check(within(kShortestLimit_s, kLongestLimit_s))
      ->capture_default_str();
}

Python python_of(const RuntimeFlags& flags) { return choose_python(flags.python, "--python"); }

WorkerOptions worker_options(const RuntimeFlags& flags) {
  return {python_of(flags).program, flags.limit_s, "give it more with --python-limit-s", interrupt_requested};
}

Result<RuntimeCheck> check_in_real_runtime(const ExportedFile& file, std::int64_t count, const DrawOptions& draw,
                                           const RuntimeFlags& flags) {
  const std::string python = python_of(flags).program;
  RuntimeCheck check;
  if (!is_on_path(python)) {
    check.not_checked = "there is no program " + python + "; name one with --python or PITLANE_PYTHON";
    return check;
  }
  Result<std::unique_ptr<Session>> session = ForeignModel::of_file(file, worker_options(flags))->new_session();
  if (!session.ok() && session.error().kind() == ErrorKind::kNotFound) {
    check.not_checked = session.error().message();
    return check;
  }
  if (!session.ok()) return session.error();
  check.runtime = (*session)->description();
  const std::int64_t affordable_count = affordable(count, **session);
  PITLANE_TRY(check.difference,
              difference_on(file.network, *std::move(session), DrawnInputs(file.network, draw), affordable_count));
  return check;
}

}  // namespace pitlane::cli
