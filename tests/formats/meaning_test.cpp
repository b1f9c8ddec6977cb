// What files leave unsaid is guessed in one place: one network in three formats gets one meaning.
#include "pitlane/formats/meaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/formats/export.h"
#include "pitlane/formats/import.h"
#include "pitlane/network/pit_file.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

/// Cameras of 200x66 with ImageNet's numbers (a .h5 needs no layer for those), and vectors of the given names.
Network network_of(int cameras, const std::vector<std::pair<std::string, InputKind>>& vectors) {
  Preprocessing p;
  set_scaling(p, PixelScaling::kImageNet);
  NetworkBuilder builder("foreign");
  std::vector<ValueId> parts;
  for (int camera = 0; camera < cameras; ++camera) {
    const std::string name = camera == 0 ? "picture" : "other_picture";
    Pool2d pool;
    pool.kind = PoolKind::kAverage;
    pool.window_h = pool.stride_h = 11, pool.window_w = pool.stride_w = 20;
    const ValueId pooled = builder.add(name + "_pool", pool, {builder.image(name, p)});
    parts.push_back(builder.add(name + "_flat", Flatten{}, {pooled}));
  }
  for (const auto& [name, kind] : vectors) parts.push_back(builder.vector(name, kind, 1, 1.F));
  const ValueId all = parts.size() == 1 ? parts[0] : builder.add("all", Concat{}, parts);
  const std::int64_t size = builder.shape(all)[0];
  Dense dense;
  dense.weight = builder.weight(make_f32_weight("w", {1, size}, std::vector<float>(static_cast<std::size_t>(size), 1)));
  builder.output({"out", "1", 0, 1, builder.add("head", dense, {all}), 0});
  return std::move(builder).build().value();
}

std::uint64_t read_varint(const std::vector<std::byte>& bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; at < bytes.size(); shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(bytes[at++]);
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) break;
  }
  return value;
}

