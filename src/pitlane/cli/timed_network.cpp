#include "pitlane/cli/timed_network.h"

#include <cstring>
#include <utility>

#include "pitlane/core/random.h"
#include "pitlane/measure/answer_check.h"

namespace pitlane::cli {
namespace {

void fill_inputs(TimedNetwork& network) {
  Random random(1);
  for (const TensorSpec& spec : network.session->inputs()) {
    const bool bytes = spec.type == ElementType::kU8;
    std::vector<std::byte> data(static_cast<std::size_t>(element_count(spec.shape)) * (bytes ? 1 : sizeof(float)));
    if (bytes)
      for (std::byte& b : data) b = static_cast<std::byte>(random.next());
    for (std::size_t at = 0; !bytes && at < data.size(); at += sizeof(float)) {
      const auto number = static_cast<float>(random.uniform());
      std::memcpy(data.data() + at, &number, sizeof number);
    }
    network.inputs.push_back(std::move(data));
  }
  for (const auto& data : network.inputs) network.in.push_back({data.data(), data.size()});
  for (const TensorSpec& spec : network.session->outputs())
    network.results.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& result : network.results) network.out.push_back({result.data(), result.size() * sizeof(float)});
}

}  // namespace

Result<std::unique_ptr<TimedNetwork>> prepare_to_time(const std::string& path, const ModelFlags& model,
                                                      const CompileOptions& options) {
  PITLANE_TRY(ModelFile file, open_model(path, model));
  auto network = std::make_unique<TimedNetwork>();
  PITLANE_TRY(network->plan, compile(file.network, options));
  network->session = network->plan->new_session();
  network->entry.subject = {path, content_hash(file.network), file.size_bytes, network->session->description(), {}};
  network->entry.isa = to_string(network->plan->isa());
  fill_inputs(*network);
  if (const Status right = check_answer(file.network, *network->session, network->in); !right.ok())
    return right.error().in(path);
  network->network = std::move(file.network);
  return network;
}

}  // namespace pitlane::cli
