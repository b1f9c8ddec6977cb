#include "pitlane/train/torch_model.h"

namespace pitlane {

Result<std::unique_ptr<TorchModel>> make_torch_model(const Network& /*network*/, const TorchModelOptions& /*options*/) {
  return unsupported("this program was built without LibTorch and cannot train; install libtorch-dev and build again");
}

}  // namespace pitlane
