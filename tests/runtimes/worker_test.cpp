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
  for (const char* nonsense : {"print('hello', flush=True)", "say(b'x' * 100)", "frame(9, b'')",
                               "say(struct.pack('<4sIQ', b'PITL', 1, 1 << 60))"}) {
    python(std::string(nonsense) + "; time.sleep(60)");
    expect_error(ErrorKind::kCorrupt, options_.python + ": talks nonsense instead of answering");
  }
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

TEST_F(WorkerTest, EndsWithItsOwnerAndLeavesNothing) {
  const fs::path temporary = place_ / "tmp";
  fs::create_directory(temporary);
  ::setenv("TMPDIR", temporary.c_str(), 1);
  python("open('" + (place_ / "pid").string() + "', 'w').write(str(os.getpid())); hello(); ready(); request()");
  {
    const auto worker = start();
    EXPECT_TRUE(worker.ok());
    EXPECT_FALSE(fs::is_empty(temporary)) << "its log";
  }
  ::unsetenv("TMPDIR");
  std::ifstream in(place_ / "pid");
  std::string pid;
  in >> pid;
  ASSERT_FALSE(pid.empty());
  EXPECT_FALSE(fs::exists("/proc/" + pid)) << "waited for, too";
  EXPECT_TRUE(fs::is_empty(temporary));
}

// The real script, as far as it goes without any runtime: a Python's own -S knows no packages.
TEST_F(WorkerTest, TheScriptSaysWhatIsMissing) {
  std::ofstream(place_ / "python") << "#!/bin/sh\nexec python3 -S \"$@\"\n";
  fs::permissions(place_ / "python", fs::perms::owner_all);
  options_.python = (place_ / "python").string();
  ::setenv("HOME", place_.path().c_str(), 1);  // nor packages of the user's own
  expect_error(ErrorKind::kNotFound, options_.python + " has no onnxruntime (pip install onnxruntime)");
}

}  // namespace
}  // namespace pitlane
