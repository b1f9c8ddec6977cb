#include "pitlane/network/families.h"

#include "pitlane/network/conv_lstm_families.h"
#include "pitlane/network/pilotnet.h"
#include "pitlane/network/pilotnet_x3.h"

namespace pitlane {

const std::vector<Family>& families() {
  static const std::vector<Family> table = {
      {"pilotnet-torch", "PilotNet with unpadded convolutions (1.6 M parameters at 200x66), as in PyTorch",
       build_pilotnet_torch},
      {"pilotnet-tf", "PilotNet with padded convolutions (17 M parameters at 200x66), as in TensorFlow",
       build_pilotnet_tf},
      {"pilotnet-tf-v", "the same with a plane of the speed behind the colours", build_pilotnet_tf_v},
      {"pilotnet-stacked", "a wider PilotNet over stacked frames (ages 2,1,0), as in PyTorch", build_pilotnet_stacked},
      {"pilotnet-x3", "PilotNet's convolutions on each frame (ages 9,5,0), four LSTMs of 4 units, dense layers",
       build_pilotnet_x3},
      {"pilotnet-x3-timedistributed", "the convolutions on each frame (ages 9,5,0), four LSTMs of 32 units",
       build_pilotnet_x3_timedistributed},
      {"pilotnet-x3-timedistributed-v", "the same with a plane of the speed beside each frame",
       build_pilotnet_x3_timedistributed_v},
      {"pilotnet-x3-conv3d", "convolutions over time too (ages 9,5,0), normalised, averaged over the picture",
       build_pilotnet_x3_conv3d},
      {"pilotnet-x3-conv3d-v", "the same with a plane of the speed beside each frame", build_pilotnet_x3_conv3d_v},
      {"deepest-lstm-tinypilotnet", "three strided convolutions, three ConvLSTMs, dense layers: small",
       build_deepest_lstm_tinypilotnet},
      {"deepest-lstm-tinypilotnet-v", "the same with a plane of the speed behind the colours",
       build_deepest_lstm_tinypilotnet_v},
      {"memdccp", "convolutions over time (ages 9,5,0), four ConvLSTMs, dense layers", build_memdccp},
      {"pilotnet-onehot", "the small convolutions and ConvLSTMs with speed and one-hot command beside their features",
       build_pilotnet_onehot},
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
