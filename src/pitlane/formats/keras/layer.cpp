#include "pitlane/formats/keras/layer.h"

#include <algorithm>
#include <cstring>

namespace pitlane::keras {
namespace {

/// Larger vectors of one repeated number are not written out: the elements are treated as one channel.
constexpr std::int64_t kLargestRepetition = 4096;

std::string sizes(const Shape& shape) {
  std::string text;
  for (const std::int64_t d : shape) text += (text.empty() ? "" : "x") + (d < 0 ? std::string("?") : std::to_string(d));
  return text.empty() ? "scalar" : text;
}

std::vector<float> repeated(const std::vector<float>& values, std::int64_t times) {
  std::vector<float> all;
  for (std::int64_t t = 0; t < times; ++t) all.insert(all.end(), values.begin(), values.end());
  return all;
}

BatchNorm norm_op(Layer& layer, const std::string& role, const Statistics& s, std::int64_t times) {
  const std::string tiled = times > 1 ? role + ".x" + std::to_string(times) : role;
  const auto part = [&](const char* name, const std::vector<float>& values) {
    const std::string full = tiled + (tiled.empty() ? "" : ".") + name;
    return weight(layer, full, [&] {
      std::vector<float> all = repeated(values, times);
      const auto count = static_cast<std::int64_t>(all.size());
      return make_f32_weight(layer.key + "." + full, {count}, std::move(all));
    });
  };
  return {part("gamma", s.gamma), part("beta", s.beta), part("mean", s.mean), part("variance", s.variance), s.epsilon};
}

std::string part_name(const Layer& layer, const std::string& role) {
  return role.empty() ? layer.name : layer.name + "." + role;
}

/// One factor and offset for all elements, however many there are.
Tensor affine_of_all(Layer& layer, const std::string& role, Tensor input, const std::vector<float>& scale,
                     const std::vector<float>& offset) {
  const std::string name = part_name(layer, role);
  const ValueId value = stacked(layer.builder, input);
  const Shape shape = layer.builder.shape(value);
  const ValueId column = layer.builder.add(name + ".column", Reshape{{element_count(shape), 1}}, {value});
  const ValueId scaled = layer.builder.add(name, norm_op(layer, role, {scale, offset, {0}, {1}, 0}, 1), {column});
  return whole(layer.name, input.shape, layer.builder.add(name + ".shape", Reshape{shape}, {scaled}));
}

}  // namespace

Result<const FloatArray*> array(const Layer& layer, std::size_t index, const char* role, const Shape& shape) {
  if (index >= layer.arrays.size())
    return layer.settings.bad("its weight '" + std::string(role) + "' is not in the file; it has " +
                              std::to_string(layer.arrays.size()) + " weights there");
  const FloatArray& found = layer.arrays[index];
  bool alike = found.shape.size() == shape.size();
  for (std::size_t d = 0; alike && d < shape.size(); ++d) alike = shape[d] < 0 || shape[d] == found.shape[d];
  if (alike) return &found;
  return layer.settings.bad("its weight '" + std::string(role) + "' is " + sizes(found.shape) +
                            " in the file, the settings ask for " + sizes(shape));
}

Status expect_arrays(const Layer& layer, std::size_t count) {
  if (layer.arrays.size() == count) return {};
  return layer.settings.bad("the file holds " + std::to_string(layer.arrays.size()) +
                            " weights for it, the settings ask for " + std::to_string(count) +
                            "; save the model again");
}

WeightId weight(Layer& layer, const std::string& role, const std::function<Weight()>& make) {
  const std::string key = layer.key + "\n" + role;
  const auto known = layer.made.find(key);
  if (known != layer.made.end()) return known->second;
  const WeightId id = layer.builder.weight(make());
  layer.made[key] = id;
  return id;
}

WeightId vector_weight(Layer& layer, const std::string& role, const FloatArray& values) {
  return weight(layer, role, [&] {
    const auto all = values.values();
    return make_f32_weight(layer.key + "." + role, {static_cast<std::int64_t>(all.size())}, {all.begin(), all.end()});
  });
}

Result<WeightId> bias_weight(Layer& layer, bool used, std::size_t index, std::int64_t size) {
  if (!used) return kNoWeight;
  PITLANE_TRY(const FloatArray* bias, array(layer, index, "bias", {size}));
  return vector_weight(layer, "bias", *bias);
}

std::vector<float> transposed(std::span<const float> values, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kBlock = 32;  // fits the nearest cache on both sides
  std::vector<float> result(values.size());
  for (std::int64_t r0 = 0; r0 < rows; r0 += kBlock)
    for (std::int64_t c0 = 0; c0 < columns; c0 += kBlock)
      for (std::int64_t c = c0; c < std::min(c0 + kBlock, columns); ++c)
        for (std::int64_t r = r0; r < std::min(r0 + kBlock, rows); ++r)
          result[static_cast<std::size_t>(c * rows + r)] = values[static_cast<std::size_t>(r * columns + c)];
  return result;
}

std::string frame_name(const std::string& name, std::size_t t, std::size_t count) {
  return count == 1 ? name : name + "." + std::to_string(t);
}

Tensor each_element(Layer& layer, const std::string& part, Tensor input, const Op& op) {
  Tensor output{layer.name, std::move(input.shape), -1, {}};
  const std::string name = part_name(layer, part);
  if (input.stacked >= 0) {
    output.stacked = layer.builder.add(name, op, {input.stacked});
    return output;
  }
  for (const ValueId frame : input.frames)
    output.frames.push_back(
        layer.builder.add(frame_name(name, output.frames.size(), input.frames.size()), op, {frame}));
  return output;
}

Tensor each_frame(Layer& layer, Tensor input,
                  const std::function<ValueId(ValueId frame, const std::string& name)>& make) {
  Tensor output{layer.name, input.shape, -1, {}};
  const std::vector<ValueId> all = frames(layer.builder, input);
  for (const ValueId frame : all)
    output.frames.push_back(make(frame, frame_name(layer.name, output.frames.size(), all.size())));
  const Shape frame = layer.builder.shape(output.frames.front());
  output.shape = frame;
  if (input.timed()) output.shape.insert(output.shape.begin(), static_cast<std::int64_t>(all.size()));
  return output;
}

Tensor normalise(Layer& layer, const std::string& role, Tensor input, const Statistics& statistics) {
  if (input.stacked >= 0) {
    const BatchNorm op = norm_op(layer, role, statistics, input.steps());
    return whole(layer.name, input.shape, layer.builder.add(part_name(layer, role), op, {input.stacked}));
  }
  return each_element(layer, role, std::move(input), norm_op(layer, role, statistics, 1));
}

Result<Tensor> affine(Layer& layer, const std::string& role, Tensor input, const std::vector<float>& scale,
                      const std::vector<float>& offset) {
  const std::int64_t channels = input.shape.back();
  const auto fits = [channels](const std::vector<float>& v) {
    return v.size() == 1 || static_cast<std::int64_t>(v.size()) == channels;
  };
  if (!fits(scale) || !fits(offset))
    return layer.settings.cannot("has " + std::to_string(std::max(scale.size(), offset.size())) +
                                 " factors or offsets for " + std::to_string(channels) +
                                 " channels; one for all or one for each is supported");
  if (scale.size() == 1 && offset.size() == 1 && channels > kLargestRepetition)
    return affine_of_all(layer, role, std::move(input), scale, offset);
  const auto count = static_cast<std::size_t>(channels);
  const auto spread = [count](const std::vector<float>& v) {
    return v.size() == 1 ? std::vector<float>(count, v.front()) : v;
  };
  return normalise(layer, role, std::move(input),
                   {spread(scale), spread(offset), std::vector<float>(count, 0), std::vector<float>(count, 1), 0});
}

Status expect_rank(const Layer& layer, const Tensor& input, std::initializer_list<std::size_t> ranks) {
  std::string known;
  for (const std::size_t rank : ranks) {
    if (input.shape.size() == rank) return {};
    known += (known.empty() ? "" : " or ") + std::to_string(rank);
  }
  return layer.settings.bad("needs an input of " + known + " dimensions (without batch), reads " +
                            to_string(input.shape));
}

Status expect_channels_last(const Layer& layer) {
  PITLANE_TRY(const std::string order, layer.settings.text({"data_format", "dim_ordering"}, "channels_last"));
  if (order == "channels_last" || order == "tf" || order == "default") return {};
  return layer.settings.cannot("has its channels first (" + order +
                               "); build the model with data_format='channels_last' and copy the weights into it");
}

}  // namespace pitlane::keras
