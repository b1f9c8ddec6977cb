#include "pitlane/formats/tflite/graph_writer.h"

#include <algorithm>

#include "pitlane/formats/tflite/file.h"
#include "pitlane/formats/tflite/tensor_bytes.h"

namespace pitlane::tflite {
namespace {

namespace fb = flatbuffers;

fb::Offset<tfl::Buffer> write_buffer(fb::FlatBufferBuilder& out, std::span<const std::byte> data) {
  constexpr std::size_t kAlignment = 16;  // as the schema asks for
  out.ForceVectorAlignment(data.size(), 1, kAlignment);
  const auto vector = out.CreateVector(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
  return tfl::CreateBuffer(out, vector);
}

fb::Offset<tfl::QuantizationParameters> write_quantization(fb::FlatBufferBuilder& out, const WrittenTensor& tensor) {
  if (tensor.scales.empty()) return 0;
  const auto scales = out.CreateVector(tensor.scales);
  const auto zeros = out.CreateVector(std::vector<std::int64_t>(tensor.scales.size(), tensor.zero));
  return tfl::CreateQuantizationParameters(out, 0, 0, scales, zeros, tfl::QuantizationDetails::NONE, 0,
                                           tensor.dimension);
}

fb::Offset<tfl::Tensor> write_tensor(fb::FlatBufferBuilder& out, const WrittenTensor& tensor, std::uint32_t buffer) {
  const auto shape = out.CreateVector(std::vector<std::int32_t>(tensor.shape.begin(), tensor.shape.end()));
  const auto name = out.CreateString(tensor.name);
  const auto quantization = write_quantization(out, tensor);
  return tfl::CreateTensor(out, shape, tensor.type, buffer, name, quantization, false, 0, 0, true);
}

using Maps = std::vector<fb::Offset<tfl::TensorMap>>;

Maps write_maps(fb::FlatBufferBuilder& out, const std::vector<TensorId>& tensors,
                const std::vector<std::string>& names) {
  Maps maps;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    maps.push_back(tfl::CreateTensorMapDirect(out, names[i].c_str(), static_cast<std::uint32_t>(tensors[i])));
  return maps;
}

}  // namespace

TensorId GraphWriter::tensor(WrittenTensor tensor) {
  const int before = names_[tensor.name]++;
  if (before != 0) tensor.name += "#" + std::to_string(before + 1);
  tensors_.push_back(std::move(tensor));
  return static_cast<TensorId>(tensors_.size()) - 1;
}

TensorId GraphWriter::flow(const std::string& name, Shape shape, std::optional<Grid> grid) {
  WrittenTensor flowing{name, std::move(shape)};
  if (grid) {
    flowing.type = tfl::TensorType::INT8;
    flowing.scales = {grid->scale};
    flowing.zero = grid->zero;
  }
  return tensor(std::move(flowing));
}

TensorId GraphWriter::flow_in_bytes(const std::string& name, Shape shape, const Grid& grid) {
  return tensor({name, std::move(shape), tfl::TensorType::UINT8, {grid.scale}, grid.zero + 128, 0, {}});
}

TensorId GraphWriter::reals(const std::string& name, Shape shape, const std::vector<float>& values) {
  PITLANE_CHECK(element_count(shape) == static_cast<std::int64_t>(values.size()));
  return tensor({name, std::move(shape), tfl::TensorType::FLOAT32, {}, 0, 0, bytes_of(values)});
}

TensorId GraphWriter::integers(const std::string& name, Shape shape, const std::vector<std::int32_t>& values) {
  PITLANE_CHECK(element_count(shape) == static_cast<std::int64_t>(values.size()));
  return tensor({name, std::move(shape), tfl::TensorType::INT32, {}, 0, 0, bytes_of(values)});
}

void GraphWriter::add(tfl::BuiltinOperator code, int version, std::vector<TensorId> inputs,
                      std::vector<TensorId> outputs, Options options) {
  const std::pair wanted(code, version);
  auto known = std::ranges::find(codes_, wanted);
  if (known == codes_.end()) known = codes_.insert(codes_.end(), wanted);
  operators_.push_back(
      {static_cast<std::uint32_t>(known - codes_.begin()), std::move(inputs), std::move(outputs), std::move(options)});
}

Result<std::vector<std::byte>> GraphWriter::finish(const std::string& name, const Ends& ends,
                                                   const std::vector<std::byte>& meaning) const {
  std::size_t total = meaning.size();
  for (const WrittenTensor& t : tensors_) total += t.data ? t.data->bytes().size() : 0;
  constexpr std::size_t kLargest = (std::size_t{1} << 31) - (std::size_t{1} << 24);  // leaves room for the graph
  if (total > kLargest)
    return unsupported("a .tflite file holds 2 GB, the network's weights are " + std::to_string(total >> 20) +
                       " MB; export in fewer bits");
  fb::FlatBufferBuilder out(total + 65536);
  std::vector<fb::Offset<tfl::Buffer>> buffers = {tfl::CreateBuffer(out)};
  std::vector<fb::Offset<tfl::Tensor>> tensors;
  for (const WrittenTensor& t : tensors_) {
    const auto buffer = static_cast<std::uint32_t>(t.data ? buffers.size() : 0);
    if (t.data) buffers.push_back(write_buffer(out, t.data->bytes()));
    tensors.push_back(write_tensor(out, t, buffer));
  }
  std::vector<fb::Offset<tfl::Operator>> operators;
  for (const WrittenOperator& op : operators_) {
    std::pair<tfl::BuiltinOptions, fb::Offset<void>> options = {tfl::BuiltinOptions::NONE, 0};
    if (op.options) options = op.options(out);
    operators.push_back(
        tfl::CreateOperatorDirect(out, op.code, &op.inputs, &op.outputs, options.first, options.second));
  }
  const auto graph = tfl::CreateSubGraphDirect(out, &tensors, &ends.inputs, &ends.outputs, &operators, name.c_str());
  std::vector<fb::Offset<tfl::OperatorCode>> codes;
  for (const auto& [code, version] : codes_) {
    const auto number = static_cast<std::int32_t>(code);
    codes.push_back(
        tfl::CreateOperatorCodeDirect(out, static_cast<std::int8_t>(std::min(number, 127)), nullptr, version, code));
  }
  const auto metadata = tfl::CreateMetadataDirect(out, kMeaningName, static_cast<std::uint32_t>(buffers.size()));
  buffers.push_back(write_buffer(out, meaning));
  const Maps inputs = write_maps(out, ends.inputs, ends.input_names);
  const Maps outputs = write_maps(out, ends.outputs, ends.output_names);
  const std::vector signatures = {tfl::CreateSignatureDefDirect(out, &inputs, &outputs, "serving_default")};
  const std::vector graphs = {graph};
  const std::vector entries = {metadata};
  out.Finish(tfl::CreateModelDirect(out, 3, &codes, &graphs, "Pitlane", &buffers, nullptr, &entries, &signatures),
             tfl::ModelIdentifier());
  const auto* begin = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  return std::vector<std::byte>(begin, begin + out.GetSize());
}

}  // namespace pitlane::tflite
