#include "pitlane/formats/pytorch/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "formats/pytorch/torch_writer.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Result<Pickle> read(const std::string& bytes) { return read_pickle(std::as_bytes(std::span(bytes))); }

std::string refusal(const std::string& bytes) {
  const Result<Pickle> pickle = read(bytes);
  return pickle.ok() ? "read" : pickle.error().message();
}

std::string body_refusal(const std::string& body) { return refusal(whole_pickle(body)); }

constexpr const char* kUseless =
    ", which weights have no use for; nothing was executed; save the weights alone: "
    "torch.save(model.state_dict(), PATH)";

TEST(Pickles, HoldNumbersTextsAndContainers) {
  // {"a": [1, -2, 300, 70000, 2.5], "b": (None, True, False), "c": {}}
  const std::string bytes = whole_pickle(
      "}(" + pickled("a") + "](K\x01J" + little_endian(0xFFFFFFFEU, 4) + "M\x2C\x01" + "J" + little_endian(70000, 4) +
      "G\x40\x04" + std::string(6, '\0') + "e" + pickled("b") + "N\x88\x89\x87" + pickled("c") + "}u");
  const Result<Pickle> pickle = read(bytes);
  ASSERT_TRUE(pickle.ok()) << pickle.error().message();
  EXPECT_EQ(pickle->end, bytes.size());
  const auto* dict = pickle->root_as<PickleDict>();
  ASSERT_NE(dict, nullptr);
  const auto* list = std::get_if<PickleSequence>(pickle->find(*dict, "a"));
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->items.size(), 5U);
  EXPECT_EQ(*pickle->get<std::int64_t>(list->items[1]), -2);
  EXPECT_EQ(*pickle->get<std::int64_t>(list->items[2]), 300);
  EXPECT_EQ(*pickle->get<std::int64_t>(list->items[3]), 70000);
  EXPECT_EQ(*pickle->get<double>(list->items[4]), 2.5);
  EXPECT_EQ(std::get<PickleSequence>(*pickle->find(*dict, "b")).items.size(), 3U);
  EXPECT_EQ(pickle->find(*dict, "d"), nullptr);
}

TEST(Pickles, RememberWhatTheyNoted) {
  const std::string once = "](" + pickled("text") + "q\x05h\x05j" + little_endian(5, 4) + "2e";
  const Result<Pickle> pickle = read(whole_pickle(once));
  ASSERT_TRUE(pickle.ok()) << pickle.error().message();
  const auto& items = pickle->root_as<PickleSequence>()->items;
  ASSERT_EQ(items.size(), 4U);
  EXPECT_EQ(items[0], items[1]);
  EXPECT_EQ(items[0], items[3]);
}

TEST(Pickles, OfProtocolFourAreRead) {
  // As pickle.dumps({"k": 7}, 4): frame, memoised short texts.
  const std::string bytes = "\x80\x04\x95" + little_endian(8, 8) + "}\x94\x8C\x01k\x94K\x07s.";
  const Result<Pickle> pickle = read(bytes);
  ASSERT_TRUE(pickle.ok()) << pickle.error().message();
  EXPECT_EQ(std::get<std::int64_t>(*pickle->find(*pickle->root_as<PickleDict>(), "k")), 7);
}

TEST(Pickles, OtherNamesAreRefusedWhicheverOpcodeAsks) {
  const std::string system = "the pickle asks for posix.system" + std::string(kUseless);
  const std::string run = "(" + pickled("echo harm") + "t";
  EXPECT_EQ(body_refusal("cposix\nsystem\n" + run + "R"), "pickle, byte 2: " + system);
  EXPECT_EQ(body_refusal(pickled("posix") + pickled("system") + "\x93" + run + "R"), "pickle, byte 23: " + system);
  EXPECT_EQ(body_refusal("(" + pickled("echo harm") + "iposix\nsystem\n"), "pickle, byte 17: " + system);
  EXPECT_EQ(body_refusal("(cposix\nsystem\n" + pickled("echo harm") + "o"), "pickle, byte 3: " + system);
  EXPECT_EQ(body_refusal("c__builtin__\neval\n(" + pickled("1") + "tR"),
            "pickle, byte 2: the pickle asks for __builtin__.eval" + std::string(kUseless));
  EXPECT_EQ(body_refusal("cbuiltins\ngetattr\n"),
            "pickle, byte 2: the pickle asks for builtins.getattr" + std::string(kUseless));
  EXPECT_EQ(body_refusal("c__main__\nPilotNet\n)\x81"),
            "pickle, byte 2: the pickle asks for __main__.PilotNet" + std::string(kUseless));
  EXPECT_EQ(body_refusal("c\x01\x02\nx\n"), "pickle, byte 2: the pickle asks for ??.x" + std::string(kUseless));
  EXPECT_THAT(body_refusal("ctorch._utils\n_rebuild_qtensor\n"), HasSubstr("import the float network"));
}

