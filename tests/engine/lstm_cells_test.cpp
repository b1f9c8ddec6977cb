// LSTM cells in one step: found where they are, left alone where something only looks like one, and to the bit what
// their operators compute one by one.
#include "pitlane/engine/lstm_cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "counters.h"
#include "level.h"
#include "naive_lstm.h"
#include "random_networks.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

using ::testing::ElementsAre;

std::shared_ptr<const Plan> compiled(const Network& network, Isa isa, int threads = 1) {
  const auto plan = compile(network, {.isa = isa, .threads = threads});
  EXPECT_TRUE(plan.ok()) << plan.error().message();
  return *plan;
}

int count_work(const Plan& plan, const std::string& work) {
  return static_cast<int>(std::ranges::count(plan.steps(), work, &StepInfo::work));
}

int count_cells(const Network& network) {
  const LstmCells cells = find_lstm_cells(network);
  int count = 0;
  for (std::size_t i = 0; i < network.nodes.size(); ++i) count += cells.at(i) != nullptr;
  return count;
}

ValueId value_of(const Network& network, const std::string& node) {
  const auto found = std::ranges::find(network.nodes, node, &Node::name);
  EXPECT_NE(found, network.nodes.end()) << node;
  return found->output;
}

Node& node_of(Network& network, const std::string& name) {
  return *std::ranges::find(network.nodes, name, &Node::name);
}

/// Makes what the node computes one more output.
void show(Network& network, const std::string& node) {
  OutputSpec output = output_of(value_of(network, node));
  output.name = node;
  network.outputs.push_back(output);
}

/// The same with an output inside each cell, so that none is taken for one.
Network written_out(Network network) {
  const std::size_t count = network.nodes.size();
  for (std::size_t i = 0; i < count; ++i)
    if (const std::string name = network.nodes[i].name; name.ends_with(".shown")) show(network, name);
  return network;
}

using LstmCellsTest = LevelTest;

struct Sizes {
  int height, width, units;
  bool picture;
};

std::vector<Sizes> sizes() {
  std::vector<Sizes> all;
  for (const int units : {1, 3, 17, 32})
    for (const auto& [height, width, picture] : {std::tuple{1, 1, false}, {1, 1, true}, {5, 3, true}})
      all.push_back({height, width, units, picture});
  return all;
}

TEST_P(LstmCellsTest, AreACellInDoubleTheReferenceAndTheirOperators) {
  for (const Sizes& s : sizes()) {
    for (int steps = 1; steps <= (s.units > 4 ? 2 : 5); ++steps) {
      SCOPED_TRACE(std::to_string(s.height) + " x " + std::to_string(s.width) + ", units " + std::to_string(s.units) +
                   (s.picture ? ", convolution" : "") + ", steps " + std::to_string(steps));
      NaiveCell naive = made_cell(s.height, s.width, 2, s.units, s.height > 1 ? 3 : 1, 70);
      naive.picture = s.picture;
      naive.hard = steps == 2;
      if (steps % 2 == 0) naive.order = {.input = 2, .forget = 0, .cell = 3, .output = 1};
      const Network network = unrolled(naive, steps), plain = written_out(network);
      const auto fused = compiled(network, GetParam()), apart = compiled(plain, GetParam());
      EXPECT_EQ(count_work(*fused, "lstm"), steps);
      EXPECT_EQ(count_work(*fused, "multiply"), 0);
      EXPECT_EQ(count_work(*fused, "add"), 0);
      EXPECT_EQ(count_work(*apart, "lstm"), 0);
      Random random(11);
      RunInputs inputs(1);
      for (int t = 0; t < steps; ++t) {
        const Reals x = random_step(naive, random);
        naive.step(x);
        append(inputs[0], x);
      }
      Runner together(fused->new_session()), one_by_one(apart->new_session());
      ASSERT_EQ(together.run(inputs), RunStatus::kOk);
      ASSERT_EQ(one_by_one.run(inputs), RunStatus::kOk);
      EXPECT_EQ(together.outputs()[0], one_by_one.outputs()[0]);
      const auto reference = run_reference(network, real_inputs(network, inputs));
      ASSERT_TRUE(reference.ok());
      const std::vector<float>& want = reference->values[network.outputs[0].value];
      for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(together.outputs()[0][i], want[i], 1e-5) << i;
        ASSERT_NEAR(together.outputs()[0][i], naive.hidden[i], 1e-5) << i;
      }
    }
  }
}

