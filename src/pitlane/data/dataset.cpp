#include "pitlane/data/dataset.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/data/bad_rows.h"
#include "pitlane/data/dataset_builder.h"
#include "pitlane/data/labels.h"
#include "pitlane/data/one_channel.h"
#include "pitlane/data/parallel_load.h"
#include "pitlane/data/row_states.h"

namespace pitlane {
namespace {

std::string text_of(const Preprocessing& p) {
  const auto pair = [](int a, int b) { return std::to_string(a) + "x" + std::to_string(b); };
  return "crop " + pair(p.crop.width, p.crop.height) + " at " + std::to_string(p.crop.x) + "," +
         std::to_string(p.crop.y) + " of " + pair(p.source_width, p.source_height) + ", resized to " +
         pair(p.width, p.height) + ", " + to_string(p.format);
}

bool same_picture(const Preprocessing& a, const Preprocessing& b) {
  return a.source_width == b.source_width && a.source_height == b.source_height && a.crop == b.crop &&
         a.width == b.width && a.height == b.height && a.format == b.format;
}

/// Before anything is decoded: can these frames become the network's pictures at all?
Status check_frames(const Recording& recording, const Preprocessing& wanted) {
  const std::string where = recording.directory.string();
  if (recording.stored) {
    if (same_picture(*recording.stored, wanted) || is_one_channel_of(wanted, *recording.stored)) return {};
    return invalid_argument(where + ": its frames are stored preprocessed (" + text_of(*recording.stored) +
                            ") but the network wants " + text_of(wanted) +
                            "; record again for this network or store whole frames");
  }
  if (recording.image_width == wanted.source_width && recording.image_height == wanted.source_height) return {};
  return invalid_argument(where + ": its images are " + std::to_string(recording.image_width) + "x" +
                          std::to_string(recording.image_height) +
                          " but the network's preprocessing expects frames of " + std::to_string(wanted.source_width) +
                          "x" + std::to_string(wanted.source_height) +
                          "; choose a network made for this camera (a model of another tool takes --frame " +
                          std::to_string(recording.image_width) + "x" + std::to_string(recording.image_height) + ")");
}

/// For each output the index of its label.
Result<std::vector<std::size_t>> match_labels(const Recording& recording, const std::vector<OutputSpec>& outputs) {
  std::vector<std::size_t> out;
  for (const OutputSpec& output : outputs) {
    const auto found = std::find_if(recording.labels.begin(), recording.labels.end(),
                                    [&](const LabelSpec& label) { return label.name == output.name; });
    if (found == recording.labels.end()) {
      std::string known;
      for (const LabelSpec& label : recording.labels) known += (known.empty() ? "" : ", ") + label.name;
      return invalid_argument(recording.directory.string() + ": no label for the network's output '" + output.name +
                              "'; this recording has " + known);
    }
    out.push_back(static_cast<std::size_t>(found - recording.labels.begin()));
  }
  return out;
}

/// All rows that become samples, centre camera first. Those of --max-rows left out are not even decoded.
std::vector<const RecordingRow*> sample_rows(const Recording& recording, const SampleNeeds& needs) {
  std::vector<const RecordingRow*> out;
  out.reserve(recording.rows.size() + recording.side_rows.size());
  for (const RecordingRow& row : recording.rows)
    if (row.sample) out.push_back(&row);
  std::size_t unknown = 0;
  for (const RecordingRow& row : recording.side_rows) {
    if (!row.sample) continue;
    if (needs.history && row.camera == 0)
      ++unknown;
    else
      out.push_back(&row);
  }
  if (unknown > 0)
    log_warning(recording.directory.string() + ": " + std::to_string(unknown) +
                " pictures of side cameras are left out: which camera took them is not known, and the network looks "
                "back in time");
  const auto left_out = std::ranges::count(recording.rows, false, &RecordingRow::sample);
  if (needs.history && left_out > 0)
    log_warning(recording.directory.string() + ": " + std::to_string(left_out) + " of " +
                std::to_string(recording.rows.size()) +
                " rows are left out, so a network that looks back in time sees fewer pictures a second than it will "
                "when it drives; a shorter recording serves it better than --max-rows");
  return out;
}

Status reserve_pictures(Dataset& dataset, std::size_t samples) {
  const auto refuse = [&] {
    return invalid_argument(std::to_string(samples) + " pictures of " + std::to_string(dataset.picture_bytes()) +
                            " bytes do not fit into memory; use a shorter recording");
  };
  if (dataset.picture_bytes() == 0 || samples > dataset.pictures.max_size() / dataset.picture_bytes()) return refuse();
  try {
    dataset.pictures.resize(samples * dataset.picture_bytes());
  } catch (const std::bad_alloc&) {
    return refuse();
  }
  return {};
}

/// Moves the pictures whose image could be read together and fills in everything else about them.
void collect(Dataset& dataset, const std::vector<const RecordingRow*>& rows, const std::vector<std::string>& faults,
             const std::vector<std::size_t>& label_of_output, const RowStates& states) {
  const std::size_t bytes = dataset.picture_bytes();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!faults[i].empty()) continue;
    if (kept != i)
      std::copy_n(dataset.pictures.begin() + static_cast<std::ptrdiff_t>(i * bytes), bytes,
                  dataset.pictures.begin() + static_cast<std::ptrdiff_t>(kept * bytes));
    ++kept;
    for (const std::size_t label : label_of_output)
      dataset.labels.push_back(static_cast<float>(rows[i]->labels[label]));
    dataset.session.push_back(rows[i]->session);
    dataset.row.push_back(rows[i]->index);
    dataset.side_camera.push_back(static_cast<std::uint8_t>(rows[i]->camera));
    take_state(dataset, states, i);
  }
  dataset.pictures.resize(kept * bytes);
}

