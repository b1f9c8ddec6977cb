// The order in which Keras lists the layers of a functional model that it builds from its configuration.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace pitlane::keras {

/// A .h5 file's layers with weights must come in this order, since Keras pairs them with the model's by number:
/// farthest from the outputs first (longest way), then as a walk from the outputs meets them. `inputs`: by layer, those
/// that it reads, in their order. What leads to no output comes last, by name.
std::vector<std::string> model_order(const std::map<std::string, std::vector<std::string>>& inputs,
                                     const std::vector<std::string>& outputs);

}  // namespace pitlane::keras
