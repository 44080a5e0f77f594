#include "tests/verify/verdict.h"

#include <iterator>
#include <nlohmann/json.hpp>

namespace vefa::verify {

std::vector<Verdict> Judge(const Evidence& evidence) {
  std::vector<Verdict> all;
  for (auto* judge : {&JudgeWrites, &JudgeLedger, &JudgeConsumers, &JudgeOutputs}) {
    std::vector<Verdict> some = judge(evidence);
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return all;
}

std::string ToText(const std::vector<Verdict>& verdicts) {
  std::string text;
  for (const Verdict& verdict : verdicts) {
    std::string id = verdict.id + std::string(verdict.id.size() < 4 ? 4 - verdict.id.size() : 0, ' ');
    text += id + (verdict.holds() ? "holds     " : "VIOLATED  ") + verdict.says + ": " +
            std::to_string(verdict.checked) + " checked, " + std::to_string(verdict.violations) + " violations";
    for (const auto& [name, value] : verdict.figures) text += ", " + name + " " + std::to_string(value);
    text += '\n';
    for (const std::string& example : verdict.examples) text += "      " + example + '\n';
  }
  return text;
}

std::string ToJson(const std::vector<Verdict>& verdicts) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Verdict& verdict : verdicts)
    json[verdict.id] = {{"says", verdict.says}, {"holds", verdict.holds()}, {"checked", verdict.checked},
                        {"violations", verdict.violations}, {"figures", verdict.figures},
                        {"examples", verdict.examples}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace vefa::verify
