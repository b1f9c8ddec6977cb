#include "pitlane/cli/model_file.h"

#include <algorithm>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "pitlane/core/log.h"
#include "pitlane/formats/import.h"

namespace pitlane::cli {
namespace {

// Once told: from here on the network states it, in whatever file it is written to that has a place for it.
void tell_assumptions(const std::filesystem::path& path, Network& network) {
  std::map<std::string, std::string> metadata;
  for (auto& [key, text] : network.metadata) {
    const bool assumed = key.starts_with("assumed");
    if (assumed) log_info(std::string(path.string()).append(": ").append(key).append(": ") += text);
    metadata[(assumed ? "was " : "") + key] = std::move(text);
  }
  network.metadata = std::move(metadata);
}

}  // namespace

Result<ModelFile> open_model(const std::filesystem::path& path, const ModelFlags& flags, Assumptions assumptions) {
  std::error_code code;
  if (!std::filesystem::exists(path, code))
    return not_found(path.string() + ": no such file; check its name and folder");
  PITLANE_TRY(const ImportOptions options, import_options(flags));
  PITLANE_TRY(Network network, import_network(path, options));
  if (assumptions == Assumptions::kTold && path.extension() != ".pit") tell_assumptions(path, network);
  const auto size = std::filesystem::file_size(path, code);
  return ModelFile{std::move(network), static_cast<std::int64_t>(size)};
}

Status check_one_camera(const std::filesystem::path& path, const Network& network) {
  const auto cameras = std::ranges::count(network.inputs, InputKind::kImage, &InputSpec::kind);
  if (cameras <= 1) return {};
  return unsupported(path.string() + ": the network reads " + std::to_string(cameras) +
                     " cameras, and recordings and the simulator show one; inspect, bench and convert take it, to "
                     "train, evaluate and drive take a network of one camera");
}

Result<ModelFile> open_one_camera_model(const std::filesystem::path& path, const ModelFlags& flags) {
  PITLANE_TRY(ModelFile file, open_model(path, flags));
  PITLANE_TRY_STATUS(check_one_camera(path, file.network));
  return file;
}

}  // namespace pitlane::cli
