#include "pitlane/cli/model_file.h"

#include <string>
#include <system_error>
#include <utility>

#include "pitlane/network/pit_file.h"

namespace pitlane::cli {

Result<ModelFile> open_model(const std::filesystem::path& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return not_found(path.string() + ": no such file");
  if (path.extension() != ".pit")
    return unsupported(path.string() + ": unknown model type '" + path.extension().string() +
                       "'; this version reads .pit (train one with pitlane train)");
  PITLANE_TRY(Network network, load_pit(path));
  const auto size = std::filesystem::file_size(path, code);
  return ModelFile{std::move(network), static_cast<std::int64_t>(size)};
}

}  // namespace pitlane::cli
