#include <algorithm>

#include "pitlane/formats/importers.h"
#include "pitlane/formats/pytorch/architecture.h"
#include "pitlane/formats/pytorch/state_dict.h"

namespace pitlane {
namespace {

Error unknown_family(const StateDict& dict) {
  constexpr std::size_t kNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(dict.tensors().size(), kNamed); ++i)
    names += (i == 0 ? "" : ", ") + dict.tensors()[i].name;
  if (dict.tensors().size() > kNamed) names += ", ...";
  return unsupported("its weights (" + names +
                     ") are of no known family, and a state dict says neither strides nor activations; describe the "
                     "layers with --architecture FILE, see docs/formats/pytorch.md");
}

Result<Network> import_weights(const std::filesystem::path& path, const ImportOptions& options) {
  PITLANE_TRY(const StateDict dict, StateDict::load(path));
  if (!options.architecture.empty()) {
    PITLANE_TRY(const Architecture described, load_architecture(options.architecture));
    return build_network(described, dict, options);
  }
  PITLANE_TRY(const std::optional<Architecture> known, known_architecture(dict, options.image));
  if (!known) return unknown_family(dict);
  return build_network(*known, dict, options);
}

/// The name of a zip archive's first entry.
std::string_view first_entry(const FileHead& head) {
  constexpr std::size_t kName = 30, kLength = 26;
  if (!head.has(0, "PK\3\4") || head.bytes.size() < kName) return {};
  const std::size_t length =
      std::to_integer<std::size_t>(head.bytes[kLength]) | std::to_integer<std::size_t>(head.bytes[kLength + 1]) << 8U;
  if (length > head.bytes.size() - kName) return {};
  return {reinterpret_cast<const char*>(head.bytes.data()) + kName, length};
}

}  // namespace

bool recognises_pytorch(const FileHead& head) {
  // A pickle of protocol 2 or later.
  if (head.bytes.size() > 1 && head.bytes[0] == std::byte{0x80} && head.bytes[1] >= std::byte{2} &&
      head.bytes[1] <= std::byte{5})
    return true;
  if (!head.has(0, "PK")) return false;
  const std::string_view entry = first_entry(head);
  if (entry.ends_with("/data.pkl") || entry.ends_with("/version") || entry.ends_with("/constants.pkl")) return true;
  const std::filesystem::path extension = head.path.extension();
  return extension == ".pth" || extension == ".pt" || extension == ".ckpt";
}

Result<Network> import_pytorch(const std::filesystem::path& path, const ImportOptions& options) {
  Result<Network> network = import_weights(path, options);
  if (!network.ok()) return network.error().in(path.string());
  network->metadata["source"] = "PyTorch " + path.filename().string();
  return network;
}

}  // namespace pitlane
