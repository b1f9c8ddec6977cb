#include "pitlane/robot/answer_line.h"

#include <cstdio>

namespace pitlane::robot {
namespace {

// Names come out of a file and may hold anything; a word has neither spaces nor the characters that part words.
std::string as_word(std::string_view name) {
  std::string word;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    word += byte <= 0x20 || byte == 0x7F || c == '=' || c == ':' || c == '#' ? '_' : c;
  }
  return word.empty() ? "_" : word;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      out += escaped;
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

AnswerLines::AnswerLines(const std::vector<OutputSpec>& outputs, bool commands, bool json)
    : commands_(commands), json_(json) {
  for (const OutputSpec& output : outputs) {
    words_.push_back(as_word(output.name));
    units_.push_back(as_word(output.unit));
    json_keys_.push_back(json_text(output.name) + ":{\"unit\":" + json_text(output.unit) + ",\"value\":");
  }
}

std::string AnswerLines::title() const {
  if (json_) return "";
  std::string title = "# time_s";
  for (std::size_t i = 0; i < words_.size(); ++i) title += " " + words_[i] + ":" + units_[i];
  if (commands_) title += " command_v:m/s command_w:rad/s";
  return title + "\n";
}

const std::string& AnswerLines::line(const Answer& answer) {
  line_.clear();
  if (json_)
    append_json(answer);
  else
    append_text(answer);
  line_ += '\n';
  return line_;
}

// Seven digits: what a float holds.
void AnswerLines::number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", value);
  line_ += text;
}

void AnswerLines::append_text(const Answer& answer) {
  char time[48];
  std::snprintf(time, sizeof time, "%.6f", answer.time_s);
  line_ += time;
  if (!answer.error.empty()) {
    line_ += " error=";
    line_ += answer.error;
    return;
  }
  for (std::size_t i = 0; i < words_.size(); ++i) {
    line_ += ' ';
    line_ += words_[i];
    line_ += '=';
    number(answer.outputs->items()[i].value);
  }
  if (!answer.command) return;
  line_ += " command_v=";
  number(answer.command->v_mps);
  line_ += " command_w=";
  number(answer.command->w_radps);
}

void AnswerLines::append_json(const Answer& answer) {
  char head[96];
  std::snprintf(head, sizeof head, "{\"frame\":%llu,\"time_s\":%.6f,", static_cast<unsigned long long>(answer.frame),
                answer.time_s);
  line_ += head;
  if (!answer.error.empty()) {
    line_ += "\"error\":\"";
    line_ += answer.error;
    line_ += "\"}";
    return;
  }
  line_ += "\"outputs\":{";
  for (std::size_t i = 0; i < json_keys_.size(); ++i) {
    if (i > 0) line_ += ',';
    line_ += json_keys_[i];
    number(answer.outputs->items()[i].value);
    line_ += '}';
  }
  line_ += '}';
  if (answer.command) {
    line_ += ",\"command\":{\"v_mps\":";
    number(answer.command->v_mps);
    line_ += ",\"w_radps\":";
    number(answer.command->w_radps);
    line_ += '}';
  }
  line_ += '}';
}

}  // namespace pitlane::robot
