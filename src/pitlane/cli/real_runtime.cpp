#include "pitlane/cli/real_runtime.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "pitlane/cli/child_process.h"
#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/real_runtime_script.h"
#include "pitlane/cli/temporary_folder.h"
#include "pitlane/core/file.h"
#include "pitlane/formats/file_ports.h"
#include "pitlane/measure/network_runner.h"

namespace pitlane::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostInputBytes = std::size_t{1} << 28;
constexpr int kNoRuntime = 3;  // of real_runtime.py

using Answers = std::vector<std::vector<float>>;  // by run: all outputs of the network, normalised

struct Python {
  std::string program, source;
};

Python python_of(const RuntimeFlags& flags) {
  if (!flags.python.empty()) return {flags.python, "--python"};
  const char* named = std::getenv("PITLANE_PYTHON");
  if (named != nullptr && *named != '\0') return {named, "PITLANE_PYTHON"};
  return {"python3", ""};
}

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

bool is_on_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return is_program(program);
  const char* folders = std::getenv("PATH");
  std::istringstream parts(folders == nullptr ? "/bin:/usr/bin" : folders);
  for (std::string folder; std::getline(parts, folder, ':');)
    if (is_program(fs::path(folder.empty() ? "." : folder) / program)) return true;
  return false;
}

const char* script_word(ExportKind kind) {
  if (kind == ExportKind::kOnnx) return "onnx";
  return kind == ExportKind::kTflite ? "tflite" : "keras";
}

std::string port_word(const FilePort& port) {
  std::string text = port.type == ElementType::kU8 ? "u8:" : "f32:";
  for (std::size_t i = 0; i < port.dims.size(); ++i) text += (i == 0 ? "" : "x") + std::to_string(port.dims[i]);
  return text;
}

/// So many that their bytes stay within bounds.
std::int64_t affordable(std::int64_t count, const std::vector<FilePort>& ports) {
  std::size_t each = 1;
  for (const FilePort& port : ports) each += port.size_bytes();
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(kMostInputBytes / each), 1, count);
}

/// Writes what the runtime is shown, and gives the engine's answers to it.
Result<Answers> write_inputs(const ExportedFile& file, const std::vector<FilePort>& ports, DrawnInputs inputs,
                             std::int64_t count, const fs::path& to) {
  PITLANE_TRY(NetworkRunner engine, NetworkRunner::create(file.network));
  Answers answers;
  std::ofstream out(to, std::ios::binary);
  for (std::int64_t run = 0; run < count && out; ++run) {
    if (interrupt_requested()) return Error(ErrorKind::kInterrupted, "interrupted");
    if (run % kRunsWithMemory == 0) engine.reset();
    const std::vector<TensorView>& shown = inputs.next();
    PITLANE_TRY(std::vector<float> answer, engine.run(shown));
    answers.push_back(std::move(answer));
    for (std::size_t i = 0; i < ports.size(); ++i) {
      const std::vector<std::byte> bytes = file_input(ports[i], shown[i]);
      out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
  }
  out.close();
  if (!out) return io_error(to.string() + ": cannot be written; is the disk full? (TMPDIR names another place)");
  return answers;
}

std::string last_line(const fs::path& log) {
  std::ifstream in(log);
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  return last.empty() ? "it says nothing" : last;
}

std::string text_of(const fs::path& path) {
  const Result<std::string> text = read_text(path, 1 << 16);
  return text.ok() ? *text : std::string();
}

Result<NetworkDifference> difference_of(const Answers& ours, const FileOutputs& outputs, const fs::path& path) {
  PITLANE_TRY(const std::vector<std::byte> bytes, read_file(path));
  std::vector<float> theirs(bytes.size() / sizeof(float));
  if (bytes.size() != ours.size() * outputs.count * sizeof(float))
    return corrupt("gives " + std::to_string(theirs.size()) + " numbers for " + std::to_string(ours.size()) +
                   " pictures, not " + std::to_string(outputs.count) + " for each");
  std::memcpy(theirs.data(), bytes.data(), bytes.size());
  NetworkDifference difference;
  for (const std::vector<float>& answer : ours) {
    const auto row = std::span(theirs).subspan(static_cast<std::size_t>(difference.pictures) * outputs.count);
    std::vector<float> same;
    for (const std::size_t place : outputs.places) same.push_back(row[place]);
    difference.largest = std::max(difference.largest, largest_difference(answer, same));
    ++difference.pictures;
  }
  return difference;
}

ChildProcess child_for(const ExportedFile& file, const std::vector<FilePort>& ports, const fs::path& folder,
                       const std::string& python, double limit_s) {
  ChildProcess child;
  child.arguments = {python,
                     "-I",
                     "-B",
                     "-c",
                     kRealRuntimeScript,
                     script_word(file.options.kind),
                     fs::absolute(file.path).string(),
                     folder.string(),
                     std::to_string(file.network.states.size()),
                     std::to_string(kRunsWithMemory)};
  for (const FilePort& port : ports) child.arguments.push_back(port_word(port));
  child.log = folder / "log";
  child.limit_s = limit_s;
  child.stop = interrupt_requested;
  return child;
}

/// Nothing: it ran to its end.
Status complaint(const ChildEnd& end, const TemporaryFolder& folder, double limit_s) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%g", limit_s);
  switch (end.how) {
    case ChildEnd::How::kStopped:
      return Error(ErrorKind::kInterrupted, "interrupted");
    case ChildEnd::How::kTooLong:
      return io_error(std::string("took longer than ") + seconds +
                      " s and was ended; give it more with --python-limit-s");
    case ChildEnd::How::kSignalled:
      return io_error("was ended by signal " + std::to_string(end.code) + ": " + last_line(folder / "log"));
    case ChildEnd::How::kExited:
      break;
  }
  if (end.code == 0) return {};
  return unsupported("failed: " + last_line(folder / "log"));
}

}  // namespace

