// Files that are damaged, or made to harm: a clear error and bounded memory, whatever the bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "formats/onnx/onnx_sketch.h"
#include "formats/onnx/samples.h"
#include "pitlane/formats/onnx/export_onnx.h"

namespace pitlane::onnx {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(BrokenOnnx, ReadsAWholeSketch) {
  Sketch s;
  const std::string x = s.graph.node("Conv", "conv", {"picture", s.floats({2, 3, 8, 9})});
  const Result<Network> network = s.import(s.graph.node("Flatten", "flat", {x}));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->inputs[0].name, "picture");
  EXPECT_EQ(network->outputs.size(), 2U);
}

TEST(BrokenOnnx, CutAtEveryOffsetNeverCrashes) {
  const Result<Network> network = sample_network("states");
  ASSERT_TRUE(network.ok());
  const auto file = serialize_onnx(*network, {});
  ASSERT_TRUE(file.ok());
  Sketch s;
  int refused = 0, with_offset = 0;
  const std::size_t step = std::max<std::size_t>(1, file->size() / 400);
  for (std::size_t length = 1; length < file->size(); length += step) {
    const Result<Network> cut = s.import_bytes({file->begin(), file->begin() + static_cast<std::ptrdiff_t>(length)});
    if (cut.ok()) continue;  // cut between two entries of the metadata: a model all the same
    ++refused;
    with_offset += cut.error().message().find("byte ") != std::string::npos ? 1 : 0;
    EXPECT_THAT(cut.error().message(), HasSubstr("model.onnx"));
  }
  EXPECT_GT(refused, 200);
  EXPECT_GT(with_offset, 200);
}

TEST(BrokenOnnx, FlippedBytesNeverCrash) {
  for (const char* const name : {"states", "static-int8", "dynamic-int8"}) {
    const Result<Network> network = sample_network(name);
    ASSERT_TRUE(network.ok());
    OnnxExportOptions options;
    if (std::string(name) != "states") options.precision = OnnxPrecision::kQdq;
    const auto file = serialize_onnx(*network, options);
    ASSERT_TRUE(file.ok());
    Sketch s;
    std::uint64_t state = 11;
    for (int i = 0; i < 400; ++i) {
      std::vector<std::byte> bytes = *file;
      for (int flips = 0; flips <= i % 3; ++flips) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        // Structure and metadata stand at both ends of the file, weights between.
        const std::size_t reach = std::min<std::size_t>(bytes.size(), 3000);
        const std::size_t at = (state >> 33) % reach;
        bytes[i % 2 == 0 ? at : bytes.size() - 1 - at] ^= static_cast<std::byte>(1U << ((state >> 20) & 7U));
      }
      const Result<Network> result = s.import_bytes(bytes);
      if (result.ok()) {
        EXPECT_TRUE(validate(*result).ok());
      }
    }
  }
}

TEST(BrokenOnnx, NamesTheOperatorThatIsNotKnown) {
  Sketch s;
  EXPECT_THAT(
      message_of(s.import(s.graph.node("ConvTranspose", "up", {"picture", s.floats({3, 2, 3, 3})}))),
      AllOf(HasSubstr("ConvTranspose 'up': this operator is not known; known are Add, "), HasSubstr("Unsqueeze")));
}

TEST(BrokenOnnx, NamesCyclesAndMissingTensors) {
  Sketch cycle;
  // "a" is the name that the second node's output gets.
  const std::string first = cycle.graph.node("Relu", "first", {"second"});
  EXPECT_THAT(message_of(cycle.import(cycle.graph.node("Relu", "second", {first}))),
              AllOf(HasSubstr("Relu 'first': reads 'second', which no earlier node"), HasSubstr("a cycle")));
  Sketch missing;
  EXPECT_THAT(message_of(missing.import(missing.graph.node("Conv", "conv", {"picture", "nowhere"}))),
              HasSubstr("Conv 'conv': reads 'nowhere', which no earlier node, input or initialiser makes"));
}

TEST(BrokenOnnx, RefusesDilations) {
  Sketch s;
  const Attributes dilated = Attributes().integers("dilations", {2, 2});
  EXPECT_THAT(message_of(s.import(s.graph.node("Conv", "conv", {"picture", s.floats({2, 3, 3, 3})}, dilated))),
              HasSubstr("Conv 'conv': has dilations; only 1 is understood"));
}

TEST(BrokenOnnx, RefusesImpossibleTensors) {
  const auto with_weight = [](const Shape& dims, std::size_t bytes) {
    Sketch s;
    const std::vector<std::byte> raw(bytes, std::byte{0});
    const std::string w = s.graph.constant("w", ElementType::kFloat, dims, raw);
    return message_of(s.import(s.graph.node("Conv", "conv", {"picture", w})));
  };
  EXPECT_THAT(with_weight({2, 3, 3, 3}, 215),
              HasSubstr("tensor 'w': holds 215 bytes, its shape 2x3x3x3 of float needs 216"));
  EXPECT_THAT(with_weight({1 << 30, 1 << 30, 1 << 30, 1 << 30}, 16), HasSubstr("has the impossible shape"));
  EXPECT_THAT(with_weight({2, -3, 3, 3}, 16), HasSubstr("has a negative size: 2x-3x3x3"));
  EXPECT_THAT(with_weight({2, 0, 3, 3}, 0), HasSubstr("tensor 'w': has no elements: 2x0x3x3"));
  EXPECT_THAT(with_weight({0}, 0), HasSubstr("the weight has the shape {0}"));
  EXPECT_THAT(with_weight({2, 4, 3, 3}, 288), HasSubstr("weight is made for 4 input channels, the input has 3"));
}

