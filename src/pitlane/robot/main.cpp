// The program `pitlane-run`: a network at the wheel, in one static file.
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "pitlane/capture/monotonic_clock.h"
#include "pitlane/capture/picture_file.h"
#include "pitlane/core/version.h"
#include "pitlane/kernels/isa.h"
#include "pitlane/robot/run.h"
#include "pitlane/robot/stop_signals.h"

namespace pitlane::robot {
namespace {

int print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return std::fflush(stdout) == 0 ? kEveryFrameAnswered : kBadInput;
}

std::string version_text() {
  std::string text =
      std::string("pitlane-run ") + kVersion + "\ninstruction sets of this build that this processor has:";
  for (const Isa isa : available_isas()) text += std::string(" ") + to_string(isa);
  return text + "\npictures: " + capture::picture_formats() + "\n";
}

Result<int> start(const std::vector<std::string>& arguments, double began_s) {
  PITLANE_TRY(const RunFlags flags, parse_run_flags(arguments));
  if (flags.help) return print(help_text());
  if (flags.version) return print(version_text());
  return run(flags, began_s);
}

int end(const Result<int>& outcome) {
  if (outcome.ok()) return *outcome;
  complain(outcome.error().message());
  return kBadInput;
}

}  // namespace
}  // namespace pitlane::robot

int main(int argc, char** argv) {
  const double began_s = pitlane::capture::monotonic_s();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that closes early (| head) is no failure
  pitlane::robot::install_stop_signals();
  try {
    return pitlane::robot::end(pitlane::robot::start({argv + 1, argv + argc}, began_s));
  } catch (const std::bad_alloc&) {
    pitlane::robot::complain("out of memory");
  } catch (const std::exception& error) {
    pitlane::robot::complain(std::string("unexpected failure: ") + error.what());
  }
  return pitlane::robot::kBadInput;
}
