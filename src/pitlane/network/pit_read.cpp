#include <algorithm>
#include <utility>

#include "pit_generated.h"
#include "pitlane/core/file.h"
#include "pitlane/network/flat_vector.h"
#include "pitlane/network/limits.h"
#include "pitlane/network/pit_checksum.h"
#include "pitlane/network/pit_extent.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/network/pit_version.h"
#include "pitlane/network/weight_encoding.h"

namespace pitlane {
namespace {

namespace fb = flatbuffers;

// Bounds that no driving network meets but that keep a hostile file from costing time or memory.
constexpr std::size_t kMostTables = 1 << 20;
constexpr std::size_t kDeepest = 32;

std::string text(const fb::String* value) { return value == nullptr ? std::string() : value->str(); }

Result<Weight> read_weight(const pit::Weight& in, const SharedBytes& file) {
  Weight weight;
  weight.name = in.name()->str();
  weight.shape = copy_numbers(in.shape());
  const std::string where = "weight '" + weight.name + "'";
  if (in.storage() > static_cast<std::uint8_t>(Storage::kBf16)) return corrupt(where + ": unknown storage type");
  weight.storage = static_cast<Storage>(in.storage());
  weight.scales = copy_numbers(in.scales());
  if (!within_limits(weight.shape)) return corrupt(where + ": impossible shape " + to_string(weight.shape));
  const std::size_t element_bytes = bytes_per_element(weight.storage);
  const std::size_t dense_bytes = static_cast<std::size_t>(weight.size()) * element_bytes;
  const auto* begin = reinterpret_cast<const std::byte*>(in.data()->data());
  const std::span<const std::byte> data(begin, in.data()->size());
  if (in.encoding() > static_cast<std::uint8_t>(WeightEncoding::kEntropy)) return corrupt(where + ": unknown encoding");
  if (const auto encoding = static_cast<WeightEncoding>(in.encoding()); encoding != WeightEncoding::kDense) {
    auto dense = decode_elements(encoding, data, element_bytes, dense_bytes);
    if (!dense.ok()) return dense.error().in(where);
    weight.data = SharedBytes(*std::move(dense));
    return weight;
  }
  if (data.size() != dense_bytes)
    return corrupt(where + ": " + std::to_string(data.size()) + " bytes stored, shape " + to_string(weight.shape) +
                   " needs " + std::to_string(dense_bytes));
  if (reinterpret_cast<std::uintptr_t>(begin) % element_bytes != 0) return corrupt(where + ": data is not aligned");
  weight.data = SharedBytes(std::make_shared<SharedBytes>(file), data);
  return weight;
}

Value read_value(const pit::Value& in) {
  Value value{in.name()->str(), copy_numbers(in.shape()), std::nullopt};
  if (const auto* q = in.quantization()) value.quantization = ActivationQuantization{q->scale(), q->zero_point()};
  return value;
}

Padding read_padding(const pit::Padding* p) {
  return p == nullptr ? Padding{} : Padding{p->top(), p->left(), p->bottom(), p->right()};
}

Result<Op> read_op(const pit::Node& node) {
  const auto activation = [](std::uint8_t v) { return static_cast<Activation>(v); };  // range: validate()
  switch (node.op_type()) {
    case pit::Op::Conv2d: {
      const auto* in = node.op_as_Conv2d();
      Conv2d op{in->stride_h(),
                in->stride_w(),
                {},
                copy_numbers(in->pad_value()),
                in->weight(),
                in->bias(),
                activation(in->activation()),
                in->groups()};
      op.padding = read_padding(in->padding());
      return Op(std::move(op));
    }
    case pit::Op::Dense: {
      const auto* in = node.op_as_Dense();
      return Op(Dense{in->weight(), in->bias(), activation(in->activation())});
    }
    case pit::Op::BatchNorm: {
      const auto* in = node.op_as_BatchNorm();
      return Op(BatchNorm{in->gamma(), in->beta(), in->mean(), in->variance(), in->epsilon()});
    }
    case pit::Op::Flatten:
      return Op(Flatten{});
    case pit::Op::Activate: {
      const auto* in = node.op_as_Activate();
      Activate op{activation(in->activation())};
      if (const auto alpha = in->alpha()) op.alpha = *alpha;
      return Op(op);
    }
    case pit::Op::Pool2d: {
      const auto* in = node.op_as_Pool2d();
      return Op(Pool2d{static_cast<PoolKind>(in->kind()), in->window_h(), in->window_w(), in->stride_h(),
                       in->stride_w(), read_padding(in->padding())});
    }
    case pit::Op::Add:
      return Op(Add{});
    case pit::Op::Multiply:
      return Op(Multiply{});
    case pit::Op::Concat:
      return Op(Concat{});
    case pit::Op::Slice:
      return Op(Slice{copy_numbers(node.op_as_Slice()->begin()), copy_numbers(node.op_as_Slice()->end())});
    case pit::Op::Pad:
      return Op(Pad{read_padding(node.op_as_Pad()->padding()), node.op_as_Pad()->value()});
    case pit::Op::Reshape:
      return Op(Reshape{copy_numbers(node.op_as_Reshape()->shape())});
    case pit::Op::Softmax:
      return Op(Softmax{});
    case pit::Op::Expand:
      return Op(Expand{node.op_as_Expand()->height(), node.op_as_Expand()->width()});
    case pit::Op::NONE:
      break;
  }
  return unsupported("layer '" + node.name()->str() + "' is of a kind that this program does not know");
}

Preprocessing read_preprocessing(const pit::Preprocessing& in) {
  Preprocessing p;
  p.source_width = in.source_width();
  p.source_height = in.source_height();
  p.crop = {in.crop_x(), in.crop_y(), in.crop_width(), in.crop_height()};
  p.width = in.width();
  p.height = in.height();
  p.format = static_cast<PixelFormat>(in.format());
  p.scale = copy_numbers(in.scale());
  p.offset = copy_numbers(in.offset());
  p.frames = in.frames();
  return p;
}

InputSpec read_input(const pit::Input& in) {
  InputSpec input{in.name()->str(),       static_cast<InputKind>(in.kind()), in.value(), {}, in.scale(),
                  copy_numbers(in.ages())};
  if (const auto* p = in.preprocessing()) input.preprocessing = read_preprocessing(*p);
  return input;
}

Status check_identity(std::span<const std::byte> data) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(data.data());
  if (data.size() < 16 || !fb::BufferHasIdentifier(bytes, pit::FileIdentifier()))
    return corrupt("not a .pit file (its first bytes do not say PITL); a network of another tool keeps its own ending");
  fb::Verifier verifier(bytes, data.size(), kDeepest, kMostTables);
  if (!pit::VerifyFileBuffer(verifier))
    return corrupt("damaged or truncated .pit file (" + std::to_string(data.size()) + " bytes); copy it again");
  const std::uint32_t version = pit::GetFile(bytes)->version();
  if (version == 0) return corrupt("damaged .pit file: it has no version");
  if (version > kPitVersion)
    return unsupported("written by a newer Pitlane (format " + std::to_string(version) + ", this program reads up to " +
                       std::to_string(kPitVersion) + "); update Pitlane");
  if (!pit_checksum_matches(data))
    return corrupt("damaged .pit file: its bytes do not match its checksum; copy it again");
  return check_pit_extent(data);
}

}  // namespace

