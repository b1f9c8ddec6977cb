// pitlane train: a recording becomes a network.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/cli/command_line.h"
#include "pitlane/cli/data_source.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/core/log.h"
#include "pitlane/network/families.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/study/training_history.h"
#include "pitlane/train/memory.h"
#include "pitlane/train/trainer.h"

namespace pitlane::cli {
namespace {

struct TrainFlags {
  DataFlags data;
  std::string network, from, out;
  std::vector<std::string> outputs;
  std::vector<int> crop, size, shift, ages;
  bool overwrite = false;
  ModelFlags model;  // of --from
  TrainOptions train;
};

std::string family_names() {
  std::string text;
  for (const Family& family : families()) text += std::string("\n  ") + family.name + ": " + family.summary;
  return text;
}

// Throttle, brake and speed of a simulator's log say what the driver did, not what the picture asks for: where there is
// steering, a network learns that alone unless more is asked for.
std::vector<std::string> usual_outputs(const Recording& recording) {
  std::vector<std::string> names;
  for (const LabelSpec& label : recording.labels) {
    if (label.name == "steering") return {label.name};
    names.push_back(label.name);
  }
  return names;
}

Error no_such_label(const Recording& recording, const std::string& name) {
  std::string known;
  for (const LabelSpec& label : recording.labels) known.append(known.empty() ? "" : ", ").append(label.name);
  return invalid_argument("--outputs: " + recording.directory.string() + " has no label '" + name + "', only " + known);
}

Result<std::vector<OutputSpec>> chosen_outputs(const TrainFlags& flags, const Recording& recording) {
  std::vector<OutputSpec> outputs;
  for (const std::string& name : flags.outputs.empty() ? usual_outputs(recording) : flags.outputs) {
    const auto label = std::ranges::find(recording.labels, name, &LabelSpec::name);
    if (label == recording.labels.end()) return no_such_label(recording, name);
    outputs.push_back({label->name, label->unit, label->low, label->high, -1, 0});
  }
  return outputs;
}

Result<Preprocessing> chosen_preprocessing(const TrainFlags& flags, const Recording& recording) {
  Preprocessing p = usual_preprocessing(recording);
  if (recording.stored && (!flags.crop.empty() || !flags.size.empty()))
    return invalid_argument(
        recording.directory.string() +
        ": its frames are stored cropped and resized already; leave --crop and --size out, or record again with "
        "--whole-frames");
  if (!flags.crop.empty()) p.crop = {flags.crop[0], flags.crop[1], flags.crop[2], flags.crop[3]};
  if (!flags.size.empty()) {
    p.width = flags.size[0];
    p.height = flags.size[1];
  }
  if (!recording.stored && (flags.crop.empty() || flags.size.empty())) {
    char text[160];
    std::snprintf(text, sizeof text, "pictures: %d %d %d %d of %dx%d frames (--crop), resized to %dx%d (--size)",
                  p.crop.x, p.crop.y, p.crop.width, p.crop.height, p.source_width, p.source_height, p.width, p.height);
    log_info(text);
  }
  return p;
}

constexpr int kLights = 4;  // none, red, green, yellow

// Fresh from its family, or the one to go on from.
Result<Network> first_network(const TrainFlags& flags, const Recording& recording) {
  if (flags.from.empty() == flags.network.empty())
    return invalid_argument("name either --network FAMILY to start afresh or --from MODEL to train on");
  if (flags.from.empty()) {
    PITLANE_TRY(const Family* family, find_family(flags.network));
    PITLANE_TRY(Preprocessing preprocessing, chosen_preprocessing(flags, recording));
    PITLANE_TRY(std::vector<OutputSpec> outputs, chosen_outputs(flags, recording));
    FamilyOptions options{preprocessing, std::move(outputs), flags.train.seed, flags.ages};
    if (!recording.rows.empty() && recording.rows.front().light >= 0) options.lights = kLights;
    return family->build(options);
  }
  if (!flags.crop.empty() || !flags.size.empty() || !flags.outputs.empty() || !flags.ages.empty())
    return invalid_argument("--crop, --size, --outputs and --ages belong to a fresh network; " + flags.from +
                            " brings its own");
  PITLANE_TRY(ModelFile file, open_one_camera_model(flags.from, flags.model));
  return std::move(file.network);
}

void print_epochs(const TrainResult& result) {
  std::printf("epoch   training loss   validation loss\n");
  for (const EpochRecord& e : result.epochs)
    std::printf("%5d   %13.6f   %15.6f%s\n", e.epoch, e.train_loss, e.validation_loss,
                e.epoch == result.best_epoch ? "  best, kept" : "");
}

// What is kept of a training that was interrupted.
Error how_to_go_on(const Error& error, const std::filesystem::path& checkpoint) {
  if (error.kind() != ErrorKind::kInterrupted) return error;
  std::error_code ignored;
  if (!std::filesystem::exists(checkpoint, ignored))
    return {error.kind(), "interrupted before the first epoch ended: nothing is kept; run the same command again"};
  return {error.kind(), "interrupted; the finished epochs lie in " + checkpoint.string() +
                            ": run the same command again to go on, or delete it to start afresh"};
}

// Before the training: what is written at its end must not destroy something else.
Status check_outputs(const TrainFlags& flags) {
  const std::filesystem::path& checkpoint = flags.train.checkpoint;
  PITLANE_TRY_STATUS(check_output_file(flags.out));
  if (std::filesystem::path(flags.out).extension() != ".pit")
    return invalid_argument("--out " + flags.out +
                            ": a trained network is a .pit file; name it so, 'pitlane convert' makes others of it");
  if (!flags.overwrite) PITLANE_TRY_STATUS(check_output_is_new(flags.out));
  PITLANE_TRY_STATUS(check_output_file(checkpoint));
  // It is deleted when the network is there.
  const Status apart = check_not_the_same(checkpoint, flags.out, "also what --out names");
  if (!apart.ok()) return apart.error().in("--checkpoint");
  if (flags.from.empty()) return {};
  const Status kept = check_not_the_same(checkpoint, flags.from, "the network of --from");
  return kept.ok() ? kept : kept.error().in("--checkpoint");
}

Result<int> run(TrainFlags flags) {
  const std::filesystem::path out = flags.out;
  if (!flags.shift.empty()) {
    flags.train.augmentation.shift_x_px = flags.shift[0];
    flags.train.augmentation.shift_y_px = flags.shift[1];
  }
  if (flags.train.checkpoint.empty()) flags.train.checkpoint = out.string() + ".checkpoint";
  PITLANE_TRY_STATUS(check_outputs(flags));
  PITLANE_TRY(const std::vector<Recording> recordings, open_recordings(flags.data));
  PITLANE_TRY(Network network, first_network(flags, recordings.front()));
  ProgressBar bar;
  PITLANE_TRY(const OpenedData data, open_data(flags.data, recordings, network, bar.callback()));
  bar.clear();
  PITLANE_TRY_STATUS(check_learnable(flags.data, data.dataset));
  std::fprintf(stderr, "%s\n", data.description.c_str());
  PITLANE_TRY_STATUS(check_training_memory(network, flags.train.batch,
                                           static_cast<std::int64_t>(data.split.train.size()), machine_memory_bytes()));
  PITLANE_TRY_STATUS(make_writable_directory(out.has_parent_path() ? out.parent_path() : "."));
  Result<TrainResult> trained = train(network, data.dataset, data.split, flags.train, bar.callback());
  if (!trained.ok()) return how_to_go_on(trained.error(), flags.train.checkpoint);
  TrainResult& result = *trained;
  bar.clear();
  set_training_history(result.network, result.epochs);
  result.network.metadata["data"] = data.dataset.hash;
  result.network.metadata["split"] = data.split.description;
  result.network.metadata["command"] = command_line();
  note_circuits(result.network, recordings);
  PITLANE_TRY_STATUS(save_pit(result.network, out));
  std::error_code ignored;
  std::filesystem::remove(flags.train.checkpoint, ignored);
  print_epochs(result);
  std::printf("%s: epoch %d, validation loss %.6f; %.0f images/s in training\n", flags.out.c_str(), result.best_epoch,
              result.epochs[static_cast<std::size_t>(result.best_epoch) - 1].validation_loss, result.images_per_s);
  return kSuccess;
}

}  // namespace

void declare_train(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      app.add_subcommand("train", "Train a network on a recording; interrupted, it goes on where it stopped");
  const auto flags = std::make_shared<TrainFlags>();
  flags->train.epochs = 20;
  add_data_flags(*verb, flags->data, true);
  verb->add_option("--network", flags->network, "family:" + family_names());
  verb->add_option("--from", flags->from, "a network to train on, instead of a fresh one of --network");
  verb->add_option("--out", flags->out, "where the network goes, e.g. my.pit")->required();
  verb->add_flag("--overwrite", flags->overwrite, "replace the network of --out where there is one");
  verb->add_option("--outputs", flags->outputs,
                   "labels that the network learns (default: steering where there is one, else all)");
  verb->add_option("--crop", flags->crop,
                   "part of the frame that the network sees: X Y WIDTH HEIGHT in pixels (default: the lower half of "
                   "640x480, 0 60 320 75 of 320x160, else the whole; tubs and CARLA: the whole)")
      ->expected(4)
      ->check(whole(0, 16384));
  verb->add_option("--size", flags->size, "size that the crop is resized to: WIDTH HEIGHT (default 200 66)")
      ->expected(2)
      ->check(whole(1, 16384));
  verb->add_option("--ages", flags->ages,
                   "of the frames that a family of several sees, in its order: rows before the newest, e.g. 9,5,0 "
                   "(default: as the family's origin)")
      ->delimiter(',')
      ->check(whole(0, kOldestAge));
  verb->add_option("--epochs", flags->train.epochs, "passes over the data")
      ->check(whole(1, 100000))
      ->capture_default_str();
  verb->add_option("--batch", flags->train.batch, "samples a step")->check(whole(1, 65536))->capture_default_str();
  verb->add_option("--learning-rate", flags->train.learning_rate, "of Adam, decays to zero along a cosine")
      ->check(within(1e-9, 10))
      ->capture_default_str();
  verb->add_option("--output-weights", flags->train.output_weights,
                   "weight of each output in the loss, in order (default: 5 for steering, 1 for others)")
      ->check(not_negative());
  verb->add_option("--seed", flags->train.seed, "of initial weights, order and augmentation")
      ->check(seed())
      ->capture_default_str();
  verb->add_option("--patience", flags->train.patience,
                   "stop after so many epochs without a better validation loss, 0 = never")
      ->check(whole(0, 100000))
      ->capture_default_str();
  verb->add_option("--averaging", flags->train.averaging,
                   "keep a running mean of the weights with this decay a step, e.g. 0.995; 0 = the last weights")
      ->check(within(0, 0.99999))
      ->capture_default_str();
  verb->add_flag_callback(
      "--no-flip", [flags] { flags->train.augmentation.flip = false; }, "do not mirror half of the samples");
  verb->add_option("--brightness", flags->train.augmentation.brightness,
                   "brightness varies by this factor, 0 = not at all")
      ->check(within(0, 0.9))
      ->capture_default_str();
  verb->add_option("--shift", flags->shift, "pictures move by up to so many of the network's pixels: SIDEWAYS UPWARDS")
      ->expected(2)
      ->check(whole(0, 1000));
  verb->add_option("--shift-steering", flags->train.augmentation.shift_steering,
                   "added to the steering for each pixel that a picture moves to the right")
      ->check(within(-10, 10))
      ->capture_default_str();
  verb->add_flag("--extreme", flags->train.augmentation.extreme,
                 "repeat frames of sharp turns, as DeepLearningStudio does");
  verb->add_option("--threads", flags->train.threads, "0 = all cores")->check(whole(0, 1024))->capture_default_str();
  verb->add_option("--checkpoint", flags->train.checkpoint, "written after each epoch (default: OUT.checkpoint)");
  add_model_flags(*verb, flags->model);
  verb->callback([&chosen, flags, verb] {
    chosen.action = [flags, verb]() -> Result<int> {
      if (flags->from.empty())
        PITLANE_TRY_STATUS(refuse_model_flags(*verb, "is about the model of --from, and there is none"));
      return run(*flags);
    };
  });
}

}  // namespace pitlane::cli
