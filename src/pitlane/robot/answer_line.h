// What pitlane-run says of a frame: one line, as text or as JSON. docs/robot.md describes both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/driver/observation.h"
#include "pitlane/network/network.h"

namespace pitlane::robot {

struct Answer {
  std::uint64_t frame = 0;  ///< counted from 0
  double time_s = 0;
  std::string_view error;  ///< a word such as "run_failed"; empty where there are outputs
  const Outputs* outputs = nullptr;
  std::optional<Command> command;
};

class AnswerLines {
 public:
  /// `commands`: answers bring a command.
  AnswerLines(const std::vector<OutputSpec>& outputs, bool commands, bool json);

  /// The first line, which names the units; empty for JSON, which names them in every line. With its end of line.
  [[nodiscard]] std::string title() const;
  /// With its end of line. No number in it is NaN or infinite.
  [[nodiscard]] const std::string& line(const Answer& answer);

 private:
  void append_text(const Answer& answer);
  void append_json(const Answer& answer);
  void number(double value);

  std::vector<std::string> words_;      // by output: its name as one word
  std::vector<std::string> units_;      // by output
  std::vector<std::string> json_keys_;  // by output: "name":{"unit":"...","value":
  bool commands_, json_;
  std::string line_;
};

}  // namespace pitlane::robot
