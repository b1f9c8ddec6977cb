#include "pitlane/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/network/activation_range.h"
#include "pitlane/train/adam.h"
#include "pitlane/train/allocation_reuse.h"
#include "pitlane/train/batches.h"
#include "pitlane/train/checkpoint.h"
#include "pitlane/train/compatibility.h"
#include "pitlane/train/constraints.h"
#include "pitlane/train/torch_model.h"

namespace pitlane {
namespace {

// Large enough to keep all cores busy, small enough that its activations stay below some hundred megabytes.
constexpr int kPredictBatch = 128;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6g", value);
  return buffer;
}

std::string exact_text(double value) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", value);
  return buffer;
}

std::string hash_indices(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  Hasher hasher;
  for (const auto* indices : {&a, &b})
    hasher.number(indices->size()).bytes(std::as_bytes(std::span<const std::int64_t>(*indices)));
  return hasher.hex();
}

// Only what is asked for: checkpoints of plain training keep their key.
void add_fine_tuning(const TrainOptions& options, TrainKey& key) {
  if (options.keep_shared) key.emplace_back("keep shared values", "on");
  if (options.sparsity) {
    std::string text = exact_text(options.sparsity->from) + " " + exact_text(options.sparsity->to) + " " +
                       exact_text(options.sparsity->until);
    for (const WeightId id : options.sparsity->weights) text += " " + std::to_string(id);
    key.emplace_back("rising sparsity", text);
  }
  if (!options.int8.empty()) {
    std::string text;
    for (const auto& scales : options.int8) text += !scales ? "-" : *scales == I8Scales::kOne ? "1" : "c";
    key.emplace_back("simulated int8 weights", text);
  }
  if (options.teacher) {
    key.emplace_back("teacher (hash)", content_hash(*options.teacher->network));
    key.emplace_back("teacher's share", exact_text(options.teacher->share));
  }
}

TrainKey make_key(const Network& network, const Dataset& dataset, const Split& split, const TrainOptions& options) {
  std::string weights;
  for (const double w : loss_weights(options, dataset.outputs)) weights += (weights.empty() ? "" : " ") + exact_text(w);
  const AugmentationOptions& augmentation = options.augmentation;
  const auto flag = [](bool on) { return std::string(on ? "on" : "off"); };
  TrainKey key = {
      {"network (hash of architecture and initial weights)", content_hash(network)},
      {"data (hash)", dataset.hash},
      {"split (hash)", hash_indices(split.train, split.validation)},
      {"epochs", std::to_string(options.epochs)},
      {"batch", std::to_string(options.batch)},
      {"learning rate", exact_text(options.learning_rate)},
      {"output weights", weights},
      {"averaging", exact_text(options.averaging)},
      {"augmentation flip", flag(augmentation.flip)},
      {"augmentation brightness", exact_text(augmentation.brightness)},
      {"augmentation shift", std::to_string(augmentation.shift_x_px) + " " + std::to_string(augmentation.shift_y_px) +
                                 " " + exact_text(augmentation.shift_steering)},
      {"augmentation extreme", flag(augmentation.extreme)},
      {"seed", std::to_string(options.seed)},
      {"patience", std::to_string(options.patience)},
      {"keep the last epoch", flag(options.keep_last)},
      {"keep zeros", flag(options.keep_zeros)},
      {"freeze batch norm", flag(options.freeze_batch_norm)}};
  if (!network.states.empty())
    key.emplace_back("frames of a window", std::to_string(kLearntWindows.learnt) + " behind " +
                                               std::to_string(kLearntWindows.warm_up) + ", like lengths together");
  add_fine_tuning(options, key);
  return key;
}

