#include "pitlane/formats/tflite/file.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "pitlane/formats/tflite/operators.h"
#include "pitlane/network/flat_vector.h"
#include "pitlane/network/limits.h"

namespace pitlane::tflite {
namespace {

namespace fb = flatbuffers;

// Bounds that no driving network meets but that keep a hostile file from costing time or memory.
constexpr std::size_t kMostTables = 1 << 20;
constexpr std::size_t kDeepest = 32;
constexpr std::uint32_t kVersion = 3;
constexpr std::size_t kMostOperators = 1 << 16;

template <typename T>
std::size_t size_of(const fb::Vector<T>* values) {
  return values == nullptr ? 0 : values->size();
}

std::string text(const fb::String* value) { return value == nullptr ? std::string() : value->str(); }

/// Long names of fused layers are joined by ';': the first says enough.
std::string short_name(const fb::String* value, std::size_t index) {
  std::string name = text(value);
  name.resize(std::min({name.size(), name.find(';'), std::size_t{200}}));
  return name.empty() ? "tensor " + std::to_string(index) : name;
}

class Reader {
 public:
  explicit Reader(const SharedBytes& bytes) : owner_(std::make_shared<SharedBytes>(bytes)) { file_.bytes = bytes; }

  Result<File> read() && {
    PITLANE_TRY_STATUS(verify());
    model_ = tfl::GetModel(bytes().data());
    if (model_->version() != kVersion)
      return unsupported("written in version " + std::to_string(model_->version()) +
                         " of the TFLite schema, this program reads version 3; convert the model anew");
    if (size_of(model_->subgraphs()) == 0 || model_->subgraphs()->Get(0) == nullptr)
      return corrupt("the .tflite file has no graph");
    graph_ = model_->subgraphs()->Get(0);
    // What cannot be translated is the first thing to say: a loop's tensors would only distract.
    PITLANE_TRY_STATUS(read_operators());
    if (size_of(model_->subgraphs()) > 1)
      return unsupported("the .tflite file has " + std::to_string(size_of(model_->subgraphs())) +
                         " graphs; convert with one signature and without control flow");
    read_tensors();
    PITLANE_TRY_STATUS(check_operators());
    PITLANE_TRY(file_.inputs, read_ends(graph_->inputs(), "input"));
    PITLANE_TRY(file_.outputs, read_ends(graph_->outputs(), "output"));
    read_names();
    file_.description = text(model_->description());
    PITLANE_TRY_STATUS(read_meaning());
    return std::move(file_);
  }

 private:
  [[nodiscard]] std::span<const std::byte> bytes() const { return file_.bytes.bytes(); }

  Status verify() const {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes().data());
    if (bytes().size() < 16 || !tfl::ModelBufferHasIdentifier(data))
      return corrupt("not a .tflite file (its bytes 4 to 7 do not say TFL3)");
    if (bytes().size() >= FLATBUFFERS_MAX_BUFFER_SIZE) return unsupported("a .tflite file of 2 GB or more is not read");
    fb::Verifier verifier(data, bytes().size(), kDeepest, kMostTables);
    if (!tfl::VerifyModelBuffer(verifier))
      return corrupt("damaged or truncated .tflite file (" + std::to_string(bytes().size()) + " bytes); copy it again");
    return {};
  }

  Result<tfl::BuiltinOperator> code_of(const tfl::Operator& in, const std::string& where) const {
    if (in.opcode_index() >= size_of(model_->operator_codes()))
      return corrupt(where + " has code " + std::to_string(in.opcode_index()) + " of " +
                     std::to_string(size_of(model_->operator_codes())));
    const tfl::OperatorCode& code = *model_->operator_codes()->Get(in.opcode_index());
    // Files before schema 3a have the first field alone; later ones repeat in it what fits a byte.
    const auto value = std::max(std::int32_t{code.deprecated_builtin_code()}, std::int32_t(code.builtin_code()));
    const auto builtin = static_cast<tfl::BuiltinOperator>(value);
    if (builtin == tfl::BuiltinOperator::CUSTOM)
      return unsupported(where + " is the custom operator '" + text(code.custom_code()) +
                         "'; convert with TensorFlow Lite's built-in operators alone");
    return builtin;
  }

