#include "pitlane/formats/pytorch/state_dict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "formats/pytorch/torch_writer.h"
#include "pitlane/network/weight.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StateDicts : public ::testing::Test {
 protected:
  Result<StateDict> load(const std::string& bytes) {
    std::ofstream(directory_ / "w.pth", std::ios::binary) << bytes;
    return StateDict::load(directory_ / "w.pth");
  }

  std::string refusal(const std::string& bytes) {
    const Result<StateDict> dict = load(bytes);
    return dict.ok() ? "read" : dict.error().message();
  }

  std::vector<float> values(const std::string& bytes, const std::string& name) {
    const Result<StateDict> dict = load(bytes);
    EXPECT_TRUE(dict.ok()) << dict.error().message();
    if (!dict.ok() || dict->find(name) == nullptr) return {};
    const Result<std::vector<float>> read = dict->read(*dict->find(name));
    EXPECT_TRUE(read.ok()) << read.error().message();
    return read.ok() ? *read : std::vector<float>();
  }

  std::string read_refusal(const std::string& bytes, const std::string& name) {
    const Result<StateDict> dict = load(bytes);
    if (!dict.ok()) return dict.error().message();
    const Result<std::vector<float>> read = dict->read(*dict->find(name));
    return read.ok() ? "read" : read.error().message();
  }

 private:
  TemporaryDirectory directory_;
};

TorchFile two_weights() {
  TorchFile file;
  file.add("a.weight", {2, 3}, {1, 2, 3, 4, 5, 6});
  file.add("a.bias", {2}, {-1, 0.5F});
  return file;
}

std::vector<std::string> names_of(const StateDict& dict) {
  std::vector<std::string> names;
  for (const NamedTensor& tensor : dict.tensors()) names.push_back(tensor.name);
  return names;
}

TEST_F(StateDicts, OfMoreWeightsThanNetworksHaveAreRefused) {
  TorchFile file;
  for (int i = 0; i < 2049; ++i) file.add("cell." + std::to_string(i), {1}, {1});
  EXPECT_EQ(refusal(file.zip()), "it holds 2049 weights, the most is 2048");
}

TEST_F(StateDicts, ThatShareOneStorageWithoutEndAreRefused) {
  TorchFile file;
  file.add("w.0", {1024, 1024}, std::vector<float>(std::size_t{1} << 20, 1.0F));
  for (int i = 1; i < 40; ++i) {
    file.tensors.push_back(file.tensors.front());
    file.tensors.back().name = "w." + std::to_string(i);
  }
  EXPECT_THAT(refusal(file.zip()),
              AllOf(HasSubstr("its weights share memory so much"), HasSubstr("more than 96 MiB, of a file of 42")));
}