/// A ModelProto without its field metadata_props.
std::vector<std::byte> without_properties(const std::vector<std::byte>& model) {
  constexpr std::uint64_t kMetadataProps = 14, kLengthDelimited = 2;
  std::vector<std::byte> kept;
  for (std::size_t at = 0; at < model.size();) {
    const std::size_t start = at;
    const std::uint64_t tag = read_varint(model, at), value = read_varint(model, at);
    if (tag % 8 == kLengthDelimited) at += value;
    const auto begin = model.begin() + static_cast<std::ptrdiff_t>(start);
    if (tag / 8 != kMetadataProps) kept.insert(kept.end(), begin, model.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return kept;
}

void replace(std::vector<std::byte>& bytes, const std::string& from, const std::string& to) {
  ASSERT_EQ(from.size(), to.size());
  const auto word = std::as_bytes(std::span(from));
  // The classic search: clang 14 cannot compile libstdc++'s ranges::search.
  const auto search = [&] { return std::search(bytes.begin(), bytes.end(), word.begin(), word.end()); };
  auto found = search();
  ASSERT_TRUE(found != bytes.end()) << from;
  for (; found != bytes.end(); found = search()) std::ranges::copy(std::as_bytes(std::span(to)), found);
}

/// Exported, robbed of what only we write into such files, and read again.
Result<Network> foreign(const Network& network, const std::string& ending, const ImportOptions& said = {}) {
  const TemporaryDirectory place;
  const std::filesystem::path file = place / ("m" + ending);
  PITLANE_TRY(ExportOptions options, export_options(file, "auto", "float"));
  const Network prepared = prepared_for(network, options);
  if (const auto written = export_network(prepared, options, file); !written.ok()) return written.error();
  std::vector<std::byte> bytes;
  {
    PITLANE_TRY(const auto loaded, LoadedFile::open(file));
    bytes.assign(loaded->bytes().begin(), loaded->bytes().end());
  }
  if (ending == ".onnx") bytes = without_properties(bytes);
  if (ending == ".tflite") replace(bytes, "pitlane_meaning", "nobodys_meaning");
  if (ending == ".h5") replace(bytes, "normalized_dataset", "unknown_attribute_");
  PITLANE_TRY_STATUS(write_file(file, bytes));
  return import_network(file, said);
}

/// All but the names of pictures and layers, in an order of its own.
std::string meaning_of(const Network& network) {
  std::vector<std::string> lines;
  for (const InputSpec& input : network.inputs) {
    const Preprocessing& p = input.preprocessing;
    std::string line = std::to_string(static_cast<int>(input.kind)) + " ";
    if (input.kind == InputKind::kImage)
      line += std::to_string(p.source_width) + "x" + std::to_string(p.source_height) + " " + std::to_string(p.crop.y) +
              " " + std::to_string(p.scale[0]) + " " + std::to_string(p.offset[2]);
    else
      line += input.name + " " + std::to_string(input.scale);
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  for (const OutputSpec& output : network.outputs) lines.push_back(to_flag(output));
  for (const auto& [key, text] : network.metadata)
    if (key.starts_with("assumed")) lines.push_back(std::string(key).append(": ").append(text));
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

TEST(Meaning, OneNetworkInThreeFormatsGetsOne) {
  const std::vector<Network> networks = {
      network_of(1, {}), network_of(2, {}),
      network_of(1, {{"Car_SPEED", InputKind::kSpeed}, {"light", InputKind::kLight}, {"x", InputKind::kSpeed}})};
  for (const Network& network : networks) {
    const auto keras = foreign(network, ".h5");
    ASSERT_TRUE(keras.ok()) << keras.error().message();
    const std::string meaning = meaning_of(*keras);
    EXPECT_THAT(meaning, HasSubstr("640x480 240 " + std::to_string(network.inputs[0].preprocessing.scale[0])))
        << "200x66 is DeepLearningStudio's";
    EXPECT_THAT(meaning, HasSubstr("steering:-1:1"));
    for (const char* other : {".onnx", ".tflite"}) {
      const auto read = foreign(network, other);
      ASSERT_TRUE(read.ok()) << other << ": " << read.error().message();
      EXPECT_EQ(meaning_of(*read), meaning) << other;
    }
  }
}

TEST(Meaning, EveryGuessNamesTheFlagThatSaysOtherwise) {
  const Network network = network_of(1, {{"speed_in", InputKind::kSpeed}});
  for (const char* ending : {".h5", ".onnx", ".tflite"}) {
    const auto read = foreign(network, ending);
    ASSERT_TRUE(read.ok()) << read.error().message();
    const std::string meaning = meaning_of(*read);
    for (const char* flag : {"--colours", "--frame)", "--frame-crop", "--pixels", "--speed-scale", "--output"})
      EXPECT_THAT(meaning,
                  HasSubstr(std::string("(else ").append(flag == std::string("--output") ? "say " : "") + flag))
          << ending;
    ImportOptions said;
    said.image.scaling = PixelScaling::kUnit;
    said.speed_scale = 0.5F;
    said.outputs = {{"v", "m/s", 0, 9, -1, 0}};
    EXPECT_THAT(meaning_of(*foreign(network, ending, said)),
                ::testing::AllOf(HasSubstr("0.003922 "), HasSubstr("speed_in 0.5"), HasSubstr("v:0:9:m/s"),
                                 ::testing::Not(HasSubstr("--pixels")), ::testing::Not(HasSubstr("--speed-scale")),
                                 ::testing::Not(HasSubstr("--output"))));
  }
}

TEST(Meaning, VectorsAreWhatTheUserSays) {
  const Network network = network_of(1, {{"light", InputKind::kLight}, {"x", InputKind::kSpeed}});
  for (const char* ending : {".h5", ".onnx", ".tflite"}) {
    ImportOptions said;
    said.inputs = {{"light", InputKind::kSpeed}, {"x", InputKind::kCommand}};
    const auto read = foreign(network, ending, said);
    ASSERT_TRUE(read.ok()) << ending << ": " << read.error().message();
    for (const auto& [name, kind] : said.inputs)
      EXPECT_EQ(std::ranges::find(read->inputs, name, &InputSpec::name)->kind, kind) << ending << name;
    EXPECT_THAT(meaning_of(*foreign(network, ending)),
                HasSubstr("'light' is the traffic light, one-hot (else --input)"));
    EXPECT_THAT(meaning_of(*read), ::testing::Not(HasSubstr("--input")));
    said.inputs = {{"y", InputKind::kSpeed}};
    const auto unknown = foreign(network, ending, said);
    ASSERT_FALSE(unknown.ok());
    EXPECT_THAT(unknown.error().message(),
                HasSubstr("--input y=speed: the network has no input of that name; its vectors are light, x"));
  }
  const TemporaryDirectory place;
  ASSERT_TRUE(save_pit(network, place / "own.pit").ok());
  ImportOptions said;
  said.inputs = {{"light", InputKind::kSpeed}};
  EXPECT_THAT(import_network(place / "own.pit", said).error().message(),
              HasSubstr("--input light=speed: the file itself says light; leave the flag out"));
}

TEST(Meaning, AColourAloneHasItsOwnNumbersOfImageNet) {
  Preprocessing coloured;
  set_scaling(coloured, PixelScaling::kImageNet);
  std::size_t channel = 0;
  for (const PixelFormat format : {PixelFormat::kRed, PixelFormat::kGreen, PixelFormat::kBlue}) {
    Preprocessing one;
    one.format = format;
    set_scaling(one, PixelScaling::kImageNet);
    EXPECT_EQ(one.scale, std::vector<float>{coloured.scale[channel]});
    EXPECT_EQ(one.offset, std::vector<float>{coloured.offset[channel]});
    ++channel;
  }
}

// Six channels are two cameras by habit, and two frames where ages say so: what we write of such a network comes back.
TEST(Meaning, TwoStackedFramesComeBack) {
  Preprocessing p;
  set_scaling(p, PixelScaling::kImageNet);
  p.frames = 2;
  NetworkBuilder builder("stacked");
  Pool2d pool;
  pool.kind = PoolKind::kAverage;
  pool.window_h = pool.stride_h = 11, pool.window_w = pool.stride_w = 20;
  const ValueId pooled = builder.add("pool", pool, {builder.image("camera", p, {1, 0})});
  const ValueId flat = builder.add("flat", Flatten{}, {pooled});
  const std::int64_t size = builder.shape(flat)[0];
  Dense dense;
  dense.weight = builder.weight(make_f32_weight("w", {1, size}, std::vector<float>(static_cast<std::size_t>(size), 1)));
  builder.output({"out", "1", 0, 1, builder.add("head", dense, {flat}), 0});
  const Network network = std::move(builder).build().value();
  for (const char* ending : {".h5", ".onnx", ".tflite"}) {
    const auto habit = foreign(network, ending);
    ASSERT_TRUE(habit.ok()) << habit.error().message();
    EXPECT_EQ(habit->inputs.size(), 2U) << ending;
    EXPECT_THAT(meaning_of(*habit), HasSubstr("(two frames of one: say --frame-ages 1,0)"));
    ImportOptions said;
    said.image.ages = {1, 0};
    const auto read = foreign(network, ending, said);
    ASSERT_TRUE(read.ok()) << ending << ": " << read.error().message();
    ASSERT_EQ(read->inputs.size(), 1U) << ending;
    EXPECT_EQ(read->inputs[0].preprocessing.frames, 2);
    EXPECT_EQ(read->inputs[0].ages, (std::vector<int>{1, 0}));
  }
}

TEST(Meaning, VectorsByNameInAnyCase) {
  EXPECT_EQ(guess_vector("Traffic_Light", 1), InputKind::kLight);
  EXPECT_EQ(guess_vector("serving_default_Speed:0", 3), InputKind::kSpeed);
  EXPECT_EQ(guess_vector("VELOCITY", 1), InputKind::kSpeed);
  EXPECT_EQ(guess_vector("input_2", 1), InputKind::kSpeed);
  EXPECT_EQ(guess_vector("input_2", 4), InputKind::kCommand);
}

std::string outputs_for(const std::vector<std::string>& names) {
  NetworkBuilder builder("outputs");
  const ValueId value = builder.vector("x", InputKind::kCommand, static_cast<std::int64_t>(names.size()));
  std::vector<OutputPlace> places;
  for (const std::string& name : names) places.push_back({name, value, static_cast<int>(places.size())});
  EXPECT_TRUE(add_outputs(builder, {}, places).ok());
  const Network network = std::move(builder).build().value();
  std::string text;
  for (const OutputSpec& output : network.outputs) text += (text.empty() ? "" : " ") + to_flag(output);
  return text;
}

TEST(Meaning, OutputsByNameInAnyCaseElseByNumber) {
  EXPECT_EQ(outputs_for({"Steer", "THROTTLE"}), "steer:-1:1 throttle:0:1");
  EXPECT_EQ(outputs_for({"Brake", "steer", "Throttle"}), "brake:0:1 steer:-1:1 throttle:0:1");
  EXPECT_EQ(outputs_for({"dense_0", "dense_1"}), "v:6.5:24:m/s w:-7.1:7.1:rad/s");
  EXPECT_EQ(outputs_for({"steering_0", "steering_1"}), "v:6.5:24:m/s w:-7.1:7.1:rad/s")
      << "two of one name say nothing";
  EXPECT_EQ(outputs_for({"a", "b", "c"}), "throttle:0:1 steer:-1:1 brake:0:1");
  EXPECT_EQ(outputs_for({"n_outputs0", "n_outputs1"}), "steering:0:1 throttle:0:1") << "donkeycar's";
  EXPECT_EQ(outputs_for({"a", "a", "b", ""}), "a:0:1 a#1:0:1 b:0:1 output3:0:1");
}

TEST(Meaning, PixelsByTheFirstClueThatHolds) {
  const auto guess = [](const PixelClues& clues) { return guess_pixels(clues, 66, 200); };
  EXPECT_EQ(guess({}), PixelScaling::kImageNet);
  EXPECT_EQ(guess_pixels({}, 150, 50), PixelScaling::kImageNet) << "BehaviorMetrics' deepest_lstm_tinypilotnet";
  EXPECT_EQ(guess_pixels({}, 120, 160), PixelScaling::kUnit);
  EXPECT_EQ(guess({.bytes = true}), PixelScaling::kNone);
  EXPECT_EQ(guess({.scales_itself = true, .by_pytorch = true}), PixelScaling::kNone);
  EXPECT_EQ(guess({.range = std::pair(-1.0, 1.0)}), PixelScaling::kSigned);
  EXPECT_EQ(guess({.normalized = false}), PixelScaling::kNone);
  EXPECT_EQ(guess({.by_pytorch = true}), PixelScaling::kUnit);
  EXPECT_EQ(guess({.input = "serving_default_img_in:0"}), PixelScaling::kUnit);
}

}  // namespace
}  // namespace pitlane
