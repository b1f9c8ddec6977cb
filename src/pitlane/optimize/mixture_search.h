// Which layers of a network may be stored in few bits: measured one by one, then searched.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/optimize/accuracy_budget.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/optimize/layer_cost.h"
#include "pitlane/optimize/layer_storage.h"

namespace pitlane {

/// By group: true where it keeps the wider form: floats, or 8 bits where few means fewer.
using Mixture = std::vector<bool>;

/// How mixtures are judged.
struct MixtureJudge {
  std::vector<ErrorLimit> limits;  ///< that have to hold; none where the track alone is limited
  const JudgeFn& errors;
  const TrackFn& track;  ///< empty: nothing drives
};

/// Where the draft has weights of fewer bits than 8, the layers that have them are what is searched, and 8 bits what
/// they go back to; else all its layers are, and floats. Judges each mixture once, and drives it only if its errors
/// hold and somebody asks. Its arguments by reference must outlive it. One thread.
class MixtureSearch {
 public:
  MixtureSearch(StorageDraft draft, const MixtureJudge& judge, const StrategyContext& context,
                const ProgressFn& progress);

  /// Groups of layers that share one weight, in the order in which they run.
  [[nodiscard]] std::size_t size() const { return groups_.size(); }
  [[nodiscard]] std::string name(std::size_t group) const { return groups_[group].name; }
  /// "int8", "4 bits"
  [[nodiscard]] std::string storage() const;
  /// What layers go back to: "floats", "8 bits".
  [[nodiscard]] bool goes_to_floats() const { return draft_.rounded.empty(); }
  [[nodiscard]] const char* wider() const { return draft_.rounded.empty() ? "floats" : "8 bits"; }
  [[nodiscard]] bool integers_only() const { return draft_.integers_only; }
  [[nodiscard]] int judged() const { return static_cast<int>(known_.size()); }
  [[nodiscard]] Mixture all(bool stay) const { return Mixture(size(), stay); }

  Result<Network> make(const Mixture& mixture);
  Result<bool> holds(const Mixture& mixture);
  /// Which limit it strains most, in words.
  Result<std::string> overrun(const Mixture& mixture);
  /// The largest part of a limit that it takes, of what is known of it: above 1 it does not hold. To be judged before.
  [[nodiscard]] double share(const Mixture& mixture) const;
  /// Where each limit on answers stands, in words; empty without such limits.
  Result<std::string> standing(const Mixture& mixture);
  /// It answers well enough; what stands in the way is how it drives.
  Result<bool> answers_hold(const Mixture& mixture);

  /// Judges each layer alone in few bits; what follows needs that.
  Status weigh();
  /// The best mixture that holds and leaves some layer in few bits.
  Result<std::optional<Mixture>> search();
  /// Of those judged, but for the one in which all stay, the one that strains the limits least; where none comes near
  /// (each loses a lap), the layer that costs least alone.
  [[nodiscard]] Mixture closest() const;
  /// The layer that alone takes the largest share of the budget.
  [[nodiscard]] std::size_t costliest() const;
  /// So many layers stay: those that do, costliest first.
  [[nodiscard]] Mixture costliest(std::size_t count) const;
  /// Alone in few bits it adds to some error that is limited.
  [[nodiscard]] bool costs(std::size_t group) const { return costs_[group].relative > 0; }
  /// "2.1 % to w's MSE"
  [[nodiscard]] std::string cost_text(std::size_t group) const;
  /// Why each layer that stays does.
  [[nodiscard]] std::vector<std::string> sentences(const Mixture& mixture) const;
  [[nodiscard]] std::vector<std::string> names(const Mixture& mixture, bool stay) const;
  /// Those of the layers that stay.
  [[nodiscard]] std::vector<WeightId> weights(const Mixture& mixture) const;

 private:
  using Errors = std::vector<OutputError>;
  struct Group {
    std::string name;
    WeightId weight = kNoWeight;
    double bytes = 0;  ///< saved by few bits
  };

  Result<Errors> errors(const Mixture& mixture);
  Result<TrackVerdict> driven(const Mixture& mixture);
  [[nodiscard]] Mixture only(std::size_t group) const;
  [[nodiscard]] ProgressFn still_working() const;
  [[nodiscard]] std::vector<std::size_t> order(const std::vector<double>& worth) const;
  [[nodiscard]] Mixture first_of(const std::vector<std::size_t>& order, std::size_t count) const;
  Status put_back(const std::vector<std::size_t>& order);
  Status take_out(Mixture mixture);
  [[nodiscard]] std::pair<std::ptrdiff_t, double> rank(const Mixture& mixture) const;

  StorageDraft draft_;
  std::vector<Group> groups_;
  MixtureJudge judge_;
  const StrategyContext& context_;
  const ProgressFn& progress_;
  std::map<Mixture, Errors> known_;
  std::map<Mixture, TrackVerdict> driven_;
  std::vector<ErrorLimit> weigh_by_;  ///< what a layer costs is its share of these
  std::vector<LayerCost> costs_;
  Progress now_{"budget: all layers", 0, 0, ""};
};

}  // namespace pitlane
