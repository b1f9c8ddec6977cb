#include "pitlane/kernels/pack.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/kernels/panels.h"

namespace pitlane::kernels {
namespace {

std::size_t packed_elements(const PanelLayout& layout, const WeightSize& size) {
  const std::size_t steps = static_cast<std::size_t>(size.rows) *
                            static_cast<std::size_t>((size.row_length + layout.group - 1) / layout.group);
  std::size_t total = 0;
  for (int o = 0; o < size.outputs;) {
    const int halves = panel_halves(layout, size.outputs - o);
    total += steps * static_cast<std::size_t>(panel_stride(layout, halves));
    o += panel_outputs(layout, halves);
  }
  return total;
}

/// Where (output, input) of one step lies within the step's vectors.
std::size_t slot(const PanelLayout& layout, int output_in_panel, int input_in_group, int halves) {
  const int vector = output_in_panel / layout.lanes;
  const int lane = output_in_panel % layout.lanes;
  const std::size_t base = static_cast<std::size_t>(vector) * layout.lanes * layout.group;
  if (!layout.even_odd) return base + static_cast<std::size_t>(lane * layout.group + input_in_group);
  const bool is_half = vector == halves / 2;
  const int lanes = is_half ? layout.lanes / 2 : layout.lanes;
  return base + static_cast<std::size_t>((input_in_group & 1) * lanes * 2 + lane * 2 + (input_in_group >> 1));
}

/// What slot() says of a whole panel, [output * group + input]: it divides, and every start of a program packs all
/// weights.
std::vector<std::size_t> panel_slots(const PanelLayout& layout, int outputs, int halves) {
  std::vector<std::size_t> slots;
  for (int o = 0; o < outputs; ++o)
    for (int g = 0; g < layout.group; ++g) slots.push_back(slot(layout, o, g, halves));
  return slots;
}

template <typename Packed, typename T>
AlignedBuffer pack(const PanelLayout& layout, const WeightSize& size, std::span<const T> weights) {
  PITLANE_CHECK(weights.size() == static_cast<std::size_t>(size.outputs) * size.rows * size.row_length);
  AlignedBuffer buffer(packed_elements(layout, size) * sizeof(Packed) + kAlignment);
  auto* out = buffer.as<Packed>();
  for (int first = 0; first < size.outputs;) {
    const int halves = panel_halves(layout, size.outputs - first);
    const int width = panel_outputs(layout, halves);
    const int count = width < size.outputs - first ? width : size.outputs - first;
    const std::vector<std::size_t> slots = panel_slots(layout, count, halves);
    for (int row = 0; row < size.rows; ++row) {
      for (int k = 0; k < size.row_length; k += layout.group) {
        for (int o = 0; o < count; ++o) {
          const std::size_t source = (static_cast<std::size_t>(first + o) * size.rows + row) * size.row_length + k;
          const std::size_t* to = slots.data() + static_cast<std::size_t>(o) * layout.group;
          const int inputs = std::min(layout.group, size.row_length - k);
          if constexpr (std::is_same_v<Packed, T>) {
            if (inputs == 4 && !layout.even_odd) {  // side by side: one move instead of four
              std::memcpy(out + to[0], &weights[source], 4 * sizeof(T));
              continue;
            }
          }
          for (int g = 0; g < inputs; ++g)
            // NOLINTNEXTLINE(bugprone-signed-char-misuse): an int8 is a number, no character
            out[to[g]] = weights[source + g];
        }
        out += panel_stride(layout, halves);
      }
    }
    first += width;
  }
  return buffer;
}

template <typename T>
AlignedBuffer pack_groups(const GroupSize& size, std::span<const T> weights) {
  const std::size_t terms = static_cast<std::size_t>(size.taps) * size.channels;
  PITLANE_CHECK(weights.size() == static_cast<std::size_t>(size.groups) * size.outputs * terms);
  AlignedBuffer buffer(weights.size_bytes());
  T* out = buffer.as<T>();
  const bool depthwise = size.channels == 1 && size.outputs == 1;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t output = i / terms;
    const std::size_t term = i % terms;
    const std::size_t group = output / size.outputs;
    const std::size_t to =
        depthwise ? term * size.groups + group : (group * terms + term) * size.outputs + output % size.outputs;
    out[to] = weights[i];
  }
  return buffer;
}

template <typename T>
AlignedBuffer pad(const PanelLayout& layout, std::span<const T> values) {
  AlignedBuffer buffer(static_cast<std::size_t>(padded_outputs(layout, static_cast<int>(values.size()))) * sizeof(T));
  if (!values.empty()) std::memcpy(buffer.data(), values.data(), values.size_bytes());
  return buffer;
}

}  // namespace

int padded_outputs(const PanelLayout& layout, int outputs) {
  int total = 0;
  while (total < outputs) total += panel_outputs(layout, panel_halves(layout, outputs - total));
  // One vector more: a half vector at the end may be read with a full load.
  return total + layout.lanes;
}

std::size_t wide_input_elements(const ConvGeometry& g) {
  return static_cast<std::size_t>(elements_read(g)) / kAlignment * kAlignment + kAlignment;
}

AlignedBuffer pack_f32(const PanelLayout& layout, const WeightSize& size, std::span<const float> weights) {
  return pack<float>(layout, size, weights);
}
AlignedBuffer pack_f16(const PanelLayout& layout, const WeightSize& size, std::span<const std::uint16_t> weights) {
  return pack<std::uint16_t>(layout, size, weights);
}
AlignedBuffer pack_i8(const PanelLayout& layout, const WeightSize& size, std::span<const std::int8_t> weights) {
  return layout.wide ? pack<std::int16_t>(layout, size, weights) : pack<std::int8_t>(layout, size, weights);
}
AlignedBuffer pack_groups_f32(const GroupSize& size, std::span<const float> weights) {
  return pack_groups(size, weights);
}
AlignedBuffer pack_groups_i8(const GroupSize& size, std::span<const std::int8_t> weights) {
  return pack_groups(size, weights);
}
AlignedBuffer pad_f32(const PanelLayout& layout, std::span<const float> values) { return pad(layout, values); }
AlignedBuffer pad_i32(const PanelLayout& layout, std::span<const std::int32_t> values) { return pad(layout, values); }

}  // namespace pitlane::kernels