TEST_P(LstmCellsTest, RememberWithoutAllocating) {
  const NaiveCell naive = made_cell(3, 5, 2, 3, 3, 71);
  const Network network = remembering(naive);
  const auto plan = compiled(network, GetParam()), apart = compiled(written_out(network), GetParam());
  EXPECT_EQ(count_work(*plan, "lstm"), 1);
  Runner together(plan->new_session()), one_by_one(apart->new_session());
  for (int run = 0; run < 4; ++run) {
    const RunInputs inputs = random_inputs(network, static_cast<std::uint64_t>(run));
    const long before = allocations();
    const RunStatus status = together.run(inputs);
    EXPECT_EQ(allocations(), before);
    ASSERT_EQ(status, RunStatus::kOk);
    ASSERT_EQ(one_by_one.run(inputs), RunStatus::kOk);
    EXPECT_EQ(together.outputs()[0], one_by_one.outputs()[0]);
  }
}

/// Run after run, of a network that remembers.
void expect_reference(const Network& network, Isa isa, int runs = 1) {
  const auto plan = compiled(network, isa);
  Runner runner(plan->new_session());
  ReferenceMemory memory;
  for (int run = 0; run < runs; ++run) {
    const RunInputs inputs = random_inputs(network, 5 + static_cast<std::uint64_t>(run));
    ASSERT_EQ(runner.run(inputs), RunStatus::kOk);
    const auto want = run_reference(network, real_inputs(network, inputs), &memory);
    ASSERT_TRUE(want.ok()) << want.error().message();
    ASSERT_EQ(runner.outputs().size(), network.outputs.size());
    for (std::size_t t = 0; t < network.outputs.size(); ++t) {
      const std::vector<float>& wanted = want->values[network.outputs[t].value];
      for (std::size_t i = 0; i < wanted.size(); ++i)
        ASSERT_NEAR(runner.outputs()[t][i], wanted[i], 1e-5) << network.outputs[t].name << ", " << i;
    }
  }
}

/// A change to two steps over one vector or picture, and how many of both are still cells.
struct Change {
  std::string what;
  int cells;
  std::function<void(Network&)> make;
};

void swap_inputs(Network& network, const std::string& node) {
  std::swap(node_of(network, node).inputs[0], node_of(network, node).inputs[1]);
}
void set_curve(Network& network, const std::string& node, const Activate& curve) { node_of(network, node).op = curve; }
void set_grid(Network& network, const std::string& node) {
  network.values[value_of(network, node)].quantization = ActivationQuantization{0.01F, 120};
}
ValueId append_node(Network& network, const std::string& name, Op op, std::vector<ValueId> inputs) {
  network.values.push_back({name, network.values[value_of(network, "t1.hidden")].shape, {}});
  const auto value = static_cast<ValueId>(network.values.size() - 1);
  network.nodes.push_back({name, std::move(op), std::move(inputs), value});
  return value;
}

/// A second pair of output gate and curve over the same c.
void show_twice(Network& network) {
  const Op slice = node_of(network, "t1.output.sum").op;
  const ValueId sum = append_node(network, "again.sum", slice, {value_of(network, "t1.sum")});
  const ValueId gate = append_node(network, "again.gate", Activate{Activation::kSigmoid}, {sum});
  const ValueId curve =
      append_node(network, "again.curve", Activate{Activation::kTanh}, {value_of(network, "t1.cell")});
  append_node(network, "again.product", Multiply{}, {curve, gate});
  show(network, "again.product");
}

