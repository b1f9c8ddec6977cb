// How pitlane convert has other runtimes check what it wrote, with made-up Pythons that misbehave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include "fake_python.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ConvertCheck : public InAFolder {
 protected:
  void SetUp() override {
    fs::copy_file(fs::path(PITLANE_SOURCE_DIR) / "examples/pilotnet.pit", place_ / "in.pit");
    fs::create_directory(place_ / "tmp");
  }

  void save_python(const std::string& body) const { save_fake_python(place_ / "python", body); }
  /// One that gives these two numbers for whatever it is shown.
  void save_python_that_answers(const std::string& numbers) const {
    save_python("hello(); ready()\nwhile request(): answer(" + numbers + ")");
  }
  [[nodiscard]] Outcome convert(const std::string& more = "") const {
    return pitlane("convert " + at("in.pit") + " " + at("out.onnx") + " --overwrite " + more,
                   "PITLANE_PYTHON=" + at("python") + " TMPDIR=" + at("tmp"));
  }
  void expect_nothing_left() const { EXPECT_EQ(entries(place_ / "tmp"), 0U) << "temporary files"; }
};

TEST_F(ConvertCheck, ARuntimeWithOtherAnswersIsAFailure) {
  save_python_that_answers("0, 0");
  const Outcome made = convert();
  EXPECT_EQ(made.code, 1);
  EXPECT_THAT(made.err, AllOf(HasSubstr("out.onnx: in onnxruntime 0.1 it differs by "),
                              HasSubstr("more than the 0.0001 that its precision explains")));
  EXPECT_THAT(made.out, AllOf(HasSubstr("read again and run on 200 pictures"), Not(HasSubstr("agrees"))));
  EXPECT_TRUE(fs::exists(place_ / "out.onnx"));
  expect_nothing_left();
}

TEST_F(ConvertCheck, AnAnswerThatIsNoNumberIsAFailure) {
  save_python_that_answers("float('nan'), 0");
  const Outcome made = convert();
  EXPECT_EQ(made.code, 1);
  EXPECT_THAT(made.err, HasSubstr("it differs by inf"));
}

// Its weights are int8 already, but what lies between them is rounded only now.
TEST_F(ConvertCheck, ActivationsThatAreRoundedTooHaveAWiderBound) {
  record(place_ / "rec", 60);
  const std::string data = " --data " + at("rec");
  ASSERT_EQ(pitlane("convert " + at("in.pit") + " " + at("dynamic.pit") + " --strategy dynamic_quan" + data).code, 0);
  save_python_that_answers("float('nan'), 0");
  const auto bound = [&](const std::string& precision) {
    return pitlane(
               "convert " + at("dynamic.pit") + " " + at(precision + ".tflite") + " --precision " + precision + data,
               "PITLANE_PYTHON=" + at("python"))
        .err;
  };
  EXPECT_THAT(bound("int8"), HasSubstr("more than the 0.1 that its precision explains; calibrate it on recordings of "
                                       "its own road with --data, or keep more: --precision dynamic or float16"));
  EXPECT_THAT(bound("dynamic"), HasSubstr("more than the 0.03 that its precision explains"));
}

// Its integers are fixed: what explains a difference grows with the layers that round and the output's step.
TEST_F(ConvertCheck, FixedIntegersMayDifferByAStepOfTheOutputForEachLayer) {
  record(place_ / "rec", 400);  // of all circuits, so that outputs have most of their range
  save_python_that_answers("float('nan'), 0");
  const std::string said =
      pitlane("convert " + at("in.pit") + " " + at("int8.tflite") + " --strategy int_flt_quan --data " + at("rec"),
              "PITLANE_PYTHON=" + at("python"))
          .err;
  const std::string before = "more than the ";
  ASSERT_THAT(said, HasSubstr(before));
  const double bound = std::stod(said.substr(said.find(before) + before.size()));
  EXPECT_GT(bound, 0.03) << "ten layers and a step of at least 1/255 each";
  EXPECT_LE(bound, 0.1);
  EXPECT_THAT(said, HasSubstr("; calibrate it on recordings of its own road with --data"));
}

TEST_F(ConvertCheck, AnAnswerOfAnotherLengthIsAFailure) {
  save_python("hello(); ready(3)");
  const Outcome made = convert();
  EXPECT_EQ(made.code, 1);
  EXPECT_THAT(made.err, HasSubstr("out.onnx: not checked in onnxruntime: onnxruntime 0.1: gives 3 numbers for a "
                                  "picture, not 2"));
}

TEST_F(ConvertCheck, ARuntimeThatFailsIsQuoted) {
  save_python("hello(); sys.exit('Traceback\\nInvalidGraph: no such operator')");
  const Outcome made = convert();
  EXPECT_EQ(made.code, 1);
  EXPECT_THAT(made.err,
              AllOf(HasSubstr("onnxruntime 0.1: failed: InvalidGraph: no such operator"), Not(HasSubstr("Traceback"))));
  save_python("os.kill(os.getpid(), 9)");
  EXPECT_THAT(convert().err, HasSubstr("was ended by signal 9: it says nothing"));
  expect_nothing_left();
}