TEST(Pickles, RelativesOfKnownNamesAreRefused) {
  for (const char* name : {"torch\nload\n", "torch.storage\n_load_from_bytes\n", "torch._utils\nimport_module\n",
                           "collections\nnamedtuple\n", "torch.hub\nFloatStorage\n", "torch\nbytes\n",
                           "torch.serialization\nload\n", "collections\nOrderedDict.fromkeys\n"})
    EXPECT_THAT(body_refusal("c" + std::string(name)), HasSubstr("nothing was executed")) << name;
}

TEST(Pickles, ExtensionsAreRefused) {
  EXPECT_EQ(body_refusal("\x82\x07"),
            "pickle, byte 2: the pickle asks for extension 7 of Python's copyreg" + std::string(kUseless));
  EXPECT_THAT(body_refusal("\x83\x07\x01"), HasSubstr("extension 263"));
  EXPECT_THAT(body_refusal("\x84\x07" + std::string(3, '\0')), HasSubstr("extension 7"));
}

TEST(Pickles, TypesCannotBeCalledNorGivenState) {
  EXPECT_EQ(body_refusal("ctorch\nFloatStorage\n(" + pickled(8) + "tR"),
            "pickle, byte 34: the pickle calls torch.FloatStorage, which is a type of numbers and no function");
  EXPECT_EQ(body_refusal("ctorch\nFloatStorage\n}b"), "pickle, byte 23: it gives a name a state of a dict");
  EXPECT_EQ(body_refusal("}]b"), "pickle, byte 4: it gives a dict a state of a list");
  EXPECT_EQ(body_refusal(pickled("posix.system") + "(" + pickled("x") + "tR"), "pickle, byte 27: it calls a text");
  EXPECT_EQ(body_refusal("ccollections\nOrderedDict\nNR"), "pickle, byte 28: it calls with None");
  EXPECT_EQ(body_refusal("ccollections\nOrderedDict\n" + pickled(3) + "\x85R"),
            "pickle, byte 38: OrderedDict with arguments that PyTorch does not write");
  EXPECT_EQ(body_refusal("ctorch._utils\n_rebuild_tensor_v2\n)R"),
            "pickle, byte 36: _rebuild_tensor with arguments that PyTorch does not write");
  EXPECT_EQ(body_refusal("ctorch._utils\n_rebuild_parameter\n" + pickled("x") + "\x85R"),
            "pickle, byte 42: _rebuild_parameter with arguments that PyTorch does not write");
  EXPECT_EQ(body_refusal("]o"), "pickle, byte 3: opcode 111 is none that torch.save writes");
}

TEST(Pickles, BrokenProgramsAreRefused) {
  EXPECT_EQ(body_refusal(""), "pickle, byte 2: it takes what it never made");
  EXPECT_EQ(body_refusal("a"), "pickle, byte 2: it takes what it never made");
  EXPECT_EQ(body_refusal("t"), "pickle, byte 2: it closes what it never opened");
  EXPECT_EQ(body_refusal("N(0"), "pickle, byte 4: it takes what it never made");
  EXPECT_EQ(body_refusal("NNa"), "pickle, byte 4: it treats None as a list");
  EXPECT_EQ(body_refusal("}(" + pickled("k") + "u"), "pickle, byte 10: a dict has a key without a value");
  EXPECT_EQ(body_refusal("h\x03"), "pickle, byte 2: it remembers number 3, which it never noted");
  EXPECT_EQ(body_refusal("I5\n"), "pickle, byte 2: opcode 73 is none that torch.save writes");
  EXPECT_EQ(body_refusal("Pid\n"), "pickle, byte 2: opcode 80 is none that torch.save writes");
  EXPECT_EQ(body_refusal("NQ"), "pickle, byte 3: a persistent id that is no storage of PyTorch's");
  EXPECT_EQ(refusal("\x80\x07N."), "pickle, byte 0: protocol 7; known are 2 to 5, torch.save writes 2");
  EXPECT_EQ(body_refusal("X\xFF\xFF\xFF\xFF"),
            "pickle, byte 2: it needs 4294967295 bytes more and has 1; the file was cut short, copy it again");
  EXPECT_EQ(refusal(""), "a pickle is missing; the file was cut short, copy it again");
  EXPECT_EQ(refusal("\x80\x02]"), "pickle, byte 3: it ends too early; the file was cut short, copy it again");
}

