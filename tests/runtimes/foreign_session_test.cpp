#include "pitlane/runtimes/foreign_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fake_python.h"
#include "network/small_network.h"
#include "pitlane/engine/plan.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

class ForeignSessionTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<std::shared_ptr<const ForeignModel>> model(const std::string& body, const char* engine,
                                                                  std::shared_ptr<WorkerPool> pool = nullptr) const {
    testing::save_fake_python(place_ / "python", "open('" + (place_ / "starts").string() +
                                                     "', 'a').write('x'); open('" + (place_ / "pid").string() +
                                                     "', 'w').write(str(os.getpid()))\n" + body);
    WorkerOptions options;
    options.python = (place_ / "python").string();
    return ForeignModel::create(network_, *find_foreign_runtime(engine), options, std::move(pool));
  }
  [[nodiscard]] std::unique_ptr<Session> session(const std::string& body, const char* engine = "onnxruntime") const {
    const auto made = model(body, engine);
    EXPECT_TRUE(made.ok()) << made.error().message();
    auto opened = (*made)->new_session();
    if (!opened.ok()) {
      ADD_FAILURE() << opened.error().message();
      return nullptr;
    }
    return *std::move(opened);
  }
  /// On a picture whose first byte says which.
  RunStatus run(Session& session, std::uint8_t first = 0) {
    picture_.assign(static_cast<std::size_t>(element_count(session.inputs()[0].shape)), 0);
    picture_[0] = first;
    answers_.clear();
    std::vector<MutableTensorView> out;
    for (const TensorSpec& spec : session.outputs())
      answers_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)), -1.0F);
    for (auto& answer : answers_) out.push_back({answer.data(), answer.size() * sizeof(float)});
    const std::vector<TensorView> in{{picture_.data(), picture_.size()}};
    return session.run(in, out);
  }
  /// Has the last worker that was started ended?
  [[nodiscard]] bool is_zombie() const {
    std::ifstream pid_file(place_ / "pid");
    std::string pid, state;
    pid_file >> pid;
    std::ifstream stat("/proc/" + pid + "/stat");
    std::getline(stat, state);
    return state.find(") Z ") != std::string::npos;
  }
  [[nodiscard]] std::size_t starts() const {
    std::ifstream in(place_ / "starts");
    return std::string(std::istreambuf_iterator<char>(in), {}).size();
  }

  TemporaryDirectory place_;
  Network network_ = small_network();
  std::vector<std::uint8_t> picture_;
  std::vector<std::vector<float>> answers_;
};

constexpr const char* kEchoOrder = "hello(); ready()\nwhile True: answer(1 if request()[:1] == b'R' else 0, 0.5)";

TEST_F(ForeignSessionTest, LooksLikeTheEngines) {
  const auto plan = compile(network_).value();
  const auto ours = plan->new_session();
  const auto theirs = session(kEchoOrder);
  ASSERT_EQ(theirs->inputs().size(), ours->inputs().size());
  for (std::size_t i = 0; i < ours->inputs().size(); ++i) {
    EXPECT_EQ(theirs->inputs()[i].name, ours->inputs()[i].name);
    EXPECT_EQ(theirs->inputs()[i].shape, ours->inputs()[i].shape);
    EXPECT_EQ(theirs->inputs()[i].type, ours->inputs()[i].type);
  }
  ASSERT_EQ(theirs->outputs().size(), ours->outputs().size());
  for (std::size_t i = 0; i < ours->outputs().size(); ++i)
    EXPECT_EQ(theirs->outputs()[i].shape, ours->outputs()[i].shape);
  EXPECT_EQ(theirs->description(), "onnxruntime 0.1");
}

TEST_F(ForeignSessionTest, ForgetsAtFirstAndAfterAReset) {
  const auto one = session(kEchoOrder);
  const auto forgot = [&] {
    EXPECT_EQ(run(*one), RunStatus::kOk);
    return answers_[0][0];
  };
  EXPECT_EQ(forgot(), 1);
  EXPECT_EQ(forgot(), 0);
  one->reset();
  EXPECT_EQ(forgot(), 1);
  EXPECT_EQ(forgot(), 0);
  EXPECT_THAT(answers_[0], ElementsAre(0, 0.5F));
}