  Status read_operators() {
    if (size_of(graph_->operators()) > kMostOperators)
      return unsupported("the graph has " + std::to_string(size_of(graph_->operators())) + " operators, the limit is " +
                         std::to_string(kMostOperators));
    for (std::size_t i = 0; i < size_of(graph_->operators()); ++i) {
      const tfl::Operator& in = *graph_->operators()->Get(static_cast<fb::uoffset_t>(i));
      PITLANE_TRY(const tfl::BuiltinOperator code, code_of(in, "operator " + std::to_string(i)));
      std::string name = tfl::EnumNameBuiltinOperator(code);
      if (name.empty()) name = "operator code " + std::to_string(static_cast<int>(code));
      name += " " + std::to_string(i);
      PITLANE_TRY_STATUS(check_known(code, name));
      file_.operators.push_back({code, std::move(name), copy_numbers(in.inputs()), copy_numbers(in.outputs()), &in});
    }
    return {};
  }

  void read_tensors() {
    for (std::size_t i = 0; i < size_of(graph_->tensors()); ++i) {
      const tfl::Tensor& in = *graph_->tensors()->Get(static_cast<fb::uoffset_t>(i));
      Tensor tensor;
      tensor.name = short_name(in.name(), i);
      tensor.type = in.type();
      tensor.variable = in.is_variable();
      if (in.shape() != nullptr) tensor.shape.assign(in.shape()->begin(), in.shape()->end());
      const std::vector<std::int32_t> signature = copy_numbers(in.shape_signature());
      tensor.open_batch = !signature.empty() && signature[0] == -1 && !tensor.shape.empty() && tensor.shape[0] == 1;
      const Status status = complete(in, tensor);
      if (!status.ok())
        tensor.fault = Error(status.error().kind(), "tensor '" + tensor.name + "' " + status.error().message());
      file_.tensors.push_back(std::move(tensor));
    }
  }

  Status complete(const tfl::Tensor& in, Tensor& tensor) {
    if (in.sparsity() != nullptr)
      return unsupported("is stored sparse, which is not read; convert without sparsity (its zeros stay zeros)");
    PITLANE_TRY_STATUS(read_quantization(in, tensor));
    PITLANE_TRY(const std::span<const std::byte> data, content(in));
    if (!within_limits(tensor.shape))
      return corrupt("has the impossible or unknown shape " + to_string(tensor.shape) +
                     "; convert with fixed sizes and a batch of one");
    PITLANE_TRY_STATUS(check_quantization(tensor));
    if (data.empty()) return {};
    const std::size_t needed = static_cast<std::size_t>(element_count(tensor.shape)) * bytes_per_element(tensor.type);
    if (needed != 0 && data.size() != needed)
      return corrupt("has " + std::to_string(data.size()) + " bytes stored, its shape " + to_string(tensor.shape) +
                     " needs " + std::to_string(needed));
    tensor.constant = {tensor.name, tensor.shape, tensor.type, SharedBytes(owner_, data), tensor.quantization};
    return {};
  }

  Result<std::span<const std::byte>> content(const tfl::Tensor& in) const { return content(in.buffer()); }

  Result<std::span<const std::byte>> content(std::uint32_t index) const {
    if (index == 0) return std::span<const std::byte>();
    if (index >= size_of(model_->buffers()))
      return corrupt("names buffer " + std::to_string(index) + " of " + std::to_string(size_of(model_->buffers())));
    const tfl::Buffer& buffer = *model_->buffers()->Get(index);
    if (buffer.offset() > 1 || buffer.size() > 1)
      return unsupported("is stored outside of the FlatBuffer, as files beyond 2 GB do; such files are not read");
    if (size_of(buffer.data()) == 0) return std::span<const std::byte>();
    return std::span(reinterpret_cast<const std::byte*>(buffer.data()->data()), std::size_t{buffer.data()->size()});
  }

  static Status read_quantization(const tfl::Tensor& in, Tensor& tensor) {
    const tfl::QuantizationParameters* q = in.quantization();
    if (q == nullptr) return {};
    if (q->details_type() != tfl::QuantizationDetails::NONE)
      return unsupported("is quantised in a way of its own, which is not read");
    if (size_of(q->scale()) == 0) return {};  // calibration's minimum and maximum alone
    TensorQuantization& out = tensor.quantization;
    out.scales = copy_numbers(q->scale());
    out.zero_points = copy_numbers(q->zero_point());
    if (out.zero_points.empty()) out.zero_points.assign(out.scales.size(), 0);
    if (q->quantized_dimension() < 0)
      return corrupt("is quantised along dimension " + std::to_string(q->quantized_dimension()));
    out.dimension = static_cast<std::size_t>(q->quantized_dimension());
    return {};
  }

