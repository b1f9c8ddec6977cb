#include "pitlane/formats/meaning.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "pitlane/core/units.h"

namespace pitlane {
namespace {

constexpr int kColours = 3;

const char* to_string(PixelScaling scaling) {
  switch (scaling) {
    case PixelScaling::kUnit:
      return "pixel / 255";
    case PixelScaling::kImageNet:
      return "ImageNet's mean and deviation";
    case PixelScaling::kSigned:
      return "pixel / 127.5 - 1";
    case PixelScaling::kNone:
      return "pixels as they are";
  }
  return "?";
}

/// What was not said, for the metadata.
class Assumed {
 public:
  void add(const std::string& what) { text_ += (text_.empty() ? "" : "; ") + what; }
  void write(NetworkBuilder& builder, const char* key) const {
    if (!text_.empty()) builder.metadata(key, text_);
  }

 private:
  std::string text_;
};

Result<Preprocessing> preprocessing_of(const ImageMeaning& image, const PictureShape& shape, PixelScaling habit,
                                       Assumed& assumed) {
  Preprocessing p;
  constexpr std::int64_t kLargest = 16384;
  if (shape.height < 1 || shape.width < 1 || shape.height > kLargest || shape.width > kLargest)
    return unsupported("a picture of " + std::to_string(shape.width) + "x" + std::to_string(shape.height) +
                       " is no camera's");
  p.width = static_cast<int>(shape.width);
  p.height = static_cast<int>(shape.height);
  p.frames = shape.frames;
  // Said of a picture that has more or fewer channels, it is refused later: with the network at hand.
  const bool fits = image.format && channels_of(*image.format) == (shape.channels == 1 ? 1 : 3);
  p.format = fits ? *image.format : shape.channels == 1 ? PixelFormat::kGrey : PixelFormat::kRgb;
  if (shape.channels != 1 && !image.format) assumed.add("colours in the order red, green, blue (else --colours)");
  if (shape.channels == 1 && !image.format) assumed.add("its one channel grey (else --colours)");
  const bool f1 = p.width == 200 && p.height == 66;
  p.source_width = image.source_width.value_or(f1 ? 640 : p.width);
  p.source_height = image.source_height.value_or(f1 ? 480 : p.height);
  p.crop = {0, 0, p.source_width, p.source_height};
  const bool lower_half = f1 && p.source_width == 640 && p.source_height == 480;
  if (lower_half) p.crop = {0, 240, 640, 240};
  if (image.crop) p.crop = *image.crop;
  if (!image.source_width || !image.source_height)
    assumed.add("frames of " + std::to_string(p.source_width) + "x" + std::to_string(p.source_height) +
                " (else --frame)");
  if (!image.crop)
    assumed.add(std::string(lower_half ? "their lower half" : "the whole frame") + " (else --frame-crop)");
  set_scaling(p, image.scaling.value_or(habit));
  if (!image.scaling) assumed.add(std::string(to_string(habit)) + " (else --pixels)");
  PITLANE_TRY_STATUS(validate(p));
  return p;
}

Result<std::vector<int>> ages_for(const ImageMeaning& image, int frames, Assumed& assumed) {
  if (!image.ages.empty() && image.ages.size() != static_cast<std::size_t>(frames))
    return invalid_argument("the network sees " + std::to_string(frames) + " frames, ages are given for " +
                            std::to_string(image.ages.size()));
  if (!image.ages.empty()) return image.ages;
  if (frames == 1) return std::vector<int>();
  std::vector<int> ages(static_cast<std::size_t>(frames));
  std::iota(ages.rbegin(), ages.rend(), 0);
  assumed.add(std::to_string(frames) + " frames one after another, the newest last (else --frame-ages)");
  return ages;
}

ValueId channels_of_frame(NetworkBuilder& builder, const std::string& name, ValueId picture, int frame, int channels) {
  Shape begin = {0, 0, std::int64_t{frame} * channels};
  Shape end = builder.shape(picture);
  end[2] = begin[2] + channels;
  return builder.add(name, Slice{std::move(begin), std::move(end)}, {picture});
}

/// Each frame's colours and a plane that holds the speed at its time.
ValueId with_speed_planes(NetworkBuilder& builder, ValueId picture, ValueId speeds, const PictureShape& shape) {
  std::vector<ValueId> parts;
  for (int frame = 0; frame < shape.frames; ++frame) {
    const std::string name = "frame" + std::to_string(frame);
    const bool only = shape.frames == 1;
    const ValueId speed = only ? speeds : builder.add(name + ".speed", Slice{{frame}, {frame + 1}}, {speeds});
    parts.push_back(only ? picture : channels_of_frame(builder, name, picture, frame, kColours));
    parts.push_back(
        builder.add(name + ".plane", Expand{static_cast<int>(shape.height), static_cast<int>(shape.width)}, {speed}));
  }
  return builder.add("picture_and_speed", Concat{}, std::move(parts));
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool says(const std::string& name, const char* word) { return lower(name).find(word) != std::string::npos; }

/// The output that a name speaks of.
std::optional<OutputSpec> output_named(const std::string& name) {
  if (says(name, "steering") || says(name, "angle")) return OutputSpec{"steering", "1", -1, 1, -1, 0};
  if (says(name, "steer")) return OutputSpec{"steer", "1", -1, 1, -1, 0};
  if (says(name, "throttle")) return OutputSpec{"throttle", "1", 0, 1, -1, 0};
  if (says(name, "brake")) return OutputSpec{"brake", "1", 0, 1, -1, 0};
  return {};
}

std::vector<OutputSpec> outputs_named(const std::vector<OutputPlace>& places) {
  // donkeycar's linear networks compute what the car takes: the range 0..1 leaves numbers as they are.
  if (places.size() == 2 && says(places[0].name, "n_outputs0") && says(places[1].name, "n_outputs1"))
    return {{"steering", "1", 0, 1, -1, 0}, {"throttle", "1", 0, 1, -1, 0}};
  std::vector<OutputSpec> outputs;
  for (const OutputPlace& place : places) {
    const auto output = output_named(place.name);
    if (!output || std::ranges::find(outputs, output->name, &OutputSpec::name) != outputs.end()) return {};
    outputs.push_back(*output);
  }
  return outputs;
}

std::vector<OutputSpec> outputs_by_number(const std::vector<OutputPlace>& places) {
  switch (places.size()) {
    case 1:
      return {{"steering", "1", -1, 1, -1, 0}};
    case 2:
      return {{"v", "m/s", 6.5F, 24, -1, 0}, {"w", "rad/s", -7.1F, 7.1F, -1, 0}};
    case 3:
      return {{"throttle", "1", 0, 1, -1, 0}, {"steer", "1", -1, 1, -1, 0}, {"brake", "1", 0, 1, -1, 0}};
    default:
      break;
  }
  std::vector<OutputSpec> outputs;
  std::set<std::string> taken;
  for (const OutputPlace& place : places) {
    std::string name = place.name.empty() ? "output" + std::to_string(outputs.size()) : place.name;
    // Names are unique in a network, in a file they need not be.
    if (!taken.insert(name).second) name += "#" + std::to_string(outputs.size());
    taken.insert(name);
    outputs.push_back({std::move(name), "1", 0, 1, -1, 0});
  }
  return outputs;
}

std::vector<OutputSpec> usual_outputs(const std::vector<OutputPlace>& places, Assumed& assumed) {
  std::vector<OutputSpec> outputs = outputs_named(places);
  if (outputs.empty()) outputs = outputs_by_number(places);
  constexpr std::size_t kTold = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(kTold, outputs.size()); ++i) text += (i == 0 ? "" : ", ") + to_flag(outputs[i]);
  if (outputs.size() > kTold) text += " and so on, each from 0 to 1";
  assumed.add((outputs.size() == 1 ? "the output is " : "the outputs are ") + text +
              " (else say --output, once for each)");
  return outputs;
}

}  // namespace

const char* pixels_word(PixelScaling scaling) {
  switch (scaling) {
    case PixelScaling::kUnit:
      return "unit";
    case PixelScaling::kImageNet:
      return "imagenet";
    case PixelScaling::kSigned:
      return "signed";
    case PixelScaling::kNone:
      return "none";
  }
  return "?";
}

const char* input_word(InputKind kind) {
  constexpr std::array kWords = {"picture", "speed", "command", "light"};
  return kWords[static_cast<std::size_t>(kind)];
}

void set_scaling(Preprocessing& p, PixelScaling scaling) {
  constexpr float kMean[] = {0.485F, 0.456F, 0.406F}, kDeviation[] = {0.229F, 0.224F, 0.225F};
  const auto channels = static_cast<std::size_t>(channels_of(p.format));
  p.scale.assign(channels, 1);
  p.offset.assign(channels, 0);
  for (std::size_t c = 0; c < channels; ++c) {
    const std::size_t of = p.format == PixelFormat::kGreen ? 1 : p.format == PixelFormat::kBlue ? 2 : c;
    // The network's channels, whatever their order, are normalised by position, as albumentations does.
    if (scaling == PixelScaling::kUnit) p.scale[c] = 1 / 255.F;
    if (scaling == PixelScaling::kSigned) std::tie(p.scale[c], p.offset[c]) = std::pair(1 / 127.5F, -1.F);
    if (scaling == PixelScaling::kImageNet)
      std::tie(p.scale[c], p.offset[c]) = std::pair(1 / (255 * kDeviation[of]), -kMean[of] / kDeviation[of]);
  }
}

std::string to_flag(const OutputSpec& output) {
  const auto number = [](float value) {
    char text[32];  // the shortest text that reads back as the same number
    return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
  };
  return output.name + ":" + number(output.low) + ":" + number(output.high) +
         (output.unit == "1" ? "" : ":" + output.unit);
}

PixelScaling guess_pixels(const PixelClues& clues, std::int64_t height, std::int64_t width) {
  if (clues.range) {
    const auto [low, high] = *clues.range;
    if (high > 100) return PixelScaling::kNone;
    if (low < -1.5) return PixelScaling::kImageNet;
    return low < -0.5 ? PixelScaling::kSigned : PixelScaling::kUnit;
  }
  if (clues.scales_itself || clues.bytes) return PixelScaling::kNone;
  if (clues.normalized) return *clues.normalized ? PixelScaling::kImageNet : PixelScaling::kNone;
  if (clues.by_pytorch || says(clues.input, "img_in")) return PixelScaling::kUnit;
  // Their TensorFlow trainings see albumentations' Normalize; some name the height first.
  constexpr std::array kTheirs = {std::pair(200, 66), std::pair(100, 50), std::pair(150, 50)};
  const bool theirs = std::ranges::any_of(kTheirs, [&](const std::pair<int, int>& size) {
    return std::pair(width, height) == std::pair<std::int64_t, std::int64_t>(size) ||
           std::pair(height, width) == std::pair<std::int64_t, std::int64_t>(size);
  });
  return theirs ? PixelScaling::kImageNet : PixelScaling::kUnit;
}

PictureShape guess_frames(std::int64_t height, std::int64_t width, std::int64_t channels,
                          const std::vector<int>& ages) {
  PictureShape shape{height, width, static_cast<int>(std::min<std::int64_t>(channels, 1 << 20)), 1};
  const auto said = static_cast<std::int64_t>(ages.size());
  const std::int64_t of_one = said > 1 && channels % said == 0 ? channels / said : 0;
  if (of_one == 1 || of_one == kColours || of_one == 4) {
    shape.channels = static_cast<int>(of_one);
    shape.frames = static_cast<int>(said);
    return shape;
  }
  constexpr std::int64_t kMostChannels = 3 * 1000;
  const bool one = channels == 1 || channels == 3 || channels == 4 || channels == 6;
  if (one || channels < 1 || channels > kMostChannels) return shape;
  shape.channels = channels % kColours == 0 ? kColours : 1;
  shape.frames = static_cast<int>(channels) / shape.channels;
  return shape;
}

InputKind guess_vector(const std::string& name, std::int64_t size) {
  if (says(name, "light")) return InputKind::kLight;
  if (says(name, "speed") || says(name, "veloc")) return InputKind::kSpeed;
  return size == 1 ? InputKind::kSpeed : InputKind::kCommand;
}

ValueId add_vector(NetworkBuilder& builder, const ImportOptions& options, const std::string& name, std::int64_t size,
                   std::string& assumed) {
  const auto said = options.inputs.find(name);
  const InputKind kind = said == options.inputs.end() ? guess_vector(name, size) : said->second;
  const bool speed = kind == InputKind::kSpeed;
  if (said == options.inputs.end())
    assumed += (assumed.empty() ? "'" : "; '") + name + "' is the " +
               (speed                       ? "speed"
                : kind == InputKind::kLight ? "traffic light, one-hot"
                                            : "high-level command, one-hot") +
               " (else --input)";
  if (!speed) return builder.vector(name, kind, size);
  if (!options.speed_scale)
    assumed += (assumed.empty() ? "'" : "; '") + name + "' is in km/h over 30 (else --speed-scale)";
  std::vector<int> ages;
  if (size > 1) {
    ages.resize(static_cast<std::size_t>(size));
    std::iota(ages.rbegin(), ages.rend(), 0);
    if (options.image.ages.size() == ages.size()) ages = options.image.ages;
  }
  return builder.vector(name, kind, size, options.speed_scale.value_or(kKmhOver30), ages);
}

std::string element_name(const std::string& tensor, std::int64_t i, std::int64_t count) {
  return count == 1 ? tensor : tensor + "_" + std::to_string(i);
}

Result<std::vector<ValueId>> add_pictures(NetworkBuilder& builder, const ImportOptions& options,
                                          const std::vector<PictureShape>& shapes, PixelScaling habit) {
  if (shapes.size() > 2)
    return unsupported("the network reads " + std::to_string(shapes.size()) + " pictures; one or two are supported");
  const PictureShape& first = shapes.front();
  if (shapes.size() == 1) {
    PITLANE_TRY(const ValueId picture, add_picture(builder, options, first, habit));
    return std::vector{picture};
  }
  const PictureShape& second = shapes.back();
  const auto text = [](const PictureShape& s) {
    return std::to_string(s.width) + "x" + std::to_string(s.height) + " with " + std::to_string(s.channels) +
           " channels, frames: " + std::to_string(s.frames);
  };
  if (text(first) != text(second) || first.channels != kColours)
    return unsupported("the network reads two pictures, " + text(first) + " and " + text(second) +
                       "; two colour pictures of one size are supported");
  Assumed assumed;
  PITLANE_TRY(const Preprocessing preprocessing, preprocessing_of(options.image, first, habit, assumed));
  PITLANE_TRY(const std::vector<int> ages, ages_for(options.image, first.frames, assumed));
  assumed.add("two cameras of one kind of frame");
  assumed.write(builder, "assumed of the picture");
  const std::string other = second.name == first.name ? first.name + "2" : second.name;
  const ValueId left = builder.image(first.name, preprocessing, ages);
  return std::vector{left, builder.image(other, preprocessing, ages)};
}

Result<ValueId> add_picture(NetworkBuilder& builder, const ImportOptions& options, const PictureShape& shape,
                            PixelScaling habit) {
  Assumed assumed;
  if (shape.channels != 1 && shape.channels != 3 && shape.channels != 4 && shape.channels != 6)
    return unsupported(
        "pictures of " + std::to_string(shape.channels) +
        " channels a frame are not understood; known are 1 (grey, or one colour), 3 (colour), 4 (colour and speed) and "
        "6 (two cameras)");
  PITLANE_TRY(const Preprocessing preprocessing, preprocessing_of(options.image, shape, habit, assumed));
  PITLANE_TRY(const std::vector<int> ages, ages_for(options.image, shape.frames, assumed));
  ValueId picture = builder.image(shape.name, preprocessing, ages);
  if (shape.channels == 4) {
    const float scale = options.speed_scale.value_or(kKmhOver30);
    if (!options.speed_scale) assumed.add("the fourth channel is the speed in km/h over 30 (else --speed-scale)");
    const ValueId speeds = builder.vector("speed", InputKind::kSpeed, shape.frames, scale, ages);
    picture = with_speed_planes(builder, picture, speeds, shape);
  } else if (shape.channels == 6) {
    assumed.add("channels 4 to 6 are a second camera's (two frames of one: say --frame-ages 1,0)");
    const ValueId second = builder.image(shape.name + "2", preprocessing, ages);
    std::vector<ValueId> parts;
    for (int frame = 0; frame < shape.frames; ++frame)
      for (const ValueId camera : {picture, second})
        parts.push_back(shape.frames == 1
                            ? camera
                            : channels_of_frame(
                                  builder, "frame" + std::to_string(frame) + (camera == second ? ".second" : ".first"),
                                  camera, frame, kColours));
    picture = builder.add("pictures", Concat{}, std::move(parts));
  }
  assumed.write(builder, "assumed of the picture");
  return picture;
}

Status add_outputs(NetworkBuilder& builder, const ImportOptions& options, const std::vector<OutputPlace>& places) {
  if (!options.outputs.empty() && options.outputs.size() != places.size())
    return invalid_argument("the network has " + std::to_string(places.size()) + " outputs, " +
                            std::to_string(options.outputs.size()) +
                            " are described; give --output for each, in the network's order, or for none");
  Assumed assumed;
  std::vector<OutputSpec> outputs = options.outputs.empty() ? usual_outputs(places, assumed) : options.outputs;
  for (std::size_t i = 0; i < places.size(); ++i) {
    outputs[i].value = places[i].value;
    outputs[i].element = places[i].element;
    builder.output(std::move(outputs[i]));
  }
  assumed.write(builder, "assumed of the outputs");
  return {};
}

}  // namespace pitlane