// As large as the archive's own bound of a ratio lets pass, for two numbers. Nothing is unpacked before this is said.
TEST_F(StateDicts, WhoseStoragesAreOutOfProportionAreRefused) {
  constexpr std::uint64_t kClaimed = 100'000'000;
  ZipWriter writer;
  TorchFile file;
  file.tensors = {{"w", "0", "FloatStorage", kClaimed / 4, 0, {2}, {1}}};
  writer.add("archive/data.pkl", whole_pickle(file.state_dict()));
  writer.add(ZipEntry{"archive/data/0", std::string(600'000, '\0'), 8, 0, kClaimed});
  const std::string bytes = writer.bytes();
  EXPECT_EQ(
      refusal(bytes),
      "storage '0' would unpack to 100000000 bytes, of which weight 'w' needs 8; all storages may take 68 MiB, of "
      "a file of " +
          std::to_string(bytes.size()) +
          " bytes; save the weights again, uncompressed: torch.save({k: v.clone() for k, v in "
          "model.state_dict().items()}, PATH)");
}

TEST_F(StateDicts, AreReadFromBothKindsOfFile) {
  for (const std::string& bytes : {two_weights().zip(), two_weights().legacy()}) {
    const Result<StateDict> dict = load(bytes);
    ASSERT_TRUE(dict.ok()) << dict.error().message();
    EXPECT_THAT(names_of(*dict), ElementsAre("a.weight", "a.bias"));
    EXPECT_THAT(values(bytes, "a.weight"), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(values(bytes, "a.bias"), ElementsAre(-1, 0.5F));
  }
}

TEST_F(StateDicts, OfEveryFloatType) {
  TorchFile file;
  const auto add = [&](const char* name, const char* type, const std::string& bytes) {
    file.tensors.push_back({name, name, type, 2, 0, {2}, {1}, "cuda:0"});
    file.storages.emplace_back(name, bytes);
  };
  add("f16", "HalfStorage", bytes_of(std::vector{f32_to_f16(1.5F), f32_to_f16(-0.25F)}));
  add("bf16", "BFloat16Storage", bytes_of(std::vector<std::uint16_t>{0x3FC0, 0xBE80}));
  add("f64", "DoubleStorage", bytes_of(std::vector{1.5, -0.25}));
  add("f32", "FloatStorage", bytes_of(std::vector{1.5F, -0.25F}));
  for (const char* name : {"f16", "bf16", "f64", "f32"})
    EXPECT_THAT(values(file.zip(), name), ElementsAre(1.5F, -0.25F)) << name;
  add("i64", "LongStorage", bytes_of(std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(read_refusal(file.zip(), "i64"),
            "weight 'i64' is of type int64; known are float32, float64, float16 and bfloat16");
}

TEST_F(StateDicts, OfABigEndianMachineAreTurnedRound) {
  TorchFile file = two_weights();
  file.byte_order = "big";
  for (auto& [key, bytes] : file.storages)
    for (std::size_t i = 0; i < bytes.size(); i += 4)
      bytes.replace(i, 4, {bytes[i + 3], bytes[i + 2], bytes[i + 1], bytes[i]});
  EXPECT_THAT(values(file.zip(), "a.weight"), ElementsAre(1, 2, 3, 4, 5, 6));
  file.byte_order = "little";
  EXPECT_NE(values(file.zip(), "a.weight")[0], 1);
  file.byte_order = "middle";
  EXPECT_EQ(refusal(file.zip()), "byteorder is 'middle'; it must be little or big");
}

TEST_F(StateDicts, FollowStridesOffsetsAndSharedStorages) {
  TorchFile file;
  file.storages = {{"7", bytes_of(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})}};
  file.tensors = {{"turned", "7", "FloatStorage", 10, 1, {3, 2}, {1, 3}},
                  {"gaps", "7", "FloatStorage", 10, 0, {2, 2}, {5, 2}},
                  {"scalar", "7", "FloatStorage", 10, 9, {}, {}}};
  for (const std::string& bytes : {file.zip(), file.legacy()}) {
    EXPECT_THAT(values(bytes, "turned"), ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_THAT(values(bytes, "gaps"), ElementsAre(0, 2, 5, 7));
    EXPECT_THAT(values(bytes, "scalar"), ElementsAre(9));
  }
  file.tensors[0].legacy_view = "(" + pickled("8") + pickled(2) + pickled(7) + "t";
  EXPECT_THAT(values(file.legacy(), "turned"), ElementsAre(3, 6, 4, 7, 5, 8));
}

TEST_F(StateDicts, AreFoundInCheckpoints) {
  const TorchFile file = two_weights();
  for (const char* name : {"state_dict", "model_state_dict", "model", "net", "network", "weights"}) {
    const std::string checkpoint = whole_pickle("}(" + pickled("epoch") + "K\x05" + pickled("optimizer") + "}" +
                                                pickled(name) + file.state_dict() + "u");
    EXPECT_THAT(values(file.zip(checkpoint), "a.bias"), ElementsAre(-1, 0.5F)) << name;
  }
  const std::string deep =
      whole_pickle("}" + pickled("model") + "}" + pickled("state_dict") + file.state_dict() + "ss");
  EXPECT_THAT(values(file.zip(deep), "a.bias"), ElementsAre(-1, 0.5F));
}

TEST_F(StateDicts, LeaveOutWhatAllNamesBeginWith) {
  TorchFile file = two_weights();
  for (TorchTensor& tensor : file.tensors) tensor.name = "module.net." + tensor.name;
  EXPECT_THAT(values(file.zip(), "a.bias"), ElementsAre(-1, 0.5F));
  file.tensors[0].name = "other";
  EXPECT_THAT(values(file.zip(), "module.net.a.bias"), ElementsAre(-1, 0.5F));
}

TEST_F(StateDicts, ParametersAreTensors) {
  TorchFile file = two_weights();
  const std::string body = "}" + pickled("a.bias") + named("torch._utils", "_rebuild_parameter") + "(" +
                           file.tensors[1].pickle() + "\x88" + named("collections", "OrderedDict") + ")RtRs";
  EXPECT_THAT(values(file.zip(whole_pickle(body)), "a.bias"), ElementsAre(-1, 0.5F));
}

TEST_F(StateDicts, UntypedStoragesTakeTheTensorsType) {
  TorchFile file;
  file.storages = {{"0", bytes_of(std::vector{1.5F, -0.25F})}};
  const std::string tensor = named("torch._utils", "_rebuild_tensor_v3") + "((" + pickled("storage") +
                             named("torch.storage", "UntypedStorage") + pickled("0") + pickled("cpu") + pickled(8) +
                             "tQ" + pickled(0) + pickled(Shape{2}) + pickled(Shape{1}) + "\x89" +
                             named("collections", "OrderedDict") + ")R" + named("torch", "float32") + "tR";
  EXPECT_THAT(values(file.zip(whole_pickle("}" + pickled("w") + tensor + "s")), "w"), ElementsAre(1.5F, -0.25F));
}

TEST_F(StateDicts, OtherContentsAreExplained) {
  const TorchFile file = two_weights();
  EXPECT_EQ(refusal(file.zip(whole_pickle("]"))),
            "it holds a list; wanted is a state dict: torch.save(model.state_dict(), PATH)");
  EXPECT_EQ(refusal(file.zip(whole_pickle("}" + pickled("epoch") + "K\x05s"))),
            "it holds no state dict, but epoch; save the weights with torch.save(model.state_dict(), PATH)");
  EXPECT_EQ(refusal(file.zip(whole_pickle("}"))),
            "it holds no state dict, but nothing; save the weights with torch.save(model.state_dict(), PATH)");
  EXPECT_EQ(refusal(whole_pickle("}")),
            "it is a pickle, but none that torch.save wrote: it does not begin with PyTorch's number; save the weights "
            "with torch.save(model.state_dict(), PATH)");
  EXPECT_THAT(refusal(file.zip(whole_pickle("cposix\nsystem\n"))),
              HasSubstr("archive/data.pkl: pickle, byte 2: the pickle asks for posix.system, "));
  EXPECT_THAT(refusal(TorchFile::legacy_head() + whole_pickle("cposix\nsystem\n")),
              HasSubstr("object at byte 52: pickle, byte 2: the pickle asks for posix.system, "));
  ZipWriter other;
  other.add("config.json", "{}");
  EXPECT_EQ(refusal(other.bytes()), "the archive holds no data.pkl, so it is none that torch.save wrote");
}

TEST_F(StateDicts, TorchScriptIsExplained) {
  ZipWriter script;
  script.add("net/data.pkl", whole_pickle("}"));
  script.add("net/code/__torch__.py", "class Net(Module): ...");
  script.add("net/constants.pkl", whole_pickle(")"));
  EXPECT_EQ(refusal(script.bytes()),
            "it is TorchScript, whose network is program code; save its weights alone: "
            "torch.save(torch.jit.load(\"w.pth\").state_dict(), \"weights.pth\")");
}

TEST_F(StateDicts, NamesMustBePlainAndOnce) {
  TorchFile file = two_weights();
  file.tensors[1].name = "a.weight";
  EXPECT_EQ(refusal(file.zip()), "weight 'a.weight' is there twice");
  file.tensors[1].name = std::string(300, 'x');
  EXPECT_THAT(refusal(file.zip()), HasSubstr("longer than 256"));
  file.tensors[1].name = "a\n";
  EXPECT_THAT(refusal(file.zip()), HasSubstr("a weight's name is empty, unprintable or longer than 256"));
}

TEST_F(StateDicts, StoragesThatAreMissingOrTooShortAreNamed) {
  TorchFile file = two_weights();
  file.storages[0].second.resize(20);
  EXPECT_EQ(read_refusal(file.zip(), "a.weight"),
            "weight 'a.weight': storage '0' holds 20 bytes, too few for 6 elements of float32");
  EXPECT_THAT(refusal(file.legacy()), HasSubstr("has 5 elements, its tensors know of 6"));
  file.storages.erase(file.storages.begin());
  EXPECT_EQ(read_refusal(file.zip(), "a.weight"), "weight 'a.weight': zip archive: there is no entry 'archive/data/0'");
  EXPECT_EQ(read_refusal(file.legacy(), "a.weight"), "weight 'a.weight': there is no storage '0'");
  file.tensors[0].storage = "../../etc/passwd";
  EXPECT_THAT(read_refusal(file.zip(), "a.weight"), HasSubstr("there is no entry"));
}

TEST_F(StateDicts, NumbersThatAreNoneAreNamed) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    TorchFile file;
    file.add("w", {3}, {0, 1, bad});
    EXPECT_EQ(read_refusal(file.zip(), "w"), "weight 'w': element 2 is NaN, infinite or beyond float32");
  }
  TorchFile file;
  file.tensors = {{"w", "0", "DoubleStorage", 1, 0, {1}, {1}}};
  file.storages = {{"0", bytes_of(std::vector{1e300})}};
  EXPECT_EQ(read_refusal(file.zip(), "w"), "weight 'w': element 0 is NaN, infinite or beyond float32");
}

TEST_F(StateDicts, CutShortAnywhereAreRefused) {
  for (const std::string& whole : {two_weights().zip(), two_weights().legacy()})
    for (std::size_t size = 0; size < whole.size(); size += 5) EXPECT_FALSE(load(whole.substr(0, size)).ok()) << size;
  EXPECT_THAT(refusal(two_weights().legacy().substr(0, two_weights().legacy().size() - 1)),
              HasSubstr("needs 2 elements of 4 bytes, the file ends before; it was cut short, copy it again"));
}

TEST_F(StateDicts, WithAnyBitFlippedDoNotCrash) {
  for (const std::string& whole : {two_weights().zip(), two_weights().legacy()}) {
    for (std::size_t bit = 0; bit < whole.size() * 8; bit += 29) {
      std::string bytes = whole;
      bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << (bit % 8)));
      const Result<StateDict> dict = load(bytes);
      if (!dict.ok()) continue;
      for (const NamedTensor& tensor : dict->tensors()) {
        const Result<std::vector<float>> read = dict->read(tensor);
        EXPECT_LE(read.ok() ? read->size() : 0, 8U);
      }
    }
  }
}

}  // namespace
}  // namespace pitlane