Result<Network> parse_pit(const SharedBytes& bytes) {
  PITLANE_TRY_STATUS(check_identity(bytes.bytes()));
  const pit::File& file = *pit::GetFile(bytes.bytes().data());
  Network network;
  network.name = text(file.name());
  for (const auto* weight : *file.weights()) {
    PITLANE_TRY(Weight read, read_weight(*weight, bytes));
    network.weights.push_back(std::move(read));
  }
  for (const auto* value : *file.values()) network.values.push_back(read_value(*value));
  for (const auto* node : *file.nodes()) {
    PITLANE_TRY(Op op, read_op(*node));
    network.nodes.push_back({node->name()->str(), std::move(op), copy_numbers(node->inputs()), node->output()});
  }
  for (const auto* input : *file.inputs()) network.inputs.push_back(read_input(*input));
  for (const auto* o : *file.outputs())
    network.outputs.push_back({o->name()->str(), text(o->unit()), o->low(), o->high(), o->value(), o->element()});
  if (file.states() != nullptr)
    for (const auto* s : *file.states()) network.states.push_back({s->name()->str(), s->before(), s->after()});
  if (file.metadata() != nullptr)
    for (const auto* entry : *file.metadata()) network.metadata[entry->key()->str()] = entry->value()->str();
  PITLANE_TRY_STATUS(validate(network));
  return network;
}

Result<Network> load_pit(const std::filesystem::path& path) {
  PITLANE_TRY(const auto file, LoadedFile::open(path));
  Result<Network> network = parse_pit(SharedBytes(file, file->bytes()));
  if (!network.ok()) return network.error().in(path.string());
  return network;
}

}  // namespace pitlane
