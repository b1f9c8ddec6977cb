#include "pitlane/runtimes/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "fake_python.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class WorkerTest : public ::testing::Test {
 protected:
  void python(const std::string& body) {
    testing::save_fake_python(place_ / "python", body);
    options_.python = (place_ / "python").string();
  }
  [[nodiscard]] Result<std::unique_ptr<Worker>> start() const {
    return Worker::start(*find_foreign_runtime("onnxruntime"), {"model.onnx", 0, {"f32:1x3"}, 2}, options_);
  }
  /// The error of a start; of the first run where it starts.
  [[nodiscard]] Error error() const {
    Result<std::unique_ptr<Worker>> worker = start();
    if (!worker.ok()) return worker.error();
    const std::array<float, 3> inputs{1, 2, 3};
    const auto answer = (*worker)->run(true, std::as_bytes(std::span(inputs)));
    EXPECT_FALSE((*worker)->is_alive());
    return answer.ok() ? Error(ErrorKind::kInvalidArgument, "it answered") : answer.error();
  }
  void expect_error(ErrorKind kind, const std::string& text) const {
    const Error got = error();
    EXPECT_EQ(got.kind(), kind) << got.message();
    EXPECT_EQ(got.message(), text);
  }
  TemporaryDirectory place_;
  WorkerOptions options_;
};

TEST_F(WorkerTest, AnswersAsLongAsItIsAsked) {
  python(R"(hello(); ready()
while True:
    raw = request()
    a, b, c = struct.unpack("<3f", raw[1:])
    answer(a + b + c, 1 if raw[:1] == b"R" else 0, ns=1234))");
  Result<std::unique_ptr<Worker>> worker = start();
  ASSERT_TRUE(worker.ok()) << worker.error().message();
  EXPECT_EQ((*worker)->runtime(), "onnxruntime 0.1");
  for (const bool forget : {true, false}) {
    const std::array<float, 3> inputs{1, 2, forget ? 4.0F : 8.0F};
    const auto answer = (*worker)->run(forget, std::as_bytes(std::span(inputs)));
    ASSERT_TRUE(answer.ok()) << answer.error().message();
    EXPECT_EQ(answer->nanoseconds, 1234U);
    std::array<float, 2> outputs{};
    ASSERT_EQ(answer->outputs.size(), sizeof outputs);
    std::memcpy(outputs.data(), answer->outputs.data(), sizeof outputs);
    EXPECT_EQ(outputs[0], forget ? 7 : 11);
    EXPECT_EQ(outputs[1], forget ? 1 : 0);
    EXPECT_TRUE((*worker)->is_alive());
  }
}

TEST_F(WorkerTest, SaysItsVersionWithoutAModel) {
  python("hello()");
  const Result<std::string> version = Worker::version(*find_foreign_runtime("litert"), options_);
  ASSERT_TRUE(version.ok()) << version.error().message();
  EXPECT_EQ(*version, "litert 0.1");
}

TEST_F(WorkerTest, AMissingRuntimeIsNotFound) {
  python("missing('has no onnxruntime (pip install onnxruntime)')");
  expect_error(ErrorKind::kNotFound, options_.python + " has no onnxruntime (pip install onnxruntime)");
  options_.python = "/nowhere/python";
  expect_error(ErrorKind::kNotFound, "there is no program /nowhere/python");
}

TEST_F(WorkerTest, ARefusedModelIsQuoted) {
  python("hello(); sys.exit('Traceback\\nFail: the graph is\\x1b[31m odd\\n \\n')");
  expect_error(ErrorKind::kUnsupported, "onnxruntime 0.1: failed: Fail: the graph is?[31m odd");
}

TEST_F(WorkerTest, ItsDeathIsToldWhereverItDies) {
  const std::string die = "os.kill(os.getpid(), signal.SIGSEGV)";
  python(die);
  expect_error(ErrorKind::kIo, options_.python + ": was ended by signal 11: it says nothing");
  python("hello(); " + die);
  expect_error(ErrorKind::kIo, "onnxruntime 0.1: was ended by signal 11: it says nothing");
  python("hello(); ready(); request(); " + die);
  expect_error(ErrorKind::kIo, "onnxruntime 0.1: was ended by signal 11: it says nothing");
  python("hello(); ready(); " + die);
  expect_error(ErrorKind::kIo, "onnxruntime 0.1: was ended by signal 11: it says nothing");
  python("hello(); ready(); request(); say(b'PIT'); sys.exit('half a frame')");
  expect_error(ErrorKind::kUnsupported, "onnxruntime 0.1: failed: half a frame");
  python("hello(); ready(); request()");
  expect_error(ErrorKind::kIo, "onnxruntime 0.1: ended before it had answered: it says nothing");
}

