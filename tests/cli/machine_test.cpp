#include "pitlane/cli/machine.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace pitlane::cli {
namespace {

std::string name_of(const std::string& cpuinfo, const std::string& board = "") {
  std::istringstream cpu(cpuinfo), name(board);
  return processor_name(cpu, name);
}

TEST(Machine, ProcessorsThatSayTheirNameAreCalledSo) {
  EXPECT_EQ(name_of("processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\nstepping\t: 1\n"), "AMD EPYC");
}

TEST(Machine, ArmIsItsBoardAndItsKindsOfCores) {
  const std::string two_kinds =
      "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd05\n\n"
      "processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd05\n\n"
      "processor\t: 2\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n";
  EXPECT_EQ(name_of(two_kinds, std::string("Some Board Rev 1\0", 17)),
            "Some Board Rev 1, Arm core 0x41/0xd05, Arm core 0x41/0xd0b");
  EXPECT_EQ(name_of(two_kinds), "Arm core 0x41/0xd05, Arm core 0x41/0xd0b");
}

TEST(Machine, WhereNothingSaysItItIsUnknown) {
  EXPECT_EQ(name_of(""), "unknown");
  std::ifstream none("/nowhere/cpuinfo"), nothing("/nowhere/model");
  EXPECT_EQ(processor_name(none, nothing), "unknown");
}

}  // namespace
}  // namespace pitlane::cli