std::vector<Change> changes() {
  std::vector<Change> all = {{"none", 2, [](Network&) {}}, {"c is shown twice", 2, show_twice}};
  for (const char* node : {"t1.sum", "t1.new", "t1.kept", "t1.cell", "t1.hidden", "t0.new", "t0.hidden"})
    all.push_back({std::string("other order of ") + node, 2, [=](Network& n) { swap_inputs(n, node); }});
  for (const char* node : {"t1.cell", "t0.new", "t0.hidden", "t1.sum"})
    all.push_back({std::string("also read: ") + node, 2, [=](Network& n) { show(n, node); }});
  for (const char* node : {"t1.input.sum", "t1.input", "t1.forget.sum", "t1.forget", "t1.candidate.sum", "t1.candidate",
                           "t1.output.sum", "t1.output", "t1.new", "t1.kept", "t1.shown"}) {
    all.push_back({std::string("also read: ") + node, 1, [=](Network& n) { show(n, node); }});
    all.push_back({std::string("on a grid: ") + node, 1, [=](Network& n) { set_grid(n, node); }});
  }
  all.push_back({"on a grid: t1.cell", 1, [](Network& n) { set_grid(n, "t1.cell"); }});
  for (const char* node : {"t1.sum", "t1.gates", "t1.recurrent", "t1.hidden", "t0.hidden"})
    all.push_back({std::string("on a grid: ") + node, 2, [=](Network& n) { set_grid(n, node); }});
  for (const char* node : {"t1.input", "t1.forget", "t1.output"}) {
    all.push_back({std::string("other gate: ") + node, 1, [=](Network& n) { set_curve(n, node, {Activation::kElu}); }});
    all.push_back({std::string("other slope: ") + node, 1, [=](Network& n) {
                     for (const char* gate : {"t1.input", "t1.forget", "t1.output"})
                       set_curve(n, gate, {Activation::kHardSigmoid});
                     set_curve(n, node, {Activation::kHardSigmoid, 0.25F});
                   }});
  }
  for (const Activation curve : {Activation::kRelu, Activation::kSigmoid, Activation::kLeakyRelu})
    for (const char* node : {"t1.candidate", "t1.shown"})
      all.push_back({std::string("other curve: ") + node, 1, [=](Network& n) { set_curve(n, node, {curve}); }});
  all.push_back({"gates of a slope of a sixth", 2, [](Network& n) {
                   for (Node& node : n.nodes)
                     if (node.name.ends_with(".input") || node.name.ends_with(".forget") ||
                         node.name.ends_with(".output"))
                       node.op = Activate{Activation::kHardSigmoid, 1.F / 6};
                 }});
  for (const int most : {1, 12})
    all.push_back({"adds " + std::to_string(most) + " numbers to the sums of all pixels", 2, [=](Network& n) {
                     const auto channels = n.values[value_of(n, "t1.sum")].shape.size() == 1 ? 1 : most;
                     const Shape count{channels};
                     n.values.push_back({"same", count, {}});
                     const auto same = static_cast<ValueId>(n.values.size() - 1);
                     const Op slice = Slice{{0}, count};
                     n.nodes.insert(n.nodes.begin(), {"same", slice, {n.inputs[0].value}, same});
                     node_of(n, "t1.sum").inputs[1] = same;
                   }});
  all.push_back({"gates of tanh", 1, [](Network& n) {
                   for (const char* gate : {"t1.input", "t1.forget", "t1.output"})
                     set_curve(n, gate, {Activation::kTanh});
                 }});
  all.push_back({"forgets by another sum", 1,
                 [](Network& n) { node_of(n, "t1.forget.sum").inputs = {value_of(n, "t1.gates")}; }});
  all.push_back({"one slice for two gates", 1,
                 [](Network& n) { node_of(n, "t1.candidate").inputs = node_of(n, "t1.input").inputs; }});
  all.push_back(
      {"gates overlap", 2, [](Network& n) { node_of(n, "t1.candidate.sum").op = node_of(n, "t1.input.sum").op; }});
  all.push_back({"shows what is new", 2, [](Network& n) {  // a cell without memory, and what it would have kept
                   node_of(n, "t1.shown").inputs = {value_of(n, "t1.new")};
                   show(n, "t1.cell");
                 }});
  all.push_back({"keeps the past in place of what is new", 1, [](Network& n) {
                   node_of(n, "t1.cell").inputs = {value_of(n, "t1.kept"), value_of(n, "t0.new")};
                 }});
  all.push_back({"shows c as it is", 1, [](Network& n) {
                   node_of(n, "t1.hidden").inputs = {value_of(n, "t1.cell"), value_of(n, "t1.output")};
                 }});
  all.push_back({"keeps what another shows", 1, [](Network& n) {
                   for (const char* gate : {"t1.input.sum", "t1.forget.sum", "t1.candidate.sum", "t1.output.sum"})
                     node_of(n, gate).inputs = {value_of(n, "t0.gates")};
                   node_of(n, "t0.hidden").inputs = {value_of(n, "t0.new"), value_of(n, "t0.output")};
                   node_of(n, "t1.kept").inputs = {value_of(n, "t0.shown"), value_of(n, "t1.forget")};
                 }});
  all.push_back({"keeps what looks like a gate", 2, [](Network& n) {
                   const Op slice = node_of(n, "t1.candidate.sum").op;
                   const ValueId sums = value_of(n, "t1.sum"), forget = value_of(n, "t1.forget");
                   const ValueId sum = append_node(n, "past.sum", slice, {sums});
                   const ValueId past = append_node(n, "past", Activate{Activation::kTanh}, {sum});
                   const auto kept = std::ranges::find(n.nodes, "t1.kept", &Node::name);
                   std::rotate(kept, n.nodes.end() - 2, n.nodes.end());  // made before they are read
                   node_of(n, "t1.kept").inputs = {past, forget};
                 }});
  all.push_back({"nobody reads h", 2, [](Network& n) {
                   n.outputs.clear();
                   show(n, "t1.cell");
                 }});
  return all;
}

