#include "pitlane/cli/machine.h"

#include <sys/utsname.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "pitlane/kernels/isa.h"
#include "pitlane/study/provenance.h"

namespace pitlane::cli {
namespace {

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

}  // namespace

std::map<std::string, std::string> machine_provenance() {
  std::map<std::string, std::string> facts;
  facts[kProvenanceProcessor] = processor_name();
  facts[kProvenanceCores] = std::to_string(std::thread::hardware_concurrency());
  const Result<Isa> isa = default_isa();
  facts[kProvenanceInstructionSet] = isa.ok() ? to_string(*isa) : isa.error().message();
  utsname system{};
  if (::uname(&system) == 0) facts[kProvenanceSystem] = std::string(system.sysname) + " " + system.machine;
  facts[kProvenanceDate] = utc_now();
  return facts;
}

}  // namespace pitlane::cli
