// What steps do and cost, told by the pictures that they touch. Whose they are and their weights are filled in when a
// step is added.
#pragma once

#include <string>
#include <vector>

#include "pitlane/engine/layer_steps.h"
#include "pitlane/engine/picture.h"
#include "pitlane/engine/step_info.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Bytes an element.
inline constexpr std::size_t kRealBytes = sizeof(float), kByteBytes = 1;

/// Reads and writes what lies inside the borders.
StepInfo move_info(const std::string& work, const Picture& from, std::size_t from_bytes, const Picture& to,
                   std::size_t to_bytes);
/// Float to float.
StepInfo move_info(const std::string& work, const Picture& from, const Picture& to);
StepInfo border_info(const Picture& picture, std::size_t bytes);
/// A convolution or dense layer, which reads the border too.
StepInfo layer_info(const LayerShape& shape, Arithmetic arithmetic, std::int64_t macs, std::size_t read_bytes,
                    std::size_t written_bytes);
/// An operator between float pictures.
StepInfo op_info(const Op& op, const std::vector<Picture>& from, const Picture& to);

}  // namespace pitlane