TEST_P(LstmCellsTest, AreFoundWhereTheyAreAndNowhereElse) {
  for (const int side : {1, 3}) {
    const NaiveCell naive = made_cell(side, side, 2, 3, side, 72);
    for (const Change& change : changes()) {
      SCOPED_TRACE(change.what);
      Network network = unrolled(naive, 2);
      change.make(network);
      ASSERT_EQ(validate(network).ok(), true) << validate(network).error().message();
      EXPECT_EQ(count_cells(network), change.cells);
      expect_reference(network, GetParam());
    }
  }
}

// A gate is a part of each pixel's sums, not of the picture's rows.
TEST_P(LstmCellsTest, DoNotTakeRowsForGates) {
  Network network = unrolled(made_cell(3, 3, 2, 3, 3, 77), 2);
  const ValueId sums = value_of(network, "t1.sum");
  network.values.push_back({"rows", {12, 3, 3}, {}});
  const auto rows = static_cast<ValueId>(network.values.size() - 1);
  const auto after = std::ranges::find(network.nodes, "t1.sum", &Node::name) + 1;
  network.nodes.insert(after, {"rows", Reshape{{12, 3, 3}}, {sums}, rows});
  std::int64_t begin = 0;
  for (const char* gate : {"t1.input.sum", "t1.forget.sum", "t1.candidate.sum", "t1.output.sum"}) {
    node_of(network, gate).inputs = {rows};
    node_of(network, gate).op = Slice{{begin, 0, 0}, {begin + 3, 3, 3}};
    begin += 3;
  }
  ASSERT_TRUE(validate(network).ok()) << validate(network).error().message();
  EXPECT_EQ(count_cells(network), 1);
  expect_reference(network, GetParam());
}

// What is remembered is there to be read by the next run, so it is no inner value of a cell.
TEST_P(LstmCellsTest, ShowWhatIsRemembered) {
  for (const char* inner : {"lstm.output", "lstm.forget", "lstm.new", "lstm.shown"}) {
    SCOPED_TRACE(inner);
    Network network = remembering(made_cell(1, 1, 2, 3, 1, 78));
    network.states[1].after = value_of(network, inner);
    ASSERT_TRUE(validate(network).ok()) << validate(network).error().message();
    EXPECT_EQ(count_cells(network), 0);
    expect_reference(network, GetParam(), 3);
  }
}

// The second factor of what is kept may be one number for each channel, which a cell's memory is not.
TEST(LstmCells, DoNotKeepOneNumberForAllPixels) {
  Network network = unrolled(made_cell(3, 3, 2, 3, 3, 73), 2);
  network.values.push_back({"past", {3}, {}});
  const auto past = static_cast<ValueId>(network.values.size() - 1);
  const Op slice = Slice{{0}, {3}};
  network.nodes.insert(network.nodes.begin(), {"past", slice, {network.inputs[0].value}, past});
  node_of(network, "t1.kept").inputs = {value_of(network, "t1.forget"), past};
  ASSERT_TRUE(validate(network).ok()) << validate(network).error().message();
  EXPECT_EQ(count_cells(network), 1);
}

// A value without dimensions has no last one along which gates could stand.
TEST(LstmCells, AreNotMadeOfSingleNumbers) {
  NetworkBuilder builder("single");
  const ValueId x = builder.vector("speed", InputKind::kSpeed, 1);
  const ValueId single = builder.add("single", Reshape{{}}, {x});
  const ValueId part = builder.add("part", Slice{{}, {}}, {single});
  const ValueId gate = builder.add("gate", Activate{Activation::kSigmoid}, {part});
  const ValueId memory = builder.add("memory", Activate{Activation::kRelu}, {single});
  const ValueId shown = builder.add("shown", Activate{Activation::kTanh}, {memory});
  const ValueId product = builder.add("product", Multiply{}, {shown, gate});
  builder.output({"v", "m/s", 0, 1, builder.add("v", Reshape{{1}}, {product}), 0});
  const auto network = std::move(builder).build();
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(count_cells(*network), 0);
}

