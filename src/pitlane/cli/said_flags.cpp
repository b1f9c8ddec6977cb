// The other way round: flags that say what a network knows of itself.
#include <algorithm>
#include <charconv>

#include "pitlane/cli/model_flags.h"

namespace pitlane::cli {
namespace {

/// The shortest text that reads back as the same number.
std::string text_of(float value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

std::string size_text(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

void set_image(const InputSpec& input, ModelFlags& flags) {
  const Preprocessing& p = input.preprocessing;
  flags.frame = size_text(p.source_width, p.source_height);
  if (p.crop != Rect{0, 0, p.source_width, p.source_height})
    flags.crop = {p.crop.x, p.crop.y, p.crop.width, p.crop.height};
  if (p.format != PixelFormat::kRgb && p.format != PixelFormat::kGrey) flags.colours = to_string(p.format);
  if (p.frames > 1) flags.ages = ages_of(input);
}

/// For a shell, where it needs that.
std::string quoted(const std::string& word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-+./:,=").find(c) != std::string_view::npos;
  };
  if (std::ranges::all_of(word, plain)) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

ModelFlags flags_for(const Network& network) {
  ModelFlags flags;
  const auto image = std::ranges::find(network.inputs, InputKind::kImage, &InputSpec::kind);
  if (image != network.inputs.end()) set_image(*image, flags);
  const auto speed = std::ranges::find(network.inputs, InputKind::kSpeed, &InputSpec::kind);
  if (speed != network.inputs.end()) {
    flags.speed_scale = static_cast<double>(speed->scale);
    flags.speed_scale_given = true;
  }
  for (const OutputSpec& output : network.outputs)
    flags.outputs.push_back(output.name + ":" + text_of(output.low) + ":" + text_of(output.high) +
                            (output.unit == "1" ? "" : ":" + output.unit));
  return flags;
}

std::string to_words(const ModelFlags& flags) {
  std::string words;
  const auto add = [&](const char* flag, const std::string& value) {
    words += (words.empty() ? "" : " ") + std::string(flag) + " " + value;
  };
  if (!flags.frame.empty()) add("--frame", flags.frame);
  if (!flags.crop.empty()) {
    std::string numbers;
    for (const int number : flags.crop) numbers += (numbers.empty() ? "" : " ") + std::to_string(number);
    add("--frame-crop", numbers);
  }
  if (!flags.colours.empty()) add("--colours", flags.colours);
  if (!flags.ages.empty()) {
    std::string numbers;
    for (const int age : flags.ages) numbers += (numbers.empty() ? "" : ",") + std::to_string(age);
    add("--frame-ages", numbers);
  }
  for (const std::string& output : flags.outputs) add("--output", quoted(output));
  if (flags.speed_scale_given) add("--speed-scale", text_of(static_cast<float>(flags.speed_scale)));
  return words;
}

}  // namespace pitlane::cli
