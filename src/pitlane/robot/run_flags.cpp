#include "pitlane/robot/run_flags.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "pitlane/capture/picture_file.h"
#include "pitlane/engine/plan.h"

namespace pitlane::robot {
namespace {

struct Flag {
  const char* name;
  const char* value;  // what --help calls it; null for a switch
  const char* help;
  Status (*take)(RunFlags& flags, const std::string& value);
};

template <typename Number>
Result<Number> number(const std::string& text, Number low, Number high, const char* what) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !(value >= low && value <= high))
    return invalid_argument("'" + text + "' is not " + what);
  return value;
}

constexpr double kFastest_mps = 1000, kHighestRate_hz = 1000, kLowestRate_hz = 0.001;
constexpr int kMostClasses = 1000;

Status take_raw(RunFlags& flags, const std::string& value) {
  const std::size_t colon = value.find(':');
  if (colon == std::string::npos)
    return invalid_argument("'" + value + "' has no format; write WIDTHxHEIGHT:FORMAT, such as 640x480:rgb24");
  RawFlag raw{};
  PITLANE_TRY(raw.size, capture::parse_frame_size(value.substr(0, colon)));
  PITLANE_TRY(raw.format, capture::parse_raw_format(value.substr(colon + 1)));
  flags.raw = raw;
  return {};
}

Status take_size(RunFlags& flags, const std::string& value) {
  PITLANE_TRY(flags.size, capture::parse_frame_size(value));
  return {};
}

Status take_rate(RunFlags& flags, const std::string& value) {
  PITLANE_TRY(flags.rate_hz, number<double>(value, kLowestRate_hz, kHighestRate_hz, "a rate from 0.001 to 1000"));
  return {};
}

Status take_speed(RunFlags& flags, const std::string& value) {
  PITLANE_TRY(flags.speed_mps, number<double>(value, -kFastest_mps, kFastest_mps, "a speed from -1000 to 1000"));
  return {};
}

Status take_class(std::optional<int>& to, const std::string& value) {
  PITLANE_TRY(to, number<int>(value, 0, kMostClasses - 1, "a whole number from 0 to 999"));
  return {};
}

Status take_isa(RunFlags& flags, const std::string& value) {
  PITLANE_TRY(flags.isa, parse_isa(value));
  return {};
}

Status take_threads(RunFlags& flags, const std::string& value) {
  PITLANE_TRY(flags.threads, number<int>(value, 1, kMostThreads, "a whole number from 1 to 16"));
  return {};
}

constexpr Flag kFlags[] = {
    {"--camera", "DEVICE", "frames of a V4L2 camera that gives YUYV, such as /dev/video0; the newest frame wins",
     [](RunFlags& f, const std::string& v) { return f.camera = v, Status(); }},
    {"--raw", "SIZE:FORMAT", "raw frames on stdin, such as 640x480:rgb24; rgb24, bgr24, gray or yuyv; none is dropped",
     take_raw},
    {"--with-state", nullptr,
     "with --raw: 20 bytes stand before each frame, little-endian: time_s (float64), speed_mps (float32), command, "
     "light "
     "(int32)",
     [](RunFlags& f, const std::string&) { return f.with_state = true, Status(); }},
    {"--size", "SIZE", "size of the camera's frames; it must be what the network was made for, and is that when absent",
     take_size},
    {"--rate", "HZ", "asked of the camera; of pictures: how far their times are apart (20 when absent)", take_rate},
    {"--speed", "MPS", "measured speed, for networks that see one", take_speed},
    {"--command", "N",
     "high-level command, for networks that see one: 0 follow the road, 1 left, 2 right, 3 straight on",
     [](RunFlags& f, const std::string& v) { return take_class(f.command, v); }},
    {"--light", "N", "traffic light, for networks that see one: 0 none, 1 red, 2 green, 3 yellow",
     [](RunFlags& f, const std::string& v) { return take_class(f.light, v); }},
    {"--vehicle", "ADAPTER",
     "how outputs move the car: direct (v and w), steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]; direct where "
     "the "
     "network has v and w",
     [](RunFlags& f, const std::string& v) { return f.vehicle = v, Status(); }},
    {"--isa", "NAME", "force an instruction set; --version names those that this processor has", take_isa},
    {"--threads", "N", "that work on each answer, 1 when absent; more pay where a core is free for each", take_threads},
    {"--stay-awake", nullptr, "helpers of --threads wait awake, each on its core: quicker at a camera's rate",
     [](RunFlags& f, const std::string&) { return f.stay_awake = true, Status(); }},
    {"--json", nullptr, "one JSON object a line",
     [](RunFlags& f, const std::string&) { return f.json = true, Status(); }},
    {"--time", nullptr, "at the end, say on stderr how long frames took",
     [](RunFlags& f, const std::string&) { return f.time = true, Status(); }},
    {"--version", nullptr, "print version and instruction sets",
     [](RunFlags& f, const std::string&) { return f.version = true, Status(); }},
    {"--help", nullptr, "print this", [](RunFlags& f, const std::string&) { return f.help = true, Status(); }},
};