TEST(BrokenOnnx, RefusesTypesThatAreNotRead) {
  Sketch s;
  const std::vector<std::byte> raw(2 * 54, std::byte{0});
  const std::string w = s.graph.constant("w", static_cast<ElementType>(16), {2, 3, 3, 3}, raw);
  EXPECT_THAT(message_of(s.import(s.graph.node("Conv", "conv", {"picture", w}))),
              HasSubstr("tensor 'w': holds bfloat16, which is not read"));
}

TEST(BrokenOnnx, RefusesWeightsThatAreNoNumbers) {
  Sketch s;
  const std::string w = s.floats({2, 3, 8, 9}, std::numeric_limits<float>::quiet_NaN());
  const std::string x = s.graph.node("Conv", "conv", {"picture", w});
  EXPECT_THAT(message_of(s.import(s.graph.node("Flatten", "flat", {x}))),
              HasSubstr("weight 'conv.weight' holds NaN or infinity"));
}

TEST(BrokenOnnx, RefusesConstantsThatGrow) {
  Sketch fill;
  const std::string huge = fill.graph.node("ConstantOfShape", "fill", {fill.integers({1 << 14, 1 << 14})});
  EXPECT_THAT(message_of(fill.import(fill.graph.node("Add", "sum", {"picture", huge}))),
              HasSubstr("ConstantOfShape 'fill': would make a constant of 268435456 elements"));
  for (const char* const type : {"Expand", "Tile"}) {
    Sketch s;
    const std::string wide = s.graph.node(type, "grow", {s.floats({1, 1}), s.integers({1 << 14, 1 << 13})});
    EXPECT_THAT(message_of(s.import(s.graph.node("Add", "sum", {"picture", wide}))),
                HasSubstr(std::string(type) + " 'grow': would make a constant of 134217728 elements"));
  }
}

TEST(BrokenOnnx, RefusesCopiesOfOneConstantWithoutEnd) {
  Sketch s;
  // Each node turns the same megabyte once more; the file is no larger for it.
  std::string x = s.floats({512, 512});
  std::vector<std::string> turned;
  for (int i = 0; i < 200; ++i) turned.push_back(s.graph.node("Transpose", "turn" + std::to_string(i), {x}));
  std::string sum = "picture";
  for (const std::string& t : turned)
    sum = s.graph.node("Add", "add", {sum, s.graph.node("Slice", "one", {t, s.integers({0, 0}), s.integers({1, 1})})});
  EXPECT_THAT(message_of(s.import(sum)), HasSubstr("asks for much more memory than the file has bytes"));
}

TEST(BrokenOnnx, ReadsExternalDataFromItsOwnFolderOnly) {
  const auto external = [](Sketch& s, const std::string& location, const std::string& offset) {
    MessageWriter graph, tensor, model, opset;
    for (const std::int64_t d : {2, 3, 8, 9}) tensor.integer(1, d);
    tensor.integer(2, 1);
    tensor.text(8, "w");
    const std::vector<std::pair<std::string, std::string>> entries = {{"location", location}, {"offset", offset}};
    for (const auto& [key, value] : entries) {
      MessageWriter entry;
      entry.text(1, key);
      entry.text(2, value);
      tensor.message(13, entry);
    }
    tensor.integer(14, 1);
    const std::string flat = s.graph.node("Flatten", "flat", {s.graph.node("Conv", "conv", {"picture", "w"})});
    s.graph.name_node(s.graph.unique("y"), flat);
    s.graph.output("y", {1, 2});
    std::vector<std::byte> bytes = s.graph.finish("sketch", {});
    graph.message(5, tensor);
    model.message(7, graph);  // a second part of the same graph
    bytes.insert(bytes.end(), model.content().begin(), model.content().end());
    return s.import_bytes(bytes);
  };
  Sketch good;
  const std::vector<float> values(2 * 3 * 8 * 9 + 1, 0.25F);
  ASSERT_TRUE(write_file(good.folder / "w.bin", std::as_bytes(std::span(values))).ok());
  const Result<Network> network = external(good, "w.bin", "4");
  EXPECT_TRUE(network.ok()) << message_of(network);
  Sketch late;
  ASSERT_TRUE(write_file(late.folder / "w.bin", std::as_bytes(std::span(values))).ok());
  EXPECT_THAT(message_of(external(late, "w.bin", "8")), HasSubstr("at byte 8 of 'w.bin', which has only 1732 bytes"));
  for (const char* const location : {"../w.bin", "/etc/passwd", "a/../../w.bin"}) {
    Sketch s;
    EXPECT_THAT(message_of(external(s, location, "0")), HasSubstr("it must lie in the model's own folder"));
  }
  Sketch link;
  std::filesystem::create_symlink("/etc/passwd", link.folder / "w.bin");
  EXPECT_THAT(message_of(external(link, "w.bin", "0")), HasSubstr("it must lie in the model's own folder"));
}

TEST(BrokenOnnx, SaysWhatLayoutsItCannotExpress) {
  Sketch s;
  const Attributes turn = Attributes().integers("perm", {0, 1, 3, 2});
  const std::string turned = s.graph.node("Transpose", "turn", {"picture"}, turn);
  EXPECT_THAT(message_of(s.import(s.graph.node("Conv", "conv", {turned, s.floats({2, 3, 3, 3})}))),
              HasSubstr("Conv 'conv': reads elements of {1, 3, 9, 8} in an order"));
}

TEST(BrokenOnnx, RefusesOldOpsetsAndOtherDomains) {
  Sketch s;
  MessageWriter model, opset, node, graph;
  model.integer(1, 4);
  model.text(2, "old");
  opset.integer(2, 9);
  model.message(8, opset);
  model.message(7, graph);
  EXPECT_THAT(message_of(s.import_bytes(model.content())), HasSubstr("is of opset 9; 11 and later are read"));
}

}  // namespace
}  // namespace pitlane::onnx
