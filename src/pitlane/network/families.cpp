#include "pitlane/network/families.h"

#include "pitlane/network/pilotnet.h"

namespace pitlane {

const std::vector<Family>& families() {
  static const std::vector<Family> table = {
      {"pilotnet-torch", "PilotNet with unpadded convolutions (1.6 M parameters at 200x66), as in PyTorch",
       build_pilotnet_torch},
      {"pilotnet-tf", "PilotNet with padded convolutions (17 M parameters at 200x66), as in TensorFlow",
       build_pilotnet_tf},
  };
  return table;
}

Result<const Family*> find_family(const std::string& name) {
  std::string known;
  for (const Family& family : families()) {
    if (name == family.name) return &family;
    known += (known.empty() ? "" : ", ") + std::string(family.name);
  }
  return not_found("no network family is called '" + name + "'; known: " + known);
}

}  // namespace pitlane