class Training {
 public:
  Training(const Network& network, SampleInputs inputs, const Split& split, const TrainOptions& options,
           const ProgressFn& progress, std::unique_ptr<TorchModel> model, std::unique_ptr<TorchModel> teacher)
      : network_(network),
        inputs_(std::move(inputs)),
        split_(split),
        options_(options),
        progress_(progress),
        output_weights_(loss_weights(options, inputs_.dataset().outputs)),
        model_(std::move(model)),
        teacher_(std::move(teacher)),
        threads_(options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency())),
        constraints_(network, options, threads_) {
    const Dataset& dataset = inputs_.dataset();
    const auto train_indices = options.augmentation.extreme ? repeat_extremes(dataset, split.train) : split.train;
    samples_ = static_cast<std::int64_t>(train_indices.size());
    train_windows_ = windows(train_indices, kLearntWindows);
    steps_per_epoch_ = WindowBatches(train_windows_, options.batch).size();
    state_.key = make_key(network, dataset, split, options);
    state_.moments.resize(network.weights.size());
    for (const Parameter& p : model_->parameters()) {
      AdamMoments& moments = state_.moments[static_cast<std::size_t>(p.weight)];
      moments.first.resize(p.values.size());
      moments.second.resize(p.values.size());
    }
    state_.weights = model_->weights();
    if (options.averaging > 0) state_.averages = state_.weights;
  }

  Status resume() {
    if (options_.checkpoint.empty()) return {};
    PITLANE_TRY(std::optional<TrainState> found, load_checkpoint(options_.checkpoint));
    if (!found) return {};
    PITLANE_TRY_STATUS(check_key(found->key, state_.key, options_.checkpoint));
    PITLANE_TRY_STATUS(check_sizes(*found, state_, options_.checkpoint));
    state_ = std::move(*found);
    log_info("training goes on after epoch " + std::to_string(state_.epochs_done) + " of " +
             std::to_string(options_.epochs) + " (" + options_.checkpoint.string() + ")");
    // Element-wise: LibTorch holds views of these vectors.
    for (std::size_t i = 0; i < state_.weights.size(); ++i)
      std::ranges::copy(state_.weights[i], model_->weights()[i].begin());
    return {};
  }

  Status run() {
    while (state_.epochs_done < options_.epochs && !out_of_patience()) {
      PITLANE_TRY_STATUS(run_epoch(state_.epochs_done + 1));
      if (!options_.checkpoint.empty()) PITLANE_TRY_STATUS(save_checkpoint(options_.checkpoint, state_));
    }
    return {};
  }

  Result<TrainResult> result() const {
    TrainResult result;
    result.network = network_;
    for (std::size_t i = 0; i < network_.weights.size(); ++i) {
      Weight& weight = result.network.weights[i];
      weight = make_f32_weight(weight.name, weight.shape, state_.best_weights[i]);
    }
    set_quantizations(result.network);
    result.epochs = state_.history;
    result.best_epoch = state_.best_epoch;
    result.images_per_s = step_seconds_ > 0 ? static_cast<double>(images_) / step_seconds_ : 0;
    PITLANE_TRY_STATUS(validate(result.network));
    return result;
  }

 private:
  // Ranges measured on the old weights say nothing about the new ones; those of simulated int8 went along.
  void set_quantizations(Network& network) const {
    for (std::size_t i = 0; i < network.values.size(); ++i) {
      std::optional<ActivationQuantization>& quantization = network.values[i].quantization;
      const bool input = std::ranges::count(network.inputs, static_cast<ValueId>(i), &InputSpec::value) > 0;
      if (options_.int8.empty()) quantization.reset();
      if (!quantization || input) continue;
      const std::vector<float>& ranges = state_.best_weights[network_.weights.size()];
      quantization = quantization_of({ranges[2 * i], ranges[2 * i + 1]});
    }
    // What only passes on lies on the grid of what it reads.
    for (const Node& node : network.nodes)
      if (std::holds_alternative<Flatten>(node.op) || std::holds_alternative<Reshape>(node.op))
        network.values[static_cast<std::size_t>(node.output)].quantization =
            network.values[static_cast<std::size_t>(node.inputs[0])].quantization;
  }

  [[nodiscard]] std::vector<SampleWindow> windows(std::span<const std::int64_t> indices, WindowSizes sizes) const {
    return network_.states.empty() ? single_windows(indices) : drive_windows(inputs_, indices, sizes);
  }

  [[nodiscard]] bool out_of_patience() const {
    return options_.patience > 0 && state_.epochs_done - state_.best_epoch >= options_.patience;
  }

  [[nodiscard]] double best_loss() const {
    return state_.history[static_cast<std::size_t>(state_.best_epoch) - 1].validation_loss;
  }

  [[nodiscard]] bool go_on(int epoch, std::int64_t step_of_epoch, double loss) const {
    const std::int64_t done = (epoch - 1) * steps_per_epoch_ + step_of_epoch;
    std::string detail =
        "epoch " + std::to_string(epoch) + "/" + std::to_string(options_.epochs) + ", loss " + text(loss);
    if (!state_.history.empty()) detail += ", validation " + text(state_.history.back().validation_loss);
    return report(progress_, {"train", done, options_.epochs * steps_per_epoch_, detail});
  }

  [[nodiscard]] Error diverged(const std::string& what, int epoch, std::int64_t step) const {
    return numeric_error("training of '" + network_.name + "' diverged: " + what + " in epoch " +
                         std::to_string(epoch) + ", step " + std::to_string(step) + " of " +
                         std::to_string(steps_per_epoch_) + "; try a learning rate below " +
                         text(options_.learning_rate));
  }

  Status run_epoch(int epoch) {
    const auto start = Clock::now();
    constraints_.find(model_->weights());
    PITLANE_TRY(const double train_loss, learn(epoch));
    step_seconds_ += seconds_since(start);
    images_ += samples_;
    state_.weights = model_->weights();
    swap_averages();
    const Result<double> judged = validation(epoch);
    swap_averages();
    PITLANE_TRY(const double validation_loss, judged);
    state_.history.push_back({epoch, train_loss, validation_loss, seconds_since(start)});
    state_.epochs_done = epoch;
    if (options_.keep_last || state_.best_epoch == 0 || validation_loss < best_loss()) {
      state_.best_epoch = epoch;
      state_.best_weights = options_.averaging > 0 ? state_.averages : state_.weights;
    }
    return {};
  }

  // One pass over the training samples; the mean loss over them.
  Result<double> learn(int epoch) {
    EpochBatches batches(inputs_, options_.augmentation, train_windows_, options_.batch, options_.seed, epoch);
    double sum = 0;
    for (std::int64_t i = 0; i < batches.count(); ++i) {
      BatchBuffer batch = batches.next();
      if (teacher_) PITLANE_TRY_STATUS(ask_teacher(batch));
      before_step();
      PITLANE_TRY(const double loss, model_->backward(batch.view(), output_weights_));
      if (!std::isfinite(loss)) return diverged("the loss is not a number", epoch, i + 1);
      update();
      sum += loss * static_cast<double>(batch.learnt());
      if (!go_on(epoch, i + 1, loss)) return interrupted();
    }
    return sum / static_cast<double>(samples_);
  }

  // Squared distances from label and teacher have the same gradient as one from the point between them.
  Status ask_teacher(BatchBuffer& batch) {
    PITLANE_TRY(const std::vector<float> answers, teacher_->predict(batch.view()));
    const auto share = static_cast<float>(options_.teacher->share);
    for (std::size_t i = 0; i < answers.size(); ++i)
      batch.labels[i] = (1 - share) * batch.labels[i] + share * answers[i];
    return {};
  }

  void before_step() {
    const std::int64_t steps = steps_per_epoch_ * options_.epochs;
    constraints_.raise_sparsity(state_.step, steps, model_->weights(), state_.moments);
    model_->follow_ranges(2 * state_.step < steps);
  }

  void update() {
    AdamStep step;
    step.learning_rate = cosine_rate(options_.learning_rate, state_.step, steps_per_epoch_ * options_.epochs);
    step.step = ++state_.step;
    for (const Parameter& p : model_->parameters())
      constraints_.update(p.weight, p.values, p.gradient, state_.moments[static_cast<std::size_t>(p.weight)], step);
    average();
  }

  // Young means follow faster, so that the start is soon forgotten.
  void average() {
    const auto steps = static_cast<double>(state_.step);
    const auto decay = static_cast<float>(std::min(options_.averaging, (1 + steps) / (10 + steps)));
    for (std::size_t id = 0; id < state_.averages.size(); ++id)
      std::ranges::transform(state_.averages[id], model_->weights()[id], state_.averages[id].begin(),
                             [decay](float mean, float now) { return decay * mean + (1 - decay) * now; });
  }

  // Element-wise: LibTorch holds views of the model's vectors.
  void swap_averages() {
    for (std::size_t id = 0; id < state_.averages.size(); ++id)
      std::ranges::swap_ranges(state_.averages[id], model_->weights()[id]);
  }

  Result<double> validation(int epoch) {
    const auto samples = static_cast<double>(split_.validation.size());
    const WindowBatches batches(windows(split_.validation, kJudgedWindows), kPredictBatch);
    const std::size_t outputs = output_weights_.size();
    double sum = 0;
    for (std::int64_t b = 0; b < batches.size(); ++b) {
      const BatchBuffer batch = plain_batch(inputs_, batches[b]);
      PITLANE_TRY(const std::vector<float> y, model_->predict(batch.view()));
      for (std::size_t i = 0; i < y.size(); ++i) {
        if (!batch.counts.empty() && batch.counts[i / outputs] == 0) continue;
        const double error = static_cast<double>(y[i]) - batch.labels[i];
        sum += output_weights_[i % outputs] * error * error;
      }
      if (!go_on(epoch, steps_per_epoch_, sum / samples)) return interrupted();
    }
    if (!std::isfinite(sum)) return diverged("the validation loss is not a number", epoch, steps_per_epoch_);
    return sum / samples;
  }

  const Network& network_;
  const SampleInputs inputs_;
  const Split& split_;
  const TrainOptions& options_;
  const ProgressFn& progress_;
  std::vector<double> output_weights_;
  std::unique_ptr<TorchModel> model_, teacher_;
  int threads_;
  Constraints constraints_;
  std::vector<SampleWindow> train_windows_;
  std::int64_t samples_ = 0;  // that an epoch learns from
  std::int64_t steps_per_epoch_ = 0;
  TrainState state_;
  double step_seconds_ = 0;
  std::int64_t images_ = 0;
};

