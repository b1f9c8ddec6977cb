// Keras files that are damaged, hostile, or say what cannot be read: one clear line, never a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "formats/keras/keras_file.h"
#include "pitlane/core/random.h"
#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"
#include "pitlane/formats/keras/hdf5_file.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {
using nlohmann::json;
using ::testing::HasSubstr;
using testing::keras_file;
using testing::KerasFile;
using testing::layer;
using testing::made_array;
using testing::picture_layer;
using testing::sequential;

class KerasBroken : public ::testing::Test {
 protected:
  Result<Network> import(const std::vector<std::byte>& bytes, const ImportOptions& options = {}) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return import_network(path_, options);
  }
  std::string error(const std::vector<std::byte>& bytes) {
    const Result<Network> network = import(bytes);
    if (network.ok()) return "no error";
    EXPECT_EQ(network.error().message().find('\n'), std::string::npos);
    EXPECT_THAT(network.error().message(), HasSubstr("model.h5"));
    return network.error().message();
  }
  std::string error(const KerasFile& file) { return error(file.bytes()); }
  /// Of a chain behind a picture of 6 x 8 x 3.
  std::string error_of(const json& one, std::vector<testing::MadeArray> arrays = {}) {
    return error(keras_file(sequential({picture_layer(), one}), {{one["config"]["name"], std::move(arrays)}}));
  }

 private:
  TemporaryDirectory folder_;
  std::filesystem::path path_ = folder_ / "model.h5";
};

KerasFile sound() {
  return keras_file(sequential({picture_layer(), layer("Flatten", "flat"), layer("Dense", "out", {{"units", 2}})}),
                    {{"out", {made_array("kernel:0", {144, 2}), made_array("bias:0", {2})}}});
}

TEST_F(KerasBroken, SoundFileIsRead) {
  const Result<Network> network = import(sound().bytes());
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->outputs.size(), 2U);
}

TEST_F(KerasBroken, TruncatedAnywhere) {
  const std::vector<std::byte> whole = sound().bytes();
  for (std::size_t length = 0; length < whole.size(); length += 13)
    EXPECT_NE(error({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}), "no error") << length;
}

TEST_F(KerasBroken, TruncatedWithALyingLength) {
  std::vector<std::byte> whole = sound().bytes();
  for (std::size_t length = 2048; length < whole.size(); length += 41) {
    std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const std::uint64_t says = length;
    std::memcpy(cut.data() + 40, &says, sizeof(says));  // the superblock's end of file
    (void)import(cut);                                  // may miss what is not needed, must not crash
  }
}

TEST_F(KerasBroken, FlippedBits) {
  const std::vector<std::byte> whole = sound().bytes();
  Random random(7);
  for (int i = 0; i < 1500; ++i) {
    std::vector<std::byte> bytes = whole;
    for (int flips = 0; flips <= i % 3; ++flips)
      bytes[random.index(bytes.size())] ^= std::byte{static_cast<unsigned char>(1U << random.index(8))};
    (void)import(bytes);
  }
}

TEST_F(KerasBroken, ReplacedNumbers) {
  const std::vector<std::byte> whole = sound().bytes();
  Random random(8);
  constexpr std::uint64_t kNumbers[] = {0,  1,      0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, ~std::uint64_t{0},
                                        96, 1 << 20};
  for (std::size_t at = 0; at + 8 < whole.size(); at += 8) {
    std::vector<std::byte> bytes = whole;
    std::memcpy(bytes.data() + at, &kNumbers[random.index(8)], 8);
    (void)import(bytes);
  }
}

// libhdf5 1.10 writes past its buffer for such a file.
TEST_F(KerasBroken, TextLongerThanItSays) {
  std::vector<std::byte> bytes = sound().bytes();
  const auto length = static_cast<std::uint32_t>(sound().config.size());
  const auto* wanted = reinterpret_cast<const std::byte*>(&length);
  const auto at = std::search(bytes.begin(), bytes.end(), wanted, wanted + 4);
  ASSERT_NE(at, bytes.end());
  *at = std::byte{4};
  *(at + 1) = std::byte{0};
  EXPECT_THAT(error(bytes), HasSubstr("not Keras' JSON"));
}

TEST_F(KerasBroken, HugeDimensions) {
  std::vector<std::byte> bytes = sound().bytes();
  const std::uint64_t rows = 144, huge = std::uint64_t{1} << 60;
  const auto* wanted = reinterpret_cast<const std::byte*>(&rows);
  for (auto at = bytes.begin();; at += 8) {
    at = std::search(at, bytes.end(), wanted, wanted + 8);
    if (at == bytes.end()) break;
    std::memcpy(&*at, &huge, sizeof(huge));
  }
  EXPECT_THAT(error(bytes), HasSubstr("impossible size"));
}

