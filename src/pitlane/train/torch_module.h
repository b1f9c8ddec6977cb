// The one function of libpitlane_torch.so, the part of this program that is linked with LibTorch. It is loaded when
// something is trained: LibTorch brings 280 libraries and half a second, which no other verb has to wait for, and who
// has no LibTorch can use all the rest.
#pragma once

#include <memory>
#include <optional>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/train/torch_model.h"

namespace pitlane {

/// Names a hash of all headers whose types pass between program and module: with others they would be misread.
inline constexpr const char* kTorchModuleTypes = "pitlane_torch_types";
inline constexpr const char* kTorchModuleMake = "pitlane_torch_make_model";

using MadeTorchModel = std::optional<Result<std::unique_ptr<TorchModel>>>;
using TorchModuleMake = void (*)(const Network& network, const TorchModelOptions& options, MadeTorchModel& made);

}  // namespace pitlane