/// Each sample with all of its drive before it: what the robot would have answered.
Result<std::vector<float>> predict_drives(const Network& network, TorchModel& model, const SampleInputs& inputs,
                                          std::span<const std::int64_t> indices) {
  std::vector<float> predictions;
  for (const std::int64_t i : indices) {
    const auto window = drive_windows(inputs, {{i}}, {1, std::numeric_limits<int>::max() - 1});
    PITLANE_TRY(const std::vector<float> y, model.predict(plain_batch(inputs, window).view()));
    predictions.insert(predictions.end(), y.end() - std::ssize(network.outputs), y.end());
  }
  return predictions;
}

}  // namespace

Result<TrainResult> train(const Network& network, const Dataset& dataset, const Split& split,
                          const TrainOptions& options, const ProgressFn& progress) {
  PITLANE_TRY_STATUS(check_fine_tuning(options, network));
  const AllocationReuse reuse;
  PITLANE_TRY(auto model, make_torch_model(network, {options.freeze_batch_norm, options.threads, options.int8}));
  std::unique_ptr<TorchModel> teacher;
  if (options.teacher) {
    PITLANE_TRY(teacher, make_torch_model(*options.teacher->network, {true, options.threads}));
  }
  PITLANE_TRY(SampleInputs inputs, SampleInputs::create(network, dataset));
  PITLANE_TRY_STATUS(check_outputs(network, dataset));
  PITLANE_TRY_STATUS(check_indices(dataset, split.train, "training"));
  PITLANE_TRY_STATUS(check_indices(dataset, split.validation, "validation"));
  PITLANE_TRY_STATUS(check_options(options, dataset));
  Training training(network, std::move(inputs), split, options, progress, std::move(model), std::move(teacher));
  PITLANE_TRY_STATUS(training.resume());
  PITLANE_TRY_STATUS(training.run());
  return training.result();
}

Result<std::vector<float>> torch_predict(const Network& network, const Dataset& dataset,
                                         std::span<const std::int64_t> indices) {
  PITLANE_TRY(auto model, make_torch_model(network, {}));
  PITLANE_TRY(const SampleInputs inputs, SampleInputs::create(network, dataset));
  PITLANE_TRY_STATUS(check_outputs(network, dataset));
  PITLANE_TRY_STATUS(check_indices(dataset, indices, "predicted"));
  std::vector<float> predictions;
  if (!network.states.empty()) return predict_drives(network, *model, inputs, indices);
  const WindowBatches batches(single_windows(indices), kPredictBatch);
  for (std::int64_t b = 0; b < batches.size(); ++b) {
    const BatchBuffer batch = plain_batch(inputs, batches[b]);
    PITLANE_TRY(const std::vector<float> y, model->predict(batch.view()));
    predictions.insert(predictions.end(), y.begin(), y.end());
  }
  return predictions;
}

}  // namespace pitlane
