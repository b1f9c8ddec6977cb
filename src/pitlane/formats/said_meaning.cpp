#include "pitlane/formats/said_meaning.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

namespace pitlane {
namespace {

/// The shortest text that reads back as the same number.
std::string number_text(float value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string size_text(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

std::string ages_text(const std::vector<int>& ages) {
  std::string text;
  for (const int age : ages) text += (text.empty() ? "" : ",") + std::to_string(age);
  return text;
}

Error contradicts(const std::string& said, const std::string& stated) {
  return invalid_argument(said + ": the file itself says " + stated +
                          "; leave the flag out (if another model needs it, convert that one to .pit with it first)");
}

const char* said_of_pictures(const ImageMeaning& image) {
  if (image.source_width || image.source_height) return "--frame";
  if (image.crop) return "--frame-crop";
  if (image.format) return "--colours";
  if (image.scaling) return "--pixels";
  return image.ages.empty() ? nullptr : "--frame-ages";
}

bool alike(const std::vector<float>& a, const std::vector<float>& b) {
  return std::ranges::equal(
      a, b, [](float x, float y) { return std::abs(x - y) <= 1e-5F * std::max(std::abs(x), std::abs(y)); });
}

/// The same part of a frame of another size.
Rect scaled(const Rect& crop, std::pair<int, int> from, std::pair<int, int> to) {
  const auto part = [](int edge, int whole, int other) {
    return static_cast<int>((std::int64_t{edge} * other + whole / 2) / whole);
  };
  Rect result{part(crop.x, from.first, to.first), part(crop.y, from.second, to.second), 0, 0};
  result.width = part(crop.x + crop.width, from.first, to.first) - result.x;
  result.height = part(crop.y + crop.height, from.second, to.second) - result.y;
  return result;
}

std::string pixels_text(const Preprocessing& p) {
  for (const PixelScaling scaling :
       {PixelScaling::kUnit, PixelScaling::kSigned, PixelScaling::kImageNet, PixelScaling::kNone}) {
    Preprocessing known = p;
    set_scaling(known, scaling);
    if (alike(known.scale, p.scale) && alike(known.offset, p.offset)) return pixels_word(scaling);
  }
  return "another scaling of pixels";
}

Status restate_picture(InputSpec& input, const ImageMeaning& image) {
  Preprocessing& p = input.preprocessing;
  if (image.format && *image.format != p.format) return contradicts("--colours", to_string(p.format));
  if (image.scaling)
    if (const std::string stated = pixels_text(p); stated != pixels_word(*image.scaling))
      return contradicts(std::string("--pixels ") + pixels_word(*image.scaling), stated);
  const std::pair before(p.source_width, p.source_height);
  p.source_width = image.source_width.value_or(p.source_width);
  p.source_height = image.source_height.value_or(p.source_height);
  p.crop = image.crop.value_or(scaled(p.crop, before, {p.source_width, p.source_height}));
  return validate(p);
}

/// Frames and speeds of the same moments go together.
Status restate_ages(Network& network, const std::vector<int>& ages) {
  if (ages.empty()) return {};
  const auto image = std::ranges::find(network.inputs, InputKind::kImage, &InputSpec::kind);
  if (ages.size() != static_cast<std::size_t>(image->preprocessing.frames))
    return contradicts("--frame-ages " + ages_text(ages), std::to_string(image->preprocessing.frames) +
                                                              " frames, as old as " + ages_text(ages_of(*image)));
  const std::vector<int> before = ages_of(*image);
  for (InputSpec& input : network.inputs) {
    const bool timed = input.kind == InputKind::kImage || input.kind == InputKind::kSpeed;
    if (timed && (input.kind == InputKind::kImage || input.ages == before)) input.ages = ages;
  }
  return {};
}

Status compare_outputs(const std::vector<OutputSpec>& stated, const std::vector<OutputSpec>& said) {
  if (said.empty()) return {};
  const auto texts = [](const std::vector<OutputSpec>& outputs) {
    std::string text;
    for (const OutputSpec& output : outputs) text += (text.empty() ? "" : ", ") + to_flag(output);
    return text;
  };
  const auto same = [](const OutputSpec& a, const OutputSpec& b) {
    return a.name == b.name && a.unit == b.unit && alike({a.low, a.high}, {b.low, b.high});
  };
  if (std::ranges::equal(stated, said, same)) return {};
  return contradicts("--output " + texts(said), texts(stated));
}

/// By now each has the kind that was said, or states another.
Status check_said_inputs(const ImportOptions& options, const Network& network) {
  for (const auto& [name, kind] : options.inputs) {
    const std::string said = "--input " + name + "=" + input_word(kind);
    const auto input = std::ranges::find(network.inputs, name, &InputSpec::name);
    if (input != network.inputs.end() && input->kind == kind) continue;
    if (input != network.inputs.end()) return contradicts(said, input_word(input->kind));
    std::string names;
    for (const InputSpec& other : network.inputs)
      if (other.kind != InputKind::kImage) names += (names.empty() ? "" : ", ") + other.name;
    return invalid_argument(
        said + ": the network has no input of that name; " +
        (names.empty() ? "it sees pictures alone, leave the flag out" : "its vectors are " + names));
  }
  return {};
}

}  // namespace

Status check_options_of_kind(const ImportOptions& options, const HeardOptions& heard, const std::string& kind) {
  if (!options.architecture.empty() && !heard.architecture)
    return invalid_argument("--architecture: describes the layers of a PyTorch state dict, and this is " + kind +
                            ", which says them itself; leave it out");
  if (options.image.width && !heard.architecture)
    return invalid_argument("--picture: is for PyTorch state dicts, and this is " + kind +
                            ", which says itself how large its pictures are; leave it out");
  if (!options.lambdas.empty() && !heard.lambdas)
    return invalid_argument("--lambda " + options.lambdas.begin()->first +
                            ": is for Keras' Lambda layers, and this is " + kind + ", which has none; leave it out");
  return {};
}

Status check_options_of_network(const ImportOptions& options, const Network& network) {
  const auto find = [&](InputKind kind) { return std::ranges::find(network.inputs, kind, &InputSpec::kind); };
  const auto image = find(InputKind::kImage);
  const char* said = said_of_pictures(options.image);
  if (said != nullptr && image == network.inputs.end())
    return invalid_argument(std::string(said) + ": the network sees no picture; leave it out");
  if (options.image.format && channels_of(*options.image.format) != channels_of(image->preprocessing.format))
    return invalid_argument(std::string("--colours ") + to_string(*options.image.format) +
                            (channels_of(image->preprocessing.format) == 1
                                 ? ": the network's picture has one channel: grey, red, green or blue"
                                 : ": the network's picture has three channels: rgb or bgr"));
  if (options.image.width && image != network.inputs.end()) {
    const Preprocessing& p = image->preprocessing;
    if (*options.image.width != p.width || *options.image.height != p.height)
      return invalid_argument("--picture " + size_text(*options.image.width, *options.image.height) +
                              ": the network sees pictures of " + size_text(p.width, p.height) + "; leave it out");
  }
  if (options.speed_scale && find(InputKind::kSpeed) == network.inputs.end())
    return invalid_argument("--speed-scale: the network does not see its speed; leave it out");
  return check_said_inputs(options, network);
}

Status restate(Network& network, const ImportOptions& options) {
  PITLANE_TRY_STATUS(check_options_of_network(options, network));
  PITLANE_TRY_STATUS(compare_outputs(network.outputs, options.outputs));
  for (InputSpec& input : network.inputs) {
    if (input.kind == InputKind::kImage) PITLANE_TRY_STATUS(restate_picture(input, options.image));
    if (input.kind == InputKind::kSpeed && options.speed_scale && !alike({input.scale}, {*options.speed_scale}))
      return contradicts("--speed-scale " + number_text(*options.speed_scale), number_text(input.scale));
  }
  PITLANE_TRY_STATUS(restate_ages(network, options.image.ages));
  return validate(network);
}

}  // namespace pitlane
