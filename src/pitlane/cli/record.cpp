// pitlane record: the expert drives circuits; frames and its commands become a recording.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "pitlane/cli/command_line.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/sim/recorder.h"

namespace pitlane::cli {
namespace {

struct Flags {
  std::vector<std::string> circuits;
  std::string out;
  std::int64_t frames = 24000;
  bool whole_frames = false;
  RecordOptions record;
};

std::string manifest(const RecordOptions& options, const std::vector<std::shared_ptr<const Track>>& tracks) {
  nlohmann::ordered_json json;
  json["format"] = "pitlane-recording";
  json["version"] = 1;
  json["labels"] = {{{"name", "v"}, {"unit", "m/s"}, {"low", 6.5}, {"high", 24}},
                    {{"name", "w"}, {"unit", "rad/s"}, {"low", -7.1}, {"high", 7.1}}};
  json["stored_preprocessing"] = nullptr;
  if (options.preprocessing) {
    const Preprocessing& p = *options.preprocessing;
    json["stored_preprocessing"] = {{"source_width", p.source_width},
                                    {"source_height", p.source_height},
                                    {"crop", {p.crop.x, p.crop.y, p.crop.width, p.crop.height}},
                                    {"width", p.width},
                                    {"height", p.height},
                                    {"format", "rgb"}};
  }
  for (const auto& track : tracks) json["circuits"].push_back(track->circuit.name());
  json["seed"] = options.seed;
  json["command"] = command_line();
  return json.dump(2) + "\n";
}

Status save_picture(const RecordedFrame& frame, const std::filesystem::path& path) {
  // OpenCV stores BGR; the copy turns the channels round.
  cv::Mat picture(frame.height, frame.width, CV_8UC3);
  for (std::size_t i = 0; i + 2 < frame.picture.size(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) picture.data[i + c] = frame.picture[i + 2 - c];
  std::vector<unsigned char> png;
  if (!cv::imencode(".png", picture, png, {cv::IMWRITE_PNG_COMPRESSION, 1}))
    return io_error(path.string() + ": the picture cannot be encoded");
  return write_file(path, std::as_bytes(std::span(png)));
}

Result<int> run(Flags flags) {
  std::vector<std::shared_ptr<const Track>> tracks;
  PITLANE_TRY(const auto named, open_tracks(flags.circuits));
  for (const auto& track : named)
    if (!flags.circuits.empty() || !track->circuit.definition().held_out) tracks.push_back(track);
  const std::filesystem::path out = flags.out;
  PITLANE_TRY_STATUS(make_writable_directory(out));
  flags.record.driven_frames = flags.frames * 2 / 3;
  flags.record.random_frames = flags.frames - flags.record.driven_frames;
  if (flags.whole_frames) flags.record.preprocessing.reset();
  std::string csv = "image_name,v,w,timestamp,session\n";
  const FrameSink sink = [&](const RecordedFrame& frame) -> Status {
    const std::string name = std::to_string(frame.index) + ".png";
    char line[128];
    std::snprintf(line, sizeof line, "%s,%.6f,%.6f,%.3f,%d\n", name.c_str(), frame.label.v_mps, frame.label.w_radps,
                  frame.time_s, frame.session);
    csv += line;
    return save_picture(frame, out / name);
  };
  ProgressBar bar;
  PITLANE_TRY_STATUS(record_frames(tracks, flags.record, sink, bar.callback()));
  bar.clear();
  PITLANE_TRY_STATUS(write_text(out / "recording.json", manifest(flags.record, tracks)));
  PITLANE_TRY_STATUS(write_text(out / "data.csv", csv));
  std::printf("%s: %lld frames from %zu circuits\n", flags.out.c_str(), static_cast<long long>(flags.frames),
              tracks.size());
  return kSuccess;
}

}  // namespace

void declare_record(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("record", "Let the expert drive circuits and record frames with its commands");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("--circuit", flags->circuits, "names or files (default: all of our own that are not held out)");
  verb->add_option("--out", flags->out, "directory for data.csv, recording.json and the frames")->required();
  verb->add_option("--frames", flags->frames, "frames in all")->check(CLI::Range(1, 10000000))->capture_default_str();
  verb->add_option("--seed", flags->record.seed, "of everything random")->capture_default_str();
  verb->add_flag("--whole-frames", flags->whole_frames, "store 640x480 frames instead of what the network sees");
  verb->callback([&chosen, flags] { chosen.action = [flags] { return run(*flags); }; });
}

}  // namespace pitlane::cli
