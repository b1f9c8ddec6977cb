#include "pitlane/formats/onnx/step.h"

#include <algorithm>

namespace pitlane::onnx {
namespace {

// Unrolled sequences make many operators of one node; beyond this no network is meant.
constexpr std::size_t kMostNodes = std::size_t{1} << 16;

}  // namespace

Status Conversion::spend(std::uint64_t bytes) {
  if (bytes > bytes_left)
    return unsupported("asks for much more memory than the file has bytes; it repeats or expands its constants");
  bytes_left -= bytes;
  return {};
}

Result<ConstantPtr> Conversion::decode(const TensorDef& tensor) {
  if (!tensor.is_external) return onnx::decode(tensor, model.folder);
  constexpr std::uint64_t kMostExternal = std::uint64_t{1} << 31, kCopies = 7;
  PITLANE_TRY(const std::int64_t count, checked_count(tensor.dims));
  if ((external_bytes += static_cast<std::uint64_t>(count) * sizeof(float)) > kMostExternal)
    return unsupported("more than 2 GiB of external data; no driving network is that large");
  PITLANE_TRY(const ExternalFile file, external_file(tensor, model.folder));
  if (external_files.insert(file.path).second) bytes_left += std::min(file.bytes, kMostExternal) * kCopies;
  PITLANE_TRY(ConstantPtr constant, onnx::decode(tensor, model.folder));
  PITLANE_TRY_STATUS(spend(constant->reals.size() * sizeof(float) + constant->integers.size() * sizeof(std::int64_t) +
                           constant->bytes.size()));
  return constant;
}

bool Step::all_constant() const {
  for (std::size_t i = 0; i < node_.inputs.size(); ++i) {
    if (!given(i)) continue;
    const Result<const Operand*> input = operand(i);
    if (!input.ok() || !(*input)->is_constant()) return false;
  }
  return true;
}

Result<const Operand*> Step::operand(std::size_t input) const {
  if (!given(input)) return corrupt("input " + std::to_string(input) + " is missing");
  const auto found = conversion_.operands.find(node_.inputs[input]);
  if (found == conversion_.operands.end())
    return corrupt("reads '" + node_.inputs[input] +
                   "', which no earlier node, input or initialiser makes (a cycle, or a damaged file)");
  return &found->second;
}

Result<const Operand*> Step::flowing(std::size_t input) const {
  PITLANE_TRY(const Operand* operand, this->operand(input));
  if (operand->is_constant())
    return unsupported("'" + node_.inputs[input] +
                       "' is a constant; here only what the network computes is understood");
  if (operand->meaning == Meaning::kReal || operand->meaning == Meaning::kQuantized) return operand;
  return unsupported("'" + node_.inputs[input] +
                     "' is part of an integer layer; it is understood only as onnxruntime's "
                     "quantizer writes it");
}

Result<const Operand*> Step::real(std::size_t input) const {
  PITLANE_TRY(const Operand* operand, flowing(input));
  if (operand->meaning == Meaning::kReal) return operand;
  return unsupported("'" + node_.inputs[input] + "' is quantised and not dequantised before it is read");
}

Result<ConstantPtr> Step::constant(std::size_t input) const {
  PITLANE_TRY(const Operand* operand, this->operand(input));
  if (operand->is_constant()) return operand->constant;
  return unsupported("'" + node_.inputs[input] + "' must be a constant, is computed by the network");
}

Result<std::vector<std::int64_t>> Step::integers(const char* attribute, std::size_t input) const {
  if (!given(input)) return integers(attribute);
  PITLANE_TRY(const ConstantPtr constant, this->constant(input));
  if (constant->is_real()) return corrupt("'" + node_.inputs[input] + "' must hold integers");
  std::vector<std::int64_t> values(constant->size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = constant->integer(i);
  return values;
}

Result<std::int64_t> Step::integer(const char* attribute, std::int64_t fallback) const {
  const Attribute* a = node_.find(attribute);
  if (a == nullptr) return fallback;
  if (!a->integer) return corrupt(std::string("attribute ") + attribute + " is no integer");
  return *a->integer;
}

Result<std::vector<std::int64_t>> Step::integers(const char* attribute) const {
  const Attribute* a = node_.find(attribute);
  if (a == nullptr) return std::vector<std::int64_t>();
  if (a->integers.empty() && (a->integer || a->real || a->text || a->tensor || !a->reals.empty()))
    return corrupt(std::string("attribute ") + attribute + " is no list of integers");
  return a->integers;
}

Result<float> Step::number(const char* attribute, float fallback) const {
  const Attribute* a = node_.find(attribute);
  if (a == nullptr) return fallback;
  if (!a->real) return corrupt(std::string("attribute ") + attribute + " is no number");
  return *a->real;
}

Result<std::string> Step::text(const char* attribute, const std::string& fallback) const {
  const Attribute* a = node_.find(attribute);
  if (a == nullptr) return fallback;
  if (!a->text) return corrupt(std::string("attribute ") + attribute + " is no text");
  return *a->text;
}

Result<int> Step::axis(const char* attribute, std::int64_t fallback, int rank) const {
  PITLANE_TRY(const std::int64_t value, integer(attribute, fallback));
  return axis(value, rank);
}

Result<int> Step::axis(std::int64_t value, int rank) {
  if (value < -rank || value >= rank)
    return corrupt("axis " + std::to_string(value) + " of a tensor of " + std::to_string(rank) + " dimensions");
  return static_cast<int>(value < 0 ? value + rank : value);
}

Result<ValueId> Step::add(const std::string& suffix, Op op, std::vector<ValueId> inputs) {
  if (++conversion_.nodes_made > kMostNodes)
    return unsupported("the network would have more than " + std::to_string(kMostNodes) + " operators");
  const ValueId value =
      builder().add(suffix.empty() ? name() : name() + "." + suffix, std::move(op), std::move(inputs));
  PITLANE_TRY_STATUS(builder().status());
  return value;
}

Result<ValueId> Step::shaped(ValueId value, const Shape& shape) {
  if (builder().shape(value) == shape) return value;
  const auto known = conversion_.shaped.find({value, shape});
  if (known != conversion_.shaped.end()) return known->second;
  Op op = Flatten{};
  if (shape.size() != 1) op = Reshape{shape};
  PITLANE_TRY(const ValueId result, add(shape.size() == 1 ? "flat" : "shape", std::move(op), {value}));
  conversion_.shaped[{value, shape}] = result;
  return result;
}

Result<WeightId> Step::weight(Weight weight) {
  PITLANE_TRY_STATUS(conversion_.spend(weight.data.bytes().size()));
  return builder().weight(std::move(weight));
}

void Step::set(std::size_t output, Operand operand) {
  if (output < node_.outputs.size() && !node_.outputs[output].empty())
    conversion_.operands[node_.outputs[output]] = std::move(operand);
}

}  // namespace pitlane::onnx
