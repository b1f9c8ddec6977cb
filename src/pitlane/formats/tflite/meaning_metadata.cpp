#include "pitlane/formats/tflite/meaning_metadata.h"

#include <cstring>
#include <utility>

#include "meaning_generated.h"
#include "pitlane/network/flat_vector.h"
#include "pitlane/network/limits.h"

namespace pitlane::tflite {
namespace {

namespace fb = flatbuffers;
namespace pm = pitlane::tflmeaning;

constexpr std::uint32_t kMeaningVersion = 1;

fb::Offset<pm::Preprocessing> write(fb::FlatBufferBuilder& out, const Preprocessing& p) {
  const auto scale = out.CreateVector(p.scale);
  const auto offset = out.CreateVector(p.offset);
  return pm::CreatePreprocessing(out, p.source_width, p.source_height, p.crop.x, p.crop.y, p.crop.width, p.crop.height,
                                 p.width, p.height, static_cast<std::uint8_t>(p.format), scale, offset, p.frames);
}

fb::Offset<pm::Input> write(fb::FlatBufferBuilder& out, const InputSpec& input) {
  const auto name = out.CreateString(input.name);
  const auto preprocessing =
      input.kind == InputKind::kImage ? write(out, input.preprocessing) : fb::Offset<pm::Preprocessing>();
  const auto ages = out.CreateVector(input.ages);
  return pm::CreateInput(out, name, static_cast<std::uint8_t>(input.kind), input.value, preprocessing, input.scale,
                         ages);
}

Preprocessing read(const pm::Preprocessing& in) {
  Preprocessing p;
  p.source_width = in.source_width();
  p.source_height = in.source_height();
  p.crop = {in.crop_x(), in.crop_y(), in.crop_width(), in.crop_height()};
  p.width = in.width();
  p.height = in.height();
  p.format = static_cast<PixelFormat>(in.format());
  p.scale.clear();
  p.offset.clear();
  if (in.scale() != nullptr) p.scale.assign(in.scale()->begin(), in.scale()->end());
  if (in.offset() != nullptr) p.offset.assign(in.offset()->begin(), in.offset()->end());
  p.frames = in.frames();
  return p;
}

std::string text_of(const fb::String* value) { return value == nullptr ? std::string() : value->str(); }

InputSpec read(const pm::Input& in) {
  InputSpec input{in.name()->str(), static_cast<InputKind>(in.kind()), in.tensor(), {}, in.scale(), {}};
  if (in.preprocessing() != nullptr) input.preprocessing = read(*in.preprocessing());
  if (in.ages() != nullptr) input.ages.assign(in.ages()->begin(), in.ages()->end());
  return input;
}

/// Every tensor of the graph named exactly once as an input or a state; outputs within range.
Status check_places(const Meaning& meaning, std::size_t inputs, std::size_t outputs) {
  std::vector<bool> named(inputs, false);
  const auto take = [&](int place) {
    if (place < 0 || std::cmp_greater_equal(place, inputs) || named[static_cast<std::size_t>(place)]) return false;
    named[static_cast<std::size_t>(place)] = true;
    return true;
  };
  bool sound = meaning.inputs.size() + meaning.states.size() == inputs;
  for (const InputSpec& input : meaning.inputs) sound = take(input.value) && sound;
  for (const StateSpec& state : meaning.states)
    sound = take(state.before) && state.after >= 0 && std::cmp_less(state.after, outputs) && sound;
  for (const OutputSpec& output : meaning.outputs)
    sound = output.value >= 0 && std::cmp_less(output.value, outputs) && sound;
  for (const Shape& shape : meaning.state_shapes) sound = within_limits(shape) && sound;
  if (sound) return {};
  return corrupt("its metadata 'pitlane_meaning' does not fit its graph; export the network again");
}

}  // namespace

std::vector<std::byte> write_meaning(const Meaning& meaning) {
  fb::FlatBufferBuilder out;
  std::vector<fb::Offset<pm::Input>> inputs;
  for (const InputSpec& input : meaning.inputs) inputs.push_back(write(out, input));
  std::vector<fb::Offset<pm::Output>> outputs;
  for (const OutputSpec& o : meaning.outputs)
    outputs.push_back(pm::CreateOutputDirect(out, o.name.c_str(), o.unit.c_str(), o.low, o.high, o.value, o.element));
  std::vector<fb::Offset<pm::State>> states;
  for (std::size_t i = 0; i < meaning.states.size(); ++i)
    states.push_back(pm::CreateStateDirect(out, meaning.states[i].name.c_str(), meaning.states[i].before,
                                           meaning.states[i].after, &meaning.state_shapes[i]));
  std::vector<fb::Offset<pm::Entry>> entries;
  for (const auto& [key, value] : meaning.metadata)
    entries.push_back(pm::CreateEntryDirect(out, key.c_str(), value.c_str()));
  out.Finish(pm::CreateMeaningDirect(out, kMeaningVersion, meaning.name.c_str(), &inputs, &outputs, &states, &entries),
             pm::MeaningIdentifier());
  std::vector<std::byte> bytes(out.GetSize());
  std::memcpy(bytes.data(), out.GetBufferPointer(), bytes.size());
  return bytes;
}

Result<Meaning> read_meaning(const SharedBytes& shared, std::size_t inputs, std::size_t outputs) {
  // The place of a metadata buffer in its file is another program's choice; scalars want to be aligned.
  const std::vector<std::byte> copy(shared.bytes().begin(), shared.bytes().end());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(copy.data());
  fb::Verifier verifier(bytes, copy.size(), 16, 1 << 16);
  if (copy.size() < 16 || !pm::MeaningBufferHasIdentifier(bytes) || !pm::VerifyMeaningBuffer(verifier))
    return corrupt("its metadata 'pitlane_meaning' is damaged; export the network again");
  const pm::Meaning& in = *pm::GetMeaning(bytes);
  if (in.version() == 0 || in.version() > kMeaningVersion)
    return unsupported("written by a newer Pitlane (meaning " + std::to_string(in.version()) +
                       ", this program reads up to " + std::to_string(kMeaningVersion) + "); update Pitlane");
  Meaning meaning;
  meaning.name = text_of(in.name());
  for (const auto* input : *in.inputs()) meaning.inputs.push_back(read(*input));
  for (const auto* o : *in.outputs())
    meaning.outputs.push_back({o->name()->str(), text_of(o->unit()), o->low(), o->high(), o->tensor(), o->element()});
  if (in.states() != nullptr) {
    for (const auto* s : *in.states()) {
      meaning.states.push_back({s->name()->str(), s->before(), s->after()});
      meaning.state_shapes.emplace_back();
      meaning.state_shapes.back() = copy_numbers(s->shape());
    }
  }
  if (in.metadata() != nullptr)
    for (const auto* entry : *in.metadata()) meaning.metadata[entry->key()->str()] = entry->value()->str();
  PITLANE_TRY_STATUS(check_places(meaning, inputs, outputs));
  return meaning;
}

}  // namespace pitlane::tflite
