#include "pitlane/runtimes/foreign_model.h"

#include <algorithm>

#include "pitlane/core/file.h"
#include "pitlane/core/hash.h"
#include "pitlane/runtimes/foreign_session.h"
#include "pitlane/runtimes/runtimes_hash.h"
#include "pitlane/runtimes/temporary_folder.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

std::string port_word(const FilePort& port) {
  std::string text = port.type == ElementType::kU8 ? "u8:" : "f32:";
  for (std::size_t i = 0; i < port.dims.size(); ++i) text += (i == 0 ? "" : "x") + std::to_string(port.dims[i]);
  return text;
}

const Shape& shape_of(const Network& network, ValueId value) {
  return network.values[static_cast<std::size_t>(value)].shape;
}

/// The bytes of its file.
Result<std::vector<std::byte>> exported(const Network& prepared, const ForeignRuntime& runtime,
                                        const ExportOptions& options) {
  PITLANE_TRY(const TemporaryFolder folder, TemporaryFolder::create());
  const fs::path path = folder.path() / (std::string("model") + runtime.ending);
  PITLANE_TRY_STATUS(export_network(prepared, options, path));
  return read_file(path);
}

}  // namespace

ForeignModel::ForeignModel(const ExportedFile& file, const ForeignRuntime& runtime, const WorkerOptions& worker)
    : runtime_(runtime), options_(worker) {
  const FileOutputs outputs = file_outputs(file.network, file.options);
  model_ = {fs::absolute(file.path).string(), file.network.states.size(), {}, outputs.count};
  for (const FilePort& port : file_ports(file.network, file.options)) {
    model_.ports.push_back(port_word(port));
    writers_.emplace_back(port);
  }
  for (const InputSpec& input : file.network.inputs)
    inputs_.push_back({input.name, shape_of(file.network, input.value),
                       input.kind == InputKind::kImage ? ElementType::kU8 : ElementType::kF32});
  std::vector<ValueId> values;  // one tensor a value, in the order of first mention
  for (std::size_t i = 0; i < file.network.outputs.size(); ++i) {
    const OutputSpec& output = file.network.outputs[i];
    auto found = std::find(values.begin(), values.end(), output.value);
    if (found == values.end()) {
      outputs_.push_back({output.name, shape_of(file.network, output.value), ElementType::kF32});
      found = values.insert(values.end(), output.value);
    }
    places_.push_back({outputs.places[i], static_cast<std::size_t>(found - values.begin()),
                       static_cast<std::size_t>(output.element)});
  }
}

Result<std::shared_ptr<const ForeignModel>> ForeignModel::create(const Network& network, const ForeignRuntime& runtime,
                                                                 const WorkerOptions& worker,
                                                                 std::shared_ptr<WorkerPool> pool,
                                                                 const MeasureRanges& measure_ranges) {
  ExportOptions options;
  options.kind = runtime.kind;
  const Network prepared = prepared_for(network, options);
  if (needs_ranges(options) && measure_ranges) {
    PITLANE_TRY(options.ranges, measure_ranges(prepared));
  }
  PITLANE_TRY(const std::vector<std::byte> bytes, exported(prepared, runtime, options));
  // No file of a folder: workers read it as long as the model lives, and who is killed could not take it away.
  PITLANE_TRY(MemoryFile file, MemoryFile::create(bytes));
  std::shared_ptr<ForeignModel> model(new ForeignModel({file.path(), prepared, options}, runtime, worker));
  model->key_ = Hasher().text(kRuntimesHash).text(runtime.engine).bytes(bytes).hex();
  model->file_.emplace(std::move(file));
  model->pool_ = std::move(pool);
  return std::shared_ptr<const ForeignModel>(std::move(model));
}

std::shared_ptr<const ForeignModel> ForeignModel::of_file(const ExportedFile& file, const WorkerOptions& worker) {
  return std::shared_ptr<const ForeignModel>(new ForeignModel(file, *runtime_of(file.options.kind), worker));
}

Result<std::unique_ptr<Session>> ForeignModel::new_session() const {
  std::unique_ptr<Worker> worker = pool_ == nullptr ? nullptr : pool_->take(model_.path);
  if (worker == nullptr) {
    PITLANE_TRY(worker, new_worker());
  }
  return std::unique_ptr<Session>(std::make_unique<ForeignSession>(shared_from_this(), std::move(worker)));
}

Result<std::unique_ptr<Worker>> ForeignModel::new_worker() const {
  {
    const std::lock_guard lock(mutex_);
    if (refused_) return *refused_;
  }
  Result<std::unique_ptr<Worker>> worker = Worker::start(runtime_, model_, options_);
  if (worker.ok() || worker.error().kind() == ErrorKind::kInterrupted) return worker;
  const std::lock_guard lock(mutex_);
  refused_ = worker.error();
  return worker;
}

}  // namespace pitlane