/// Errors if together with the rows that were bad from the start too many are bad.
Result<std::vector<std::string>> judge_faults(const Recording& recording, const std::vector<const RecordingRow*>& rows,
                                              const std::vector<std::string>& faults) {
  BadRows bad(recording.index_file);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!faults[i].empty())
      bad.add(rows[i]->line, rows[i]->image.lexically_relative(recording.directory).string() + ": " + faults[i]);
  const bool whole = std::ranges::all_of(recording.rows, &RecordingRow::sample);
  const auto all = std::max(recording.row_count, static_cast<std::int64_t>(recording.rows.size()));
  // Of a part of the rows nobody knows whether the others' images are good.
  const Status few = whole ? bad.check(all, recording.bad_rows) : bad.check(static_cast<std::int64_t>(rows.size()));
  if (!few) return few.error().in(recording.directory.string());
  return bad.messages();
}

/// `outputs` may be empty; labels are physical still.
Result<Dataset> load_physical(const Recording& recording, const Preprocessing& preprocessing,
                              const std::vector<OutputSpec>& outputs, const SampleNeeds& needs,
                              const ProgressFn& progress) {
  PITLANE_TRY(Dataset dataset, empty_dataset(preprocessing, outputs));
  PITLANE_TRY_STATUS(check_frames(recording, preprocessing));
  PITLANE_TRY(const auto label_of_output, match_labels(recording, outputs));
  PITLANE_TRY(const PictureLoader loader, PictureLoader::create(preprocessing, recording.stored));

  const std::vector<const RecordingRow*> rows = sample_rows(recording, needs);
  PITLANE_TRY(const RowStates states, row_states(recording, rows, needs));
  PITLANE_TRY_STATUS(reserve_pictures(dataset, rows.size()));
  PITLANE_TRY(const auto faults, load_pictures(recording, rows, loader, dataset.pictures, progress));
  PITLANE_TRY(dataset.skipped, judge_faults(recording, rows, faults));
  collect(dataset, rows, faults, label_of_output, states);
  return dataset;
}

Result<Dataset> load(const Recording& recording, const Preprocessing& preprocessing,
                     const std::vector<OutputSpec>& outputs, const SampleNeeds& needs, const ProgressFn& progress) {
  PITLANE_TRY_STATUS(validate_outputs(outputs));
  PITLANE_TRY(Dataset dataset, load_physical(recording, preprocessing, outputs, needs, progress));
  if (const Status labels = normalise_labels(dataset); !labels) return labels.error().in(recording.directory.string());
  hash_dataset(dataset);
  return dataset;
}

}  // namespace

SampleNeeds needs_of(const Network& network) {
  SampleNeeds needs;
  needs.history = !network.states.empty();
  for (const InputSpec& input : network.inputs) {
    needs.history = needs.history || std::ranges::any_of(ages_of(input), [](int age) { return age > 0; });
    needs.speed = needs.speed || input.kind == InputKind::kSpeed;
    needs.command = needs.command || input.kind == InputKind::kCommand;
    needs.light = needs.light || input.kind == InputKind::kLight;
  }
  return needs;
}