TEST_F(ForeignSessionTest, ShowsTheFileWhatItWants) {
  // The picture of the PyTorch PilotNet is divided by 255, channels first: the first byte is the first number.
  const auto one = session("hello(); ready()\nwhile True: answer(*struct.unpack('<2f', request()[1:9]))");
  ASSERT_EQ(run(*one, 255), RunStatus::kOk);
  const Preprocessing& how = network_.inputs[0].preprocessing;
  EXPECT_EQ(answers_[0][0], 255 * how.scale[0] + how.offset[0]);
  EXPECT_EQ(answers_[0][1], how.offset[0]);
}

// It carries pictures to another process and back; the network's own time is what is left.
TEST_F(ForeignSessionTest, SaysWhatTheWayThereTook) {
  const auto one = session("hello(); ready()\nwhile request(): time.sleep(0.05); answer(0, 0, ns=20_000_000)");
  ASSERT_EQ(run(*one), RunStatus::kOk);
  EXPECT_GE(one->detour_ns(), 30'000'000);
  const auto liar = session("hello(); ready()\nwhile request(): answer(0, 0, ns=1 << 62)");
  ASSERT_EQ(run(*liar), RunStatus::kOk);
  EXPECT_EQ(liar->detour_ns(), 0) << "never less than nothing";
}

TEST_F(ForeignSessionTest, RefusesWhatIsNotANumber) {
  const auto one = session("hello(); ready()\nwhile request(): answer(0, float('nan'))");
  EXPECT_EQ(run(*one), RunStatus::kNotFinite);
  EXPECT_FALSE(one->failure().has_value());
  std::vector<MutableTensorView> none;
  EXPECT_EQ(one->run({}, none), RunStatus::kWrongInputs);
}

TEST_F(ForeignSessionTest, TellsWhyItFailed) {
  const auto one = session("hello(); ready(); request(); sys.exit('OutOfMemory: too much')");
  EXPECT_EQ(run(*one), RunStatus::kRuntimeFailed);
  ASSERT_TRUE(one->failure().has_value());
  EXPECT_EQ(one->failure()->message(), "onnxruntime 0.1: failed: OutOfMemory: too much");
  EXPECT_EQ(run(*one), RunStatus::kRuntimeFailed) << "it stays so";
  EXPECT_EQ(one->description(), "onnxruntime 0.1");
}

TEST_F(ForeignSessionTest, WorkersThatAreWellAreUsedAgain) {
  const auto pool = std::make_shared<WorkerPool>();
  const auto made = model("hello(); ready()\nfor _ in range(3): request(); answer(0, 0)", "onnxruntime", pool);
  ASSERT_TRUE(made.ok()) << made.error().message();
  for (int drive = 0; drive < 3; ++drive) {
    const auto one = (*made)->new_session();
    ASSERT_TRUE(one.ok()) << one.error().message();
    EXPECT_EQ(run(**one), RunStatus::kOk);
  }
  EXPECT_EQ(starts(), 1U);
  while (!is_zombie()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto a = (*made)->new_session(), b = (*made)->new_session();
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(run(**a), RunStatus::kOk) << "the one that died between drives is not used";
  EXPECT_EQ(run(**b), RunStatus::kOk);
  EXPECT_GE(starts(), 3U);
}

TEST_F(ForeignSessionTest, WhatRefusedAModelOnceIsNotAskedAgain) {
  const auto made = model("hello(); sys.exit('Fail: odd')", "onnxruntime");
  for (int i = 0; i < 3; ++i) EXPECT_EQ((*made)->new_session().error().message(), "onnxruntime 0.1: failed: Fail: odd");
  EXPECT_EQ(starts(), 1U);
}

TEST_F(ForeignSessionTest, TheKeyIsTheSameForTheSameFile) {
  for (const char* engine : {"onnxruntime", "litert", "keras"}) {
    const std::string key = model("", engine).value()->key();
    EXPECT_EQ(model("", engine).value()->key(), key) << engine;
    Network other = network_;
    other.metadata["family"] = "none";
    other.outputs[0].high = 25;
    std::swap(network_, other);
    if (std::string(engine) != "keras") {  // whose file does not say it
      EXPECT_NE(model("", engine).value()->key(), key) << engine;
    }
    std::swap(network_, other);
  }
}

}  // namespace
}  // namespace pitlane
