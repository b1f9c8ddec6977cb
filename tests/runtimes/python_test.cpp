#include "pitlane/runtimes/python.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "temporary_directory.h"

namespace pitlane {
namespace {

/// A variable of the environment for as long as a test runs.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(Python, IsTheNamedOneThenTheVariablesThenPython3) {
  const Variable variable("PITLANE_PYTHON", "of-variable");
  EXPECT_EQ(choose_python("named", "--python").program, "named");
  EXPECT_EQ(choose_python("named", "--python").source, "--python");
  EXPECT_EQ(choose_python("", "--python").program, "of-variable");
  EXPECT_EQ(choose_python("", "--python").source, "PITLANE_PYTHON");
  const Variable empty("PITLANE_PYTHON", "");
  EXPECT_EQ(choose_python("", "--python").program, "python3");
}

TEST(Python, IsLookedForOnPath) {
  const TemporaryDirectory place;
  std::ofstream(place / "snake") << "#!/bin/sh\n";
  const Variable path("PATH", "/nowhere:" + place.path().string());
  EXPECT_FALSE(is_on_path("snake")) << "it may not be executed";
  std::filesystem::permissions(place / "snake", std::filesystem::perms::owner_all);
  EXPECT_TRUE(is_on_path("snake"));
  EXPECT_TRUE(is_on_path((place / "snake").string()));
  EXPECT_FALSE(is_on_path(place.path().string())) << "a folder";
  EXPECT_TRUE(check_python({"snake", "--python"}).ok());
  EXPECT_EQ(check_python({"snail", "--python"}).error().message(), "--python: there is no program snail");
  EXPECT_TRUE(check_python({"python3", ""}).ok()) << "nobody named it: whether it is there shows later";
}

}  // namespace
}  // namespace pitlane