Error see_help(const std::string& message) { return invalid_argument(message + " (see pitlane-run --help)"); }

const Flag* find_flag(std::string_view name) {
  for (const Flag& flag : kFlags)
    if (name == flag.name) return &flag;
  return name == "-h" ? find_flag("--help") : nullptr;
}

// Takes the flag at `i` and what belongs to it.
Status take_flag(const std::vector<std::string>& arguments, std::size_t& i, RunFlags& flags) {
  const std::string& word = arguments[i];
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const Flag* flag = find_flag(name);
  if (flag == nullptr) return see_help("there is no flag '" + name + "'");
  std::string value;
  if (flag->value == nullptr) {
    if (equals != std::string::npos) return see_help(name + " takes no value");
  } else if (equals != std::string::npos) {
    value = word.substr(equals + 1);
  } else if (++i < arguments.size()) {
    value = arguments[i];
  } else {
    return see_help(name + " wants a value (" + flag->value + ")");
  }
  if (const Status taken = flag->take(flags, value); !taken.ok()) return taken.error().in(name);
  return {};
}

Status check_sources(const RunFlags& flags) {
  const int sources = (flags.camera ? 1 : 0) + (flags.raw ? 1 : 0) + (flags.pictures.empty() ? 0 : 1);
  if (sources != 1)
    return see_help(std::string(sources == 0 ? "no frames are named" : "frames come from one place") +
                    ": give picture files, or --camera, or --raw");
  if (flags.stay_awake && flags.threads == 1)
    return see_help("--stay-awake: the one thread has no helpers that could; add --threads");
  if (flags.with_state && !flags.raw) return see_help("--with-state: only raw frames have a header; add --raw");
  if (flags.size && !flags.camera) return see_help("--size: only a camera is asked for a size; leave it out");
  if (flags.rate_hz && flags.raw) return see_help("--rate: raw frames come as they are written; leave it out");
  if (flags.with_state && (flags.speed_mps || flags.command || flags.light))
    return see_help("--speed, --command and --light: with --with-state each frame brings its own; leave them out");
  return {};
}

}  // namespace

Result<RunFlags> parse_run_flags(const std::vector<std::string>& arguments) {
  RunFlags flags;
  std::vector<std::string> words;
  bool only_words = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (only_words || word.size() < 2 || word[0] != '-') {
      words.push_back(word);
    } else if (word == "--") {
      only_words = true;
    } else {
      PITLANE_TRY_STATUS(take_flag(arguments, i, flags));
      if (flags.help || flags.version) return flags;
    }
  }
  if (words.empty()) return see_help("no network is named");
  flags.model = words.front();
  flags.pictures.assign(words.begin() + 1, words.end());
  PITLANE_TRY_STATUS(check_sources(flags));
  return flags;
}

std::string help_text() {
  constexpr std::size_t kColumn = 26, kWidth = 100;
  std::string text =
      "Runs a network that drives: a line for every frame, with its outputs and what the car is told.\n"
      "  pitlane-run MODEL.pit PICTURE ...                            " +
      capture::picture_formats() +
      " files\n"
      "  pitlane-run MODEL.pit --camera /dev/video0                   a camera\n"
      "  ffmpeg ... | pitlane-run MODEL.pit --raw 640x480:rgb24       raw frames\n"
      "A line: TIME_S NAME=VALUE ... [command_v=MPS command_w=RADPS], or TIME_S error=WORD. A first line that begins "
      "with\n"
      "# names the units. Positive w turns left. SIGINT, SIGTERM and SIGHUP end it in order.\n"
      "Exit codes: 0 every frame was answered, 2 a bad argument, file or frame (stderr says which).\n\n";
  for (const Flag& flag : kFlags) {
    std::string line = std::string("  ") + flag.name + (flag.value != nullptr ? std::string(" ") + flag.value : "");
    line.resize(std::max(line.size() + 1, kColumn), ' ');
    std::string_view rest = flag.help;
    while (line.size() + rest.size() > kWidth) {
      const std::size_t cut = rest.rfind(' ', kWidth - kColumn);
      text += line + std::string(rest.substr(0, cut)) + "\n";
      rest.remove_prefix(cut + 1);
      line.assign(kColumn, ' ');
    }
    text += line + std::string(rest) + "\n";
  }
  return text;
}

}  // namespace pitlane::robot