void add_runtime_flags(CLI::App& verb, RuntimeFlags& flags) {
  verb.add_option(
      "--python", flags.python,
      "the Python whose onnxruntime, LiteRT or Keras runs a model that was written (default: PITLANE_PYTHON, "
      "else python3)");
  verb.add_option("--python-limit-s", flags.limit_s, "it may take so long")
      ->check(within(0.1, 86400))
      ->capture_default_str();
}

Status check_python(const RuntimeFlags& flags) {
  const Python python = python_of(flags);
  if (python.source.empty() || is_on_path(python.program)) return {};
  return not_found(python.source + ": there is no program " + python.program);
}

const char* runtime_name(ExportKind kind) {
  switch (kind) {
    case ExportKind::kOnnx:
      return "onnxruntime";
    case ExportKind::kTflite:
      return "LiteRT";
    case ExportKind::kKeras:
      return "Keras";
    case ExportKind::kPit:
      break;
  }
  return "";
}

Result<RuntimeCheck> check_in_real_runtime(const ExportedFile& file, std::int64_t count, const DrawOptions& draw,
                                           const RuntimeFlags& flags) {
  const std::string python = python_of(flags).program;
  RuntimeCheck check;
  if (!is_on_path(python)) {
    check.not_checked = "there is no program " + python + "; name one with --python or PITLANE_PYTHON";
    return check;
  }
  PITLANE_TRY(const TemporaryFolder folder, TemporaryFolder::create());
  const std::vector<FilePort> ports = file_ports(file.network, file.options);
  PITLANE_TRY(const Answers ours,
              write_inputs(file, ports, DrawnInputs(file.network, draw), affordable(count, ports), folder / "inputs"));
  PITLANE_TRY(const ChildEnd end, run_child(child_for(file, ports, folder.path(), python, flags.limit_s)));
  const std::string missing = text_of(folder / "missing");
  if (end.how == ChildEnd::How::kExited && end.code == kNoRuntime && !missing.empty()) {
    check.not_checked = python + " " + missing;
    return check;
  }
  check.runtime = text_of(folder / "runtime");
  const std::string who = check.runtime.empty() ? python : check.runtime;
  if (const Status ended = complaint(end, folder, flags.limit_s); !ended.ok()) return ended.error().in(who);
  const Result<NetworkDifference> difference =
      difference_of(ours, file_outputs(file.network, file.options), folder / "outputs");
  if (!difference.ok()) return difference.error().in(who);
  check.difference = *difference;
  return check;
}

}  // namespace pitlane::cli