Result<Dataset> load_dataset(const Recording& recording, const Preprocessing& preprocessing,
                             const std::vector<OutputSpec>& outputs, const ProgressFn& progress) {
  return load(recording, preprocessing, outputs, {}, progress);
}

Result<Dataset> load_dataset(const Recording& recording, const Network& network, const ProgressFn& progress) {
  PITLANE_TRY(const InputSpec* image, image_input(network));
  return load(recording, image->preprocessing, network.outputs, needs_of(network), progress);
}

Result<Dataset> load_frames(const Recording& recording, const Network& network, const ProgressFn& progress) {
  PITLANE_TRY(const InputSpec* image, image_input(network));
  PITLANE_TRY(Dataset dataset, load_physical(recording, image->preprocessing, {}, needs_of(network), progress));
  hash_dataset(dataset);
  return dataset;
}

Status append(Dataset& dataset, Dataset more) {
  const auto same = [](const OutputSpec& a, const OutputSpec& b) {
    return a.name == b.name && a.low == b.low && a.high == b.high;
  };
  if (more.width != dataset.width || more.height != dataset.height || more.channels != dataset.channels)
    return invalid_argument("recordings of different picture sizes cannot be joined");
  if (!std::equal(more.outputs.begin(), more.outputs.end(), dataset.outputs.begin(), dataset.outputs.end(), same))
    return invalid_argument("recordings of different labels cannot be joined");
  const auto filled = [](const Dataset& d) {
    return std::array{d.speed_mps.empty(), d.command.empty(), d.light.empty(), d.drive.empty()};
  };
  if (filled(more) != filled(dataset))
    return invalid_argument("recordings that were loaded for different networks cannot be joined");
  const auto behind = [](const auto& counted) {
    return counted.empty() ? 0 : *std::max_element(counted.begin(), counted.end()) + 1;
  };
  const int first_session = behind(dataset.session);
  const std::int64_t first_row = behind(dataset.row);
  for (int& session : more.session) session += first_session;
  for (std::int64_t& row : more.row) row += first_row;
  const auto move_over = [](auto& to, auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  move_over(dataset.pictures, more.pictures);
  move_over(dataset.labels, more.labels);
  move_over(dataset.session, more.session);
  move_over(dataset.row, more.row);
  move_over(dataset.side_camera, more.side_camera);
  move_over(dataset.speed_mps, more.speed_mps);
  move_over(dataset.command, more.command);
  move_over(dataset.light, more.light);
  move_over(dataset.drive, more.drive);
  move_over(dataset.skipped, more.skipped);
  hash_dataset(dataset);
  return {};
}

namespace {

template <typename Number>
void hash_more(Hasher& hasher, const char* name, const std::vector<Number>& numbers) {
  if (!numbers.empty()) hasher.text(name).bytes(std::as_bytes(std::span(numbers)));
}

}  // namespace

void hash_dataset(Dataset& dataset) {
  Hasher hasher;
  for (const int size : {dataset.width, dataset.height, dataset.channels})
    hasher.number(static_cast<std::uint64_t>(size));
  hasher.number(dataset.outputs.size());
  for (const OutputSpec& output : dataset.outputs)
    hasher.text(output.name).text(output.unit).real(output.low).real(output.high);
  hasher.number(dataset.session.size());
  for (std::size_t i = 0; i < dataset.session.size(); ++i)
    hasher.number(static_cast<std::uint64_t>(dataset.session[i]))
        .number(static_cast<std::uint64_t>(dataset.row[i]))
        .number(dataset.side_camera[i] == 0 ? 0 : 1);
  for (const float label : dataset.labels) hasher.real(label);
  hasher.bytes(std::as_bytes(std::span(dataset.pictures)));
  // What older datasets did not have follows under its name, so that they keep their hash.
  hash_more(hasher, "speed", dataset.speed_mps);
  hash_more(hasher, "command", dataset.command);
  hash_more(hasher, "light", dataset.light);
  hash_more(hasher, "drive", dataset.drive);
  if (!dataset.drive.empty()) hash_more(hasher, "camera", dataset.side_camera);
  dataset.hash = hasher.hex();
}

}  // namespace pitlane
