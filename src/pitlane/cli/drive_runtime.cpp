#include "pitlane/cli/drive_runtime.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

#include "pitlane/core/printable.h"
#include "pitlane/study/study_spec.h"

namespace pitlane::cli {
namespace {

Result<CarRuntime> runtime_of_word(const std::string& word) {
  CarRuntime runtime;
  runtime.foreign = find_foreign_runtime(word);
  if (runtime.foreign == nullptr && word != kOwnEngine)
    return invalid_argument("--runtime: there is no runtime '" + printable_name(word) + "'; there are " +
                            engine_names());
  return runtime;
}

}  // namespace

void add_drive_runtime_flags(CLI::App& verb, DriveRuntimeFlags& flags) {
  verb.add_option("--runtime", flags.list,
                  "what runs the networks: one of " + engine_names() +
                      ", or a list such as pitlane,litert; all but "
                      "pitlane run in your Python")
      ->capture_default_str();
  add_runtime_flags(verb, flags.python, "drives");
}

Result<std::vector<CarRuntime>> drive_runtimes(const DriveRuntimeFlags& flags, const std::string& isa) {
  std::vector<CarRuntime> runtimes;
  const auto pool = std::make_shared<WorkerPool>();
  std::istringstream words(flags.list + ',');
  for (std::string word; std::getline(words, word, ',');) {
    PITLANE_TRY(CarRuntime runtime, runtime_of_word(word));
    if (std::ranges::any_of(runtimes, [&](const CarRuntime& other) { return other.foreign == runtime.foreign; }))
      return invalid_argument("--runtime: '" + word + "' stands twice; keep one");
    runtime.worker = worker_options(flags.python);
    runtime.pool = pool;
    runtimes.push_back(std::move(runtime));
  }
  const auto is_foreign = [](const CarRuntime& runtime) { return runtime.foreign != nullptr; };
  if (std::ranges::any_of(runtimes, is_foreign)) PITLANE_TRY_STATUS(check_python(python_of(flags.python)));
  if (!isa.empty() && std::ranges::all_of(runtimes, is_foreign))
    return invalid_argument("--isa: is about the engine pitlane, and --runtime names others; leave it out");
  if (!flags.python.python.empty() && std::ranges::none_of(runtimes, is_foreign))
    return invalid_argument("--python: is about other runtimes, and --runtime names none; add --runtime onnxruntime");
  return runtimes;
}

std::size_t count_drivers(const std::vector<std::string>& models, const std::vector<CarRuntime>& runtimes) {
  std::size_t count = 0;
  for (const std::string& model : models) count += is_driver_of_ours(model) ? 1 : runtimes.size();
  return count;
}

Result<std::vector<Car>> open_cars_on(const std::vector<std::string>& models, const CarOptions& options,
                                      const std::vector<CarRuntime>& runtimes) {
  std::vector<Car> cars;
  for (const std::string& model : models)
    for (std::size_t i = 0; i < runtimes.size(); ++i) {
      if (i > 0 && is_driver_of_ours(model)) break;
      CarOptions here = options;
      here.runtime = runtimes[i];
      PITLANE_TRY(std::vector<Car> opened, open_cars({model}, here));
      Car& car = opened.front();
      const std::string runtime = car.isa.empty() ? car.subject.runtime : std::string(kOwnEngine) + " " + car.isa;
      if (runtimes.size() > 1 && car.has_network) {
        car.subject.shown = model;
        car.subject.shown.append(" · ").append(runtime);
      }
      cars.push_back(std::move(car));
    }
  return cars;
}

}  // namespace pitlane::cli
