// Completion scripts in real shells, manual pages in a real formatter.
#include <gmock/gmock.h>

#include <cstdlib>
#include <set>
#include <sstream>
#include <string>

#include "program.h"

namespace pitlane::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

// A shell that is not there is a case that is left out, and said; where CI=true it is a failure.
#define NEED(shell)                                               \
  if (run("command -v " shell).code != 0) {                       \
    ASSERT_EQ(std::getenv("CI"), nullptr) << shell " is missing"; \
    GTEST_SKIP() << shell " is not installed";                    \
  }

std::set<std::string> lines(const std::string& text) {
  std::set<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.insert(line.substr(0, line.find('\t')));
  return out;
}

class Completion : public InAFolder {
 protected:
  void save(const std::string& shell) const {
    const Outcome script = pitlane("completion " + shell);
    ASSERT_EQ(script.code, 0) << script.err;
    write(place_ / "script", script.out);
  }
};

class Bash : public Completion {
 protected:
  void SetUp() override { save("bash"); }
  /// What bash would show for these words; the last one is being typed.
  [[nodiscard]] std::set<std::string> offered(const std::string& words) const {
    const Outcome said = run("bash -c 'source " + (place_ / "script").string() + "; COMP_WORDS=(pitlane " + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _pitlane; printf \"%s\\n\" \"${COMPREPLY[@]}\"'");
    EXPECT_EQ(said.err, "");
    std::set<std::string> out = lines(said.out);
    out.erase("");
    return out;
  }
};

TEST_F(Bash, OffersVerbsFlagsAndNames) {
  NEED("bash")
  EXPECT_THAT(offered("\"\""), IsSupersetOf({"tune", "drive", "circuit", "replay"}));
  EXPECT_THAT(offered("tu"), ::testing::ElementsAre("tune"));
  EXPECT_THAT(offered("circuit \"\""), IsSupersetOf({"list", "show", "import", "check"}));
  EXPECT_THAT(offered("circuit show --w"), ::testing::ElementsAre("--width"));
  EXPECT_THAT(offered("drive --circuit \"\""), IsSupersetOf({"hairpins", "s-bends"}));
  EXPECT_THAT(offered("drive --circuit hairpins mi"), ::testing::ElementsAre("mixed")) << "it takes several";
  EXPECT_THAT(offered("convert a b --strategy int_"), Contains("int_flt_quan"));
  EXPECT_THAT(offered("evaluate --part v"), ::testing::ElementsAre("validation"));
  EXPECT_THAT(offered("completion f"), ::testing::ElementsAre("fish"));
  EXPECT_THAT(offered("drive --laps \"\""), IsEmpty()) << "bash completes files then";
  EXPECT_THAT(offered("drive --isa amx \"\""), IsEmpty()) << "it takes one";
}

TEST_F(Completion, Zsh) {
  NEED("zsh")
  save("zsh");
  const std::string script = (place_ / "script").string();
  const Outcome loaded =
      run("zsh -fc 'autoload -U compinit; compinit -D; source " + script + "; print $_comps[pitlane]'");
  EXPECT_EQ(loaded.err, "");
  EXPECT_EQ(loaded.out, "_pitlane\n");
  // In a real line editor on a terminal of its own: what Tab shows behind "pitlane circuit show --".
  write(place_ / "ask.zsh",
        "zmodload zsh/zpty\nzpty z zsh -f\n"
        "zpty -w z 'PS1=; autoload -U compinit; compinit -D; source " +
            script +
            "; print re\"\"ady'\n"
            "zpty -r -m z seen '*ready*'\n"
            "zpty -w -n z $'pitlane circuit show --\\t\\t'\n"
            "zpty -r -m z shown '*--width*' && print -r -- $shown\n");
  const Outcome shown = run("timeout 60 zsh -f " + (place_ / "ask.zsh").string());
  EXPECT_THAT(shown.out, AllOf(HasSubstr("--out"), HasSubstr("--width"))) << shown.err;
}

TEST_F(Completion, Fish) {
  NEED("fish")
  save("fish");
  const auto offered = [&](const std::string& line) {
    const Outcome said = run("HOME=" + place_.path().string() + " fish --no-config -c 'source " +
                             (place_ / "script").string() + "; complete -C \"pitlane " + line + "\"'");
    EXPECT_EQ(said.err, "");
    return lines(said.out);
  };
  EXPECT_THAT(offered(""), IsSupersetOf({"tune", "drive", "circuit"}));
  EXPECT_THAT(offered("circuit "), IsSupersetOf({"list", "show"}));
  EXPECT_THAT(offered("circuit show --"), AllOf(Contains("--width"), Not(Contains("--topic"))));
  EXPECT_THAT(offered("drive --circuit "), IsSupersetOf({"hairpins", "s-bends"}));
  EXPECT_THAT(offered("completion "), IsSupersetOf({"bash", "zsh", "fish"}));
}

TEST_F(Completion, UnknownShell) {
  EXPECT_THAT(refused("completion tcsh"), AllOf(HasSubstr("tcsh"), HasSubstr("bash"), HasSubstr("completion --help")));
}

class Manual : public InAFolder {};

TEST_F(Manual, PagesSayWhatHelpSays) {
  NEED("groff")
  const Outcome made = pitlane("manual --out " + at("man"));
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_GT(entries(place_ / "man"), 12U);
  EXPECT_THAT(made.out, HasSubstr("read one with: man -l "));
  for (const std::string verb : {"", "tune", "circuit", "circuit show", "replay"}) {
    std::string name = "pitlane" + (verb.empty() ? "" : "-" + verb);
    for (char& c : name)
      if (c == ' ') c = '-';
    const Outcome page = run("groff -man -Tascii -ww -rLL=400n -P-cbou " + at("man/" + name + ".1"));
    EXPECT_EQ(page.err, "") << name << ": groff complains of nothing";
    EXPECT_THAT(page.out, AllOf(HasSubstr(name), HasSubstr("SYNOPSIS"), HasSubstr("EXIT STATUS")));
    // Every flag of --help, spelt so that it can be copied.
    std::istringstream help(pitlane(verb + " --help").out);
    for (std::string line; std::getline(help, line);) {
      const auto at = line.find("--");
      if (!line.starts_with("  -") || at == std::string::npos) continue;
      EXPECT_THAT(page.out, HasSubstr(line.substr(at, line.find_first_of(" ,", at) - at))) << name;
    }
  }
}

TEST_F(Manual, OneVerbGoesToStdout) {
  EXPECT_THAT(pitlane("manual circuit show").out,
              AllOf(HasSubstr(".TH \"pitlane-circuit-show\" 1"), HasSubstr("\\-\\-width")));
  EXPECT_THAT(refused("manual fly"), AllOf(HasSubstr("there is no verb 'fly'; there are "), HasSubstr("circuit show")));
}

}  // namespace
}  // namespace pitlane::testing
