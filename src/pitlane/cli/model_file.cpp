#include "pitlane/cli/model_file.h"

#include <string>
#include <system_error>
#include <utility>

#include "pitlane/formats/import.h"

namespace pitlane::cli {

Result<ModelFile> open_model(const std::filesystem::path& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return not_found(path.string() + ": no such file");
  PITLANE_TRY(Network network, import_network(path));
  const auto size = std::filesystem::file_size(path, code);
  return ModelFile{std::move(network), static_cast<std::int64_t>(size)};
}

}  // namespace pitlane::cli