TEST_F(ConvertCheck, APythonThatHangsIsEndedWithAllThatItStarted) {
  save_python("import subprocess\nchild = subprocess.Popen(['sleep', '300'])\nopen('" + (place_ / "child").string() +
              "', 'w').write(f'{child.pid}\\n')\nchild.wait()");
  const auto start = std::chrono::steady_clock::now();
  const Outcome made = convert("--python-limit-s 2");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(1));
  EXPECT_EQ(made.code, 1);
  EXPECT_THAT(made.err, HasSubstr("took longer than 2 s and was ended; give it more with --python-limit-s"));
  const std::string child = read(place_ / "child"), status = "/proc/" + child.substr(0, child.find('\n')) + "/stat";
  const std::string state = read(status);  // gone, or a zombie that nobody has waited for
  EXPECT_TRUE(state.empty() || state.find(") Z ") != std::string::npos) << state;
  expect_nothing_left();
}

TEST_F(ConvertCheck, CtrlCEndsIt) {
  save_python("open('" + (place_ / "started").string() + "', 'w'); time.sleep(300)");
  const std::string words = "convert in.pit out.onnx --python ./python";
  Running running(words, place_.path());
  ASSERT_TRUE(running.wait_until([&] { return fs::exists(place_ / "started"); })) << running.err();
  running.send(SIGINT);
  EXPECT_EQ(running.finish().code, 130);
}

/// A small file that takes its time: 200 pictures are many seconds of work.
Network slow_network() {
  constexpr std::int64_t kChannels = 64;
  Preprocessing whole;
  whole.crop = {0, 0, 640, 480};
  whole.width = 640;
  whole.height = 480;
  NetworkBuilder builder("slow");
  const auto weight = [&](const std::string& name, const Shape& shape) {
    const std::vector<float> values(static_cast<std::size_t>(element_count(shape)), 0.01F);
    return builder.weight(make_f32_weight(name, shape, values));
  };
  Conv2d conv;
  conv.weight = weight("conv", {kChannels, 3, 3, 3});
  ValueId x = builder.add("conv", conv, {builder.image("image", whole)});
  conv.weight = weight("more", {kChannels, 3, 3, kChannels});
  conv.stride_h = conv.stride_w = 2;
  x = builder.add("more", conv, {x});
  const Shape left = builder.shape(x);
  Pool2d mean;
  mean.kind = PoolKind::kAverage;
  mean.window_h = static_cast<int>(left[0]);
  mean.window_w = static_cast<int>(left[1]);
  x = builder.add("flat", Flatten{}, {builder.add("mean", mean, {x})});
  x = builder.add("out", Dense{weight("out", {1, kChannels})}, {x});
  builder.output({"steering", "1", -1, 1, x, 0});
  return std::move(builder).build().value();
}

TEST_F(ConvertCheck, CtrlCEndsOurOwnCheckToo) {
  ASSERT_TRUE(save_pit(slow_network(), place_ / "large.pit").ok());
  Running running("convert large.pit out.pit", place_.path());
  ASSERT_TRUE(running.wait_until([&] { return fs::exists(place_ / "out.pit"); })) << running.err();
  const auto start = std::chrono::steady_clock::now();
  running.send(SIGINT);
  const Outcome stopped = running.finish();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << "a picture takes a second at most";
  EXPECT_EQ(stopped.code, 130) << stopped.out;
  EXPECT_THAT(stopped.err, HasSubstr("interrupted; out.pit is written and whole, but was not verified"));
  EXPECT_TRUE(load_pit(place_ / "out.pit").ok());
  EXPECT_EQ(entries(place_.path()), 4U) << "nothing half written beside it";
}

TEST_F(ConvertCheck, WhatPythonLacksIsSaid) {
  save_python("missing('has no onnxruntime (pip install onnxruntime)')");
  const Outcome made = convert();
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("not checked in onnxruntime: " + (place_ / "python").string() +
                                  " has no onnxruntime (pip install onnxruntime)\n"));
}

TEST_F(ConvertCheck, WithoutAnyPythonItSaysSo) {
  const Outcome made = pitlane("convert " + at("in.pit") + " " + at("out.onnx"), "PATH=/nowhere PITLANE_PYTHON=");
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("not checked in onnxruntime: there is no program python3; name one with --python"));
}

TEST_F(ConvertCheck, APythonThatIsNotThereIsRefusedBeforeAnyWork) {
  const std::string words = "convert " + at("in.pit") + " " + at("out.onnx");
  EXPECT_THAT(refused(words + " --python /nowhere/python"), HasSubstr("--python: there is no program /nowhere/python"));
  EXPECT_THAT(refused(words, "PITLANE_PYTHON=no-such-python"),
              HasSubstr("PITLANE_PYTHON: there is no program no-such-python"));
  EXPECT_THAT(refused(words + " --python-limit-s 0"), HasSubstr("--python-limit-s"));
  EXPECT_FALSE(fs::exists(place_ / "out.onnx"));
  EXPECT_EQ(pitlane("convert " + at("in.pit") + " " + at("out.pit"), "PITLANE_PYTHON=no-such-python").code, 0)
      << "a .pit needs none";
}

// Modules in the current folder, as a model's folder may hold them, are never run.
TEST_F(ConvertCheck, NothingOfTheCurrentFolderIsRun) {
  write(place_ / "onnxruntime.py", "open('run', 'w')\n");
  write(place_ / "numpy.py", "open('run', 'w')\n");
  write(place_ / "sitecustomize.py", "open('run', 'w')\n");
  const Outcome made = pitlane("convert in.pit out.onnx", "cd " + at(".") + " && PYTHONPATH=. PITLANE_PYTHON=python3");
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_FALSE(fs::exists(place_ / "run"));
}

}  // namespace
}  // namespace pitlane::testing