TEST_F(KerasBroken, ConfigurationIsNotJson) {
  KerasFile file = sound();
  file.config = "{\"class_name\": \"Sequential\", \"config\": [";
  EXPECT_THAT(error(file), HasSubstr("not Keras' JSON"));
  file.config = std::string(100000, '[');
  EXPECT_THAT(error(file), HasSubstr("nested more than 100 deep"));
  file.config = R"({"class_name": "Sequential", "config": {"name": "x", "layers": 7}})";
  EXPECT_THAT(error(file), HasSubstr("no layers"));
  file.config = R"({"class_name": "MyModel", "config": {}})";
  EXPECT_THAT(error(file), HasSubstr("'MyModel', which is Python code"));
}

// Three bytes of text would be more than sixty of memory.
TEST_F(KerasBroken, ConfigurationOfMillionsOfValues) {
  KerasFile file = sound();
  std::string lists = "[]";
  for (int i = 0; i < 300'000; ++i) lists += ",[]";
  file.config = R"({"class_name": "Sequential", "config": [)" + lists + "]}";
  EXPECT_THAT(error(file), HasSubstr("the model's configuration has more than 524288 values"));
}

TEST_F(KerasBroken, LongNamesAreCutInMessages) {
  const std::string name(1 << 20, 'n'), cut = std::string(80, 'n') + "…";
  const auto fault = [&](const json& model) {
    KerasFile file = sound();
    file.config = model.dump();
    const std::string message = error(file);
    EXPECT_LT(message.size(), 600U);
    return message;
  };
  EXPECT_THAT(fault(sequential({picture_layer(), layer(name, "a")})), HasSubstr(cut + " 'a': "));
  EXPECT_THAT(fault(sequential({picture_layer(), layer("Magic", name)})), HasSubstr("Magic '" + cut + "': "));
  EXPECT_THAT(fault({{"class_name", name}, {"config", json::object()}}), HasSubstr("of the class '" + cut + "'"));
}

TEST_F(KerasBroken, WeightsAlone) {
  keras::Hdf5Writer file;
  file.texts("", "layer_names", {"dense"});
  EXPECT_THAT(error(*std::move(file).finish()), HasSubstr("weights without an architecture; save the whole model"));
}

TEST_F(KerasBroken, MissingAndWrongWeights) {
  KerasFile file = sound();
  file.arrays.clear();
  EXPECT_THAT(error(file), HasSubstr("Dense 'out': the file holds 0 weights for it, the settings ask for 2"));
  file = sound();
  file.arrays["out"][0].shape = {72, 4};
  EXPECT_THAT(error(file),
              HasSubstr("Dense 'out': its weight 'kernel' is 72x4 in the file, the settings ask for 144x2"));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    file = sound();
    file.arrays["out"][0].values[5] = bad;
    EXPECT_THAT(error(file), HasSubstr("weight 'out.kernel' holds NaN or infinity"));
  }
}

TEST_F(KerasBroken, Lambda) {
  const json chain =
      sequential({picture_layer(), layer("Lambda", "scaling", {{"function", {"4wEAAA", nullptr, nullptr}}}),
                  layer("GlobalAveragePooling2D", "mean")});
  EXPECT_THAT(error(keras_file(chain)),
              HasSubstr("Lambda 'scaling': is Python code, which is never run; if it scales its input, say so with "
                        "--lambda scaling=scale:0.0078431,offset:-1"));
  ImportOptions options;
  options.lambdas["scaling"] = {0.5F, -1};
  const Result<Network> network = import(keras_file(chain).bytes(), options);
  ASSERT_TRUE(network.ok()) << network.error().message();
  // The network scales itself: pixels come as they are.
  EXPECT_EQ(network->inputs[0].preprocessing.scale, (std::vector<float>{1, 1, 1}));
  const auto& norm = std::get<BatchNorm>(network->nodes[0].op);
  EXPECT_EQ(network->weights[static_cast<std::size_t>(norm.gamma)].f32()[2], 0.5F);
  EXPECT_EQ(network->weights[static_cast<std::size_t>(norm.beta)].f32()[2], -1.0F);
}

