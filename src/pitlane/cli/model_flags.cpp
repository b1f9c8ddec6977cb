#include "pitlane/cli/model_flags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "pitlane/cli/number_range.h"

namespace pitlane::cli {
namespace {

constexpr const char* kGroup = "Models of other tools (a .pit file says all this itself)";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <typename Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<float> parse_finite(std::string_view text) {
  const std::optional<float> value = parse<float>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

Status set_size(const char* flag, const std::string& text, std::optional<int>& out_width,
                std::optional<int>& out_height) {
  if (text.empty()) return {};
  constexpr int kLargest = 16384;
  const auto parts = split(text, 'x');
  const auto width = parse<int>(parts.front()), height = parse<int>(parts.back());
  const auto fits = [](const std::optional<int>& size) { return size && *size >= 1 && *size <= kLargest; };
  if (parts.size() != 2 || !fits(width) || !fits(height))
    return invalid_argument(std::string(flag) + ": must be WIDTHxHEIGHT in pixels, e.g. 640x480, not '" + text + "'");
  out_width = width;
  out_height = height;
  return {};
}

template <typename Value, std::size_t kCount>
Status set_word(const char* flag, const std::string& text,
                const std::array<std::pair<const char*, Value>, kCount>& words, std::optional<Value>& out) {
  if (text.empty()) return {};
  std::string known;
  for (const auto& [word, value] : words) {
    if (text == word) {
      out = value;
      return {};
    }
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  return invalid_argument(std::string(flag) + ": must be one of " + known + ", not '" + text + "'");
}

Status add_output(const std::string& text, std::vector<OutputSpec>& outputs) {
  const auto parts = split(text, ':');
  OutputSpec output{std::string(parts[0]), "1", 0, 1, -1, 0};
  const bool ranged = parts.size() >= 3;
  const auto low = ranged ? parse_finite(parts[1]) : 0.F, high = ranged ? parse_finite(parts[2]) : 1.F;
  if (parts[0].empty() || parts.size() == 2 || parts.size() > 4 || !low || !high || !(*high > *low))
    return invalid_argument("--output: must be NAME or NAME:LOW:HIGH[:UNIT], e.g. v:6.5:24:m/s, not '" + text + "'");
  // Who drives with them takes them so; the physical units of others are their users' affair.
  const char* unit = output.name == "v" ? "m/s" : output.name == "w" ? "rad/s" : nullptr;
  if (unit != nullptr) output.unit = unit;
  if (unit != nullptr && parts.size() == 4 && parts[3] != unit)
    return invalid_argument("--output " + text + ": " + output.name + " is in " + unit + ", not in '" +
                            std::string(parts[3]) + "'; convert LOW and HIGH, or give the output another name");
  if (parts.size() == 4 && parts[3].empty())
    return invalid_argument("--output " + text + ": the unit is empty; leave out the last ':'");
  output.low = *low;
  output.high = *high;
  if (parts.size() == 4) output.unit = std::string(parts[3]);
  outputs.push_back(std::move(output));
  return {};
}

Status add_input(const std::string& text, std::map<std::string, InputKind>& inputs) {
  const auto sign = text.rfind('=');
  const std::string word = sign == std::string::npos ? "" : text.substr(sign + 1);
  for (const InputKind kind : {InputKind::kSpeed, InputKind::kCommand, InputKind::kLight})
    if (sign != 0 && word == input_word(kind)) {
      inputs[text.substr(0, sign)] = kind;
      return {};
    }
  return invalid_argument("--input: must be NAME=speed, NAME=command or NAME=light, not '" + text + "'");
}

Status add_lambda(const std::string& text, std::map<std::string, LambdaMeaning>& lambdas) {
  const Error wrong = invalid_argument(
      "--lambda: must be NAME=scale:NUMBER,offset:NUMBER, e.g. lambda_1=scale:0.0078431,offset:-1, not '" + text + "'");
  const auto sign = text.rfind('=');
  if (sign == std::string::npos || sign == 0) return wrong;
  LambdaMeaning meaning;
  for (const std::string_view part : split(std::string_view(text).substr(sign + 1), ',')) {
    const auto colon = part.find(':');
    const std::string_view key = part.substr(0, colon);
    const auto number = colon == std::string_view::npos ? std::nullopt : parse_finite(part.substr(colon + 1));
    if (!number || (key != "scale" && key != "offset")) return wrong;
    (key == "scale" ? meaning.scale : meaning.offset) = *number;
  }
  lambdas[text.substr(0, sign)] = meaning;
  return {};
}

}  // namespace

void add_model_flags(CLI::App& verb, ModelFlags& flags) {
  const auto grouped = [](CLI::Option* option) { return option->group(kGroup); };
  grouped(verb.add_option("--frame", flags.frame, "size of the camera's frames: WIDTHxHEIGHT"));
  grouped(verb.add_option("--frame-crop", flags.crop, "part of the frame that the network sees: X Y WIDTH HEIGHT"))
      ->expected(4)
      ->check(whole(0, 16384));
  grouped(verb.add_option("--picture", flags.picture,
                          "PyTorch: size of the picture that the network sees, where none of the usual fits: "
                          "WIDTHxHEIGHT"));
  grouped(verb.add_option("--colours", flags.colours,
                          "channels that the network wants: rgb, bgr, or one of grey, red, green, blue"));
  grouped(verb.add_option("--pixels", flags.pixels,
                          "what the network is fed: unit (0..1), signed (-1..1), imagenet (its mean and deviation), "
                          "none (0..255)"));
  grouped(verb.add_option("--frame-ages", flags.ages,
                          "several frames: how many observations old each is, in the network's order, e.g. 8,5,0"))
      ->delimiter(',')
      ->check(whole(0, kOldestAge));
  grouped(verb.add_option("--input", flags.inputs,
                          "what an input that is no picture is: NAME=speed, NAME=command or NAME=light, once for each"))
      ->allow_extra_args(false);
  grouped(verb.add_option("--output", flags.outputs,
                          "an output's meaning: NAME:LOW:HIGH[:UNIT], once for each; v is in m/s, w in rad/s"))
      ->allow_extra_args(false);
  grouped(verb.add_option("--speed-scale", flags.speed_scale, "the network sees its speed in m/s times this"))
      ->check(within(-1e6, 1e6))
      ->each([&flags](const std::string&) { flags.speed_scale_given = true; });
  grouped(verb.add_option("--lambda", flags.lambdas,
                          "what a Keras Lambda layer does: NAME=scale:NUMBER,offset:NUMBER (it is never run)"))
      ->allow_extra_args(false);
  grouped(verb.add_option("--architecture", flags.architecture,
                          "PyTorch: a description of the layers (docs/formats/pytorch.md)"));
}

Status refuse_flags(const CLI::App& verb, const std::vector<const char*>& flags, const char* why) {
  for (const char* flag : flags)
    if (verb.count(flag) > 0) return invalid_argument(std::string(flag) + ": " + why + "; leave it out");
  return {};
}

Status refuse_model_flags(const CLI::App& verb, const char* why) {
  return refuse_flags(verb,
                      {"--frame", "--frame-crop", "--frame-ages", "--picture", "--colours", "--pixels", "--input",
                       "--output", "--speed-scale", "--lambda", "--architecture"},
                      why);
}

Result<ImportOptions> import_options(const ModelFlags& flags) {
  ImportOptions options;
  PITLANE_TRY_STATUS(set_size("--frame", flags.frame, options.image.source_width, options.image.source_height));
  PITLANE_TRY_STATUS(set_size("--picture", flags.picture, options.image.width, options.image.height));
  if (!flags.crop.empty()) options.image.crop = Rect{flags.crop[0], flags.crop[1], flags.crop[2], flags.crop[3]};
  using enum PixelFormat;
  constexpr std::array kColours = {std::pair{to_string(kRgb), kRgb},     std::pair{to_string(kBgr), kBgr},
                                   std::pair{to_string(kGrey), kGrey},   std::pair{to_string(kRed), kRed},
                                   std::pair{to_string(kGreen), kGreen}, std::pair{to_string(kBlue), kBlue}};
  PITLANE_TRY_STATUS(set_word("--colours", flags.colours, kColours, options.image.format));
  constexpr std::array kPixels = {std::pair{"unit", PixelScaling::kUnit}, std::pair{"signed", PixelScaling::kSigned},
                                  std::pair{"imagenet", PixelScaling::kImageNet},
                                  std::pair{"none", PixelScaling::kNone}};
  PITLANE_TRY_STATUS(set_word("--pixels", flags.pixels, kPixels, options.image.scaling));
  options.image.ages = flags.ages;
  for (const std::string& text : flags.outputs) PITLANE_TRY_STATUS(add_output(text, options.outputs));
  for (const std::string& text : flags.inputs) PITLANE_TRY_STATUS(add_input(text, options.inputs));
  for (const std::string& text : flags.lambdas) PITLANE_TRY_STATUS(add_lambda(text, options.lambdas));
  if (flags.speed_scale_given) options.speed_scale = static_cast<float>(flags.speed_scale);
  options.architecture = flags.architecture;
  return options;
}

}  // namespace pitlane::cli
