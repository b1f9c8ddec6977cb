#include "pitlane/kernels/pack.h"

#include <algorithm>
#include <cstring>
#include <optional>
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
    total += static_cast<std::size_t>(panel_head(layout, halves)) +
             steps * static_cast<std::size_t>(panel_stride(layout, halves));
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

/// PanelLayout::signed_inputs, for the outputs first .. first + count - 1.
void write_head(const WeightSize& size, std::span<const std::int8_t> weights, int first, int count, std::byte* head) {
  const std::size_t terms = static_cast<std::size_t>(size.rows) * size.row_length;
  for (int o = 0; o < count; ++o) {
    std::int32_t missing = 0;
    for (const std::int8_t w : weights.subspan((static_cast<std::size_t>(first) + o) * terms, terms))
      missing += 128 * w;
    std::memcpy(head + static_cast<std::size_t>(o) * sizeof(missing), &missing, sizeof(missing));
  }
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
    if constexpr (std::is_same_v<Packed, std::int8_t>) {
      if (layout.signed_inputs) write_head(size, weights, first, count, reinterpret_cast<std::byte*>(out));
      out += panel_head(layout, halves);
    }
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

/// Unpacking instructions interleave within lanes of 16 bytes: the lane l of the result q then holds the bytes
/// 4q .. 4q + 3 of lane l. So byte 16 l + 4 q + i must be output 16 q + 4 l + i of each 64.
int row_position(int output) {
  const int q = output % 64 / 16;
  const int l = output % 16 / 4;
  return output / 64 * 64 + 16 * l + 4 * q + output % 4;
}

struct Codebook {
  std::int8_t values[16] = {};   ///< rising; zeros where there are fewer
  std::uint8_t codes[256] = {};  ///< by the weight as a byte; where a block is filled up, zeros may stand for any
};

std::optional<Codebook> codebook_of(std::span<const std::int8_t> weights) {
  constexpr int kMost = 16;
  bool there[256] = {};
  int values = 0;
  for (const std::int8_t w : weights) {
    bool& seen = there[static_cast<std::uint8_t>(w)];
    if (seen) continue;
    seen = true;
    if (++values > kMost) return std::nullopt;  // soon, in weights of 8 bits
  }
  Codebook book;
  std::uint8_t next = 0;
  for (int w = -128; w < 128; ++w) {
    const auto byte = static_cast<std::uint8_t>(w);
    if (!there[byte]) continue;
    book.values[next] = static_cast<std::int8_t>(w);
    book.codes[byte] = next++;
  }
  return book;
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

int whole_panel_outputs(const PanelLayout& layout) { return panel_outputs(layout, layout.max_halves); }

std::size_t whole_panel_elements(const PanelLayout& layout, const WeightSize& size) {
  return packed_elements(layout, {whole_panel_outputs(layout), size.rows, size.row_length});
}

std::size_t wide_input_elements(const ConvGeometry& g) {
  return static_cast<std::size_t>(elements_read(g)) / kAlignment * kAlignment + kAlignment;
}

std::size_t active_elements(int inputs) { return static_cast<std::size_t>(inputs) + kAlignment; }

AlignedBuffer pack_f32(const PanelLayout& layout, const WeightSize& size, std::span<const float> weights) {
  return pack<float>(layout, size, weights);
}
AlignedBuffer pack_u16(const PanelLayout& layout, const WeightSize& size, std::span<const std::uint16_t> weights) {
  return pack<std::uint16_t>(layout, size, weights);
}
AlignedBuffer pack_i8(const PanelLayout& layout, const WeightSize& size, std::span<const std::int8_t> weights) {
  return layout.wide ? pack<std::int16_t>(layout, size, weights) : pack<std::int8_t>(layout, size, weights);
}
AlignedBuffer pack_i8_rows(int outputs, int inputs, std::span<const std::int8_t> weights) {
  PITLANE_CHECK(weights.size() == static_cast<std::size_t>(outputs) * static_cast<std::size_t>(inputs));
  const auto padded = static_cast<std::size_t>((outputs + 63) / 64 * 64);
  AlignedBuffer buffer(padded * static_cast<std::size_t>(inputs));
  auto* block = buffer.as<std::int8_t>();
  for (int first = 0; first < outputs; first += kRowBlock) {
    const int width = std::min(kRowBlock, static_cast<int>(padded) - first);
    // Every start of a program packs all weights. Piece by piece, what is written stays in the nearest cache; four
    // outputs lie side by side, so they are written at once.
    constexpr int kPiece = 64;
    for (int begin = 0; begin < inputs; begin += kPiece) {
      const int end = std::min(begin + kPiece, inputs);
      for (int o = 0; o < std::min(width, outputs - first); o += 4) {
        const std::int8_t* from[4];
        for (int i = 0; i < 4; ++i)  // an output that is not there is read as the last one, and zeroed below
          from[i] = &weights[static_cast<std::size_t>(std::min(first + o + i, outputs - 1)) * inputs];
        std::int8_t* to = block + row_position(o) + static_cast<std::ptrdiff_t>(begin) * width;
        const int count = std::min(4, outputs - first - o);
        for (int k = begin; k < end; ++k, to += width) {
          const std::int8_t four[4] = {from[0][k], from[1][k], from[2][k], from[3][k]};
          std::memcpy(to, four, sizeof four);
          for (int i = count; i < 4; ++i) to[i] = 0;
        }
      }
    }
    block += static_cast<std::ptrdiff_t>(width) * inputs;
  }
  return buffer;
}
SparseRows pack_i8_sparse(int outputs, int inputs, std::span<const std::int8_t> weights) {
  const AlignedBuffer dense = pack_i8_rows(outputs, inputs, weights);
  const auto* from = dense.as<std::int8_t>();
  const auto nonzero = static_cast<std::size_t>(std::ranges::count_if(weights, [](std::int8_t w) { return w != 0; }));
  const std::size_t bytes = dense.size() / 8 + nonzero;
  PITLANE_CHECK(bytes <= 0xFFFFFFFFU);
  const auto blocks = static_cast<std::size_t>((outputs + kRowBlock - 1) / kRowBlock);
  SparseRows packed{AlignedBuffer(bytes + kAlignment), AlignedBuffer((blocks * inputs + 1) * sizeof(std::uint32_t))};
  auto* const begin = packed.rows.as<std::uint8_t>();
  auto* offset = packed.offsets.as<std::uint32_t>();
  std::uint8_t* to = begin;
  for (int first = 0; first < outputs; first += kRowBlock) {
    const int width = std::min(kRowBlock, (outputs - first + 63) / 64 * 64);
    for (int k = 0; k < inputs; ++k, from += width) {
      *offset++ = static_cast<std::uint32_t>(to - begin);
      std::uint8_t* const mask = to;
      to += width / 8;
      for (int i = 0; i < width; ++i) {
        if (from[i] == 0) continue;
        mask[i / 8] = static_cast<std::uint8_t>(mask[i / 8] | 1U << (i % 8));
        *to++ = static_cast<std::uint8_t>(from[i]);
      }
    }
  }
  *offset = static_cast<std::uint32_t>(to - begin);
  return packed;
}
bool fits_codes(std::span<const std::int8_t> weights) { return codebook_of(weights).has_value(); }
CodeRows pack_i8_codes(int outputs, int inputs, std::span<const std::int8_t> weights) {
  const std::optional<Codebook> codebook = codebook_of(weights);
  PITLANE_CHECK(codebook.has_value());
  const AlignedBuffer dense = pack_i8_rows(outputs, inputs, weights);
  const auto* from = dense.as<std::int8_t>();
  const auto row_bytes = static_cast<std::size_t>((outputs + 127) / 128 * 64);
  CodeRows packed{AlignedBuffer(row_bytes * static_cast<std::size_t>(inputs)), AlignedBuffer(sizeof codebook->values)};
  std::memcpy(packed.book.data(), codebook->values, sizeof codebook->values);
  auto* to = packed.codes.as<std::uint8_t>();
  const auto code = [&](std::int8_t w) { return codebook->codes[static_cast<std::uint8_t>(w)]; };
  for (int first = 0; first < outputs; first += kRowBlock) {
    const int width = std::min(kRowBlock, (outputs - first + 63) / 64 * 64);
    for (int k = 0; k < inputs; ++k, from += width) {
      for (int o = 0; o < width; o += 128, to += 64) {
        const bool both = width - o > 64;
        for (int i = 0; i < 64; ++i)
          to[i] = static_cast<std::uint8_t>(code(from[o + i]) | (both ? code(from[o + 64 + i]) << 4 : 0));
      }
    }
  }
  return packed;
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
