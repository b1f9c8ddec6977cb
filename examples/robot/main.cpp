// One picture through a network: robot_example MODEL.pit PICTURE
#include <pitlane/capture/picture_file.h>
#include <pitlane/driver/driver.h>
#include <pitlane/engine/plan.h>
#include <pitlane/network/pit_file.h>

#include <cstdio>
#include <string>

int main(int, char** argv) {
  const pitlane::Network network = pitlane::load_pit(argv[1]).value();
  const auto driver = pitlane::Driver::create(network, pitlane::compile(network).value()->new_session()).value();
  const auto stream = pitlane::capture::read_pictures({argv[2]}, {640, 480}, 20);
  const pitlane::capture::Frame frame = stream->next().value().value();
  pitlane::Outputs outputs;
  if (driver->step({.frames = {&frame.image, 1}, .time_s = frame.time_s}, outputs) != pitlane::StepStatus::kOk)
    return 1;
  for (const auto& output : outputs.items())
    std::printf("%s=%.7g %s\n", std::string(output.name).c_str(), output.value, std::string(output.unit).c_str());
}
