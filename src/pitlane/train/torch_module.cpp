#include "pitlane/train/torch_module.h"

#include <dlfcn.h>

#include <filesystem>
#include <optional>
#include <string>

#include "pitlane/core/program_part.h"

namespace pitlane {
namespace {

constexpr const char* kFile = "libpitlane_torch.so";

Error cannot_load(const std::string& why) {
  return unsupported("training needs LibTorch, which cannot be loaded: " + why);
}

struct Module {
  TorchModuleMake make = nullptr;
};

Result<Module> load_module() {
  const std::optional<std::filesystem::path> path = find_program_part(kFile);
  if (!path)
    return unsupported("training needs LibTorch, and there is no " + std::string(kFile) +
                       " beside the program; install libtorch-dev and build again");
  void* const module = ::dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return cannot_load(::dlerror());
  const auto* types = static_cast<const char* const*>(::dlsym(module, kTorchModuleTypes));
  if (types == nullptr || std::string(*types) != PITLANE_SHARED_TYPES)
    return cannot_load(path->string() + " belongs to another build of Pitlane; build or install again");
  const auto make = reinterpret_cast<TorchModuleMake>(::dlsym(module, kTorchModuleMake));
  if (make == nullptr) return cannot_load(path->string() + " is damaged; build or install again");
  return Module{make};
}

}  // namespace

Result<std::unique_ptr<TorchModel>> make_torch_model(const Network& network, const TorchModelOptions& options) {
  static const Result<Module> module = load_module();
  if (!module.ok()) return module.error();
  MadeTorchModel made;
  module->make(network, options, made);
  return *std::move(made);
}

}  // namespace pitlane
