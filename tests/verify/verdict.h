#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/verify/evidence.h"

namespace vefa::verify {

// What became of one invariant.
struct Verdict {
  std::string id;     // As in the guide, for example `I4`.
  std::string says;   // In words.
  int64_t checked = 0;
  int64_t violations = 0;
  std::map<std::string, int64_t> figures;  // What else was counted.
  std::vector<std::string> examples;

  bool holds() const { return violations == 0; }
  // Counts a violation and keeps the first few in words.
  void Violate(const std::string& example) {
    constexpr size_t kExamplesMax = 5;
    ++violations;
    if (examples.size() < kExamplesMax) examples.push_back(example);
  }
};

// One function for each group of invariants: pure, from evidence to verdicts.
std::vector<Verdict> JudgeWrites(const Evidence& evidence);     // I1, I2
std::vector<Verdict> JudgeLedger(const Evidence& evidence);     // I3, I4, I5, I6, I7
std::vector<Verdict> JudgeConsumers(const Evidence& evidence);  // I8, I9, I10
std::vector<Verdict> JudgeOutputs(const Evidence& evidence);    // I15, I17, I18

std::vector<Verdict> Judge(const Evidence& evidence);

// A line each, and the same as JSON.
std::string ToText(const std::vector<Verdict>& verdicts);
std::string ToJson(const std::vector<Verdict>& verdicts);

}  // namespace vefa::verify