TEST_F(KerasBroken, LimitsThatGuardHalfPrecisionChangeNothing) {
  for (const float limit : {65504.F, std::numeric_limits<float>::max()}) {
    const json chain = sequential(
        {picture_layer(), layer("ReLU", "capped", {{"max_value", limit}}), layer("GlobalAveragePooling2D", "mean")});
    const Result<Network> network = import(keras_file(chain).bytes(), {});
    ASSERT_TRUE(network.ok()) << network.error().message();
    for (float magnitude = 1.2345678e-3F; magnitude < 2e3F; magnitude *= 10) {
      const std::vector<std::vector<float>> inputs = {std::vector<float>(6 * 8 * 3, magnitude)};
      const Result<ReferenceResult> result = run_reference(*network, inputs);
      ASSERT_TRUE(result.ok()) << result.error().message();
      EXPECT_NEAR(testing::outputs_of(*network, result->values)[0], magnitude, 1e-6F * magnitude) << limit;
    }
    EXPECT_EQ(network->metadata.contains("limits left out"), limit < std::numeric_limits<float>::max());
  }
}

TEST_F(KerasBroken, WhatCannotBeReadIsNamed) {
  EXPECT_THAT(error_of(layer("MultiHeadAttention", "look")),
              HasSubstr("MultiHeadAttention 'look': layers of this class"));
  EXPECT_THAT(error_of(layer("Permute", "turn", {{"dims", {2, 1, 3}}})),
              HasSubstr("Permute 'turn': moves 6x8x3 to 8x6x3"));
  EXPECT_THAT(
      error_of(layer("Conv2D", "c", {{"filters", 4}, {"kernel_size", {3, 3}}, {"data_format", "channels_first"}})),
      HasSubstr("Conv2D 'c': has its channels first"));
  EXPECT_THAT(error_of(layer("Conv2D", "c", {{"filters", -1}, {"kernel_size", {3, 3}}})),
              HasSubstr("'filters' must be at least 1"));
  EXPECT_THAT(error_of(layer("Conv2D", "c", {{"filters", 4}, {"kernel_size", "big"}})),
              HasSubstr("'kernel_size' must be 2 whole numbers"));
  EXPECT_THAT(error_of(layer("Conv2D", "c", {{"filters", 2}, {"kernel_size", 9}}),
                       {made_array("k", {9, 9, 3, 2}), made_array("b", {2})}),
              HasSubstr("Conv2D 'c': its kernel of 9x9 is larger than its input 6x8x3"));
  EXPECT_THAT(error_of(layer("Activation", "a", {{"activation", "my_own"}})),
              HasSubstr("the activation 'my_own' is not supported"));
  EXPECT_THAT(error_of(layer("Reshape", "r", {{"target_shape", {7, -1}}})), HasSubstr("Reshape 'r'"));
  EXPECT_THAT(error_of(layer("Reshape", "r", {{"target_shape", {-1, -1}}})), HasSubstr("Reshape 'r'"));
  EXPECT_THAT(error_of(layer("LSTM", "l", {{"units", 3}})), HasSubstr("LSTM 'l': needs an input of 2 dimensions"));
  EXPECT_THAT(error_of(layer("Cropping2D", "c", {{"cropping", {{3, 3}, {0, 0}}}})), HasSubstr("crops away all"));
  EXPECT_THAT(error_of(layer("Conv2D", "c",
                             {{"filters", 1}, {"kernel_size", 1000}, {"dilation_rate", 1000}, {"padding", "same"}})),
              HasSubstr("Conv2D 'c': the file holds 0 weights"));
}

TEST_F(KerasBroken, SizesLeftOpen) {
  const json open = layer("InputLayer", "image", {{"batch_input_shape", json::array({nullptr, nullptr, 8, 3})}});
  EXPECT_THAT(error(keras_file(sequential({open, layer("Flatten", "f")}))),
              HasSubstr("InputLayer 'image': the size of its input is left open"));
  EXPECT_THAT(error(keras_file(sequential(json::array({layer("Flatten", "f")})))),
              HasSubstr("nothing says the size of its input"));
}

json functional(const json& layers, const json& outputs) {
  return {
      {"class_name", "Functional"},
      {"config", {{"name", "m"}, {"layers", layers}, {"input_layers", {{"image", 0, 0}}}, {"output_layers", outputs}}}};
}

json reads(json one, const json& inputs) {
  json node = json::array();
  for (const json& input : inputs) node.push_back({input, 0, 0, json::object()});
  one["inbound_nodes"] = json::array({node});
  return one;
}

