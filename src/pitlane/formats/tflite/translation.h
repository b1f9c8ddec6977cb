// A .tflite graph on its way to a Network: which of our values each tensor is.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/tflite/file.h"
#include "pitlane/network/builder.h"

namespace pitlane::tflite {

/// Equal consecutive parts of a tensor, in row-major order: a batch of one is one part, several frames are several. So
/// a reshape between frames and batches moves nothing, and a network of ours never meets a batch.
using Parts = std::vector<ValueId>;
inline constexpr std::size_t kMostParts = 4096;
inline constexpr std::size_t kMostNodes = 1 << 16;

/// Into how many batches SPACE_TO_BATCH_ND tore a picture: every `height`-th row and `width`-th column into each.
struct Blocks {
  std::int64_t height = 1, width = 1;
  bool operator==(const Blocks&) const = default;
};

/// What a layer made of a constant: its order of dimensions (empty: kept), its shape, whether its bytes stayed.
using WeightForm = std::tuple<const Constant*, std::vector<std::size_t>, Shape, bool>;

class Translation {
 public:
  Translation(const File& parsed, NetworkBuilder& out) : file(parsed), builder(out) {}

  const File& file;
  NetworkBuilder& builder;

  /// The tensor that is the operator's input or output `i`; errors: none there, broken.
  Result<const Tensor*> input(const Operator& op, std::size_t i) const;
  Result<const Tensor*> output(const Operator& op, std::size_t i = 0) const;
  static bool has_input(const Operator& op, std::size_t i) { return i < op.inputs.size() && op.inputs[i] != -1; }

  /// What the input holds if that is known now, else null.
  const Constant* constant(const Operator& op, std::size_t i) const;
  Result<const Constant*> needs_constant(const Operator& op, std::size_t i, const char* role) const;
  Result<std::vector<std::int64_t>> needs_integers(const Operator& op, std::size_t i, const char* role) const;
  void set_constant(int tensor, Constant constant);
  /// For constants made on the way; lives as long as this.
  const Constant* keep(Constant constant) { return &kept_.emplace_back(std::move(constant)); }

  /// The input as it flows, in whatever parts it was made. Errors: its layout is channels first, it is in blocks.
  Result<Parts> parts(const Operator& op, std::size_t i) const;
  /// The same for operators to which the layout is one.
  Result<Parts> parts_of_any_layout(const Operator& op, std::size_t i) const;
  /// The pictures that the input in blocks is made of.
  Result<Parts> parts_in_blocks(const Operator& op, std::size_t i) const;
  /// The input torn or joined into parts of that shape.
  Result<Parts> parts(const Operator& op, std::size_t i, const Shape& part);
  Result<Parts> reshaped(const Parts& parts, const Shape& part);
  /// All parts behind one another.
  ValueId flat(const Parts& parts);
  /// Are the parts' shapes the last dimensions of the tensor's? Then the dimensions before them count the parts.
  [[nodiscard]] bool fits(const Parts& parts, const Shape& shape) const;

  /// The operator's output is this. Errors: another number of elements than the file says.
  Status set_output(const Operator& op, std::size_t i, const Parts& parts);
  void set_parts(int tensor, const Parts& parts) { flows_[tensor] = parts; }
  [[nodiscard]] const Parts* find_parts(int tensor) const;
  /// `channels_first`: the file's tensor is {1, C, H, W}, its part {H, W, C}. Only operators that know may read it.
  void set_channels_first(int tensor) { channels_first_[tensor] = true; }
  [[nodiscard]] bool is_channels_first(int tensor) const { return channels_first_.contains(tensor); }
  [[nodiscard]] bool channels_first(const Operator& op, std::size_t i) const;
  /// In blocks: the file's tensor is {height * width * N, H / height, W / width, C}, its parts are N pictures {H, W,
  /// C}. Only operators that know may read it.
  void set_blocks(int tensor, const Blocks& blocks) { blocks_[tensor] = blocks; }
  [[nodiscard]] const Blocks* find_blocks(int tensor) const;
  [[nodiscard]] const Blocks* blocks(const Operator& op, std::size_t i) const;

  /// Weights that several layers read (in their own forms) are made once.
  [[nodiscard]] std::optional<WeightId> find_weight(const WeightForm& form) const;
  WeightId add_weight(const WeightForm& form, Weight weight);
  ValueId add(const std::string& name, Op op, std::vector<ValueId> inputs);
  /// A node name that nothing has yet: the output tensor's.
  std::string name(const Operator& op);
  /// y = x * scale + shift, one of each a channel or one for all.
  ValueId affine(const std::string& name, ValueId x, const std::vector<float>& scale, const std::vector<float>& shift);
  ValueId activated(const std::string& name, ValueId x, tfl::FusedActivation activation);
  ValueId clamped(const std::string& name, ValueId x, float low, float high);

  /// Memory that grows beyond what the file itself holds is counted. Errors: more than 256 MB and 8 times the file.
  Status spend(std::size_t bytes);
  /// Nodes that are added past `add`, or will be.
  void count(std::size_t nodes);
  /// What went wrong in functions that return a value: too many nodes, too much memory.
  [[nodiscard]] const Status& status() const { return status_; }

  /// How int8 layers read the value.
  void quantize(ValueId value, const ActivationQuantization& quantization) { quantizations_[value] = quantization; }
  [[nodiscard]] const std::map<ValueId, ActivationQuantization>& quantizations() const { return quantizations_; }
  /// Joins the network's metadata under "notes".
  void note(const std::string& text);
  [[nodiscard]] const std::string& notes() const { return notes_; }

 private:
  [[nodiscard]] bool is_input(ValueId value) const;
  void share_quantization(ValueId from, ValueId to);
  Result<Parts> regrouped(const Parts& parts, const Shape& part, std::int64_t each, std::int64_t wanted);

  std::map<int, Parts> flows_;
  std::map<int, Constant> folded_;
  std::deque<Constant> kept_;
  std::map<int, bool> channels_first_;
  std::map<int, Blocks> blocks_;
  std::map<std::pair<Parts, Shape>, Parts> known_forms_;
  std::map<WeightForm, WeightId> weights_;
  std::map<ValueId, ActivationQuantization> quantizations_;
  std::map<std::string, int> names_;
  std::string notes_;
  std::size_t spent_bytes_ = 0, nodes_ = 0;
  Status status_;
};

/// Our form of a flowing tensor's quantisation; empty for real numbers. Errors: several scales, other types than 8
/// bits.
Result<std::optional<ActivationQuantization>> activation_quantization(const Tensor& tensor);
/// Padding that makes ceil(size / stride) windows, the odd pixel at the end; or none.
std::pair<int, int> padding_of(tfl::Padding padding, std::int64_t size, std::int64_t window, int stride);

}  // namespace pitlane::tflite
