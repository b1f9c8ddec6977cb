#include "pitlane/cli/last_model.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "pitlane/cli/convert_recording.h"

namespace pitlane::cli {
namespace {

bool may_be_model(const std::filesystem::path& path) {
  std::error_code error;
  const std::string ending = path.extension().string();
  return std::filesystem::is_regular_file(path, error) && ending != ".yaml" && ending != ".yml" &&
         !is_recording_argument(path);
}

}  // namespace

Result<std::string> take_last_model(std::initializer_list<std::vector<std::string>*> lists) {
  for (std::vector<std::string>* list : lists)
    if (list->size() > 1 && may_be_model(list->back())) {
      std::string model = std::move(list->back());
      list->pop_back();
      return model;
    }
  return invalid_argument(
      "MODEL is required; a flag of several values (--data A B) takes all that follow it, so put MODEL first");
}

}  // namespace pitlane::cli