TEST_F(KerasBroken, Circles) {
  const json layers = {picture_layer(), reads(layer("Add", "a"), {"image", "b"}), reads(layer("ReLU", "b"), {"a"})};
  EXPECT_THAT(error(keras_file(functional(layers, {{"b", 0, 0}}))), HasSubstr("a circle"));
  const json self = {picture_layer(), reads(layer("Add", "a"), {"image", "a"})};
  EXPECT_THAT(error(keras_file(functional(self, {{"a", 0, 0}}))), HasSubstr("a circle"));
  const json missing = {picture_layer(), reads(layer("ReLU", "a"), {"nobody"})};
  EXPECT_THAT(error(keras_file(functional(missing, {{"a", 0, 0}}))),
              HasSubstr("'nobody' is read, which is not in the model"));
}

TEST_F(KerasBroken, LongChainsNeedNoDeepStack) {
  json layers = json::array({picture_layer()});
  for (int i = 0; i < 4000; ++i)
    layers.push_back(reads(layer("ReLU", "r" + std::to_string(i)), {i == 0 ? "image" : "r" + std::to_string(i - 1)}));
  layers.push_back(reads(layer("GlobalAveragePooling2D", "mean"), {"r3999"}));
  // The names are so many that they are split over several attributes.
  const Result<Network> network = import(keras_file(functional(layers, {{"mean", 0, 0}})).bytes());
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->nodes.size(), 4002U);
}

/// Groups whose headers all go on in one block of 65534 empty messages.
class SharedBlock {
 public:
  static constexpr std::size_t kGroups = 64;
  static std::string name(std::size_t i) { return "g" + std::to_string(100 + i); }

  SharedBlock() {
    constexpr std::size_t kMessages = 65534, kHeader = 40, kRoot = 96, kTree = 136, kHeap = 176, kNames = 208;
    constexpr std::size_t kSymbols = kNames + 8 * kGroups, kHeaders = kSymbols + 8 + 40 * kGroups;
    constexpr std::size_t kBlock = kHeaders + kHeader * kGroups;
    bytes_.resize(kBlock + 8 * kMessages);
    text(0, "\x89HDF\r\n\x1A\n");
    put(13, std::uint16_t{0x0808});  // sizes of offsets and lengths
    put(40, std::uint64_t{bytes_.size()});
    put(64, std::uint64_t{kRoot});
    header(kRoot, 1, 0x11, kTree, kHeap);
    text(kTree, "TREE");
    put(kTree + 6, std::uint16_t{1});
    put(kTree + 32, std::uint64_t{kSymbols});
    text(kHeap, "HEAP");
    put(kHeap + 8, std::uint64_t{8 * kGroups});
    put(kHeap + 24, std::uint64_t{kNames});
    text(kSymbols, "SNOD");
    put(kSymbols + 6, std::uint16_t{kGroups});
    for (std::size_t i = 0; i < kGroups; ++i) {
      text(kNames + 8 * i, name(i));
      put(kSymbols + 8 + 40 * i, std::uint64_t{8 * i});
      put(kSymbols + 16 + 40 * i, std::uint64_t{kHeaders + kHeader * i});
      header(kHeaders + kHeader * i, 65535, 0x10, kBlock, 8 * kMessages);
    }
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  template <typename Number>
  void put(std::size_t at, Number number) {
    std::memcpy(&bytes_.at(at), &number, sizeof number);
  }
  void text(std::size_t at, const std::string& value) { std::memcpy(&bytes_.at(at), value.data(), value.size()); }
  /// With one message of two numbers in its own block.
  void header(std::size_t at, std::uint16_t messages, std::uint16_t type, std::uint64_t first, std::uint64_t second) {
    put(at, std::uint8_t{1});
    put(at + 2, messages);
    put(at + 8, std::uint32_t{24});
    put(at + 16, type);
    put(at + 18, std::uint16_t{16});
    put(at + 24, first);
    put(at + 32, second);
  }

  std::vector<std::byte> bytes_;
};

TEST(KerasHdf5, HeadersThatShareALargeBlockAreRefused) {
  Result<keras::Hdf5File> file = keras::Hdf5File::open(SharedBytes(SharedBlock().take()));
  ASSERT_TRUE(file.ok()) << file.error().message();
  const auto members = file->members("");
  ASSERT_TRUE(members.ok()) << members.error().message();
  EXPECT_EQ(members->size(), SharedBlock::kGroups);
  EXPECT_TRUE(file->has_attribute(SharedBlock::name(0), "x").ok()) << "once, such a header is strange but small";
  std::string error;
  std::size_t read = 0;
  for (; read < SharedBlock::kGroups && error.empty(); ++read)
    if (const auto has = file->has_attribute(SharedBlock::name(read), "x"); !has.ok()) error = has.error().message();
  EXPECT_LT(read, 8U);
  EXPECT_THAT(error, HasSubstr("parts of the file lead to one another without end; copy the file again"));
}

}  // namespace
}  // namespace pitlane
