#include "pitlane/cli/model_file.h"

#include <string>
#include <system_error>
#include <utility>

#include "pitlane/core/log.h"
#include "pitlane/formats/import.h"

namespace pitlane::cli {
namespace {

void tell_assumptions(const std::filesystem::path& path, const Network& network) {
  for (const auto& [key, text] : network.metadata)
    if (key.starts_with("assumed")) log_info(std::string(path.string()).append(": ").append(key).append(": ") += text);
}

}  // namespace

Result<ModelFile> open_model(const std::filesystem::path& path, const ModelFlags& flags, Assumptions assumptions) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return not_found(path.string() + ": no such file");
  PITLANE_TRY(const ImportOptions options, import_options(flags));
  PITLANE_TRY(Network network, import_network(path, options));
  if (assumptions == Assumptions::kTold && path.extension() != ".pit") tell_assumptions(path, network);
  const auto size = std::filesystem::file_size(path, code);
  return ModelFile{std::move(network), static_cast<std::int64_t>(size)};
}

}  // namespace pitlane::cli