TEST(LstmCells, HaveNamesAndCosts) {
  const auto plan = compiled(unrolled(made_cell(1, 1, 2, 3, 1, 74), 2), Isa::kScalar);
  std::vector<std::string> lines;
  for (const StepInfo& step : plan->steps())
    if (step.work == "lstm")
      lines.push_back(std::string(to_string(step.owner)) + " " + step.name + ": " + std::to_string(step.read_bytes) +
                      " -> " + std::to_string(step.written_bytes));
  // Three gates of 3 floats to both results; four gates of two sums each and the memory to h alone.
  EXPECT_THAT(lines, ElementsAre("layer t0: 36 -> 24", "layer t1: 108 -> 12"));
}

// Other graphs have dots where theirs would be cut, and cells would share a name.
TEST(LstmCells, OfOtherGraphsKeepTheirNamesWhole) {
  Network network = unrolled(made_cell(1, 1, 2, 3, 1, 74), 2);
  node_of(network, "t0.hidden").name = "model/lstm.1/mul_2";
  node_of(network, "t1.hidden").name = "model/lstm.1/mul_5";
  const auto plan = compiled(network, Isa::kScalar);
  std::vector<std::string> names;
  for (const StepInfo& step : plan->steps())
    if (step.work == "lstm") names.push_back(step.name);
  EXPECT_THAT(names, ElementsAre("model/lstm.1/mul_2", "model/lstm.1/mul_5"));
}

TEST_P(LstmCellsTest, OfInt8AreTheReferenceAndTheirOperators) {
  const Network real = unrolled(made_cell(5, 3, 2, 8, 3, 75), 3);
  const RunInputs inputs = random_inputs(real, 6);
  const Network dynamic = all_int8(real);
  for (const Network& network : {dynamic, with_fixed_ranges(dynamic), some_static(dynamic, inputs, 3)}) {
    const auto plan = compiled(network, GetParam()), apart = compiled(written_out(network), GetParam());
    EXPECT_EQ(count_work(*plan, "lstm"), 3);
    Runner together(plan->new_session()), one_by_one(apart->new_session());
    ASSERT_EQ(together.run(inputs), RunStatus::kOk);
    ASSERT_EQ(one_by_one.run(inputs), RunStatus::kOk);
    EXPECT_EQ(together.outputs()[0], one_by_one.outputs()[0]);
    const auto want = run_reference(network, real_inputs(network, inputs));
    ASSERT_TRUE(want.ok());
    const std::vector<float>& wanted = want->values[network.outputs[0].value];
    for (std::size_t i = 0; i < wanted.size(); ++i)
      ASSERT_NEAR(together.outputs()[0][i], wanted[i], kInt8LevelDifference) << i;
  }
}

TEST_P(LstmCellsTest, GiveThreadsTheBitsOfOne) {
  const Network network = unrolled(made_cell(9, 12, 8, 24, 3, 76), 2);
  const RunInputs inputs = random_inputs(network, 7);
  const auto shared = compiled(network, GetParam(), 2);
  EXPECT_EQ(count_work(*shared, "lstm"), 2);
  Runner alone(compiled(network, GetParam())->new_session()), two(shared->new_session());
  ASSERT_EQ(alone.run(inputs), RunStatus::kOk);
  ASSERT_EQ(two.run(inputs), RunStatus::kOk);
  EXPECT_EQ(two.outputs(), alone.outputs());
}

TEST_P(LstmCellsTest, GiveThreadsTheMemoryOfOne) {
  const Network network = remembering(made_cell(9, 12, 8, 24, 3, 79));
  const auto shared = compiled(network, GetParam(), 2);
  EXPECT_EQ(count_work(*shared, "lstm"), 1);
  Runner alone(compiled(network, GetParam())->new_session()), two(shared->new_session());
  for (int run = 0; run < 3; ++run) {
    const RunInputs inputs = random_inputs(network, 8 + static_cast<std::uint64_t>(run));
    ASSERT_EQ(alone.run(inputs), RunStatus::kOk);
    ASSERT_EQ(two.run(inputs), RunStatus::kOk);
    EXPECT_EQ(two.outputs(), alone.outputs());
  }
}

PITLANE_ALL_LEVELS(LstmCellsTest);

}  // namespace
}  // namespace pitlane::testing