TEST(Pickles, DoNotGrowBeyondTheirSize) {
  EXPECT_EQ(body_refusal(std::string(2000, '(')), "pickle, byte 1002: it nests deeper than 1000");
  EXPECT_THAT(body_refusal(std::string(1'000'001, ']')), HasSubstr("it makes more than 1000000 objects"));
  EXPECT_THAT(body_refusal("N" + std::string(4'000'000, '2')), HasSubstr("it is longer than any state dict's"));
  // Each OrderedDict copies the pairs of one list, which stays in the memo.
  std::string pairs = "](";
  for (int i = 0; i < 2000; ++i) pairs += "NN\x86";
  pairs += "e\x85q\x01";
  for (int i = 0; i < 1000; ++i) pairs += "0ccollections\nOrderedDict\nh\x01R";
  EXPECT_THAT(body_refusal(pairs), HasSubstr("the pickle copies more than any state dict holds"));
}

TEST(Pickles, ThatHoldThemselvesOrNestWithoutEndAreNoTrouble) {
  EXPECT_TRUE(read(whole_pickle("]q\x01h\x01"
                                "a"))
                  .ok());
  std::string doubled = "N";
  for (int i = 0; i < 5000; ++i) doubled += "2\x86";  // a tuple of twice the last one: 2^5000 if written out
  EXPECT_TRUE(read(whole_pickle(doubled)).ok());
  EXPECT_TRUE(read(whole_pickle("N" + std::string(500'000, '\x85'))).ok());
}

TorchTensor good_tensor() { return {"w", "0", "FloatStorage", 24, 0, {2, 3, 4}, {12, 4, 1}}; }

std::string tensor_refusal(const TorchTensor& tensor) {
  const std::string text = body_refusal(tensor.pickle());
  return text.substr(text.find(": ") == text.npos ? 0 : text.find(": ") + 2);
}

TEST(PickledTensors, MustLieInTheirStorage) {
  EXPECT_EQ(tensor_refusal(good_tensor()), "read");
  TorchTensor t = good_tensor();
  t.offset = 1;
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 2x3x4 leads out of its storage of 24 elements");
  t = good_tensor();
  t.strides = {1, 2, 6};
  EXPECT_EQ(tensor_refusal(t), "read");
  t.strides = {1, 2, 7};
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 2x3x4 leads out of its storage of 24 elements");
  t.strides = {INT64_MAX, 1, 1};
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 2x3x4 leads out of its storage of 24 elements");
  t.strides = {12, 4, -1};
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 2x3x4 has a negative stride or offset");
  t = good_tensor();
  t.offset = INT64_MIN;
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 2x3x4 has a negative stride or offset");
  t.offset = INT64_MAX;
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 2x3x4 leads out of its storage of 24 elements");
}

TEST(PickledTensors, MustHaveSensibleSizes) {
  TorchTensor t = good_tensor();
  t.sizes = {2, -3, 4};
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 2x-3x4 has a negative size");
  t.sizes = {2, 3};
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 2x3 has 3 strides");
  t.sizes = {1 << 20, 1 << 20, 1 << 20};
  t.strides = {0, 0, 0};
  EXPECT_EQ(tensor_refusal(t), "a tensor of size 1048576x1048576x1048576 is larger than any driving network's");
  t.sizes = {100, 1, 1};
  EXPECT_EQ(tensor_refusal(t),
            "a tensor of size 100x1x1 repeats the 24 elements of its storage; save it after .contiguous()");
  t.sizes = t.strides = Shape(9, 1);
  EXPECT_EQ(tensor_refusal(t), "_rebuild_tensor with arguments that PyTorch does not write");
  t = good_tensor();
  t.elements = -1;
  EXPECT_EQ(tensor_refusal(t), "storage '0' claims -1 elements");
  t.elements = INT64_MAX;
  EXPECT_EQ(tensor_refusal(t), "storage '0' claims 9223372036854775807 elements");
  t = good_tensor();
  t.type = "QInt8Storage";
  EXPECT_THAT(tensor_refusal(t), StartsWith("the pickle asks for torch.QInt8Storage, "));
  t = good_tensor();
  t.legacy_view = "(" + pickled("1") + pickled(20) + pickled(10) + "t";
  EXPECT_EQ(tensor_refusal(t), "storage '0' has a view that leads out of it");
}

TEST(PickledTensors, CutShortOrWithAnyBitFlippedDoNotCrash) {
  const std::string whole = whole_pickle(good_tensor().pickle());
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(read(whole.substr(0, size)).ok()) << size;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << (bit % 8)));
    const Result<Pickle> pickle = read(bytes);
    EXPECT_NE(pickle.ok() ? "read" : pickle.error().message(), "");
  }
}

}  // namespace
}  // namespace pitlane