  static Status check_quantization(const Tensor& tensor) {
    const TensorQuantization& q = tensor.quantization;
    if (!q.any()) return {};
    if (q.zero_points.size() != q.scales.size())
      return corrupt("has " + std::to_string(q.scales.size()) + " scales and " + std::to_string(q.zero_points.size()) +
                     " zero points");
    const bool along = q.dimension < tensor.shape.size() && std::cmp_equal(tensor.shape[q.dimension], q.scales.size());
    if (q.scales.size() != 1 && !along)
      return corrupt("has " + std::to_string(q.scales.size()) + " scales along dimension " +
                     std::to_string(q.dimension) + " of " + to_string(tensor.shape));
    for (const float scale : q.scales)
      if (!std::isnormal(scale) || scale < 0)
        return corrupt("has the scale " + std::to_string(scale) + ", which is no positive number");
    const bool is_unsigned = tensor.type == tfl::TensorType::UINT8;
    const std::int64_t low = is_unsigned ? 0 : -128;
    for (const std::int64_t zero : q.zero_points)
      if (zero < low || zero > low + 255) return corrupt("has the zero point " + std::to_string(zero));
    return {};
  }

  [[nodiscard]] bool in_range(int tensor) const {
    return tensor >= 0 && static_cast<std::size_t>(tensor) < file_.tensors.size();
  }

  Status check_operators() const {
    for (const Operator& op : file_.operators) {
      for (const int tensor : op.inputs)
        if (tensor != -1 && !in_range(tensor)) return bad_index(op.name, "reads", tensor);
      for (const int tensor : op.outputs)
        if (!in_range(tensor)) return bad_index(op.name, "makes", tensor);
    }
    return {};
  }

  [[nodiscard]] Error bad_index(const std::string& who, const char* does, int tensor) const {
    return corrupt(who + " " + does + " tensor " + std::to_string(tensor) + " of " +
                   std::to_string(file_.tensors.size()));
  }

  Result<std::vector<int>> read_ends(const fb::Vector<std::int32_t>* ends, const char* what) const {
    constexpr std::size_t kMost = 1024;
    if (size_of(ends) == 0) return corrupt("the graph has no " + std::string(what));
    if (size_of(ends) > kMost)
      return unsupported("the graph has " + std::to_string(size_of(ends)) + " " + what + "s, the limit is " +
                         std::to_string(kMost));
    std::vector<int> result = copy_numbers(ends);
    for (const int tensor : result)
      if (!in_range(tensor)) return bad_index("the graph's " + std::string(what), "is", tensor);
    return result;
  }

  void read_names() {
    for (const int tensor : file_.inputs) file_.input_names.push_back(file_.tensors[tensor].name);
    for (const int tensor : file_.outputs) file_.output_names.push_back(file_.tensors[tensor].name);
    if (size_of(model_->signature_defs()) != 1) return;
    const tfl::SignatureDef& signature = *model_->signature_defs()->Get(0);
    const auto rename = [](const auto* maps, const std::vector<int>& tensors, std::vector<std::string>& names) {
      for (std::size_t i = 0; i < size_of(maps); ++i) {
        const auto* map = maps->Get(static_cast<fb::uoffset_t>(i));
        const auto found = std::ranges::find_if(tensors, [&](int t) { return std::cmp_equal(t, map->tensor_index()); });
        if (found != tensors.end() && map->name() != nullptr) names[found - tensors.begin()] = map->name()->str();
      }
    };
    rename(signature.inputs(), file_.inputs, file_.input_names);
    rename(signature.outputs(), file_.outputs, file_.output_names);
  }

  Status read_meaning() {
    for (std::size_t i = 0; i < size_of(model_->metadata()); ++i) {
      const tfl::Metadata& entry = *model_->metadata()->Get(static_cast<fb::uoffset_t>(i));
      if (text(entry.name()) != kMeaningName) continue;
      auto data = content(entry.buffer());
      if (!data.ok()) return data.error().in("metadata '" + std::string(kMeaningName) + "'");
      if (!data->empty()) file_.meaning = SharedBytes(owner_, *data);
    }
    return {};
  }

  File file_;
  std::shared_ptr<const SharedBytes> owner_;
  const tfl::Model* model_ = nullptr;
  const tfl::SubGraph* graph_ = nullptr;
};

}  // namespace

Result<File> parse_file(const SharedBytes& bytes) { return Reader(bytes).read(); }

}  // namespace pitlane::tflite
