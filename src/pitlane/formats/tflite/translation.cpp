#include "pitlane/formats/tflite/translation.h"

#include <algorithm>
#include <cmath>

#include "pitlane/network/limits.h"

namespace pitlane::tflite {

Result<const Tensor*> Translation::input(const Operator& op, std::size_t i) const {
  if (!has_input(op, i)) return corrupt(op.name + " lacks its input " + std::to_string(i));
  const Tensor& tensor = file.tensors[static_cast<std::size_t>(op.inputs[i])];
  if (tensor.fault) return tensor.fault->in(op.name);
  return &tensor;
}

Result<const Tensor*> Translation::output(const Operator& op, std::size_t i) const {
  if (i >= op.outputs.size()) return corrupt(op.name + " lacks its output " + std::to_string(i));
  const Tensor& tensor = file.tensors[static_cast<std::size_t>(op.outputs[i])];
  if (tensor.fault) return tensor.fault->in(op.name);
  return &tensor;
}

const Constant* Translation::constant(const Operator& op, std::size_t i) const {
  if (!has_input(op, i)) return nullptr;
  const auto folded = folded_.find(op.inputs[i]);
  if (folded != folded_.end()) return &folded->second;
  const Tensor& tensor = file.tensors[static_cast<std::size_t>(op.inputs[i])];
  return tensor.constant && !tensor.fault ? &*tensor.constant : nullptr;
}

Result<const Constant*> Translation::needs_constant(const Operator& op, std::size_t i, const char* role) const {
  PITLANE_TRY(const Tensor* tensor, input(op, i));
  if (const Constant* known = constant(op, i)) return known;
  return unsupported(op.name + ": its " + role + " '" + tensor->name +
                     "' is computed while the network runs; only a constant can be translated");
}

Result<std::vector<std::int64_t>> Translation::needs_integers(const Operator& op, std::size_t i,
                                                              const char* role) const {
  PITLANE_TRY(const Constant* known, needs_constant(op, i, role));
  auto values = integers(*known);
  if (!values.ok()) return values.error().in(op.name);
  return values;
}

void Translation::set_constant(int tensor, Constant constant) { folded_.insert_or_assign(tensor, std::move(constant)); }

const Parts* Translation::find_parts(int tensor) const {
  const auto found = flows_.find(tensor);
  return found == flows_.end() ? nullptr : &found->second;
}

bool Translation::channels_first(const Operator& op, std::size_t i) const {
  return has_input(op, i) && channels_first_.contains(op.inputs[i]);
}

Result<Parts> Translation::parts(const Operator& op, std::size_t i) const {
  if (channels_first(op, i))
    return unsupported(op.name + ": its input is laid out channels first ({1, C, H, W}); convert the model with " +
                       "channels last");
  return parts_of_any_layout(op, i);
}

const Blocks* Translation::find_blocks(int tensor) const {
  const auto found = blocks_.find(tensor);
  return found == blocks_.end() ? nullptr : &found->second;
}

const Blocks* Translation::blocks(const Operator& op, std::size_t i) const {
  return has_input(op, i) ? find_blocks(op.inputs[i]) : nullptr;
}

Result<Parts> Translation::parts_of_any_layout(const Operator& op, std::size_t i) const {
  if (blocks(op, i) != nullptr)
    return unsupported(op.name + ": reads a picture that SPACE_TO_BATCH_ND tore into batches; only convolutions are " +
                       "known before BATCH_TO_SPACE_ND joins it; import the file that the .tflite was converted from");
  return parts_in_blocks(op, i);
}

Result<Parts> Translation::parts_in_blocks(const Operator& op, std::size_t i) const {
  PITLANE_TRY(const Tensor* tensor, input(op, i));
  if (const Parts* known = find_parts(op.inputs[i])) return *known;
  if (tensor->constant)
    return unsupported(op.name + ": its input '" + tensor->name + "' is a constant, which is not translated here");
  return corrupt(op.name + " reads tensor '" + tensor->name + "' before anything makes it");
}

Result<Parts> Translation::parts(const Operator& op, std::size_t i, const Shape& part) {
  PITLANE_TRY(const Parts known, parts(op, i));
  auto result = reshaped(known, part);
  if (!result.ok()) return result.error().in(op.name);
  return result;
}

bool Translation::fits(const Parts& parts, const Shape& shape) const {
  const Shape& part = builder.shape(parts.front());
  return part.size() <= shape.size() && std::equal(part.rbegin(), part.rend(), shape.rbegin());
}

void Translation::share_quantization(ValueId from, ValueId to) {
  const auto found = quantizations_.find(from);
  if (found != quantizations_.end()) quantizations_.insert_or_assign(to, found->second);
}

ValueId Translation::flat(const Parts& parts) {
  Parts flattened;
  for (const ValueId part : parts) {
    if (builder.shape(part).size() == 1) {
      flattened.push_back(part);
      continue;
    }
    const auto [known, fresh] = known_forms_.try_emplace({{part}, {element_count(builder.shape(part))}});
    if (fresh) {
      known->second = {add("flatten", Flatten{}, {part})};
      share_quantization(part, known->second.front());
    }
    flattened.push_back(known->second.front());
  }
  if (flattened.size() == 1) return flattened.front();
  const auto [known, fresh] = known_forms_.try_emplace({flattened, {-1}});
  if (fresh) {
    known->second = {add("join", Concat{}, flattened)};
    share_quantization(flattened.front(), known->second.front());
  }
  return known->second.front();
}

Result<Parts> Translation::reshaped(const Parts& parts, const Shape& part) {
  PITLANE_CHECK(!parts.empty());
  const Shape& now = builder.shape(parts.front());
  if (now == part) return parts;
  const std::int64_t each = element_count(now), wanted = element_count(part);
  const std::int64_t total = each * static_cast<std::int64_t>(parts.size());
  if (total % wanted != 0) return corrupt(std::to_string(total) + " elements cannot be parts of " + to_string(part));
  if (total / wanted > static_cast<std::int64_t>(kMostParts))
    return unsupported("a tensor would be torn into " + std::to_string(total / wanted) + " parts of " +
                       to_string(part) + ", the limit is " + std::to_string(kMostParts));
  if (const auto known = known_forms_.find({parts, part}); known != known_forms_.end()) return known->second;
  PITLANE_TRY(Parts result, regrouped(parts, part, each, wanted));
  known_forms_[{parts, part}] = result;
  return result;
}

Result<Parts> Translation::regrouped(const Parts& parts, const Shape& part, std::int64_t each, std::int64_t wanted) {
  Parts vectors;
  if (each == wanted) {
    vectors = parts;
  } else if (wanted % each == 0) {
    const auto group = wanted / each;
    for (auto first = parts.begin(); first != parts.end(); first += group)
      vectors.push_back(flat(Parts(first, first + group)));
  } else {
    const Parts whole = each % wanted == 0 ? parts : Parts{flat(parts)};
    for (const ValueId source : whole) {
      const ValueId line = flat({source});
      for (std::int64_t begin = 0; begin < element_count(builder.shape(line)); begin += wanted) {
        vectors.push_back(add("part", Slice{{begin}, {begin + wanted}}, {line}));
        share_quantization(line, vectors.back());
      }
    }
  }
  Parts result;
  for (const ValueId v : vectors) {
    if (builder.shape(v) == part) {
      result.push_back(v);
    } else if (part.size() == 1) {
      result.push_back(flat({v}));
    } else {
      result.push_back(add("reshape", Reshape{part}, {v}));
      share_quantization(v, result.back());
    }
  }
  return result;
}

Result<std::optional<ActivationQuantization>> activation_quantization(const Tensor& tensor) {
  using Maybe = std::optional<ActivationQuantization>;
  const TensorQuantization& q = tensor.quantization;
  const bool bytes = tensor.type == tfl::TensorType::INT8 || tensor.type == tfl::TensorType::UINT8;
  if (tensor.type == tfl::TensorType::INT16)
    return unsupported("tensor '" + tensor.name + "' has activations of 16 bits; convert to float or to int8");
  if (!bytes || !q.any()) return Maybe();
  if (q.scales.size() != 1)
    return unsupported("tensor '" + tensor.name + "' flows with " + std::to_string(q.scales.size()) +
                       " scales; only weights may have several");
  // An int8 q is our byte q + 128.
  const std::int64_t shift = tensor.type == tfl::TensorType::INT8 ? 128 : 0;
  return Maybe({q.scales[0], static_cast<std::int32_t>(q.zero_points[0] + shift)});
}

bool Translation::is_input(ValueId value) const {
  return std::ranges::any_of(file.inputs, [&](int tensor) {
    const Parts* known = find_parts(tensor);
    return known != nullptr && std::ranges::count(*known, value) > 0;
  });
}

Status Translation::set_output(const Operator& op, std::size_t i, const Parts& parts) {
  PITLANE_TRY(const Tensor* tensor, output(op, i));
  PITLANE_CHECK(!parts.empty());
  const std::int64_t count = element_count(builder.shape(parts.front())) * static_cast<std::int64_t>(parts.size());
  if (count != element_count(tensor->shape))
    return corrupt(op.name + " makes " + std::to_string(parts.size()) + " x " +
                   to_string(builder.shape(parts.front())) + ", its output '" + tensor->name + "' should be " +
                   to_string(tensor->shape));
  if (find_parts(op.outputs[i]) != nullptr || tensor->constant)
    return corrupt(op.name + " makes tensor '" + tensor->name + "' a second time");
  auto quantization = activation_quantization(*tensor);
  if (!quantization.ok()) return quantization.error().in(op.name);
  Parts own = parts;
  for (ValueId& part : own) {
    if (!*quantization) continue;
    const auto known = quantizations_.find(part);
    // The same numbers on another grid are another value, and who reads them before QUANTIZE is not rounded.
    const bool other = known != quantizations_.end() && known->second != **quantization;
    if (other || (op.code == tfl::BuiltinOperator::QUANTIZE && known == quantizations_.end() && !is_input(part)))
      part = add("requantize", Activate{Activation::kNone}, {part});
    quantizations_.insert_or_assign(part, **quantization);
  }
  set_parts(op.outputs[i], own);
  return {};
}

std::string Translation::name(const Operator& op) {
  return op.outputs.empty() ? op.name : file.tensors[static_cast<std::size_t>(op.outputs.front())].name;
}

void Translation::count(std::size_t nodes) {
  nodes_ += nodes;
  if (nodes_ > kMostNodes && status_.ok())
    status_ = unsupported("the graph becomes more than " + std::to_string(kMostNodes) +
                          " layers; it tears its tensors into too many parts");
}

ValueId Translation::add(const std::string& name, Op op, std::vector<ValueId> inputs) {
  count(1);
  const int before = names_[name]++;
  return builder.add(before == 0 ? name : name + "#" + std::to_string(before + 1), std::move(op), std::move(inputs));
}

std::optional<WeightId> Translation::find_weight(const WeightForm& form) const {
  const auto known = weights_.find(form);
  return known == weights_.end() ? std::nullopt : std::optional(known->second);
}

WeightId Translation::add_weight(const WeightForm& form, Weight weight) {
  return weights_[form] = builder.weight(std::move(weight));
}

Status Translation::spend(std::size_t bytes) {
  const std::size_t limit = (std::size_t{256} << 20) + 8 * file.bytes.bytes().size();
  spent_bytes_ += std::min(bytes, limit + 1);
  if (spent_bytes_ <= limit) return {};
  return unsupported("its constants would grow to more than " + std::to_string(limit >> 20) +
                     " MB in memory, out of proportion to the file");
}

ValueId Translation::affine(const std::string& name, ValueId x, const std::vector<float>& scale,
                            const std::vector<float>& shift) {
  const Shape& shape = builder.shape(x);
  const std::int64_t channels = shape.empty() ? 1 : shape.back();
  if (const Status enough = spend(static_cast<std::size_t>(channels) * 4 * sizeof(float)); !enough.ok()) {
    status_ = enough;
    return x;
  }
  const auto weight = [&](const char* part, const std::vector<float>& values) {
    std::vector<float> all = values;
    if (values.size() == 1) all.assign(static_cast<std::size_t>(channels), values[0]);
    return builder.weight(make_f32_weight(name + "." + part, {static_cast<std::int64_t>(all.size())}, all));
  };
  BatchNorm norm;
  norm.gamma = weight("scale", scale);
  norm.beta = weight("shift", shift);
  norm.mean = weight("mean", {0});
  norm.variance = weight("variance", {1});
  norm.epsilon = 0;
  return add(name, norm, {x});
}

ValueId Translation::clamped(const std::string& name, ValueId x, float low, float high) {
  // What ReLU6 does for 0..6, moved there and back.
  const float scale = 6 / (high - low);
  x = affine(name + ".in", x, {scale}, {-low * scale});
  x = add(name + ".clamp", Activate{Activation::kRelu6}, {x});
  return affine(name + ".out", x, {1 / scale}, {low});
}

ValueId Translation::activated(const std::string& name, ValueId x, tfl::FusedActivation activation) {
  switch (activation) {
    case tfl::FusedActivation::RELU:
      return add(name, Activate{Activation::kRelu}, {x});
    case tfl::FusedActivation::RELU6:
      return add(name, Activate{Activation::kRelu6}, {x});
    case tfl::FusedActivation::TANH:
      return add(name, Activate{Activation::kTanh}, {x});
    case tfl::FusedActivation::RELU_N1_TO_1:
      return clamped(name, x, -1, 1);
    default:
      return x;
  }
}

void Translation::note(const std::string& text) { notes_ += (notes_.empty() ? "" : "; ") + text; }

std::pair<int, int> padding_of(tfl::Padding padding, std::int64_t size, std::int64_t window, int stride) {
  if (padding == tfl::Padding::VALID) return {0, 0};
  const std::int64_t windows = (size + stride - 1) / stride;
  // Beyond any padding that a network may have; infer_shape refuses it.
  const auto total = static_cast<int>(std::clamp<std::int64_t>((windows - 1) * stride + window - size, 0, 1 << 20));
  return {total / 2, total - total / 2};
}

}  // namespace pitlane::tflite