TEST_F(WorkerTest, NonsenseIsRefused) {
  const std::string talks = options_.python = (place_ / "python").string() + ": talks nonsense instead of answering";
  for (const char* nonsense : {"frame(9, b'')", "say(struct.pack('<4sIQ', b'PITL', 1, 1 << 60))"}) {
    python(std::string(nonsense) + "; time.sleep(60)");
    expect_error(ErrorKind::kCorrupt, talks);
  }
  python("print('hello\\x1b[31m', flush=True); time.sleep(60)");
  expect_error(ErrorKind::kCorrupt, talks + ": hello?[31m");
  python("say(b'x' * 1_000_000); time.sleep(60)");
  expect_error(ErrorKind::kCorrupt, talks + ": " + std::string(104, 'x'));
  python("ready(); time.sleep(60)");
  expect_error(ErrorKind::kCorrupt, options_.python + ": answers something else than it was asked");
  python("hello(); frame(3, b'abc'); time.sleep(60)");
  expect_error(ErrorKind::kCorrupt, "onnxruntime 0.1: sends a frame of another length than it should");
  python("hello(); ready(3); time.sleep(60)");
  expect_error(ErrorKind::kCorrupt, "onnxruntime 0.1: gives 3 numbers for a picture, not 2");
  python("hello(); ready(); request(); answer(1); time.sleep(60)");
  expect_error(ErrorKind::kCorrupt, "onnxruntime 0.1: sends a frame of another length than it should");
}

