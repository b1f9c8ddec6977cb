// What a named tensor of an ONNX graph is, as the importer walks over the nodes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pitlane/formats/onnx/constant.h"
#include "pitlane/formats/onnx/layout.h"
#include "pitlane/network/network.h"

namespace pitlane::onnx {

enum class Meaning {
  kReal,       ///< numbers: the value itself
  kQuantized,  ///< the bytes that QuantizeLinear or DynamicQuantizeLinear makes of the value
  kScale,      ///< the step of DynamicQuantizeLinear, times `factor`
  kZeroPoint,  ///< its zero point
  kSums,       ///< integer sums of a layer whose weights are int8; times kScale they are numbers
};

/// A constant that DequantizeLinear reads: symmetric int8 with one scale per element of `axis`, or a single one.
struct Int8Constant {
  ConstantPtr bytes;  ///< kInt8
  std::vector<float> scales;
  int axis = 0;
};

/// ConvInteger or MatMulInteger before its scale is known.
struct IntegerLayer;

struct Operand {
  ConstantPtr constant;  ///< set: a constant, and nothing else but `int8` is
  std::shared_ptr<const Int8Constant> int8;
  ValueId value = -1;
  Layout layout;
  Meaning meaning = Meaning::kReal;
  /// kQuantized: the grid; kReal: numbers have been through it. A layer with int8 weights quantises its input so.
  std::optional<ActivationQuantization> grid;
  std::vector<float> factor;                  ///< kScale; empty: 1
  std::shared_ptr<const IntegerLayer> layer;  ///< kSums

  [[nodiscard]] bool is_constant() const { return constant != nullptr; }
  [[nodiscard]] Shape dims() const { return constant ? constant->dims : layout.dims(); }
};

inline Operand constant_operand(ConstantPtr constant) {
  Operand operand;
  operand.constant = std::move(constant);
  return operand;
}

inline Operand real_operand(ValueId value, Layout layout) {
  Operand operand;
  operand.value = value;
  operand.layout = std::move(layout);
  return operand;
}

}  // namespace pitlane::onnx
