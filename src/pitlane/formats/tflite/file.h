// A .tflite file, verified: whatever this hands out has indices in range, sizes that fit, and names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/tflite/constant.h"
#include "pitlane/formats/tflite/schema.h"
#include "pitlane/network/network.h"

namespace pitlane::tflite {

struct Tensor {
  std::string name;
  Shape shape;
  tfl::TensorType type = tfl::TensorType::FLOAT32;
  TensorQuantization quantization;
  std::optional<Constant> constant;  ///< what is in the file; empty: it flows
  bool variable = false;             ///< memory of an operator
  bool open_batch = false;           ///< the first dimension may be any; `shape` has 1, or what flows
  std::optional<Error> fault;        ///< why it cannot be used; said only when something reads it
};

struct Operator {
  tfl::BuiltinOperator code = tfl::BuiltinOperator::ADD;
  std::string name;                    ///< "CONV_2D 3", its place in the file, for messages
  std::vector<int> inputs, outputs;    ///< tensors; inputs may be -1: left out
  const tfl::Operator* raw = nullptr;  ///< for its options; lives as long as the file
};

struct File {
  SharedBytes bytes;  ///< keeps the rest alive
  std::vector<Tensor> tensors;
  std::vector<Operator> operators;
  std::vector<int> inputs, outputs;                    ///< tensors
  std::vector<std::string> input_names, output_names;  ///< of the signature if there is one, else of the tensors
  std::string description;
  std::optional<SharedBytes> meaning;  ///< content of the metadata that Pitlane's own exports have
};

/// Name of that metadata.
inline constexpr const char* kMeaningName = "pitlane_meaning";

/// Verifies everything before it is used. Errors: not a .tflite file, damaged, no or several graphs, operators that are
/// not translated (by name), indices beyond what there is.
Result<File> parse_file(const SharedBytes& bytes);

}  // namespace pitlane::tflite