// Nobody asked for a second answer: what it belongs to would never be known again.
TEST_F(WorkerTest, WhoTalksUnaskedIsNotUsedAgain) {
  python("hello(); ready(); request(); answer(1, 2); answer(3, 4); time.sleep(60)");
  Result<std::unique_ptr<Worker>> worker = start();
  ASSERT_TRUE(worker.ok()) << worker.error().message();
  const std::array<float, 3> inputs{};
  ASSERT_TRUE((*worker)->run(true, std::as_bytes(std::span(inputs))).ok());
  for (int i = 0; (*worker)->is_alive() && i < 1000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE((*worker)->is_alive());
}

/// Gone, or a zombie of somebody else's.
bool is_gone(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/stat");
  std::string state;
  std::getline(in, state);
  return state.empty() || state.find(") Z ") != std::string::npos;
}

TEST_F(WorkerTest, OneThatHangsIsEndedWithAllThatItStarted) {
  options_.limit_s = 1;
  const std::string hang = "import subprocess; child = subprocess.Popen(['sleep', '300']); open('" +
                           (place_ / "child").string() + "', 'w').write(str(child.pid)); child.wait()";
  for (const std::string before : {"", "hello(); ", "hello(); ready(); ", "hello(); ready(); request(); "}) {
    python(before + hang);
    const Error got = error();
    EXPECT_EQ(got.kind(), ErrorKind::kIo);
    EXPECT_EQ(got.message(), (before.empty() ? options_.python : "onnxruntime 0.1") +
                                 ": took longer than 1 s and was ended; give it more with --python-limit-s");
    std::ifstream in(place_ / "child");
    std::string pid;
    in >> pid;
    // The kernel takes a moment to end what was killed.
    for (int i = 0; i < 500 && !is_gone(pid); ++i) ::usleep(20'000);
    EXPECT_TRUE(is_gone(pid)) << pid;
    fs::remove(place_ / "child");
  }
}

TEST_F(WorkerTest, IsStoppedWhileItIsWaitedFor) {
  python("hello(); ready(); request(); open('" + (place_ / "asked").string() + "', 'w'); time.sleep(300)");
  options_.stop = [this] { return fs::exists(place_ / "asked"); };
  expect_error(ErrorKind::kInterrupted, "interrupted");
}

// Linux ends a child that asks for it with the thread that started it; a drive's thread ends before its worker does.
TEST_F(WorkerTest, OutlivesTheThreadThatStartedIt) {
  python(R"(import ctypes
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
hello(); ready()
while request(): answer(1, 2))");
  std::unique_ptr<Worker> worker;
  std::thread([&] {
    Result<std::unique_ptr<Worker>> started = start();
    if (started.ok()) worker = *std::move(started);
  }).join();
  ASSERT_NE(worker, nullptr);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const std::array<float, 3> inputs{};
  EXPECT_TRUE(worker->run(true, std::as_bytes(std::span(inputs))).ok());
}

// Nobody reads a log that fills a disk, and a pipe that nobody reads would hold it up.
TEST_F(WorkerTest, MayComplainAsMuchAsItLikes) {
  options_.limit_s = 20;
  python(R"(os.write(2, b'warning ' * 100_000); hello(); os.write(2, b'x' * 1_000_000); ready()
while request():
    last = os.path.exists(sys.argv[0] + '.end')
    os.write(2, b'\nnoise\n' * 100_000)
    answer(1, 2)
    if last: sys.exit('a last word'))");
  Result<std::unique_ptr<Worker>> worker = start();
  ASSERT_TRUE(worker.ok()) << worker.error().message();
  const std::array<float, 3> inputs{};
  for (int i = 0; i < 3; ++i) {
    const auto answer = (*worker)->run(true, std::as_bytes(std::span(inputs)));
    ASSERT_TRUE(answer.ok()) << answer.error().message();
  }
  std::ofstream(options_.python + ".end");
  ASSERT_TRUE((*worker)->run(true, std::as_bytes(std::span(inputs))).ok());
  const auto last = (*worker)->run(true, std::as_bytes(std::span(inputs)));
  ASSERT_FALSE(last.ok());
  EXPECT_EQ(last.error().message(), "onnxruntime 0.1: failed: a last word");
}

TEST_F(WorkerTest, OneThatComplainsForeverIsEnded) {
  options_.limit_s = 1;
  python("hello(); ready(); request()\nwhile True: os.write(2, b'again and again\\n' * 1000)");
  expect_error(ErrorKind::kIo,
               "onnxruntime 0.1: took longer than 1 s and was ended; give it more with --python-limit-s");
}

// One of its streams or all: it neither spins nor hangs.
TEST_F(WorkerTest, MayCloseItsStreams) {
  options_.limit_s = 20;
  python("os.close(2); hello(); ready()\nwhile request(): answer(1, 2)");
  Result<std::unique_ptr<Worker>> worker = start();
  ASSERT_TRUE(worker.ok()) << worker.error().message();
  const std::array<float, 3> inputs{};
  EXPECT_TRUE((*worker)->run(true, std::as_bytes(std::span(inputs))).ok());
  python(
      "hello(); ready(); request(); print('tired', file=sys.stderr, flush=True)\n"
      "for stream in (0, 1, 2): os.close(stream)\ntime.sleep(60)");
  expect_error(ErrorKind::kIo, "onnxruntime 0.1: stopped talking and was ended: tired");
}

// Ctrl-Z stops our program and not the clock.
TEST_F(WorkerTest, WhatIsThereIsReadThoughTimeIsUp) {
  const std::string asked = (place_ / "asked").string();
  python("hello(); ready(); request(); open('" + asked + "', 'w'); time.sleep(0.5); answer(1, 2); time.sleep(60)");
  options_.limit_s = 3;
  options_.stop = [&] {
    if (fs::remove(asked)) std::this_thread::sleep_for(std::chrono::seconds(4));
    return false;
  };
  Result<std::unique_ptr<Worker>> worker = start();
  ASSERT_TRUE(worker.ok()) << worker.error().message();
  const std::array<float, 3> inputs{};
  const auto answer = (*worker)->run(true, std::as_bytes(std::span(inputs)));
  EXPECT_TRUE(answer.ok()) << answer.error().message();
}

TEST_F(WorkerTest, EndsWithItsOwnerAndLeavesNothing) {
  const fs::path temporary = place_ / "tmp";
  fs::create_directory(temporary);
  ::setenv("TMPDIR", temporary.c_str(), 1);
  python("open('" + (place_ / "pid").string() + "', 'w').write(str(os.getpid())); hello(); ready(); request()");
  {
    const auto worker = start();
    EXPECT_TRUE(worker.ok());
    EXPECT_TRUE(fs::is_empty(temporary)) << "nor does one that is killed";
  }
  ::unsetenv("TMPDIR");
  std::ifstream in(place_ / "pid");
  std::string pid;
  in >> pid;
  ASSERT_FALSE(pid.empty());
  EXPECT_FALSE(fs::exists("/proc/" + pid)) << "waited for, too";
  EXPECT_TRUE(fs::is_empty(temporary));
}

/// A Python with no packages.
class EmptyEnvironment : public WorkerTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(std::system(("python3 -m venv --without-pip '" + place_.path().string() + "'").c_str()), 0);
    options_.python = (place_ / "bin" / "python3").string();
    ::setenv("HOME", place_.path().c_str(), 1);  // nor packages of the user's own
  }
  void package(const std::string& name, const std::string& text) const {
    for (const auto& version : fs::directory_iterator(place_ / "lib"))
      std::ofstream(version.path() / "site-packages" / (name + ".py")) << text;
  }
};

// The real script, as far as it goes without any runtime.
TEST_F(EmptyEnvironment, TheScriptSaysWhatIsMissing) {
  expect_error(ErrorKind::kNotFound, options_.python + " has no onnxruntime (pip install onnxruntime)");
}

TEST_F(EmptyEnvironment, WhatAnInstallationPrintsAtItsStartIsNoAnswer) {
  package("sitecustomize", "print('welcome', flush=True)\n");
  package("onnxruntime", "__version__ = '0.2'\nprint('hello', flush=True)\n");
  const Result<std::string> version = Worker::version(*find_foreign_runtime("onnxruntime"), options_);
  ASSERT_TRUE(version.ok()) << version.error().message();
  EXPECT_EQ(*version, "onnxruntime 0.2");
}

}  // namespace
}  // namespace pitlane
